"""The operator's gateway for short messages, as an HTTP server on loopback that remembers."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(slots=True, kw_only=True)
class Gateway:
    """What the operator's gateway was asked to send."""

    url: str
    status: int
    messages: list[dict[str, str]]


@contextmanager
def gateway_of_operator(status: int = 200) -> Iterator[Gateway]:
    """Serve it on loopback; it answers with `status`."""
    seen = Gateway(url="", status=status, messages=[])

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            seen.messages.append(json.loads(self.rfile.read(length)))
            self.send_response(seen.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        seen.url = f"http://127.0.0.1:{server.server_port}/send"
        try:
            yield seen
        finally:
            server.shutdown()
            thread.join()
