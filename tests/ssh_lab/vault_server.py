"""A small HTTP server that answers as Vault's KV v2 API does, as its documentation says.

developer.hashicorp.com/vault/api-docs (status codes, headers), .../api-docs/secret/kv/kv-v2 (read
secret version), .../api-docs/auth/approle (login); a deleted version: hvac issue 906.
"""

from __future__ import annotations

import json
import ssl
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TOKEN = "hvs.token-of-the-lab"
SECRET_ID = "secret-id-of-the-lab"
ROLE_ID = "role-of-the-lab"


@dataclass
class Vault:
    """What the server holds and how it behaves."""

    secrets: dict[str, dict[str, object]] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    namespace: str | None = None
    token: str = TOKEN
    status: int | None = None
    body: bytes | None = None
    silent: bool = False
    logins: int = 0
    asked: list[str] = field(default_factory=list)
    address: str = ""
    released: threading.Event = field(default_factory=threading.Event)

    def answer(self, path: str, headers: dict[str, str]) -> tuple[int, object]:
        """Give status and body for a read."""
        if headers.get("X-Vault-Token") != self.token:
            return 403, {"errors": ["permission denied"]}
        if headers.get("X-Vault-Namespace") != self.namespace:
            return 404, {"errors": []}
        _v1, mount, data, *inner = path.strip("/").split("/")
        name = "/".join([mount, *inner])
        if data != "data" or name not in self.secrets:
            return 404, {"errors": []}
        gone = name in self.deleted
        metadata = {
            "created_time": "2026-11-26T14:00:00.000000Z",
            "custom_metadata": None,
            "deletion_time": "2026-11-26T14:05:00.000000Z" if gone else "",
            "destroyed": False,
            "version": 3,
        }
        return (404 if gone else 200), {
            "request_id": "0",
            "lease_id": "",
            "lease_duration": 0,
            "renewable": False,
            "data": {"data": None if gone else self.secrets[name], "metadata": metadata},
            "warnings": None,
        }

    def login(self, given: dict[str, str]) -> tuple[int, object]:
        """Log in by AppRole."""
        self.logins += 1
        if given != {"role_id": ROLE_ID, "secret_id": SECRET_ID}:
            return 400, {"errors": ["invalid role or secret ID"]}
        return 200, {"auth": {"client_token": self.token, "lease_duration": 3600}}


@contextmanager
def vault_serving(vault: Vault, tls: tuple[Path, Path] | None = None) -> Iterator[Vault]:
    """Serve on loopback, with TLS where a certificate and its key are given."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        state: ClassVar[Vault] = vault

        def do_GET(self) -> None:
            self._answer(lambda: vault.answer(self.path, dict(self.headers)))

        def do_POST(self) -> None:
            given = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self._answer(lambda: vault.login(given))

        def _answer(self, usual: object) -> None:
            vault.asked.append(f"{self.command} {self.path}")
            if vault.silent:
                vault.released.wait(30)
                return
            status, document = usual() if callable(usual) else (500, None)
            if vault.status is not None:
                status, document = vault.status, {"errors": ["as the test says"]}
            body = json.dumps(document).encode() if vault.body is None else vault.body
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            if 300 <= status < 400:
                self.send_header("Location", "http://192.0.2.1/")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if tls is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*tls)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    scheme = "http" if tls is None else "https"
    vault.address = f"{scheme}://127.0.0.1:{server.server_port}"
    try:
        yield vault
    finally:
        vault.released.set()
        server.shutdown()
        server.server_close()
        thread.join()
