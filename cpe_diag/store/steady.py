"""Moments for what ends by itself, which no clock of a worker's machine moves when it is set.

A lease, a hold and a consent last for so long, whatever the time of day is said to be. On a
server they are measured by its clock, which is one for all; in a file by the seconds of this
machine since its start, on which all are who share the file. No person is told such a moment.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import DateTime, String, and_, bindparam, case, func, or_

from cpe_diag.store.case_tables import moment_text
from cpe_diag.store.processes import boot

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

LONGEST: Final = timedelta(minutes=10)
"""No lease lasts longer: what does was written before this machine was last started."""
SERVER: Final = "server"

# PostgreSQL manual, "Data Type Formatting Functions": as `moment_text` writes it.
_FORMAT: Final = 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Steady:
    """The moments of one store. `seconds` are those of this machine, `ahead` is added to all."""

    is_file: bool
    seconds: Callable[[], float] = time.monotonic
    ahead: timedelta = timedelta()

    @property
    def name(self) -> str | None:
        """Say which moments can be compared with each other; None: this system does not tell."""
        return (boot() or None) if self.is_file else SERVER

    def moment(self, after: timedelta = timedelta()) -> ColumnElement[str]:
        """Give the moment that comes `after` this one, as a column holds it."""
        later = after + self.ahead
        if self.is_file:
            return bindparam(None, type_=String, callable_=lambda: self._text(later))
        now = func.clock_timestamp(type_=DateTime(timezone=True))
        said: ColumnElement[str] = func.to_char(func.timezone("UTC", now + later), _FORMAT)
        return said

    def _text(self, later: timedelta) -> str:
        """Write the moment as it is when a statement is executed, however long it was kept."""
        return moment_text(datetime.fromtimestamp(self.seconds(), UTC) + later)

    def is_over(self, until: ColumnElement[str]) -> ColumnElement[bool]:
        """Say whether a lease that was given until a moment has ended."""
        past: ColumnElement[bool] = until <= self.moment()
        return or_(past, until > self.moment(LONGEST)) if self.is_file else past

    def has_ended(
        self, ends_at: ColumnElement[str], ends_by: ColumnElement[str], by_day: ColumnElement[bool]
    ) -> ColumnElement[bool]:
        """Say whether what lasts for longer than a lease has ended.

        Args:
            ends_at: when, a moment of the store that has written it.
            ends_by: whose moment that is, its `name` of then.
            by_day: the same by the time of day. It decides alone where the moment is of another
                start of this machine or of an older version, and has its say in a file too: the
                seconds of a machine stand still while it sleeps.

        Returns:
            On a server, what its clock says.
        """
        if self.name is None:
            return by_day
        ours, past = ends_by.is_not_distinct_from(self.name), ends_at <= self.moment()
        if self.is_file:
            return or_(by_day, and_(ours, past))
        return case((ours, past), else_=by_day)
