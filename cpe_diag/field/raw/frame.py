"""The head of an Ethernet frame, read before anything is dissected: most frames are not for us."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

TAGS: Final = frozenset({0x8100, 0x88A8})
"""IEEE 802.1Q: customer and service tag."""
MOST_TAGS: Final = 4
EVERYBODY: Final = b"\xff" * 6
HEAD: Final = 12
"""Two addresses of 6 octets each."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame: addresses, VLAN ids from the outermost, EtherType or length, and the whole."""

    to: bytes
    sender: bytes
    vlans: tuple[int, ...]
    ethertype: int
    payload: bytes
    whole: bytes

    @property
    def mac(self) -> str:
        """The sender, as facts write it."""
        return self.sender.hex(":")


def frame(data: bytes) -> Frame | None:
    """Read the head of a frame.

    Args:
        data: the whole of it, without preamble and check sum.

    Returns:
        The frame; None where it is cut in its head, or tagged more than four times.
    """
    place = HEAD
    vlans: list[int] = []
    for _ in range(MOST_TAGS + 1):
        if len(data) < place + 2:
            return None
        ethertype = int.from_bytes(data[place : place + 2])
        place += 2
        if ethertype not in TAGS:
            return Frame(data[:6], data[6:HEAD], tuple(vlans), ethertype, data[place:], data)
        if len(data) < place + 2:
            return None
        vlans.append(int.from_bytes(data[place : place + 2]) & 0xFFF)
        place += 2
    return None
