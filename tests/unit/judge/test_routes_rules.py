"""A router's ways are followed as its kernel does, and accused only where they are sure."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final

import pytest

from cpe_diag.domain.path_facts import HttpOutcome
from cpe_diag.domain.route_facts import RouteKind, RouterRoute, RouterRoutes, RouteRule
from cpe_diag.domain.router_facts import LanNeighbour
from cpe_diag.domain.way_out_facts import RouterDivert, RouterDrop, RouterShaper
from cpe_diag.judge.decide import decide, find
from cpe_diag.judge.route_lookup import Packet, ways
from cpe_diag.testing import faults_of_routes as routes
from cpe_diag.testing.evidence_samples import about, changed, ethernet_home, never_asked

if TYPE_CHECKING:
    from cpe_diag.judge.question import CaseFile

ETH = ethernet_home()
TARGET = ip_address("203.0.113.130")
HOME = Packet(target=TARGET, source=ip_address("192.168.1.7"), comes_in="br-lan")


def answer(case: object, rule: str) -> bool | None:
    """Give one rule's answer."""
    return {one.id: one.answer for one in find(case)}[rule]  # type: ignore[arg-type]  # a case


def plain(*more: RouterRoute, rules: tuple[RouteRule, ...] = ()) -> RouterRoutes:
    """Give the routes of a home, and some more."""
    return RouterRoutes(routes=(*routes.PLAIN.routes, *more), rules=(*routes.PLAIN.rules, *rules))


def devices(found: tuple[RouterRoute | None, ...]) -> list[str | None]:
    """Name where ways lead."""
    return [one.devices[0] if one is not None and one.devices else None for one in found]


def test_the_longest_prefix_is_taken_and_of_equals_the_smallest_metric() -> None:
    """ip-route(8)."""
    longer = routes.route("203.0.113.128/25", "br-lan", "192.168.1.9")
    assert devices(ways(plain(longer), HOME)) == ["br-lan"]
    spare = replace(routes.route("0.0.0.0/0", "lte0"), metric=50)
    assert devices(ways(plain(spare), HOME)) == ["wan"]


def test_a_rule_for_those_of_the_home_leaves_the_router_its_own_way() -> None:
    """What the router reaches itself says nothing of what the home reaches then."""
    rule = RouteRule(priority=10, ipv6=False, table="7", source="192.168.1.0/24")
    by_rule = plain(routes.route("0.0.0.0/0", "tun0", table="7"), rules=(rule,))
    assert devices(ways(by_rule, HOME)) == ["tun0"]
    assert devices(ways(by_rule, Packet(target=TARGET))) == ["wan"]


def test_a_table_without_a_way_has_the_next_rule_asked() -> None:
    """ip-rule(8); a route that throws does the same."""
    rule = RouteRule(priority=10, ipv6=False, table="7")
    thrown = RouterRoute(network="0.0.0.0/0", kind=RouteKind.THROW, table="7")
    assert devices(ways(plain(rules=(rule,)), HOME)) == ["wan"]
    assert devices(ways(plain(thrown, rules=(rule,)), HOME)) == ["wan"]


def test_a_rule_that_nobody_understands_leaves_both_ways_open() -> None:
    """Marks are set where nobody looks."""
    rule = RouteRule(priority=10, ipv6=False, table="7", understood=False)
    marked = plain(routes.route("0.0.0.0/0", "tun0", table="7"), rules=(rule,))
    assert devices(ways(marked, HOME)) == ["tun0", "wan"]


@pytest.mark.parametrize(
    "more",
    [
        RouterRoute(network="128.0.0.0/1", kind=RouteKind.BLACKHOLE, table="main"),
        RouterRoute(network="128.0.0.0/1", kind=RouteKind.PROHIBIT, table="main"),
        routes.route("128.0.0.0/1", "br-lan"),
        routes.route("128.0.0.0/1", "dmz0", "192.168.1.9"),
    ],
)
def test_ways_that_do_not_lead_out_are_the_routers_fault(more: RouterRoute) -> None:
    """Ended, into the home's network, or by way of a host in it."""
    assert answer(routes.with_routes(ETH, more), "router_sends_astray") is True


def test_a_tunnel_that_works_is_nobodys_fault() -> None:
    """It is, where the edge answers and nothing comes back from beyond it."""
    case = routes.with_routes(ETH, routes.route("128.0.0.0/1", "wg0"))
    assert answer(case, "router_sends_astray") is False
    lost = changed(case, "ping", "router>reference", received=0)
    assert answer(lost, "router_sends_astray") is True


def test_routes_to_what_nobody_asks_for_accuse_nobody() -> None:
    """A black hole for somebody else's addresses is what many routers have."""
    other = RouterRoute(network="10.0.0.0/8", kind=RouteKind.UNREACHABLE, table="main")
    assert answer(routes.with_routes(ETH, other), "router_sends_astray") is False


