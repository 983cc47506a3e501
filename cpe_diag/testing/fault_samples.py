"""What the evidence of a healthy home turns into under each fault, as probes would bring it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.line_facts import LineQuality
from cpe_diag.domain.missing import known
from cpe_diag.domain.ont_facts import OntDownCause
from cpe_diag.domain.path_facts import DnsOutcome, HttpOutcome, Reachability
from cpe_diag.domain.port_facts import Duplex, LearnedMac, NodeSystem, OperStatus, PortRates
from cpe_diag.domain.router_facts import (
    LanNeighbour,
    LanStatus,
    LogEvent,
    LogEventKind,
    LogEvents,
)
from cpe_diag.domain.sibling_facts import Siblings
from cpe_diag.domain.wifi_facts import AirNeighbour, AirScan, WifiClients, WifiStatus
from cpe_diag.testing import sibling_samples
from cpe_diag.testing.evidence_samples import (
    ABSENT,
    LAPTOP,
    ROUTER_MAC,
    changed,
    unobserved,
    with_value,
)

if TYPE_CHECKING:
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


def port_shut(case: CaseFile) -> CaseFile:
    """The operator switched the port off."""
    return changed(link_down(case), "port_status", "port", admin_up=False)


def line_cut(case: CaseFile) -> CaseFile:
    """The wire is cut; a DSL node sees no signal, an Ethernet port only no link."""
    case = link_down(case)
    if case.evidence.value(LineQuality, "line_quality", "line"):
        case = changed(case, "line_quality", "line", loss_of_signal=True)
    return case


def customer_power(case: CaseFile) -> CaseFile:
    """The router lost its power; a DSL modem says so with its last breath."""
    case = link_down(case)
    if case.evidence.value(LineQuality, "line_quality", "line"):
        case = changed(case, "line_quality", "line", far_end_power_lost=True, loss_of_signal=True)
    return case


def line_noise(case: CaseFile) -> CaseFile:
    """The line's margin is nearly gone and its seconds are full of errors (DSL only)."""
    line = _line(case)
    errors = replace(line.errors, errored_s=210, severely_errored_s=24, code_violations=4_100)
    down = replace(line.down, snr_margin_db=2.1, rate_bps=52_000_000)
    case = changed(case, "line_quality", "line", errors=errors, down=down)
    return changed(case, "port_rates", "port", in_errors=9)


def line_retrains(case: CaseFile) -> CaseFile:
    """The line trains again and again (DSL only)."""
    errors = replace(_line(case).errors, full_inits=6)
    case = changed(case, "line_quality", "line", errors=errors, full_inits_previous_day=64)
    case = changed(case, "port_status", "port", last_change_s=95.0)
    return logged(case, LogEventKind.WAN_LINK_LOST, 6)


def line_rate_low(case: CaseFile) -> CaseFile:
    """The line runs at a fifth of what was sold."""
    if case.evidence.get("line_quality", "line") is None:
        return changed(case, "port_speed", "port", speed_bps=10_000_000)
    down = replace(_line(case).down, rate_bps=11_000_000)
    return changed(case, "line_quality", "line", down=down)


def _line(case: CaseFile) -> LineQuality:
    line = case.evidence.value(LineQuality, "line_quality", "line")
    if line is None:
        msg = "this fault is of a DSL home"
        raise TypeError(msg)
    return line


def port_errors(case: CaseFile) -> CaseFile:
    """Frames arrive damaged."""
    case = changed(case, "port_rates", "port", in_errors=41, fcs_errors=41)
    case = lost(case, "router>gateway", received=3)
    return lost(case, "router>reference", received=3)


def duplex_mismatch(case: CaseFile) -> CaseFile:
    """One end runs at half duplex."""
    case = changed(case, "port_speed", "port", duplex=Duplex.HALF, speed_bps=100_000_000)
    return changed(case, "port_rates", "port", late_collisions=14, fcs_errors=20, in_errors=20)


def node_outage(case: CaseFile) -> CaseFile:
    """The whole access node is dark."""
    return router_gone(node_gone(case))


