"""A relay between us and a real server, which cuts the connection where a test says so."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

HOST = "127.0.0.1"


@dataclass
class Relay:
    """Passes bytes on, at most as many in each direction as it is told from now on."""

    port: int = 0
    connections: int = 0
    to_server: int = 0
    to_client: int = 0
    most_to_server: int | None = None
    most_to_client: int | None = None
    writers: list[asyncio.StreamWriter] = field(default_factory=list)

    def cut_after(self, *, sent: int | None = None, received: int | None = None) -> None:
        """Cut this connection once so many further bytes have passed; without a number, never."""
        self.most_to_server = None if sent is None else self.to_server + sent
        self.most_to_client = None if received is None else self.to_client + received

    def cut(self) -> None:
        """Cut now, as a router does that loses its power: both sides see an end."""
        for writer in self.writers:
            writer.transport.abort()
        self.writers.clear()

    def _allowed(self, count: int, *, up: bool) -> int:
        done = self.to_server if up else self.to_client
        most = self.most_to_server if up else self.most_to_client
        allowed = count if most is None else max(0, min(count, most - done))
        if up:
            self.to_server += allowed
        else:
            self.to_client += allowed
        return allowed

    async def pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, up: bool
    ) -> None:
        """Pass one direction on until it ends or is cut."""
        try:
            while data := await reader.read(4096):
                allowed = self._allowed(len(data), up=up)
                writer.write(data[:allowed])
                await writer.drain()
                if allowed < len(data):
                    break
        except ConnectionError:
            pass
        finally:
            # What was let through arrives; then both directions end.
            for one in self.writers:
                one.close()


@asynccontextmanager
async def relaying(target: int) -> AsyncIterator[Relay]:
    """Relay one connection after the other to a port of loopback."""
    relay = Relay()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        up_reader, up_writer = await asyncio.open_connection(HOST, target)
        relay.writers = [writer, up_writer]
        relay.cut_after()
        relay.connections += 1
        async with asyncio.TaskGroup() as both:
            both.create_task(relay.pump(reader, up_writer, up=True))
            both.create_task(relay.pump(up_reader, writer, up=False))

    listening = await asyncio.start_server(handle, HOST, 0)
    relay.port = listening.sockets[0].getsockname()[1]
    try:
        yield relay
    finally:
        relay.cut()
        listening.close()
