"""Who gives names wrongly, or not at all: each party is accused where it alone is to blame."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest

from cpe_diag.domain.device_facts import DeviceWatch, Tries
from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.path_facts import DnsOutcome, HttpOutcome
from cpe_diag.domain.way_out_facts import OUTSIDE, ROUTER, RouterDrop
from cpe_diag.judge.decide import decide, find
from cpe_diag.testing import faults_at_home as at_home
from cpe_diag.testing import faults_enclosed as enclosed
from cpe_diag.testing import faults_of_names as names
from cpe_diag.testing import faults_on_the_way_out as way_out
from cpe_diag.testing import faults_outside as outside
from cpe_diag.testing.device_samples import LAPTOP
from cpe_diag.testing.evidence_samples import (
    about,
    answered,
    changed,
    ethernet_home,
    never_asked,
    with_value,
)

if TYPE_CHECKING:
    from cpe_diag.judge.question import CaseFile

ETH: Final = ethernet_home("no_internet")
SITE: Final = ethernet_home("site_not_opening")
DEAD: Final = way_out.DEAD_SERVER


def answer(case: CaseFile, rule: str) -> bool | None:
    """Give one rule's answer."""
    return {found.id: found.answer for found in find(case)}[rule]


def told(case: CaseFile) -> str:
    """Give the cause of the verdict."""
    return decide(case, {}).cause


def test_a_resolver_set_by_hand_is_the_homes_and_one_of_the_lease_the_operators() -> None:
    """The same dead server: who named it decides whom it is sent to."""
    dead = way_out.router_dns_setting(ETH)
    by_hand = changed(dead, "router_wan", "router", dns_by_hand=(DEAD,))
    of_line = changed(dead, "router_wan", "router", dns_by_hand=())
    assert told(by_hand) == "router_dns_setting"
    assert told(of_line) == "dhcp_old_resolver"
    assert told(names.offered(dead, DEAD)) == "dhcp_old_resolver"
    assert told(names.offered(by_hand, DEAD)) == "router_dns_setting"
    assert told(names.offered(dead, "192.0.2.53")) == "router_dns_setting"


def test_a_lease_of_before_the_move_is_the_operators_too() -> None:
    """Its DHCP server names the new one by now; nobody has set the old one."""
    dead = way_out.router_dns_setting(ETH)
    of_line = changed(dead, "router_wan", "router", dns_by_hand=())
    assert told(names.offered(of_line, "192.0.2.53")) == "dhcp_old_resolver"


def test_nothing_of_a_line_that_gives_nothing_is_the_lines() -> None:
    """Where the address is set by hand, the name servers are."""
    dead = changed(way_out.router_dns_setting(ETH), "router_wan", "router", protocol="static")
    assert answer(dead, "line_names_dead_resolver") is False
    unknown = way_out.router_dns_setting(ETH)
    assert answer(unknown, "line_names_dead_resolver") is None


def test_a_name_server_of_the_home_that_answers_is_no_fault() -> None:
    """Filters and public resolvers are given out by many healthy routers."""
    filtered = names.router_gives_wrong_dns(ETH)
    well = with_value(
        filtered,
        "dns",
        "router>home_resolver",
        names.check(names.FILTER, DnsOutcome.ANSWERED),
    )
    assert answer(well, "home_resolver_dead") is False
    lies = changed(well, "dns", "router>home_resolver", addresses=("192.0.2.200",))
    assert answer(lies, "home_resolver_dead") is True


def test_the_home_is_not_told_healthy_where_its_name_server_is_dead() -> None:
    """The router gets its names: the devices ask somebody else."""
    assert told(names.router_gives_wrong_dns(ETH)) == "router_gives_wrong_dns"
    assert told(ETH) == "no_fault"


def test_no_server_of_the_home_is_blamed_where_no_server_answers_the_router() -> None:
    """A line that is down leaves every server silent."""
    dark = outside.dns_resolver(names.router_gives_wrong_dns(ETH))
    assert answer(dark, "home_resolver_dead") is None
    same = changed(
        names.router_gives_wrong_dns(ETH), "router_wan", "router", dns_servers=(names.FILTER,)
    )
    assert answer(same, "home_resolver_dead") is None


@pytest.mark.parametrize(("silent", "told_lost"), [(0, False), (1, False), (2, True), (20, None)])
def test_a_share_of_flows_is_more_than_one_and_less_than_all(
    silent: int, *, told_lost: bool | None
) -> None:
    """One may be bad luck; where nothing is answered, it is no share."""
    assert answer(names.flows_asked(ETH, silent), "flows_lost") is told_lost


def test_one_lost_question_does_not_accuse_the_router() -> None:
    """Its forwarder asks over the same dead way as everybody."""
    case = names.uplink_member_dead(about(ETH, "slow_internet"))
    assert told(case) == "uplink_member_dead"
    assert told(at_home.router_dns(names.flows_asked(ETH, 0))) == "router_dns_limit"


def test_a_forwarder_that_answers_most_questions_is_not_dead() -> None:
    """One question of it was lost on its way."""
    case = at_home.router_dns(ETH)
    for n in range(4):
        good = names.check("127.0.0.1", DnsOutcome.ANSWERED)
        case = with_value(case, "dns", f"router>reference/again/{n + 1}", good)
    assert answer(case, "router_dns_fails") is False


