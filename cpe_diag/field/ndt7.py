"""Loads the line by an NDT7 server (M-Lab's ndt7 protocol specification, v0.11: WebSocket)."""

from __future__ import annotations

import fcntl
import json
import math
import socket
import struct
import termios
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from cpe_diag.domain.field_load_facts import Direction
from cpe_diag.field.load_order import LEAST_OF_ONE, Came, LoadOrder, NotLoadedError
from cpe_diag.transports.bounded_tcp import DROP, segments_sent

if TYPE_CHECKING:
    from websockets.sync.client import ClientConnection

PROTOCOL: Final = "net.measurementlab.ndt.v7"
PATHS: Final = {Direction.DOWN: "/ndt/v7/download", Direction.UP: "/ndt/v7/upload"}
LARGEST: Final = 1 << 24
"""The specification: the largest message is 16 MiB."""
SMALLEST: Final = 1 << 13
USUAL: Final = 1 << 16
AT_ONCE: Final = 300
"""Packets of a message, and of what opens and ends a connection."""
CONNECT_S: Final = 3.0
HTTP: Final = 80
HTTPS: Final = 443
LONGEST_WORDS: Final = 120
INSTALL: Final = "pip install 'cpe-diag[field]'"


def load(order: LoadOrder, direction: Direction, address: str) -> Came:
    """Load the line in one direction; in a thread of its own.

    Args:
        order: whom, how long, how much.
        direction: which.
        address: the server's, so that nobody resolves it anew and goes another way.

    Returns:
        What came through: what we have received, or what the other end has of us.

    Raises:
        NotLoadedError: there is no such library or server, or it gives nothing.
    """
    try:
        from websockets.exceptions import ConnectionClosed, WebSocketException
        from websockets.sync.client import connect
    except ImportError as error:
        raise NotLoadedError("websockets is not installed", INSTALL) from error
    url = f"{(order.ndt7 or '').rstrip('/')}{PATHS[direction]}"
    try:
        with connect(
            url,
            sock=_socket(url, address),
            subprotocols=[PROTOCOL],  # type: ignore[list-item]  # a NewType of str
            compression=None,
            max_size=LARGEST,
            open_timeout=CONNECT_S,
            close_timeout=1.0,
            proxy=None,
            user_agent_header="cpe-diag",
        ) as wire:
            tally = _Tally(order)
            over = threading.Timer(order.seconds + 1.0, _cut, (wire,))
            over.start()
            try:
                with suppress(ConnectionClosed, OSError):
                    (_receive if direction is Direction.DOWN else _send)(wire, tally)
            finally:
                over.cancel()
                _cut(wire)
            return tally.came()
    except (OSError, WebSocketException, ValueError) as error:
        raise NotLoadedError(f"{url}: {str(error)[:LONGEST_WORDS]}") from error


def _socket(url: str, address: str) -> socket.socket:
    """Connect to the server of a URL at an address.

    Raises:
        OSError: it does not answer.
    """
    wire = socket.create_connection((address, port_of(url)), CONNECT_S)
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, DROP)
    wire.settimeout(None)
    return wire


def port_of(url: str) -> int:
    """Give the port of a URL ws:// or wss://."""
    parts = urlsplit(url)
    return parts.port or (HTTPS if parts.scheme == "wss" else HTTP)


class _Tally:
    """What has come through so far, and whether that is enough."""

    def __init__(self, order: LoadOrder) -> None:
        self._order = order
        self._begun_s = time.monotonic()
        self.octets = 0
        self.took_s = 0.0

    def count(self, octets: int) -> None:
        """Note how much has come through until now."""
        self.octets = octets
        self.took_s = time.monotonic() - self._begun_s

    @property
    def left_s(self) -> float:
        """How long it may still go on."""
        return self._begun_s + self._order.seconds - time.monotonic()

    def enough(self, wire: ClientConnection, octets: int) -> bool:
        """Tell whether time, bytes or packets are used up; what still waits will be packets."""
        if self.left_s <= 0 or octets >= self._order.most_bytes:
            return True
        packets = segments_sent(wire.socket) + _waiting(wire) // LEAST_OF_ONE
        return packets >= self._order.most_packets - AT_ONCE

    def came(self) -> Came:
        """Give it.

        Raises:
            NotLoadedError: nothing has come.
        """
        if not self.octets or not 0 < self.took_s < math.inf:
            raise NotLoadedError("the NDT7 server lets nothing through")
        return Came(self.octets, self.took_s)


def _receive(wire: ClientConnection, tally: _Tally) -> None:
    octets = 0
    while not tally.enough(wire, octets):
        message = wire.recv(timeout=max(0.01, tally.left_s))
        octets += len(message)
        tally.count(octets)


def _send(wire: ClientConnection, tally: _Tally) -> None:
    """Send; what still waits in our own system has not come through."""
    sent, size = 0, SMALLEST
    while not tally.enough(wire, sent):
        wire.send(bytes(size))
        sent += size
        tally.count(max(0, sent - _waiting(wire)))
        if sent >= 16 * size:
            size = min(2 * size, USUAL)
    told = _of_server(wire)
    if told is not None:
        tally.octets, tally.took_s = told.received_bytes, told.took_s


def _waiting(wire: ClientConnection) -> int:
    """Give what the other end has not yet acknowledged (tcp(7), SIOCOUTQ)."""
    room = fcntl.ioctl(wire.socket.fileno(), termios.TIOCOUTQ, bytes(4))
    return int(struct.unpack("=i", room)[0])


def _of_server(wire: ClientConnection) -> Came | None:
    """Give the last that the server says of what it got, where it has said so by now."""
    last = None
    for _ in range(100):
        try:
            message = wire.recv(timeout=0)
        except (TimeoutError, OSError):
            return last
        last = came(message) or last
    return last


def came(message: str | bytes) -> Came | None:
    """Read one measurement of the other end.

    Args:
        message: as it came.

    Returns:
        `TCPInfo` or `AppInfo`: bytes, and microseconds since the begin; None: it holds none.
    """
    try:
        told = json.loads(message)
        by_tcp = "TCPInfo" in told
        info = told["TCPInfo" if by_tcp else "AppInfo"]
        octets = int(info["BytesReceived" if by_tcp else "NumBytes"])
        took_s = float(info["ElapsedTime"]) / 1e6
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return None
    return Came(octets, took_s) if octets > 0 and 0 < took_s < math.inf else None


def _cut(wire: ClientConnection) -> None:
    """End the connection at once, whatever it waits for."""
    with suppress(OSError):
        wire.socket.shutdown(2)
