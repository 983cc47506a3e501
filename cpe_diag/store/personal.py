"""What the case store holds about one subscriber: given out whole, erased whole, or grown old.

The audit chain stays verifiable: an entry of the erasure names, signed, the entries whose persons
are gone.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, delete, or_, select, update

from cpe_diag.domain.failures import RunError
from cpe_diag.domain.run_journal import GOES_ON
from cpe_diag.store.audit_links import numbers_text
from cpe_diag.store.case_tables import (
    AUDIT_PERSONAL,
    CONSENT_CODES,
    CONSENTS,
    moment_text,
)
from cpe_diag.store.cases import CLOSED, OPEN
from cpe_diag.store.erased_addresses import erase_addresses, routers_of
from cpe_diag.store.incident_tables import INCIDENTS
from cpe_diag.store.incoming_tables import INCOMING_TICKETS
from cpe_diag.store.incoming_tickets import TicketState
from cpe_diag.store.laptop_tables import LAPTOP_PERSONAL
from cpe_diag.store.letters_about import ERASED, erase_letters, letters_of
from cpe_diag.store.outbox_tables import OUTBOX
from cpe_diag.store.repair_tables import REPAIRS
from cpe_diag.store.run_tables import (
    ACTION_ENTRIES,
    ACTION_RECORDS,
    CASES,
    RUN_ENTRIES,
    RUN_RESULTS,
    RUNS,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, Select, Table

    from cpe_diag.store.case_store import CaseStore

OF_SUBSCRIBER: Final[tuple[Table, ...]] = (
    CASES,
    RUNS,
    ACTION_RECORDS,
    CONSENTS,
    CONSENT_CODES,
    INCOMING_TICKETS,
    AUDIT_PERSONAL,
    LAPTOP_PERSONAL,
    REPAIRS,
)
"""Tables with a column that says whose a row is."""
PART: Final = 500
HIDDEN: Final = frozenset({"salt", "hash", "link_hash", "sealed"})
"""Columns that let somebody guess a code or open a seal, and tell nothing about a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What was erased. `actions` are the ids of changes, for what is kept of them elsewhere.

    `numbers` are those of the audit entries whose persons are gone. `tickets` are those that came
    in over HTTP, `letters` those that were told or given up: counted where they are dropped.
    """

    cases: int
    runs: int
    actions: tuple[str, ...]
    numbers: str
    tickets: int = 0
    letters: int = 0


def held_about(store: CaseStore, subscriber: str) -> dict[str, Any]:
    """Give everything that the store holds about a subscriber, as JSON data by table.

    Args:
        store: the case store.
        subscriber: the id.

    Returns:
        Rows by the name of their table; results of runs as text, octets that are none in hex.

    Raises:
        StoreError: the store cannot be read.
    """
    with store.reading() as connection:
        found = {
            table.name: _rows(connection, select(table).where(table.c.subscriber == subscriber))
            for table in OF_SUBSCRIBER
        }
        runs = [row["id"] for row in found[RUNS.name]]
        actions = [row["id"] for row in found[ACTION_RECORDS.name]]
        found[OUTBOX.name] = list(map(_plain_row, letters_of(connection, subscriber)))
        for table, column, ids in (
            (RUN_ENTRIES, RUN_ENTRIES.c.run, runs),
            (RUN_RESULTS, RUN_RESULTS.c.run, runs),
            (ACTION_ENTRIES, ACTION_ENTRIES.c.action, actions),
        ):
            found[table.name] = [
                row
                for some in _some(ids)
                for row in _rows(connection, select(table).where(column.in_(some)))
            ]
    return found


def erase(
    connection: Connection, subscriber: str, addresses: Collection[str] = frozenset()
) -> Erased:
    """Erase a subscriber; what remains of cases and runs is what was found, and when.

    Args:
        connection: in a transaction.
        subscriber: the id.
        addresses: of their router, beside those that their runs have used: the runs of others,
            who were compared with them, keep none.

    Returns:
        What is gone.

    Raises:
        RunError: a run or a change of theirs has no end yet: what stands there must be known
            first.
    """
    runs = _ids(connection, select(RUNS.c.id).where(RUNS.c.subscriber == subscriber))
    going = _ids(
        connection,
        select(RUNS.c.id).where(
            RUNS.c.subscriber == subscriber, RUNS.c.state.in_([one.value for one in GOES_ON])
        ),
    )
    if going:
        raise RunError(f"run {going[0]} has no end yet: resume or cancel it first")
    actions = _actions(connection, subscriber)
    routers = routers_of(connection, subscriber).union(addresses)
    erase_addresses(connection, subscriber, routers)
    _drop_runs(connection, runs)
    _drop_actions(connection, actions)
    connection.execute(
        update(RUNS)
        .where(RUNS.c.subscriber == subscriber)
        .values(subscriber=None, ticket=None, order_key=None, wish="{}", router=None, words=ERASED)
    )
    erase_letters(connection, subscriber)
    cases = connection.execute(
        update(CASES)
        .where(CASES.c.subscriber == subscriber)
        .values(subscriber=None, ticket=None, desk=None, desk_ticket=None, words=ERASED)
    )
    connection.execute(  # whose ticket waited: it starts nothing any more
        update(CASES)
        .where(CASES.c.subscriber.is_(None), CASES.c.ticket.is_(None), CASES.c.words == ERASED)
        .where(CASES.c.state == OPEN)
        .values(state=CLOSED)
    )
    connection.execute(
        update(INCOMING_TICKETS)
        .where(INCOMING_TICKETS.c.subscriber == subscriber)
        .values(
            subscriber=None,
            ticket="{}",
            document=None,
            state=TicketState.REFUSED.value,  # also one that waits starts nothing any more
            words=ERASED,
        )
    )
    for table in (CONSENTS, CONSENT_CODES, LAPTOP_PERSONAL, REPAIRS):
        connection.execute(delete(table).where(table.c.subscriber == subscriber))
    numbers = connection.execute(
        select(AUDIT_PERSONAL.c.seq).where(AUDIT_PERSONAL.c.subscriber == subscriber)
    )
    gone = numbers_text(numbers.scalars().all())
    connection.execute(delete(AUDIT_PERSONAL).where(AUDIT_PERSONAL.c.subscriber == subscriber))
    return Erased(cases=int(cases.rowcount), runs=len(runs), actions=tuple(actions), numbers=gone)


def prune(connection: Connection, before: datetime) -> Erased:
    """Drop cases that were opened before a moment and are nobody's work any more, with their runs.

    Changes and letters that ended, consents and codes that expired and repairs that were planned
    before it go too, and tickets that came in: with their run, or alone where they have started
    none. The audit trail stays.

    Args:
        connection: in a transaction.
        before: the moment.

    Returns:
        What is gone.
    """
    moment = moment_text(before)
    going = select(RUNS.c.case_id).where(RUNS.c.state.in_([one.value for one in GOES_ON]))
    unsent = select(OUTBOX.c.case_id).where(
        OUTBOX.c.case_id.is_not(None), OUTBOX.c.ended_at.is_(None)
    )
    incidents = select(INCIDENTS.c.case_id).where(
        INCIDENTS.c.case_id.is_not(None), INCIDENTS.c.cleared_at.is_(None)
    )
    old = select(CASES.c.id).where(
        CASES.c.opened_at < moment,
        CASES.c.state != OPEN,
        CASES.c.id.not_in(going),
        CASES.c.id.not_in(unsent),
        CASES.c.id.not_in(incidents),
    )
    cases = _ids(connection, old)
    runs = _ids(connection, select(RUNS.c.id).where(RUNS.c.case_id.in_(old)))
    actions = _ids(
        connection, select(ACTION_RECORDS.c.id).where(ACTION_RECORDS.c.ended_at < moment)
    )
    _drop_runs(connection, runs)
    _drop_actions(connection, actions)
    for some in _some(runs):
        connection.execute(delete(RUNS).where(RUNS.c.id.in_(some)))
    tickets = connection.execute(delete(INCOMING_TICKETS).where(_is_done(moment)))
    letters = connection.execute(delete(OUTBOX).where(OUTBOX.c.ended_at < moment))
    for some in _some(cases):
        connection.execute(update(CASES).where(CASES.c.parent.in_(some)).values(parent=None))
    for some in _some(cases):
        connection.execute(delete(OUTBOX).where(OUTBOX.c.case_id.in_(some)))
        connection.execute(delete(CASES).where(CASES.c.id.in_(some)))
    for table in (CONSENTS, CONSENT_CODES):
        connection.execute(delete(table).where(table.c.expires_at < moment))
    connection.execute(delete(REPAIRS).where(REPAIRS.c.planned_at < moment))
    return Erased(
        cases=len(cases),
        runs=len(runs),
        actions=tuple(actions),
        numbers="",
        tickets=tickets.rowcount,
        letters=letters.rowcount,
    )


def _is_done(moment: str) -> ColumnElement[bool]:
    """Tell a ticket whose run is gone, or that has started none and is old."""
    came = INCOMING_TICKETS.c
    alone = and_(came.run.is_(None), came.received_at < moment)
    gone = and_(came.run.is_not(None), came.run.not_in(select(RUNS.c.id)))
    return and_(came.state != TicketState.WAITING.value, or_(alone, gone))


def _actions(connection: Connection, subscriber: str) -> list[str]:
    mine = ACTION_RECORDS.c.subscriber == subscriber
    unfinished = select(ACTION_RECORDS.c.id, ACTION_RECORDS.c.kind).where(
        mine, ACTION_RECORDS.c.ended_at.is_(None)
    )
    for action_id, kind in connection.execute(unfinished).all():
        raise RunError(
            f"change {action_id} has no end yet: cpe-diag {kind} recover {action_id} (or close)"
        )
    return _ids(connection, select(ACTION_RECORDS.c.id).where(mine))


def _drop_runs(connection: Connection, runs: Sequence[str]) -> None:
    for some in _some(runs):
        for table in (RUN_ENTRIES, RUN_RESULTS):
            connection.execute(delete(table).where(table.c.run.in_(some)))


def _drop_actions(connection: Connection, actions: Sequence[str]) -> None:
    for some in _some(actions):
        connection.execute(delete(ACTION_ENTRIES).where(ACTION_ENTRIES.c.action.in_(some)))
        connection.execute(delete(ACTION_RECORDS).where(ACTION_RECORDS.c.id.in_(some)))


def _some(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """Give ids in parts, for no database takes any number of them in one statement."""
    for start in range(0, len(ids), PART):
        yield ids[start : start + PART]


def _ids(connection: Connection, wanted: Select[Any]) -> list[str]:
    return [str(one) for one in connection.execute(wanted).scalars().all()]


def _rows(connection: Connection, wanted: Select[Any]) -> list[dict[str, Any]]:
    rows = connection.execute(wanted).mappings().all()
    return [_plain_row({str(name): value for name, value in row.items()}) for row in rows]


def _plain_row(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _plain(value) for name, value in row.items() if name not in HIDDEN}


def _plain(value: object) -> object:
    if isinstance(value, bytes | memoryview):
        octets = bytes(value)
        try:
            value = octets.decode("utf-8")
        except UnicodeDecodeError:
            return octets.hex()
    if isinstance(value, str) and value.startswith(("{", "[")):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value
