"""What a healthy home's evidence turns into when the line, the network or a platform fails."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.dhcp_facts import DhcpOutcome, DhcpServer
from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.history_facts import PortHistory, PortSample
from cpe_diag.domain.line_facts import LineQuality
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.ont_facts import OntDownCause
from cpe_diag.domain.path_facts import (
    CertificateFault,
    DnsOutcome,
    HttpOutcome,
    RefusedCertificate,
)
from cpe_diag.domain.port_facts import Duplex, LearnedMac, NodeSystem, OperStatus
from cpe_diag.domain.router_facts import LogEventKind
from cpe_diag.domain.sibling_facts import Siblings
from cpe_diag.domain.subscriber import AccountState
from cpe_diag.testing import sibling_samples
from cpe_diag.testing.evidence_samples import (
    ABSENT,
    AT,
    ROUTER_MAC,
    changed,
    unobserved,
    with_value,
)
from cpe_diag.testing.fault_effects import (
    link_down,
    logged,
    lost,
    no_way_out,
    node_gone,
    router_gone,
    together,
    wan_lost,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpe_diag.judge.question import CaseFile


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


def port_flapping(case: CaseFile) -> CaseFile:
    """The link comes and goes; it is there when the port is first looked at."""
    case = changed(case, "port_status", "port", last_change_s=4.0)
    return changed(case, "port_watch", "port", watched_s=9.0, looks=10, changes=3, down_looks=2)


def port_flapping_gone(case: CaseFile) -> CaseFile:
    """The link comes and goes; it is gone when the port is first looked at, and the router too."""
    case = link_down(case)
    return changed(case, "port_watch", "port", watched_s=9.0, looks=10, changes=4, down_looks=3)


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


def dhcp_server(case: CaseFile, outcome: DhcpOutcome) -> CaseFile:
    """The operator's DHCP server, asked as by a relay, ends so."""
    offers = outcome is DhcpOutcome.OFFERED
    told = DhcpServer(
        server="192.0.2.67",
        subnet="198.51.100.0/24",
        outcome=outcome,
        offered="198.51.100.150" if offers else None,
        took_s=0.01 if offers else Missing(why=FailureKind.SILENT),
    )
    return with_value(case, "dhcp_server", "operator", told)


def dhcp_gone(case: CaseFile) -> CaseFile:
    """The operator's DHCP server is dead, and the router's lease is over: nobody reaches it."""
    return dhcp_server(router_gone(case), DhcpOutcome.SILENT)


def dhcp_pool_exhausted(case: CaseFile) -> CaseFile:
    """The operator's DHCP server has no address left, and the router's lease is over."""
    return dhcp_server(router_gone(case), DhcpOutcome.NO_OFFER)


def pppoe_no_server(case: CaseFile) -> CaseFile:
    """No PPPoE server answers."""
    case = changed(case, "router_wan", "router", protocol="pppoe")
    return logged(wan_lost(case), LogEventKind.PPPOE_NO_SERVER, 8)


def auth_refused(case: CaseFile) -> CaseFile:
    """The server refuses the router's login."""
    case = changed(case, "router_wan", "router", protocol="pppoe")
    return logged(wan_lost(case, "AUTH_TOPEER_FAILED"), LogEventKind.PPP_AUTH_REFUSED, 5)


def router_pppoe_password(case: CaseFile) -> CaseFile:
    """The router's login is refused, and the operator's own records hold the account as active."""
    service = replace(case.subscriber.service, account=AccountState.ACTIVE)
    case = replace(case, subscriber=replace(case.subscriber, service=service))
    return auth_refused(case)


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
    for subject in ("operator>reference/ipv6", "operator>platform/ipv6"):
        case = unobserved(case, "dns", subject, FailureKind.DEPENDENCY)
        case = unobserved(case, "http", subject, FailureKind.DEPENDENCY)
    for whose in ("reference", "platform"):
        case = unobserved(case, "name_truth", whose, FailureKind.DEPENDENCY)
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


HERE: Final = ("router>platform", "operator>platform")
EVERYWHERE: Final = (*HERE, "operator>platform/ipv6", "elsewhere>platform")


def _site(
    case: CaseFile,
    outcome: HttpOutcome,
    status: int | None,
    took_s: float,
    subjects: tuple[str, ...] = EVERYWHERE,
) -> CaseFile:
    for subject in subjects:
        again = (f"{subject}/again", f"{subject.removesuffix('/again')}/third")
        asked = [one for one in again if case.evidence.get("http", one) is not None]
        for one in (subject, *asked):
            case = changed(case, "http", one, outcome=outcome, status=status, took_s=took_s)
    return case


