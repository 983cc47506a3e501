"""What a changed set of rules would have concluded in cases of the past."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cpe_diag.domain.verdict import Destination, FaultDomain
from cpe_diag.judge.truth import Mark, Truth, mark_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cpe_diag.domain.verdict import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Conclusion:
    """A verdict in short: `also` are the further causes it names; `mark` None without a truth."""

    domain: FaultDomain
    cause: str
    confidence: float
    also: tuple[str, ...]
    destination: Destination
    mark: Mark | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """One case of the past: what was concluded then, and what is now.

    `changed` where another cause leads, another one stands beside it, or another desk gets it.
    """

    name: str
    case: str
    truth: Truth | None
    then: Conclusion
    now: Conclusion
    changed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """How many verdicts got which mark."""

    right: int
    domain_only: int
    abstained: int
    wrong: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """All cases counted: `labelled` are those of which the truth is known.

    `better` became right, `worse` were right before.
    """

    cases: int
    changed: int
    labelled: int
    then: Marks
    now: Marks
    better: int
    worse: int


def replayed(name: str, then: Verdict, now: Verdict, truth: Truth | None) -> Replayed:
    """Put the two verdicts on a case side by side.

    Args:
        name: the case's place in its archive.
        then: what was concluded in the run.
        now: what the rules of now conclude from the same evidence.
        truth: what was really wrong, if that is known.

    Returns:
        Both in short.
    """
    before, after = _short(then, truth), _short(now, truth)
    return Replayed(
        name=name,
        case=truth.case if truth else "",
        truth=truth,
        then=before,
        now=after,
        changed=_says(before) != _says(after),
    )


def score(cases: Sequence[Replayed]) -> Score:
    """Count.

    Args:
        cases: from `replayed`.

    Returns:
        How many changed, and which way.
    """
    labelled = [one for one in cases if one.truth is not None]
    right = [(one.then.mark is Mark.RIGHT, one.now.mark is Mark.RIGHT) for one in labelled]
    return Score(
        cases=len(cases),
        changed=sum(one.changed for one in cases),
        labelled=len(labelled),
        then=_marks([one.then for one in labelled]),
        now=_marks([one.now for one in labelled]),
        better=sum(now and not then for then, now in right),
        worse=sum(then and not now for then, now in right),
    )


def _says(one: Conclusion) -> tuple[str, frozenset[str], Destination]:
    return one.cause, frozenset(one.also), one.destination


def _short(verdict: Verdict, truth: Truth | None) -> Conclusion:
    return Conclusion(
        domain=verdict.domain,
        cause=verdict.cause,
        confidence=verdict.confidence,
        also=tuple(one.cause for one in verdict.also),
        destination=verdict.destination,
        mark=mark_of(verdict, truth) if truth else None,
    )


def _marks(conclusions: Sequence[Conclusion]) -> Marks:
    counted = Counter(one.mark for one in conclusions)
    return Marks(
        right=counted[Mark.RIGHT],
        domain_only=counted[Mark.DOMAIN_ONLY],
        abstained=counted[Mark.ABSTAINED],
        wrong=counted[Mark.WRONG],
    )
