"""A UDP relay on loopback that counts what goes through it."""

from __future__ import annotations

import selectors
import socket
import threading
from typing import Final

DATAGRAM: Final = 65_535
LOOK_S: Final = 0.2


class UdpRelay:
    """Hands datagrams on to one server and its answers back, each client over its own socket."""

    def __init__(self, server: tuple[str, int]) -> None:
        """Start to relay to `server`; `address` is where clients send to."""
        self._server = server
        self._front = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._front.bind(("127.0.0.1", 0))
        self.address: tuple[str, int] = self._front.getsockname()
        self.octets = 0
        self._behind: dict[tuple[str, int], socket.socket] = {}
        self._closed = threading.Event()
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._front, selectors.EVENT_READ)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def reset(self) -> None:
        """Count from zero."""
        self.octets = 0

    def close(self) -> None:
        """Stop."""
        self._closed.set()
        self._thread.join()
        for one in (self._front, *self._behind.values()):
            one.close()

    def _run(self) -> None:
        while not self._closed.is_set():
            for key, _ in self._selector.select(LOOK_S):
                if key.data is None:
                    self._forth()
                else:
                    self._back(key.data)

    def _forth(self) -> None:
        datagram, client = self._front.recvfrom(DATAGRAM)
        self.octets += len(datagram)
        behind = self._behind.get(client)
        if behind is None:
            behind = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            behind.connect(self._server)
            self._behind[client] = behind
            self._selector.register(behind, selectors.EVENT_READ, data=client)
        behind.send(datagram)

    def _back(self, client: tuple[str, int]) -> None:
        datagram = self._behind[client].recv(DATAGRAM)
        self.octets += len(datagram)
        self._front.sendto(datagram, client)
