"""Finds the rows of many ports at once, where only the node can tell them.

For a few ports each lookup is one GET for all of them; for all ports of a node the column that the
lookup points into is read once.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from cpe_diag.driver_kit.port_index import UnfitNameError, octets_of_form, placeholders
from cpe_diag.probes.column_reader import base_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cpe_diag.driver_kit.access import AccessDriver, Lookup
    from cpe_diag.driver_kit.port_index import PortIndex
    from cpe_diag.driver_kit.sibling_choice import PlacedPort
    from cpe_diag.ports import Oid, SnmpReader, SnmpValue
    from cpe_diag.probes.column_reader import ColumnReader


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


async def rows_by_columns(
    driver: AccessDriver, places: Sequence[PlacedPort], reader: ColumnReader
) -> tuple[PlacedPort, ...]:
    """Complete the indexes of all ports of a node, reading each column of a lookup once.

    Args:
        driver: of the node.
        places: as their names tell them.
        reader: of the node.

    Returns:
        The ports; one that the node does not know keeps the index that it had.

    Raises:
        MeasurementError: how an answer failed.
    """
    rows = list(places)
    for lookup in driver.lookups:
        lacking = [at for at, place in enumerate(rows) if lookup.gives not in place.index.parts]
        if not lacking:
            continue
        if lookup.same_as:
            table: Mapping[Oid, SnmpValue] = {}
        else:
            table = await reader.column(base_of(lookup.oid or lookup.column))
        by_value = _by_value(table) if lookup.column else {}
        for at in lacking:
            part = _part(lookup, rows[at], table, by_value)
            if part is not None:
                rows[at] = replace(rows[at], index=rows[at].index.with_part(lookup.gives, part))
    return tuple(rows)


def _part(
    lookup: Lookup,
    place: PlacedPort,
    table: Mapping[Oid, SnmpValue],
    by_value: Mapping[bytes, Sequence[Oid]],
) -> str | None:
    index = place.index
    if lookup.same_as:
        return index.parts.get(lookup.same_as)
    if lookup.oid:
        raw = table.get(index.fill(lookup.oid))
        return str(raw) if isinstance(raw, int) and raw not in lookup.sentinels else None
    column = index.fill(lookup.column)
    if placeholders(column) or not index.words.get(lookup.wanted):
        return None
    try:
        wanted = bytes(octets_of_form(lookup.form, index.words[lookup.wanted]))
    except UnfitNameError:
        return None
    held = by_value.get(wanted, ())
    return next((oid[len(column) + 1 :] for oid in held if oid.startswith(f"{column}.")), None)


def _by_value(table: Mapping[Oid, SnmpValue]) -> Mapping[bytes, Sequence[Oid]]:
    """Order rows by their octets; agents write a serial number as octets, text or hex digits."""
    found: dict[bytes, list[Oid]] = {}
    for oid, raw in table.items():
        if isinstance(raw, bytes):
            text = raw.rstrip(b"\0").strip()
            keys = {raw, text}
            if re.fullmatch(rb"([0-9A-Fa-f]{2})+", text):
                keys.add(bytes.fromhex(text.decode("ascii")))
            for key in keys:
                found.setdefault(key, []).append(oid)
    return found
