"""The journal of a run in a worker: it waits for a store that is away, and leaves when asked.

What is measured meanwhile is kept and goes with what is written next; only what a change depends
on is waited for, outside the event loop.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Final, TypeVar

from cpe_diag.domain.failures import RunError, StoreError

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator, Sequence

    from cpe_diag.domain.run_journal import RunEntry
    from cpe_diag.ports import RunJournal

V = TypeVar("V")

AWAY_S: Final = 90.0
"""How long a store may be away until a run goes on without a change."""
ANSWERS_S: Final = 2.0
"""How long a run waits for its store with what is of no harm when it is lost."""
NEEDED_S: Final = 15.0
"""How long one try may take of what is needed."""
FIRST_WAIT_S: Final = 0.2
LONGEST_WAIT_S: Final = 5.0


class LeftError(RunError):
    """The worker was asked to leave: the run goes on elsewhere."""


class WorkerJournal:
    """A RunJournal around another."""

    def __init__(
        self,
        journal: RunJournal,
        leaving: threading.Event,
        *,
        away_s: float = AWAY_S,
        answers_s: float = ANSWERS_S,
    ) -> None:
        """Write into `journal`, until `leaving` is set."""
        self._journal = journal
        self._leaving = leaving
        self._away_s = away_s
        self._answers_s = answers_s

    async def note(self, entries: Sequence[RunEntry], *, first: int, needed: bool = False) -> None:
        """Append entries; see `RunJournal`."""
        if not needed:
            await self._try(entries, first, self._answers_s)
            return
        for wait_s in _waits(self._away_s):
            try:
                await self._try(entries, first, NEEDED_S)
            except StoreError:
                if wait_s is None:
                    raise
                await asyncio.sleep(wait_s)
            else:
                return

    async def stop_asked(self) -> bool:
        """Say whether somebody wants the run cancelled; False where the store does not answer.

        Raises:
            LeftError: the worker leaves, and this is a safe point.
        """
        if self._leaving.is_set():
            raise LeftError("its worker leaves")
        try:
            return await asyncio.wait_for(self._journal.stop_asked(), self._answers_s)
        except TimeoutError:
            return False

    async def _try(self, entries: Sequence[RunEntry], first: int, limit_s: float) -> None:
        try:
            await asyncio.wait_for(self._journal.note(entries, first=first), limit_s)
        except TimeoutError:
            raise StoreError("the case store does not answer") from None


def patient(use: Callable[[], V], away_s: float) -> V:
    """Use a store that may be away for a while, outside an event loop.

    Args:
        use: is tried again while the store cannot be used.
        away_s: for how long, in seconds.

    Returns:
        What it gives.

    Raises:
        StoreError: it was away for longer.
    """
    waits = _waits(away_s)
    while True:
        try:
            return use()
        except StoreError:
            wait_s = next(waits)
            if wait_s is None:
                raise
        time.sleep(wait_s)


def _waits(away_s: float) -> Iterator[float | None]:
    """Give how long to wait after each try in vain; None: no longer."""
    until = time.monotonic() + away_s
    wait_s = FIRST_WAIT_S
    while time.monotonic() + wait_s <= until:
        yield wait_s
        wait_s = min(2 * wait_s, LONGEST_WAIT_S)
    yield None
