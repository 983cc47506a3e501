"""A stream that the laptop itself takes: UDP to ADDRESS, port 9, at BPS bit/s, for ever."""

from __future__ import annotations

import socket
import sys
import time

OCTETS = 1000
HEADS = 28


def main(address: str, bps: float) -> None:
    """Send it."""
    apart_s = 8 * OCTETS / bps
    wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    at_s = time.monotonic()
    while True:
        wire.sendto(bytes(OCTETS - HEADS), (address, 9))
        at_s += apart_s
        time.sleep(max(0.0, at_s - time.monotonic()))


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
