"""Runs in the case store: ordered, taken up by one worker at a time, and ended with their case."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError

from cpe_diag.domain.failures import RunError
from cpe_diag.domain.run_journal import GOES_ON, RunState
from cpe_diag.store.case_tables import moment_text
from cpe_diag.store.cases import case_for, earlier, route
from cpe_diag.store.outbox import put
from cpe_diag.store.run_queries import RunQueries, is_orphan, one_run
from cpe_diag.store.run_room import check_room
from cpe_diag.store.run_rows import RunOutcome, RunRow, run_row
from cpe_diag.store.run_tables import RUN_RESULTS, RUNS

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from sqlalchemy import Connection, Update

    from cpe_diag.store.run_room import Room
    from cpe_diag.store.run_rows import NewRun, Tells

SECOND_LINE: Final = "second_line"


class StoredRuns(RunQueries):
    """All runs of this store."""

    def submit(
        self, new: NewRun, *, at: datetime, holds: timedelta | None = None
    ) -> tuple[RunRow, bool]:
        """Queue a run, and open its case.

        Args:
            new: what to do.
            at: now.
            holds: how long a result holds, from the run's start; then the same order is a new
                run, and at once where the run of then has come to no result. None: never.

        Returns:
            The run, and whether it is new: an order key that was there gives the run of then.

        Raises:
            StoreError: the store cannot be written.
        """
        for _ in range(2):
            try:
                with self._store.writing() as connection:
                    known = _of_key(connection, new.order_key)
                    if known is not None and not _is_over(known, at, holds):
                        return known, False
                    if known is not None:
                        _free(connection, known)
                    _insert(connection, new, at)
                    return one_run(connection, new.id), True
            except _MeanwhileError:
                continue
        raise RunError(f"there is a run {new.id!r} already")

    def begin(self, new: NewRun, *, worker: str, at: datetime, lease: timedelta) -> RunRow:
        """Keep a run that its worker does at once; see `submit` and `claim`.

        Raises:
            StoreError: the store cannot be written.
        """
        with self._store.writing() as connection:
            _insert(connection, new, at)
            connection.execute(
                update(RUNS).where(RUNS.c.id == new.id).values(self._taken(worker, at, lease, 1))
            )
            return one_run(connection, new.id)

    def claim(
        self,
        run_id: str,
        *,
        worker: str,
        at: datetime,
        lease: timedelta,
        room: Room | None = None,
    ) -> RunRow:
        """Take a run up: one that waits, or one whose worker has died or lost its lease.

        Args:
            run_id: of the run.
            worker: who takes it, from `this_process`.
            at: now.
            lease: how long it is the worker's, unless it is renewed.
            room: how many may be done then; None: as many as come.

        Returns:
            The run; with its `attempt` everything is written, and an older one counts no more.

        Raises:
            NoRoomError: as many are done.
            RunError: there is none, it has ended, or its worker still has it.
            StoreError: the store cannot be written.
        """
        with self._store.writing() as connection:
            seen = one_run(connection, run_id)
            if seen.state not in GOES_ON:
                raise RunError(f"run {run_id} has ended: it is {seen.state}")
            steady = self._store.steady
            if seen.state is RunState.RUNNING and not is_orphan(connection, steady, seen):
                raise RunError(f"run {run_id} is being done by {seen.worker}")
            if room is not None:
                check_room(connection, steady, seen, room, at)
            taken = connection.execute(
                update(RUNS)
                .where(RUNS.c.id == run_id, RUNS.c.attempt == seen.attempt)
                .where(RUNS.c.state == seen.state.value)
                .values(self._taken(worker, at, lease, seen.attempt + 1))
                .returning(*RUNS.c)
            )
            row = taken.mappings().first()
            if row is None:
                raise RunError(f"another worker has just taken run {run_id} up")
            return run_row(row)

    def renew(self, run_id: str, attempt: int, *, lease: timedelta) -> bool:
        """Keep a run for a lease from now; False: it is not the worker's any more.

        Raises:
            StoreError: the store cannot be written.
        """
        with self._store.writing() as connection:
            until = self._store.steady.moment(lease)
            kept = connection.execute(_ours(run_id, attempt).values(lease_until=until))
            return kept.rowcount == 1

    def end_lease(self, seen: RunRow) -> None:
        """Let others take a run up that nobody has renewed since it was seen.

        Its worker has it again where it renews it before that.

        Raises:
            StoreError: the store cannot be written.
        """
        if seen.lease_until is None:
            return
        with self._store.writing() as connection:
            connection.execute(
                _ours(seen.id, seen.attempt)
                .where(RUNS.c.lease_until == seen.lease_until)
                .values(lease_until=None)
            )

    def end(self, run_id: str, attempt: int, outcome: RunOutcome, *, at: datetime) -> RunRow:
        """End a run with its results, route its case, keep what has to be told for it.

        All of it or nothing.

        Raises:
            RunError: another worker has it.
            StoreError: the store cannot be written.
        """
        with self._store.writing() as connection:
            ended = _ended(connection, _ours(run_id, attempt), run_id, outcome, at)
            if outcome.files:
                files = [
                    {"run": run_id, "name": name, "content": content}
                    for name, content in outcome.files.items()
                ]
                connection.execute(insert(RUN_RESULTS), files)
            return ended

    def put_off(self, run_id: str, attempt: int, *, until: datetime, words: str) -> None:
        """Let a run go on later.

        Raises:
            RunError: another worker has it.
            StoreError: the store cannot be written.
        """
        with self._store.writing() as connection:
            put = connection.execute(
                _ours(run_id, attempt).values(
                    state=RunState.WAITING.value,
                    not_before=moment_text(until),
                    worker=None,
                    lease_until=None,
                    words=words,
                )
            )
            if put.rowcount != 1:
                raise RunError(f"another worker has run {run_id}")

    def give_back(self, run_id: str, attempt: int) -> None:
        """Let a run wait as before it was taken up; its worker has done nothing of it.

        Raises:
            RunError: another worker has it.
            StoreError: the store cannot be written.
        """
        before: dict[str, object] = {"worker": None, "lease_until": None, "attempt": attempt - 1}
        if attempt == 1:
            before |= {"state": RunState.QUEUED.value, "started_at": None}
        else:
            before |= {"state": RunState.WAITING.value}
        with self._store.writing() as connection:
            if connection.execute(_ours(run_id, attempt).values(before)).rowcount != 1:
                raise RunError(f"another worker has run {run_id}")

    def ask_cancel(
        self, run_id: str, *, at: datetime, tells: Tells = lambda _stands: ()
    ) -> RunRow:
        """Have a run cancelled: at once where it waits, at its next safe point where it runs.

        Args:
            run_id: of the run.
            at: now.
            tells: gives what has to be told where it is cancelled at once; see `RunOutcome`.

        Returns:
            The run.

        Raises:
            RunError: there is none, or it has ended.
            StoreError: the store cannot be written.
        """
        with self._store.writing() as connection:
            seen = one_run(connection, run_id)
            if seen.state not in GOES_ON:
                raise RunError(f"run {run_id} has ended: it is {seen.state}")
            asked = update(RUNS).where(RUNS.c.id == run_id, RUNS.c.state == seen.state.value)
            if seen.state is RunState.RUNNING:
                connection.execute(asked.values(cancel_asked_at=moment_text(at)))
            else:
                outcome = RunOutcome(
                    state=RunState.CANCELLED,
                    destination=SECOND_LINE,
                    words="cancelled before it began",
                    tells=tells,
                )
                return _ended(connection, asked, run_id, outcome, at)
            return one_run(connection, run_id)

    def _taken(
        self, worker: str, at: datetime, lease: timedelta, attempt: int
    ) -> dict[str, object]:
        return {
            "state": RunState.RUNNING.value,
            "worker": worker,
            "lease_until": self._store.steady.moment(lease),
            "attempt": attempt,
            "started_at": func.coalesce(RUNS.c.started_at, moment_text(at)),
        }


def _ours(run_id: str, attempt: int) -> Update:
    return update(RUNS).where(
        RUNS.c.id == run_id,
        RUNS.c.attempt == attempt,
        RUNS.c.state == RunState.RUNNING.value,
    )


class _MeanwhileError(Exception):
    """Another process has just queued the same order; nothing of ours is kept."""


def _of_key(connection: Connection, order_key: str | None) -> RunRow | None:
    if order_key is None:
        return None
    found = connection.execute(select(RUNS).where(RUNS.c.order_key == order_key))
    row = found.mappings().first()
    return None if row is None else run_row(row)


def _is_over(run: RunRow, at: datetime, holds: timedelta | None) -> bool:
    """Say whether the same order would now be another run."""
    if holds is None or run.state in GOES_ON:
        return False
    return run.state is not RunState.FINISHED or at - (run.started_at or at) >= holds


def _free(connection: Connection, run: RunRow) -> None:
    """Let another run have the order key of one that has ended."""
    connection.execute(update(RUNS).where(RUNS.c.id == run.id).values(order_key=None))


def _insert(connection: Connection, new: NewRun, at: datetime) -> None:
    """Insert a run and its case.

    Raises:
        _MeanwhileError: there is one of this id or this order.
    """
    case = case_for(connection, new, at)
    row = insert(RUNS).values(
        id=new.id,
        case_id=case.id,
        order_key=new.order_key,
        playbook=new.playbook,
        subscriber=new.subscriber,
        ticket=new.ticket,
        wish=json.dumps(new.wish),
        region=new.region,
        node=new.node,
        router=new.router,
        priority=new.priority,
        state=RunState.QUEUED.value,
        submitted_at=moment_text(at),
        not_before=new.not_before and moment_text(new.not_before),
        due_at=moment_text(at + new.lasts),
        attempt=0,
        words="",
        batch=new.batch,
    )
    try:
        connection.execute(row)
    except IntegrityError:
        raise _MeanwhileError from None


def _ended(
    connection: Connection, which: Update, run_id: str, outcome: RunOutcome, at: datetime
) -> RunRow:
    """End a run and route its case.

    Returns:
        The run as it is now.

    Raises:
        RunError: it is not (any more) as `which` says.
    """
    ended = connection.execute(
        which.values(
            state=outcome.state.value,
            ended_at=moment_text(at),
            lease_until=None,
            domain=outcome.domain,
            cause=outcome.cause,
            confidence=outcome.confidence,
            destination=outcome.destination,
            words=outcome.words,
        ).returning(*RUNS.c)
    )
    row = ended.mappings().first()
    if row is None:
        raise RunError(f"another worker has run {run_id}")
    run = run_row(row)
    stands = earlier(connection, run, outcome)
    route(connection, run, outcome, stands)
    put(connection, outcome.tells(stands), at)
    return run
