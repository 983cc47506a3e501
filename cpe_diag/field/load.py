"""Loads the line one way after the other, and asks meanwhile how long a first packet takes."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import Failure, FailureKind, MeasurementError
from cpe_diag.domain.field_load_facts import Direction, FieldLoad, LoadRun, LoadTool
from cpe_diag.domain.missing import Missing
from cpe_diag.driver_kit.parsers.trains import spread
from cpe_diag.field import iperf3, ndt7
from cpe_diag.field.load_order import NotLoadedError
from cpe_diag.transports.time_left import time_left

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from cpe_diag.domain.load_facts import PathQuality
    from cpe_diag.domain.missing import Maybe
    from cpe_diag.field.load_order import Came, LoadOrder
    from cpe_diag.ports import Clock

    Connect = Callable[..., Awaitable[float]]

LOOK: Final = "field.look"
APART_S: Final = 0.1
LOST_AFTER_S: Final = 0.9
"""Before a first packet is sent again (RFC 6298, section 2: after 1 s)."""
IDLE: Final = 15
SETTLED_S: Final = 1.0
"""So long a load grows at first: what is asked before is of no full line."""
BESIDE_S: Final = 10.0
"""Around each load: connecting, and what the two ends tell each other."""


async def loaded(
    order: LoadOrder, address: str, connect: Connect, *, clock: Clock, deadline: float
) -> FieldLoad:
    """Measure the idle line, then load it both ways by each tool that is named.

    Args:
        order: by whom, how long, how much.
        address: of the reference, for the fact.
        connect: opens and drops a connection to the reference, as Prober.tcp_connect.
        clock: of the run.
        deadline: absolute, monotonic seconds.

    Returns:
        What came through, and how long first packets took.

    Raises:
        MeasurementError: `field.look`: UNSUPPORTED: no tool could be run; `next_step` is the
            command that helps, where there is one.
    """
    idle = await _train(address, connect, IDLE, clock)
    runs: list[LoadRun] = []
    failed: list[NotLoadedError] = []
    for tool, direction in _wanted(order):
        if time_left(clock, deadline) < order.seconds + BESIDE_S:
            failed.append(NotLoadedError(f"{tool.value} {direction.value}: no time was left"))
            continue
        beside = asyncio.create_task(_beside(order, address, connect, clock))
        try:
            came = await _load(order, tool, direction)
        except NotLoadedError as error:
            failed.append(error)
            beside.cancel()
            with suppress(asyncio.CancelledError):
                await beside
            continue
        runs.append(
            LoadRun(
                tool=tool,
                server=str(order.iperf3[0] if order.iperf3 else "")
                if tool is LoadTool.IPERF3
                else order.ndt7 or "",
                direction=direction,
                received_bytes=came.received_bytes,
                took_s=came.took_s,
                loaded=await beside,
            )
        )
    if not runs:
        raise _none(failed)
    untried = tuple(dict.fromkeys(str(error) for error in failed))
    return FieldLoad(idle=idle, runs=tuple(runs), most_bps=order.most_bps, untried=untried)


def _wanted(order: LoadOrder) -> Sequence[tuple[LoadTool, Direction]]:
    tools = [LoadTool.IPERF3] if order.iperf3 else []
    tools += [LoadTool.NDT7] if order.ndt7 else []
    return [(tool, direction) for tool in tools for direction in Direction]


async def _load(order: LoadOrder, tool: LoadTool, direction: Direction) -> Came:
    if tool is LoadTool.IPERF3:
        return await iperf3.load(order, direction)
    return await asyncio.to_thread(ndt7.load, order, direction)


async def _beside(
    order: LoadOrder, address: str, connect: Connect, clock: Clock
) -> Maybe[PathQuality]:
    """Ask while the line is full."""
    await clock.sleep_until(clock.monotonic() + SETTLED_S)
    count = int((order.seconds - SETTLED_S - LOST_AFTER_S) / APART_S)
    if count < 1:
        return Missing(why=FailureKind.NOT_MEASURED)
    return await _train(address, connect, count, clock)


async def _train(address: str, connect: Connect, count: int, clock: Clock) -> Maybe[PathQuality]:
    """Open a connection every tenth of a second; which are not answered in time are lost."""
    begun_s = clock.monotonic()
    refused: list[FailureKind] = []

    async def one(number: int) -> tuple[int, float | None]:
        at_s = begun_s + number * APART_S
        await clock.sleep_until(at_s)
        try:
            return number, await connect(deadline=at_s + LOST_AFTER_S)
        except MeasurementError as error:
            if error.failure.kind is not FailureKind.SILENT:
                refused.append(error.failure.kind)
            return number, None

    answers = await asyncio.gather(*(one(number) for number in range(count)))
    if refused:
        return Missing(why=refused[0])
    return spread(address, count, {number: rtt for number, rtt in answers if rtt is not None})


def _none(failed: Sequence[NotLoadedError]) -> MeasurementError:
    command = next((error.command for error in failed if error.command), None)
    failure = Failure(
        kind=FailureKind.UNSUPPORTED,
        where="load",
        detail="; ".join(dict.fromkeys(str(error) for error in failed)) or "nothing was run",
        next_step=command,
    )
    return MeasurementError(failure, LOOK)
