"""Whether a run may be taken up now: how many are on its access node, how many have just begun."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select

from cpe_diag.domain.failures import RunError
from cpe_diag.domain.run_journal import RunState
from cpe_diag.store.case_tables import moment_of, moment_text
from cpe_diag.store.one_at_a_time import one_at_a_time
from cpe_diag.store.run_queries import is_orphan
from cpe_diag.store.run_rows import run_row
from cpe_diag.store.run_tables import RUNS

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from cpe_diag.store.run_rows import RunRow
    from cpe_diag.store.steady import Steady

MINUTE: Final = timedelta(minutes=1)


class NoRoomError(RunError):
    """As many runs as may be are there, or have just begun: this one comes again later.

    `minute_s`: where as many have begun in a minute as may, the seconds until one more may.
    """

    def __init__(self, words: str, minute_s: float | None = None) -> None:
        """Say why in `words`."""
        super().__init__(words)
        self.minute_s = minute_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """How many runs may be on one access node, and begin in a minute in one region.

    None: as many as come.
    """

    per_node: int | None = None
    per_minute: int | None = None


def check_room(
    connection: Connection, steady: Steady, run: RunRow, room: Room, at: datetime
) -> None:
    """Keep others from taking such runs up until the transaction ends.

    A run that was begun waits for nothing: it may have begun a change.

    Raises:
        NoRoomError: as many are there, or have begun in the minute before `at`, as may be.
    """
    if run.attempt:
        return
    if room.per_minute is not None:
        _check_rate(connection, run.region or "", room.per_minute, at)
    if room.per_node is not None and run.node is not None:
        _check_node(connection, steady, run, room.per_node)


def _check_rate(connection: Connection, region: str, per_minute: int, at: datetime) -> None:
    """Count what has begun, by the time of day: a clock that is ahead counts for a minute only."""
    one_at_a_time(connection, "rate", region)
    begun = (
        select(RUNS.c.started_at)
        .where(func.coalesce(RUNS.c.region, "") == region)
        .where(RUNS.c.started_at > moment_text(at - MINUTE))
        .where(RUNS.c.started_at < moment_text(at + MINUTE))
        .order_by(RUNS.c.started_at.desc())
        .limit(1)
        .offset(per_minute - 1)
    )
    first = connection.execute(begun).scalar_one_or_none()
    if first is not None:
        raise NoRoomError(
            f"{per_minute} runs have begun in a minute, which is as many as may",
            (moment_of(first) + MINUTE - at).total_seconds(),
        )


def _check_node(connection: Connection, steady: Steady, run: RunRow, per_node: int) -> None:
    one_at_a_time(connection, "node", run.node or "")
    there = select(RUNS).where(
        RUNS.c.state == RunState.RUNNING.value,
        RUNS.c.node == run.node,
        RUNS.c.id != run.id,
        ~steady.is_over(RUNS.c.lease_until),
    )
    rows = map(run_row, connection.execute(there).mappings().all())
    if sum(not is_orphan(connection, steady, one) for one in rows) >= per_node:
        raise NoRoomError(f"{per_node} runs are on {run.node}, which is as many as may be")
