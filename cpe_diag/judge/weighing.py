"""How much one cause is believed, by what the rules found.

The belief in a cause is a logistic function of its log-odds:

    log-odds = -3 (about 5 %: any one cause is rare)
             + the shift for the customer's complaint
             + the weight of every sign whose finding has the sign's answer

A finding that follows from another (see `explaining`) adds nothing. Findings that were read from
the very same facts are not independent: of those that speak in the same direction, the strongest
counts whole and each further one half. What is good elsewhere speaks for a cause only beside
something unusual that speaks for it: without its own sign there is nothing to narrow down. A need
with the other answer makes the belief 0; a need that nobody knows caps it at 0.45: possible, not
proven. `accounts` prints these sums, `competing` lets the causes compete.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey
from cpe_diag.domain.subscriber import Technology
from cpe_diag.judge.cause import Cause, Sign

if TYPE_CHECKING:
    from cpe_diag.domain.findings import Finding

PRIOR_LOG_ODDS: Final = -3.0
POSSIBLE_AT_MOST: Final = 0.45
"""Belief in a cause of which a need is not known; below the floor on purpose."""
CERTAIN_AT_MOST: Final = 0.99
AGAIN_SHARE: Final = 0.5
"""What a further finding from the same facts counts, of its weight."""


USE: Final = "field_use"


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """What the rules said, as weighing needs it.

    `answers` by finding; `explained` add nothing because they follow from others;
    `taken` are explained by a cause that is believed already; `not_arising` have no meaning here;
    `set_aside` were seen, and do not tell, as something else filled the line meanwhile.
    `read_from` are the facts that each answer was read from. Where `complaint_told`, a cause is
    believed already that accounts for the complaint, which then speaks against no other.
    """

    answers: Mapping[str, bool | None]
    explained: frozenset[str]
    not_arising: frozenset[str]
    symptom: str
    technology: Technology | None = None
    taken: frozenset[str] = frozenset()
    read_from: Mapping[str, tuple[FactKey, ...]] = field(default_factory=dict)
    complaint_told: bool = False
    set_aside: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """One cause, how much it is believed (0 to 1), and by which findings, most telling first."""

    cause: Cause
    belief: float
    supported_by: tuple[str, ...]
    contradicted_by: tuple[str, ...]


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
        read_from={finding.id: finding.rests_on for finding in findings if finding.rests_on},
        set_aside=frozenset(
            finding.id
            for finding in findings
            if finding.answer is None
            and finding.missing
            and all(key.kind == USE for key in finding.missing)
        ),
    )


def counted(cause: Cause, on: Board) -> list[tuple[Sign, float]]:
    """Give the signs that count, and what each adds to the log-odds, most telling first."""
    answers, explained, taken = on.answers, on.explained, on.taken
    told = [
        sign
        for sign in cause.supports + cause.against
        if answers.get(sign.finding) is sign.answer
        and sign.finding not in explained
        and sign.finding not in taken
    ]
    if not told:
        return []
    if not any(sign.answer and sign.weight > 0 for sign in told):
        told = [sign for sign in told if sign.weight < 0]
    told.sort(key=lambda sign: -abs(sign.weight))
    heard: dict[bool, set[object]] = {True: set(), False: set()}
    added = []
    for sign in told:
        before = heard[sign.weight > 0]
        voices = on.read_from.get(sign.finding, (sign.finding,))
        again = before.issuperset(voices)
        added.append((sign, sign.weight * AGAIN_SHARE if again else sign.weight))
        before.update(voices)
    return added


def ruled_out(cause: Cause, on: Board) -> tuple[str | None, str] | None:
    """Say by which finding (None: by no one) and why a cause cannot be at all; None: it can."""
    if cause.technologies and on.technology and on.technology not in cause.technologies:
        return None, f"the subscriber is connected by {on.technology}"
    for need in cause.needs:
        answer = on.answers.get(need.finding)
        if need.finding in on.not_arising:
            return need.finding, "is needed, and does not arise here"
        if answer is not None and answer is not need.answer:
            return need.finding, f"is needed to be {'yes' if need.answer else 'no'}"
    return None


def unproven_needs(cause: Cause, on: Board) -> tuple[str, ...]:
    """Give the findings that must hold for a cause and are not known, or are another's."""
    return tuple(
        need.finding
        for need in cause.needs
        if (answer := on.answers.get(need.finding)) is None
        or (answer and need.finding in on.taken)
    )


def start(cause: Cause, symptom: str) -> float:
    """Give the log-odds of a cause before anything is seen, with the complaint."""
    return PRIOR_LOG_ODDS + sum(shift for name, shift in cause.shifts if name == symptom)


def start_on(cause: Cause, on: Board) -> float:
    """Give the log-odds of a cause before anything is seen, with the complaint as it stands."""
    begun = start(cause, on.symptom)
    return max(begun, PRIOR_LOG_ODDS) if on.complaint_told else begun


def weigh(cause: Cause, on: Board) -> Weighed:
    """Weigh one cause by the findings.

    Args:
        cause: which one.
        on: what is known.

    Returns:
        Its belief, and the findings that made it; none where the cause cannot be.
    """
    if ruled_out(cause, on) is not None:
        return _impossible(cause)
    added = counted(cause, on)
    belief = chance(start_on(cause, on) + sum(weight for _, weight in added))
    belief = min(belief, CERTAIN_AT_MOST)
    if unproven_needs(cause, on):
        belief = min(belief, POSSIBLE_AT_MOST)
    return Weighed(
        cause=cause,
        belief=belief,
        supported_by=tuple(sign.finding for sign, weight in added if weight > 0),
        contradicted_by=tuple(sign.finding for sign, weight in added if weight < 0),
    )


@cache
def _impossible(cause: Cause) -> Weighed:
    """Give a cause that cannot be: what speaks for it or against it does not matter any more."""
    return Weighed(cause=cause, belief=0.0, supported_by=(), contradicted_by=())


def chance(log_odds: float) -> float:
    """Turn log-odds into a probability."""
    return 1.0 / (1.0 + math.exp(-log_odds))


def log_odds_of(probability: float) -> float:
    """Turn a probability above 0 and below 1 into log-odds."""
    return math.log(probability / (1.0 - probability))
