"""DHCPDISCOVER and PADI with the tags of a few VLANs, and who answers in which."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cpe_diag.domain.field_vlan_facts import AskedVlan, FieldVlans
from cpe_diag.field.raw import dhcp, pppoe

if TYPE_CHECKING:
    from scapy.packet import Packet

    from cpe_diag.field.raw.order import Order
    from cpe_diag.field.raw.wire import Wire


def packets(order: Order) -> tuple[Packet, ...]:
    """Write both questions once for each VLAN."""
    return tuple(
        asking.packets(one)[0] for one in _orders(order).values() for asking in (dhcp, pppoe)
    )


def run(order: Order, wire: Wire) -> FieldVlans:
    """Ask in all, and listen to all who answer until the time is over.

    Raises:
        OSError: the interface fails.
        FloodedError: nobody was heard, and not all was read.
    """
    heard = {vlan: (dhcp.Heard(one), pppoe.Heard(one)) for vlan, one in _orders(order).items()}
    wire.send(packets(order))
    for frame in wire.frames(order.for_s):
        for one in (one for both in heard.values() for one in both):
            one.take(frame, wire.took_s)
    if not any(one.offers for both in heard.values() for one in both):
        wire.hold_whole()
    return FieldVlans(
        asked=tuple(
            AskedVlan(
                vlan=vlan,
                offers=tuple(addresses.offers.values()),
                concentrators=tuple(sessions.offers.values()),
            )
            for vlan, (addresses, sessions) in heard.items()
        ),
        listened_s=round(wire.took_s, 3),
        malformed=sum(one.malformed for both in heard.values() for one in both),
    )


def _orders(order: Order) -> dict[int, Order]:
    return {vlan: replace(order, vlan=vlan) for vlan in order.vlans}