def node_part_outage(case: CaseFile) -> CaseFile:
    """Ports near ours went down with it, the agent still answers, and no sibling was asked."""
    case = unobserved(link_down(case), "siblings", "node", FailureKind.OUT_OF_TIME)
    for subject in case.evidence.subjects("port_status", "neighbour/"):
        case = changed(case, "port_status", subject, oper=OperStatus.DOWN, last_change_s=121.0)
    return case


def splitter_outage(case: CaseFile) -> CaseFile:
    """All homes of our splitter went dark, the others of the PON did not."""
    return link_down(together(case, sibling_samples.SPLITTER))


def pon_outage(case: CaseFile) -> CaseFile:
    """The PON is dark, other PONs of the card are lit."""
    return link_down(together(case, sibling_samples.PON, OntDownCause.LOSS_OF_SIGNAL))


def card_outage(case: CaseFile) -> CaseFile:
    """All that hangs on the card is down, other cards work."""
    return link_down(together(case, sibling_samples.CARD))


def node_ports_outage(case: CaseFile) -> CaseFile:
    """The node answers, and all of its ports are down."""
    return link_down(together(case, sibling_samples.EVERYBODY))


def card_not_back(case: CaseFile) -> CaseFile:
    """The node started again without one card, whose ports have no time since."""
    case = link_down(together(case, sibling_samples.CARD))
    case = changed(case, "port_status", "port", last_change_s=ABSENT)
    return _with_siblings(case, sibling_samples.undated)


def splitter_half_dated(case: CaseFile) -> CaseFile:
    """All of the PON are dark, and the node dates some of them only."""
    return _with_siblings(pon_outage(case), sibling_samples.half_dated)


def seasonal_homes(case: CaseFile) -> CaseFile:
    """Most homes of the splitter, ours too, have been dark since the node started."""
    case = line_cut(case)
    system = case.evidence.value(NodeSystem, "node_system", "node")
    if system is None:
        return case
    ago_s = system.uptime_s - 20.0
    case = changed(case, "port_status", "port", last_change_s=ago_s)
    return _with_siblings(case, lambda held: sibling_samples.seasonal(held, ago_s))


def _with_siblings(case: CaseFile, change: Callable[[Siblings], Siblings]) -> CaseFile:
    held = case.evidence.value(Siblings, "siblings", "node")
    return case if held is None else with_value(case, "siblings", "node", change(held))


def area_power_cut(case: CaseFile) -> CaseFile:
    """The street is without power: every ONT of the PON said goodbye."""
    return customer_power(together(case, sibling_samples.PON, OntDownCause.DYING_GASP))


def wrong_vlan(case: CaseFile) -> CaseFile:
    """The router was learned in a VLAN where nobody serves it."""
    entries = (LearnedMac(mac=ROUTER_MAC, vlan=999),)
    return dhcp_no_offer(changed(case, "learned_macs", "port", entries=entries))


def dhcp_no_offer(case: CaseFile) -> CaseFile:
    """Nobody offers the router an address."""
    case = changed(case, "router_wan", "router", protocol="dhcp")
    return logged(wan_lost(case), LogEventKind.DHCP_NO_OFFER, 12)


def pppoe_no_server(case: CaseFile) -> CaseFile:
    """No PPPoE server answers."""
    case = changed(case, "router_wan", "router", protocol="pppoe")
    return logged(wan_lost(case), LogEventKind.PPPOE_NO_SERVER, 8)


def auth_refused(case: CaseFile) -> CaseFile:
    """The server refuses the router's login."""
    case = changed(case, "router_wan", "router", protocol="pppoe")
    return logged(wan_lost(case, "AUTH_TOPEER_FAILED"), LogEventKind.PPP_AUTH_REFUSED, 5)


def session_stale(case: CaseFile) -> CaseFile:
    """The router holds an address for which the edge forwards nothing."""
    return no_way_out(case)


