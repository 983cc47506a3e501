"""Heads of the frames that we send."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from scapy.packet import Packet

    from cpe_diag.field.raw.order import Order

NO_ADDRESS: Final = "0.0.0.0"  # noqa: S104 - whom we send as, not where we listen
BROADCAST: Final = "ff:ff:ff:ff:ff:ff"


def to_mac(text: str) -> bytes:
    """Give the six octets of `02:00:5e:10:00:01`."""
    return bytes.fromhex(text.replace(":", ""))


def to_everybody(order: Order, ethertype: int) -> Packet:
    """Write the head of a frame to everybody, tagged where the order says so."""
    return to_group(order, BROADCAST, ethertype)


def to_group(order: Order, group: str, ethertype: int) -> Packet:
    """Write the head of a frame to a group or a station, tagged where the order says so."""
    from scapy.layers.l2 import Dot1Q, Ether

    if order.vlan is None:
        return Ether(src=order.mac, dst=group, type=ethertype)
    tag = Dot1Q(vlan=order.vlan, type=ethertype)
    return Ether(src=order.mac, dst=group, type=0x8100) / tag
