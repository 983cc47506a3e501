"""One terminal of a node's command line: keys, their echo, lines, pages.

It edits lines itself, as equipment does: what is typed is shown when it is read, so while a
command runs nothing is shown.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    import asyncssh

KEYS: Final = 1024
"""So many are read at once."""
MOST_TYPED: Final = 512
"""Longer lines are cut; the real ones take 256 characters or so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pager:
    """How a node stops after a page: what it shows, how it wipes that, and its lines a page."""

    shown: str
    wipe: str
    lines: int


class Hangup(Exception):  # noqa: N818 - no error: the other side has left
    """The other side has closed the terminal."""


class Terminal:
    """Keys in, text out."""

    def __init__(self, process: asyncssh.SSHServerProcess[str], pager: Pager) -> None:
        """Serve a session."""
        self._process = process
        self._pager = pager
        self._keys: asyncio.Queue[str] = asyncio.Queue()
        self.paging = True

    async def read_keys(self) -> None:
        """Take keys from the wire until the other side leaves."""
        while data := await self._process.stdin.read(KEYS):
            for key in data:
                self._keys.put_nowait(key)
        self._keys.put_nowait("")

    def show(self, text: str) -> None:
        """Write; a line feed is written as a terminal needs it."""
        self._process.stdout.write(text.replace("\n", "\r\n"))

    async def line(self) -> str:
        """Edit one line.

        Raises:
            Hangup: the other side has left.
        """
        typed = ""
        while True:
            key = await self._key()
            if key in "\r\n":
                self.show("\n")
                return typed
            if key in "\b\x7f":
                if typed:
                    typed = typed[:-1]
                    self.show("\b \b")
            elif key.isprintable() and len(typed) < MOST_TYPED:
                typed += key
                self.show(key)

    async def pages(self, lines: Sequence[str]) -> None:
        """Show lines, page by page; a pager takes one key without showing it.

        Raises:
            Hangup: the other side has left.
        """
        for at, text in enumerate(lines):
            if self.paging and at and at % self._pager.lines == 0:
                self.show(self._pager.shown)
                stopped = (await self._key()).lower() == "q"
                self.show(self._pager.wipe)
                if stopped:
                    return
            self.show(f"{text}\n")

    async def _key(self) -> str:
        key = await self._keys.get()
        if not key:
            raise Hangup
        return key
