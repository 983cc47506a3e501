"""A port in one VLAN, for kernels that have none: PORT TAP VLAN. Frames of TAP go out tagged.

VLAN 0: they pass as they are, both ways.
"""

from __future__ import annotations

import fcntl
import os
import select
import socket
import struct
import sys
from pathlib import Path

TUNSETIFF = 0x400454CA
TAP_WITHOUT_HEAD = 0x1002
"""linux/if_tun.h: IFF_TAP and IFF_NO_PI."""
SOL_PACKET, AUXDATA, OUTGOING, WITH_TAG = 263, 8, 4, 1 << 4
"""linux/if_packet.h: the kernel takes the tag out, and gives it beside the frame."""


def main(port: str, tap: str, vlan: int) -> None:
    """Pass frames on, both ways."""
    file = os.open(Path("/dev/net/tun"), os.O_RDWR)
    fcntl.ioctl(file, TUNSETIFF, struct.pack("16sH", tap.encode(), TAP_WITHOUT_HEAD))
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    wire.bind((port, 0))
    wire.setsockopt(SOL_PACKET, AUXDATA, 1)
    while True:
        ready, _, _ = select.select((file, wire.fileno()), (), ())
        if file in ready:
            frame = os.read(file, 2000)
            tag = struct.pack("!HH", 0x8100, vlan) if vlan else b""
            wire.send(frame[:12] + tag + frame[12:])
        if wire.fileno() in ready:
            frame, beside, _, sender = wire.recvmsg(2000, socket.CMSG_SPACE(20))
            if sender[2] != OUTGOING and (_tag(beside) or 0) == vlan:
                os.write(file, frame)


def _tag(beside: list[tuple[int, int, bytes]]) -> int | None:
    for level, kind, data in beside:
        if (level, kind) == (SOL_PACKET, AUXDATA):
            status, _, _, _, _, tag, _ = struct.unpack("IIIHHHH", data[:20])
            return tag & 0xFFF if status & WITH_TAG else None
    return None


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
