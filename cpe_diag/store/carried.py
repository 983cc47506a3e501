"""Runs that were done elsewhere, without a way to this store: taken out there, brought in here.

A run keeps its id wherever it goes. Brought in twice it is there once; where two stores tell it
otherwise, this store's stays as it is and the difference is told.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import insert, select

from cpe_diag.domain.failures import PackError, StoreError
from cpe_diag.domain.missing import LATER
from cpe_diag.store.run_tables import CASES, RUN_ENTRIES, RUN_RESULTS, RUNS

if TYPE_CHECKING:
    from sqlalchemy import Connection, Table

    from cpe_diag.store.case_store import CaseStore

Row = Mapping[str, str | int | float | None]

NOT_CARRIED: Final = frozenset({"worker", "lease_until", "order_key", "batch"})
"""Of a run: who did it, and what another store orders it by. They mean nothing elsewhere."""
OF_HERE: Final = frozenset({"state", "destination", "parent", "desk", "desk_ticket", "warned_at"})
"""Of a case: what is done with it further, which each store decides for itself."""
OPEN: Final = "open"
WISH: Final = "wish"
SEALED: Final = "sealed"


@dataclass(frozen=True, slots=True, kw_only=True)
class CarriedRun:
    """One run that has ended, whole; the rows of its case, itself and its journal as JSON.

    `files` are those of its bundle, in base64. `values` were sealed in its wish with the key of
    the store that it comes from, which alone opens them; `lost` says why it could not.
    """

    case: str
    run: str
    entries: tuple[str, ...]
    files: Mapping[str, str]
    values: Mapping[str, str] = field(default_factory=dict, repr=False, metadata={LATER: True})
    lost: str = field(default="", metadata={LATER: True})


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueSeal:
    """How a store seals the values of runs, and opens them."""

    close: Callable[[Mapping[str, str]], str]
    open: Callable[[str], Mapping[str, str]]
    """StoreError: they were sealed with another key."""


class Arrival(StrEnum):
    """What became of a run that was brought in."""

    NEW = "new"
    SAME = "same"
    """It was here, and is the same."""
    CONFLICT = "conflict"
    """It is here and says something else; nothing was changed."""
    REFUSED = "refused"
    """It is about somebody who was erased here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """One run that was brought in; `words` tell what somebody should look at, or are empty."""

    run: str
    case: str
    arrival: Arrival
    words: str


def ended_runs(store: CaseStore, seal: ValueSeal) -> tuple[CarriedRun, ...]:
    """Give all runs that have ended, the oldest first, with their values open.

    Raises:
        StoreError: the store cannot be read.
    """
    with store.reading() as connection:
        rows = rows_of(connection, RUNS, RUNS.c.ended_at.is_not(None), RUNS.c.submitted_at)
        return tuple(_whole(connection, row, seal) for row in rows)


def _whole(connection: Connection, run: dict[str, Any], seal: ValueSeal) -> CarriedRun:
    name = run["id"]
    wish = json.loads(run[WISH])
    values: Mapping[str, str] = {}
    lost = ""
    try:
        values = seal.open(wish.pop(SEALED, ""))
    except StoreError as error:
        lost = str(error)
    run = run | {WISH: json.dumps(wish, sort_keys=True)}
    (case,) = rows_of(connection, CASES, CASES.c.id == run["case_id"], CASES.c.id)
    results = rows_of(connection, RUN_RESULTS, RUN_RESULTS.c.run == name, RUN_RESULTS.c.name)
    return CarriedRun(
        case=json.dumps(case),
        run=json.dumps({key: value for key, value in run.items() if key not in NOT_CARRIED}),
        entries=tuple(
            json.dumps(entry)
            for entry in rows_of(
                connection, RUN_ENTRIES, RUN_ENTRIES.c.run == name, RUN_ENTRIES.c.seq
            )
        ),
        files={row["name"]: base64.b64encode(bytes(row["content"])).decode() for row in results},
        values=values,
        lost=lost,
    )


