"""Loads the line one way after the other, and asks meanwhile how long a first packet takes."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from cpe_diag.domain.failures import Failure, FailureKind, MeasurementError
from cpe_diag.domain.field_load_facts import Direction, FieldLoad, LoadRun, LoadTool
from cpe_diag.domain.missing import NOT_ASKED, Missing
from cpe_diag.driver_kit.parsers.trains import spread
from cpe_diag.field import iperf3, ndt7
from cpe_diag.field.load_order import NotLoadedError
from cpe_diag.transports.time_left import time_left

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping, Sequence

    from cpe_diag.domain.load_facts import PathQuality
    from cpe_diag.domain.missing import Maybe
    from cpe_diag.field.load_order import Came, LoadOrder
    from cpe_diag.ports import Clock

    Connect = Callable[..., Awaitable[float]]
    OwnAddress = Callable[[str], Awaitable[str]]
    Trains = tuple[Maybe[PathQuality], Maybe[PathQuality]]
    """To the reference, and to this machine itself."""
    Count = Callable[[], tuple[int, int] | None]

LOOK: Final = "field.look"
APART_S: Final = 0.1
LOST_AFTER_S: Final = 0.9
"""Before a first packet is sent again (RFC 6298, section 2: after 1 s)."""
IDLE: Final = 15
HERE: Final = "127.0.0.1"
SETTLED_S: Final = 1.0
"""So long a load grows at first: what is asked before is of no full line."""
WITH_HEADS: Final = 1.06
"""1,460 octets of TCP in 1,538 on Ethernet, of which a port counts 1,514; and acknowledgements."""
LEAST_SHARE: Final = 0.1
"""Less may be what TCP sent again, or began with before the receiving end counted."""
BESIDE_S: Final = 10.0
"""Around each load: connecting, and what the two ends tell each other."""


async def loaded(  # noqa: PLR0913 - a line, who asks and who loads it
    order: LoadOrder,
    address: str,
    connect: Connect,
    own_address: OwnAddress,
    *,
    clock: Clock,
    deadline: float,
    count: Count = lambda: None,
    sent: Callable[[], int] = lambda: 0,
    connect_here: Connect | None = None,
) -> FieldLoad:
    """Measure the idle line, then load it both ways by each tool that is named.

    Args:
        order: by whom, how long, how much.
        address: of the reference, for the fact.
        connect: opens and drops a connection to the reference, as Prober.tcp_connect.
        own_address: gives an address of a host to which packets leave by the interface that is
            looked at; MeasurementError where there is none.
        clock: of the run.
        deadline: absolute, monotonic seconds.
        count: gives the octets that the laptop's port has taken and sent so far; None: it does
            not count.
        sent: gives how many packets the port has sent so far.
        connect_here: opens and drops a connection to this machine itself, by the same code: how
            long that takes meanwhile is the laptop's own delay.

    Returns:
        What came through, and how long first packets took.

    Raises:
        MeasurementError: `field.look`: UNSUPPORTED: no tool could be run; `next_step` is the
            command that helps, where there is one.
    """
    failed: list[NotLoadedError] = []
    servers: dict[LoadTool, str] = {}
    for tool, host in hosts(order).items():
        with _noted(failed):
            servers[tool] = await _owned(tool, host, own_address)
    if not servers:
        raise _none(failed)
    idle = await _train(address, connect, IDLE, clock)
    runs: list[LoadRun] = []
    for tool, direction in ((tool, way) for tool in servers for way in Direction):
        if time_left(clock, deadline) < order.seconds + BESIDE_S:
            failed.append(NotLoadedError(f"{tool.value} {direction.value}: no time was left"))
            continue
        with _noted(failed):
            server = await _owned(tool, servers[tool], own_address)
            begun_s, before = clock.monotonic(), count()
            came, (quality, own) = await _both(
                _load(order, tool, direction, server, sent),
                _beside(order, address, (connect, connect_here), clock),
            )
            took_s = clock.monotonic() - begun_s
            runs.append(
                LoadRun(
                    tool=tool,
                    server=hosts(order)[tool],
                    direction=direction,
                    received_bytes=came.received_bytes,
                    took_s=came.took_s,
                    loaded=quality,
                    beside_bps=_foreign(direction, came, before, count(), took_s),
                    own=own,
                )
            )
    if not runs:
        raise _none(failed)
    untried = tuple(dict.fromkeys(str(error) for error in failed))
    return FieldLoad(idle=idle, runs=tuple(runs), most_bps=order.most_bps, untried=untried)


def _foreign(
    direction: Direction,
    came: Came,
    before: tuple[int, int] | None,
    after: tuple[int, int] | None,
    took_s: float,
) -> Maybe[float]:
    """Give what else passed the port in that direction, in bit/s; about nothing is 0."""
    if before is None or after is None or took_s <= 0:
        return Missing(why=FailureKind.UNSUPPORTED)
    way = 0 if direction is Direction.DOWN else 1
    passed = after[way] - before[way]
    beside = passed - WITH_HEADS * came.received_bytes
    return round(8.0 * beside / took_s, 1) if beside > LEAST_SHARE * passed else 0.0


def port_of(order: LoadOrder, tool: LoadTool) -> int:
    """Give the port of a tool that is named."""
    if tool is LoadTool.IPERF3 and order.iperf3:
        return order.iperf3[1]
    return ndt7.port_of(order.ndt7 or "")


def most_connections(order: LoadOrder) -> int:
    """Say how many connections to the reference are opened and dropped at most."""
    return IDLE + _count(order) * len(hosts(order)) * len(Direction)


@contextmanager
def _noted(failed: list[NotLoadedError]) -> Iterator[None]:
    """Go on with the next where one could not be run."""
    try:
        yield
    except NotLoadedError as error:
        failed.append(error)


async def _both(
    load: Awaitable[Came], beside: Coroutine[None, None, Trains]
) -> tuple[Came, Trains]:
    """Load, and ask meanwhile.

    Raises:
        NotLoadedError: there was no load; nothing more is asked then.
    """
    asking = asyncio.create_task(beside)
    try:
        return await load, await asking
    finally:
        asking.cancel()
        with suppress(asyncio.CancelledError):
            await asking


def hosts(order: LoadOrder) -> Mapping[LoadTool, str]:
    """Give the tools that are named, each with the host that helps."""
    hosts = {LoadTool.IPERF3: order.iperf3[0]} if order.iperf3 else {}
    ndt7_host = urlsplit(order.ndt7 or "").hostname
    return hosts | ({LoadTool.NDT7: ndt7_host} if ndt7_host else {})


async def _owned(tool: LoadTool, host: str, own_address: OwnAddress) -> str:
    try:
        return await own_address(host)
    except MeasurementError as error:
        failure = error.failure
        raise NotLoadedError(f"{tool.value}: {failure.detail}", failure.next_step) from error


async def _load(
    order: LoadOrder,
    tool: LoadTool,
    direction: Direction,
    server: str,
    sent: Callable[[], int],
) -> Came:
    if tool is LoadTool.IPERF3:
        return await iperf3.load(order, direction, server, sent)
    return await asyncio.to_thread(ndt7.load, order, direction, server)


def _count(order: LoadOrder) -> int:
    """Say how many connections are asked for beside one load."""
    return max(0, int((order.seconds - SETTLED_S - LOST_AFTER_S) / APART_S))


async def _beside(
    order: LoadOrder, address: str, connects: tuple[Connect, Connect | None], clock: Clock
) -> Trains:
    """Ask the reference, and this machine itself, while the line is full."""
    await clock.sleep_until(clock.monotonic() + SETTLED_S)
    count, (connect, here) = _count(order), connects
    if not count:
        return Missing(why=FailureKind.NOT_MEASURED), NOT_ASKED
    if here is None:
        return await _train(address, connect, count, clock), NOT_ASKED
    far, own = await asyncio.gather(
        _train(address, connect, count, clock), _train(HERE, here, count, clock)
    )
    return far, own


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