def dns_resolver(case: CaseFile) -> CaseFile:
    """The operator's resolver does not answer anybody."""
    for kind, subject in (
        ("dns", "router>reference"),
        ("dns", "router>operator_resolver"),
        ("dns", "router>platform"),
        ("dns", "operator>reference"),
        ("dns", "operator>platform"),
    ):
        case = changed(case, kind, subject, outcome=DnsOutcome.TIMEOUT, addresses=())
    for subject in (
        "router>reference",
        "router>platform",
        "operator>reference",
        "operator>platform",
    ):
        case = changed(case, "http", subject, outcome=HttpOutcome.NAME_FAILED, status=None)
    return case


def core_loss(case: CaseFile) -> CaseFile:
    """Beyond the edge a part of the packets is lost."""
    return lost(case, "router>reference", received=3)


def route_beyond_edge(case: CaseFile) -> CaseFile:
    """Homes do not reach the reference or the platform, the operator's side does."""
    case = lost(case, "router>reference", received=0)
    for subject in ("router>reference", "router>platform"):
        case = changed(case, "http", subject, outcome=HttpOutcome.CONNECT_TIMEOUT, status=None)
    return case


def router_hung(case: CaseFile) -> CaseFile:
    """The router accepts the connection and then says nothing, and it forwards nothing."""
    case = changed(case, "port_rates", "port", in_bps=0.0, out_bps=0.0)
    return no_router(case, FailureKind.HUNG)


def router_overloaded(case: CaseFile) -> CaseFile:
    """The router is out of breath."""
    return changed(
        case, "router_system", "router", load_1min=9.4, memory_available_bytes=4 * 2**20
    )


def router_conntrack_full(case: CaseFile) -> CaseFile:
    """The table of connections is full, new ones are dropped."""
    case = changed(case, "router_system", "router", conntrack_entries=16_384)
    case = logged(case, LogEventKind.CONNTRACK_FULL, 40)
    case = lost(case, "router>gateway", received=3)
    return lost(case, "router>reference", received=3)


def router_reboots(case: CaseFile) -> CaseFile:
    """The router came up four minutes ago, after a crash."""
    case = changed(case, "router_system", "router", uptime_s=240.0)
    case = changed(case, "port_status", "port", last_change_s=200.0)
    return logged(case, LogEventKind.KERNEL_CRASH, 1)


def router_dns(case: CaseFile) -> CaseFile:
    """The router's forwarder does not answer; the operator's resolver does."""
    for subject in ("router>reference", "router>platform"):
        case = changed(case, "dns", subject, outcome=DnsOutcome.REFUSED, addresses=())
        case = changed(case, "http", subject, outcome=HttpOutcome.NAME_FAILED, status=None)
    return case


def lan_dhcp_off(case: CaseFile) -> CaseFile:
    """DHCP is switched off for the home."""
    return changed(case, "router_lan", "router", dhcp_enabled=False, leases=())


def lan_dhcp_exhausted(case: CaseFile) -> CaseFile:
    """No address is left in the home."""
    case = changed(case, "router_lan", "router", dhcp_pool_size=2)
    return logged(case, LogEventKind.DHCP_POOL_EXHAUSTED, 7)


def lan_rogue_dhcp(case: CaseFile) -> CaseFile:
    """A second router gives out addresses of its own."""
    return logged(case, LogEventKind.ROGUE_DHCP, 3, "192.168.8.1")


def wan_cable(case: CaseFile) -> CaseFile:
    """The modem is trained, but the router behind it is not there (DSL only)."""
    case = changed(case, "port_rates", "port", in_bps=0.0, in_packets_per_s=0.0)
    return router_gone(changed(case, "learned_macs", "port", entries=()))


def _radios(case: CaseFile, **fields: object) -> CaseFile:
    wifi = case.evidence.value(WifiStatus, "router_wifi", "router")
    if wifi is None:
        msg = "the sample has no Wi-Fi"
        raise TypeError(msg)
    radios = tuple(replace(radio, **fields) for radio in wifi.radios)  # type: ignore[arg-type]  # fields by name, as in dataclasses.replace
    on_air = all(radio.on_air for radio in radios)
    networks = tuple(replace(network, on_air=on_air) for network in wifi.networks)
    case = with_value(case, "router_wifi", "router", WifiStatus(radios=radios, networks=networks))
    if on_air:
        return case
    return with_value(case, "wifi_clients", "router", WifiClients(clients=()))


