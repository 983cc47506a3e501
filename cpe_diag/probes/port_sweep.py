"""Reads the states of all ports of a node: columns by GETBULK, and a little more of those down."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import Failure, FailureKind, MeasurementError
from cpe_diag.domain.sibling_facts import SiblingState
from cpe_diag.driver_kit.access_facts import Fields
from cpe_diag.driver_kit.decode import decode, decode_group
from cpe_diag.driver_kit.port_index import NODE
from cpe_diag.driver_kit.sibling_choice import PlacedPort, placed
from cpe_diag.driver_kit.sibling_facts import (
    cause_specs,
    shut_specs,
    sibling_state,
    state_specs,
)
from cpe_diag.ports import Oid, SnmpValue
from cpe_diag.probes.column_reader import MOST_OBJECTS, base_of
from cpe_diag.probes.node_port import oids_of, uptime_oids
from cpe_diag.probes.port_rows import rows_by_columns

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cpe_diag.domain.subscriber import NodePort
    from cpe_diag.driver_kit.access import AccessDriver, ObjectSpec
    from cpe_diag.probes.column_reader import ColumnReader

OPERATION: Final = "sweep"


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeStates:
    """What a node tells of its ports.

    `states` are those that the inventory knows and the node tells, by name; `strangers` are rows
    of the node that no port of the inventory is: the row's index, and whether it is up.
    """

    places: tuple[PlacedPort, ...]
    states: Mapping[str, SiblingState]
    strangers: tuple[tuple[str, bool], ...]
    answers: Mapping[Oid, SnmpValue]


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
    specs = state_specs(driver)
    if not specs:
        raise _no_states(reader.node, f"driver {driver.id} does not tell the states of ports")
    named = [place for port in ports if (place := placed(driver, port, None)) is not None]
    answers = await reader.columns(specs)
    if not answers:
        raise _no_states(reader.node, f"it has none of the columns that driver {driver.id} reads")
    places = await rows_by_columns(driver, named, reader)
    states = NodeStates(places=places, states={}, strangers=(), answers=answers)
    shut = await _of_down(driver, states, shut_specs(driver), reader)
    # The uptime is read last, so that no change is later than it.
    times = await reader.objects(uptime_oids(driver))
    return _decoded(driver, places, {**answers, **shut, **times}, reader.node)


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
    answers = dict(states.answers)
    for specs in cause_specs(driver, None):
        answers |= await _of_down(driver, states, specs, reader)
    return _decoded(driver, states.places, answers, reader.node)


async def _of_down(
    driver: AccessDriver, states: NodeStates, specs: Sequence[ObjectSpec], reader: ColumnReader
) -> Mapping[Oid, SnmpValue]:
    """Read objects of the ports that are not up, one by one or as columns: what asks less."""
    oper = [spec for spec in state_specs(driver) if spec.field == "oper"]
    down = [place for place in states.places if _is_down(oper, place, states.answers)]
    wanted = {oid for place in down for oid in oids_of(specs, place.index, first_only=True)}
    unread = [oid for oid in sorted(wanted) if oid not in states.answers]
    columns = {base_of(spec.oid) for spec in specs}
    rows = sum(oid.startswith(f"{base_of(oper[0].oid)}.") for oid in states.answers)
    if len(unread) / MOST_OBJECTS <= len(columns) * rows / reader.rows_at_once:
        return await reader.objects(unread)
    return await reader.columns(specs)


def _is_down(
    oper: Iterable[ObjectSpec], place: PlacedPort, answers: Mapping[Oid, SnmpValue]
) -> bool:
    told = [decode(spec, answers.get(spec.at(place.index))) for spec in oper]
    return "up" not in told and any(isinstance(value, str) for value in told)


def _decoded(
    driver: AccessDriver,
    places: Sequence[PlacedPort],
    answers: Mapping[Oid, SnmpValue],
    node: str,
) -> NodeStates:
    specs = driver.groups.get("node_system", ())
    times = Fields(decode_group(specs, answers, NODE), node, "node_system")
    states = {}
    for place in places:
        state = sibling_state(driver, place, answers, node, times)
        if state is not None:
            states[place.index.name] = state
    return NodeStates(
        places=tuple(places),
        states=states,
        strangers=_strangers(driver, places, answers),
        answers=answers,
    )


def _strangers(
    driver: AccessDriver, places: Iterable[PlacedPort], answers: Mapping[Oid, SnmpValue]
) -> tuple[tuple[str, bool], ...]:
    """Give the rows of the node that are nobody's in the inventory."""
    found: list[tuple[str, bool]] = []
    places = tuple(places)
    for spec in state_specs(driver):
        if spec.field != "oper":
            continue
        ours = {spec.at(place.index) for place in places}
        base = base_of(spec.oid)
        shape = re.compile(re.sub(r"\\\{[a-z_]+\\\}", r"[0-9.]+", re.escape(spec.oid)))
        for oid, raw in answers.items():
            if oid.startswith(f"{base}.") and oid not in ours and shape.fullmatch(oid):
                found.append((oid[len(base) + 1 :], decode(spec, raw) == "up"))
        if found or ours & answers.keys():
            break
    return tuple(found)


def _no_states(node: str, detail: str) -> MeasurementError:
    failure = Failure(kind=FailureKind.UNSUPPORTED, where=node, detail=detail)
    return MeasurementError(failure, OPERATION)
