"""Control packets of PPP (RFC 1661, sections 5 and 6): written plainly, read strictly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

LCP, PAP, CHAP, IPCP, IPV6CP = 0xC021, 0xC023, 0xC223, 0x8021, 0x8057
"""RFC 1661, 1334, 1994, 1332 and 5072."""
ASK, ACK, NAK, REJECT, END, END_ACK = 1, 2, 3, 4, 5, 6
"""RFC 1661, section 5: Configure and Terminate."""
NO_PROTOCOL, ECHO, ECHO_REPLY = 8, 9, 10
"""RFC 1661, sections 5.7 and 5.8, of LCP alone."""
HEAD: Final = 4
Option = tuple[int, bytes]


@dataclass(frozen=True, slots=True)
class Control:
    """One control packet."""

    code: int
    identifier: int
    data: bytes


def read_control(packet: bytes) -> Control:
    """Read a control packet.

    Args:
        packet: what follows the protocol's number; padding may come behind it.

    Returns:
        The packet without padding.

    Raises:
        ValueError: its length is false.
    """
    long = int.from_bytes(packet[2:HEAD]) if len(packet) >= HEAD else 0
    if not HEAD <= long <= len(packet):
        raise ValueError("the length of a control packet is false")
    return Control(packet[0], packet[1], packet[HEAD:long])


def control(code: int, identifier: int, data: bytes = b"") -> bytes:
    """Write a control packet."""
    return bytes((code, identifier)) + (HEAD + len(data)).to_bytes(2) + data


def read_options(data: bytes) -> tuple[Option, ...]:
    """Read the options of a Configure packet.

    Args:
        data: of the packet.

    Returns:
        Kind and value of each.

    Raises:
        ValueError: the length of one is false.
    """
    found = []
    place = 0
    while place < len(data):
        long = data[place + 1] if place + 1 < len(data) else 0
        if long < 2 or place + long > len(data):  # noqa: PLR2004 - kind and length
            raise ValueError("the length of an option is false")
        found.append((data[place], data[place + 2 : place + long]))
        place += long
    return tuple(found)


def options(given: Iterable[Option]) -> bytes:
    """Write options."""
    return b"".join(bytes((kind, len(value) + 2)) + value for kind, value in given)
