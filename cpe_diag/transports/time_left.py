"""Absolute deadlines of a Clock, as the timeouts that asyncio understands."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

CONNECT_WITHIN_S: Final = 5.0
"""A host that accepts no TCP connection within this is silent: requests go out at 0, 1 and 3 s
(RFC 6298), and a caller waits. OpenWISP's default for SSH is the same."""

if TYPE_CHECKING:
    from cpe_diag.ports import Clock


def time_left(clock: Clock, deadline: float) -> float:
    """Give the seconds until a deadline, never negative.

    Args:
        clock: whose monotonic seconds the deadline counts.
        deadline: absolute.

    Returns:
        Seconds, 0.0 where the deadline is past.
    """
    return max(0.0, deadline - clock.monotonic())


def until(clock: Clock, deadline: float) -> asyncio.Timeout:
    """Bound a block of code: it raises TimeoutError at the deadline.

    Args:
        clock: whose monotonic seconds the deadline counts.
        deadline: absolute.

    Returns:
        A context manager for `async with`.
    """
    return asyncio.timeout(time_left(clock, deadline))
