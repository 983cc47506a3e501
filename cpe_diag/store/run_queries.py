"""What can be asked about runs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, literal, or_, select

from cpe_diag.domain.failures import NoSuchRunError, RunError
from cpe_diag.domain.run_journal import GOES_ON, RunEntry, RunEntryKind, RunState
from cpe_diag.store.case_tables import moment_of, moment_text
from cpe_diag.store.processes import has_died, is_of_earlier_boot
from cpe_diag.store.repair_tables import REPAIRS
from cpe_diag.store.run_rows import RunRow, run_row
from cpe_diag.store.run_tables import CASES, RUN_ENTRIES, RUN_RESULTS, RUNS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from sqlalchemy import Connection, Select

    from cpe_diag.store.case_store import CaseStore
    from cpe_diag.store.steady import Steady

MANY: Final = 50
NEWEST_FIRST: Final = select(RUNS).order_by(RUNS.c.submitted_at.desc(), RUNS.c.id)
AHEAD: Final = timedelta(minutes=2)
"""No order is so much younger than what was ordered half a minute ago."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """How far a case is. `run` is its newest, None where it has none; `seq` -1: no entry yet.

    `repairs` grows by one with each repair that is planned, is begun, or ends.
    """

    case_state: str
    run: str | None
    run_state: RunState | None
    seq: int
    repairs: int


class RunQueries:
    """All runs of a store, to be looked at."""

    def __init__(self, store: CaseStore) -> None:
        """Look into `store`."""
        self._store = store

    def run(self, run_id: str) -> RunRow:
        """Give one run.

        Raises:
            NoSuchRunError: there is none.
            StoreError: the store cannot be read.
        """
        with self._store.reading() as connection:
            return one_run(connection, run_id)

    def runs(
        self,
        *,
        state: RunState | None = None,
        subscriber: str | None = None,
        case_id: str | None = None,
        limit: int = MANY,
        offset: int = 0,
    ) -> tuple[RunRow, ...]:
        """Give runs, the newest first, without the first `offset` of them.

        Raises:
            StoreError: the store cannot be read.
        """
        wanted = NEWEST_FIRST.limit(limit).offset(offset)
        if state is not None:
            wanted = wanted.where(RUNS.c.state == state.value)
        if subscriber is not None:
            wanted = wanted.where(RUNS.c.subscriber == subscriber)
        if case_id is not None:
            wanted = wanted.where(RUNS.c.case_id == case_id)
        return self._rows(wanted)

    def of_node(self, node: str, *, ended: bool, limit: int = MANY) -> tuple[RunRow, ...]:
        """Give runs of an access node's subscribers, the newest first.

        Args:
            node: its id.
            ended: only those that have ended; False: all.
            limit: how many at most.

        Raises:
            StoreError: the store cannot be read.
        """
        wanted = NEWEST_FIRST.where(RUNS.c.node == node).limit(limit)
        return self._rows(wanted.where(RUNS.c.ended_at.is_not(None)) if ended else wanted)

    def up_to(self, subscriber: str, until: datetime, limit: int) -> tuple[RunRow, ...]:
        """Give a subscriber's runs that were ordered until a moment, the newest first.

        Raises:
            StoreError: the store cannot be read.
        """
        wanted = NEWEST_FIRST.where(
            RUNS.c.subscriber == subscriber, RUNS.c.submitted_at <= moment_text(until)
        )
        return self._rows(wanted.limit(limit))

    def _rows(self, wanted: Select[Any]) -> tuple[RunRow, ...]:
        with self._store.reading() as connection:
            return tuple(map(run_row, connection.execute(wanted).mappings().all()))

    def going(self) -> Mapping[RunState, tuple[int, datetime]]:
        """Count the runs without an end by state, and give since when the first of them is due.

        Raises:
            StoreError: the store cannot be read.
        """
        due = func.min(func.coalesce(RUNS.c.not_before, RUNS.c.submitted_at))
        wanted = (
            select(RUNS.c.state, func.count(), due)
            .where(RUNS.c.state.in_([one.value for one in GOES_ON]))
            .group_by(RUNS.c.state)
        )
        with self._store.reading() as connection:
            return {
                RunState(state): (count, moment_of(first))
                for state, count, first in connection.execute(wanted)
            }

    def running(self) -> tuple[RunRow, ...]:
        """Give the runs that are being done, or whose worker is no more; the most urgent first.

        Raises:
            StoreError: the store cannot be read.
        """
        wanted = (
            select(RUNS)
            .where(RUNS.c.state == RunState.RUNNING.value)
            .order_by(RUNS.c.priority, RUNS.c.due_at)
        )
        with self._store.reading() as connection:
            return tuple(map(run_row, connection.execute(wanted).mappings().all()))

    def unclaimed(
        self, region: str, *, before: datetime, after: str = "", limit: int = MANY
    ) -> tuple[RunRow, ...]:
        """Give runs of a region that could have been taken up by now, by their ids.

        Those that seem to have been ordered in the future are among them: a clock was wrong.

        Args:
            region: whose.
            before: they were ordered and put off until then at the latest.
            after: the last id of the page before.
            limit: how many at most.

        Raises:
            StoreError: the store cannot be read.
        """
        latest, ahead = moment_text(before), before + AHEAD
        wanted = (
            select(RUNS)
            .where(RUNS.c.state.in_((RunState.QUEUED.value, RunState.WAITING.value)))
            .where(RUNS.c.region == region, RUNS.c.id > after)
            .where(or_(RUNS.c.submitted_at < latest, RUNS.c.submitted_at > moment_text(ahead)))
            .where(or_(RUNS.c.not_before.is_(None), RUNS.c.not_before < latest))
            .order_by(RUNS.c.id)
            .limit(limit)
        )
        with self._store.reading() as connection:
            return tuple(map(run_row, connection.execute(wanted).mappings().all()))

    def ended_since(self, since: datetime) -> tuple[str, ...]:
        """Give the ids of all runs that have ended from a moment on, whenever they were ordered.

        Raises:
            StoreError: the store cannot be read.
        """
        wanted = select(RUNS.c.id).where(RUNS.c.ended_at >= moment_text(since))
        with self._store.reading() as connection:
            return tuple(connection.execute(wanted.order_by(RUNS.c.ended_at)).scalars().all())

    def some(self, run_ids: Iterable[str]) -> dict[str, RunRow]:
        """Give those of some runs that there are, by their ids.

        Raises:
            StoreError: the store cannot be read.
        """
        wanted = select(RUNS).where(RUNS.c.id.in_(list(run_ids)))
        with self._store.reading() as connection:
            rows = map(run_row, connection.execute(wanted).mappings().all())
            return {row.id: row for row in rows}

    def entries(self, run_id: str) -> tuple[RunEntry, ...]:
        """Give the journal of a run, the oldest entry first.

        Raises:
            RunError: it holds what this version does not write.
            StoreError: the store cannot be read.
        """
        return tuple(entry for _, entry in self.entries_after(run_id, -1))

    def entries_after(self, run_id: str, seq: int) -> tuple[tuple[int, RunEntry], ...]:
        """Give what came into the journal of a run after entry `seq`, each with its own number.

        Raises:
            RunError: it holds what this version does not write.
            StoreError: the store cannot be read.
        """
        wanted = (
            select(RUN_ENTRIES)
            .where(RUN_ENTRIES.c.run == run_id, RUN_ENTRIES.c.seq > seq)
            .order_by(RUN_ENTRIES.c.seq)
        )
        with self._store.reading() as connection:
            rows = connection.execute(wanted).mappings().all()
        try:
            return tuple(
                (
                    row["seq"],
                    RunEntry(
                        kind=RunEntryKind(row["kind"]),
                        at=moment_of(row["at"]),
                        step=row["step"],
                        document=json.loads(row["document"]),
                    ),
                )
                for row in rows
            )
        except ValueError as error:
            raise RunError(f"the journal of run {run_id} cannot be read: {error}") from error

    def pulse(self, case_id: str) -> Pulse | None:
        """Say how far a case is, in one question, for who looks again and again; None: no case.

        Raises:
            StoreError: the store cannot be read.
        """
        last = select(func.max(RUN_ENTRIES.c.seq)).where(RUN_ENTRIES.c.run == RUNS.c.id)
        repairs = select(
            func.count(REPAIRS.c.id)
            + func.count(REPAIRS.c.begun_at)
            + func.count(REPAIRS.c.ended_at)
        ).where(REPAIRS.c.case_id == CASES.c.id)
        wanted = (
            select(
                CASES.c.state,
                RUNS.c.id,
                RUNS.c.state,
                last.scalar_subquery(),
                repairs.scalar_subquery(),
            )
            .select_from(CASES.outerjoin(RUNS, RUNS.c.case_id == CASES.c.id))
            .where(CASES.c.id == case_id)
            .order_by(RUNS.c.submitted_at.desc(), RUNS.c.id)
            .limit(1)
        )
        with self._store.reading() as connection:
            row = connection.execute(wanted).first()
        if row is None:
            return None
        state = None if row[2] is None else RunState(row[2])
        seq = -1 if row[3] is None else int(row[3])
        return Pulse(case_state=row[0], run=row[1], run_state=state, seq=seq, repairs=int(row[4]))

    def files(self, run_id: str) -> dict[str, bytes]:
        """Give the files of the bundle that a run has left; empty where it has left none.

        Raises:
            StoreError: the store cannot be read.
        """
        wanted = select(RUN_RESULTS).where(RUN_RESULTS.c.run == run_id)
        with self._store.reading() as connection:
            rows = connection.execute(wanted.order_by(RUN_RESULTS.c.name)).mappings().all()
        return {row["name"]: bytes(row["content"]) for row in rows}


def one_run(connection: Connection, run_id: str) -> RunRow:
    """Give one run.

    Raises:
        NoSuchRunError: there is none.
    """
    row = connection.execute(select(RUNS).where(RUNS.c.id == run_id)).mappings().first()
    if row is None:
        words = f"there is no run {run_id!r} in the case store; see: cpe-diag runs list"
        raise NoSuchRunError(words)
    return run_row(row)


def is_orphan(connection: Connection, steady: Steady, run: RunRow) -> bool:
    """Say whether a run's worker has died on this machine, or has lost its lease."""
    if run.lease_until is None or run.worker is None or has_died(run.worker):
        return True
    if steady.is_file and is_of_earlier_boot(run.worker):
        return True  # its lease counts the seconds of another start
    over = select(steady.is_over(literal(run.lease_until)))
    return bool(connection.execute(over).scalar_one())
