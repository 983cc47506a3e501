"""Packets that go another way than they should, or one way alone, and names made up on the way."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.device_facts import DeviceWatch, FarEnds
from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.path_facts import DnsCheck, DnsOutcome, HttpCheck, PingCheck
from cpe_diag.domain.route_facts import RouteKind, RouterRoute, RouterRoutes, RouteRule
from cpe_diag.domain.way_out_facts import HOME, OUTSIDE, RouterDrop
from cpe_diag.testing.device_samples import NO_TRIES
from cpe_diag.testing.evidence_samples import changed, with_value
from cpe_diag.testing.faults_enclosed import cut_off

if TYPE_CHECKING:
    from cpe_diag.judge.question import CaseFile

UNTOLD: Final = Missing(why=FailureKind.UNSUPPORTED)


def named(case: CaseFile, router: str, past: str | None) -> CaseFile:
    """The router's name service gives one address of the site, the resolver to it another."""
    case = changed(case, "dns", "router>platform", addresses=(router,))
    if past is None:
        return case
    direct = DnsCheck(
        name="platform.example",
        server="192.0.2.53",
        outcome=DnsOutcome.ANSWERED,
        addresses=(past,),
        took_s=0.01,
    )
    return with_value(case, "dns", "router>operator_resolver/platform", direct)


def rates(case: CaseFile, **fields: float) -> CaseFile:
    """Change what passes at the port."""
    return changed(case, "port_rates", "port", **fields)


def seldom(case: CaseFile) -> CaseFile:
    """The home sends less than once a second, to somebody whom it knows, and gets nothing."""
    return rates(cut_off(case), in_bps=700.0, in_packets_per_s=0.8)


def uplink(case: CaseFile, *, out: float = 0.0, alive: int = 0) -> CaseFile:
    """No neighbour answers, and nothing goes out of the port."""
    case = rates(cut_off(case), out_packets_per_s=out, out_bps=out * 800)
    subjects = case.evidence.subjects("path_quality", "operator>neighbour/")
    for n, subject in enumerate(subjects):
        got = 50 if n < alive else 0
        case = changed(case, "path_quality", subject, sent=50, received=got)
    return case


def routed(case: CaseFile, *devices: str, sure: bool = True) -> CaseFile:
    """The router's default routes in the order of its tables; wan bears the line's address."""
    tables = [f"t{n}" for n in range(len(devices))]
    case = changed(case, "router_wan", "router", device="wan", addresses=("198.51.100.20/24",))
    routes = RouterRoutes(
        routes=(
            RouterRoute(
                network="198.51.100.20/32", kind=RouteKind.LOCAL, table="local", devices=("wan",)
            ),
            *(
                RouterRoute(
                    network="0.0.0.0/0",
                    kind=RouteKind.UNICAST,
                    table=table,
                    devices=(device,),
                    gateways=("198.51.100.1",),
                )
                for table, device in zip(tables, devices, strict=True)
            ),
        ),
        rules=tuple(
            RouteRule(priority=n, ipv6=False, table=table, understood=sure or n + 1 == len(tables))
            for n, table in enumerate(tables)
        ),
    )
    return changed(case, "router_forwarding", "router", routes=routes)


def without_way(case: CaseFile, gateway: object = None, **wan: object) -> CaseFile:
    """The home has a prefix of IPv6, and its router nobody to send to."""
    case = changed(
        case,
        "router_wan",
        "router",
        ipv6_prefixes=("2001:db8:1::/56",),
        ipv6_gateway=gateway,
        **wan,
    )
    ours = case.evidence.value(HttpCheck, "http", "operator>reference")
    case = with_value(case, "http", "operator>reference/ipv6", ours)
    lost = PingCheck(
        target="2001:db8::80",
        sent=4,
        received=0,
        rtt_avg_s=UNTOLD,
        note="sendto: Network is unreachable",
    )
    return with_value(case, "ping", "home>reference/ipv6", lost)


def some_ended(case: CaseFile) -> CaseFile:
    """A rule in the router ends what goes to some addresses."""
    rule = RouterDrop(
        whom=HOME, to=OUTSIDE, kinds=("tcp/443",), rule="ip saddr @list drop", surely=False
    )
    return changed(case, "router_forwarding", "router", drops=(rule,))


def tunnelled(case: CaseFile, answered: int = 1, places: int = 1) -> CaseFile:
    """All that the named device sends past the router is one flow, to one place."""
    watch = case.evidence.value(DeviceWatch, "device_watch", "device")
    if watch is None:
        msg = "the case has no device that was watched"
        raise TypeError(msg)
    flows = replace(
        watch.flows,
        past_router=1,
        past_router_answered=answered,
        past_router_ipv4=1,
        tcp_taken_up=0,
    )
    ends = FarEnds(addresses=places, other_ports=NO_TRIES, no_connection=NO_TRIES)
    return changed(case, "device_watch", "device", flows=flows, far_ends=ends)
