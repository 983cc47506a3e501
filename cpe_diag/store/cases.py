"""Cases in the case store: what belongs to one complaint of one subscriber."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import exists, insert, or_, select, update

from cpe_diag.domain.failures import NoSuchRunError
from cpe_diag.domain.run_journal import RunState
from cpe_diag.domain.verdict import Destination, FaultDomain
from cpe_diag.store.case_tables import moment_text
from cpe_diag.store.one_at_a_time import one_at_a_time
from cpe_diag.store.run_rows import CASE_LASTS, CaseRow, case_row, run_row
from cpe_diag.store.run_tables import ACTION_RECORDS, CASES, RUNS

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from cpe_diag.store.case_store import CaseStore
    from cpe_diag.store.run_rows import NewRun, RunOutcome, RunRow

ID_BYTES: Final = 5
OPEN: Final = "open"
HANDED_OVER: Final = "handed_over"
CLOSED: Final = "closed"
WAITS: Final = "no run could be ordered yet"
"""What is known of a case whose ticket waits."""
STANDS_FOR: Final = timedelta(hours=2)
"""How long a verdict stands, as long as its measurements hold (`tmf653.VALID`)."""
MANY: Final = 50


class StoredCases:
    """All cases of this store."""

    def __init__(self, store: CaseStore) -> None:
        """Look into `store`."""
        self._store = store

    def case(self, case_id: str) -> CaseRow:
        """Give one case.

        Raises:
            NoSuchRunError: there is none.
            StoreError: the store cannot be read.
        """
        with self._store.reading() as connection:
            return _one(connection, case_id)

    def search(  # noqa: PLR0913 - each is one way to narrow
        self,
        words: str = "",
        *,
        subscriber: str | None = None,
        ticket: str | None = None,
        state: str | None = None,
        urgent_first: bool = False,
        limit: int = MANY,
        offset: int = 0,
    ) -> tuple[CaseRow, ...]:
        """Give cases, the newest first.

        Args:
            words: stand in the words of the case, its ticket or its destination; any case.
            subscriber: whose.
            ticket: which.
            state: open, handed_over or closed.
            urgent_first: by priority and the time left instead.
            limit: how many at most.
            offset: so many of them are left out, the first ones.

        Returns:
            Those to which everything applies.

        Raises:
            StoreError: the store cannot be read.
        """
        urgent = (CASES.c.priority, CASES.c.due_at, CASES.c.id)
        newest = (CASES.c.opened_at.desc(), CASES.c.id.desc())
        order = urgent if urgent_first else newest
        wanted = select(CASES).order_by(*order).limit(limit).offset(offset)
        if words:
            wanted = wanted.where(
                or_(
                    *(
                        column.icontains(words, autoescape=True)
                        for column in (CASES.c.words, CASES.c.ticket, CASES.c.destination)
                    )
                )
            )
        for column, value in (
            (CASES.c.subscriber, subscriber),
            (CASES.c.ticket, ticket),
            (CASES.c.state, state),
        ):
            if value is not None:
                wanted = wanted.where(column == value)
        with self._store.reading() as connection:
            return tuple(map(case_row, connection.execute(wanted).mappings().all()))


def case_for(connection: Connection, new: NewRun, at: datetime) -> CaseRow:
    """Give the case that a run belongs to: the one it names, that of its ticket, or a new one.

    A case of the same ticket and subscriber that was handed over is opened again, with its time
    anew; a closed one stays closed, unless the run names it. Where the run is to begin
    later, so does the case's time.
    """
    begins = max(at, new.not_before or at)
    found = select(CASES).where(CASES.c.subscriber == new.subscriber)
    if new.case is not None:
        found = found.where(CASES.c.id == new.case)
    elif new.ticket is not None:
        one_at_a_time(connection, "ticket", new.ticket, new.subscriber)
        found = found.where(CASES.c.ticket == new.ticket, CASES.c.state != CLOSED)
    if new.case is not None or new.ticket is not None:
        newest = found.order_by(CASES.c.opened_at.desc()).limit(1)
        row = connection.execute(newest).mappings().first()
        if row is not None:
            again: dict[str, object] = {"state": OPEN, "destination": None}
            of_case = select(RUNS.c.id).where(RUNS.c.case_id == row["id"]).limit(1)
            if connection.execute(of_case).first() is None:  # its ticket has waited until now
                again |= {"words": new.playbook}
            if row["state"] != OPEN:
                again |= {"due_at": moment_text(begins + CASE_LASTS), "warned_at": None}
            if new.desk is not None:
                again |= {"desk": new.desk, "desk_ticket": new.desk_ticket}
            connection.execute(update(CASES).where(CASES.c.id == row["id"]).values(again))
            return _one(connection, row["id"])
    case_id = secrets.token_hex(ID_BYTES)
    connection.execute(
        insert(CASES).values(
            id=case_id,
            subscriber=new.subscriber,
            ticket=new.ticket,
            opened_at=moment_text(at),
            state=OPEN,
            priority=new.priority,
            due_at=moment_text(begins + CASE_LASTS),
            words=new.playbook,
            desk=new.desk,
            desk_ticket=new.desk_ticket,
        )
    )
    return _one(connection, case_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingCase:
    """The case of a ticket that cannot be decided yet; `due_at`: when its time is up."""

    subscriber: str
    ticket: str
    opened_at: datetime
    due_at: datetime
    priority: int
    desk: str | None
    desk_ticket: str | None


def case_of_waiting(connection: Connection, new: WaitingCase, at: datetime) -> str:
    """Give the case that a ticket waits in; what is ordered for it later belongs to it too."""
    one_at_a_time(connection, "ticket", new.ticket, new.subscriber)
    same = select(CASES.c.id, CASES.c.state).where(
        CASES.c.subscriber == new.subscriber,
        CASES.c.ticket == new.ticket,
        CASES.c.state != CLOSED,
    )
    row = connection.execute(same.order_by(CASES.c.opened_at.desc()).limit(1)).first()
    times: dict[str, object] = {"due_at": moment_text(new.due_at), "warned_at": None}
    if row is not None:
        if row.state != OPEN:
            again = update(CASES).where(CASES.c.id == row.id)
            connection.execute(again.values(state=OPEN, destination=None, **times))
        return str(row.id)
    case_id = secrets.token_hex(ID_BYTES)
    connection.execute(
        insert(CASES).values(
            id=case_id,
            subscriber=new.subscriber,
            ticket=new.ticket,
            opened_at=moment_text(min(new.opened_at, at)),
            state=OPEN,
            priority=new.priority,
            words=WAITS,
            desk=new.desk,
            desk_ticket=new.desk_ticket,
            **times,
        )
    )
    return case_id


def end_waiting(connection: Connection, case_id: str, words: str, *, closed: bool) -> None:
    """End the case of a ticket that waited and starts nothing: closed, or second line's."""
    has_run = exists().where(RUNS.c.case_id == CASES.c.id)
    waits = update(CASES).where(CASES.c.id == case_id, CASES.c.state == OPEN, ~has_run)
    goes_to = None if closed else Destination.SECOND_LINE.value
    state = CLOSED if closed else HANDED_OVER
    connection.execute(waits.values(state=state, destination=goes_to, words=words))


