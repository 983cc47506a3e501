"""The consoles that commands print to: colour and width are rich's business, and the user's."""

from __future__ import annotations

import errno
import os
import sys
from contextlib import suppress
from typing import IO, TYPE_CHECKING, Any, Final, cast

if TYPE_CHECKING:
    from rich.console import Console

PIPED_WIDTH: Final = 120
"""Columns where there is no terminal that says how many it has."""


class _BestEffort:
    """Standard error for progress, which may get lost: a run does not end because of it."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the stream has
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        with suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._stream.flush()


def utf8() -> bool:
    """Tell whether standard output can show every character."""
    return (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"


def out() -> Console:
    """Give the console on standard output, for what the user asked for."""
    from rich.console import Console

    class Out(Console):
        def on_broken_pipe(self) -> None:
            """Leave it to the command's end, which knows the exit code; rich would end with 1."""
            raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))

    piped = not sys.stdout.isatty() and "COLUMNS" not in os.environ
    return Out(highlight=False, soft_wrap=False, width=PIPED_WIDTH if piped else None)


def err() -> Console:
    """Give the console on standard error, for progress."""
    from rich.console import Console

    return Console(stderr=True, highlight=False, file=cast("IO[str]", _BestEffort(sys.stderr)))
