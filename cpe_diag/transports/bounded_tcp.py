"""TCP connections that send no more than a stated number of packets (tcp(7), Linux).

The system acknowledges what the other end sends, so that what is read, and what it may send ahead
of that, bound what we send; the system's own count is looked at with each piece that is read.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

TCP_INFO: Final = getattr(socket, "TCP_INFO", None)
TCP_SYNCNT: Final = getattr(socket, "TCP_SYNCNT", None)
INFO_BYTES: Final = 192
SENT: Final = struct.Struct("=I")
SENT_AT: Final = 136
"""linux/tcp.h, struct tcp_info: tcpi_segs_out, of every segment and acknowledgement (RFC 4898)."""
MORE_REQUESTS: Final = 2
"""At 0, 1 and 3 s (RFC 6298): as long as a host is waited for."""
WINDOW_BYTES: Final = 65_536
"""What the other end may send ahead of what has been read."""
SMALL_SEGMENT: Final = 536
"""RFC 9293, section 3.7.1: what every way takes; two of them are acknowledged together."""
DROP: Final = struct.pack("=ii", 1, 0)
"""socket(7), SO_LINGER: at the end one packet, and nothing is sent again."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many packets one connection sends at most."""

    packets: int

    @property
    def last(self) -> int:
        """With so many sent nothing more is read: the other end may fill its window once more."""
        return max(1, self.packets - WINDOW_BYTES // SMALL_SEGMENT)

    @property
    def enough(self) -> int:
        """With so many sent a reader who may stop does."""
        return max(1, self.last * 3 // 4)


class TooMuchSentError(OSError):
    """A connection has sent as many packets as it may."""


def segments_sent(wire: socket.socket) -> int:
    """Give how many packets a connection has sent; 0 where the system does not say."""
    if TCP_INFO is None:
        return 0
    with suppress(OSError, struct.error):
        info = wire.getsockopt(socket.IPPROTO_TCP, TCP_INFO, INFO_BYTES)
        return int(SENT.unpack_from(info, SENT_AT)[0])
    return 0


def held_to(wire: socket.socket, bounds: Bounds) -> None:
    """Hold a connection to its bounds.

    Raises:
        TooMuchSentError: it has sent as many as it may.
    """
    if segments_sent(wire) >= bounds.last:
        raise TooMuchSentError(f"the connection has sent {bounds.last} packets")


def bounded(wire: socket.socket) -> None:
    """Set what bounds a socket that is not connected yet."""
    wire.setsockopt(
        socket.SOL_SOCKET, socket.SO_RCVBUF, WINDOW_BYTES // 2
    )  # the system doubles it
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, DROP)
    if TCP_SYNCNT is not None:
        wire.setsockopt(socket.IPPROTO_TCP, TCP_SYNCNT, MORE_REQUESTS)


async def connected(
    address: str,
    port: int,
    within_s: float,
    *,
    bounds: Bounds | None,
    segment_bytes: int | None = None,
) -> socket.socket:
    """Connect to an address.

    Args:
        address: an IP address.
        port: TCP.
        within_s: how long at most.
        bounds: what it is held to afterwards, None: nothing.
        segment_bytes: the most that the other end is asked to put into a packet, which the system
            tells in the first one; None: as the system has it.

    Returns:
        The connection, which does not block.

    Raises:
        OSError: no connection, or none in time.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    wire = socket.socket(family, socket.SOCK_STREAM)
    try:
        wire.setblocking(False)  # noqa: FBT003 - the standard library's signature
        if bounds is not None:
            bounded(wire)
        if segment_bytes is not None:
            wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, segment_bytes)
        async with asyncio.timeout(within_s):
            await asyncio.get_running_loop().sock_connect(wire, (address, port))
    except BaseException:
        wire.close()
        raise
    return wire
