"""Finds the rows of many ports at once, where a driver's lookups tell them with one GET each."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cpe_diag.driver_kit.port_index import placeholders

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cpe_diag.driver_kit.access import AccessDriver, Lookup
    from cpe_diag.driver_kit.port_index import PortIndex
    from cpe_diag.driver_kit.sibling_choice import PlacedPort
    from cpe_diag.ports import SnmpReader, SnmpValue


async def found_rows(
    driver: AccessDriver, ports: Sequence[PlacedPort], snmp: SnmpReader, deadline: float
) -> tuple[PlacedPort, ...]:
    """Complete the indexes of ports, all ports in one question for each lookup.

    A lookup that searches through rows of the node is not made: it would cost as much for each
    port as the subscriber's own.

    Args:
        driver: of the node.
        ports: as their names tell them.
        snmp: the node.
        deadline: absolute, monotonic seconds.

    Returns:
        The ports; one that the node does not know keeps the index that it had.

    Raises:
        MeasurementError: how the node's answer failed.
    """
    rows = list(ports)
    for lookup in driver.lookups:
        if lookup.same_as:
            rows = [_shared(port, lookup) for port in rows]
            continue
        wanted = {
            place: port.index.fill(lookup.oid)
            for place, port in enumerate(rows)
            if applies(lookup, port.index)
        }
        if not wanted:
            continue
        answers = await snmp.get(tuple(dict.fromkeys(wanted.values())), deadline=deadline)
        for place, oid in wanted.items():
            rows[place] = _completed(rows[place], lookup, answers[oid])
    return tuple(rows)


def applies(lookup: Lookup, port: PortIndex) -> bool:
    """Tell whether a lookup by one object gives a part that the port still lacks."""
    known = all(name in port.parts for name in placeholders(lookup.oid))
    return bool(lookup.oid) and known and lookup.gives not in port.parts


def _shared(port: PlacedPort, lookup: Lookup) -> PlacedPort:
    held = port.index.parts.get(lookup.same_as)
    return port if held is None else _with_part(port, lookup.gives, held)


def _completed(port: PlacedPort, lookup: Lookup, raw: SnmpValue) -> PlacedPort:
    if not isinstance(raw, int) or raw in lookup.sentinels:
        return port
    return _with_part(port, lookup.gives, str(raw))


def _with_part(port: PlacedPort, name: str, value: str) -> PlacedPort:
    return replace(port, index=port.index.with_part(name, value))
