"""Sweeps whole nodes, all together: the states of their ports, and what fell together."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from cpe_diag.domain.failures import Failure, MeasurementError
from cpe_diag.domain.missing import known
from cpe_diag.domain.subscriber import NodePort
from cpe_diag.domain.sweep import PortMark, Sweep, SweptNode, SweptOutage, SweptPort
from cpe_diag.driver_kit.access import AccessDriver
from cpe_diag.judge.outages import Outage, find_outages
from cpe_diag.judge.verdict_group import cause_of, group_of
from cpe_diag.ports import Clock, SnmpReader
from cpe_diag.probes.column_reader import ColumnReader, Pace
from cpe_diag.probes.port_sweep import NodeStates, read_causes, read_states

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from cpe_diag.domain.sibling_facts import SiblingState

NODES_AT_ONCE: Final = 64
"""Nodes that are read side by side: each has two sockets, and a process has 1,024 files."""

OPERATION: Final = "sweep"
UPLINK: Final = "uplink"


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeOrder:
    """One node to sweep: how to ask it, and what the inventory knows of its ports.

    `driver` may be the reason why nobody can say how its ports are read.
    """

    node: str
    driver: AccessDriver | Failure
    ports: tuple[NodePort, ...]
    uplinks: tuple[str, ...]
    snmp: SnmpReader


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepOrder:
    """What to sweep, how hard each node may be asked, how long it may take, by which limits."""

    nodes: tuple[NodeOrder, ...]
    pace: Pace
    node_limit_s: float
    limits: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsCame:
    """A node has told more objects: how many in all, after how many requests."""

    node: str
    rows: int
    requests: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeEnded:
    """A node is done, well or not."""

    swept: SweptNode


SweepProgress: TypeAlias = RowsCame | NodeEnded
OnSweep: TypeAlias = Callable[[SweepProgress], None]


async def sweep(order: SweepOrder, clock: Clock, on_progress: OnSweep) -> Sweep:
    """Sweep nodes side by side; what one of them does not answer stops no other.

    Args:
        order: what to sweep.
        clock: of the doors.
        on_progress: is told what happens, while it happens.

    Returns:
        Every node in the order's order.
    """
    started_at, started = clock.now(), clock.monotonic()
    places = asyncio.Semaphore(NODES_AT_ONCE)

    async def one(node: NodeOrder) -> SweptNode:
        async with places:
            swept = await _swept(node, order, clock, on_progress)
        on_progress(NodeEnded(swept=swept))
        return swept

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(node)) for node in order.nodes]
    return Sweep(
        started_at=started_at,
        took_s=clock.monotonic() - started,
        nodes=tuple(task.result() for task in tasks),
    )


async def _swept(
    node: NodeOrder, order: SweepOrder, clock: Clock, on_progress: OnSweep
) -> SweptNode:
    started = clock.monotonic()
    reader = ColumnReader(
        node.snmp,
        clock,
        order.pace,
        started + order.node_limit_s,
        lambda reader: on_progress(
            RowsCame(node=node.node, rows=reader.rows, requests=reader.requests)
        ),
    )
    failure: Failure | None = None
    states: NodeStates | None = None
    found: tuple[Outage, ...] = ()
    try:
        states, found = await _read(node, order, reader)
    except MeasurementError as error:
        failure = error.failure
    at = clock.now()
    return SweptNode(
        node=node.node,
        failure=failure,
        ports=() if states is None else tuple(_ports(node, states, found)),
        uplinks=() if states is None else tuple(_uplinks(node, states)),
        outages=tuple(
            _outage(node, one, at if states and states.dated else None, order.limits)
            for one in found
        ),
        requests=reader.requests,
        rows=reader.rows,
        took_s=clock.monotonic() - started,
    )


async def _read(
    node: NodeOrder, order: SweepOrder, reader: ColumnReader
) -> tuple[NodeStates, tuple[Outage, ...]]:
    """Read states; where a group fell, also why, for that can turn one outage into another.

    Raises:
        MeasurementError: how the node's answer failed, or that nobody knows how to ask it.
    """
    if isinstance(node.driver, Failure):
        raise MeasurementError(node.driver, OPERATION)
    listed = (*_served(node), *(NodePort(port=name, in_service=False) for name in node.uplinks))
    states = await read_states(node.driver, listed, reader)
    found = _fallen(node, states, order.limits)
    if found:
        with_causes = await read_causes(node.driver, states, reader)
        if with_causes.states != states.states:
            return with_causes, _fallen(node, with_causes, order.limits)
    return states, found


def _served(node: NodeOrder) -> tuple[NodePort, ...]:
    """Give the ports of the inventory without uplinks, each name once."""
    by_name: dict[str, NodePort] = {}
    for port in node.ports:
        held = by_name.get(port.port.strip())
        if port.port not in node.uplinks and (held is None or not held.in_service):
            by_name[port.port.strip()] = port
    return tuple(by_name.values())


def _fallen(
    node: NodeOrder, states: NodeStates, limits: Mapping[str, float]
) -> tuple[Outage, ...]:
    customers = {place.index.name for place in states.places if place.port.in_service}
    told = [state for name, state in states.states.items() if name in customers]
    up_s = states.uptime_s if states.dated else None
    return find_outages(told, node.node, limits, up_s)


def _ports(node: NodeOrder, states: NodeStates, found: Sequence[Outage]) -> Iterable[SweptPort]:
    affected = {port for outage in found for port in outage.affected}
    groups = {place.index.name: place.groups for place in states.places}
    for port in _served(node):
        name = port.port.strip()
        state = states.states.get(name)
        yield SweptPort(
            port=name,
            subscriber=port.subscriber,
            groups=groups.get(name, ()),
            mark=_mark(port, state, affected=name in affected),
            up=None if state is None else state.up,
            changed_ago_s=None if state is None else known(state.changed_ago_s),
        )
    for index, up in states.strangers:
        yield SweptPort(
            port=index,
            subscriber=None,
            groups=(),
            mark=PortMark.UNKNOWN,
            up=up,
            changed_ago_s=None,
        )


def _mark(port: NodePort, state: SiblingState | None, *, affected: bool) -> PortMark:
    if affected:
        return PortMark.AFFECTED
    if not port.in_service:
        return PortMark.IDLE
    if state is None:
        return PortMark.NOT_TOLD
    if not state.admin_up:
        return PortMark.SHUT
    return PortMark.UP if state.up else PortMark.DOWN


def _uplinks(node: NodeOrder, states: NodeStates) -> Iterable[SweptPort]:
    for name in node.uplinks:
        state = states.states.get(name.strip())
        up = None if state is None else state.up
        mark = PortMark.NOT_TOLD if state is None else PortMark.UP if up else PortMark.DOWN
        yield SweptPort(
            port=name,
            subscriber=None,
            groups=(UPLINK,),
            mark=mark,
            up=up,
            changed_ago_s=None if state is None else known(state.changed_ago_s),
        )


def _outage(
    node: NodeOrder, outage: Outage, at: datetime | None, limits: Mapping[str, float]
) -> SweptOutage:
    cause = cause_of(outage)
    affected = set(outage.affected)
    hit = (port for port in node.ports if port.in_service and port.port.strip() in affected)
    subscribers = {port.subscriber for port in hit if port.subscriber is not None}
    return SweptOutage(
        group=group_of(outage, node.node, at, limits),
        cause=cause.id,
        title=cause.title,
        destination=cause.destination,
        next_action=cause.next_action,
        tell_customer=cause.tell_customer,
        ports=outage.affected,
        subscribers=tuple(sorted(subscribers)),
    )