def rows_of(connection: Connection, table: Table, which: Any, order: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - SQLAlchemy's expressions
    """Give rows of a table as they are."""
    found = connection.execute(select(table).where(which).order_by(order)).mappings()
    return [dict(row) for row in found]


def bring_in(
    store: CaseStore,
    carried: CarriedRun,
    seal: ValueSeal,
    erased: Callable[[Connection, str, str], bool],
    beside: Collection[str] = (),
) -> Arrived:
    """Bring one run in, whole or not at all.

    Args:
        store: where to.
        carried: the run.
        seal: how its values are sealed here.
        erased: whether a subscriber (second) of a run of a moment (third) must not come.
        beside: cases that come with it: checks of one visit are no surprise to each other.

    Returns:
        What became of it.

    Raises:
        PackError: its rows are not those of this version of the program.
        StoreError: the store cannot be written; nothing was.
    """
    of_case = table_row(CASES, carried.case, frozenset())
    of_run = table_row(RUNS, carried.run, NOT_CARRIED)
    entries = [table_row(RUN_ENTRIES, entry, frozenset()) for entry in carried.entries]
    run, case = str(of_run["id"]), str(of_case["id"])
    words = _unopened(carried, of_run)
    of_run = {**of_run, WISH: _sealed_here(str(of_run[WISH]), carried.values, seal)}
    whose, since = {of_run["subscriber"], of_case["subscriber"]}, str(of_run["submitted_at"])
    with store.writing() as connection:
        if any(one is not None and erased(connection, str(one), since) for one in whose):
            refused = "its subscriber was erased here: nothing of them is taken in again"
            return Arrived(run=run, case=case, arrival=Arrival.REFUSED, words=refused)
        here = rows_of(connection, RUNS, RUNS.c.id == run, RUNS.c.id)
        if here:
            words = _difference(_whole(connection, here[0], seal), carried)
            arrival = Arrival.CONFLICT if words else Arrival.SAME
            return Arrived(run=run, case=case, arrival=arrival, words=words)
        words = "; ".join(filter(None, (words, _of_cases(connection, of_case, beside))))
        if not rows_of(connection, CASES, CASES.c.id == case, CASES.c.id):
            connection.execute(insert(CASES).values(**{**of_case, "parent": None}))
        connection.execute(insert(RUNS).values(**of_run))
        for entry in entries:
            connection.execute(insert(RUN_ENTRIES).values(**entry))
        for name, content in carried.files.items():
            whole = base64.b64decode(content)
            connection.execute(insert(RUN_RESULTS).values(run=run, name=name, content=whole))
    return Arrived(run=run, case=case, arrival=Arrival.NEW, words=words)


def table_row(table: Table, text: str, without: frozenset[str]) -> Row:
    """Read a row, and hold it to the table's columns.

    Raises:
        PackError: there is one too few or too many.
    """
    row: Row = json.loads(text)
    wanted = {column.name for column in table.columns} - without
    if set(row) != wanted:
        odd = ", ".join(sorted(set(row) ^ wanted))
        raise PackError(f"{table.name}: another version of cpe-diag has written it ({odd})")
    return row


def _sealed_here(wish: str, values: Mapping[str, str], seal: ValueSeal) -> str:
    """Give a wish with its values sealed for this store."""
    said = json.loads(wish)
    return json.dumps(said | {SEALED: seal.close(values)} if values else said)


def _unopened(carried: CarriedRun, run: Row) -> str:
    """Say why the values of a run cannot be opened here; empty where they can, or are none."""
    if carried.lost:
        return f"the values of its changes stayed behind: {carried.lost}"
    if json.loads(str(run[WISH])).get(SEALED):
        return "an older cpe-diag has sealed the values of its changes: nobody here can open them"
    return ""


def _difference(here: CarriedRun, there: CarriedRun) -> str:
    """Name what two stores tell otherwise of one run; empty where nothing."""
    ours, theirs = _comparable(here), _comparable(there)
    parts = [
        f"{name}: here {ours.get(name)!r}, there {value!r}"
        for name, value in theirs.items()
        if ours.get(name) != value
    ]
    if here.values != there.values and not (here.lost or there.lost):
        parts.append("the values of its changes")
    if here.entries != there.entries:
        parts.append(f"its journal: here {len(here.entries)} entries, there {len(there.entries)}")
    parts += [
        f"its file {name}"
        for name in sorted({*here.files, *there.files})
        if here.files.get(name) != there.files.get(name)
    ]
    return "; ".join(parts)


def _comparable(run: CarriedRun) -> dict[str, Any]:
    """Give a run's row with what the wish says apart from its seal, which is never the same."""
    row: dict[str, Any] = json.loads(run.run)
    wish = {key: value for key, value in json.loads(row[WISH]).items() if key != SEALED}
    return row | {WISH: wish}


def _of_cases(connection: Connection, case: Row, beside: Collection[str]) -> str:
    """Say what somebody should look at: two cases of one ticket, or one case told in two ways."""
    same = rows_of(connection, CASES, CASES.c.id == case["id"], CASES.c.id)
    if same:
        odd = [
            name
            for name, value in case.items()
            if name not in OF_HERE and same[0].get(name) != value
        ]
        return f"case {case['id']} is told in two ways: {', '.join(odd)}" if odd else ""
    if case["ticket"] is None:
        return ""
    which = (CASES.c.ticket == case["ticket"]) & (CASES.c.subscriber == case["subscriber"])
    found = [str(row["id"]) for row in rows_of(connection, CASES, which, CASES.c.id)]
    others = [one for one in found if one not in beside]
    if not others:
        return ""
    return f"ticket {case['ticket']} has another case here: {', '.join(others)}"
