"""One interface, open for raw frames: few may be sent, and what comes is read."""

from __future__ import annotations

import socket
import struct
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from cpe_diag.field.raw.frame import Frame, frame

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scapy.packet import Packet
    from scapy.supersocket import SuperSocket

MOST_READ: Final = 20_000
"""Frames that one test reads at most: a flood does not keep us busy."""
MOST_SENT: Final = 8
"""Frames that one test sends at most, where it says nothing else."""


SOL_PACKET, PACKET_STATISTICS = 263, 6
COUNTS: Final = struct.Struct("II")
"""packet(7), and Linux, include/uapi/linux/if_packet.h: frames that came, and of those, dropped as
the socket was full. Each look counts from the one before."""
ROOM_BYTES: Final = 4 * 1024 * 1024
"""For frames that came and are not read yet; the system gives as much of it as it lets us have."""


class TooManyFramesError(Exception):
    """A test wants to send more than it may: a mistake of ours."""


class FloodedError(Exception):
    """So many frames came that an answer may be among those that were not read."""


class Wire:
    """One interface for the time of one test."""

    def __init__(self, interface: str, most: int = MOST_SENT) -> None:
        """Open it, for frames to everybody, to us and to all groups.

        Args:
            interface: the system's name.
            most: frames that this test may send.

        Raises:
            OSError: there is no such interface, it is down, or we may not.
        """
        socket.if_nametoindex(interface)
        import scapy.arch  # noqa: F401 - without it there is no kind of socket
        from scapy.config import conf

        self._socket: SuperSocket = conf.L2socket(iface=interface, promisc=True)
        self._read = 0
        self._sent = 0
        self._most = most
        self._dropped = 0
        with suppress(OSError):
            self._socket.ins.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, ROOM_BYTES)
        self._dropped_since()  # what came before it was bound to its interface
        self.begun_s = time.monotonic()

    def close(self) -> None:
        """Let go of the interface."""
        self._socket.close()

    def send(self, packets: Sequence[Packet]) -> None:
        """Send frames.

        Raises:
            TooManyFramesError: this test has sent enough.
            OSError: the interface does not take them.
        """
        if self._sent + len(packets) > self._most:
            raise TooManyFramesError(f"this test sends at most {self._most} frames")
        for packet in packets:
            self._socket.send(packet)
            self._sent += 1

    @property
    def took_s(self) -> float:
        """Seconds since it was opened."""
        return time.monotonic() - self.begun_s

    def frames(self, until_s: float) -> Iterator[Frame]:
        """Read what comes.

        Args:
            until_s: how long, counted from when the interface was opened.

        Yields:
            Frames with a whole head, our own among them.
        """
        from scapy.supersocket import SuperSocket

        while self._read < MOST_READ and (left_s := until_s - self.took_s) > 0:
            if not SuperSocket.select([self._socket], left_s):
                return
            _, data, _ = self._socket.recv_raw()
            if data is None:
                continue
            self._read += 1
            told = frame(bytes(data))
            if told is not None:
                yield told

    def hold_whole(self) -> None:
        """Hold that all was read that came: else silence says nothing.

        Raises:
            FloodedError: more came than is read, or the system dropped some before.
        """
        if self.cut_short:
            raise FloodedError(f"more than {MOST_READ} frames came: a flood hides the answers")
        if dropped := self.dropped:
            raise FloodedError(
                f"{dropped} frames came and were dropped before we read them, the answer may be"
                " among them: this machine was too busy; end what else runs here, and look again"
            )

    @property
    def dropped(self) -> int:
        """How many frames came since it was opened that the system had no room for."""
        self._dropped += self._dropped_since()
        return self._dropped

    def _dropped_since(self) -> int:
        """Look how many more were dropped; 0 where the system does not count them."""
        with suppress(OSError):
            told = self._socket.ins.getsockopt(SOL_PACKET, PACKET_STATISTICS, COUNTS.size)
            return int(COUNTS.unpack(told)[1])
        return 0

    @property
    def cut_short(self) -> bool:
        """Whether more came than is read."""
        return self._read >= MOST_READ
