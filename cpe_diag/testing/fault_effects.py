"""What faults have in common: evidence without a router or a node, with lost pings or a log."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.line_facts import LineQuality
from cpe_diag.domain.path_facts import DnsOutcome, HttpOutcome, Reachability
from cpe_diag.domain.port_facts import OperStatus, PortRates
from cpe_diag.domain.router_facts import LogEvent, LogEventKind, LogEvents
from cpe_diag.domain.sibling_facts import Siblings
from cpe_diag.testing import sibling_samples
from cpe_diag.testing.evidence_samples import ABSENT, changed, unobserved, with_value

if TYPE_CHECKING:
    from cpe_diag.domain.ont_facts import OntDownCause
    from cpe_diag.judge.question import CaseFile

Fault = Callable[["CaseFile"], "CaseFile"]
READ_OVER_SSH: Final = (
    "router_system",
    "router_wan",
    "router_lan",
    "router_log",
    "router_wifi",
    "wifi_clients",
    "air_scan",
)
FROM_ROUTER: Final = (
    ("ping", "router>gateway"),
    ("ping", "router>reference"),
    ("ping", "router>device"),
    ("device_presence", "device"),
    ("device_flows", "device"),
    ("device_watch", "device"),
    ("home_watch", "router"),
    ("lan_offers", "router"),
    ("lan_routers", "router"),
    ("device_frames", "device"),
    ("dns", "router>reference"),
    ("dns", "router>operator_resolver"),
    ("dns", "router>platform"),
    ("http", "router>reference"),
    ("http", "router>platform"),
)
NODE_FACTS: Final = (
    ("node_system", "node"),
    ("port_status", "port"),
    ("port_speed", "port"),
    ("port_counters", "port"),
    ("port_rates", "port"),
    ("port_watch", "port"),
    ("learned_macs", "port"),
    ("siblings", "node"),
    ("line_quality", "line"),
)


def no_router(case: CaseFile, why: FailureKind = FailureKind.SILENT) -> CaseFile:
    """No question to the router is answered, all for the same reason."""
    for kind in READ_OVER_SSH:
        case = unobserved(case, kind, "router", why)
    for kind, subject in FROM_ROUTER:
        case = unobserved(case, kind, subject, FailureKind.DEPENDENCY)
    return case


def router_gone(case: CaseFile) -> CaseFile:
    """The router cannot be reached."""
    away = Reachability(reachable=False, method="tcp", target="192.0.2.77", rtt_s=ABSENT)
    return no_router(with_value(case, "reachability", "router", away))


def node_gone(case: CaseFile) -> CaseFile:
    """The access node's agent is silent."""
    away = Reachability(reachable=False, method="snmp", target="192.0.2.10", rtt_s=ABSENT)
    case = with_value(case, "reachability", "node", away)
    neighbours = tuple(
        (kind, subject)
        for kind in ("port_status", "port_counters", "port_rates")
        for subject in case.evidence.subjects(kind, "neighbour/")
    )
    for kind, subject in (*NODE_FACTS, *neighbours):
        if case.evidence.get(kind, subject) is not None:
            case = unobserved(case, kind, subject, FailureKind.SILENT)
    return case


def link_down(case: CaseFile) -> CaseFile:
    """The port lost its link two minutes ago, and everything behind it went with it."""
    case = changed(case, "port_status", "port", oper=OperStatus.DOWN, last_change_s=120.0)
    case = together(case, sibling_samples.OWN)
    case = changed(case, "learned_macs", "port", entries=())
    if case.evidence.value(PortRates, "port_rates", "port"):
        case = changed(case, "port_rates", "port", in_bps=0.0, in_packets_per_s=0.0)
    if case.evidence.value(LineQuality, "line_quality", "line"):
        case = changed(case, "line_quality", "line", in_sync=False)
    return router_gone(case)


def together(case: CaseFile, group: str, cause: OntDownCause | None = None) -> CaseFile:
    """All ports of a group went down two minutes ago."""
    held = case.evidence.value(Siblings, "siblings", "node")
    if held is None:
        return case
    return with_value(case, "siblings", "node", sibling_samples.fell(held, group, cause=cause))


def no_way_out(case: CaseFile) -> CaseFile:
    """Nothing that the router asks beyond itself is answered."""
    for subject in ("router>gateway", "router>reference"):
        case = lost(case, subject, received=0)
    for subject in ("router>reference", "router>operator_resolver", "router>platform"):
        case = changed(case, "dns", subject, outcome=DnsOutcome.TIMEOUT, addresses=())
    for subject in ("router>reference", "router>platform"):
        case = changed(case, "http", subject, outcome=HttpOutcome.NAME_FAILED, status=None)
    return case


def lost(case: CaseFile, subject: str, *, received: int) -> CaseFile:
    """Of five echo requests only so many came back."""
    if received == 0:
        return changed(case, "ping", subject, received=0, rtt_avg_s=ABSENT)
    return changed(case, "ping", subject, received=received)


def logged(case: CaseFile, kind: LogEventKind, count: int, subject: str = "") -> CaseFile:
    """The router's log holds so many lines of one kind."""
    held = case.evidence.value(LogEvents, "router_log", "router")
    event = LogEvent(kind=kind, subject=subject, count=count, last_line="sample")
    events = (*(held.events if held else ()), event)
    return with_value(case, "router_log", "router", LogEvents(lines_read=200, events=events))


def wan_lost(case: CaseFile, *codes: str) -> CaseFile:
    """The router holds no address."""
    case = changed(
        case, "router_wan", "router", up=False, addresses=(), gateway=None, error_codes=codes
    )
    case = no_way_out(case)
    return unobserved(case, "ping", "router>gateway", FailureKind.DEPENDENCY)
