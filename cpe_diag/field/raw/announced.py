"""LLDP and CDP: who says that it is at the other end of the cable."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.field_facts import AnnouncedNeighbour
from cpe_diag.field.raw.texts import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cpe_diag.field.raw.frame import Frame

LLDP: Final = 0x88CC
CHASSIS, PORT, TTL, DESCRIBED, SYSTEM, OWN = 1, 2, 3, 4, 5, 127
"""IEEE 802.1AB, table 8-1."""
PORT_VLAN: Final = bytes.fromhex("0080c201")
"""IEEE 802.1Q, annex D: the organisation's number, and the sub-type of the port's VLAN id."""
MAC_KINDS: Final = frozenset({4, 3})
"""IEEE 802.1AB, tables 8-2 and 8-3: sub-types that hold a MAC address (chassis 4, port 3)."""
CDP_HEAD: Final = bytes.fromhex("aaaa0300000c2000")
"""LLC and SNAP of Cisco's discovery protocol: organisation 00000c, protocol 2000."""
LONGEST_8023: Final = 1500
"""IEEE 802.3, section 3.2.6: up to this the field of a frame's head is a length, not a type."""
CDP_DEVICE, CDP_PORT, CDP_PLATFORM, CDP_NATIVE = 0x0001, 0x0003, 0x0006, 0x000A
"""Wireshark, packet-cdp.c: types of its fields."""
LONGEST: Final = 120
MAC_LENGTH: Final = 6


def from_lldp(frame: Frame) -> AnnouncedNeighbour:
    """Read one LLDP frame.

    Raises:
        ValueError: a length in it is false, or chassis, port or time to live is missing.
    """
    chassis = port = system = described = None
    vlan: int | None = None
    alive = False
    for kind, value in _lldp_fields(frame.payload):
        if kind == CHASSIS:
            chassis = _name(value)
        elif kind == PORT:
            port = _name(value)
        elif kind == DESCRIBED:
            described = plain(value, LONGEST)
        elif kind == SYSTEM:
            system = plain(value, LONGEST)
        elif kind == OWN and value.startswith(PORT_VLAN) and len(value) >= MAC_LENGTH:
            vlan = int.from_bytes(value[4:MAC_LENGTH]) or None
        alive = alive or kind == TTL
    if chassis is None or port is None or not alive:
        raise ValueError("LLDP without chassis, port or time to live")
    return AnnouncedNeighbour(
        protocol="LLDP",
        mac=frame.mac,
        chassis=chassis,
        port=port,
        system=system or "",
        native_vlan=vlan,
        port_described=described or "",
    )


def _lldp_fields(payload: bytes) -> Iterator[tuple[int, bytes]]:
    """Go through type and value: 7 bits of type, 9 of length, the end has neither."""
    place = 0
    while place + 2 <= len(payload):
        head = int.from_bytes(payload[place : place + 2])
        kind, long = head >> 9, head & 0x1FF
        place += 2
        if kind == 0:
            return
        if place + long > len(payload):
            raise ValueError("a field is longer than the frame")
        yield kind, payload[place : place + long]
        place += long
    raise ValueError("LLDP without an end")


def _name(value: bytes) -> str:
    if len(value) == MAC_LENGTH + 1 and value[0] in MAC_KINDS:
        return value[1:].hex(":")
    return plain(value[1:], LONGEST)


def from_cdp(frame: Frame) -> AnnouncedNeighbour:
    """Read one CDP frame.

    Raises:
        ValueError: a length in it is false, or it was cut.
    """
    if frame.ethertype > len(frame.payload):
        raise ValueError("the frame is cut")
    fields = dict(_cdp_fields(frame.payload[len(CDP_HEAD) : frame.ethertype]))
    native = fields.get(CDP_NATIVE, b"")
    return AnnouncedNeighbour(
        protocol="CDP",
        mac=frame.mac,
        chassis=plain(fields.get(CDP_DEVICE, b""), LONGEST),
        port=plain(fields.get(CDP_PORT, b""), LONGEST),
        system=plain(fields.get(CDP_PLATFORM, b""), LONGEST),
        native_vlan=int.from_bytes(native) if len(native) == 2 else None,  # noqa: PLR2004
    )


def _cdp_fields(message: bytes) -> Iterator[tuple[int, bytes]]:
    """Go through type and value: two octets each of type and of length, which counts both."""
    place = 4  # version, time to live and check sum
    if len(message) < place:
        raise ValueError("CDP is cut")
    while any(message[place:]):  # zeros fill a short message
        kind, long = (int.from_bytes(message[place + at : place + at + 2]) for at in (0, 2))
        if long < 4 or place + long > len(message):  # noqa: PLR2004 - type and length
            raise ValueError("the length of a field is false")
        yield kind, message[place + 4 : place + long]
        place += long
