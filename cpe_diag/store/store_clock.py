"""The time of day by the clock of a store, for what several machines compare with each other."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from cpe_diag.ports import Clock
    from cpe_diag.store.case_store import CaseStore


class StoreClock:
    """A Clock whose seconds are those of this machine, and whose time of day is the store's.

    The store is asked once; after that a machine whose clock is set shows no other time here.
    """

    def __init__(self, store: CaseStore, clock: Clock) -> None:
        """Ask `store` for the time of day; `clock` is of this machine.

        Raises:
            StoreError: the store cannot be asked.
        """
        self._clock = clock
        self._since_s = clock.monotonic()
        self._at = store.now(clock)

    def now(self) -> datetime:
        """Give the time of day in UTC, aware."""
        return self._at + timedelta(seconds=self._clock.monotonic() - self._since_s)

    def monotonic(self) -> float:
        """Give seconds that never go backwards."""
        return self._clock.monotonic()

    async def sleep_until(self, when: float) -> None:
        """Wait until `monotonic()` reaches `when`."""
        await self._clock.sleep_until(when)
