"""A known issue of the router's firmware is a fact like any other, and the judge weighs it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey, Measurement
from cpe_diag.domain.known_issue import Fit
from cpe_diag.domain.observations import Observed
from cpe_diag.domain.way_out_facts import FirmwareIssue

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from cpe_diag.domain.known_issue import KnownIssues
    from cpe_diag.domain.verdict import Verdict
    from cpe_diag.engine.run import RunResult
    from cpe_diag.judge.question import CaseFile

KEY: Final = FactKey("firmware_issue", "router")
SOURCE: Final = "the operator's known issues"


def with_known_firmware(
    result: RunResult, known: KnownIssues, judge: Callable[[CaseFile], Verdict], at: datetime
) -> RunResult:
    """Judge once more where a known issue surely concerns the router and the complaint.

    Args:
        result: of a run.
        known: what was found for it.
        judge: the same that has judged the run.
        at: when it was looked up.

    Returns:
        The result, with the issue among its evidence and the verdict on that. An issue that names
        no complaint, whose firmware is not sure, or whose remedy is retired says nothing.
    """
    sure = [
        one
        for one in known.found
        if one.fit is Fit.YES
        and one.issue.firmware
        and one.issue.retired_at is None
        and result.case.symptom in one.issue.symptoms
    ]
    if not sure:
        return replace(result, known=known)
    issue = sure[0].issue
    fact = FirmwareIssue(
        id=issue.id, title=issue.title, source=issue.source, because=sure[0].because
    )
    observed = Observed(value=fact, source=SOURCE, at=at)
    evidence = result.case.evidence.with_measurements(
        (Measurement(key=KEY, observation=observed),)
    )
    case = replace(result.case, evidence=evidence)
    verdict = judge(case)
    of_playbook = result.destination is not result.verdict.destination
    return replace(
        result,
        case=case,
        verdict=verdict,
        destination=result.destination if of_playbook else verdict.destination,
        known=known,
    )
