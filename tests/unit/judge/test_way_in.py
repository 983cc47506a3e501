"""A lossy line and a router that has stopped look alike to SSH; packets tell them apart."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import pytest

from cpe_diag.domain.evidence import Evidence, FactKey
from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.nuisance import Nuisance
from cpe_diag.domain.path_facts import Reachability
from cpe_diag.domain.verdict import FaultDomain
from cpe_diag.judge.choosing import next_probes
from cpe_diag.judge.decide import decide, find
from cpe_diag.judge.offer import Offer
from cpe_diag.testing import faults_at_home as at_home
from cpe_diag.testing import load_samples as load
from cpe_diag.testing.evidence_samples import (
    ABSENT,
    changed,
    ethernet_home,
    never_asked,
    unobserved,
    with_value,
)
from cpe_diag.testing.fault_effects import no_router

if TYPE_CHECKING:
    from cpe_diag.domain.findings import Finding
    from cpe_diag.judge.question import CaseFile

HUNG: Final = at_home.router_hung(ethernet_home("drops"))
LOSSY: Final = load.access_loss_unheard(ethernet_home("drops"))
WAY_IN: Final = ("path_quality", load.ROUTER)
CONTROL: Final = ("path_quality", load.CONTROL)


def finding(case: CaseFile, rule: str = "way_in_loss") -> Finding:
    """Give one rule's answer."""
    return next(one for one in find(case) if one.id == rule)


@pytest.mark.parametrize(("received", "answer"), [(100, False), (97, False), (92, True)])
def test_chance_accuses_no_line(received: int, *, answer: bool) -> None:
    """Three of a hundred may be chance, eight are not."""
    assert finding(load.lossy(HUNG, received, load.ROUTER)).answer is answer


def test_what_our_own_side_loses_says_nothing_of_the_line() -> None:
    """Neither that the line is bad, nor that it is good."""
    ours = load.lossy(LOSSY, 39, load.CONTROL)
    assert finding(ours).answer is None
    assert "our own side" in finding(ours).because
    verdict = decide(ours, {})
    assert verdict.domain is FaultDomain.UNDETERMINED
    assert verdict.confidence < 0.6


def test_neighbours_are_a_control_where_there_is_no_reference() -> None:
    """With neither, nothing is said."""
    no_reference = unobserved(LOSSY, *CONTROL, FailureKind.NOT_APPLICABLE)
    assert finding(no_reference).answer is True
    assert "3 neighbours" in finding(no_reference).because
    alone = never_asked(no_reference, *(("path_quality", one) for one in load.NEIGHBOURS))
    assert finding(alone).answer is None


def test_a_router_that_leaves_pings_unanswered_is_not_called_lossy() -> None:
    """Nothing at all came back: that is no part of the packets."""
    assert finding(load.lossy(HUNG, 0, load.ROUTER)).answer is None


def test_a_router_that_was_heard_is_asked_itself() -> None:
    """Its own trains tell more, and the question does not arise."""
    told = finding(ethernet_home())
    assert (told.answer, told.missing) == (None, ())


def test_no_router_is_called_hung_before_its_line_was_looked_at() -> None:
    """SSH that stops in its handshake on a lossy line was once called a hung router, at 0.95."""
    unknown = never_asked(HUNG, WAY_IN)
    assert decide(unknown, {}).domain is FaultDomain.UNDETERMINED
    offer = Offer(gives=(FactKey(*WAY_IN),), cost_s=1.2, nuisance=Nuisance.NONE)
    assert next_probes(unknown, {"way_in": offer}, frozenset()) == ("way_in",)
    assert decide(HUNG, {}).cause == "router_hung"
    assert decide(LOSSY, {}).cause == "access_loss"
    assert all(one.cause != "router_hung" for one in decide(LOSSY, {}).candidates)


def test_a_line_that_loses_is_less_sure_from_outside_than_from_the_router() -> None:
    """A router that is too busy leaves pings unanswered too."""
    outside = decide(LOSSY, {}).confidence
    inside = decide(load.access_loss(ethernet_home("drops")), {}).confidence
    assert 0.7 <= outside < inside


def test_loss_of_all_homes_is_the_nodes() -> None:
    """Neighbours that lose as much share what is wrong."""
    case = load.lossy(LOSSY, 38, *load.NEIGHBOURS)
    assert finding(case).follows_from == "neighbours_suffer"
    assert decide(case, {}).cause == "uplink_congested"


def test_a_router_that_answers_some_packets_is_reached() -> None:
    """Two pings and a connection were lost by bad luck; a hundred tell."""
    away = Reachability(reachable=False, method="tcp", target="192.0.2.77", rtt_s=ABSENT)
    case = with_value(LOSSY, "reachability", "router", away)
    case = unobserved(case, "router_system", "router", FailureKind.SILENT)
    assert finding(case, "router_unreachable").answer is False
    assert finding(never_asked(case, WAY_IN), "router_unreachable").answer is True


def test_what_the_router_says_of_its_line_outweighs_what_we_see_from_here() -> None:
    """It reaches the edge without a loss: what we lose is lost elsewhere."""
    seen = load.way_in(load.measured(ethernet_home("slow_internet")), 80)
    assert finding(seen).answer is None
    assert decide(seen, {}).cause == "no_fault"


def test_who_answers_for_the_home_at_another_port_is_a_matter_of_the_node() -> None:
    """Two homes with one hardware address, or with one address, take each other's packets."""
    case = load.answered_elsewhere(ethernet_home())
    assert finding(case, "home_answers_elsewhere").answer is True
    silent = load.answered_elsewhere(no_router(ethernet_home()))
    assert decide(replace(silent, symptom="drops"), {}).domain == "network"


def test_a_port_that_counts_nothing_at_all_accuses_nobody() -> None:
    """An agent may give the same counters again for some seconds."""
    still = changed(
        load.answered_elsewhere(ethernet_home()), "port_rates", "port", out_packets_per_s=0.0
    )
    assert finding(still, "home_answers_elsewhere").answer is False
    comes = changed(still, "port_rates", "port", in_packets_per_s=97.0)
    assert finding(comes, "home_answers_elsewhere").answer is False


def test_a_port_that_was_counted_at_another_time_tells_nothing_of_the_answers() -> None:
    """The home may have been quiet then."""
    case = load.answered_elsewhere(ethernet_home())
    key = FactKey("port_rates", "port")
    before = case.evidence.observations[key]
    held = {
        **case.evidence.observations,
        key: replace(before, at=before.at - timedelta(seconds=5)),
    }
    apart = replace(case, evidence=Evidence(observations=held))
    assert finding(apart, "home_answers_elsewhere").answer is None
