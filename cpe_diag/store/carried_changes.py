"""Changes that were done elsewhere and have ended there: their journals, as they were written.

As runs (`carried`), they keep their ids, and what two stores tell otherwise is told, not merged.
What consents they rested on the audit chain tells that comes with them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select

from cpe_diag.store.carried import Arrival, rows_of, table_row
from cpe_diag.store.run_tables import ACTION_ENTRIES, ACTION_RECORDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

    from cpe_diag.store.case_store import CaseStore


@dataclass(frozen=True, slots=True, kw_only=True)
class CarriedChange:
    """One change that has ended: the row of its record, and those of its journal, as JSON."""

    record: str
    entries: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrivedChange:
    """One change that was brought in; `words` tell what somebody should look at, or are empty."""

    change: str
    arrival: Arrival
    words: str


def ended_changes(store: CaseStore) -> tuple[CarriedChange, ...]:
    """Give all changes that have ended, the oldest first.

    Raises:
        StoreError: the store cannot be read.
    """
    with store.reading() as connection:
        ended = ACTION_RECORDS.c.ended_at.is_not(None)
        rows = rows_of(connection, ACTION_RECORDS, ended, ACTION_RECORDS.c.begun_at)
        return tuple(_whole(connection, row) for row in rows)


def ids_of_ended(store: CaseStore) -> frozenset[str]:
    """Give the ids of all changes that have ended.

    Raises:
        StoreError: the store cannot be read.
    """
    wanted = select(ACTION_RECORDS.c.id).where(ACTION_RECORDS.c.ended_at.is_not(None))
    with store.reading() as connection:
        return frozenset(map(str, connection.execute(wanted).scalars().all()))


def bring_change_in(
    store: CaseStore, carried: CarriedChange, erased: Callable[[Connection, str, str], bool]
) -> ArrivedChange:
    """Bring one change in, whole or not at all.

    Args:
        store: where to.
        carried: the change.
        erased: whether a subscriber (second) of a change of a moment (third) must not come.

    Returns:
        What became of it.

    Raises:
        PackError: its rows are not those of this version of the program.
        StoreError: the store cannot be written; nothing was.
    """
    record = table_row(ACTION_RECORDS, carried.record, frozenset())
    entries = [table_row(ACTION_ENTRIES, entry, frozenset()) for entry in carried.entries]
    name, whose = str(record["id"]), record["subscriber"]
    with store.writing() as connection:
        if whose is not None and erased(connection, str(whose), str(record["begun_at"])):
            words = "its subscriber was erased here: nothing of them is taken in again"
            return ArrivedChange(change=name, arrival=Arrival.REFUSED, words=words)
        here = rows_of(
            connection, ACTION_RECORDS, ACTION_RECORDS.c.id == name, ACTION_RECORDS.c.id
        )
        if here:
            same = _plain(_whole(connection, here[0])) == _plain(carried)
            words = "" if same else "its journal is told otherwise here"
            arrival = Arrival.SAME if same else Arrival.CONFLICT
            return ArrivedChange(change=name, arrival=arrival, words=words)
        connection.execute(insert(ACTION_RECORDS).values(**record))
        for entry in entries:
            connection.execute(insert(ACTION_ENTRIES).values(**entry))
    return ArrivedChange(change=name, arrival=Arrival.NEW, words="")


def _whole(connection: Connection, row: dict[str, Any]) -> CarriedChange:
    which = ACTION_ENTRIES.c.action == row["id"]
    entries = rows_of(connection, ACTION_ENTRIES, which, ACTION_ENTRIES.c.seq)
    return CarriedChange(
        record=json.dumps(row), entries=tuple(json.dumps(entry) for entry in entries)
    )


def _plain(change: CarriedChange) -> tuple[Any, list[Any]]:
    return json.loads(change.record), [json.loads(entry) for entry in change.entries]
