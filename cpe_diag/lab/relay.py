"""Stands before the lab's web hosts: decides how a connection is met, and makes distance.

The routers' SSH servers do the same for themselves (openwrt/delay.py). A relay listens on the
public port and hands on to the server behind it. With a round trip
above zero both directions are late by half of it, in order and without limiting the rate.

The kernel completes a connection on loopback at once, so the round trip of the connect itself
cannot be made where it belongs. It is made up for: the server behind is only connected to after
one and a half round trips, which is when a distant server would have seen the connection, so the
first answer reaches the client exactly when it would from afar (two round trips after its SYN).
Only the return of connect() is early.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from cpe_diag.lab.tcp_door import DoorMode, TcpDoor

if TYPE_CHECKING:
    from collections.abc import Callable

CHUNK_BYTES: Final = 65_536

LAST_WORD_S: Final = 5.0
"""How long the server may still talk to a client that has said its last."""

CHUNKS_UNDER_WAY: Final = 256
"""How much may be on the simulated wire in one direction before the sender has to wait."""


class Relay:
    """One public port before one server."""

    def __init__(
        self, address: str, mode: Callable[[], DoorMode], behind: tuple[str, int], rtt_s: float
    ) -> None:
        """Prepare; nothing listens before `start`.

        Args:
            address: where to listen.
            mode: tells how a connection is met now.
            behind: address and port of the server.
            rtt_s: round trip in seconds.
        """
        self._mode = mode
        self._behind = behind
        self._rtt_s = rtt_s
        self.door = TcpDoor(address, mode, self._serve)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        if self._rtt_s > 0:
            await asyncio.sleep(self._rtt_s * 1.5)
        inner_reader, inner_writer = await asyncio.open_connection(*self._behind)
        ways = (
            loop.create_task(self._carry(reader, inner_writer)),
            loop.create_task(self._carry(inner_reader, writer)),
        )
        try:
            # The connection is over when the server has said its last.
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.wait({ways[1]}, timeout=LAST_WORD_S)
        finally:
            for way in ways:
                way.cancel()
            inner_writer.close()
            await asyncio.gather(*ways, return_exceptions=True)

    async def _carry(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        """Carry one direction until its end; what arrives at a dead line is lost."""
        if self._rtt_s <= 0:
            while chunk := await _read(source):
                if not await self._deliver(chunk, sink):
                    return
        else:
            wire: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(CHUNKS_UNDER_WAY)
            async with asyncio.TaskGroup() as both:
                both.create_task(self._send(source, wire))
                both.create_task(self._receive(wire, sink))
        _end(sink)

    async def _send(
        self, source: asyncio.StreamReader, wire: asyncio.Queue[tuple[float, bytes]]
    ) -> None:
        loop = asyncio.get_running_loop()
        while True:
            chunk = await _read(source)
            await wire.put((loop.time() + self._rtt_s / 2, chunk))
            if not chunk:
                return

    async def _receive(
        self, wire: asyncio.Queue[tuple[float, bytes]], sink: asyncio.StreamWriter
    ) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due, chunk = await wire.get()
            if (wait_s := due - loop.time()) > 0:
                await asyncio.sleep(wait_s)
            if not chunk or not await self._deliver(chunk, sink):
                return

    async def _deliver(self, chunk: bytes, sink: asyncio.StreamWriter) -> bool:
        """Hand a chunk over as the mode allows; False when there is nobody any more."""
        mode = self._mode()
        if mode is DoorMode.REFUSING:
            return False
        if mode is DoorMode.OPEN:
            try:
                sink.write(chunk)
                await sink.drain()
            except OSError:
                return False
        return True


async def _read(source: asyncio.StreamReader) -> bytes:
    """Read what there is; nothing when the connection is over, whether closed or reset."""
    try:
        return await source.read(CHUNK_BYTES)
    except OSError:
        return b""


def _end(sink: asyncio.StreamWriter) -> None:
    """Tell the other side that no more will come."""
    try:
        if sink.can_write_eof():
            sink.write_eof()
    except OSError:
        return
