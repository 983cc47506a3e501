"""Columns of a table from answers to GETBULK that come mixed, short, odd or without an end."""

from __future__ import annotations

import random
from bisect import bisect_right
from typing import TYPE_CHECKING

import pytest

from cpe_diag.driver_kit.table_walk import VARIABLES, NoAdvanceError, TableWalk
from cpe_diag.testing.doors import bulk_answer

if TYPE_CHECKING:
    from cpe_diag.ports import Oid, SnmpTable, SnmpValue

A = "1.3.6.1.2.1.10.127.1.1.1.1.2"
B = "1.3.6.1.2.1.10.127.1.1.1.1.6"


def numbers(oid: Oid) -> tuple[int, ...]:
    """Give the order of object identifiers."""
    return tuple(int(part) for part in oid.split("."))


def walked(
    objects: dict[Oid, SnmpValue], walk: TableWalk, *, cut: int | None = None
) -> tuple[SnmpTable, int]:
    """Walk an agent whose answers hold at most `cut` variables; give table and requests."""
    held = sorted((numbers(oid), oid) for oid in objects)

    def follow(oid: Oid) -> tuple[Oid, SnmpValue] | None:
        place = bisect_right(held, (numbers(oid), oid))
        return (held[place][1], objects[held[place][1]]) if place < len(held) else None

    requests = 0
    while starts := walk.starts:
        requests += 1
        assert requests < 100
        rows = bulk_answer(starts, walk.repetitions(VARIABLES), follow)
        walk.take(rows[:cut])
    return walk.table(), requests


def test_a_column_with_holes_keeps_its_rows_apart() -> None:
    """An agent goes to the next row that it has, column by column: rows must not slip."""
    objects: dict[Oid, SnmpValue] = {f"{A}.{row}": row for row in (3, 4, 48, 200)}
    objects |= {f"{B}.4": -12, f"{B}.200": 7}
    table, _ = walked(objects, TableWalk([A, B], "", 10))
    assert table.is_whole
    assert dict(table.rows) == {
        "3": {A: 3},
        "4": {A: 4, B: -12},
        "48": {A: 48},
        "200": {A: 200, B: 7},
    }


@pytest.mark.parametrize("cut", [1, 2, 3, 5, 7, 11, None])
def test_an_agent_with_a_small_packet_gives_the_same_table(cut: int | None) -> None:
    """RFC 3416 lets it leave out the end of an answer, in the middle of a row too."""
    chance = random.Random(4546)  # noqa: S311 - holes in a table, the same in every run
    columns = [f"1.3.6.1.9.{number}" for number in (1, 2, 3)]
    objects: dict[Oid, SnmpValue] = {
        f"{column}.{row}": row
        for column in columns
        for row in range(1, 30)
        if chance.random() < 0.8
    }
    whole, _ = walked(objects, TableWalk(columns, "", 64))
    table, _ = walked(objects, TableWalk(columns, "", 64), cut=cut)
    assert table == whole
    assert {f"{column}.{row}" for row, held in table.rows.items() for column in held} == set(
        objects
    )


def test_32_channels_of_six_columns_take_four_requests() -> None:
    """A modem with 32 downstreams has to stay within the limit of a subscriber check."""
    columns = [f"1.3.6.1.9.{number}" for number in range(6)]
    objects: dict[Oid, SnmpValue] = {
        f"{column}.{row}": 1 for column in columns for row in range(32)
    }
    table, requests = walked(objects, TableWalk(columns, "", 40))
    assert (len(table.rows), table.is_whole, requests) == (32, True, 4)


def test_a_bound_is_kept_and_said() -> None:
    """A table that was not read to its end is not all there is."""
    objects: dict[Oid, SnmpValue] = {f"{A}.{row}": 1 for row in range(1, 60)}
    table, _ = walked(objects, TableWalk([A], "", 10))
    assert list(table.rows) == [str(row) for row in range(1, 11)]
    assert not table.is_whole
    exact, _ = walked({f"{A}.{row}": 1 for row in range(10)}, TableWalk([A], "", 10))
    assert exact.is_whole


def test_rows_below_a_prefix_are_of_one_modem() -> None:
    """The rows of the next modem follow at once."""
    objects: dict[Oid, SnmpValue] = {f"{A}.12.4": 1, f"{A}.12.9": 2, f"{A}.13.4": 3, f"{A}.2.4": 4}
    table, _ = walked(objects, TableWalk([A], "12", 10))
    assert dict(table.rows) == {"4": {A: 1}, "9": {A: 2}}


def test_the_end_of_the_mib_is_an_end() -> None:
    """The name of the start comes back with endOfMibView."""
    table, requests = walked({}, TableWalk([A, B], "", 10))
    assert (dict(table.rows), table.is_whole, requests) == ({}, True, 1)


def test_an_agent_that_goes_in_circles_is_refused() -> None:
    """A walk around it would never end."""
    walk = TableWalk([A], "", 10)
    walk.take([(f"{A}.5", 1)])
    with pytest.raises(NoAdvanceError, match="5"):
        walk.take([(f"{A}.5", 1)])
