"""Rules that tell whose fault it is by a home beside its neighbours and its router."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from cpe_diag.domain.verdict import FaultDomain
from cpe_diag.judge.decide import decide, find
from cpe_diag.testing import faults_of_home as of_home
from cpe_diag.testing import faults_outside as outside
from cpe_diag.testing import faults_whose as whose
from cpe_diag.testing import load_samples as load
from cpe_diag.testing.evidence_samples import changed, ethernet_home

if TYPE_CHECKING:
    from cpe_diag.judge.question import CaseFile

OUT: Final = ethernet_home("no_internet")
SLOW: Final = ethernet_home("slow_internet")


def answer(case: CaseFile, rule: str) -> bool | None:
    """Give one rule's answer."""
    return {found.id: found for found in find(case)}[rule].answer


def side(case: CaseFile) -> tuple[FaultDomain, str]:
    """Give whose fault is told, and as what."""
    told = decide(case, {})
    return told.domain, told.cause


@pytest.mark.parametrize("ago_s", [61.0, 173.0, 299.0])
def test_a_home_that_was_heard_since_its_link_came_and_fell_silent_is_the_routers(
    ago_s: float,
) -> None:
    """Nobody was told anything for five minutes: it starts slowly or hangs, which is its own."""
    told = side(whose.fell_mute(OUT, ago_s))
    assert told == (FaultDomain.ROUTER, "router_side_unexplained")


@pytest.mark.parametrize("ago_s", [5.0, 59.0])
def test_a_router_whose_link_came_just_now_is_not_accused(ago_s: float) -> None:
    """It is silent while it starts."""
    case = whose.fell_mute(OUT, ago_s)
    assert answer(case, "home_fell_mute") is None
    assert side(case)[0] is FaultDomain.UNDETERMINED


def test_a_home_that_nobody_heard_since_its_link_came_accuses_no_router() -> None:
    """What hangs there may be no router at all."""
    case = changed(whose.fell_mute(OUT), "learned_macs", "port", entries=())
    assert answer(case, "home_fell_mute") is not True


def test_a_line_that_is_long_beside_its_neighbours_is_the_networks() -> None:
    """A way of 95 ms is below what is too slow by itself, and no neighbour has 10."""
    assert side(whose.far(SLOW)) == (FaultDomain.NETWORK, "access_delay")


def test_a_line_that_interleaves_is_not_called_long() -> None:
    """It adds less than what is asked about."""
    assert answer(whose.far(SLOW, 0.03, 0.03), "latency_high") is False


def test_a_home_that_is_far_from_our_side_alone_is_not_called_far() -> None:
    """The router may answer pings late; what it sends itself comes back soon."""
    assert answer(whose.far(SLOW, back_s=0.01), "latency_high") is False


def test_a_node_whose_homes_are_all_far_accuses_no_line() -> None:
    """Then it is the way to the node, or our own."""
    case = whose.far(SLOW)
    for one in load.NEIGHBOURS:
        case = changed(case, "path_quality", one, rtt_min_s=0.05)
    assert answer(case, "latency_high") is False


def test_a_home_that_gets_nothing_by_one_family_is_not_healthy() -> None:
    """Two tries are few, and none of two devices came; all by the other family did."""
    told = side(whose.family_in_vain(SLOW))
    assert told == (FaultDomain.ROUTER, "router_side_unexplained")


def test_a_router_that_gets_nothing_by_that_family_itself_is_not_accused_for_its_home() -> None:
    """It lies beyond it."""
    case = whose.family_in_vain(SLOW, router_too=True)
    assert answer(case, "home_family_in_vain") is None
    assert side(case)[0] is not FaultDomain.ROUTER


def test_connections_that_a_late_site_holds_accuse_no_router() -> None:
    """They stand still because the site does: what is seen of it from everywhere explains them."""
    case = of_home.home_stalls(outside.platform_loses(ethernet_home("site_not_opening")))
    found = {one.id: one for one in find(case)}
    assert found["home_stalls"].answer is True
    assert found["home_stalls"].follows_from == "platform_uneven"