def test_loss_of_any_packet_is_no_loss_of_flows() -> None:
    """Pings are lost as well then: the way is bad for all of them."""
    lossy = changed(names.flows_asked(ETH, 5), "ping", "router>reference", sent=8, received=6)
    assert answer(lossy, "flows_lost") is None


def test_what_the_routers_own_rules_end_is_not_lost_on_the_way() -> None:
    """A rule that ends a share of its questions is the router's."""
    rule = RouterDrop(
        whom=ROUTER, to=OUTSIDE, kinds=("udp/53",), rule="udp dport 53 drop", surely=True
    )
    case = names.flows_asked(ETH, 5)
    own = changed(case, "router_forwarding", "router", drops=(rule,))
    assert answer(own, "flows_lost") is None
    hidden = Missing(why=FailureKind.UNSUPPORTED)
    assert answer(changed(case, "router_forwarding", "router", drops=hidden), "flows_lost") is None


def test_a_resolver_that_drops_for_our_side_too_is_told_as_that() -> None:
    """It is not the way: nobody gets all of its answers."""
    both = enclosed.asked_again(names.flows_asked(ETH, 5), 5)
    assert answer(both, "flows_lost") is None
    assert answer(both, "resolver_drops") is True
    unlucky = enclosed.asked_again(names.flows_asked(ETH, 12), 8)
    assert answer(unlucky, "resolver_drops") is True
    assert answer(enclosed.asked_again(ETH, 8), "resolver_drops") is None


@pytest.mark.parametrize("beyond", [True, False])
def test_silence_is_the_resolvers_own_where_other_questions_pass(*, beyond: bool) -> None:
    """A filter at the edge stops questions to anybody; a list of the resolver's only its own."""
    case = names.flows_asked(enclosed.names_blocked(ETH), 20, beyond=beyond)
    assert told(case) == ("dns_resolver" if beyond else "service_blocked")


def test_a_resolver_that_answers_when_asked_again_turns_nobody_away() -> None:
    """One silence beside answers is a share, not a refusal."""
    case = names.flows_asked(enclosed.names_blocked(ETH), 1)
    assert answer(case, "resolver_turns_home_away") is False


def test_a_site_that_is_withheld_is_told_from_a_name_service_that_lies() -> None:
    """A list keeps one name back; a name service that is broken lies about every one."""
    assert told(names.router_blocklist(SITE)) == "router_blocklist"
    gone = {"outcome": DnsOutcome.NXDOMAIN, "addresses": ()}
    case = changed(SITE, "dns", "router>platform", **gone)
    case = changed(case, "http", "router>platform", outcome=HttpOutcome.NAME_FAILED, status=None)
    assert told(case) == "router_blocklist"
    every = way_out.router_names_lie(SITE)
    assert answer(every, "router_withholds_site") is not True
    assert answer(every, "router_names_lie") is True


def test_what_all_the_world_is_told_of_a_name_is_its_owners() -> None:
    """Our resolver repeats it; the address in the configuration is older."""
    wrong = names.platform_name_wrong(SITE)
    assert told(wrong) == "platform_name"
    assert answer(wrong, "resolver_lies") is False


def test_an_address_that_only_our_resolver_tells_is_its_own_lie() -> None:
    """A resolver elsewhere gives another one."""
    wrong = names.platform_name_wrong(SITE)
    ours = changed(wrong, "dns", "elsewhere>platform", addresses=("203.0.113.80",))
    assert answer(ours, "resolver_lies") is True
    assert answer(ours, "platform_name_wrong") is not True


def test_a_page_that_fails_elsewhere_too_tells_that_all_are_told_so() -> None:
    """Where no resolver elsewhere is known, the proxy there has asked one."""
    wrong = never_asked(names.platform_name_wrong(SITE), ("dns", "elsewhere>platform"))
    assert told(wrong) == "platform_name"
    fine = changed(wrong, "http", "elsewhere>platform", outcome=HttpOutcome.OK, status=200)
    assert told(fine) == "dns_resolver_lies"


def watched(sites: Tries | Missing, dead_ends: int, taken_up: int = 5) -> CaseFile:
    """Give a home whose device was watched while a site did not open on it."""
    case = about(SITE, device_mac=LAPTOP)
    watch = case.evidence.value(DeviceWatch, "device_watch", "device")
    assert watch is not None
    flows = replace(watch.flows, tcp_taken_up=taken_up)
    seen = replace(watch, to_site=sites, dead_ends=dead_ends, flows=flows)
    return with_value(case, "device_watch", "device", seen)


NONE: Final = Tries(asked=0, answered=0, taken_up=0)
ONE: Final = Tries(asked=1, answered=1, taken_up=1)


def test_a_device_that_looks_for_the_site_elsewhere_is_told() -> None:
    """A line of its file of hosts goes before every name server."""
    assert told(watched(NONE, 1)) == "device_hosts_file"
    opening = answered(watched(NONE, 0), "page_opening", "opening")
    assert told(opening) == "device_hosts_file"


def test_a_device_that_was_not_asked_for_the_site_is_no_witness() -> None:
    """Nobody has opened the site on it: it is neither accused nor called well."""
    assert answer(watched(NONE, 0), "device_misses_site") is None
    assert told(watched(NONE, 0)) == "undetermined"


def test_a_device_that_reaches_the_site_is_not_accused() -> None:
    """What it does beside is its own business."""
    assert answer(watched(ONE, 2), "device_misses_site") is False
    assert answer(watched(NONE, 2, taken_up=0), "device_misses_site") is None
    assert answer(watched(names.SILENT, 2), "device_misses_site") is None
