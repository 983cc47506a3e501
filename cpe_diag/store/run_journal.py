"""RunJournal in the case store: what is noted is on the disk, and only its worker notes it."""

from __future__ import annotations

import asyncio
import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, insert, select, update

from cpe_diag.domain.failures import RunError, StoreError
from cpe_diag.domain.run_journal import RunState
from cpe_diag.store.case_tables import moment_text
from cpe_diag.store.run_tables import RUN_ENTRIES, RUNS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Connection

    from cpe_diag.domain.run_journal import RunEntry
    from cpe_diag.store.case_store import CaseStore

SEEN_FOR_S: Final = 1.0


class StoredRunJournal:
    """The journal of one run, for the worker that has taken it up."""

    def __init__(
        self,
        store: CaseStore,
        run_id: str,
        attempt: int,
        *,
        earlier: int = 0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Write for `attempt`, which `claim` or `begin` has given.

        Args:
            store: the case store.
            run_id: of the run.
            attempt: whose entries these are.
            earlier: how many entries the attempts before have left.
            monotonic: gives seconds.
        """
        self._store = store
        self._run_id = run_id
        self._attempt = attempt
        self._earlier = earlier
        self._monotonic = monotonic
        self._stop: tuple[bool, float] | None = None
        """Whether it was to be cancelled, and when that was seen."""
        # A store that hangs holds up one thread of ours, and nobody else's.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"journal-{run_id}")

    async def note(
        self,
        entries: Sequence[RunEntry],
        *,
        first: int,
        needed: bool = False,  # noqa: ARG002 - nothing is waited for
    ) -> None:
        """Append entries, all or none; see `RunJournal`."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self.append, entries, first)

    def append(self, entries: Sequence[RunEntry], first: int) -> None:
        """Append what is not there yet; see `note`."""
        seen_s = self._monotonic()
        with self._store.writing() as connection:
            stop, known = _held(connection, self._run_id, self._attempt)
            rows = [
                {
                    "run": self._run_id,
                    "seq": number,
                    "kind": entry.kind.value,
                    "step": entry.step,
                    "at": moment_text(entry.at),
                    "document": json.dumps(entry.document),
                }
                for number, entry in enumerate(entries, start=self._earlier + first)
                if number > known
            ]
            if rows:
                connection.execute(insert(RUN_ENTRIES), rows)
        self._stop = (stop, seen_s)

    async def stop_asked(self) -> bool:
        """Say whether somebody wants the run cancelled; False where nobody can tell.

        What was seen when something was noted holds for a second.
        """
        if self._stop is not None and self._monotonic() - self._stop[1] < SEEN_FOR_S:
            return self._stop[0]
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._asked)

    def _asked(self) -> bool:
        wanted = select(RUNS.c.cancel_asked_at).where(RUNS.c.id == self._run_id)
        try:
            with self._store.reading() as connection:
                return connection.execute(wanted).scalar() is not None
        except StoreError:
            return False


def check_attempt(connection: Connection, run_id: str, attempt: int) -> bool:
    """Hold a run to its worker, until the transaction ends.

    Returns:
        Whether somebody wants it cancelled.

    Raises:
        RunError: another worker has taken it up, or it has ended.
    """
    return _held(connection, run_id, attempt)[0]


def _held(connection: Connection, run_id: str, attempt: int) -> tuple[bool, int]:
    """Hold a run, and give also the number of its last entry, in one question: -1: none."""
    last = select(func.max(RUN_ENTRIES.c.seq)).where(RUN_ENTRIES.c.run == run_id)
    ours = (
        update(RUNS)
        .where(RUNS.c.id == run_id, RUNS.c.attempt == attempt)
        .where(RUNS.c.state == RunState.RUNNING.value)
        .values(attempt=attempt)
        .returning(RUNS.c.cancel_asked_at, last.scalar_subquery())
    )
    row = connection.execute(ours).first()
    if row is None:
        raise RunError(f"run {run_id} has ended, or another worker has taken it up")
    return row[0] is not None, -1 if row[1] is None else int(row[1])
