"""Finds runs that nobody goes on with, and queues a fresh job for each.

A worker has died or stands still past its lease; a job was lost, or was never queued, because the
process that ordered the run died in between. Jobs of dead workers are ended: they would count
against the limits for ever.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import ActionError
from cpe_diag.domain.run_journal import RunState
from cpe_diag.service.jobs import Jobs, job_of
from cpe_diag.store.holds import Holds
from cpe_diag.store.processes import this_process
from cpe_diag.store.run_queries import is_orphan
from cpe_diag.store.runs import StoredRuns

if TYPE_CHECKING:
    from cpe_diag.store.run_rows import RunRow

GRACE: Final = timedelta(seconds=30)
"""How long a run may be without a job, and a job without its run: both are milliseconds."""
PAGE: Final = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """Looks after the runs of one region."""

    region: str
    runs: StoredRuns
    jobs: Jobs
    holds: Holds
    grace: timedelta = GRACE

    def once(self, at: datetime) -> tuple[str, ...]:
        """Look at all runs, unless another worker is doing that right now.

        Args:
            at: now.

        Returns:
            The runs for which a job was queued.

        Raises:
            StoreError: the store or the queue cannot be used.
        """
        try:
            with self.holds.held((f"sweep {self.region}",), "the sweep", holder=this_process()):
                self._end_dead_jobs(at)
                return (*self._orphans(at), *self._lost(at))
        except ActionError:
            return ()

    def _end_dead_jobs(self, at: datetime) -> None:
        begun = [
            job
            for job in self.jobs.begun(self.region)
            if job.begun_at is not None and job.begun_at < at - self.grace
        ]
        rows = self.runs.some({job.run for job in begun})
        dead = [job.id for job in begun if not _lives(rows.get(job.run), at)]
        if dead:
            self.jobs.drop(dead)

    def _orphans(self, at: datetime) -> list[str]:
        found = [row for row in self.runs.orphans(at=at) if row.region == self.region]
        seen = self.jobs.seen(row.id for row in found)
        lost = [row for row in found if all(job.begun_at for job in seen.get(row.id, ()))]
        return [self._queue(row, at) for row in lost]

    def _lost(self, at: datetime) -> list[str]:
        queued: list[str] = []
        last = ""
        while rows := self.runs.unclaimed(
            self.region, before=at - self.grace, after=last, limit=PAGE
        ):
            last = rows[-1].id
            seen = self.jobs.seen(row.id for row in rows)
            queued += [self._queue(row, at) for row in rows if not seen.get(row.id)]
        return queued

    def _queue(self, row: RunRow, at: datetime) -> str:
        """Queue a job that no sweep of the same minute queues again."""
        again = f"{int(at.timestamp()) // max(int(self.grace.total_seconds()), 1):x}"
        self.jobs.put(job_of(replace(row, not_before=None), at=at, again=again))
        return row.id


def _lives(row: RunRow | None, at: datetime) -> bool:
    return row is not None and row.state is RunState.RUNNING and not is_orphan(row, at)
