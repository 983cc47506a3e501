"""The home lab's web server takes what a busy site takes."""

from __future__ import annotations

import socket
from contextlib import ExitStack
from typing import Final

from cpe_diag.lab.home.web import Page, PlainServer

AT_ONCE: Final = 64
LIMIT_S: Final = 5.0


def test_many_connections_at_once_come_about_before_the_server_takes_them_up() -> None:
    """A lost SYN would be the lab's, and be read as a loss on the way."""
    with ExitStack() as ends:
        server = ends.enter_context(PlainServer(("::1", 0), Page))
        where = ("::1", server.server_port)
        opened = [
            ends.enter_context(socket.create_connection(where, LIMIT_S)) for _ in range(AT_ONCE)
        ]
    assert len(opened) == AT_ONCE
