"""Finds runs that nobody goes on with, and queues a fresh job for each.

A worker has died or stands still past its lease; a job was lost, or was never queued, because the
process that ordered the run died in between. Jobs of dead workers are ended: they would count
against the limits for ever.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import ActionError, StoreError
from cpe_diag.domain.run_journal import RunState
from cpe_diag.service.jobs import Jobs, JobSeen, job_of
from cpe_diag.service.lease_watch import LeaseWatch
from cpe_diag.store.holds import Holds
from cpe_diag.store.processes import has_died, this_process
from cpe_diag.store.runs import StoredRuns

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cpe_diag.store.run_rows import RunRow

GRACE: Final = timedelta(seconds=30)
"""How long a run may be without a job, and a job without its run: both are milliseconds."""
LONGEST: Final = timedelta(minutes=2)
"""A run that is due is put off for seconds."""
OVERDUE: Final = timedelta(seconds=15)
"""What was put off is let in within a second of its moment, by the clock of one of all workers."""
PAGE: Final = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """Looks after the runs of one region."""

    region: str
    runs: StoredRuns
    jobs: Jobs
    holds: Holds
    watch: LeaseWatch
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
                dead = self._left_alone()
                self._end_dead_jobs(at, dead)
                return (*self._orphans(dead, at), *self._lost(at))
        except ActionError:
            return ()
        except StoreError:
            self.watch.forget()
            raise

    def _left_alone(self) -> dict[str, RunRow]:
        """Give the runs of all regions whose worker has died, or renews them no more."""
        rows = self.runs.running()
        over = self.watch.over(rows)
        for row in rows:
            if row.id in over:
                self.runs.end_lease(row)
        return {
            row.id: row
            for row in rows
            if row.id in over
            or row.lease_until is None
            or row.worker is None
            or has_died(row.worker)
        }

    def _end_dead_jobs(self, at: datetime, dead_runs: Mapping[str, RunRow]) -> None:
        begun = [job for job in self.jobs.begun(self.region) if job.begun_at is not None]
        rows = self.runs.some({job.run for job in begun})
        dead = [
            job.id
            for job in begun
            if job.run in dead_runs
            or (not _is_done(rows.get(job.run)) and not self._is_young(job, at))
        ]
        if dead:
            self.jobs.drop(dead)

    def _is_young(self, job: JobSeen, at: datetime) -> bool:
        return job.begun_at is not None and job.begun_at >= at - self.grace

    def _orphans(self, dead: Mapping[str, RunRow], at: datetime) -> list[str]:
        found = [row for row in dead.values() if row.region == self.region]
        seen = self._seen(found, at)
        lost = [row for row in found if all(job.begun_at for job in seen.get(row.id, ()))]
        return [self._queue(row, at) for row in lost]

    def _lost(self, at: datetime) -> list[str]:
        queued: list[str] = []
        last = ""
        while rows := self.runs.unclaimed(
            self.region, before=at - self.grace, after=last, limit=PAGE
        ):
            last = rows[-1].id
            seen = self._seen(rows, at)
            queued += [self._queue(row, at) for row in rows if not seen.get(row.id)]
        return queued

    def _seen(self, rows: Iterable[RunRow], at: datetime) -> dict[str, tuple[JobSeen, ...]]:
        """Give the jobs of runs that are due; what a wrong clock puts off for long is ended."""
        found: dict[str, tuple[JobSeen, ...]] = {}
        astray: list[str] = []
        for run, jobs in self.jobs.seen(row.id for row in rows).items():
            found[run] = tuple(one for one in jobs if not _is_astray(one, at))
            astray += [one.id for one in jobs if _is_astray(one, at)]
        if astray:
            self.jobs.drop(astray)
        return found

    def _queue(self, row: RunRow, at: datetime) -> str:
        """Queue a job that no sweep of the same minute queues again."""
        again = f"{int(at.timestamp()) // max(int(self.grace.total_seconds()), 1):x}"
        self.jobs.put(job_of(replace(row, not_before=None), at=at, again=again))
        return row.id


def _is_astray(job: JobSeen, at: datetime) -> bool:
    until = job.put_off_until
    return until is not None and not at - OVERDUE <= until <= at + LONGEST


def _is_done(row: RunRow | None) -> bool:
    """Say whether somebody does a run."""
    return row is not None and row.state is RunState.RUNNING
