"""Joins a multicast group by an ordinary socket for some seconds; the kernel speaks IGMP."""

from __future__ import annotations

import socket
import struct
import time
from contextlib import suppress
from typing import Final

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.field_stream_facts import FieldStream
from cpe_diag.domain.missing import Missing
from cpe_diag.field.transport_stream import StreamCounter

FOR_S: Final = 5.0
MOST_DATAGRAMS: Final = 20_000
"""Five seconds of 40 Mbit/s: more than a channel of UHD television."""
ROOM: Final = 1 << 21


def listened(interface: str, group: str, port: int, *, for_s: float) -> FieldStream:
    """Join a group, count what comes, and leave it.

    Args:
        interface: on which.
        group: its IPv4 address.
        port: UDP.
        for_s: for how long.

    Returns:
        What came.

    Raises:
        OSError: the system does not let us join.
    """
    counter, datagrams, first_s = StreamCounter(), 0, None
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with suppress(OSError):  # less room than wished for will do
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, ROOM)
        wire.bind((group, port))
        index = socket.if_nametoindex(interface)
        wanted = struct.pack("=4s4si", socket.inet_aton(group), bytes(4), index)
        wire.setsockopt(socket.SOL_IP, socket.IP_ADD_MEMBERSHIP, wanted)
        begun_s = time.monotonic()
        while datagrams < MOST_DATAGRAMS and (left := begun_s + for_s - time.monotonic()) > 0:
            wire.settimeout(left)
            try:
                datagram = wire.recv(65_535)
            except TimeoutError:
                break
            first_s = time.monotonic() - begun_s if first_s is None else first_s
            datagrams += 1
            counter.take(datagram)
        took_s = time.monotonic() - begun_s
    return FieldStream(
        group=group,
        port=port,
        listened_s=took_s,
        datagrams=datagrams,
        packets=counter.packets,
        continuity_errors=counter.errors,
        foreign=counter.foreign,
        first_after_s=Missing(why=FailureKind.SILENT) if first_s is None else first_s,
    )
