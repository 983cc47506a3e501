"""One line for every fact that a laptop on site sees."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpe_diag.domain.missing import known
from cpe_diag.report.duration import duration, rate
from cpe_diag.report.phrases import counted, listed, maybe

if TYPE_CHECKING:
    from cpe_diag.domain.field_facts import (
        AdvertisingRouter,
        AnnouncedNeighbour,
        ArpOwner,
        DhcpOffered,
        FieldArp,
        FieldDhcp,
        FieldHeard,
        FieldIpv6,
        FieldLink,
        FieldPppoe,
    )


def field_link(fact: FieldLink) -> str:
    """Say what the interface is, and whether there is a link."""
    what = "Wi-Fi" if fact.wireless else "cable"
    parts = [f"{fact.interface} ({what}) {'has a link' if fact.carrier else 'has no link'}"]
    if fact.carrier:
        duplex = known(fact.duplex)
        beside = "" if duplex is None else f" {duplex.value} duplex"
        parts += maybe(fact.speed_bps, lambda bps: f"{rate(bps)}{beside}")
    parts += maybe(fact.errors_in, lambda count: f"{count} damaged frames" if count else "")
    return ", ".join(part for part in parts if part)


def field_heard(fact: FieldHeard) -> str:
    """Say who announces itself, which tags there are, and whether there is a loop."""
    parts = [_neighbour(one) for one in fact.neighbours] or ["nobody announces itself"]
    if fact.vlans:
        parts.append(f"tagged VLANs {listed([str(one) for one in fact.vlans])}")
    if fact.own_frame_back:
        parts.append("our own frame came back: a loop")
    if fact.malformed:
        parts.append(f"{fact.malformed} malformed announcements")
    heard = f"{counted(fact.frames, 'frame')} in {duration(fact.listened_s)}"
    return ", ".join([*parts, heard])


def _neighbour(one: AnnouncedNeighbour) -> str:
    vlan = "" if one.native_vlan is None else f", VLAN {one.native_vlan}"
    beside = f" ({one.port_described})" if one.port_described not in {"", one.port} else ""
    return f"{one.protocol}: {one.system or one.chassis} port {one.port}{beside}{vlan}"


def field_dhcp(fact: FieldDhcp) -> str:
    """Say who offers which address."""
    offers = [_offer(one) for one in fact.offers]
    parts = offers or [f"no DHCP server offers an address within {duration(fact.listened_s)}"]
    if fact.malformed:
        parts.append(f"{fact.malformed} malformed answers")
    return ", ".join(parts)


def _offer(one: DhcpOffered) -> str:
    mask = "" if one.mask_bits is None else f"/{one.mask_bits}"
    way = f" via {one.routers[0]}" if one.routers else " without a gateway"
    return f"{one.server} ({one.mac}) offers {one.address}{mask}{way}"


def field_pppoe(fact: FieldPppoe) -> str:
    """Say which concentrators answer."""
    names = [f"{one.concentrator} ({one.mac})" for one in fact.offers]
    parts = [f"PPPoE by {listed(names)}"] if names else ["no PPPoE concentrator answers"]
    return ", ".join([*parts, *fact.errors])


def field_arp(fact: FieldArp) -> str:
    """Say who answers for which address."""
    parts = [
        f"{words} {_owner(owner)}"
        for words, owner in (("gateway", fact.gateway), ("our address", fact.own))
        if owner is not None
    ]
    if fact.nobodys.macs:
        parts.append(f"{listed(list(fact.nobodys.macs))} answers for every address")
    return ", ".join(parts) or "nobody has offered an address to ask for"


def _owner(owner: ArpOwner) -> str:
    macs = listed(list(owner.macs))
    return f"{owner.address} is {macs}" if macs else f"{owner.address} answers no ARP"


def field_routers(fact: FieldIpv6) -> str:
    """Say which routers and servers answer by IPv6."""
    parts = [_router(one) for one in fact.routers] or ["no IPv6 router announces itself"]
    for server in fact.servers:
        given = listed([*server.addresses, *server.prefixes]) or server.status or "nothing"
        parts.append(f"DHCPv6 server {server.mac} offers {given}")
    if fact.cut_short:
        parts.append(f"more than {fact.advertisements} advertisements: a flood")
    return ", ".join(parts)


def _router(one: AdvertisingRouter) -> str:
    prefixes = listed([each.prefix for each in one.prefixes])
    return f"router {one.address} announces {prefixes or 'itself'}"
