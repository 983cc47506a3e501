"""A known issue of the router's firmware is weighed against every other cause, and never alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.known_issue import Fit, KnownIssues, KnownMatch
from cpe_diag.judge.decide import decide
from cpe_diag.testing.evidence_samples import ethernet_home
from cpe_diag.testing.faults_at_home import router_dns
from cpe_diag.testing.known_samples import ADDED_AT, sample_known
from cpe_diag.testing.run_samples import sample_run
from cpe_diag.wiring.known_firmware import KEY, with_known_firmware

if TYPE_CHECKING:
    from cpe_diag.judge.question import CaseFile

AT = datetime(2026, 3, 1, tzinfo=UTC)
MATCH = replace(sample_known().found[0], fit=Fit.YES)
HOME = ethernet_home()


def judged(case: CaseFile, match: KnownMatch = MATCH) -> tuple[str, bool]:
    """Give the verdict's cause, and whether the issue is among the evidence."""
    verdict = decide(case, {})
    run = replace(sample_run(), case=case, verdict=verdict, destination=verdict.destination)
    after = with_known_firmware(run, KnownIssues(found=(match,)), lambda one: decide(one, {}), AT)
    assert after.known.found == (match,)
    assert after.destination == after.verdict.destination
    return after.verdict.cause, KEY in dict(after.evidence)


def test_a_known_issue_is_the_cause_where_nothing_else_is() -> None:
    """The customer complains, all measures well, and this firmware is known for it."""
    assert judged(HOME) == ("firmware_bug", True)


def test_a_known_issue_never_hides_what_was_seen() -> None:
    """Every home with that firmware would else be told the same."""
    assert judged(router_dns(HOME)) == ("router_dns_limit", True)


@pytest.mark.parametrize(
    "match",
    [
        replace(MATCH, fit=Fit.PERHAPS),
        replace(MATCH, issue=replace(MATCH.issue, symptoms=())),
        replace(MATCH, issue=replace(MATCH.issue, symptoms=("wifi_trouble",))),
        replace(MATCH, issue=replace(MATCH.issue, firmware="")),
        replace(MATCH, issue=replace(MATCH.issue, retired_at=ADDED_AT)),
    ],
)
def test_an_issue_that_may_be_another_accuses_nobody(match: KnownMatch) -> None:
    """Abstaining beats a wrong accusation."""
    assert judged(HOME, match) == ("no_fault", False)
