"""Faults that are told by where they lie: what is good on both sides of them, and what is not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.dhcp_facts import DhcpOutcome
from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.path_facts import DnsCheck, DnsOutcome, HttpCheck, HttpOutcome, PingCheck
from cpe_diag.domain.way_out_facts import OUTSIDE, ROUTER, RouterDrop
from cpe_diag.testing.evidence_samples import changed, unobserved, with_value
from cpe_diag.testing.fault_effects import router_gone
from cpe_diag.testing.faults_outside import dhcp_server
from cpe_diag.testing.load_samples import way_in

if TYPE_CHECKING:
    from cpe_diag.judge.question import CaseFile

TIMES: Final = 8
NOTHING: Final = Missing(why=FailureKind.SILENT)


def asked_again(case: CaseFile, silent: int, took_s: float = 0.01) -> CaseFile:
    """The operator's resolver was asked eight times, and left so many unanswered."""
    for n in range(TIMES):
        quiet = n < silent
        check = DnsCheck(
            name="reference.example",
            server="192.0.2.53",
            outcome=DnsOutcome.TIMEOUT if quiet else DnsOutcome.ANSWERED,
            addresses=() if quiet else ("203.0.113.80",),
            took_s=NOTHING if quiet else took_s,
        )
        case = with_value(case, "dns", f"operator>reference/again/{n + 1}", check)
    return case


def over_tls(
    case: CaseFile,
    *,
    ours: HttpOutcome = HttpOutcome.OK,
    by_ipv6: HttpOutcome = HttpOutcome.OK,
    router: HttpOutcome = HttpOutcome.OK,
) -> CaseFile:
    """The reference was asked for over TLS, from here by both families and from the router."""
    for subject, outcome in (
        ("operator>reference/tls", ours),
        ("operator>reference/ipv6/tls", by_ipv6),
        ("router>reference/tls", router),
    ):
        page = HttpCheck(
            url="https://reference.example/",
            outcome=outcome,
            status=200 if outcome is HttpOutcome.OK else None,
            took_s=0.06 if outcome is HttpOutcome.OK else 5.0,
            received_bytes=NOTHING,
        )
        case = with_value(case, "http", subject, page)
    return case


def secure_web_blocked(case: CaseFile) -> CaseFile:
    """TLS of homes and by IPv6 is dropped on the operator's side; the site is as good as ever."""
    gone = HttpOutcome.CONNECT_TIMEOUT
    for subject in ("operator>platform/ipv6", "router>platform"):
        secure = "https://platform.example/"
        case = changed(case, "http", subject, url=secure, outcome=gone, status=None, took_s=5.0)
    return over_tls(case, by_ipv6=gone, router=gone)


def names_blocked(case: CaseFile) -> CaseFile:
    """Nothing that the router asks of a name server is answered; its pings are."""
    for subject in ("router>reference", "router>operator_resolver", "router>platform"):
        case = changed(
            case, "dns", subject, outcome=DnsOutcome.TIMEOUT, addresses=(), took_s=NOTHING
        )
    for subject in ("router>reference", "router>platform"):
        case = unobserved(case, "http", subject, FailureKind.DEPENDENCY)
    return case


def web_blocked(case: CaseFile) -> CaseFile:
    """No connection of the router's to a page is answered; its pings and names are."""
    gone = HttpOutcome.CONNECT_TIMEOUT
    for subject in ("router>reference", "router>platform"):
        case = changed(case, "http", subject, outcome=gone, status=None, took_s=5.0)
    return case


def own_rule(case: CaseFile, kind: str) -> CaseFile:
    """A rule of the router's ends what it sends of a kind."""
    drop = RouterDrop(whom=ROUTER, to=OUTSIDE, kinds=(kind,), rule="drop", surely=True)
    return changed(case, "router_forwarding", "router", drops=(drop,))


def mute(case: CaseFile) -> CaseFile:
    """The link is up, the node knows the router, and nothing comes from it for twelve seconds."""
    case = dhcp_server(cut_off(case, 0.0), DhcpOutcome.OFFERED)
    return changed(case, "port_rates", "port", interval_s=12.0)


def narrow(case: CaseFile) -> CaseFile:
    """Small packets come back from a router that says nothing, large ones from its neighbours."""
    case = way_in(router_gone(case), 100)
    for subject, received in (("operator>router/full", 0), ("operator>neighbour/p2", 4)):
        check = PingCheck(
            target="198.51.100.77", sent=4, received=received, rtt_avg_s=NOTHING, note=""
        )
        case = with_value(case, "ping", subject, check)
    return case


def wide(case: CaseFile) -> CaseFile:
    """Packets of every size come back from a router that says nothing."""
    return changed(narrow(case), "ping", "operator>router/full", received=4)


def cut_off(case: CaseFile, often: float = 1.3, size: float = 76.0) -> CaseFile:
    """The home sends small packets to the edge and gets nothing; its neighbours are well."""
    case = way_in(router_gone(case), 0)
    return changed(
        case,
        "port_rates",
        "port",
        in_bps=often * size * 8,
        out_bps=1_800.0,
        in_packets_per_s=often,
        out_packets_per_s=2.5,
    )


def seeks_edge(case: CaseFile, answered: int) -> CaseFile:
    """It asks for a hardware address alone; the edge that DHCP names answers so many pings."""
    case = changed(cut_off(case), "port_rates", "port", in_bps=340.0, in_packets_per_s=1.0)
    took_s = 0.002 if answered else NOTHING
    check = PingCheck(target="198.51.100.1", sent=4, received=answered, rtt_avg_s=took_s, note="")
    return with_value(case, "ping", "operator>offered_edge", check)
