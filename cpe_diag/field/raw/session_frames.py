"""Frames of a PPPoE session (RFC 2516, sections 5 and 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.field.raw.ethernet import to_group
from cpe_diag.field.raw.pppoe import DISCOVERY, HEAD, OWN, SERVICE, VERSION, own_mark

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scapy.packet import Packet

    from cpe_diag.field.raw.order import Order

SESSION: Final = 0x8864
PADR, PADS, PADT = 0x19, 0x65, 0xA7
PROTOCOL: Final = 2
"""Octets of a protocol's number, which is never shortened (RFC 2516, section 7)."""


def asking_for_session(order: Order, mac: str, tags: Iterable[tuple[int, bytes]]) -> Packet:
    """Write a PADR; `tags` are those that the concentrator wants back."""
    from scapy.layers.ppp import PPPoED, PPPoED_Tags, PPPoETag

    every = [(SERVICE, b""), (OWN, own_mark(order)), *tags]
    listed = [PPPoETag(tag_type=kind, tag_value=value) for kind, value in every]
    return to_group(order, mac, DISCOVERY) / PPPoED(code=PADR) / PPPoED_Tags(tag_list=listed)


def ending_session(order: Order, mac: str, session: int) -> Packet:
    """Write a PADT."""
    from scapy.layers.ppp import PPPoED

    return to_group(order, mac, DISCOVERY) / PPPoED(code=PADT, sessionid=session)


def in_session(order: Order, mac: str, session: int, protocol: int, packet: bytes) -> Packet:
    """Write a frame of a session."""
    from scapy.layers.ppp import PPP, PPPoE
    from scapy.packet import Raw

    head = to_group(order, mac, SESSION) / PPPoE(sessionid=session)
    return head / PPP(proto=protocol) / Raw(packet)


def read_session(payload: bytes, session: int) -> tuple[int, bytes] | None:
    """Read a frame of a session.

    Args:
        payload: what follows the Ethernet head.
        session: ours.

    Returns:
        The protocol and what follows its number; None where it is of another session.

    Raises:
        ValueError: it breaks RFC 2516, or a length in it is false.
    """
    if len(payload) < HEAD + PROTOCOL or payload[:2] != bytes((VERSION, 0)):
        raise ValueError("no frame of a session")
    if int.from_bytes(payload[2:4]) != session:
        return None
    long = int.from_bytes(payload[4:HEAD])
    if not PROTOCOL <= long <= len(payload) - HEAD:
        raise ValueError("the length of a frame is false")
    packet = payload[HEAD : HEAD + long]
    return int.from_bytes(packet[:PROTOCOL]), packet[PROTOCOL:]