def earlier(connection: Connection, run: RunRow, outcome: RunOutcome) -> RunRow | None:
    """Give the run whose verdict stands where this one has ended without one of its own.

    No other run of the case ends until the transaction does: what is told of it is so then.

    Args:
        connection: in the transaction that ends it.
        run: has ended.
        outcome: how.

    Returns:
        None: there is none, or this run has its own verdict, or has refuted the earlier one.
    """
    if not _undecided(outcome):
        return None
    connection.execute(select(CASES.c.id).where(CASES.c.id == run.case_id).with_for_update())
    stands = _standing(connection, run)
    if stands is None or not stands.destination:
        return None
    return None if stands.cause is not None and outcome.refutes(stands.cause) else stands


def route(connection: Connection, run: RunRow, outcome: RunOutcome, stands: RunRow | None) -> None:
    """Hand a case over to where its run says, or close it where everything is fixed.

    Where a run could not decide, has failed or was cancelled, what an earlier one has found
    (`stands`) goes before it, and the newer is noted.
    """
    destination, words = outcome.destination, outcome.words
    if stands is not None:
        destination = stands.destination or destination
        words = f"{stands.words}; {_undecided(outcome)}: {words}"
    fixed = destination == Destination.FIXED
    connection.execute(
        update(CASES)
        .where(CASES.c.id == run.case_id)
        .values(state=CLOSED if fixed else HANDED_OVER, destination=destination, words=words)
    )


def _undecided(outcome: RunOutcome) -> str:
    """Say how a run came to no verdict of its own; empty: it has one, or that of an incident."""
    if outcome.domain == FaultDomain.UNDETERMINED:
        return "a later run could not decide"
    if outcome.domain is None and outcome.state is RunState.FAILED:
        return "a later run failed"
    if outcome.domain is None and outcome.state is RunState.CANCELLED:
        return "a later run"
    return ""


def _standing(connection: Connection, run: RunRow) -> RunRow | None:
    """Give the run before this one whose verdict stands where this one cannot decide.

    Args:
        connection: reads.
        run: has begun.

    Returns:
        The last of its case that could decide; None: there is none, it is too old, it has found
        that all is well, or something was or may have been changed after it.
    """
    begun = run.started_at or run.ended_at or run.submitted_at
    wanted = (
        select(RUNS)
        .where(RUNS.c.case_id == run.case_id, RUNS.c.id != run.id)
        .where(RUNS.c.domain.is_not(None), RUNS.c.domain != FaultDomain.UNDETERMINED.value)
        .where(RUNS.c.started_at > moment_text(begun - STANDS_FOR))
        .where(RUNS.c.ended_at.is_not(None))
        .order_by(RUNS.c.ended_at.desc(), RUNS.c.id)
        .limit(1)
    )
    row = connection.execute(wanted).mappings().first()
    if row is None or row["destination"] == Destination.FIXED:
        return None
    changed = (
        select(ACTION_RECORDS.c.id)
        .join(RUNS, RUNS.c.id == ACTION_RECORDS.c.run)
        .where(RUNS.c.case_id == run.case_id, ACTION_RECORDS.c.begun_at > row["ended_at"])
        .limit(1)
    )
    return None if connection.execute(changed).first() is not None else run_row(row)


def _one(connection: Connection, case_id: str) -> CaseRow:
    row = connection.execute(select(CASES).where(CASES.c.id == case_id)).mappings().first()
    if row is None:
        words = f"there is no case {case_id!r} in the case store; try: cpe-diag case search"
        raise NoSuchRunError(words)
    return case_row(row)
