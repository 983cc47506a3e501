"""Something that nobody foresaw competes with every verdict."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.missing import known
from cpe_diag.domain.verdict import ContributionKind
from cpe_diag.judge.calibration import LEARNED, Calibration
from cpe_diag.judge.causes import CAUSES
from cpe_diag.judge.competing import FLOOR
from cpe_diag.judge.decide import decide
from cpe_diag.judge.learning import Alike, unforeseen_odds
from cpe_diag.judge.left_out import concluded, own_rules, without
from cpe_diag.judge.seen import look
from cpe_diag.judge.unforeseen import WHERE_AT_MOST, Ground, ground_of
from cpe_diag.testing import faults_at_home as at_home
from cpe_diag.testing import faults_outside as outside
from cpe_diag.testing.evidence_samples import dsl_home, ethernet_home

if TYPE_CHECKING:
    from cpe_diag.judge.question import CaseFile

READ_ITSELF = outside.port_shut(ethernet_home())
FELT = outside.platform_down(ethernet_home("site_not_opening"))
ENCLOSED = outside.platform_unexplained(ethernet_home("site_not_opening"))


def test_what_a_device_tells_of_itself_is_surer_than_what_is_felt() -> None:
    """A port that says that it is shut is shut; a site that does not answer may be anything."""
    shut, silent = decide(READ_ITSELF, {}), decide(FELT, {})
    assert (shut.cause, silent.cause) == ("port_shut", "platform_down")
    assert shut.confidence > silent.confidence + 0.03


def test_who_says_whose_it_is_and_not_what_is_never_sure() -> None:
    """Somebody has to find out what it is."""
    verdict = decide(ENCLOSED, {})
    assert verdict.cause == "platform_unexplained"
    assert FLOOR <= verdict.confidence <= WHERE_AT_MOST


def test_what_matters_and_stays_unexplained_makes_a_verdict_unsure() -> None:
    """A story that leaves something out is not the whole story."""
    seen = look(FELT)
    lead = seen.weighing.lead
    assert lead is not None
    beside = replace(seen.on, answers={**seen.on.answers, "gateway_loss": True})
    assert ground_of(lead, seen.on, (lead,)) is Ground.FELT
    assert ground_of(lead, beside, (lead,)) is Ground.PARTLY


@pytest.mark.parametrize("case", [READ_ITSELF, FELT, ENCLOSED])
def test_the_printed_sum_of_a_cause_that_leads_counts_it(case: CaseFile) -> None:
    """Whoever asks why a verdict is not surer reads it."""
    last = (known(decide(case, {}).candidates[0].contributions) or ())[-1]
    assert last.kind is ContributionKind.UNFORESEEN
    assert (last.log_odds or 0.0) < 0


def test_no_fault_is_less_sure_than_all_that_was_seen_good() -> None:
    """What nobody looks at is not good for that."""
    assert decide(ethernet_home(), {}).cause == "no_fault"
    assert decide(ethernet_home(), {}).confidence < 0.95 / (1 + LEARNED.unforeseen["healthy"] / 2)


def test_without_its_cause_a_case_becomes_what_it_looks_like_most() -> None:
    """So it is learned what becomes of mechanisms that nobody has thought of."""
    assert concluded(FELT) == ("platform_down", Ground.FELT)
    assert concluded(FELT, "platform_down") == ("platform_unexplained", Ground.WHERE)
    tables = without("platform_down")
    assert "platform_down" not in {cause.id for cause in tables.causes}
    shut = {rule.id for rule in without("port_shut").rules}
    assert shut.isdisjoint(own_rules("port_shut"))


def test_a_case_that_shows_nothing_else_becomes_healthy_without_its_cause() -> None:
    """These are what "no fault" is too sure of."""
    home = at_home.wifi_off(ethernet_home("wifi_trouble"))
    assert concluded(dsl_home()) == ("no_fault", Ground.HEALTHY)
    assert concluded(home) == ("wifi_off", Ground.READ)


def alike(ground: Ground | None, *, count: int, foreseen: bool, right: bool) -> list[Alike]:
    """Make outcomes."""
    return [
        Alike(
            case=f"{ground} {foreseen} {right} {at}",
            ground=ground,
            foreseen=foreseen,
            right=right,
            healthy=False,
        )
        for at in range(count)
    ]


def test_a_ground_on_which_left_out_causes_come_out_often_is_trusted_less() -> None:
    """It is counted, not reasoned."""
    odds = unforeseen_odds(
        alike(Ground.READ, count=30, foreseen=True, right=True)
        + alike(Ground.FELT, count=30, foreseen=True, right=True)
        + alike(Ground.READ, count=2, foreseen=False, right=False)
        + alike(Ground.FELT, count=20, foreseen=False, right=False)
        + alike(None, count=38, foreseen=False, right=False)
    )
    assert 5 * odds["read"] < odds["felt"] < 1


def test_nothing_learned_takes_nothing_away() -> None:
    """An agent without numbers says its sums."""
    assert Calibration().beside_unforeseen(0.9, Ground.FELT) == 0.9


def test_every_cause_that_names_no_part_says_so() -> None:
    """The verdict counts on it."""
    names = {cause.id for cause in CAUSES if cause.where}
    assert names == {cause.id for cause in CAUSES if cause.id.endswith("_unexplained")}
