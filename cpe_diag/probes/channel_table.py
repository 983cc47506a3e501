"""Reads a group of objects whose rows are channels: all columns together, in few requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.missing import Missing
from cpe_diag.driver_kit.access_facts import Fields
from cpe_diag.driver_kit.decode import decode_group

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from cpe_diag.driver_kit.access import ObjectSpec
    from cpe_diag.driver_kit.port_index import PortIndex
    from cpe_diag.ports import Oid, SnmpTable, SnmpValue

CHANNEL: Final = "channel"
_ROW: Final = f".{{{CHANNEL}}}"


def columns_of(specs: Iterable[ObjectSpec]) -> tuple[Oid, ...]:
    """Give the columns of objects that are rows of channels, each once; others are left out."""
    told = (spec.oid.removesuffix(_ROW) for spec in specs if spec.oid.endswith(_ROW))
    return tuple(dict.fromkeys(told))


def first_of_each(specs: Iterable[ObjectSpec]) -> tuple[ObjectSpec, ...]:
    """Give the first object of each field, without its alternatives."""
    first: dict[str, ObjectSpec] = {}
    for spec in specs:
        first.setdefault(spec.field, spec)
    return tuple(first.values())


def without_value(
    specs: Sequence[ObjectSpec], rows: Mapping[int, Fields]
) -> tuple[ObjectSpec, ...]:
    """Give the alternatives of those fields that no row has a value of."""
    told = {
        name
        for fields in rows.values()
        for name, value in fields.values.items()
        if not isinstance(value, Missing)
    }
    asked = first_of_each(specs)
    return tuple(spec for spec in specs if spec not in asked and spec.field not in told)


def channels(
    table: SnmpTable, specs: Sequence[ObjectSpec], index: PortIndex, node: str, group: str
) -> dict[int, Fields]:
    """Decode the rows of a table.

    Args:
        table: as the door gave it, asked for `columns_of(specs)` filled by `index`.
        specs: objects of the group.
        index: whose rows they are.
        node: the agent, for messages.
        group: the group's id.

    Returns:
        Fields by channel, of every row that holds one of the objects.
    """
    rows: dict[int, Fields] = {}
    columns = {spec.oid: index.fill(spec.oid.removesuffix(_ROW)) for spec in specs}
    for row, held in table.rows.items():
        if not row.isdigit():
            continue
        answers: dict[Oid, SnmpValue] = {
            f"{column}.{row}": held[column] for column in columns.values() if column in held
        }
        if answers:
            values = decode_group(specs, answers, index.with_part(CHANNEL, row))
            rows[int(row)] = Fields(values, node, group)
    return rows
