"""What a laptop on site tells of what is offered there, and of who has which address."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Interface
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.field_facts import FieldArp, FieldDhcp, FieldIpv6, FieldLink, PluggedInto
from cpe_diag.domain.missing import known
from cpe_diag.judge.on_site import LAN, WALL, WIFI, fact_of, key_at, of_a_home, untold
from cpe_diag.judge.on_site_use import if_not_filled
from cpe_diag.judge.rule import Answer, Facts, does_not_arise, no, rate, says, yes

if TYPE_CHECKING:
    from cpe_diag.domain.field_facts import DhcpOffered

LEAST_MTU: Final = 1280
"""RFC 8200, section 5: what every link has to carry, for IPv6 to work at all."""
WHOLE: Final = 31
"""RFC 3021: in a network of two addresses or one, the gateway may be outside."""


def offer_lacks(facts: Facts, place: PluggedInto) -> Answer:
    """Answer whether an offer lacks what a home lives by: gateway, mask, resolver, MTU."""
    told = fact_of(facts, FieldDhcp, "field_dhcp", place)
    if isinstance(told, Answer):
        return told
    offers = told.offers
    if place is WALL:
        offers = tuple(one for one in offers if not of_a_home(one.address)) or offers
    if not offers:
        return does_not_arise("nobody offers an address")
    if place is not WALL and len({(one.server, one.mac) for one in offers}) > 1:
        return does_not_arise("more than one server offers addresses")
    by_ipv6 = facts.fact(FieldIpv6, key_at("field_routers", place))
    named = by_ipv6 is not None and (
        any(one.resolvers for one in by_ipv6.routers)
        or any(one.resolvers for one in by_ipv6.servers)
    )
    lacks = [f"the offer of {one.server} {what}" for one in offers for what in _lacks(one, named)]
    words = "; ".join(lacks) or f"gateway, mask and resolver are offered by {offers[0].server}"
    return says(bool(lacks), words, key_at("field_dhcp", place))


def _lacks(offer: DhcpOffered, resolver_by_ipv6: bool) -> tuple[str, ...]:  # noqa: FBT001 - a claim
    found = []
    if offer.mask_bits is None:
        found.append("holds no usable mask")
    if not offer.routers:
        found.append("names no gateway")
    elif offer.mask_bits is not None and offer.mask_bits < WHOLE:
        network = IPv4Interface(f"{offer.address}/{offer.mask_bits}").network
        if IPv4Address(offer.routers[0]) not in network:
            found.append(f"names the gateway {offer.routers[0]}, outside of {network}")
    if not offer.resolvers and not resolver_by_ipv6:
        found.append("names no resolver")
    if offer.mtu_bytes is not None and offer.mtu_bytes < LEAST_MTU:
        found.append(f"says that packets have {offer.mtu_bytes} bytes at most")
    return tuple(found)


def address_taken(facts: Facts, place: PluggedInto) -> Answer:
    """Answer whether somebody has the address that is offered to the laptop (RFC 5227).

    Who answers for the gateway, or for addresses of nobody, may answer for all of them.
    """
    told = fact_of(facts, FieldArp, "field_arp", place)
    if isinstance(told, Answer):
        return told
    if told.own is None:
        return does_not_arise("no address was offered")
    for_all = {*told.nobodys.macs, *(told.gateway.macs if told.gateway else ())}
    others = [mac for mac in told.own.macs if mac not in for_all]
    words = f"{told.own.address}, which is offered, is {', '.join(others) or 'free'}"
    return says(bool(others), words, key_at("field_arp", place))


def answers_for_all(facts: Facts, place: PluggedInto) -> Answer:
    """Answer whether another than the gateway answers for an address that nobody has.

    A gateway may do so on purpose (proxy ARP, RFC 1027; RFC 4562).
    """
    told = fact_of(facts, FieldArp, "field_arp", place)
    if isinstance(told, Answer):
        return told
    key, address = key_at("field_arp", place), told.nobodys.address
    if not told.nobodys.macs:
        return no(f"nobody answers for {address}, which nobody has", key)
    if told.gateway is None or not told.gateway.macs:
        return does_not_arise("nobody knows who the gateway is")
    apart = set(told.nobodys.macs) - set(told.gateway.macs)
    plain = set(told.gateway.macs) - set(told.nobodys.macs)
    words = f"{', '.join(told.nobodys.macs)} answers for {address}, which nobody has"
    return says(bool(apart or plain), words, key)


def dhcp6_silent(facts: Facts, place: PluggedInto) -> Answer:
    """Answer whether an IPv6 router points to a DHCPv6 server, and none gives anything.

    Where none points there, a refusal is what a server without addresses says (RFC 8415, section
    18.3.9), and one that has prefixes for the routers on record alone.
    """
    told = fact_of(facts, FieldIpv6, "field_routers", place)
    if isinstance(told, Answer):
        return told
    key = key_at("field_routers", place)
    if given := [one.mac for one in told.servers if one.addresses or one.prefixes]:
        return no(f"{', '.join(dict.fromkeys(given))} gives addresses or prefixes", key)
    refused = sorted({one.status for one in told.servers if one.status})
    pointing = [one.mac for one in told.routers if one.lifetime_s and one.managed]
    if not pointing:
        so = f" (they say {', '.join(refused)} to the laptop)" if refused else ""
        return does_not_arise(f"no router says that addresses come by DHCPv6{so}")
    if refused:
        return yes(f"asked by DHCPv6 they say {', '.join(refused)}", key)
    silent = f"{pointing[0]} says that addresses come by DHCPv6, and no server answers"
    return if_not_filled(facts, place, yes(silent, key))


def second_server6(facts: Facts, place: PluggedInto) -> Answer:
    """Answer whether more than one device of the home gives addresses by DHCPv6."""
    told = fact_of(facts, FieldIpv6, "field_routers", place)
    if isinstance(told, Answer):
        return told
    macs = sorted({one.mac for one in told.servers if one.addresses or one.prefixes})
    return says(len(macs) > 1, ", ".join(macs) or "nobody", key_at("field_routers", place))


def link_slow(facts: Facts, place: PluggedInto) -> Answer:
    """Answer whether the link is slower than what was sold, where the laptop has had a faster.

    Without that control it may be the laptop's own cable or card.
    """
    link = fact_of(facts, FieldLink, "field_link", place)
    if isinstance(link, Answer):
        return link
    key, speed = key_at("field_link", place), known(link.speed_bps)
    service = facts.subscriber.service
    sold = max((one for one in map(known, (service.down_bps, service.up_bps)) if one), default=0)
    if speed is None or not link.carrier or not sold or place is WIFI:
        return does_not_arise("the speed of the link, or what was sold, is not known")
    words = f"{rate(speed)} at {link.interface}, {rate(sold)} sold"
    if speed >= sold:
        return no(words, key)
    control_key = key_at("field_link", LAN if place is WALL else WALL)
    control = facts.fact(FieldLink, control_key)
    faster = known(control.speed_bps) if control is not None else None
    if faster is not None and faster > speed:
        return yes(f"{words}; elsewhere the laptop had {rate(faster)}", key)
    return untold(f"{words}, and it may be the laptop's own cable or card", control_key)
