"""Places of the world, tried from both sides, and ways that were watched: well, and faulty."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.dhcp_facts import DhcpOutcome
from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.load_facts import PathQuality
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.path_facts import DnsCheck, DnsOutcome, HttpCheck, HttpOutcome
from cpe_diag.domain.port_facts import LearnedMac
from cpe_diag.testing import load_samples as load
from cpe_diag.testing.evidence_samples import changed, unobserved, with_value
from cpe_diag.testing.fault_effects import lost, router_gone
from cpe_diag.testing.faults_outside import dhcp_server

if TYPE_CHECKING:
    from cpe_diag.judge.question import CaseFile

PLACES: Final = ("reference.example", "video.example", "bank.example")
FAR: Final = PLACES[1:]
TRIES: Final = 4
ASKED: Final = 20
LOOKS: Final = 32
PORTAL: Final = "portal.operator.example"
NOTHING: Final = Missing(why=FailureKind.SILENT)
WATCHED: Final = ("watch>router", *(f"watch>neighbour/{port}" for port in (11, 13, 14)))


def page(host: str, size: int) -> HttpCheck:
    """Give a plain page that comes."""
    return HttpCheck(
        url=f"http://{host}/",
        outcome=HttpOutcome.OK,
        status=200,
        took_s=0.06,
        received_bytes=size,
        connected_s=0.02,
        moved_to=None,
    )


def world(case: CaseFile) -> CaseFile:
    """Three places answer our side and the router, every time."""
    for number, host in enumerate(PLACES, start=1):
        own = page(host, 10_000 * number)
        for subject in (
            *(f"operator>world/{host}", f"router>world/{host}"),
            *(f"router>world/{host}/{n + 1}" for n in range(TRIES)),
        ):
            case = with_value(case, "http", subject, own)
        case = with_value(case, "path_quality", f"operator>world/{host}", _quality(host, 8))
    return case


def _quality(target: str, sent: int) -> PathQuality:
    return PathQuality(
        target=target,
        sent=sent,
        received=sent,
        rtt_min_s=0.018,
        rtt_median_s=0.02,
        rtt_p95_s=0.03,
        jitter_s=0.001,
        lost_numbers=(),
    )


def in_vain(case: CaseFile, times: int, *hosts: str) -> CaseFile:
    """So many of the router's tries at each of these places are not answered."""
    for host in hosts:
        for number in range(times):
            case = changed(
                case,
                "http",
                f"router>world/{host}/{number + 1}",
                outcome=HttpOutcome.CONNECT_TIMEOUT,
                status=None,
                took_s=5.0,
                connected_s=NOTHING,
            )
    return case


def ports_used_up(case: CaseFile) -> CaseFile:
    """Two in four new connections of the home are lost behind its edge; pings are not."""
    return in_vain(world(case), 2, *PLACES)


def far_away(case: CaseFile, took_s: float, *hosts: str) -> CaseFile:
    """Connections to these places take so long, from both sides."""
    for host in hosts:
        case = changed(case, "path_quality", f"operator>world/{host}", rtt_median_s=took_s)
        for number in range(TRIES):
            case = changed(case, "http", f"router>world/{host}/{number + 1}", connected_s=took_s)
    return case


def world_slow(case: CaseFile) -> CaseFile:
    """Whatever is beyond the operator is slow from both sides; its own reference is near."""
    return far_away(world(load.measured(case)), 0.4, *FAR)


def edge_without_routes(case: CaseFile) -> CaseFile:
    """The edge knows no way to the world: nobody's, ours included; the operator's own answers."""
    case = in_vain(world(case), TRIES, *PLACES)
    gone = HttpOutcome.UNREACHABLE
    for host in PLACES:
        case = unobserved(case, "path_quality", f"operator>world/{host}", FailureKind.DEPENDENCY)
        for subject in (f"operator>world/{host}", f"router>world/{host}"):
            case = changed(case, "http", subject, outcome=gone, status=None)
    for subject in ("operator>reference", "router>reference"):
        case = changed(case, "http", subject, outcome=gone, status=None)
    return lost(case, "router>reference", received=0)


def walled(case: CaseFile) -> CaseFile:
    """The edge leads the router's plain pages to the operator's portal, and nobody else's."""
    case = world(case)
    for host in PLACES:
        case = changed(
            case, "http", f"router>world/{host}", status=302, received_bytes=0, moved_to=PORTAL
        )
    return case


