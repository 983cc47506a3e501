"""A round trip between two ends of a connection on one machine."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

CHUNK = 65536


@asynccontextmanager
async def delayed(far: socket.socket, rtt_s: float) -> AsyncIterator[socket.socket]:
    """Give a socket that talks to the other side of `far` with a round trip of `rtt_s` seconds.

    The whole delay lies on the way back, which no end of the connection can tell from half of it
    on each way; the first bytes wait one more round trip, for the TCP handshake that loopback
    does at once. Without a delay it is `far` itself.
    """
    if rtt_s <= 0:
        yield far.dup()
        return
    near, inner = socket.socketpair()
    inner.setblocking(False)  # noqa: FBT003 - socket's own signature
    near.setblocking(False)  # noqa: FBT003 - socket's own signature
    tasks = [
        asyncio.ensure_future(_carry(far, inner, 0.0, 0.0)),
        asyncio.ensure_future(_carry(inner, far, rtt_s, rtt_s)),
    ]
    try:
        yield near
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        inner.close()


async def _carry(
    source: socket.socket, target: socket.socket, delay_s: float, first_extra_s: float
) -> None:
    """Hand on bytes in order, each not before its time."""
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

    async def send() -> None:
        while True:
            due, data = await queue.get()
            await asyncio.sleep(max(0.0, due - loop.time()))
            if not data:
                with contextlib.suppress(OSError):
                    target.shutdown(socket.SHUT_WR)
                return
            await loop.sock_sendall(target, data)

    async def receive() -> None:
        extra_s = first_extra_s
        while True:
            data = await loop.sock_recv(source, CHUNK)
            queue.put_nowait((loop.time() + delay_s + extra_s, data))
            extra_s = 0.0
            if not data:
                return

    with contextlib.suppress(OSError):
        await asyncio.gather(send(), receive())
