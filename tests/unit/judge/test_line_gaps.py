"""A counter that a line does not have is no zero."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.line_facts import LineQuality
from cpe_diag.domain.missing import Missing
from cpe_diag.judge.decide import find
from cpe_diag.testing.evidence_samples import changed, dsl_home

if TYPE_CHECKING:
    from cpe_diag.domain.findings import Finding
    from cpe_diag.judge.question import CaseFile

NOT_THERE: Final = Missing(why=FailureKind.UNSUPPORTED)


def _with_errors(**fields: int | Missing) -> CaseFile:
    case = dsl_home("drops")
    line = case.evidence.value(LineQuality, "line_quality", "line")
    assert line is not None
    return changed(case, "line_quality", "line", errors=replace(line.errors, **fields))


def _finding(case: CaseFile, name: str) -> Finding:
    return next(finding for finding in find(case) if finding.id == name)


def test_seconds_that_a_line_does_not_count_are_not_called_none() -> None:
    """ADSL-LINE-MIB counts no severely errored seconds; "0" would be an invented measurement."""
    case = _with_errors(errored_s=58, severely_errored_s=NOT_THERE, elapsed_s=342)
    told = _finding(case, "line_errors_high")
    assert told.answer is True
    assert told.because == "58 errored seconds within 342 s"


def test_an_interval_of_unknown_length_gets_no_length() -> None:
    """900 s is what an interval can be, not what this one was."""
    told = _finding(_with_errors(elapsed_s=NOT_THERE), "line_errors_high")
    assert "in this quarter of an hour" in told.because


def test_retrains_of_an_unknown_day_leave_the_question_open() -> None:
    """A quiet quarter of an hour says nothing of a day that nobody counted."""
    quiet = changed(
        _with_errors(full_inits=0), "line_quality", "line", full_inits_previous_day=NOT_THERE
    )
    assert _finding(quiet, "line_retraining").answer is None
    busy = changed(
        _with_errors(full_inits=40), "line_quality", "line", full_inits_previous_day=NOT_THERE
    )
    assert _finding(busy, "line_retraining").answer is True
