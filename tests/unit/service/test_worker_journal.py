"""A worker's journal waits for its store, and leaves at safe points."""

from __future__ import annotations

import asyncio
import threading
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.failures import StoreError
from cpe_diag.domain.run_journal import RunEntry, RunEntryKind
from cpe_diag.service.worker_journal import LeftError, WorkerJournal
from cpe_diag.store.case_store import CaseStore
from cpe_diag.store.run_journal import StoredRunJournal
from cpe_diag.store.run_rows import NewRun
from cpe_diag.store.runs import StoredRuns
from cpe_diag.testing.clock import FakeClock
from cpe_diag.testing.run_journals import FakeRunJournal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

ENTRY = RunEntry(kind=RunEntryKind.STARTED, at=FakeClock().now())
NEW = NewRun(id="run1", playbook="p", subscriber="s", ticket=None, wish={})


class Away(FakeRunJournal):
    """A journal whose store is away for some calls."""

    away = 2

    async def note(self, entries: Sequence[RunEntry], *, first: int, needed: bool = False) -> None:
        """Append, unless the store is away."""
        if self.away:
            self.away -= 1
            raise StoreError("case store: the server is gone")
        await super().note(entries, first=first, needed=needed)


class Hanging(FakeRunJournal):
    """A journal whose store takes a connection and says nothing more."""

    async def note(
        self,
        entries: Sequence[RunEntry],  # noqa: ARG002 - it takes nothing
        *,
        first: int,  # noqa: ARG002 - as above
        needed: bool = False,  # noqa: ARG002 - as above
    ) -> None:
        """Never return."""
        await asyncio.Event().wait()

    async def stop_asked(self) -> bool:
        """Never return."""
        await asyncio.Event().wait()
        return True


async def test_what_a_change_depends_on_is_written_when_the_store_is_back() -> None:
    """A database that is restarted costs no run its repair."""
    held = Away()
    await WorkerJournal(held, threading.Event()).note((ENTRY,), first=0, needed=True)
    assert held.entries == [ENTRY]


async def test_what_is_of_no_harm_when_lost_is_not_waited_for() -> None:
    """It goes with the next entry; meanwhile the customer's line is measured."""
    held = Away()
    journal = WorkerJournal(held, threading.Event())
    with pytest.raises(StoreError):
        await journal.note((ENTRY,), first=0)
    assert held.away == 1


async def test_a_store_that_stays_away_is_told() -> None:
    """Then the run goes on, and changes nothing."""
    held = Away()
    with pytest.raises(StoreError):
        await WorkerJournal(held, threading.Event(), away_s=0.1).note(
            (ENTRY,), first=0, needed=True
        )


async def test_a_store_that_says_nothing_holds_up_no_run() -> None:
    """A server that stands still takes connections: nothing else of the run waits for it."""
    journal = WorkerJournal(Hanging(), threading.Event(), answers_s=0.01)
    with pytest.raises(StoreError, match="does not answer"):
        await journal.note((ENTRY,), first=0)
    assert not await journal.stop_asked()


async def test_a_journal_on_a_store_that_stands_still_leaves_the_event_loop_free(
    tmp_path: Path,
) -> None:
    """What was written all the same, while nobody heard of it, is not written twice."""
    store = CaseStore.at(tmp_path / "case.db")
    runs = StoredRuns(store)
    row = runs.begin(NEW, worker="a", at=ENTRY.at, lease=timedelta(minutes=1))
    stored = StoredRunJournal(store, row.id, row.attempt)
    journal = WorkerJournal(stored, threading.Event(), answers_s=0.05)
    with CaseStore.at(tmp_path / "case.db").writing():
        with pytest.raises(StoreError, match="does not answer"):
            await journal.note((ENTRY,), first=0)
        assert not runs.entries("run1")
    await journal.note((ENTRY, ENTRY), first=0, needed=True)
    assert runs.entries("run1") == (ENTRY, ENTRY)


async def test_whoever_is_to_leave_leaves_at_a_safe_point() -> None:
    """And what was done until then is in the journal."""
    leaving = threading.Event()
    journal = WorkerJournal(FakeRunJournal(stops_after=1), leaving)
    assert not await journal.stop_asked()
    leaving.set()
    await journal.note((ENTRY,), first=0)
    with pytest.raises(LeftError):
        await journal.stop_asked()
    leaving.clear()
    assert await journal.stop_asked()