def dns_resolver_slow(case: CaseFile) -> CaseFile:
    """The operator's resolver takes a second and a half for every answer."""
    for subject in ("operator>reference", "router>reference", "router>operator_resolver"):
        case = changed(case, "dns", subject, took_s=1.5)
    return case


def dns_resolver_lies(case: CaseFile) -> CaseFile:
    """The operator's resolver sends everybody to one and the same wrong server."""
    wrong = ("203.0.113.99",)
    for subject in ("operator>reference", "operator>platform", "router>reference"):
        case = changed(case, "dns", subject, addresses=wrong)
    for whose in ("reference", "platform"):
        case = changed(
            case,
            "name_truth",
            whose,
            told=wrong,
            told_tls=HttpOutcome.CERTIFICATE,
            known_tls=HttpOutcome.OK,
        )
    return case


def platform_down(case: CaseFile) -> CaseFile:
    """The site accepts no connections."""
    return _site(case, HttpOutcome.CONNECT_TIMEOUT, None, 5.0)


def platform_refused(case: CaseFile) -> CaseFile:
    """The site's host is there and refuses connections."""
    return _site(case, HttpOutcome.REFUSED, None, 0.02)


def platform_certificate(case: CaseFile) -> CaseFile:
    """The site's certificate has expired."""
    expired = RefusedCertificate(
        fault=CertificateFault.EXPIRED,
        names=("platform.example",),
        issuer="Some CA",
        not_before=datetime(2025, 1, 1, tzinfo=UTC),
        not_after=datetime(2026, 1, 1, tzinfo=UTC),
    )
    case = _site(case, HttpOutcome.CERTIFICATE, None, 0.05)
    return changed(case, "http", "operator>platform", certificate=expired)


def platform_one_family(case: CaseFile) -> CaseFile:
    """The site serves IPv6 and refuses IPv4."""
    return _site(case, HttpOutcome.REFUSED, None, 0.02, HERE)


def platform_blocks_us(case: CaseFile) -> CaseFile:
    """The site forbids the operator's networks what it shows to everybody else."""
    ours = (*HERE, "operator>platform/ipv6")
    return _site(case, HttpOutcome.HTTP_ERROR, 403, 0.05, ours)


def platform_blocks_homes(case: CaseFile) -> CaseFile:
    """The site resets connections from homes alone."""
    return _site(case, HttpOutcome.REFUSED, None, 0.02, ("router>platform",))


def platform_slow(case: CaseFile) -> CaseFile:
    """The site takes eight seconds."""
    return _site(case, HttpOutcome.OK, 200, 8.0)


def platform_unexplained(case: CaseFile) -> CaseFile:
    """Nobody accepts a connection of ours, and the home's are ended in the middle."""
    case = platform_down(case)
    return changed(case, "http", "router>platform", outcome=HttpOutcome.BROKEN)


def platform_frozen(case: CaseFile) -> CaseFile:
    """The site accepts some connections and says nothing on any."""
    case = platform_down(case)
    return changed(case, "http", "operator>platform", outcome=HttpOutcome.READ_TIMEOUT)


def platform_loses(case: CaseFile) -> CaseFile:
    """Half of the packets that reach the site are lost: its pages come late, all of them."""
    for number, subject in enumerate(("operator>platform/again", *HERE, "router>platform/third")):
        case = changed(case, "http", subject, took_s=0.4 + 0.3 * number)
    return changed(case, "path_quality", "operator>platform/tcp", received=6)


def platform_error(case: CaseFile) -> CaseFile:
    """The site answers 503."""
    return _site(case, HttpOutcome.HTTP_ERROR, 503, 0.05)


def platform_name(case: CaseFile) -> CaseFile:
    """The site's name is gone."""
    for subject in EVERYWHERE:
        case = changed(case, "dns", subject, outcome=DnsOutcome.NXDOMAIN, addresses=())
    return _site(case, HttpOutcome.NAME_FAILED, None, 0.02)


def port_flapped(case: CaseFile) -> CaseFile:
    """The port was seen to lose its link every ten seconds, until half an hour ago."""
    return with_value(case, "port_history", "port", _history("+-+-+-+-+"))


def port_held(case: CaseFile) -> CaseFile:
    """The port was looked at yesterday and just now, and kept its link."""
    history = _history("+" * 9)
    yesterday = replace(history.samples[0], at=AT - timedelta(hours=25))
    held = replace(history, samples=(yesterday, *history.samples))
    return with_value(case, "port_history", "port", held)


def _history(links: str) -> PortHistory:
    first = AT - timedelta(minutes=30)
    samples = [
        PortSample(
            at=first + timedelta(seconds=5 * number),
            up=link == "+",
            changed_s=Missing(why=FailureKind.UNSUPPORTED),
        )
        for number, link in enumerate(links)
    ]
    return PortHistory(samples=(*samples, replace(samples[-1], at=AT)))
