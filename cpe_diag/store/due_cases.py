"""Cases of tickets whose time runs out: warned of once, handed over once, with their runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import exists, func, or_, select, update

from cpe_diag.domain.run_journal import RunEntryKind, RunState
from cpe_diag.store.case_tables import moment_text
from cpe_diag.store.cases import HANDED_OVER, OPEN
from cpe_diag.store.outbox import put
from cpe_diag.store.run_queries import is_orphan
from cpe_diag.store.run_rows import case_row, run_row
from cpe_diag.store.run_tables import CASES, RUN_ENTRIES, RUNS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime, timedelta

    from sqlalchemy import Connection, Update

    from cpe_diag.domain.letter import NewLetter
    from cpe_diag.store.case_store import CaseStore
    from cpe_diag.store.run_rows import CaseRow, RunRow

_ACTS = (RunEntryKind.ACT_INTENDED.value, RunEntryKind.ACT_ENDED.value)


class DueCases:
    """The open cases of tickets; those of a batch have no clock, for nobody waits at a phone."""

    def __init__(self, store: CaseStore) -> None:
        """Look into `store`."""
        self._store = store

    def soon(self, now: datetime, within: timedelta) -> tuple[CaseRow, ...]:
        """Give those that are due, or are due soon and nobody was warned of; the first due first.

        Raises:
            StoreError: the store cannot be read.
        """
        of_batch = exists().where(RUNS.c.case_id == CASES.c.id, RUNS.c.batch.is_not(None))
        wanted = (
            select(CASES)
            .where(CASES.c.state == OPEN, CASES.c.ticket.is_not(None), ~of_batch)
            .where(CASES.c.due_at <= moment_text(now + within))
            .where(or_(CASES.c.warned_at.is_(None), CASES.c.due_at <= moment_text(now)))
            .order_by(CASES.c.priority, CASES.c.due_at, CASES.c.id)
        )
        with self._store.reading() as connection:
            return tuple(map(case_row, connection.execute(wanted).mappings().all()))

    def warn(self, case: CaseRow, letters: Iterable[NewLetter], *, at: datetime) -> bool:
        """Keep that a case was warned of, and the warning; False: somebody else has.

        Raises:
            StoreError: the store cannot be written.
        """
        with self._store.writing() as connection:
            still = _as_seen(case).where(CASES.c.warned_at.is_(None))
            if connection.execute(still.values(warned_at=moment_text(at))).rowcount != 1:
                return False
            put(connection, letters, at)
            return True

    def hand_over(
        self,
        case: CaseRow,
        destination: str,
        words: str,
        letters: Iterable[NewLetter],
        *,
        at: datetime,
    ) -> bool:
        """Hand a case over, end its runs whose time is up, and keep what has to be told.

        A run that waits, or whose worker is no more, ends here; one that runs ends at its next
        safe point. One that has begun a change ends only once somebody has looked at it.

        Args:
            case: as it was seen.
            destination: where it goes.
            words: what is known of it.
            letters: what has to be told.
            at: now.

        Returns:
            False: somebody else has handed it over, or its run has just ended; nothing was done.

        Raises:
            StoreError: the store cannot be written.
        """
        with self._store.writing() as connection:
            gone = _as_seen(case).values(state=HANDED_OVER, destination=destination, words=words)
            if connection.execute(gone).rowcount != 1:
                return False
            for run in _unfinished(connection, case.id, at):
                done = run.state is RunState.RUNNING and not is_orphan(
                    connection, self._store.steady, run
                )
                _stop(connection, run, destination, at, is_done=done)
            put(connection, letters, at)
            return True


def _as_seen(case: CaseRow) -> Update:
    return update(CASES).where(
        CASES.c.id == case.id,
        CASES.c.state == OPEN,
        CASES.c.due_at == moment_text(case.due_at),
    )


def _unfinished(connection: Connection, case_id: str, at: datetime) -> tuple[RunRow, ...]:
    goes_on = (RunState.QUEUED.value, RunState.WAITING.value, RunState.RUNNING.value)
    wanted = select(RUNS).where(
        RUNS.c.case_id == case_id,
        RUNS.c.state.in_(goes_on),
        RUNS.c.due_at <= moment_text(at),
    )
    return tuple(map(run_row, connection.execute(wanted).mappings().all()))


def _stop(
    connection: Connection, run: RunRow, destination: str, at: datetime, *, is_done: bool
) -> None:
    """End a run, or ask whoever does it to stop."""
    same = update(RUNS).where(
        RUNS.c.id == run.id, RUNS.c.state == run.state.value, RUNS.c.attempt == run.attempt
    )
    if is_done or _is_changing(connection, run.id):
        first = func.coalesce(RUNS.c.cancel_asked_at, moment_text(at))
        connection.execute(same.values(cancel_asked_at=first))
        return
    connection.execute(
        same.values(
            state=RunState.TIMED_OUT.value,
            ended_at=moment_text(at),
            lease_until=None,
            destination=destination,
            words="the time of its case was up",
        )
    )


def _is_changing(connection: Connection, run_id: str) -> bool:
    """Say whether a change was begun of which nobody knows how it ended."""
    last = (
        select(RUN_ENTRIES.c.kind)
        .where(RUN_ENTRIES.c.run == run_id, RUN_ENTRIES.c.kind.in_(_ACTS))
        .order_by(RUN_ENTRIES.c.seq.desc())
        .limit(1)
    )
    return connection.execute(last).scalar() == RunEntryKind.ACT_INTENDED.value
