"""The journal of a run in a worker: it waits for a store that is away, and leaves when asked."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final, TypeVar

from cpe_diag.domain.failures import RunError, StoreError

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Sequence

    from cpe_diag.domain.run_journal import RunEntry
    from cpe_diag.ports import RunJournal

V = TypeVar("V")

AWAY_S: Final = 90.0
"""How long a store may be away until a run goes on without it, and changes nothing."""
FIRST_WAIT_S: Final = 0.2
LONGEST_WAIT_S: Final = 5.0


class LeftError(RunError):
    """The worker was asked to leave: the run goes on elsewhere."""


class WorkerJournal:
    """A RunJournal around another."""

    def __init__(
        self, journal: RunJournal, leaving: threading.Event, *, away_s: float = AWAY_S
    ) -> None:
        """Write into `journal`, until `leaving` is set."""
        self._journal = journal
        self._leaving = leaving
        self._away_s = away_s

    def note(self, entries: Sequence[RunEntry]) -> None:
        """Append entries; see `RunJournal`."""
        patient(lambda: self._journal.note(entries), self._away_s)

    def stop_asked(self) -> bool:
        """Say whether somebody wants the run cancelled.

        Raises:
            LeftError: the worker leaves, and this is a safe point.
        """
        if self._leaving.is_set():
            raise LeftError("its worker leaves")
        return self._journal.stop_asked()


def patient(use: Callable[[], V], away_s: float) -> V:
    """Use a store that may be away for a while.

    Args:
        use: is tried again while the store cannot be used.
        away_s: for how long, in seconds.

    Returns:
        What it gives.

    Raises:
        StoreError: it was away for longer.
    """
    until = time.monotonic() + away_s
    wait_s = FIRST_WAIT_S
    while True:
        try:
            return use()
        except StoreError:
            if time.monotonic() + wait_s > until:
                raise
        time.sleep(wait_s)
        wait_s = min(2 * wait_s, LONGEST_WAIT_S)
