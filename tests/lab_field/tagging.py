"""A port in one VLAN, for kernels that have none: PORT TAP VLAN [MS]. Frames of TAP go out tagged.

VLAN 0: they pass as they are, both ways. MS: what comes to TAP is late by up to so many
milliseconds, each frame by others (no kernel of ours has netem).
"""

from __future__ import annotations

import fcntl
import heapq
import os
import random
import select
import socket
import struct
import sys
import time
from pathlib import Path

TUNSETIFF = 0x400454CA
TAP_WITHOUT_HEAD = 0x1002
"""linux/if_tun.h: IFF_TAP and IFF_NO_PI."""
SOL_PACKET, AUXDATA, OUTGOING, WITH_TAG = 263, 8, 4, 1 << 4
"""linux/if_packet.h: the kernel takes the tag out, and gives it beside the frame."""


def main(port: str, tap: str, vlan: int, late_ms: float = 0.0) -> None:
    """Pass frames on, both ways."""
    file = os.open(Path("/dev/net/tun"), os.O_RDWR)
    fcntl.ioctl(file, TUNSETIFF, struct.pack("16sH", tap.encode(), TAP_WITHOUT_HEAD))
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    wire.bind((port, 0))
    wire.setsockopt(SOL_PACKET, AUXDATA, 1)
    late: list[tuple[float, bytes]] = []
    chance = random.Random(7)  # noqa: S311 - a lab, the same each time
    while True:
        wait_s = max(0.0, late[0][0] - time.monotonic()) if late else None
        ready, _, _ = select.select((file, wire.fileno()), (), (), wait_s)
        while late and late[0][0] <= time.monotonic():
            os.write(file, heapq.heappop(late)[1])
        if file in ready:
            frame = os.read(file, 2000)
            tag = struct.pack("!HH", 0x8100, vlan) if vlan else b""
            wire.send(frame[:12] + tag + frame[12:])
        if wire.fileno() in ready:
            frame, beside, _, sender = wire.recvmsg(2000, socket.CMSG_SPACE(20))
            if sender[2] != OUTGOING and (_tag(beside) or 0) == vlan:
                heapq.heappush(late, (time.monotonic() + chance.random() * late_ms / 1000, frame))


def _tag(beside: list[tuple[int, int, bytes]]) -> int | None:
    for level, kind, data in beside:
        if (level, kind) == (SOL_PACKET, AUXDATA):
            status, _, _, _, _, tag, _ = struct.unpack("IIIHHHH", data[:20])
            return tag & 0xFFF if status & WITH_TAG else None
    return None


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), *map(float, sys.argv[4:]))
