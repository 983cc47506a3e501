"""What a technician's laptop sees at the wall port and in the home, healthy and with faults."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey
from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.field_air_facts import FieldAir
from cpe_diag.domain.field_facts import (
    ArpOwner,
    DhcpOffered,
    Duplex,
    FieldArp,
    FieldDhcp,
    FieldHeard,
    FieldIpv6,
    FieldPppoe,
)
from cpe_diag.domain.load_facts import PathQuality
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.observations import Observed
from cpe_diag.domain.path_facts import DnsCheck, DnsOutcome, HttpCheck, HttpOutcome, PingCheck
from cpe_diag.domain.subscriber import WanProtocol
from cpe_diag.testing.evidence_samples import answered, changed, ethernet_home, with_value
from cpe_diag.testing.field_samples import FIELD_FACTS, GATEWAY, REFERENCE, even, ways
from cpe_diag.testing.field_samples import WALL as AT_THE_WALL

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpe_diag.judge.question import CaseFile

WALL: Final = AT_THE_WALL
LAN: Final = "router_lan"
AT_WALL_ALONE: Final = frozenset({"field_locked", "field_pppoe", "field_session", "field_vlans"})
STRANGER: Final = "02:00:5e:30:00:99"


def on_site(place: str) -> CaseFile:
    """Give a case of which nothing is known but what the laptop sees there, all of it well."""
    symptom = "at_wall_port" if place == WALL else "in_home_network"
    case = in_vlan(ethernet_home(symptom), 100)
    case = replace(case, evidence=type(case.evidence)())
    for (kind, where), value in FIELD_FACTS.items():
        if where == WALL and (place == WALL or kind not in AT_WALL_ALONE):
            case = with_value(case, kind, place, value)
    for kind, value in _beyond().items():
        case = with_value(case, kind, f"{place}>reference", value)
    full = PingCheck(target="203.0.113.80", sent=5, received=5, rtt_avg_s=0.01, note="")
    case = with_value(case, "ping", f"{place}>reference/full", full)
    if place == LAN:
        case = changed(case, "field_dhcp", LAN, offers=(_homes(GATEWAY, "192.168.1.1"),))
        way = ways("192.168.1.1", "198.51.100.1", REFERENCE)
        case = with_value(case, "field_trace", LAN, way)
        case = answered(case, "line_use", "nobody")
    return case


def on_wifi(case: CaseFile) -> CaseFile:
    """Look at the same home by its Wi-Fi in place of the cable."""
    moved = {
        FactKey(key.kind, key.subject.replace(LAN, "wifi")): seen for key, seen in case.evidence
    }
    case = replace(case, evidence=type(case.evidence)(moved))
    return with_value(case, "field_air", "wifi", FIELD_FACTS["field_air", "wifi"])


def weak_signal(case: CaseFile) -> CaseFile:
    """The laptop hardly hears the network that it is on."""
    case = on_wifi(case)
    air = case.evidence.value(FieldAir, "field_air", "wifi")
    link = replace(air.link, signal_dbm=-84) if air and air.link else None
    return changed(case, "field_air", "wifi", link=link)


def busy_air(case: CaseFile) -> CaseFile:
    """Its access point says that the channel is full."""
    case = on_wifi(case)
    air = case.evidence.value(FieldAir, "field_air", "wifi")
    networks = air.networks if air else ()
    full = tuple(replace(one, busy_percent=88.0) for one in networks)
    return changed(case, "field_air", "wifi", networks=full)


def _beyond() -> dict[str, object]:
    """Give what a laptop sees of the operator's reference."""
    return {
        "dns": DnsCheck(
            name="reference.example",
            server="203.0.113.53",
            outcome=DnsOutcome.ANSWERED,
            addresses=("203.0.113.80",),
            took_s=0.01,
        ),
        "http": HttpCheck(
            url="http://reference.example/",
            outcome=HttpOutcome.OK,
            status=200,
            took_s=0.05,
            received_bytes=1256,
        ),
        "path_quality": PathQuality(
            target="203.0.113.80",
            sent=100,
            received=100,
            rtt_min_s=0.009,
            rtt_median_s=0.01,
            rtt_p95_s=0.012,
            jitter_s=0.001,
        ),
        "ping": PingCheck(target="203.0.113.80", sent=5, received=5, rtt_avg_s=0.01, note=""),
    }


