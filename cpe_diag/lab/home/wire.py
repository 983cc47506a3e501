"""A long wire: what leaves by DEVICE in this network namespace is held back for a while.

`wire.py DEVICE DELAY_MS [JITTER_MS [MATCH]]` puts it in and returns when it is there;
`wire.py DEVICE out` takes it out. JITTER_MS more or less is drawn anew for each frame, and none
overtakes another. MATCH is an expression of nft: what does not fit goes straight.

It is for kernels without netem. nftables hands what would leave to a TAP; a process holds it and
sends it on with a mark, and what has the mark goes past. That happens before other filters and
queues of the device, so that loss and rates are those of the wire too. A TAP that is removed ends
the process. Round trips grow by the delay once: it is held in one direction.
The standard library alone, so that any Python runs it.
"""

from __future__ import annotations

import collections
import contextlib
import fcntl
import os
import random
import select
import socket
import struct
import subprocess
import sys
import time
from pathlib import Path

MARK = 0x77697265
FRAME_BYTES = 10 + 14 + 65_550
"""Of virtio's header (virtio_net.h), Ethernet's, and the longest that is left to be cut."""
HELD_FRAMES = 20_000
"""More than this is lost, as in a real queue."""

# linux/if_tun.h
TUNSETIFF = 0x400454CA
TUNSETOFFLOAD = 0x400454D0
IFF_TAP, IFF_NO_PI, IFF_VNET_HDR = 0x0002, 0x1000, 0x4000
TUN_F_CSUM, TUN_F_TSO4, TUN_F_TSO6 = 0x01, 0x02, 0x04
# linux/if_packet.h, asm-generic/socket.h
SOL_PACKET, PACKET_VNET_HDR = 263, 15


def main(device: str, *words: str) -> None:
    """Put the wire in, or take it out."""
    if words == ("out",):
        run("nft", "delete", "table", "netdev", table(device))
        run("ip", "link", "del", tap_of(device))
        return
    delay_s, jitter_s = (float(one) / 1000 for one in (*words, "0")[:2])
    tap = open_tap(tap_of(device))
    out = open_device(device)
    divert(device, " ".join(words[2:]))
    if os.fork():
        return
    os.setsid()
    for number in range(3):
        os.dup2(os.open(os.devnull, os.O_RDWR), number)
    carry(tap, out, delay_s, jitter_s)


def table(device: str) -> str:
    """Name the table that diverts."""
    return f"wire_{device}"


def tap_of(device: str) -> str:
    """Name the TAP."""
    return f"w-{device}"


def run(*command: str, text: str = "") -> None:
    """Run a program that must succeed."""
    subprocess.run(command, input=text, text=True, check=True)  # noqa: S603 - ours


def open_tap(name: str) -> int:
    """Make a TAP that sends nothing of its own, and takes frames before they are cut."""
    tap = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR
    fcntl.ioctl(tap, TUNSETIFF, struct.pack("16sH22x", name.encode(), flags))
    fcntl.ioctl(tap, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6)
    Path(f"/proc/sys/net/ipv6/conf/{name}/disable_ipv6").write_text("1")
    run("ip", "link", "set", "dev", name, "txqueuelen", "4000", "arp", "off", "up")
    return tap


def open_device(device: str) -> socket.socket:
    """Give what sends by the device, marked."""
    out = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    out.setsockopt(SOL_PACKET, PACKET_VNET_HDR, 1)
    out.setsockopt(socket.SOL_SOCKET, socket.SO_MARK, MARK)
    out.bind((device, 0))
    return out


def divert(device: str, match: str) -> None:
    """Hand to the TAP what would leave, before whatever else is done to it."""
    rules = f"""
      table netdev {table(device)} {{
        chain out {{
          type filter hook egress device "{device}" priority -100; policy accept;
          meta mark {MARK:#x} accept
          {match} fwd to "{tap_of(device)}"
        }}
      }}
      """
    run("nft", "-f", "-", text=rules)


def carry(tap: int, out: socket.socket, delay_s: float, jitter_s: float) -> None:
    """Hold each frame for its time and send it, until the TAP is gone."""
    held: collections.deque[tuple[float, bytes]] = collections.deque()
    last = 0.0
    while True:
        wait_s = max(0.0, held[0][0] - time.monotonic()) if held else None
        ready, _, _ = select.select([tap], [], [], wait_s)
        try:
            while ready:
                frame = os.read(tap, FRAME_BYTES)
                due = time.monotonic() + delay_s + random.uniform(-jitter_s, jitter_s)  # noqa: S311
                last = max(last, due)
                if len(held) < HELD_FRAMES:
                    held.append((last, frame))
        except BlockingIOError:
            pass
        except OSError:
            return
        while held and held[0][0] <= time.monotonic():
            with contextlib.suppress(OSError):  # the device is down, or its queue is full
                out.send(held.popleft()[1])


if __name__ == "__main__":
    main(*sys.argv[1:])
