"""The lab's web hosts: the operator's reference host and a third party's platform."""

from __future__ import annotations

import asyncio
import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from cpe_diag.lab.world import Site, World

REQUEST_LIMIT_S: Final = 10.0
"""How long a client may take for its request."""

FILE_LIMIT_BYTES: Final = 64 * 1024 * 1024
BLOCK_BYTES: Final = 65_536

# RFC 9112, 3: method, target, version.
REQUEST_LINE: Final = re.compile(rb"(GET|HEAD) (\S+) HTTP/1\.[01]\r\n")
FILE_TARGET: Final = re.compile(r"/file/(\d{1,9})")


class WebHost:
    """Serves `/`, a small page, and `/file/<bytes>`, a body of that length."""

    def __init__(self, world: World, site: Site) -> None:
        """Prepare; nothing listens before `start`."""
        self._world = world
        self._site = site
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> tuple[str, int]:
        """Listen on the site's address.

        Returns:
            Address and port; the public port is the relay's before it.

        Raises:
            OSError: the address cannot be bound.
        """
        self._server = await asyncio.start_server(self._meet, self._site.address, 0)
        address, port = self._server.sockets[0].getsockname()[:2]
        return str(address), int(port)

    async def stop(self) -> None:
        """Stop listening and drop the connections."""
        if self._server is not None:
            self._server.close()
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        try:
            async with asyncio.timeout(REQUEST_LIMIT_S):
                head = await reader.readuntil(b"\r\n\r\n")
            await self._answer(head, writer)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            return
        finally:
            writer.close()

    async def _answer(self, head: bytes, writer: asyncio.StreamWriter) -> None:
        if self._site.answer_delay_s > 0:
            await asyncio.sleep(self._site.answer_delay_s)
        request = REQUEST_LINE.match(head)
        status, length = HTTPStatus.BAD_REQUEST, 0
        page = b""
        if request is not None:
            status, page, length = self._content(request.group(2).decode("latin-1"))
        lines = (
            f"HTTP/1.1 {status.value} {status.phrase}",
            "Server: lab",
            "Content-Type: text/html; charset=utf-8",
            f"Content-Length: {length + len(page)}",
            "Connection: close",
        )
        writer.write("\r\n".join(lines).encode() + b"\r\n\r\n")
        if request is not None and request.group(1) == b"GET":
            writer.write(page)
            for start in range(0, length, BLOCK_BYTES):
                writer.write(bytes(min(BLOCK_BYTES, length - start)))
                await writer.drain()
        await writer.drain()

    def _content(self, target: str) -> tuple[HTTPStatus, bytes, int]:
        """Give status, page, and how many zero octets follow it."""
        status = HTTPStatus(self._site.status)
        if status is not HTTPStatus.OK:
            return status, status.phrase.encode() + b"\n", 0
        if (file := FILE_TARGET.fullmatch(target)) is not None:
            return status, b"", min(int(file.group(1)), FILE_LIMIT_BYTES)
        if target == "/":
            return status, f"<!doctype html><title>{self._site.name}</title>ok\n".encode(), 0
        return HTTPStatus.NOT_FOUND, b"not found\n", 0