def test_without_any_way_out_no_single_route_is_accused() -> None:
    """Another finding says that."""
    case = changed(routes.router_static_route(ETH), "router_wan", "router", gateway=None)
    assert answer(case, "router_sends_astray") is None


@pytest.mark.parametrize(("state", "told"), [("FAILED", True), ("REACHABLE", False)])
def test_a_filter_of_names_may_take_them_as_long_as_it_is_there(state: str, *, told: bool) -> None:
    """Families do so on purpose."""
    there = LanNeighbour(mac="02:00:5e:00:00:53", address="192.168.1.53", state=state)
    divert = RouterDivert(to="192.168.1.53", kinds=("udp/53",), rule="dnat", surely=True)
    case = changed(routes.with_routes(ETH), "router_forwarding", "router", diverts=(divert,))
    case = changed(case, "router_lan", "router", neighbours=(there,))
    assert answer(case, "router_diverts_pages") is told


def test_a_queue_of_guests_or_near_the_sold_rate_holds_nobody_back() -> None:
    """Queues are there to be used."""
    case = routes.router_bandwidth_control(ETH)
    held = RouterShaper(device="br-lan", rate_bps=1_000_000, words="tbf on br-lan")
    for shaper in (replace(held, device="br-guest"), replace(held, rate_bps=90_000_000)):
        spared = changed(case, "router_forwarding", "router", shapers=(shaper,))
        assert answer(spared, "router_shapes_low") is False


MINE: Final = "02:00:5e:20:00:01"
KINDS: Final = ("tcp/80", "tcp/443", "udp/53")


def _policed(rule: str, whom: str, kinds: tuple[str, ...], spared: tuple[str, ...]) -> CaseFile:
    drop = RouterDrop(whom=whom, to="outside", kinds=kinds, rule=rule, surely=False, spared=spared)
    case = replace(routes.with_routes(ETH), device_mac=MINE)
    return changed(case, "router_forwarding", "router", drops=(drop,), shapers=())


SLOW_RULE: Final = "forward: limit rate over 100 kbytes/second burst 64 kbytes drop"


@pytest.mark.parametrize(
    ("rule", "whom", "kinds", "spared", "told"),
    [
        (SLOW_RULE, MINE, KINDS, (), True),
        (SLOW_RULE, "home", KINDS, (), True),
        (SLOW_RULE, "home", KINDS, (MINE,), False),
        (SLOW_RULE, "02:00:5e:20:00:77", KINDS, (), False),
        (SLOW_RULE, MINE, ("icmp",), (), False),
        (SLOW_RULE.replace("100 k", "100 m"), MINE, KINDS, (), False),
        (SLOW_RULE.replace("100 kbytes", "100"), MINE, KINDS, (), False),
    ],
    ids=["its own", "all", "it is spared", "another's", "pings", "fast", "packets"],
)
def test_a_rule_that_ends_what_comes_faster_holds_back_whom_it_names(
    rule: str, whom: str, kinds: tuple[str, ...], spared: tuple[str, ...], *, told: bool
) -> None:
    """A limit for one device, which somebody has forgotten."""
    assert answer(_policed(rule, whom, kinds, spared), "router_shapes_low") is told


def test_packets_that_the_router_does_not_send_say_nothing_of_the_operators_route() -> None:
    """Its own kernel says why."""
    note = "ping: sendto: Network unreachable"
    case = changed(routes.prefix_not_routed(ETH), "ping", "home>reference/ipv6", note=note)
    assert answer(case, "ipv6_prefix_unreachable") is False


def test_a_page_by_ipv6_does_not_hide_that_ipv4_is_lost() -> None:
    """A home whose IPv4 goes nowhere was called healthy."""
    case = about(routes.black_hole_by_ipv4(ETH), symptom="no_internet")
    assert answer(case, "internet_unreachable") is True
    assert decide(case, {}).cause == "route_beyond_edge"


def test_a_site_that_ends_connections_is_no_missing_way() -> None:
    """Whoever answers is there."""
    case = routes.edge_route_to_site(ETH)
    case = changed(case, "http", "operator>platform", outcome=HttpOutcome.REFUSED)
    assert answer(case, "site_way_missing") is False


def test_without_a_vantage_elsewhere_nobody_knows_whose_way_is_missing() -> None:
    """Then the site may be gone for everybody."""
    case = changed(
        routes.edge_route_to_site(ETH),
        "http",
        "elsewhere>platform",
        outcome=HttpOutcome.UNREACHABLE,
    )
    assert answer(case, "site_way_missing") is False
    alone = never_asked(routes.edge_route_to_site(ETH), ("http", "elsewhere>platform"))
    assert answer(alone, "site_way_missing") is None
