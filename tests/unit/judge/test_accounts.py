"""A belief is a printed sum, and the sum is right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from cpe_diag.domain.missing import known
from cpe_diag.domain.verdict import Candidate, ContributionKind
from cpe_diag.judge.accounts import total
from cpe_diag.judge.causes import CAUSES
from cpe_diag.judge.decide import belief_in, decide
from cpe_diag.judge.weighing import chance
from cpe_diag.testing import access_homes as access
from cpe_diag.testing import faults_at_home as at_home
from cpe_diag.testing import faults_outside as outside
from cpe_diag.testing.evidence_samples import answered, dsl_home, ethernet_home, only

if TYPE_CHECKING:
    from cpe_diag.judge.question import CaseFile

CASES: Final = {
    "healthy": ethernet_home(),
    "shut": outside.port_shut(dsl_home()),
    "power, lights on": answered(outside.customer_power(dsl_home()), "router_lights", "on"),
    "dark port": outside.line_cut(ethernet_home()),
    "dark port, little known": only(outside.line_cut(ethernet_home()), ("port_status", "port")),
    "noise and weak Wi-Fi": outside.line_noise(at_home.wifi_weak_signal(dsl_home())),
    "modem ranges": access.modem_ranging(access.coax_home("no_internet")),
}


def _kinds(candidate: Candidate) -> set[ContributionKind]:
    return {line.kind for line in known(candidate.contributions) or ()}


@pytest.mark.parametrize("name", CASES)
def test_every_printed_sum_is_the_belief(name: str) -> None:
    """A number that does not follow from what is printed above it explains nothing."""
    case = CASES[name]
    asked = [belief_in(case, cause.id) for cause in CAUSES]
    for one in (*decide(case, {}).candidates, *asked):
        assert one is not None
        lines = known(one.contributions)
        assert lines
        added = total(lines)
        assert one.belief == pytest.approx(0.0 if added is None else chance(added), abs=0.001)


def test_a_lead_that_has_a_rival_is_less_sure_and_says_by_how_much() -> None:
    """Certainty is shared with what would explain the same findings."""
    lead = decide(CASES["modem ranges"], {}).candidates[0]
    assert ContributionKind.RIVALS in _kinds(lead)


def test_what_another_cause_has_taken_stands_there_with_its_name() -> None:
    """Why is it not the power supply? Because a shut port explains the dark."""
    told = belief_in(CASES["shut"], "line_cut")
    assert told is not None
    words = [line.words for line in known(told.contributions) or ()]
    assert any("port_shut explains it" in one or "follows from" in one for one in words)


def test_a_cause_that_a_need_rules_out_says_which() -> None:
    """An answer of "no" is worth as much as one of "yes"."""
    told = belief_in(CASES["healthy"], "port_shut")
    assert told is not None
    assert [
        line.finding
        for line in known(told.contributions) or ()
        if line.kind is ContributionKind.RULED_OUT
    ] == ["port_admin_down"]


def test_a_second_finding_from_the_same_facts_counts_half() -> None:
    """Low margin and many errors are one noisy line, read twice from one answer."""
    case: CaseFile = outside.line_noise(dsl_home("slow_internet"))
    told = decide(case, {}).candidates[0]
    assert told.cause == "line_noise"
    again = [
        line.log_odds
        for line in known(told.contributions) or ()
        if line.kind is ContributionKind.REPEATED
    ]
    assert again == [1.75]


def test_no_cause_goes_by_that_name() -> None:
    """A misspelt name is not a belief of zero."""
    assert belief_in(CASES["healthy"], "no_such") is None
