"""A sweep asks a node no harder than it may be asked, and always comes to an end."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import pytest

from cpe_diag.domain.failures import Failure, FailureKind, MeasurementError
from cpe_diag.driver_kit.access import ObjectSpec
from cpe_diag.probes.column_reader import ColumnReader, Pace, base_of
from cpe_diag.testing.clock import FakeClock
from cpe_diag.testing.doors import FakeSnmp, Wire

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cpe_diag.ports import Oid, SnmpValue

OPER: Final = "1.3.6.1.2.1.2.2.1.8"
ADMIN: Final = "1.3.6.1.2.1.2.2.1.7"
EMPTY: Final = "1.3.6.1.2.1.2.2.1.6"


@dataclass(slots=True, kw_only=True)
class Busy(FakeSnmp):
    """A node that notes how many questions it works on, of what size, and when they came."""

    now: int = 0
    most: int = 0
    sizes: list[int] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    breaks_above: int = 50

    async def next_rows(
        self, column: Oid, *, after: str, max_rows: int, deadline: float
    ) -> tuple[tuple[Oid, SnmpValue], ...]:
        """Answer, unless asked for too many rows."""
        self.sizes.append(max_rows)
        self.times.append(self.wire.clock.monotonic())
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            if max_rows > self.breaks_above:
                raise _device_error()
            return await FakeSnmp.next_rows(
                self, column, after=after, max_rows=max_rows, deadline=deadline
            )
        finally:
            self.now -= 1

    async def get(self, oids: Sequence[Oid], *, deadline: float) -> Mapping[Oid, SnmpValue]:
        """Answer."""
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            return await FakeSnmp.get(self, oids, deadline=deadline)
        finally:
            self.now -= 1


def _device_error() -> MeasurementError:
    failure = Failure(kind=FailureKind.DEVICE_ERROR, where="an-1", detail="genErr")
    return MeasurementError(failure, "snmp.getbulk")


def node(rows: int, clock: FakeClock, *, takes_s: float = 0.03) -> Busy:
    """Make a node with two full columns."""
    objects: dict[Oid, SnmpValue] = {}
    for n in range(1, rows + 1):
        objects[f"{OPER}.{n}"] = 1
        objects[f"{ADMIN}.{n}"] = 1
    return Busy(wire=Wire(clock=clock, takes_s=takes_s), objects=objects)


def reader_of(
    snmp: Busy, clock: FakeClock, *, pace: Pace | None = None, limit_s: float = 60.0
) -> ColumnReader:
    """Make a reader that tells nobody."""
    usual = pace or Pace(per_s=1_000.0)
    return ColumnReader(snmp, clock, usual, clock.monotonic() + limit_s, lambda _: None)


def spec(field_name: str, column: Oid) -> ObjectSpec:
    """Make an object of a driver."""
    return ObjectSpec(
        field=field_name,
        oid=f"{column}.{{if_index}}",
        type="integer",
        unit="",
        scale=1.0,
        sentinels=(),
        values={},
        source="a test",
    )


async def test_whole_columns_come_in_bounded_pieces_two_at_a_time() -> None:
    """Never max-repetitions 0 and never more than 50; some OLTs hang on the one or the other."""
    clock = FakeClock()
    snmp = node(120, clock)
    reader = reader_of(snmp, clock)
    found = await reader.columns([spec("oper", OPER), spec("admin", ADMIN), spec("more", EMPTY)])
    assert len(found) == 240
    assert set(snmp.sizes) == {50}
    assert len(snmp.sizes) == reader.requests == 7
    assert snmp.most == 2


async def test_no_more_requests_a_second_than_allowed() -> None:
    """The rate holds whatever the round trip is."""
    clock = FakeClock()
    snmp = node(500, clock, takes_s=0.0001)
    await reader_of(snmp, clock, pace=Pace(per_s=20.0)).columns([spec("oper", OPER)])
    gaps = [later - earlier for earlier, later in zip(snmp.times, snmp.times[1:], strict=False)]
    assert len(snmp.times) == 11
    assert min(gaps) >= 0.0499


async def test_the_rows_of_a_request_are_the_operators_to_choose() -> None:
    """25 to 50, in the configuration file."""
    clock = FakeClock()
    snmp = node(60, clock)
    await reader_of(snmp, clock, pace=Pace(rows=25)).columns([spec("oper", OPER)])
    assert snmp.sizes == [25, 25, 25]


async def test_a_node_that_breaks_on_fifty_rows_is_asked_for_fewer() -> None:
    """Once; a node that breaks on 25 too has its error told."""
    clock = FakeClock()
    snmp = node(60, clock)
    snmp.breaks_above = 25
    found = await reader_of(snmp, clock).columns([spec("oper", OPER)])
    assert len(found) == 60
    assert snmp.sizes == [50, 25, 25, 25]
    snmp.breaks_above = 10
    with pytest.raises(MeasurementError, match="genErr"):
        await reader_of(snmp, clock).columns([spec("oper", OPER)])


async def test_an_alternative_is_read_only_where_the_first_has_no_row() -> None:
    """A field may be in either of two tables."""
    clock = FakeClock()
    snmp = node(10, clock)
    reader = reader_of(snmp, clock)
    found = await reader.columns([spec("oper", EMPTY), spec("oper", OPER)])
    assert len(found) == 10
    again = await reader.columns([spec("oper", ADMIN), spec("oper", EMPTY)])
    assert len(again) == 10
    assert reader.requests == 3


async def test_two_fields_of_one_column_read_it_once() -> None:
    """A claim and a state of the same object."""
    clock = FakeClock()
    snmp = node(10, clock)
    reader = reader_of(snmp, clock)
    await reader.columns([spec("oper", OPER), spec("admin", OPER)])
    assert reader.requests == 1


async def test_exact_objects_come_as_many_as_fit_into_a_request() -> None:
    """31 and sysUpTime."""
    clock = FakeClock()
    snmp = node(60, clock)
    found = await reader_of(snmp, clock).objects([f"{OPER}.{n}" for n in range(1, 61)])
    assert len(found) == 60
    assert [len(oids) for oids in snmp.asked] == [31, 29]
    assert snmp.most == 2


async def test_a_node_that_falls_silent_ends_the_reading_once() -> None:
    """Ten seconds after it is told; the other columns do not wait ten seconds more each."""
    clock = FakeClock()
    snmp = node(500, clock, takes_s=9_999.0)
    begun = clock.monotonic()
    with pytest.raises(MeasurementError) as caught:
        await reader_of(snmp, clock).columns(
            [spec("oper", OPER), spec("admin", ADMIN), spec("more", EMPTY)]
        )
    assert caught.value.failure.kind is FailureKind.SILENT
    assert clock.monotonic() - begun == pytest.approx(10.0)


async def test_the_limit_of_the_node_ends_the_reading() -> None:
    """A slow node is given up, and said to be."""
    clock = FakeClock()
    snmp = node(5_000, clock, takes_s=1.0)
    begun = clock.monotonic()
    with pytest.raises(MeasurementError):
        await reader_of(snmp, clock, limit_s=12.5).columns([spec("oper", OPER)])
    assert clock.monotonic() - begun == pytest.approx(12.5)


async def test_a_reading_can_be_cancelled() -> None:
    """Ctrl-C in the middle of a node."""
    clock = FakeClock()
    reading = asyncio.create_task(
        reader_of(node(5_000, clock), clock).columns([spec("oper", OPER)])
    )
    await asyncio.sleep(0)
    reading.cancel()
    await asyncio.wait([reading])
    assert reading.cancelled()


def test_the_column_of_an_object_ends_before_its_first_placeholder() -> None:
    """An ONT's object has two parts of an index behind its column."""
    assert base_of("1.3.6.1.4.1.32473.1.{if_index}.{onu}") == "1.3.6.1.4.1.32473.1"
    assert base_of("1.3.6.1.2.1.1.3.0") == "1.3.6.1.2.1.1.3.0"
