"""Sends a transport stream to a group, with or without gaps: GROUP PORT EVERY (0: no gaps)."""

from __future__ import annotations

import socket
import sys
import time

PID = 256
IN_ONE = 7


def main(group: str, port: int, every: int) -> None:
    """Send 7 packets each 5 ms; of each so many datagrams one is left out."""
    wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    wire.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 4)
    counter = number = 0
    while True:
        packets = b""
        for _ in range(IN_ONE):
            packets += bytes((0x47, PID >> 8, PID & 0xFF, 0x10 | counter)) + bytes(184)
            counter = (counter + 1) % 16
        number += 1
        if not every or number % every:
            wire.sendto(packets, (group, port))
        time.sleep(0.005)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
