"""A dry run: which rule each old ticket would have fallen under."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cpe_diag.service.ticket import Ticket
from cpe_diag.service.ticket_rules import Priority, fitting

if TYPE_CHECKING:
    from cpe_diag.service.ticket_rules import TicketRules


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One ticket: `rule` None means that none fits; `also` would have fitted after it."""

    ticket: Ticket
    rule: str | None
    playbook: str | None
    because: str
    priority: Priority | None
    delay_s: float
    also: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """How the rules did.

    `by_rule` counts tickets for each rule of the file, also those under which none falls;
    `by_playbook` those that would have started one. `undated` tickets say no time, so that no
    rule with a time of day fits them.
    """

    tried: tuple[Tried, ...]
    by_rule: Mapping[str, int]
    by_playbook: Mapping[str, int]
    left: int
    unmatched: int
    undated: int


def try_rules(rules: TicketRules, tickets: Sequence[Ticket]) -> Trial:
    """Say for each ticket what would have been started.

    Args:
        rules: to be tried.
        tickets: old ones.

    Returns:
        Each ticket with its rule, and the counts.
    """
    tried = tuple(_tried(rules, ticket) for ticket in tickets)
    fell = Counter(one.rule for one in tried)
    started = Counter(one.playbook for one in tried if one.playbook is not None)
    return Trial(
        tried=tried,
        by_rule={rule.id: fell[rule.id] for rule in rules.rules},
        by_playbook=dict(sorted(started.items())),
        left=sum(one.rule is not None and one.playbook is None for one in tried),
        unmatched=fell[None],
        undated=sum(ticket.created_at is None for ticket in tickets),
    )


def _tried(rules: TicketRules, ticket: Ticket) -> Tried:
    fits = [*fitting(rules, ticket)]
    first = fits[0] if fits else None
    return Tried(
        ticket=ticket,
        rule=None if first is None else first.id,
        playbook=None if first is None else first.playbook,
        because="" if first is None else first.because,
        priority=None if first is None or first.playbook is None else first.priority,
        delay_s=0.0 if first is None else first.delay_s,
        also=tuple(one.id for one in fits[1:]),
    )
