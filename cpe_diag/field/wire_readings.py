"""What a record of a visit compares of the wire itself, and of names, pages and streams."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.field_facts import PluggedInto
from cpe_diag.domain.missing import known
from cpe_diag.domain.path_facts import DnsOutcome
from cpe_diag.report.phrases import counted, listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cpe_diag.domain.field_facts import ArpOwner, FieldArp, FieldHeard, FieldIpv6
    from cpe_diag.domain.field_path_facts import FieldNames, FieldPage, FieldTrace, Trace
    from cpe_diag.domain.field_stream_facts import FieldStream
    from cpe_diag.domain.missing import Maybe

    Row = tuple[str, str, str, bool | None]
    """What, in which words, held to which limit, and whether it is kept; None: it is held to
    none."""

NOBODY: Final = "nobody"


def heard_readings(heard: FieldHeard) -> Iterator[Row]:
    """Give who is at the other end of the cable, which tags are there, and a loop."""
    names = [f"{one.system or one.chassis} port {one.port}" for one in heard.neighbours]
    yield "neighbour (LLDP, CDP)", listed(names) or NOBODY, "", None
    if heard.vlans:
        yield "VLAN tags", listed([str(one) for one in heard.vlans]), "", None
    back = heard.own_frame_back
    yield "loop", "our frame came back" if back else "none", "none", not back


def arp_readings(arp: FieldArp) -> Iterator[Row]:
    """Give who answers for the gateway, for the address that is offered, and for everybody's."""
    if arp.gateway is not None:
        one = len(arp.gateway.macs) == 1
        yield "gateway", _owner(arp.gateway), "one device answers", one
    if arp.own is not None:
        others = [
            mac for mac in arp.own.macs if arp.gateway is None or mac not in arp.gateway.macs
        ]
        yield "address that is offered", _owner(arp.own), "nobody has it", not others
    if arp.nobodys.macs:
        yield "answers for all (proxy ARP)", listed(list(arp.nobodys.macs)), "", None


def _owner(owner: ArpOwner) -> str:
    return f"{owner.address}: {listed(list(owner.macs)) or NOBODY}"


def ipv6_readings(seen: FieldIpv6, place: PluggedInto) -> Iterator[Row]:
    """Give who announces IPv6 and who gives addresses of it."""
    ways = {one.mac for one in seen.routers if one.lifetime_s}
    home = place is not PluggedInto.WALL_PORT
    limit, well = ("one at most", len(ways) <= 1) if home else ("", None)
    words = counted(len(ways), "router announces itself", "routers announce themselves")
    yield "IPv6", words, limit, well
    if seen.servers:
        yield "DHCPv6", counted(len(seen.servers), "server answers", "servers answer"), "", None


def name_readings(names: FieldNames) -> Iterator[Row]:
    """Give whether somebody takes questions for names, or invents them."""
    nobody = known(names.nobodys)
    if nobody is not None:
        words = f"somebody answers for {nobody.server}" if nobody.answered else "no answer"
        yield "names asked of nobody", words, "no answer", not nobody.answered
    ours = known(names.operator_nonsense)
    if ours is not None:
        invented = ours.outcome is DnsOutcome.ANSWERED
        words = listed(list(ours.addresses)) if invented else ours.outcome.replace("_", " ")
        yield "name that does not exist", words, "no address", not invented


def page_readings(page: FieldPage) -> Iterator[Row]:
    """Give whether a page is what it should be, or a portal's."""
    words = str(page.status or page.outcome.replace("_", " "))
    words += f", sends us to {page.sent_to}" if page.sent_to else ""
    text = {None: "", True: ", its text is there", False: ", its text is not there"}
    should = [] if page.expected_status is None else [str(page.expected_status)]
    should += [] if page.text_there is None else ["its text"]
    well = page.status in {None, page.expected_status} if page.expected_status else None
    well = page.text_there if page.text_there is not None and well is not False else well
    yield "page, or a portal's", words + text[page.text_there], listed(should), well


def trace_readings(seen: FieldTrace) -> Iterator[Row]:
    """Give how far the reference is by each kind of packet."""
    for name, way in (("UDP", seen.udp), ("TCP", seen.tcp), ("ICMP", seen.icmp)):
        if (words := _way(way)) is not None:
            yield f"way by {name}", words, "", None


def _way(way: Maybe[Trace]) -> str | None:
    told = known(way)
    if told is None:
        return None
    hops = counted(len(told.hops), "hop")
    if told.reached:
        return f"arrives after {hops}"
    return f"refused by {told.refused_by}" if told.refused_by else f"ends after {hops}"


def stream_readings(stream: FieldStream, most_gaps: float) -> Iterator[Row]:
    """Give whether a stream comes, and with how many gaps."""
    came, gaps = stream.packets > 0, stream.continuity_errors
    words = f"{counted(gaps, 'gap')} in {stream.packets} packets" if came else "none comes"
    limit = f"{most_gaps:g} gaps at most"
    yield f"stream {stream.group}", words, limit, came and gaps <= most_gaps
