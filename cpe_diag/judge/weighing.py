"""How much each cause is believed, and which of them the evidence really needs.

The belief in a cause is a logistic function of its log-odds:

    log-odds = -3 (about 5 %: any one cause is rare)
             + the shift for the customer's complaint
             + the weight of every sign whose finding has the sign's answer

A finding that follows from another (see `explaining`) adds nothing. What is good elsewhere speaks
for a cause only beside something unusual that speaks for it: without its own sign there is
nothing to narrow down. A need with the other answer
makes the belief 0; a need that nobody knows caps it at 0.45: possible, not proven.

Then the causes compete for the evidence. Where nothing works at all, what ends that comes first:
switched-off Wi-Fi beside a router without an address is not the answer to "no internet". The most
believed one takes the unusual findings that it
explains. Another cause stands beside it (`also`) only where it still reaches the floor without
them. Where neither stands without the other's findings and both are about as much believed,
nobody can say which it is: undetermined, with both as candidates.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.subscriber import Technology
from cpe_diag.judge.cause import ONE_DEVICE, WIFI_TROUBLE, Cause
from cpe_diag.judge.causes import CAUSES

if TYPE_CHECKING:
    from cpe_diag.domain.findings import Finding

PRIOR_LOG_ODDS: Final = -3.0
POSSIBLE_AT_MOST: Final = 0.45
"""Belief in a cause of which a need is not known; below the floor on purpose."""
FLOOR: Final = 0.6
"""A verdict names a cause, and another stands beside it, from this belief on."""
MARGIN: Final = 0.2
"""Two explanations of the same findings that are nearer than this cannot be told apart."""
MENTION: Final = 0.15
"""Causes believed less are not worth a word among the candidates."""
CERTAIN_AT_MOST: Final = 0.99
OUTAGE: Final = frozenset(
    {
        "port_down",
        "line_out_of_sync",
        "router_unreachable",
        "wan_down",
        "gateway_unreachable",
        "internet_unreachable",
        "router_dns_fails",
    }
)
"""Where one of these holds, nothing works, whatever else is wrong in the home."""
ABOUT_THE_HOME: Final = frozenset({WIFI_TROUBLE, ONE_DEVICE})
"""Complaints that an outage does not answer first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """What the rules said, as weighing needs it.

    `answers` by finding; `explained` add nothing because they follow from others;
    `taken` are explained by a cause that is believed already; `not_arising` have no meaning here.
    """

    answers: Mapping[str, bool | None]
    explained: frozenset[str]
    not_arising: frozenset[str]
    symptom: str
    technology: Technology | None = None
    taken: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """One cause, how much it is believed (0 to 1), and by which findings, most telling first."""

    cause: Cause
    belief: float
    supported_by: tuple[str, ...]
    contradicted_by: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighing:
    """The outcome: `lead` None means that no cause stands, or that `rivals` cannot be told apart.

    `also` stand beside the lead on evidence of their own; `weighed` are all causes, most believed
    first.
    """

    lead: Weighed | None
    also: tuple[Weighed, ...]
    rivals: tuple[Weighed, ...]
    weighed: tuple[Weighed, ...]


def board(
    findings: tuple[Finding, ...], symptom: str, technology: Technology | None = None
) -> Board:
    """Lay out the findings for weighing; causes of other technologies cannot be."""
    return Board(
        answers={finding.id: finding.answer for finding in findings},
        explained=frozenset(finding.id for finding in findings if finding.follows_from),
        not_arising=frozenset(
            finding.id for finding in findings if finding.answer is None and not finding.missing
        ),
        symptom=symptom,
        technology=technology,
    )


def weigh(cause: Cause, on: Board) -> Weighed:
    """Weigh one cause by the findings.

    Args:
        cause: which one.
        on: what is known.

    Returns:
        Its belief, and the findings that made it.
    """
    log_odds = PRIOR_LOG_ODDS + dict(cause.shifts).get(on.symptom, 0.0)
    silent = on.explained | on.taken
    told = [
        sign
        for sign in cause.supports + cause.against
        if on.answers.get(sign.finding) is sign.answer and sign.finding not in silent
    ]
    if not any(sign.answer and sign.weight > 0 for sign in told):
        told = [sign for sign in told if sign.weight < 0]
    told.sort(key=lambda sign: -abs(sign.weight))
    log_odds += sum(sign.weight for sign in told)
    belief = min(1.0 / (1.0 + math.exp(-log_odds)), CERTAIN_AT_MOST)
    if cause.technologies and on.technology and on.technology not in cause.technologies:
        belief = 0.0
    for need in cause.needs:
        answer = on.answers.get(need.finding)
        if need.finding in on.not_arising or (answer is not None and answer is not need.answer):
            belief = 0.0
        elif answer is None or (answer and need.finding in on.taken):
            belief = min(belief, POSSIBLE_AT_MOST)
    return Weighed(
        cause=cause,
        belief=belief,
        supported_by=tuple(sign.finding for sign in told if sign.weight > 0),
        contradicted_by=tuple(sign.finding for sign in told if sign.weight < 0),
    )


def weigh_all(on: Board) -> tuple[Weighed, ...]:
    """Weigh all causes: most believed first, bystanders after the others, then by their order."""
    weighed = [weigh(cause, on) for cause in CAUSES]
    return tuple(sorted(weighed, key=lambda one: (one.cause.bystander, -one.belief)))


def _stands_beside(one: Weighed, other: Weighed, on: Board) -> bool:
    """Tell whether `one` still stands when `other` has taken what it explains."""
    taken = on.taken | frozenset(other.cause.explains)
    return weigh(one.cause, replace(on, taken=taken)).belief >= FLOOR


def conclude(on: Board) -> Weighing:
    """Let the causes compete for the findings.

    Args:
        on: what is known.

    Returns:
        Which cause leads, which stand beside it, or which cannot be told apart.
    """
    weighed = weigh_all(on)
    standing = [one for one in weighed if one.belief >= FLOOR]
    standing.sort(key=lambda one: not _ends_an_outage(one.cause, on))
    if not standing:
        return Weighing(lead=None, also=(), rivals=(), weighed=weighed)
    lead = _deepest(standing, on)
    also: list[Weighed] = []
    rivals: list[Weighed] = []
    taken = frozenset(lead.cause.explains)
    for other in standing:
        if other is lead:
            continue
        beside = weigh(other.cause, replace(on, taken=taken))
        if beside.belief >= FLOOR:
            also.append(beside)
            taken |= frozenset(other.cause.explains)
        elif not _stands_beside(lead, other, on) and lead.belief - other.belief < MARGIN:
            rivals.append(other)
    if rivals:
        return Weighing(lead=None, also=(), rivals=(lead, *rivals), weighed=weighed)
    return Weighing(lead=lead, also=tuple(also), rivals=(), weighed=weighed)


def _ends_an_outage(cause: Cause, on: Board) -> bool:
    """Tell whether a cause is why nothing works, which comes before what works badly."""
    if on.symptom in ABOUT_THE_HOME:
        return False
    return any(on.answers.get(finding) for finding in OUTAGE.intersection(cause.explains))


def _deepest(standing: list[Weighed], on: Board) -> Weighed:
    """Go from the most believed cause to one that explains it and stands without it."""
    lead = standing[0]
    for other in standing[1:]:
        near = lead.belief - other.belief < MARGIN and other.cause.bystander is False
        if near and not _stands_beside(lead, other, on) and _stands_beside(other, lead, on):
            lead = other
    return lead
