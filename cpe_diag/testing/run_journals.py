"""A RunJournal in memory, which passes the same checks as the store's."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cpe_diag.domain.failures import RunError, StoreError
from cpe_diag.domain.run_journal import RunEntry

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(slots=True, kw_only=True)
class FakeRunJournal:
    """A journal of one run.

    It is full after `room` calls of `note`, and another worker's after `ours_for`, where these are
    not None; `stops_after` is after how many calls somebody wants the run cancelled. `earlier` is
    how many entries the workers before have noted.
    """

    entries: list[RunEntry] = field(default_factory=list)
    notes: int = 0
    room: int | None = None
    ours_for: int | None = None
    stops_after: int | None = None
    earlier: int = 0

    async def note(
        self,
        entries: Sequence[RunEntry],
        *,
        first: int,
        needed: bool = False,  # noqa: ARG002 - nothing is waited for
    ) -> None:
        """Append entries."""
        if self.ours_for is not None and self.notes >= self.ours_for:
            raise RunError("run run-1 has ended, or another worker has taken it up")
        if self.room is not None and self.notes >= self.room:
            raise StoreError("case store: there is no room left on the disk")
        self.notes += 1
        known = len(self.entries) - self.earlier - first
        self.entries.extend(entries[known:])

    async def stop_asked(self) -> bool:
        """Say whether somebody wants the run cancelled."""
        return self.stops_after is not None and self.notes >= self.stops_after
