"""What a process that does many runs keeps between them: open stores, and files that were read.

A command that does one thing and ends keeps nothing. A configuration under `keeping` carries what
is kept; whoever gets the configuration shares it, in whatever thread.
"""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator

    from cpe_diag.wiring.config import Config

V = TypeVar("V")

READ_AGAIN_S: Final = 30.0
"""Files of drivers and playbooks that have changed count after so long at the latest."""


class Kept:
    """Things that were made once, by their names, until `close`."""

    def __init__(self) -> None:
        """Keep nothing yet."""
        self._lock = threading.RLock()
        self._held: dict[Hashable, tuple[Hashable, object]] = {}
        self._closing: list[Callable[[], None]] = []

    def of(self, name: Hashable, make: Callable[[], V], mark: Hashable) -> V:
        """Give what is kept under a name, made anew where its mark has changed.

        Args:
            name: of the thing; the same name is always of the same type.
            make: makes it; what it raises is not kept.
            mark: tells what it was made of.

        Returns:
            The thing.
        """
        with self._lock:
            held = self._held.get(name)
            if held is None or held[0] != mark:
                held = (mark, make())
                self._held[name] = held
            return cast("V", held[1])

    def at_end(self, close: Callable[[], None]) -> None:
        """Have something closed by `close`."""
        with self._lock:
            self._closing.append(close)

    def close(self) -> None:
        """Close all that is open."""
        with self._lock:
            self._held.clear()
            while self._closing:
                self._closing.pop()()


@contextmanager
def keeping(config: Config) -> Iterator[Config]:
    """Keep what runs share until the block is left.

    Args:
        config: the configuration.

    Yields:
        The same configuration, which carries what is kept.
    """
    if config.kept is not None:
        yield config
        return
    kept = Kept()
    try:
        yield replace(config, kept=kept)
    finally:
        kept.close()


def shared(config: Config, name: Hashable, make: Callable[[], V], mark: Hashable = None) -> V:
    """Give what a configuration keeps under a name, or make it where it keeps nothing."""
    return make() if config.kept is None else config.kept.of(name, make, mark)


def read_lately(config: Config, name: Hashable, make: Callable[[], V]) -> V:
    """The same for what is made of files: it is at most READ_AGAIN_S old."""
    return shared(config, name, make, int(time.monotonic() // READ_AGAIN_S))
