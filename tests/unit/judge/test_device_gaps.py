"""What a router can and cannot say of a device, by evidence made by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.device_facts import DevicePresence, LanOffers, LanSocket, NameQueries
from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.router_facts import LanPort, LanStatus, LogEventKind, LogEvents
from cpe_diag.judge.decide import decide, find
from cpe_diag.testing import faults_at_device as at_device
from cpe_diag.testing import faults_at_home as at_home
from cpe_diag.testing.device_samples import LAPTOP, NOBODY, PHONE
from cpe_diag.testing.evidence_samples import (
    about,
    changed,
    ethernet_home,
    never_asked,
    with_value,
)
from cpe_diag.testing.fault_effects import logged, lost

if TYPE_CHECKING:
    from cpe_diag.judge.question import CaseFile

UNSUPPORTED = Missing(why=FailureKind.UNSUPPORTED)
PRESENCE, FLOWS = ("device_presence", "device"), ("device_flows", "device")
WATCH = ("device_watch", "device")
FRAMES = ("device_frames", "device")
WATCHED = about(ethernet_home("one_device_offline"), device_mac=LAPTOP)
HOME = never_asked(WATCHED, WATCH, FRAMES)
RULES = (
    "device_port_mute",
    "device_dns_dead",
    "device_no_way_out",
    "device_idle",
    "device_takes_no_answers",
    "device_answers_arp_alone",
)


def answer_of(case: CaseFile, rule: str) -> bool | None:
    """Give one rule's answer."""
    return next(finding.answer for finding in find(case) if finding.id == rule)


@pytest.mark.parametrize("rule", RULES)
def test_without_a_look_nothing_is_known_of_a_device(rule: str) -> None:
    """A router that cannot be asked does not say that all is well."""
    case = never_asked(HOME, PRESENCE, FLOWS)
    case = never_asked(case, ("ping", "router>device"))
    assert answer_of(case, rule) is None


def test_a_device_that_is_off_is_not_taken_for_one_with_a_dead_card() -> None:
    """No socket of the router has a link that says nothing."""
    off = changed(at_device.dead_nic(HOME), *PRESENCE, sockets=())
    assert answer_of(off, "device_port_mute") is False
    assert answer_of(off, "device_absent") is True


def test_a_link_at_the_slowest_rate_may_be_of_a_device_that_sleeps() -> None:
    """A computer that is switched off keeps its link to be woken by it."""
    dead = at_device.dead_nic(HOME)
    assert answer_of(dead, "device_port_mute") is True
    port = LanPort(
        name="lan1",
        carrier=True,
        speed_bps=10_000_000,
        full_duplex=True,
        rx_errors=0,
        tx_errors=0,
        crc_errors=0,
    )
    assert answer_of(changed(dead, "router_lan", "router", ports=(port,)), "device_port_mute") is (
        False
    )


def test_a_socket_that_does_not_count_is_not_called_mute() -> None:
    """No counter is not a counter that stands still."""
    unknown = LanSocket(
        name="lan1", carrier=True, frames_in=UNSUPPORTED, carrier_losses=UNSUPPORTED, learned=()
    )
    case = changed(at_device.dead_nic(HOME), *PRESENCE, sockets=(unknown,))
    assert answer_of(case, "device_port_mute") is None
    taken = replace(unknown, frames_in=0, learned=(PHONE,))
    case = changed(at_device.dead_nic(HOME), *PRESENCE, sockets=(taken,))
    assert answer_of(case, "device_port_mute") is False


def test_where_the_router_cannot_send_arp_its_table_speaks() -> None:
    """The kernel gave up on the address after it had asked three times."""
    case = lost(HOME, "router>device", received=0)
    case = changed(case, "wifi_clients", "router", clients=())
    gone = changed(case, *PRESENCE, answered_by=UNSUPPORTED, neighbour_state="FAILED")
    assert answer_of(gone, "device_absent") is True
    stale = changed(case, *PRESENCE, answered_by=UNSUPPORTED, neighbour_state="STALE")
    assert answer_of(stale, "device_absent") is not True


def test_names_that_are_answered_by_anybody_clear_the_name_server() -> None:
    """A device with two name servers, one of them dead, opens its pages."""
    dead = at_device.device_dns(HOME)
    assert answer_of(dead, "device_dns_dead") is True
    some = changed(dead, *FLOWS, names_of_operator=NameQueries(asked=2, answered=2))
    assert answer_of(some, "device_dns_dead") is False
    one = changed(dead, *FLOWS, names_of_others=NameQueries(asked=1, answered=0))
    assert answer_of(one, "device_dns_dead") is None


def test_a_home_with_ipv6_hides_a_wrong_gateway_only_from_who_asks_little() -> None:
    """Sites with IPv6 go on working; after many names one of IPv4 would have been among them."""
    few = changed(at_device.device_gateway(HOME), *FLOWS, past_router=6, past_router_answered=6)
    assert answer_of(few, "device_no_way_out") is None
    many = changed(few, *FLOWS, names_of_router=NameQueries(asked=20, answered=20))
    assert answer_of(many, "device_no_way_out") is True
    partly = changed(many, *FLOWS, whole=False)
    assert answer_of(partly, "device_no_way_out") is None


