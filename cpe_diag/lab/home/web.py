"""A small web server with HTTP on port 80 and TLS on 443: `web.py FOLDER`.

FOLDER holds `tls.pem` (key and certificate) and `index.html`. Where it holds `status`, that is the
answer: a number, and after it the networks that get it, or none for everybody. Where it holds
`wait`, an answer takes so many seconds. /large is 16 MB of nothing. SIGHUP reads `tls.pem` anew.
The standard library alone, so that any Python runs it.
"""

from __future__ import annotations

import contextlib
import ipaddress
import signal
import socket
import ssl
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

LARGE = "/large"
PIECE = bytes(64 * 1024)
PIECES = 256


class Page(BaseHTTPRequestHandler):
    """Answers every request with the one page."""

    protocol_version = "HTTP/1.1"
    timeout = 10
    folder = Path()

    def do_HEAD(self) -> None:
        """Say what the page is."""
        self._answer(whole=False)

    def do_GET(self) -> None:
        """Send the page, or say why not."""
        self._answer(whole=True)

    def _answer(self, *, whole: bool) -> None:
        time.sleep(float(_words(self.folder / "wait", "0")[0]))
        status, *networks = _words(self.folder / "status", "200")
        client = ipaddress.ip_address(self.client_address[0].removeprefix("::ffff:"))
        if networks and not any(client in ipaddress.ip_network(one) for one in networks):
            status = "200"
        refused = status != "200"
        if self.path == LARGE and not refused:
            self._large(whole=whole)
            return
        body = b"refused\n" if refused else (self.folder / "index.html").read_bytes()
        self.send_response(int(status))
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if whole:
            self.wfile.write(body)

    def _large(self, *, whole: bool) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/octet-stream")
        self.send_header("Content-Length", str(PIECES * len(PIECE)))
        self.end_headers()
        # Whoever has read enough hangs up.
        with contextlib.suppress(OSError):
            for _ in range(PIECES if whole else 0):
                self.wfile.write(PIECE)
        self.close_connection = True


def _words(path: Path, usual: str) -> list[str]:
    """Read the words of a file, or take what is usual where there is none."""
    with contextlib.suppress(FileNotFoundError):
        return path.read_text().split()
    return [usual]


class PlainServer(ThreadingHTTPServer):
    """Listens on IPv4 and IPv6."""

    address_family = socket.AF_INET6
    # What nginx has by default; with the five of the standard library a page's worth of
    # connections at once loses some of its SYNs, which a healthy site does not.
    request_queue_size = 511


class SecureServer(PlainServer):
    """Does the handshake in the connection's own thread, so that nobody waits for another."""

    trust: ssl.SSLContext

    def finish_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - as the base has it
        """Secure the connection, then serve it; a failed handshake ends it."""
        request.settimeout(10)
        try:
            secured = self.trust.wrap_socket(request, server_side=True)
        except OSError:
            return
        with secured:
            super().finish_request(secured, client_address)


def main(folder: Path) -> None:
    """Serve until the process is ended."""
    Page.folder = folder
    secure = SecureServer(("", 443), Page)
    secure.trust = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    secure.trust.load_cert_chain(folder / "tls.pem")
    signal.signal(signal.SIGHUP, lambda *_: secure.trust.load_cert_chain(folder / "tls.pem"))
    threading.Thread(target=secure.serve_forever, daemon=True).start()
    PlainServer(("", 80), Page).serve_forever()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
