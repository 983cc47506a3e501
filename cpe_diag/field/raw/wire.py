"""One interface, open for raw frames: few may be sent, and what comes is read."""

from __future__ import annotations

import socket
import time
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
            FloodedError: more came than is read.
        """
        if self.cut_short:
            raise FloodedError(f"more than {MOST_READ} frames came: a flood hides the answers")

    @property
    def cut_short(self) -> bool:
        """Whether more came than is read."""
        return self._read >= MOST_READ
