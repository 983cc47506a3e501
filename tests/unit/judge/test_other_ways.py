"""Whose fault it is, by which way packets go and who else gets them: no mechanism is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from cpe_diag.domain.path_facts import DnsOutcome, HttpOutcome
from cpe_diag.domain.verdict import FaultDomain
from cpe_diag.judge.decide import decide, find
from cpe_diag.testing import faults_enclosed as enclosed
from cpe_diag.testing import faults_in_part as in_part
from cpe_diag.testing import faults_of_names as names
from cpe_diag.testing import faults_of_ways as off
from cpe_diag.testing import faults_outside as outside
from cpe_diag.testing.device_samples import LAPTOP
from cpe_diag.testing.evidence_samples import about, answered, changed, ethernet_home

if TYPE_CHECKING:
    from cpe_diag.domain.verdict import Verdict
    from cpe_diag.judge.question import CaseFile

ETH: Final = ethernet_home("no_internet")
SLOW: Final = ethernet_home("slow_internet")
SITE: Final = ethernet_home("site_not_opening")


def answer(case: CaseFile, rule: str) -> bool | None:
    """Give one rule's answer."""
    return {found.id: found.answer for found in find(case)}[rule]


def told(case: CaseFile) -> Verdict:
    """Judge, with nothing left to ask."""
    return decide(case, {})


def test_a_resolver_that_answers_every_question_of_the_router_drops_none() -> None:
    """A machine of ours that is too busy to hear answers accuses nobody."""
    ours = names.flows_asked(ETH, 0)
    for n in range(5):
        lost = {"outcome": DnsOutcome.TIMEOUT, "addresses": ()}
        ours = changed(ours, "dns", f"operator>reference/again/{n + 1}", **lost)
    assert answer(ours, "resolver_drops") is None
    assert answer(enclosed.asked_again(ETH, 5), "resolver_drops") is True


def test_a_resolver_that_sends_to_where_nobody_is_while_others_get_the_page_is_the_operators() -> (
    None
):
    """The site is well at its own address, and others are led there."""
    case = outside.platform_down(SITE)
    wrong = {"told": ("203.0.113.99",), "told_tls": HttpOutcome.UNREACHABLE}
    led = changed(case, "name_truth", "platform", known_tls=HttpOutcome.OK, **wrong)
    others = changed(led, "http", "elsewhere>platform", outcome=HttpOutcome.OK, status=200)
    assert answer(others, "resolver_lies") is True
    assert told(others).domain is FaultDomain.NETWORK
    assert answer(led, "resolver_lies") is not True


def test_long_frames_fill_a_radio_with_fewer_of_them() -> None:
    """A loop of a cable sends what was sent to all again; its frames are not of the least size."""
    few_long = in_part.shouted_down(ETH, octets=400_000, frames=3_600)
    assert answer(few_long, "home_shouted_down") is True
    assert told(few_long).domain is FaultDomain.DEVICE
    assert answer(in_part.shouted_down(ETH, octets=40_000, frames=400), "home_shouted_down") is (
        False
    )


def test_a_site_that_asks_everybody_who_they_are_is_not_well() -> None:
    """Who has a name there does not complain that it does not open."""
    asks = {"outcome": HttpOutcome.HTTP_ERROR, "status": 401}
    ours = changed(SITE, "http", "operator>platform", **asks)
    assert answer(ours, "site_amiss") is False
    everybody = changed(ours, "http", "router>platform", **asks)
    everybody = changed(everybody, "http", "elsewhere>platform", **asks)
    assert answer(everybody, "site_amiss") is True
    assert told(everybody).domain is FaultDomain.PLATFORM


def test_an_address_that_the_router_alone_gives_for_a_site_is_the_routers() -> None:
    """It opens there all the same for the router: an old server, somebody else's copy."""
    case = off.named(SITE, "203.0.113.99", "203.0.113.80")
    assert answer(case, "site_led_elsewhere") is True
    assert told(case).domain is FaultDomain.ROUTER