def wifi_off(case: CaseFile) -> CaseFile:
    """All radios are switched off."""
    return _radios(case, enabled=False, on_air=False)


def wifi_radio_failed(case: CaseFile) -> CaseFile:
    """The radios are switched on and yet silent."""
    return _radios(case, on_air=False)


def wifi_congested(case: CaseFile) -> CaseFile:
    """The channels are full of neighbours."""
    loud = tuple(
        AirNeighbour(bssid=f"02:00:5e:40:00:0{n}", ssid=f"N{n}", channel=6, signal_dbm=-58)
        for n in range(6)
    )
    case = with_value(case, "air_scan", "router", AirScan(neighbours=loud))
    return _radios(case, busy_percent=86.0)


def wifi_weak_signal(case: CaseFile) -> CaseFile:
    """The laptop is heard from far away."""
    held = case.evidence.value(WifiClients, "wifi_clients", "router")
    clients = tuple(
        replace(client, signal_dbm=-83) if client.mac == LAPTOP else client
        for client in (held.clients if held else ())
    )
    return changed(case, "wifi_clients", "router", clients=clients)


def _laptop_away(case: CaseFile) -> CaseFile:
    held = case.evidence.value(WifiClients, "wifi_clients", "router")
    clients = tuple(one for one in (held.clients if held else ()) if one.mac != LAPTOP)
    case = changed(case, "wifi_clients", "router", clients=clients)
    lan = case.evidence.value(LanStatus, "router_lan", "router")
    neighbours = known(lan.neighbours) if lan else None
    stale = tuple(
        replace(entry, state="FAILED") if entry.mac == LAPTOP else entry
        for entry in neighbours or ()
    )
    case = changed(case, "router_lan", "router", neighbours=stale)
    return lost(case, "router>device", received=0)


def device_wrong_password(case: CaseFile) -> CaseFile:
    """The laptop knocks with an old password."""
    return logged(_laptop_away(case), LogEventKind.WIFI_WRONG_PASSWORD, 9, LAPTOP)


def device_offline(case: CaseFile) -> CaseFile:
    """The laptop is switched off."""
    return _laptop_away(case)


def device_static_address(case: CaseFile) -> CaseFile:
    """The laptop brought a fixed address from another network."""
    neighbours = (LanNeighbour(mac=LAPTOP, address="10.9.8.7", state="STALE"),)
    case = changed(case, "router_lan", "router", neighbours=neighbours, leases=())
    return unobserved(case, "ping", "router>device", FailureKind.DEPENDENCY)


def line_saturated(case: CaseFile) -> CaseFile:
    """A backup fills the line."""
    service = case.subscriber.service
    full = 0.97 * (known(service.up_bps) or 0)
    case = changed(case, "port_rates", "port", in_bps=full)
    return changed(case, "ping", "router>gateway", rtt_avg_s=0.24)


def _site(case: CaseFile, outcome: HttpOutcome, status: int | None, took_s: float) -> CaseFile:
    for subject in ("router>platform", "operator>platform"):
        case = changed(case, "http", subject, outcome=outcome, status=status, took_s=took_s)
    return case


def platform_down(case: CaseFile) -> CaseFile:
    """The site accepts no connections."""
    return _site(case, HttpOutcome.REFUSED, None, 0.02)


def platform_slow(case: CaseFile) -> CaseFile:
    """The site takes eight seconds."""
    return _site(case, HttpOutcome.OK, 200, 8.0)


def platform_error(case: CaseFile) -> CaseFile:
    """The site answers 503."""
    return _site(case, HttpOutcome.HTTP_ERROR, 503, 0.05)


def platform_name(case: CaseFile) -> CaseFile:
    """The site's name is gone."""
    for subject in ("router>platform", "operator>platform"):
        case = changed(case, "dns", subject, outcome=DnsOutcome.NXDOMAIN, addresses=())
    return _site(case, HttpOutcome.NAME_FAILED, None, 0.02)