def pages_fail(case: CaseFile, place: str) -> CaseFile:
    """Names and pings are well, and the page does not open."""
    outcome = HttpOutcome.CONNECT_TIMEOUT
    return changed(case, "http", f"{place}>reference", outcome=outcome, status=None)


def nothing_beyond(case: CaseFile, place: str) -> CaseFile:
    """Addresses are given, and nothing beyond the gateway answers."""
    silent = Missing(why=FailureKind.SILENT)
    case = pages_fail(case, place)
    case = changed(case, "path_quality", f"{place}>reference", received=0)
    case = changed(case, "ping", f"{place}>reference/full", received=0, rtt_avg_s=silent)
    case = changed(case, "field_size", place, largest_bytes=None, lost_bytes=576)
    return changed(case, "ping", f"{place}>reference", received=0, rtt_avg_s=silent)


def loses(case: CaseFile, place: str) -> CaseFile:
    """One packet of eight is lost."""
    return changed(case, "path_quality", f"{place}>reference", received=88)


def jitters(case: CaseFile, place: str) -> CaseFile:
    """Round trips beyond the next hop vary by 120 ms."""
    return changed(case, "field_jitter", place, far=even(0.01, more_s=0.12))


def large_lost(case: CaseFile, place: str) -> CaseFile:
    """Full packets vanish, and nobody says so."""
    silent = Missing(why=FailureKind.SILENT)
    case = changed(case, "field_size", place, largest_bytes=1400, lost_bytes=1401)
    return changed(case, "ping", f"{place}>reference/full", received=0, rtt_avg_s=silent)


def well_at_the_wall(case: CaseFile) -> CaseFile:
    """At the wall port everything was well a moment ago."""
    for key, seen in on_site(WALL).evidence:
        if isinstance(seen, Observed):
            case = with_value(case, key.kind, key.subject, seen.value)
    return case


def seen_before(case: CaseFile, place: str, minutes: float) -> CaseFile:
    """Let what is known from a place be older than the rest by so much."""
    moved = {
        key: replace(seen, at=seen.at - timedelta(minutes=minutes))
        if key.subject.partition(">")[0] == place
        else seen
        for key, seen in case.evidence
    }
    return replace(case, evidence=type(case.evidence)(moved))


def both(here: str, *, other: Callable[[CaseFile, str], CaseFile] | None = None) -> CaseFile:
    """Give a check where all is well now; at the other place it was not, 40 minutes before."""
    there = LAN if here == WALL else WALL
    earlier = on_site(there)
    earlier = seen_before(other(earlier, there) if other else earlier, there, 40)
    case = on_site(here)
    seen = {**dict(case.evidence), **dict(earlier.evidence)}
    return replace(case, evidence=type(case.evidence)(seen))


def behind_a_bad_router(case: CaseFile) -> CaseFile:
    """Well at the wall port; behind the router nothing is."""
    return nothing_beyond(well_at_the_wall(case), LAN)


def _homes(mac: str, server: str) -> DhcpOffered:
    return DhcpOffered(
        server=server,
        mac=mac,
        relay=None,
        address="192.168.1.120",
        mask_bits=24,
        routers=(server,),
        resolvers=(server,),
        lease_s=3600,
        mtu_bytes=None,
        took_s=0.2,
    )


def no_link(case: CaseFile, place: str) -> CaseFile:
    """No link there, while the laptop had one in the other socket a moment ago."""
    case = no_link_anywhere(case, place)
    other = LAN if place == WALL else WALL
    return with_value(case, "field_link", other, FIELD_FACTS["field_link", WALL])


