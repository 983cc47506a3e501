"""Faults of where packets are sent, and of the way back: what each leaves in the evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.path_facts import HttpCheck, HttpOutcome
from cpe_diag.domain.route_facts import RouteKind, RouterRoute, RouterRoutes, RouteRule
from cpe_diag.domain.way_out_facts import RouterDivert, RouterShaper
from cpe_diag.testing.evidence_samples import changed, with_value
from cpe_diag.testing.faults_on_the_way_out import ipv6_home

if TYPE_CHECKING:
    from cpe_diag.judge.question import CaseFile

SILENT: Final = Missing(why=FailureKind.SILENT)


def route(network: str, device: str, *gateways: str, table: str = "main") -> RouterRoute:
    """Make a route that sends on."""
    return RouterRoute(
        network=network,
        kind=RouteKind.UNICAST,
        table=table,
        devices=(device,),
        gateways=gateways,
    )


PLAIN: Final = RouterRoutes(
    routes=(
        route("0.0.0.0/0", "wan", "198.51.100.1"),
        route("198.51.100.0/24", "wan"),
        route("192.168.1.0/24", "br-lan"),
        route("::/0", "wan", "fe80::1"),
        route("2001:db8:1:100::/64", "br-lan"),
        RouterRoute(
            network="2001:db8:1:100::1/128",
            kind=RouteKind.LOCAL,
            table="local",
            devices=("br-lan",),
        ),
    ),
    rules=tuple(
        RouteRule(priority=priority, ipv6=ipv6, table=table)
        for ipv6 in (False, True)
        for priority, table in ((0, "local"), (32766, "main"))
    ),
)
"""All routes of a home as it should be."""


def with_routes(case: CaseFile, *more: RouterRoute, rules: tuple[RouteRule, ...] = ()) -> CaseFile:
    """Give the router its plain routes, and some more."""
    routes = RouterRoutes(routes=(*PLAIN.routes, *more), rules=(*PLAIN.rules, *rules))
    return changed(
        case,
        "router_forwarding",
        "router",
        routes=routes,
        diverts=(),
        shapers=(),
        translated_to=None,
    )


def router_static_route(case: CaseFile) -> CaseFile:
    """A route of somebody's sends half of the world to a host in the home."""
    case = with_routes(case, route("128.0.0.0/1", "br-lan", "192.168.1.9"))
    return changed(case, "ping", "router>reference", received=0, rtt_avg_s=SILENT)


def router_port_forward(case: CaseFile) -> CaseFile:
    """A forward to a store in the home takes what the home sends to the world as well."""
    kinds = ("tcp/80", "tcp/443")
    divert = RouterDivert(to="192.168.1.50", kinds=kinds, rule="nat, one: dnat", surely=True)
    return changed(with_routes(case), "router_forwarding", "router", diverts=(divert,))


def router_unexplained(case: CaseFile) -> CaseFile:
    """Its rules translate, and what comes back for the home is lost all the same."""
    return changed(case, "ping", "home>reference", received=0, rtt_avg_s=SILENT)


def router_translation_wrong(case: CaseFile) -> CaseFile:
    """What leaves is given an address that the line had once: not even the edge answers."""
    case = changed(with_routes(case), "router_forwarding", "router", translated_to="192.0.2.99")
    for subject in ("home>reference", "router>reference", "router>gateway"):
        case = changed(case, "ping", subject, received=0, rtt_avg_s=SILENT)
    return case


def router_bandwidth_control(case: CaseFile) -> CaseFile:
    """A queue lets one megabit into the home."""
    shaper = RouterShaper(device="br-lan", rate_bps=1_000_000, words="tbf on br-lan")
    return changed(with_routes(case), "router_forwarding", "router", shapers=(shaper,))


def prefix_not_routed(case: CaseFile) -> CaseFile:
    """The operator has lost its route to the home's prefix."""
    case = ipv6_home(case)
    return changed(case, "ping", "home>reference/ipv6", received=0, rtt_avg_s=SILENT)


def edge_route_to_site(case: CaseFile) -> CaseFile:
    """Our network says that it has no way to the site; elsewhere it opens."""
    for subject in ("operator>platform", "router>platform"):
        case = changed(case, "http", subject, outcome=HttpOutcome.UNREACHABLE, status=None)
    elsewhere = HttpCheck(
        url="https://video.example/",
        outcome=HttpOutcome.OK,
        status=200,
        took_s=0.1,
        received_bytes=4096,
    )
    return with_value(case, "http", "elsewhere>platform", elsewhere)


def black_hole_by_ipv4(case: CaseFile) -> CaseFile:
    """The reference page comes by IPv6 alone; by IPv4 nothing comes back from beyond the edge."""
    lost = HttpCheck(
        url="http://203.0.113.10/",
        outcome=HttpOutcome.CONNECT_TIMEOUT,
        status=None,
        took_s=SILENT,
        received_bytes=SILENT,
    )
    case = with_value(case, "http", "router>reference/ipv4", lost)
    return changed(case, "ping", "router>reference", received=0, rtt_avg_s=SILENT)
