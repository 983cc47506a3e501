"""A clock that tests move, or that moves by itself when nothing else is left to do."""

from __future__ import annotations

import asyncio
import heapq
from datetime import UTC, datetime, timedelta
from typing import Final

SETTLED_AFTER: Final = 100
"""Turns of the event loop without a new or woken sleeper, after which all tasks are taken to
wait for time. A fake needs fewer than ten turns between two waits."""


class FakeClock:
    """A Clock for tests that never takes real time.

    Time stands still while any task has something to do. When all of them wait, it jumps to the
    earliest moment that somebody sleeps for, so a run with limits of minutes ends at once and in
    the same order every time. Do not use it beside real sockets: waiting for a socket looks
    like having nothing to do. With `jumps=False` only `advance` moves it.
    """

    def __init__(
        self,
        *,
        at: datetime = datetime(2026, 3, 1, 12, 0, tzinfo=UTC),
        monotonic_s: float = 1000.0,
        jumps: bool = True,
    ) -> None:
        """Start at a time of day and a monotonic reading, which have nothing to do with it."""
        self._at = at
        self._start_s = monotonic_s
        self._now_s = monotonic_s
        self._jumps = jumps
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._changes = 0
        self._watching = False

    def now(self) -> datetime:
        """Give the time of day in UTC."""
        return self._at + timedelta(seconds=self._now_s - self._start_s)

    def monotonic(self) -> float:
        """Give the seconds."""
        return self._now_s

    async def sleep_until(self, when: float) -> None:
        """Wait until the clock reaches `when`; a moment that has passed only lets others run."""
        if when <= self._now_s:
            await asyncio.sleep(0)
            return
        loop = asyncio.get_running_loop()
        wake = loop.create_future()
        self._changes += 1
        heapq.heappush(self._sleepers, (when, self._changes, wake))
        if self._jumps and not self._watching:
            self._watching = True
            loop.call_soon(self._watch, loop, 0, self._changes)
        await wake

    def advance(self, seconds: float) -> None:
        """Move the clock and wake who slept for a moment that has come."""
        self._reach(self._now_s + seconds)

    def _watch(self, loop: asyncio.AbstractEventLoop, turns: int, changes: int) -> None:
        """Count quiet turns of the loop; after enough of them jump to the next sleeper."""
        while self._sleepers and self._sleepers[0][2].done():
            heapq.heappop(self._sleepers)
        if not self._sleepers:
            self._watching = False
            return
        if changes != self._changes:
            turns = 0
        elif turns >= SETTLED_AFTER:
            self._reach(self._sleepers[0][0])
            turns = 0
        loop.call_soon(self._watch, loop, turns + 1, self._changes)

    def _reach(self, when: float) -> None:
        self._now_s = max(self._now_s, when)
        while self._sleepers and self._sleepers[0][0] <= self._now_s:
            wake = heapq.heappop(self._sleepers)[2]
            if not wake.done():
                wake.set_result(None)
        self._changes += 1
