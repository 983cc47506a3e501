"""How often verdicts are right; pure arithmetic over outcomes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from statistics import median, quantiles
from typing import TYPE_CHECKING, Final

from cpe_diag.judge.truth import told_by

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from verdict_cases import Outcome

DOMAINS: Final = ("network", "router", "device", "platform", "none", "undetermined")
UNDETERMINED: Final = "undetermined"
DISPATCH: Final = "field_technician"


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """`count` of `of`."""

    count: int
    of: int

    @property
    def ratio(self) -> float:
        """From 0 to 1; of nothing it is 0."""
        return self.count / self.of if self.of else 0.0

    def __str__(self) -> str:
        """For example `58 of 60 (96.7 %)`."""
        return f"{self.count} of {self.of} ({100 * self.ratio:.1f} %)" if self.of else "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Class:
    """How well one domain or cause is told."""

    name: str
    precision: float
    recall: float
    cases: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """All figures of a set of outcomes.

    `brier` is the mean square of (confidence - right), over the verdicts that name a cause or
    health; 0 is best, None where there is no such verdict. Seconds are those of a run.
    `wrong_dispatches` are technicians sent where none of the true causes needs one; their share is
    of all cases.
    """

    domain_right: Share
    cause_right: Share
    abstained: Share
    healthy_called_faulty: Share
    wrong_dispatches: Share
    pair_first_right: Share
    pair_both: Share
    pair_wrong: Share
    brier: float | None
    took_median_s: float
    took_p95_s: float
    questions_median: float
    same_as_everything: Share
    saved_s: float | None
    everything_median_s: float | None


def domain_right(outcome: Outcome) -> bool:
    """Tell whether the verdict's domain is one that is true."""
    return outcome.told.domain in {domain for domain, _ in outcome.case.truths}


def _right(outcome: Outcome) -> frozenset[str]:
    return frozenset(one for _, cause in outcome.case.truths for one in told_by(cause))


def cause_right(outcome: Outcome) -> bool:
    """Tell whether the verdict's cause is one that is true."""
    return outcome.told.cause in _right(outcome)


def figures(outcomes: Sequence[Outcome], destinations: Mapping[str, str]) -> Figures:
    """Count.

    Args:
        outcomes: at least one.
        destinations: of every cause, who receives it.
    """
    singles = [one for one in outcomes if one.case.alone and not one.case.healthy]
    healthy = [one for one in outcomes if one.case.healthy]
    pairs = [one for one in outcomes if not one.case.alone]
    concluded = [one for one in outcomes if one.told.domain != UNDETERMINED]
    compared = [(one.told, one.everything) for one in outcomes if one.everything is not None]
    took = sorted(one.told.took_s for one in outcomes)
    return Figures(
        domain_right=_share(singles, domain_right),
        cause_right=_share(singles, cause_right),
        abstained=_share(singles, lambda one: one.told.domain == UNDETERMINED),
        healthy_called_faulty=_share(
            healthy, lambda one: one.told.domain not in {"none", UNDETERMINED}
        ),
        wrong_dispatches=_share(outcomes, lambda one: _wrong_dispatch(one, destinations)),
        pair_first_right=_share(pairs, cause_right),
        pair_both=_share(pairs, _both),
        pair_wrong=_share(
            pairs, lambda one: one.told.domain != UNDETERMINED and not cause_right(one)
        ),
        brier=_brier(concluded),
        took_median_s=median(took),
        took_p95_s=quantiles(took, n=20)[-1] if len(took) > 1 else took[0],
        questions_median=median(one.told.questions for one in outcomes),
        same_as_everything=Share(
            count=sum((a.domain, a.cause) == (b.domain, b.cause) for a, b in compared),
            of=len(compared),
        ),
        saved_s=median(b.took_s - a.took_s for a, b in compared) if compared else None,
        everything_median_s=median(b.took_s for _, b in compared) if compared else None,
    )


def _share(outcomes: Sequence[Outcome], holds: Callable[[Outcome], bool]) -> Share:
    return Share(count=sum(map(holds, outcomes)), of=len(outcomes))


def _both(outcome: Outcome) -> bool:
    named = {outcome.told.cause, *outcome.told.also}
    return all(told_by(cause) & named for _, cause in outcome.case.truths)


def _wrong_dispatch(outcome: Outcome, destinations: Mapping[str, str]) -> bool:
    needed = {destinations.get(cause) for _, cause in outcome.case.truths}
    return outcome.told.destination == DISPATCH and DISPATCH not in needed


def _brier(concluded: Sequence[Outcome]) -> float | None:
    if not concluded:
        return None
    from sklearn.metrics import brier_score_loss  # noqa: PLC0415 - heavy

    return float(
        brier_score_loss(
            [cause_right(one) for one in concluded],
            [one.told.confidence for one in concluded],
            labels=[False, True],
        )
    )


def told_of(outcome: Outcome) -> tuple[str, str]:
    """Give the true domain and the told one; of a pair, a true one that was told counts."""
    domain = outcome.told.domain if domain_right(outcome) else outcome.case.domain
    return domain, outcome.told.domain


def domain_matrix(outcomes: Sequence[Outcome]) -> list[list[int]]:
    """Count true domains (rows) against told ones (columns), both in the order of DOMAINS."""
    from sklearn.metrics import confusion_matrix  # noqa: PLC0415 - heavy

    pairs = [told_of(one) for one in outcomes]
    counted = confusion_matrix(
        [true for true, _ in pairs], [told for _, told in pairs], labels=list(DOMAINS)
    )
    return [[int(count) for count in row] for row in counted]


def classes(true: Sequence[str], told: Sequence[str]) -> tuple[Class, ...]:
    """Give precision and recall of every class that is true somewhere."""
    from sklearn.metrics import precision_recall_fscore_support  # noqa: PLC0415 - heavy

    names = sorted(set(true))
    precision, recall, _, support = precision_recall_fscore_support(
        list(true), list(told), labels=names, zero_division=0.0
    )
    return tuple(
        Class(name=name, precision=float(p), recall=float(r), cases=int(n))
        for name, p, r, n in zip(names, precision, recall, support, strict=True)
    )


def cause_pairs(outcomes: Sequence[Outcome]) -> list[tuple[str, str]]:
    """Give true and told cause of each outcome; of a pair, a true one that was told counts."""
    return [
        (one.told.cause if cause_right(one) else one.case.cause, one.told.cause)
        for one in outcomes
    ]


def confused(outcomes: Sequence[Outcome]) -> list[tuple[str, str, int]]:
    """Count what was told for what, where it was not the same; most often first."""
    wrong = Counter(pair for pair in cause_pairs(outcomes) if pair[0] != pair[1])
    return [(true, told, count) for (true, told), count in wrong.most_common()]
