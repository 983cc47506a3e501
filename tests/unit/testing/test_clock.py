"""The clock of the tests itself: it never takes real time and never goes too early."""

from __future__ import annotations

import asyncio

from cpe_diag.testing.clock import FakeClock


async def test_sleepers_wake_in_the_order_of_their_moments() -> None:
    """Runs with fakes have to go in the same order every time."""
    clock = FakeClock()
    woken: list[tuple[str, float]] = []

    async def sleep(name: str, seconds: float) -> None:
        await clock.sleep_until(clock.monotonic() + seconds)
        woken.append((name, clock.monotonic()))

    await asyncio.gather(sleep("late", 900.0), sleep("early", 1.0), sleep("middle", 30.0))
    assert woken == [("early", 1001.0), ("middle", 1030.0), ("late", 1900.0)]


async def test_time_stands_still_while_a_task_has_something_to_do() -> None:
    """A deadline must not pass only because the tests compute."""
    clock = FakeClock()
    limit = asyncio.create_task(clock.sleep_until(clock.monotonic() + 5.0))
    for _ in range(50):
        await asyncio.sleep(0)
    assert clock.monotonic() == 1000.0
    await limit
    assert clock.monotonic() == 1005.0


async def test_a_cancelled_sleeper_does_not_move_the_clock() -> None:
    """The watchdog of a step that ended early must not cost its whole limit."""
    clock = FakeClock()
    limit = asyncio.create_task(clock.sleep_until(clock.monotonic() + 600.0))
    await asyncio.sleep(0)
    limit.cancel()
    await clock.sleep_until(clock.monotonic() + 1.0)
    assert clock.monotonic() == 1001.0


async def test_without_jumps_only_the_test_moves_the_clock() -> None:
    """For tests beside something that the clock cannot see."""
    clock = FakeClock(jumps=False)
    sleeper = asyncio.create_task(clock.sleep_until(clock.monotonic() + 2.0))
    for _ in range(300):
        await asyncio.sleep(0)
    assert not sleeper.done()
    clock.advance(2.0)
    await sleeper
    assert (clock.now().minute, clock.now().second) == (0, 2)
