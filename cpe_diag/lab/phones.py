"""The customers' phones, behind the lab's message gateway: what was sent is read there."""

from __future__ import annotations

import asyncio
import json
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

REQUEST_LIMIT_S: Final = 10.0
BODY_LIMIT_BYTES: Final = 16 * 1024

# RFC 9112, 3 and 6.3: a POST with a body of a stated length.
POST: Final = re.compile(rb"POST /messages HTTP/1\.[01]\r\n")
LENGTH: Final = re.compile(rb"\r\ncontent-length: *(\d{1,6})\r\n", re.IGNORECASE)


class Phones:
    """Takes messages as JSON (`subscriber`, `text`) and keeps them for who asks for a phone."""

    def __init__(self, address: str, homes: Mapping[str, object]) -> None:
        """Take messages for `homes` at `address`; nothing listens before `start`."""
        self._address = address
        self._homes = homes
        self._server: asyncio.Server | None = None
        self._held: dict[str, list[str]] = {}
        self.url = ""

    async def start(self) -> None:
        """Listen on a free port.

        Raises:
            OSError: the address cannot be bound.
        """
        self._server = await asyncio.start_server(self._meet, self._address, 0)
        address, port = self._server.sockets[0].getsockname()[:2]
        self.url = f"http://{address}:{port}/messages"

    async def stop(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.close()

    def messages(self, subscriber: str) -> tuple[str, ...]:
        """Give what came to a customer's phone, the oldest first."""
        return tuple(self._held.get(subscriber, ()))

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(REQUEST_LIMIT_S):
                head = await reader.readuntil(b"\r\n\r\n")
                length = LENGTH.search(head)
                size = int(length[1]) if length else 0
                body = await reader.readexactly(min(size, BODY_LIMIT_BYTES))
            taken = POST.match(head) is not None and self._keep(body)
            status = b"204 No Content" if taken else b"400 Bad Request"
            writer.write(b"HTTP/1.1 " + status + b"\r\nConnection: close\r\n\r\n")
            await writer.drain()
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            return
        finally:
            writer.close()

    def _keep(self, body: bytes) -> bool:
        """Keep a message; False: it is none, or nobody has that phone."""
        try:
            message = json.loads(body)
            subscriber, text = message["subscriber"], message["text"]
        except (ValueError, KeyError, TypeError):
            return False
        if subscriber not in self._homes or not isinstance(text, str):
            return False
        self._held.setdefault(subscriber, []).append(text)
        return True
