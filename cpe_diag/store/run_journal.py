"""RunJournal in the case store: what is noted is on the disk, and only its worker notes it."""

from __future__ import annotations

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from sqlalchemy import func, insert, select, update

from cpe_diag.domain.failures import RunError, StoreError
from cpe_diag.domain.run_journal import RunState
from cpe_diag.store.case_tables import moment_text
from cpe_diag.store.run_tables import RUN_ENTRIES, RUNS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from cpe_diag.domain.run_journal import RunEntry
    from cpe_diag.store.case_store import CaseStore


class StoredRunJournal:
    """The journal of one run, for the worker that has taken it up."""

    def __init__(self, store: CaseStore, run_id: str, attempt: int, *, earlier: int = 0) -> None:
        """Write for `attempt`, which `claim` or `begin` has given.

        Args:
            store: the case store.
            run_id: of the run.
            attempt: whose entries these are.
            earlier: how many entries the attempts before have left.
        """
        self._store = store
        self._run_id = run_id
        self._attempt = attempt
        self._earlier = earlier
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
        with self._store.writing() as connection:
            check_attempt(connection, self._run_id, self._attempt)
            last = connection.execute(
                select(func.max(RUN_ENTRIES.c.seq)).where(RUN_ENTRIES.c.run == self._run_id)
            ).scalar()
            known = -1 if last is None else int(last)
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

    async def stop_asked(self) -> bool:
        """Say whether somebody wants the run cancelled; False where nobody can tell."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._asked)

    def _asked(self) -> bool:
        wanted = select(RUNS.c.cancel_asked_at).where(RUNS.c.id == self._run_id)
        try:
            with self._store.reading() as connection:
                return connection.execute(wanted).scalar() is not None
        except StoreError:
            return False


def check_attempt(connection: Connection, run_id: str, attempt: int) -> None:
    """Hold a run to its worker, until the transaction ends.

    Raises:
        RunError: another worker has taken it up, or it has ended.
    """
    ours = (
        update(RUNS)
        .where(RUNS.c.id == run_id, RUNS.c.attempt == attempt)
        .where(RUNS.c.state == RunState.RUNNING.value)
        .values(attempt=attempt)
    )
    if connection.execute(ours).rowcount != 1:
        raise RunError(f"run {run_id} has ended, or another worker has taken it up")
