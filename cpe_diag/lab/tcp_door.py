"""A listening address that can be open, refuse, or be dead silent, as the world says.

On loopback the kernel completes every connection to a listening socket by itself. Silence is made
with the one thing that keeps it from doing so: an accept queue of length 0 that our own
connections have filled. A SYN that finds the queue full is dropped, as on a dead line.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable
from enum import StrEnum

QUEUE: int = 64
"""Connections that may wait while the lab is busy."""

FILLERS: int = 3
"""Own connections that fill a queue of length 0; one or two are enough, by kernel version."""


class DoorMode(StrEnum):
    """How an address meets a connection."""

    OPEN = "open"
    REFUSING = "refusing"
    """Nothing listens: the kernel answers with a reset."""
    SILENT = "silent"
    """No answer at all."""


Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class TcpDoor:
    """One address and port, in the mode that `mode` gives whenever `refresh` is called."""

    def __init__(self, address: str, mode: Callable[[], DoorMode], serve: Serve) -> None:
        """Prepare; nothing listens before `start`.

        Args:
            address: where to listen, on a port that the kernel chooses.
            mode: tells the present mode.
            serve: takes care of one connection and closes it.
        """
        self.address = address
        self.port = 0
        self._mode = mode
        self._serve = serve
        self._now = DoorMode.REFUSING
        self._listener: socket.socket | None = None
        self._fillers: list[socket.socket] = []
        self._tasks: dict[asyncio.Task[None], socket.socket] = {}

    def start(self) -> int:
        """Choose a port and take the present mode.

        Returns:
            The port.

        Raises:
            OSError: the address cannot be bound.
        """
        self._listen()
        self._now = DoorMode.OPEN
        self.refresh()
        return self.port

    def refresh(self) -> None:
        """Take the mode that the world gives now."""
        mode = self._mode()
        if mode is self._now:
            return
        self._leave()
        if mode is not DoorMode.REFUSING:
            self._listen()
        if mode is DoorMode.SILENT:
            self._fill()
        self._now = mode

    async def stop(self) -> None:
        """Close the address and end the connections."""
        self._leave()
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _listen(self) -> None:
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((self.address, self.port))
            listener.listen(QUEUE)
            listener.setblocking(False)  # noqa: FBT003 - the socket module's own signature
        except OSError:
            listener.close()
            raise
        self.port = listener.getsockname()[1]
        self._listener = listener
        asyncio.get_running_loop().add_reader(listener, self._accept)

    def _leave(self) -> None:
        for filler in self._fillers:
            filler.close()
        self._fillers.clear()
        if self._listener is not None:
            asyncio.get_running_loop().remove_reader(self._listener)
            self._listener.close()
            self._listener = None

    def _fill(self) -> None:
        if self._listener is None:
            return
        asyncio.get_running_loop().remove_reader(self._listener)
        self._listener.listen(0)
        for _ in range(FILLERS):
            filler = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            filler.setblocking(False)  # noqa: FBT003 - the socket module's own signature
            filler.connect_ex((self.address, self.port))
            self._fillers.append(filler)

    def _accept(self) -> None:
        if self._listener is None:
            return
        try:
            connection, _peer = self._listener.accept()
        except OSError:
            return
        connection.setblocking(False)  # noqa: FBT003 - the socket module's own signature
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        task = asyncio.get_running_loop().create_task(self._meet(connection))
        self._tasks[task] = connection
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        """Forget a connection, and close one that was cancelled before anybody met it."""
        connection = self._tasks.pop(task)
        if task.cancelled() and connection.fileno() >= 0:
            connection.close()

    async def _meet(self, connection: socket.socket) -> None:
        reader, writer = await asyncio.open_connection(sock=connection)
        try:
            await self._serve(reader, writer)
        except OSError:
            return
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
