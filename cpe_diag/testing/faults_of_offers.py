"""What a technician's laptop sees on site where offers, addresses or the link are not right."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cpe_diag.domain.field_facts import ArpOwner, FieldArp, FieldDhcp, FieldIpv6
from cpe_diag.testing.evidence_samples import changed, with_value
from cpe_diag.testing.faults_on_site import STRANGER, well_at_the_wall
from cpe_diag.testing.field_samples import FIELD_FACTS
from cpe_diag.testing.field_samples import WALL as AT_THE_WALL

if TYPE_CHECKING:
    from cpe_diag.judge.question import CaseFile

SLOW_BPS = 10_000_000


def offered(case: CaseFile, place: str, **fields: Any) -> CaseFile:  # noqa: ANN401 - as dataclasses.replace
    """The first offer is another."""
    held = case.evidence.value(FieldDhcp, "field_dhcp", place)
    offers = held.offers if held else ()
    return changed(case, "field_dhcp", place, offers=(replace(offers[0], **fields), *offers[1:]))


def without_gateway(case: CaseFile, place: str) -> CaseFile:
    """The offer names no gateway."""
    return offered(case, place, routers=())


def no_ipv6(case: CaseFile, place: str) -> CaseFile:
    """Nobody speaks IPv6."""
    return changed(case, "field_routers", place, routers=(), servers=(), advertisements=0)


def address_taken(case: CaseFile, place: str, *macs: str) -> CaseFile:
    """Somebody answers for the address that is offered."""
    owner = ArpOwner(address="198.51.100.20", macs=macs or (STRANGER,))
    return changed(case, "field_arp", place, own=owner)


def answers_for_all(case: CaseFile, place: str, mac: str = STRANGER) -> CaseFile:
    """Somebody answers for whatever address is asked for, beside who has it."""
    held = case.evidence.value(FieldArp, "field_arp", place)
    if held is None or held.gateway is None or held.own is None:
        return case
    macs = tuple(dict.fromkeys((*held.gateway.macs, mac)))
    return changed(
        case,
        "field_arp",
        place,
        gateway=replace(held.gateway, macs=macs),
        own=replace(held.own, macs=(mac,)),
        nobodys=replace(held.nobodys, macs=(mac,)),
    )


def dhcp6_silent(case: CaseFile, place: str) -> CaseFile:
    """The router points to a server that is not there."""
    return changed(case, "field_routers", place, servers=())


def dhcp6_refuses(case: CaseFile, place: str) -> CaseFile:
    """The server has nothing left."""
    held = case.evidence.value(FieldIpv6, "field_routers", place)
    servers = held.servers if held else ()
    empty = replace(servers[0], addresses=(), prefixes=(), status="NoPrefixAvail")
    return changed(case, "field_routers", place, servers=(empty,))


def dhcp6_is_stateless(case: CaseFile, place: str) -> CaseFile:
    """No router points to the server, and it has no address or prefix for a laptop."""
    held = case.evidence.value(FieldIpv6, "field_routers", place)
    routers = tuple(replace(one, managed=False) for one in held.routers) if held else ()
    return changed(dhcp6_refuses(case, place), "field_routers", place, routers=routers)


def second_server6(case: CaseFile, place: str) -> CaseFile:
    """A second device gives out IPv6 addresses."""
    held = case.evidence.value(FieldIpv6, "field_routers", place)
    servers = held.servers if held else ()
    stranger = replace(servers[0], mac=STRANGER, addresses=("fd77::10",))
    return changed(case, "field_routers", place, servers=(*servers, stranger))


def slow_link(case: CaseFile, place: str) -> CaseFile:
    """The link is slower than what was sold, and was faster elsewhere."""
    case = slow_link_alone(case, place)
    if place == AT_THE_WALL:
        return with_value(case, "field_link", "router_lan", FIELD_FACTS["field_link", AT_THE_WALL])
    return slow_link_alone(well_at_the_wall(case), place)


def slow_link_alone(case: CaseFile, place: str) -> CaseFile:
    """The link is slower than what was sold, and there is nothing to compare it with."""
    return changed(case, "field_link", place, speed_bps=SLOW_BPS)
