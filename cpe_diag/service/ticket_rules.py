"""Which playbook a ticket starts: rules as values, read from the top, the first that fits."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from cpe_diag.service.ticket_hours import Hours

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from cpe_diag.service.ticket import Ticket


class Priority(StrEnum):
    """How urgent a run is; the order is that of the queue."""

    TOTAL_LOSS = "total_loss"
    """Nothing works."""
    PARTIAL = "partial"
    """Something works, or works badly."""
    REQUEST = "request"
    """Nothing is broken; somebody wants something."""


NUMBERS: Final[Mapping[Priority, int]] = {
    Priority.TOTAL_LOSS: 1,
    Priority.PARTIAL: 2,
    Priority.REQUEST: 3,
}
"""What a case and a run keep; 1 is the most urgent."""


def priority_of(number: int) -> Priority:
    """Read what a case keeps of its priority; what is less urgent than all is a request."""
    return next((one for one in Priority if number <= NUMBERS[one]), Priority.REQUEST)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """When a rule fits: every part that is not empty must hold; each part is a list of patterns.

    Letters' case and the number of spaces do not count. `categories`, `services` and `desks` are
    the whole field, `text` and `not_text` are words of title or text; `*` stands for anything,
    within a word where it is about words.
    """

    categories: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    desks: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    not_text: tuple[str, ...] = ()
    hours: Hours | None = None

    @property
    def always(self) -> bool:
        """Whether every ticket fits."""
        return self == Conditions()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule. `playbook` None: such tickets start nothing, and `because` says why.

    `answers` are given to the playbook's questions. `delay_s` is how long to wait first,
    `retry_offline` how often it is run again later where the router is away.
    """

    id: str
    when: Conditions
    playbook: str | None
    because: str = ""
    priority: Priority = Priority.PARTIAL
    delay_s: float = 0.0
    retry_offline: int = 0
    answers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketRules:
    """The rules of a file in its order; times of day are those of `zone`."""

    file: str
    zone: str
    rules: tuple[Rule, ...]


def chosen(rules: TicketRules, ticket: Ticket) -> Rule | None:
    """Give the rule that a ticket falls under.

    Args:
        rules: read from the top.
        ticket: without a time of creation it fits no rule that asks for the time of day.

    Returns:
        The first rule that fits, or None where none does.
    """
    return next(fitting(rules, ticket), None)


def fitting(rules: TicketRules, ticket: Ticket) -> Iterator[Rule]:
    """Go through every rule that fits a ticket, in their order; the first one counts."""
    words = _plain(f"{ticket.title}\n{ticket.text}")
    created_at = ticket.created_at
    local = created_at.astimezone(ZoneInfo(rules.zone)) if created_at else None
    for rule in rules.rules:
        if _fits(rule.when, ticket, words, local):
            yield rule


def _fits(when: Conditions, ticket: Ticket, words: str, local: datetime | None) -> bool:
    if when.hours is not None and (local is None or not when.hours.covers(local)):
        return False
    return (
        _whole(when.categories, ticket.category)
        and _whole(when.services, ticket.service)
        and _whole(when.desks, ticket.desk)
        and (not when.text or _said(when.text, words))
        and not _said(when.not_text, words)
    )


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _whole(patterns: tuple[str, ...], value: str) -> bool:
    if not patterns:
        return True
    plain = _plain(value)
    return any(_field_pattern(pattern).fullmatch(plain) for pattern in patterns)


def _said(patterns: tuple[str, ...], words: str) -> bool:
    # Most patterns are not there: to look for their letters is quicker than for whole words.
    return any(
        all(letters in words for letters in _plain(pattern).split("*"))
        and _word_pattern(pattern).search(words)
        for pattern in patterns
    )


@cache
def _field_pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(_stars(pattern, "."), re.DOTALL)


@cache
def _word_pattern(pattern: str) -> re.Pattern[str]:
    """Match whole words: `net` is not in `internet`, and `inter*` is."""
    return re.compile(r"(?<!\w)" + _stars(pattern, r"\w") + r"(?!\w)")


def _stars(pattern: str, anything: str) -> str:
    """Write a pattern as a regular expression that a hostile text cannot make slow.

    What lies between two stars is taken where it first occurs, for good (an atomic group): another
    place could only leave less for the rest.
    """
    first, *rest = (re.escape(part) for part in _plain(pattern).split("*"))
    if not rest:
        return first
    middle = "".join(f"(?>{anything}*?{part})" for part in rest[:-1])
    return f"{first}{middle}{anything}*{rest[-1]}"
