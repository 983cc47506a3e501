"""What a laptop's store keeps once its pack is over: its audit chain, and no person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, func, select, update

from cpe_diag.domain.run_journal import GOES_ON, RunState
from cpe_diag.store import (
    incident_tables,
    incoming_tables,
    laptop_tables,
    outbox_tables,
    page_tables,
    repair_tables,
)
from cpe_diag.store.audit_links import numbers_text
from cpe_diag.store.case_tables import (
    AUDIT_HEAD,
    AUDIT_LINKS,
    AUDIT_PERSONAL,
    METADATA,
    moment_of,
    moment_text,
)
from cpe_diag.store.run_queries import is_orphan
from cpe_diag.store.run_rows import run_row
from cpe_diag.store.run_tables import ACTION_ENTRIES, ACTION_RECORDS, RUN_ENTRIES, RUNS

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from cpe_diag.store.steady import Steady

STAYS: Final = frozenset({AUDIT_LINKS.name, AUDIT_HEAD.name})
EVERY_TABLE: Final = (
    incident_tables,
    incoming_tables,
    laptop_tables,
    outbox_tables,
    page_tables,
    repair_tables,
)
"""Modules that add tables to METADATA: all must be known here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Emptied:
    """What is gone: runs, ended changes by their ids, and audit entries by their numbers."""

    runs: int
    actions: tuple[str, ...]
    numbers: str


def newest_moment(connection: Connection) -> datetime | None:
    """Give the latest time that anything here was noted at; None: nothing was."""
    columns = (AUDIT_LINKS.c.at, RUNS.c.submitted_at, RUNS.c.ended_at, RUN_ENTRIES.c.at)
    found = [connection.execute(select(func.max(one))).scalar() for one in columns]
    return max((moment_of(one) for one in found if one is not None), default=None)


def end_orphans(connection: Connection, steady: Steady, at: datetime, words: str) -> int:
    """End all runs without an end that nobody does any more.

    Returns:
        How many are still being done.
    """
    going = RUNS.c.state.in_([one.value for one in GOES_ON])
    running = select(RUNS).where(RUNS.c.state == RunState.RUNNING.value)
    rows = map(run_row, connection.execute(running).mappings().all())
    live = sum(not is_orphan(connection, steady, row) for row in rows)
    if not live:
        connection.execute(
            update(RUNS)
            .where(going)
            .values(
                state=RunState.FAILED.value,
                ended_at=moment_text(at),
                lease_until=None,
                destination="second_line",
                words=words,
            )
        )
    return live


def empty(connection: Connection) -> Emptied:
    """Drop every person and case; a change without an end stays, for what must be given back."""
    runs = int(connection.execute(select(func.count()).select_from(RUNS)).scalar_one())
    persons = connection.execute(select(AUDIT_PERSONAL.c.seq)).scalars().all()
    ended = select(ACTION_RECORDS.c.id).where(ACTION_RECORDS.c.ended_at.is_not(None))
    actions = tuple(str(one) for one in connection.execute(ended).scalars().all())
    for table in reversed(METADATA.sorted_tables):
        if table.name in STAYS:
            continue
        gone = delete(table)
        if table is ACTION_ENTRIES:
            gone = gone.where(ACTION_ENTRIES.c.action.in_(ended))
        elif table is ACTION_RECORDS:
            gone = gone.where(ACTION_RECORDS.c.ended_at.is_not(None))
        connection.execute(gone)
    return Emptied(runs=runs, actions=actions, numbers=numbers_text(persons))
