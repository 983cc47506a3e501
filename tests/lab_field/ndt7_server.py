"""A small NDT7 server for tests (M-Lab's ndt7 protocol specification): both subtests."""

from __future__ import annotations

import json
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import serve

if TYPE_CHECKING:
    from websockets.sync.server import Server, ServerConnection

PROTOCOL: Final = "net.measurementlab.ndt.v7"
LONGEST_S: Final = 10.0
EVERY_S: Final = 0.25
SIZE: Final = 1 << 13


def answer(wire: ServerConnection) -> None:
    """Send for ten seconds, or take what comes and say how much it was."""
    path = wire.request.path if wire.request else ""
    with suppress(ConnectionClosed, TimeoutError, OSError):
        (_send if path.startswith("/ndt/v7/download") else _take)(wire)


def _send(wire: ServerConnection) -> None:
    ends_s = time.monotonic() + LONGEST_S
    while time.monotonic() < ends_s:
        wire.send(bytes(SIZE))


def _take(wire: ServerConnection) -> None:
    begun_s = told_s = time.monotonic()
    octets = 0
    while (now_s := time.monotonic()) < begun_s + LONGEST_S:
        octets += len(wire.recv(timeout=LONGEST_S))
        if now_s - told_s > EVERY_S:
            told_s = now_s
            info = {"NumBytes": octets, "ElapsedTime": int(1e6 * (now_s - begun_s))}
            wire.send(json.dumps({"AppInfo": info, "Origin": "server", "Test": "upload"}))


def server(address: str, port: int) -> Server:
    """Listen there."""
    return serve(answer, address, port, subprotocols=[PROTOCOL], compression=None)  # type: ignore[list-item]


if __name__ == "__main__":
    server(sys.argv[1], int(sys.argv[2])).serve_forever()
