"""The time of this machine, behind the Clock door."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime


class SystemClock:
    """The real clock: UTC of the system, and its monotonic seconds."""

    def now(self) -> datetime:
        """Give the time of day in UTC, aware."""
        return datetime.now(tz=UTC)

    def monotonic(self) -> float:
        """Give seconds that never go backwards."""
        return time.monotonic()

    async def sleep_until(self, when: float) -> None:
        """Wait until `monotonic()` reaches `when`; a time that is past only gives way to others.

        Args:
            when: seconds of `monotonic()`.
        """
        await asyncio.sleep(max(0.0, when - self.monotonic()))
