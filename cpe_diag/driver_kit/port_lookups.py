"""What a driver's lookups say about a port: which apply, what they want, and what a row tells."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cpe_diag.driver_kit.port_index import UnfitNameError, octets_of_form, placeholders

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cpe_diag.driver_kit.access import AccessDriver, Lookup, ObjectSpec
    from cpe_diag.driver_kit.port_index import PortIndex
    from cpe_diag.ports import Oid, SnmpValue


def applies(lookup: Lookup, port: PortIndex) -> bool:
    """Tell whether a lookup can give a part that the port still lacks."""
    held = port.parts if lookup.form == "number" else port.words
    has_wanted = not lookup.wanted or bool(held.get(lookup.wanted))
    filled = all(name in port.parts for name in _needed(lookup))
    return lookup.gives not in port.parts and has_wanted and filled


def wanted_octets(lookup: Lookup, port: PortIndex) -> bytes | None:
    """Give the octets that a search looks for; a number as its digits.

    Args:
        lookup: one with a column, that applies.
        port: whose row is looked for.

    Returns:
        The octets; None where the name is not of the lookup's form.
    """
    if lookup.form == "number":
        return port.parts[lookup.wanted].encode()
    try:
        return bytes(octets_of_form(lookup.form, port.words[lookup.wanted]))
    except UnfitNameError:
        return None


def values_of(raw: SnmpValue) -> frozenset[bytes]:
    """Give what a row's value may be compared with.

    Args:
        raw: octets, text or hex digits of a serial number or name, or a number.

    Returns:
        Octets in each way of reading them; empty for a value of another type.
    """
    if isinstance(raw, int):
        return frozenset({str(raw).encode()})
    if not isinstance(raw, bytes):
        return frozenset()
    text = raw.rstrip(b"\0").strip()
    found = {raw, text}
    if re.fullmatch(rb"([0-9A-Fa-f]{2})+", text):
        found.add(bytes.fromhex(text.decode("ascii")))
    return frozenset(found)


def part_of(lookup: Lookup, raw: SnmpValue) -> str | None:
    """Give the part that one object tells.

    Args:
        lookup: one with an oid.
        raw: its answer.

    Returns:
        The part; None where the node says that there is none, or something else than a part.
    """
    if raw is None:
        return None
    if lookup.pattern:
        text = raw.decode("latin-1") if isinstance(raw, bytes) else str(raw)
        found = re.fullmatch(lookup.pattern, text)
        return str(found[1]) if found else None
    return str(raw) if isinstance(raw, int) and raw not in lookup.sentinels else None


def row_index(oid: Oid, column: Oid) -> str:
    """Give what follows a column: the index of a row."""
    return oid[len(column) + 1 :]


def lookups_for(driver: AccessDriver, specs: Iterable[ObjectSpec]) -> tuple[Lookup, ...]:
    """Give the lookups that the objects of some fields need, and no other.

    Args:
        driver: whose lookups they are.
        specs: the objects that are to be read.

    Returns:
        Lookups in the driver's order.
    """
    needed = {name for spec in specs for name in placeholders(spec.oid)}
    wanted: list[Lookup] = []
    for lookup in reversed(driver.lookups):
        if lookup.gives in needed:
            wanted.append(lookup)
            needed.update(_needed(lookup))
            needed.update({lookup.wanted} if lookup.form == "number" else ())
    return tuple(reversed(wanted))


def _needed(lookup: Lookup) -> tuple[str, ...]:
    return (lookup.same_as,) if lookup.same_as else placeholders(lookup.oid or lookup.column)