@pytest.mark.parametrize(
    ("router", "past"),
    [
        ("203.0.113.80", "203.0.113.80"),  # as it should be
        ("203.0.113.99", "203.0.113.98"),  # a large site: another one each time
        ("203.0.113.99", None),  # nobody asked past it
    ],
)
def test_a_site_of_many_addresses_accuses_no_router(router: str, past: str | None) -> None:
    """Addresses that differ are no sign by themselves."""
    assert answer(off.named(SITE, router, past), "site_led_elsewhere") is False


def test_a_home_that_sends_seldom_and_gets_nothing_is_cut_off_outside() -> None:
    """What gets no answer is sent again ever more seldom; it is no search for an edge."""
    case = off.seldom(ETH)
    assert answer(case, "home_cut_off") is False
    assert answer(case, "home_sends_in_vain") is True
    assert told(case).domain is FaultDomain.NETWORK
    seeks = off.rates(case, in_bps=0.8 * 8 * 60)
    assert answer(seeks, "home_sends_in_vain") is False
    mute = off.rates(case, in_bps=0.0, in_packets_per_s=0.0)
    assert answer(mute, "home_sends_in_vain") is False


def test_a_node_through_which_nothing_comes_is_the_operators() -> None:
    """Its ports are up, and it is reached by another way: the fibre behind it is cut."""
    assert answer(off.uplink(ETH), "node_cut_off") is True
    assert told(off.uplink(ETH)).domain is FaultDomain.NETWORK
    assert answer(off.uplink(ETH, out=1.2), "node_cut_off") is False
    assert answer(off.uplink(ETH, alive=1), "node_cut_off") is False
    assert answer(ETH, "node_cut_off") is False


def test_a_home_that_leaves_by_another_line_is_the_routers() -> None:
    """The operator's line is up, and nothing of the home goes by it."""
    assert answer(off.routed(SLOW, "wan"), "router_leaves_elsewhere") is False
    assert answer(off.routed(SLOW, "wwan0"), "router_leaves_elsewhere") is True
    assert answer(off.routed(SLOW, "wwan0", "wan", sure=False), "router_leaves_elsewhere") is True
    assert told(off.routed(SLOW, "wwan0")).domain is FaultDomain.ROUTER


def test_a_home_with_addresses_and_no_way_out_by_ipv6_waits_for_the_operators_edge() -> None:
    """RFC 7084, W-3: the way out is what the edge announces."""
    assert answer(off.without_way(SLOW), "ipv6_without_way") is True
    assert told(off.without_way(SLOW)).domain is FaultDomain.NETWORK
    assert answer(off.without_way(SLOW, "fe80::1"), "ipv6_without_way") is False
    assert answer(off.without_way(SLOW, off.UNTOLD), "ipv6_without_way") is None
    behind = off.without_way(
        SLOW, addresses=("192.168.178.20/24",), ipv6_handed_out=("2001:db8:1::/56",)
    )
    assert answer(behind, "ipv6_without_way") is None
    assert answer(behind, "edge_not_announced") is None


def test_a_rule_of_the_routers_is_looked_at_first_where_a_site_fails_for_one_home() -> None:
    """It accuses nobody by itself: most such rules are wanted."""
    held = off.some_ended(SITE)
    assert answer(held, "router_ends_some") is True
    assert told(held).domain is FaultDomain.NONE
    assert answer(SITE, "router_ends_some") is False


def test_a_device_in_a_tunnel_that_is_answered_is_neither_well_nor_to_blame() -> None:
    """What comes out of the tunnel is seen by nobody here: somebody has to look without it."""
    case = answered(about(SLOW, device_mac=LAPTOP), "affected", "one_device")
    assert told(case).domain is FaultDomain.DEVICE
    tunnel = off.tunnelled(case)
    assert answer(tunnel, "device_suffers_alone") is None
    assert told(tunnel).domain is FaultDomain.UNDETERMINED
    assert answer(off.tunnelled(case, answered=0), "device_in_tunnel") is False
    assert answer(off.tunnelled(case, places=3), "device_in_tunnel") is False


def test_a_node_whose_homes_are_silent_is_not_cut_off_where_our_own_side_is() -> None:
    """What failed on our side is no answer."""
    blind = changed(off.uplink(ETH), "http", "operator>reference", outcome=HttpOutcome.UNREACHABLE)
    assert answer(blind, "node_cut_off") is None
    assert answer(blind, "uplink_silent") is None
