"""Reads when the kernel sent and took packets (Linux: Documentation/networking/timestamping)."""

from __future__ import annotations

import socket
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cpe_diag.field.extended_error import ERROR, SOURCES

if TYPE_CHECKING:
    from collections.abc import Iterable

TIMESTAMPING: Final = 37
"""asm-generic/socket.h: SO_TIMESTAMPING, and the kind of message that it brings."""
WANTED: Final = (1 << 1) | (1 << 3) | (1 << 4) | (1 << 7) | (1 << 11)
"""linux/net_tstamp.h: TX_SOFTWARE, RX_SOFTWARE, SOFTWARE, OPT_ID and OPT_TSONLY."""
FROM_CLOCK: Final = 4
"""linux/errqueue.h: SO_EE_ORIGIN_TIMESTAMPING."""
TIME: Final = struct.Struct("=qq")
"""struct timespec on 64 bits: seconds and nanoseconds, since the epoch."""
NANO: Final = 1e-9
ROOM: Final = 512


@dataclass(frozen=True, slots=True)
class KernelTime:
    """A time of the kernel's; `number` is which packet it sent then, None: it took one."""

    at_s: float
    number: int | None


def wish(wire: socket.socket) -> bool:
    """Ask the kernel for both times.

    Args:
        wire: an open socket.

    Returns:
        Whether it gives any.
    """
    try:
        wire.setsockopt(socket.SOL_SOCKET, TIMESTAMPING, WANTED)
    except OSError:
        return False
    return True


def kernel_time(ancillary: Iterable[tuple[int, int, bytes]]) -> KernelTime | None:
    """Give the time of one message.

    Args:
        ancillary: what recvmsg(2) gives beside the data.

    Returns:
        The time; None where there is none, or it is cut short.
    """
    at_s: float | None = None
    number: int | None = None
    for level, kind, data in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, TIMESTAMPING) and len(data) >= TIME.size:
            seconds, nanoseconds = TIME.unpack_from(data)
            at_s = seconds + nanoseconds * NANO if seconds else None
        elif (level, kind) in SOURCES and len(data) >= ERROR.size:
            _, origin, _, _, _, _, told = ERROR.unpack_from(data)
            number = told if origin == FROM_CLOCK else number
    return None if at_s is None else KernelTime(at_s, number)
