"""Who answers for an address: probes that claim no address of their own (RFC 5227)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.field_facts import ArpOwner, FieldArp
from cpe_diag.field.raw.ethernet import NO_ADDRESS, to_everybody, to_mac

if TYPE_CHECKING:
    from scapy.packet import Packet

    from cpe_diag.field.raw.order import Order
    from cpe_diag.field.raw.wire import Wire

ARP: Final = 0x0806
NOBODYS: Final = "192.0.2.254"
"""RFC 5737: an address for documents; nobody has it."""
ETHERNET_IPV4: Final = bytes.fromhex("000108000604")
REPLY: Final = b"\0\2"
LENGTH: Final = 28
"""RFC 826: the whole message with addresses of 6 and 4 octets."""


def packets(order: Order) -> tuple[Packet, ...]:
    """Write one probe for each address."""
    from scapy.layers import l2

    return tuple(
        to_everybody(order, ARP)
        / l2.ARP(op=1, hwsrc=order.mac, psrc=NO_ADDRESS, hwdst="00:00:00:00:00:00", pdst=one)
        for one in (*order.addresses, NOBODYS)
    )


def run(order: Order, wire: Wire) -> FieldArp:
    """Ask for each address, and note every MAC that answers.

    Raises:
        OSError: the interface fails.
        FloodedError: somebody was not heard, and not all was read.
    """
    wire.send(packets(order))
    own = to_mac(order.mac)
    asked = (*order.addresses, NOBODYS)
    found: dict[str, dict[str, None]] = {address: {} for address in asked}
    for frame in wire.frames(order.for_s):
        told = frame.payload[:LENGTH]
        if frame.ethertype != ARP or frame.sender == own or len(told) < LENGTH:
            continue
        if told[:6] != ETHERNET_IPV4 or told[6:8] != REPLY or told[18:24] != own:
            continue
        address = ".".join(str(octet) for octet in told[14:18])
        if address in found:
            found[address][told[8:14].hex(":")] = None
    if not all(found[one] for one in order.addresses):
        wire.hold_whole()
    owners = [ArpOwner(address=one, macs=tuple(found[one])) for one in asked]
    return FieldArp(
        gateway=owners[0] if len(order.addresses) > 0 else None,
        own=owners[1] if len(order.addresses) > 1 else None,
        nobodys=owners[-1],
    )
