"""Reads the states of all ports of a node: columns by GETBULK, and a little more of those down."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import Failure, FailureKind, MeasurementError
from cpe_diag.domain.port_facts import OperStatus
from cpe_diag.domain.sibling_facts import SiblingState
from cpe_diag.driver_kit.decode import decode
from cpe_diag.driver_kit.port_lookups import lookups_for
from cpe_diag.driver_kit.sibling_choice import PlacedPort, placed
from cpe_diag.driver_kit.sibling_facts import StateReader
from cpe_diag.ports import Oid, SnmpValue
from cpe_diag.probes.column_reader import MOST_OBJECTS, base_of
from cpe_diag.probes.node_port import oids_of, uptime_oids
from cpe_diag.probes.port_rows import rows_by_columns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cpe_diag.domain.subscriber import NodePort
    from cpe_diag.driver_kit.access import AccessDriver, ObjectSpec
    from cpe_diag.probes.column_reader import ColumnReader

OPERATION: Final = "sweep"
UP: Final = OperStatus.UP.value


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeStates:
    """What a node tells of its ports.

    `places` are the ports that the inventory knows and whose names lead somewhere, `states` what
    the node tells of them, by name; `strangers` are rows of the node that no port of the
    inventory is: the row's index, and whether it is up. `dated` as for `Siblings`; `uptime_s` is
    the node's, None where it does not tell.
    """

    places: tuple[PlacedPort, ...]
    states: Mapping[str, SiblingState]
    strangers: tuple[tuple[str, bool], ...]
    answers: Mapping[Oid, SnmpValue]
    dated: bool
    uptime_s: float | None


async def read_states(
    driver: AccessDriver, ports: Sequence[NodePort], reader: ColumnReader
) -> NodeStates:
    """Read the state of every port, and whether those that are down were shut.

    Args:
        driver: of the node.
        ports: what the inventory knows of it; names that fit no scheme are passed over.
        reader: of the node.

    Returns:
        The states.

    Raises:
        MeasurementError: UNSUPPORTED: the driver tells no states, or the node has none of its
            columns; or how an answer failed.
    """
    objects = StateReader(driver, reader.node)
    if not objects.state:
        raise _no_states(reader.node, f"driver {driver.id} does not tell the states of ports")
    places, answers = await _read_columns(driver, ports, objects, reader)
    if not answers:
        raise _no_states(reader.node, f"it has none of the columns that driver {driver.id} reads")
    places = await rows_by_columns(lookups_for(driver, objects.all), places, reader)
    rows = _Rows(_oper(objects, answers), places, answers)
    for specs in (objects.shut, objects.since(rows.down, answers)):
        answers |= await _of_some(rows.down, specs, answers, reader)
    # The uptime is read last, so that no change is later than it.
    answers |= await reader.objects(uptime_oids(driver))
    times = objects.times(answers, places)
    told = ((place, objects.read(place, answers, times)) for place in places)
    return NodeStates(
        places=places,
        states={place.index.name: state for place, state in told if state is not None},
        strangers=rows.strangers,
        answers=answers,
        dated=times.dated,
        uptime_s=times.uptime_s,
    )


async def read_causes(
    driver: AccessDriver, states: NodeStates, reader: ColumnReader
) -> NodeStates:
    """Read why ports are down, where the node tells.

    Args:
        driver: of the node.
        states: from `read_states`.
        reader: of the node.

    Returns:
        The states with causes; the same where the driver knows none.

    Raises:
        MeasurementError: how an answer failed.
    """
    objects = StateReader(driver, reader.node)
    if not objects.causes(None):
        return states
    names = {name for name, state in states.states.items() if state.admin_up and not state.up}
    down = [place for place in states.places if place.index.name in names]
    answers = dict(states.answers)
    for specs in objects.causes(None):
        answers |= await _of_some(down, specs, answers, reader)
    times = objects.times(answers, states.places)
    told = ((place.index.name, objects.read(place, answers, times)) for place in down)
    fresh = {name: state for name, state in told if state is not None}
    return replace(states, states={**states.states, **fresh}, answers=answers)


async def _of_some(
    places: Sequence[PlacedPort],
    specs: Sequence[ObjectSpec],
    answers: Mapping[Oid, SnmpValue],
    reader: ColumnReader,
) -> Mapping[Oid, SnmpValue]:
    """Read objects of some ports, one by one or as whole columns: what asks less."""
    wanted = {oid for place in places for oid in oids_of(specs, place.index, first_only=True)}
    unread = [oid for oid in sorted(wanted) if oid not in answers]
    columns = len({base_of(spec.oid) for spec in specs})
    rows = len(answers) / max(reader.columns_read, 1)
    if len(unread) / MOST_OBJECTS <= columns * rows / reader.rows_at_once:
        return await reader.objects(unread)
    return await reader.columns(specs)


async def _read_columns(
    driver: AccessDriver, ports: Sequence[NodePort], objects: StateReader, reader: ColumnReader
) -> tuple[tuple[PlacedPort, ...], dict[Oid, SnmpValue]]:
    """Read the columns of states; while the first answers come, take the names of ports apart.

    Raises:
        MeasurementError: how an answer failed.
    """
    try:
        async with asyncio.TaskGroup() as group:
            reading = group.create_task(reader.columns(objects.state))
            await asyncio.sleep(0)
            named = [place for port in ports if (place := placed(driver, port, None)) is not None]
    except BaseExceptionGroup as failed:
        raise failed.exceptions[0] from failed
    return tuple(named), reading.result()


def _oper(objects: StateReader, answers: Mapping[Oid, SnmpValue]) -> ObjectSpec | None:
    """Give the object of the state that this node has: the first that has a row."""
    for spec in objects.state:
        base = f"{base_of(spec.oid)}."
        if spec.field == "oper" and any(oid.startswith(base) for oid in answers):
            return spec
    return None


class _Rows:
    """The rows of the state's column: whose they are, and which of them are not up."""

    def __init__(
        self,
        oper: ObjectSpec | None,
        places: Sequence[PlacedPort],
        answers: Mapping[Oid, SnmpValue],
    ) -> None:
        self.down: list[PlacedPort] = []
        """Ports that are down, or in a state that nobody knows."""
        self.strangers: tuple[tuple[str, bool], ...] = ()
        """Rows that are nobody's in the inventory: the index, and whether it is up."""
        if oper is None:
            return
        base = base_of(oper.oid)
        mine = {oper.at(place.index): place for place in places}
        told = {oid: raw for oid, raw in answers.items() if oid.startswith(f"{base}.")}
        is_up = {raw: decode(oper, raw) == UP for raw in set(told.values())}
        self.down = [mine[oid] for oid, raw in told.items() if oid in mine and not is_up[raw]]
        shape = re.compile(re.sub(r"\\\{[a-z_]+\\\}", r"[0-9.]+", re.escape(oper.oid)))
        self.strangers = tuple(
            (oid[len(base) + 1 :], is_up[raw])
            for oid, raw in told.items()
            if oid not in mine and shape.fullmatch(oid)
        )


def _no_states(node: str, detail: str) -> MeasurementError:
    failure = Failure(kind=FailureKind.UNSUPPORTED, where=node, detail=detail)
    return MeasurementError(failure, OPERATION)
