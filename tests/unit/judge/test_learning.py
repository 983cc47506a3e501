"""Confidences learned from labelled cases."""

from __future__ import annotations

import pytest

from cpe_diag.judge.calibration import LEARNED, Calibration
from cpe_diag.judge.learning import LEAST_CASES, Concluded, TooFewCasesError, learn
from cpe_diag.judge.weighing import CERTAIN_AT_MOST


def cases(belief: float, *, right: int, wrong: int, name: str = "case") -> list[Concluded]:
    """Make conclusions that are as sure, of which some are right."""
    return [
        Concluded(case=f"{name} {belief} {at}", belief=belief, right=at < right)
        for at in range(right + wrong)
    ]


def learned(some: list[Concluded]) -> Calibration:
    """Learn from them."""
    return learn(some, learned_on="2026-03-01", source="this test")


def test_what_was_too_sure_becomes_less_sure() -> None:
    """Verdicts of 95 % that are right in 7 of 10 cases are worth 70 %."""
    now = learned(cases(0.95, right=140, wrong=60))
    assert 0.68 < now.confidence(0.95) < 0.78
    assert now.brier_before is not None
    assert now.brier_after is not None
    assert now.brier_after < now.brier_before


def test_what_meant_what_it_said_stays_about_as_it_is() -> None:
    """Learning is no reason for change."""
    some = cases(0.9, right=90, wrong=10) + cases(0.7, right=70, wrong=30)
    now = learned(some)
    assert now.confidence(0.9) == pytest.approx(0.9, abs=0.03)
    assert now.confidence(0.7) == pytest.approx(0.7, abs=0.04)


def test_more_evidence_never_makes_less_sure() -> None:
    """Even where the sure ones were the wrong ones."""
    now = learned(cases(0.95, right=5, wrong=60) + cases(0.65, right=60, wrong=5))
    assert now.slope > 0
    assert now.confidence(0.95) > now.confidence(0.65)


def test_cases_that_are_all_right_make_nothing_surer_than_its_sum() -> None:
    """Rules were written for these cases; in the field there are others."""
    now = learned(cases(0.9, right=5 * LEAST_CASES, wrong=0))
    assert now.confidence(0.9) == pytest.approx(0.9)
    assert now.confidence(1.0) == CERTAIN_AT_MOST


def test_runs_of_one_case_count_as_one() -> None:
    """Whoever runs a case ten times has not seen ten cases."""
    single = cases(0.9, right=20, wrong=5)
    again = [*single, *(single[-1] for _ in range(9))]
    assert learned(again).cases == 25
    assert (learned(again).slope, learned(again).offset) == (
        learned(single).slope,
        learned(single).offset,
    )


def test_too_few_cases_teach_nothing() -> None:
    """A handful tells of itself."""
    with pytest.raises(TooFewCasesError, match="3 cases with a conclusion; 20 are needed"):
        learned(cases(0.9, right=2, wrong=1))


def test_what_is_shipped_says_where_it_comes_from() -> None:
    """A number without a source is a guess."""
    assert LEARNED.slope > 0
    assert LEARNED.cases == 0 or (LEARNED.learned_on and LEARNED.source.startswith("tuning half"))
