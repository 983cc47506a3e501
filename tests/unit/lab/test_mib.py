"""The view that agents answer from."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from cpe_diag.lab.mib import (
    Column,
    MibView,
    Syntax,
    bits,
    counter32,
    date_and_time,
    gauge,
    integer,
    mac_octets,
    parts,
    ticks,
)
from cpe_diag.lab.views import modem_view, node_view

if TYPE_CHECKING:
    from cpe_diag.lab.mib import MibValue, OidParts
    from cpe_diag.lab.world import World

XDSL2_LINE_STATUS_XTUC = "1.3.6.1.2.1.10.251.1.1.1.1.19"
XDSL2_BAND_SNR_MARGIN = "1.3.6.1.2.1.10.251.1.1.2.1.4"
XDSL2_15MIN_ES = "1.3.6.1.2.1.10.251.1.4.1.1.1.6"
ADSL_LINE_CODING = "1.3.6.1.2.1.10.94.1.1.1.1.1"
ADSL_ATUR_STATUS = "1.3.6.1.2.1.10.94.1.1.3.1.6"
DOT3_FCS_ERRORS = "1.3.6.1.2.1.10.7.2.1.3"


def walk(view: MibView) -> list[tuple[OidParts, MibValue]]:
    """Go through a view by GETNEXT from its beginning."""
    found: list[tuple[OidParts, MibValue]] = []
    oid: OidParts = (1,)
    while (row := view.next_after(oid)) is not None:
        found.append(row)
        oid = row[0]
    return found


@pytest.mark.parametrize(
    ("node", "objects"),
    [
        ("an-vdsl", 2000),
        ("an-adsl", 2000),
        ("an-eth", 2000),
        ("olt-4", 2000),
        ("cmts-5", 1500),
        ("sw-6", 1200),
        ("modem", 150),
    ],
)
def test_a_walk_is_in_order_and_agrees_with_get(world: World, node: str, objects: int) -> None:
    """An agent that does not advance, or whose GET and GETNEXT differ, misleads every client."""
    port = world.port_of(world.routers["sub-5001"])
    assert port.modem is not None
    view = (
        modem_view(world, port, port.modem)
        if node == "modem"
        else node_view(world, world.nodes[node])
    )
    rows = walk(view)
    oids = [oid for oid, _value in rows]
    assert len(rows) > objects
    assert oids == sorted(set(oids))
    for oid, value in random.Random(3).sample(rows, 150):  # noqa: S311 - a sample
        assert view.get(oid) == value


@pytest.mark.parametrize(
    ("node", "column", "rows_a_port"),
    [
        ("an-vdsl", XDSL2_LINE_STATUS_XTUC, 1),
        ("an-vdsl", XDSL2_BAND_SNR_MARGIN, 6),
        ("an-vdsl", XDSL2_15MIN_ES, 2),
        ("an-adsl", ADSL_LINE_CODING, 1),
        ("an-adsl", ADSL_ATUR_STATUS, 1),
        ("an-eth", DOT3_FCS_ERRORS, 1),
    ],
)
def test_each_of_the_48_ports_has_its_rows_whether_a_home_is_there_or_not(
    world: World, node: str, column: str, rows_a_port: int
) -> None:
    """A DSLAM has a line for every port; a walk that shows homes only would be no DSLAM's."""
    oid = parts(column)
    rows = [
        row
        for row, _value in walk(node_view(world, world.nodes[node]))
        if row[: len(oid)] == oid and row[len(oid)] in world.nodes[node].ports
    ]
    assert len(rows) == 48 * rows_a_port


@pytest.mark.parametrize(("admin_up", "seen"), [(False, b"\x80"), (True, b"\x20")])
def test_an_open_port_without_a_home_hears_no_signal(
    world: World, seen: bytes, *, admin_up: bool
) -> None:
    """Off is no defect (bit 0); listening to nothing is loss of signal (bit 2)."""
    node = world.nodes["an-vdsl"]
    idle = next(port for port in node.ports.values() if port.subscriber is None)
    idle.admin_up = admin_up
    cell = node_view(world, node).get((*parts(XDSL2_LINE_STATUS_XTUC), idle.if_index))
    assert cell is not None
    assert cell.content == seen


def test_next_after_finds_the_successor_of_any_place(world: World) -> None:
    """GETNEXT takes any oid, inside a table, between tables, and beyond the end."""
    view = node_view(world, world.nodes["an-eth"])
    oids = [oid for oid, _value in walk(view)]
    chance = random.Random(5)  # noqa: S311 - places to try
    for oid in chance.sample(oids, 100):
        for asked in (oid[:-1], (*oid, 0), oid[: chance.randint(1, len(oid))]):
            expected = next((other for other in oids if other > asked), None)
            found = view.next_after(asked)
            assert (found and found[0]) == expected
    assert view.next_after((1, 3, 6, 1, 9)) is None


def test_a_column_without_rows_is_skipped() -> None:
    """An empty forwarding table must not end a walk."""
    view = MibView(
        (
            Column(name="empty", oid=(1, 1), rows=tuple, read=lambda _index: integer(0)),
            Column(name="full", oid=(1, 2), rows=lambda: ((1,),), read=lambda _index: integer(4)),
        )
    )
    assert view.next_after((1, 1)) == ((1, 2, 1), integer(4))
    assert view.get((1, 1, 1)) is None
    assert view.has_object((1, 1, 1))
    assert not view.has_object((1, 3, 1))


def test_a_date_and_time_is_eight_octets() -> None:
    """RFC 2579: two octets of the year, then one each, the last are tenths of a second."""
    assert date_and_time(1_700_000_000.55).content == bytes.fromhex("07e7 0b 0e 16 0d 14 05")


def test_counters_wrap_and_gauges_stay_at_their_maximum() -> None:
    """RFC 2578, 7.1.6 and 7.1.7: the two behave in opposite ways at 2^32."""
    assert counter32(2**32 + 5).content == 5
    assert gauge(10_000_000_000).content == 2**32 - 1
    assert ticks(2**32 / 100 + 1).content == 100
    assert ticks(-3).content == 0


def test_bits_begin_at_the_high_end_of_the_first_octet() -> None:
    """RFC 2578, 7.1.4: read the other way round, `lossOfPower` would be `noDefect`."""
    assert bits(0).content == b"\x80"
    assert bits(3).content == b"\x10"
    assert bits(2, 9, length=2).content == b"\x20\x40"


def test_texts_of_oids_and_macs_become_octets() -> None:
    """The two small readers that every table uses."""
    assert parts("1.3.6") == (1, 3, 6)
    assert mac_octets("02:00:5e:00:00:ff") == b"\x02\x00\x5e\x00\x00\xff"
    assert Syntax("counter64") is Syntax.COUNTER64
