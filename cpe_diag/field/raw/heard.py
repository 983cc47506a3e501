"""What is on the wire by itself: neighbours that announce themselves, tags, bridges, loops."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.field_facts import AnnouncedNeighbour, FieldHeard
from cpe_diag.field.raw.announced import CDP_HEAD, LLDP, LONGEST_8023, from_cdp, from_lldp
from cpe_diag.field.raw.ethernet import to_everybody, to_mac
from cpe_diag.field.raw.frame import EVERYBODY

if TYPE_CHECKING:
    from scapy.packet import Packet

    from cpe_diag.field.raw.frame import Frame
    from cpe_diag.field.raw.order import Order
    from cpe_diag.field.raw.wire import Wire

LOCAL_EXPERIMENT: Final = 0x88B5
"""IEEE 802, section 9.2.4: an EtherType for trials, which no device heeds."""
STP_GROUP: Final = bytes.fromhex("0180c2000000")
"""IEEE 802.1D: bridges send spanning tree messages to it, and pass none of them on."""
MARK: Final = b"cpe-diag loop "
MOST: Final = 64


def packets(order: Order) -> tuple[Packet, ...]:
    """Write the one frame that must not come back."""
    from scapy.packet import Raw

    return (to_everybody(order, LOCAL_EXPERIMENT) / Raw(MARK + secrets.token_bytes(16)),)


def run(order: Order, wire: Wire) -> FieldHeard:
    """Send one frame, and listen.

    Raises:
        OSError: the interface fails.
    """
    (ours,) = packets(order)
    wire.send((ours,))
    heard = _Heard(to_mac(order.mac), bytes(ours)[-16:])
    for frame in wire.frames(order.for_s):
        heard.take(frame)
    return FieldHeard(
        listened_s=round(wire.took_s, 3),
        frames=heard.frames,
        broadcasts=heard.broadcasts,
        vlans=tuple(sorted(heard.vlans)),
        neighbours=tuple(heard.neighbours),
        bridges=tuple(heard.bridges),
        own_frame_back=heard.back,
        malformed=heard.malformed,
    )


class _Heard:
    """What was heard so far."""

    def __init__(self, own: bytes, mark: bytes) -> None:
        self._own = own
        self._mark = mark
        self.frames = 0
        self.broadcasts = 0
        self.malformed = 0
        self.back = False
        self.vlans: set[int] = set()
        self.bridges: dict[str, None] = {}
        self.neighbours: dict[AnnouncedNeighbour, None] = {}

    def take(self, frame: Frame) -> None:
        """Read one frame that came in; the socket does not give back what we send."""
        self.back = self.back or (
            frame.ethertype == LOCAL_EXPERIMENT and self._mark in frame.payload
        )
        self.frames += 1
        self.broadcasts += frame.to == EVERYBODY
        self.vlans.update(frame.vlans[:1])
        if frame.sender == self._own:
            return
        if frame.to == STP_GROUP and len(self.bridges) < MOST:
            self.bridges[frame.mac] = None
        try:
            told = _announced(frame)
        except ValueError:
            self.malformed += 1
            return
        if told is not None and len(self.neighbours) < MOST:
            self.neighbours[told] = None


def _announced(frame: Frame) -> AnnouncedNeighbour | None:
    """Read who announces itself.

    Raises:
        ValueError: a length in it is false.
    """
    if frame.ethertype == LLDP:
        return from_lldp(frame)
    if frame.ethertype <= LONGEST_8023 and frame.payload.startswith(CDP_HEAD):
        return from_cdp(frame)
    return None
