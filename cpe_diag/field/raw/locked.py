"""DHCPDISCOVER and PADI with the MAC of the line's router, and who answers those.

Ports are locked to the MAC that they learned first (IEEE 802.1X aside, "port security"): such a
port answers a laptop in the router's place not at all.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.field_locked_facts import FieldLocked
from cpe_diag.field.raw import dhcp, pppoe
from cpe_diag.field.raw.ethernet import to_mac

if TYPE_CHECKING:
    from scapy.packet import Packet

    from cpe_diag.field.raw.order import Order
    from cpe_diag.field.raw.wire import Wire

BEFORE_S: Final = 1.0
"""How long the router itself is listened for before anybody speaks in its place."""


class RouterIsHereError(Exception):
    """The router is on this wire: whoever used its MAC would take what is meant for it."""


def packets(order: Order) -> tuple[Packet, ...]:
    """Write both questions once, and once with the tag of the service's VLAN where it has one."""
    return tuple(asking.packets(one)[0] for one in _orders(order) for asking in (dhcp, pppoe))


def run(order: Order, wire: Wire) -> FieldLocked:
    """Ask as the router, and listen to all who answer until the time is over.

    Raises:
        OSError: the interface fails.
        RouterIsHereError: the router was heard before; nothing was sent.
        FloodedError: nobody was heard, and not all was read.
    """
    addresses = [dhcp.Heard(one) for one in _orders(order)]
    sessions = [pppoe.Heard(one) for one in _orders(order)]
    every: list[dhcp.Heard | pppoe.Heard] = [*addresses, *sessions]
    for frame in wire.frames(min(BEFORE_S, order.for_s / 2)):
        if frame.sender == to_mac(order.mac):
            raise RouterIsHereError
    wire.hold_whole()
    wire.send(packets(order))
    for frame in wire.frames(order.for_s):
        for one in every:
            one.take(frame, wire.took_s)
    if not any(one.offers for one in every):
        wire.hold_whole()
    return FieldLocked(
        mac=order.mac,
        offers=tuple(offer for each in addresses for offer in each.offers.values()),
        concentrators=tuple(offer for each in sessions for offer in each.offers.values()),
        listened_s=round(wire.took_s, 3),
        malformed=sum(one.malformed for one in every),
    )


def _orders(order: Order) -> tuple[Order, ...]:
    return (order, *(replace(order, vlan=vlan) for vlan in order.vlans[:1]))