def test_a_device_that_is_not_there_is_not_called_idle() -> None:
    """Nothing is expected of what is switched off."""
    idle = at_device.device_idle(HOME)
    assert answer_of(idle, "device_idle") is True
    quiet = lost(idle, "router>device", received=0)
    assert answer_of(quiet, "device_idle") is True
    assert answer_of(changed(quiet, *PRESENCE, answered_by=()), "device_idle") is None
    assert answer_of(changed(idle, *FLOWS, whole=False), "device_idle") is None
    unknown = changed(quiet, *PRESENCE, answered_by=UNSUPPORTED, neighbour_state="STALE")
    assert answer_of(unknown, "device_idle") is None


def test_a_device_that_leaves_pings_unanswered_and_works_is_well() -> None:
    """Most computers do so by themselves."""
    case = lost(HOME, "router>device", received=0)
    assert answer_of(case, "device_answers_arp_alone") is False
    nothing = changed(case, *FLOWS, past_router=0, past_router_answered=0, past_router_ipv4=0)
    assert answer_of(nothing, "device_answers_arp_alone") is True
    absent = changed(nothing, *PRESENCE, answered_by=())
    assert answer_of(absent, "device_answers_arp_alone") is False


def test_two_who_answer_for_one_address_are_said_without_a_log() -> None:
    """Few devices of the home write that into the router's log."""
    twice = at_device.duplicate_address(HOME)
    assert answer_of(twice, "lan_duplicate_address") is True
    case = never_asked(HOME, ("router_log", "router"), PRESENCE)
    assert answer_of(case, "lan_duplicate_address") is None


def test_an_address_that_was_given_to_one_and_is_used_by_another_is_used_twice() -> None:
    """Unless it is a repeater's, which speaks for all devices behind it."""
    lan = HOME.evidence.value(LanStatus, "router_lan", "router")
    assert lan is not None
    assert isinstance(lan.neighbours, tuple)
    ours = next(one for one in lan.neighbours if one.mac == LAPTOP)
    others = tuple(one for one in lan.neighbours if one.mac != LAPTOP)
    theirs = replace(ours, mac=at_device.INTRUDER)
    case = changed(HOME, "router_lan", "router", neighbours=(*others, theirs))
    case = never_asked(case, PRESENCE)
    assert answer_of(case, "lan_duplicate_address") is True
    more = replace(theirs, address="192.168.1.177")
    repeater = changed(case, "router_lan", "router", neighbours=(*others, theirs, more))
    assert answer_of(repeater, "lan_duplicate_address") is False


def test_who_else_gives_out_addresses_is_asked_before_the_log_is_believed() -> None:
    """Few routers log it."""
    asked = with_value(HOME, "lan_offers", "router", LanOffers(servers=("192.168.1.77",)))
    assert answer_of(asked, "lan_rogue_dhcp") is True
    nobody = with_value(HOME, "lan_offers", "router", LanOffers(servers=()))
    nobody = never_asked(nobody, ("router_log", "router"))
    assert answer_of(nobody, "lan_rogue_dhcp") is False


def test_the_samples_are_of_the_laptop() -> None:
    """Otherwise the tests above would be about another device."""
    presence = HOME.evidence.value(DevicePresence, *PRESENCE)
    assert presence is not None
    assert presence.answered_by == (LAPTOP,)
    assert NOBODY.asked == 0


def test_a_device_beside_a_false_dhcp_server_is_not_first_called_dead() -> None:
    """It took an address from the false server, and is silent at the one that it had."""
    case = at_device.dead_nic(HOME)
    assert decide(case, {}).cause == "device_dead_nic"
    assert decide(at_home.lan_rogue_dhcp(case), {}).cause == "lan_rogue_dhcp"


def test_requests_that_stayed_without_an_address_are_past_where_addresses_are_free() -> None:
    """A router's log remembers for days; whoever still waited would have asked again by now."""
    full = logged(HOME, LogEventKind.DHCP_POOL_EXHAUSTED, 7)
    assert answer_of(full, "lan_pool_exhausted") is True
    held = full.evidence.value(LogEvents, "router_log", "router")
    assert held is not None
    for age_s, still in ((64.0, True), (600.0, False)):
        events = tuple(replace(event, last_age_s=age_s) for event in held.events)
        case = changed(full, "router_log", "router", events=events)
        assert answer_of(case, "lan_pool_exhausted") is still


def test_whoever_has_an_address_by_now_asks_in_vain_no_more() -> None:
    """Who was refused a minute ago and has a lease now is no reason to accuse the router."""
    full = logged(HOME, LogEventKind.DHCP_POOL_EXHAUSTED, 39)
    held = full.evidence.value(LogEvents, "router_log", "router")
    assert held is not None
    for mac, still in ((LAPTOP, False), ("02:00:5e:99:99:99", True)):
        line = f"dnsmasq-dhcp[9]: DHCPDISCOVER(br-lan) {mac} no address available"
        events = tuple(replace(event, last_line=line, last_age_s=43.0) for event in held.events)
        case = changed(full, "router_log", "router", events=events)
        assert answer_of(case, "lan_pool_exhausted") is still
