"""Puts a sweep together: nodes of the inventory, their drivers and doors -> what fell together."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import (
    DefinitionError,
    Failure,
    FailureKind,
    InventoryError,
    MeasurementError,
)
from cpe_diag.domain.subscriber import AccessNode, NodePort, Subscriber
from cpe_diag.driver_kit.load import load_access_driver
from cpe_diag.engine.recorder import RunRecorder
from cpe_diag.engine.sweep import NodeOrder, SweepOrder, sweep
from cpe_diag.judge.thresholds import check_overrides, limits
from cpe_diag.ports import CredentialSource
from cpe_diag.store.port_memory import PortMemoryFile, default_path
from cpe_diag.transports.clock import SystemClock
from cpe_diag.transports.snmp import SnmpDoor
from cpe_diag.wiring.config import Config
from cpe_diag.wiring.credentials import credentials_of
from cpe_diag.wiring.detection import SYS_OBJECT_ID, WITHIN_S, by_technology, recognised
from cpe_diag.wiring.inventories import inventory_of

if TYPE_CHECKING:
    from cpe_diag.domain.sweep import Sweep
    from cpe_diag.driver_kit.access import AccessDriver
    from cpe_diag.engine.sweep import OnSweep
    from cpe_diag.ports import Inventory, PortMemory

NODE_LIMIT_S: Final = 60.0
"""A node that has not told all by then is told as not read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepWish:
    """What somebody asks for. No `nodes`: all; None: as configuration and thresholds say."""

    nodes: tuple[str, ...]
    window_s: float | None = None
    least: int | None = None
    per_s: float | None = None
    node_limit_s: float = NODE_LIMIT_S


@dataclass(frozen=True, slots=True, kw_only=True)
class SweptPlace:
    """One node before it is asked.

    `somebody` is a subscriber of it, whose technology decides where nothing else does, or None.
    """

    node: AccessNode
    ports: tuple[NodePort, ...]
    somebody: Subscriber | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedSweep:
    """A sweep that can start: every name is resolved, nothing has been asked of any device."""

    wish: SweepWish
    config: Config
    places: tuple[SweptPlace, ...]
    credentials: CredentialSource
    overrides: Mapping[str, float]


def prepare_sweep(config: Config, wish: SweepWish) -> PreparedSweep:
    """Resolve the nodes of a wish.

    Args:
        config: the configuration.
        wish: which nodes, and by which limits.

    Returns:
        A sweep that can start.

    Raises:
        DefinitionError: a threshold or an entry of the inventory is wrong.
        InventoryError: a node is not there, the inventory lists none, or cannot be read.
    """
    overrides = dict(config.thresholds)
    if wish.window_s is not None:
        overrides["neighbours_together_s"] = wish.window_s
    if wish.least is not None:
        overrides["outage_least"] = float(wish.least)
    check_overrides(overrides, file=config.origin)
    credentials = credentials_of(config)
    inventory = inventory_of(config, credentials)
    nodes = (
        tuple(inventory.node(name) for name in dict.fromkeys(wish.nodes))
        if wish.nodes
        else inventory.nodes()
    )
    if not nodes:
        msg = (
            "the inventory lists no access nodes; name them with --node, or tell it where they"
            " are (`nodes` of a file, `nodes_query` of a database)"
        )
        raise InventoryError(msg)
    return PreparedSweep(
        wish=wish,
        config=config,
        places=tuple(_place(node, inventory) for node in nodes),
        credentials=credentials,
        overrides=overrides,
    )


def run_sweep(prepared: PreparedSweep, on_progress: OnSweep) -> Sweep:
    """Sweep in an event loop of its own.

    Args:
        prepared: from `prepare_sweep`.
        on_progress: is told what happens, as it happens.

    Returns:
        What the nodes told.
    """
    kept: list[Sweep] = []

    async def keep() -> None:
        # As the result of the main task, CPython 3.11 would write out the whole sweep at its end:
        # signal.getsignal asks whether the handler, which holds the task, is one of an enum.
        kept.append(await perform_sweep(prepared, on_progress))

    asyncio.run(keep())
    return kept[0]


async def perform_sweep(prepared: PreparedSweep, on_progress: OnSweep) -> Sweep:
    """Sweep what was prepared; every socket is closed when this returns or is cancelled.

    Args:
        prepared: from `prepare_sweep`.
        on_progress: is told what happens, as it happens.

    Returns:
        What the nodes told.
    """
    clock = SystemClock()
    doors = [
        SnmpDoor(
            place.node,
            credentials=prepared.credentials,
            clock=clock,
            recorder=RunRecorder(clock),
        )
        for place in prepared.places
    ]
    drivers = _Drivers(prepared.config, clock, PortMemoryFile(default_path()))
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(drivers.order(place, door))
                for place, door in zip(prepared.places, doors, strict=True)
            ]
        pace = prepared.config.sweep
        if prepared.wish.per_s is not None:
            pace = replace(pace, per_s=prepared.wish.per_s)
        order = SweepOrder(
            nodes=tuple(task.result() for task in tasks),
            pace=pace,
            node_limit_s=prepared.wish.node_limit_s,
            limits=limits(prepared.overrides),
        )
        return await sweep(order, clock, on_progress)
    finally:
        for door in doors:
            door.close()


def _place(node: AccessNode, inventory: Inventory) -> SweptPlace:
    ports = inventory.ports_of_node(node.id)
    somebody: Subscriber | None = None
    if node.driver is None:
        name = next((port.subscriber for port in ports if port.subscriber), None)
        somebody = None if name is None else inventory.subscriber(name)
    return SweptPlace(node=node, ports=ports, somebody=somebody)


class _Drivers:
    """Finds the drivers of nodes, as a run does; each file is read once."""

    def __init__(self, config: Config, clock: SystemClock, memory: PortMemory) -> None:
        self._config = config
        self._clock = clock
        self._memory = memory
        self._loaded: dict[str, AccessDriver] = {}

    async def order(self, place: SweptPlace, snmp: SnmpDoor) -> NodeOrder:
        """Say how a node is swept."""
        return NodeOrder(
            node=place.node.id,
            driver=await self._found(place, snmp),
            ports=place.ports,
            uplinks=place.node.uplinks,
            snmp=snmp,
        )

    async def _found(self, place: SweptPlace, snmp: SnmpDoor) -> AccessDriver | Failure:
        """Find the driver of a node; what is wrong with it is this node's only."""
        where = f"node {place.node.id}"
        try:
            named = place.node.driver
            if named is None:
                named = await recognised(
                    self._config, place.node.id, snmp, self._clock, self._memory
                )
            if named is None and place.somebody is not None:
                named = by_technology(place.somebody)
            if named is not None:
                return self._load(named)
            deadline = self._clock.monotonic() + WITHIN_S
            await snmp.get((SYS_OBJECT_ID,), deadline=deadline)
        except DefinitionError as error:
            return Failure(kind=FailureKind.NOT_CONFIGURED, where=where, detail=str(error))
        except MeasurementError as error:
            return error.failure  # it did not say who it is because it says nothing at all
        return Failure(
            kind=FailureKind.NOT_CONFIGURED,
            where=where,
            detail="the inventory names no driver for it, and none fits what it says of itself",
            next_step="add `driver` to the node in the inventory",
        )

    def _load(self, name: str) -> AccessDriver:
        if name not in self._loaded:
            self._loaded[name] = load_access_driver(name, self._config.driver_folders)
        return self._loaded[name]
