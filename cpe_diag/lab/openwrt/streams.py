"""What a command reads from and writes to."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Protocol


class OutputGoneError(Exception):
    """Nobody takes what is written any more: who writes ends here, as by SIGPIPE."""


class Outlet(Protocol):
    """Where bytes go."""

    def write(self, data: bytes) -> None:
        """Take bytes; never blocks.

        Raises:
            OutputGoneError: no more are taken.
        """


class Inlet(Protocol):
    """Where bytes come from."""

    async def read_all(self) -> bytes:
        """Give everything until the end."""

    async def read_line(self) -> bytes:
        """Give one line with its end; empty at the end of the input."""

    async def read_bytes(self, count: int) -> bytes:
        """Give so many bytes; fewer at the end of the input."""


@dataclass(slots=True)
class Nowhere:
    """`/dev/null`: takes everything, gives nothing."""

    def write(self, data: bytes) -> None:
        """Forget `data`."""

    async def read_all(self) -> bytes:
        """Give nothing."""
        return b""

    async def read_line(self) -> bytes:
        """Give the end."""
        return b""

    async def read_bytes(self, count: int) -> bytes:
        """Give nothing, however many `count` are wanted."""
        return b""[:count]


@dataclass(slots=True)
class Collected:
    """Keeps what was written, for `$(...)` and for files."""

    data: bytearray = field(default_factory=bytearray)

    def write(self, data: bytes) -> None:
        """Append `data`."""
        self.data += data


@dataclass(slots=True)
class Given:
    """An input whose whole text is known."""

    data: bytes
    position: int = 0

    async def read_all(self) -> bytes:
        """Give the rest."""
        rest = self.data[self.position :]
        self.position = len(self.data)
        return rest

    async def read_line(self) -> bytes:
        """Give the next line."""
        end = self.data.find(b"\n", self.position)
        end = len(self.data) if end < 0 else end + 1
        line = self.data[self.position : end]
        self.position = end
        return line

    async def read_bytes(self, count: int) -> bytes:
        """Give the next bytes."""
        piece = self.data[self.position : self.position + count]
        self.position += len(piece)
        return piece


@dataclass(slots=True)
class Pipe:
    """Between two commands of a pipeline."""

    data: bytearray = field(default_factory=bytearray)
    closed: bool = False
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def write(self, data: bytes) -> None:
        """Hand `data` to the reader."""
        self.data += data
        self.changed.set()

    def close(self) -> None:
        """Say that nothing more comes."""
        self.closed = True
        self.changed.set()

    async def read_all(self) -> bytes:
        """Give everything once the writer has ended."""
        while not self.closed:
            await self._wait()
        data = bytes(self.data)
        self.data.clear()
        return data

    async def read_line(self) -> bytes:
        """Give the next line as soon as it is there."""
        while b"\n" not in self.data and not self.closed:
            await self._wait()
        end = self.data.find(b"\n")
        end = len(self.data) if end < 0 else end + 1
        line = bytes(self.data[:end])
        del self.data[:end]
        return line

    async def read_bytes(self, count: int) -> bytes:
        """Give the next bytes as soon as all of them are there."""
        while len(self.data) < count and not self.closed:
            await self._wait()
        piece = bytes(self.data[:count])
        del self.data[:count]
        return piece

    async def _wait(self) -> None:
        self.changed.clear()
        await self.changed.wait()


@dataclass(frozen=True, slots=True, kw_only=True)
class Streams:
    """The three streams of a command."""

    stdin: Inlet
    stdout: Outlet
    stderr: Outlet

    def say(self, text: str) -> None:
        """Write text to the standard output."""
        self.stdout.write(text.encode("utf-8", "surrogateescape"))

    def complain(self, text: str) -> None:
        """Write text to the standard error."""
        self.stderr.write(text.encode("utf-8", "surrogateescape"))

    async def read_text(self) -> str:
        """Give everything of the standard input as text."""
        return (await self.stdin.read_all()).decode("utf-8", "surrogateescape")