def one_page_for_all(case: CaseFile) -> CaseFile:
    """In place of every page the router is given one and the same, without being led anywhere."""
    case = world(case)
    for host in PLACES:
        case = changed(case, "http", f"router>world/{host}", received_bytes=4_321)
    return case


def watched(case: CaseFile) -> CaseFile:
    """The home, its neighbours and the reference answered for seven seconds."""
    for subject in (*WATCHED, "watch>reference"):
        case = with_value(case, "path_quality", subject, _quality(subject, LOOKS))
    return case


def away(case: CaseFile, looks: tuple[int, ...], *subjects: str) -> CaseFile:
    """These ways were away at these looks."""
    for subject in subjects:
        left = LOOKS - len(looks)
        case = changed(case, "path_quality", subject, received=left, lost_numbers=looks)
    return case


def uplink_flaps(case: CaseFile) -> CaseFile:
    """The home and its neighbours were away for the same second."""
    return away(watched(case), (10, 11, 12, 13, 14), *WATCHED)


def home_flaps(case: CaseFile) -> CaseFile:
    """The home alone was away for a second."""
    return away(watched(case), (10, 11, 12, 13, 14), WATCHED[0])


def well_both_ways(case: CaseFile) -> CaseFile:
    """The ways from our side and from the router were measured, and are well."""
    return load.way_in(load.measured(case))


def transit_full(case: CaseFile) -> CaseFile:
    """Packets to the reference stand in a queue, and its file comes slowly, to both sides."""
    case = well_both_ways(case)
    for subject in (load.REFERENCE, load.CONTROL):
        case = changed(
            case,
            "path_quality",
            subject,
            rtt_min_s=0.012,
            rtt_median_s=0.045,
            rtt_p95_s=0.16,
            jitter_s=0.006,
        )
        case = changed(case, "load_test", subject, received_bytes=1_000_000)
    return case


def frames_not_taken(case: CaseFile) -> CaseFile:
    """The router asks for its edge once a second, and the node learns nobody on the port."""
    case = changed(router_gone(case), "learned_macs", "port", entries=())
    return changed(case, "port_rates", "port", interval_s=5.0, in_packets_per_s=1.0, in_bps=512.0)


def heard_at_port(case: CaseFile, *heard: str) -> CaseFile:
    """These speak at the port, whom the DHCP server gives nothing, and no router answers."""
    vlan = case.subscriber.service.vlan
    entries = tuple(LearnedMac(mac=one, vlan=vlan) for one in heard)
    case = changed(router_gone(case), "learned_macs", "port", entries=entries)
    return dhcp_server(case, DhcpOutcome.SILENT)


def site_other_for_home(case: CaseFile) -> CaseFile:
    """The site's address says to the router that it may not have what our side gets there."""
    case = replace(world(case), platform_host=FAR[0])
    for number in range(TRIES):
        subject = f"router>world/{FAR[0]}/{number + 1}"
        case = changed(case, "http", subject, outcome=HttpOutcome.HTTP_ERROR, status=403)
    return case


def few_ports(case: CaseFile) -> CaseFile:
    """Its router translates to four ports, which are taken."""
    return changed(ports_used_up(case), "router_forwarding", "router", fewest_ports=4)


def many_ports(case: CaseFile) -> CaseFile:
    """Its router translates to all that the operator leaves it, which is taken beyond its edge."""
    return changed(ports_used_up(case), "router_forwarding", "router", fewest_ports=240)


def named_late(case: CaseFile, by_s: float = 2.3, lost: int = 0) -> CaseFile:
    """Each place comes to the router so much later by name; some of its questions are lost."""
    case = world(case)
    for host in PLACES:
        case = changed(case, "http", f"router>world/{host}", took_s=0.06 + by_s)
    case = with_value(case, "http", "router>reference/ipv6", page(PLACES[0], 10_000))
    for number in range(ASKED):
        quiet = number < lost
        check = DnsCheck(
            name=PLACES[0],
            server="192.0.2.53",
            outcome=DnsOutcome.TIMEOUT if quiet else DnsOutcome.ANSWERED,
            addresses=() if quiet else ("203.0.113.80",),
            took_s=NOTHING,
        )
        case = with_value(case, "dns", f"router>operator_resolver/again/{number + 1}", check)
    return case
