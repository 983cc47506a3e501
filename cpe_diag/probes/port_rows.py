"""Finds the rows of all ports of a node, where only the node can tell them.

The column that a driver's lookup points into is read once, whatever the number of ports.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cpe_diag.driver_kit.port_index import placeholders
from cpe_diag.driver_kit.port_lookups import (
    applies,
    part_of,
    row_index,
    values_of,
    wanted_octets,
)
from cpe_diag.probes.column_reader import base_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from cpe_diag.driver_kit.access import Lookup
    from cpe_diag.driver_kit.port_index import PortIndex
    from cpe_diag.driver_kit.sibling_choice import PlacedPort
    from cpe_diag.ports import Oid, SnmpValue
    from cpe_diag.probes.column_reader import ColumnReader


async def rows_by_columns(
    lookups: Iterable[Lookup], places: Sequence[PlacedPort], reader: ColumnReader
) -> tuple[PlacedPort, ...]:
    """Complete the indexes of all ports of a node, reading each column of a lookup once.

    Args:
        lookups: of the driver, in its order.
        places: as their names tell them.
        reader: of the node.

    Returns:
        The ports; one that the node does not know keeps the index that it had.

    Raises:
        MeasurementError: how an answer failed.
    """
    rows = list(places)
    for lookup in lookups:
        lacking = [at for at, place in enumerate(rows) if applies(lookup, place.index)]
        if not lacking:
            continue
        table = await _table(lookup, reader)
        by_value = _by_value(table) if lookup.column else {}
        for at in lacking:
            index = rows[at].index
            part = _part(lookup, index, table, by_value)
            if part is not None:
                rows[at] = replace(rows[at], index=index.with_part(lookup.gives, part))
    return tuple(rows)


async def _table(lookup: Lookup, reader: ColumnReader) -> Mapping[Oid, SnmpValue]:
    if lookup.same_as:
        return {}
    if lookup.oid and not placeholders(lookup.oid):
        return await reader.objects([lookup.oid])
    return await reader.column(base_of(lookup.oid or lookup.column))


def _part(
    lookup: Lookup,
    index: PortIndex,
    table: Mapping[Oid, SnmpValue],
    by_value: Mapping[bytes, Sequence[Oid]],
) -> str | None:
    if lookup.same_as:
        return index.parts[lookup.same_as]
    if lookup.oid:
        oid = index.fill(lookup.oid)
        return part_of(lookup, table[oid]) if oid in table else None
    column, wanted = index.fill(lookup.column), wanted_octets(lookup, index)
    held = () if wanted is None else by_value.get(wanted, ())
    return next((row_index(oid, column) for oid in held if oid.startswith(f"{column}.")), None)


def _by_value(table: Mapping[Oid, SnmpValue]) -> Mapping[bytes, Sequence[Oid]]:
    found: dict[bytes, list[Oid]] = {}
    for oid, raw in table.items():
        for value in values_of(raw):
            found.setdefault(value, []).append(oid)
    return found
