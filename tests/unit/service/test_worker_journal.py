"""A worker's journal waits for its store, and leaves at safe points."""

from __future__ import annotations

import threading

import pytest

from cpe_diag.domain.failures import StoreError
from cpe_diag.domain.run_journal import RunEntry, RunEntryKind
from cpe_diag.service.worker_journal import LeftError, WorkerJournal
from cpe_diag.testing.clock import FakeClock
from cpe_diag.testing.run_journals import FakeRunJournal

ENTRY = RunEntry(kind=RunEntryKind.STARTED, at=FakeClock().now())


class Away(FakeRunJournal):
    """A journal whose store is away for some calls."""

    away = 2

    def note(self, entries: object) -> None:
        """Append, unless the store is away."""
        if self.away:
            self.away -= 1
            raise StoreError("case store: the server is gone")
        super().note(entries)  # type: ignore[arg-type]


def test_an_entry_is_written_when_the_store_is_back() -> None:
    """A database that is restarted costs no run its repair."""
    held = Away()
    WorkerJournal(held, threading.Event()).note((ENTRY,))
    assert held.entries == [ENTRY]


def test_a_store_that_stays_away_is_told() -> None:
    """Then the run goes on, and changes nothing."""
    held = Away()
    with pytest.raises(StoreError):
        WorkerJournal(held, threading.Event(), away_s=0.1).note((ENTRY,))


def test_whoever_is_to_leave_leaves_at_a_safe_point() -> None:
    """And what was done until then is in the journal."""
    leaving = threading.Event()
    journal = WorkerJournal(FakeRunJournal(stops_after=1), leaving)
    assert not journal.stop_asked()
    leaving.set()
    journal.note((ENTRY,))
    with pytest.raises(LeftError):
        journal.stop_asked()
    leaving.clear()
    assert journal.stop_asked()
