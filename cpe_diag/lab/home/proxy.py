"""A small HTTP proxy, the vantage in another network: `proxy.py ADDRESS PORT NAMES`.

NAMES is a file with a name and its addresses in every line: its own name service, so that the
operator's may be wrong. The standard library alone, so that any Python runs it.
"""

from __future__ import annotations

import contextlib
import socket
import sys
import threading
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from urllib.parse import urlsplit

WITHIN_S = 2.0
"""How long one address may take to accept a connection."""
IDLE_S = 10.0
CHUNK = 65536


class Errand(StreamRequestHandler):
    """Goes where a request says: a tunnel (CONNECT), or a page by its whole URL."""

    timeout = IDLE_S
    names = Path()

    def handle(self) -> None:
        """Serve one connection; a client that goes away ends it."""
        with contextlib.suppress(OSError, ValueError):
            self._serve()

    def _serve(self) -> None:
        method, target, _ = self.rfile.readline().decode().split()
        fields = [line for line in iter(self.rfile.readline, b"\r\n") if line]
        tunnel = method == "CONNECT"
        place = urlsplit(f"//{target}" if tunnel else target)
        try:
            away = self._reach(place.hostname or "", place.port or 80)
        except OSError:
            self.wfile.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
            return
        with away:
            if tunnel:
                self.wfile.write(b"HTTP/1.1 200 Connected\r\n\r\n")
            else:
                head = f"{method} {place.path or '/'} HTTP/1.1\r\nConnection: close\r\n".encode()
                away.sendall(head + b"".join(fields) + b"\r\n")
            back = threading.Thread(target=_carry, args=(away, self.connection))
            back.start()
            _carry(self.connection, away)
            back.join()

    def _reach(self, name: str, port: int) -> socket.socket:
        """Connect to a name by whichever address accepts.

        Raises:
            OSError: none does, or the name has none.
        """
        for line in self.names.read_text().splitlines():
            known, *addresses = line.split()
            for address in addresses if known == name else ():
                with contextlib.suppress(OSError):
                    return socket.create_connection((address, port), WITHIN_S)
        raise OSError(name)


def _carry(source: socket.socket, goal: socket.socket) -> None:
    """Carry one direction of a connection until its end."""
    with contextlib.suppress(OSError):
        while chunk := source.recv(CHUNK):
            goal.sendall(chunk)
    with contextlib.suppress(OSError):
        goal.shutdown(socket.SHUT_WR)


class Proxy(ThreadingTCPServer):
    """Takes each connection in a thread of its own."""

    allow_reuse_address = True
    daemon_threads = True


def main(address: str, port: str, names: str) -> None:
    """Serve until the process is ended."""
    Errand.names = Path(names)
    Proxy((address, int(port)), Errand).serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