def tagged_alone(case: CaseFile, vlan: int = 300) -> CaseFile:
    """Nobody answers without a tag, and tagged frames go by."""
    return changed(no_offer(case, WALL), "field_heard", WALL, vlans=(vlan,))


def no_link_anywhere(case: CaseFile, place: str) -> CaseFile:
    """Nothing at the other end of the cable: there is only the link to look at."""
    case = changed(case, "field_link", place, carrier=False)
    kept = {key: seen for key, seen in case.evidence if key.kind == "field_link"}
    return replace(case, evidence=type(case.evidence)(kept))


def half_duplex(case: CaseFile, place: str) -> CaseFile:
    """One end does not negotiate."""
    return changed(case, "field_link", place, duplex=Duplex.HALF, speed_bps=100_000_000)


def no_offer(case: CaseFile, place: str) -> CaseFile:
    """DISCOVER finds no answer, and nobody's gateway is known."""
    nobody = FieldDhcp(vlan=None, offers=(), listened_s=4.0, malformed=0)
    case = with_value(case, "field_dhcp", place, nobody)
    if place == WALL:
        silent = FieldPppoe(vlan=None, offers=(), errors=(), listened_s=3.0, malformed=0)
        case = with_value(case, "field_pppoe", place, silent)
    return changed(case, "field_arp", place, gateway=None, own=None)


def second_server(case: CaseFile, place: str) -> CaseFile:
    """Somebody's router gives out addresses too."""
    held = case.evidence.value(FieldDhcp, "field_dhcp", place)
    offers = (*(held.offers if held else ()), _homes(STRANGER, "192.168.8.1"))
    return changed(case, "field_dhcp", place, offers=offers)


def on_pppoe(case: CaseFile) -> CaseFile:
    """The line is one of sessions."""
    service = replace(case.subscriber.service, wan=WanProtocol.PPPOE)
    return replace(case, subscriber=replace(case.subscriber, service=service))


def no_concentrator(case: CaseFile) -> CaseFile:
    """PADI finds no answer."""
    return no_offer(on_pppoe(case), WALL)


def in_vlan(case: CaseFile, vlan: int) -> CaseFile:
    """The service belongs into a VLAN; the node says 100 of the port."""
    service = replace(case.subscriber.service, vlan=vlan)
    return replace(case, subscriber=replace(case.subscriber, service=service))


def looped(case: CaseFile, place: str) -> CaseFile:
    """Our own frame comes back."""
    return changed(case, "field_heard", place, own_frame_back=True)


def gateway_answered_by(case: CaseFile, place: str, *macs: str) -> CaseFile:
    """Those answer for the gateway."""
    held = case.evidence.value(FieldArp, "field_arp", place)
    address = held.gateway.address if held and held.gateway else "192.0.2.1"
    return changed(case, "field_arp", place, gateway=ArpOwner(address=address, macs=macs))


def dead_gateway(place: str) -> Callable[[CaseFile], CaseFile]:
    """Nobody answers for the gateway, and nothing opens."""

    def change(case: CaseFile) -> CaseFile:
        case = with_value(nothing_beyond(case, place), "field_trace", place, ways(reached=False))
        return gateway_answered_by(case, place)

    return change


def second_router6(case: CaseFile) -> CaseFile:
    """A device that shares its connection announces itself."""
    held = case.evidence.value(FieldIpv6, "field_routers", LAN)
    routers = held.routers if held else ()
    stranger = replace(routers[0], mac=STRANGER, address="fe80::99")
    return changed(case, "field_routers", LAN, routers=(*routers, stranger))


def unheard(case: CaseFile) -> CaseFile:
    """Nobody announces itself."""
    held = case.evidence.value(FieldHeard, "field_heard", WALL)
    return changed(case, "field_heard", WALL, neighbours=()) if held else case
