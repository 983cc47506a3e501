"""A port that only the node can tell is found with few questions, and never guessed."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.failures import Failure, FailureKind, MeasurementError
from cpe_diag.driver_kit.access import Lookup, PortNaming
from cpe_diag.driver_kit.load import load_access_driver
from cpe_diag.driver_kit.port_index import IndexPart
from cpe_diag.probes.port_finder import PortFinder
from cpe_diag.testing.doors import FakeMemory, FakeSnmp, Wire
from cpe_diag.testing.setting import fake_doors

if TYPE_CHECKING:
    from cpe_diag.driver_kit.access import AccessDriver
    from cpe_diag.driver_kit.port_index import PortIndex
    from cpe_diag.ports import Doors, Oid, SnmpValue

COLUMN = "1.3.6.1.4.1.32473.9"
POINTER = "1.3.6.1.4.1.32473.8"
CM_POINTER = "1.3.6.1.2.1.10.127.1.3.7.1.2"
"""DOCS-IF-MIB docsIfCmtsCmPtr, RFC 4546."""
SERIAL = bytes.fromhex("485754431a2b3c4d")
NAME = "0/3/12 sn HWTC1A2B3C4D"
SOURCE = "an example for this test"


def driver(most_rows: int = 128) -> AccessDriver:
    """Make a driver whose ONTs are found by their serial number within a PON port."""
    number = IndexPart(form="number", base=4_000_000, factors={"port": 256}, group="")
    naming = PortNaming(
        pattern=r"0/3/(?P<port>[0-9]+) sn (?P<serial>\w+)",
        example=NAME,
        index={"if_index": number},
        groups=("pon 0/3/{port}",),
        technologies=(),
        source=SOURCE,
    )
    search = Lookup(
        gives="onu",
        oid="",
        column=f"{COLUMN}.{{if_index}}",
        wanted="serial",
        form="gpon_serial",
        most_rows=most_rows,
        sentinels=(),
        cost="bounded by one PON port",
        source=SOURCE,
    )
    return replace(load_access_driver("generic_ifmib"), port_naming=(naming,), lookups=(search,))


def node_with(objects: dict[Oid, SnmpValue]) -> tuple[Doors, FakeSnmp]:
    """Make doors to a node that holds objects."""
    doors = fake_doors()
    snmp = FakeSnmp(wire=Wire(clock=doors.clock, recorder=doors.recorder), objects=objects)
    return replace(doors, snmp=snmp), snmp


def onus(count: int, ours: int | None) -> dict[Oid, SnmpValue]:
    """Make the column of a PON port with so many ONUs, one of them ours."""
    return {
        f"{COLUMN}.{4_000_000 + 12 * 256}.{number}": SERIAL
        if number == ours
        else b"ALCL" + number.to_bytes(4, "big")
        for number in range(count)
    }


async def find(doors: Doors, memory: FakeMemory, name: str = NAME, rows: int = 128) -> PortIndex:
    """Find a port in a run of its own."""
    deadline = doors.clock.monotonic() + 10
    return await PortFinder(doors, memory).find(driver(rows), name, "gpon", deadline)


async def failure_of(doors: Doors, name: str = NAME, rows: int = 128) -> Failure:
    """Say why a port is not found."""
    with pytest.raises(MeasurementError) as caught:
        await find(doors, FakeMemory(), name, rows)
    return caught.value.failure


def exchanges(doors: Doors) -> int:
    """Count the requests so far."""
    return len(doors.recorder.trace(start_s=0.0))


async def test_a_serial_is_searched_within_its_pon_port_and_remembered() -> None:
    """Two requests the first time, one afterwards, whatever the size of the node."""
    doors, _ = node_with(onus(64, ours=57))
    memory = FakeMemory()
    found = await find(doors, memory)
    assert (found.parts["onu"], found.groups) == ("57", ("pon 0/3/12",))
    assert exchanges(doors) == 2
    assert (await find(doors, memory)).parts["onu"] == "57"
    assert exchanges(doors) == 3


async def test_what_is_remembered_is_believed_only_while_the_node_says_the_same() -> None:
    """An ONT that was moved must not be read as the customer's at its old place."""
    objects = onus(64, ours=57)
    doors, _ = node_with(objects)
    memory = FakeMemory()
    await find(doors, memory)
    objects.update(onus(64, ours=3))
    assert (await find(doors, memory)).parts["onu"] == "3"


async def test_an_old_memory_is_not_used() -> None:
    """Cards are moved; a month is long enough to ask again."""
    doors, snmp = node_with(onus(4, ours=1))
    memory = FakeMemory()
    await find(doors, memory)
    memory.held = {
        key: replace(held, at=held.at - timedelta(days=31)) for key, held in memory.held.items()
    }
    snmp.asked.clear()
    await find(doors, memory)
    assert snmp.asked == []


async def test_two_probes_at_once_search_once() -> None:
    """All probes of a step need the port at the same moment."""
    doors, _ = node_with(onus(20, ours=7))
    finder = PortFinder(doors, FakeMemory())
    deadline = doors.clock.monotonic() + 10
    found = await asyncio.gather(
        *(finder.find(driver(), NAME, "gpon", deadline) for _ in range(5))
    )
    assert {one.parts["onu"] for one in found} == {"7"}
    assert exchanges(doors) == 1


async def test_an_ont_that_is_not_there_is_said_to_be_so() -> None:
    """Another ONT must never be taken in its place."""
    doors, _ = node_with(onus(20, ours=None))
    assert (await failure_of(doors)).kind is FailureKind.UNSUPPORTED


async def test_an_ont_that_is_not_there_is_looked_for_once_in_a_run() -> None:
    """Five probes that ask for it must not search five times; a silent node is asked again."""
    doors, snmp = node_with(onus(60, ours=None))
    finder = PortFinder(doors, FakeMemory())
    deadline = doors.clock.monotonic() + 10
    snmp.wire.failure = Failure(kind=FailureKind.SILENT, where="an-1", detail="no answer")
    kinds = []
    for failure in (snmp.wire.failure, None, None):
        snmp.wire.failure = failure
        with pytest.raises(MeasurementError) as caught:
            await finder.find(driver(), NAME, "gpon", deadline)
        kinds.append(caught.value.failure.kind)
    assert kinds == [FailureKind.SILENT, FailureKind.UNSUPPORTED, FailureKind.UNSUPPORTED]
    assert exchanges(doors) == 3


async def test_a_search_ends_at_its_bound_and_says_so() -> None:
    """Whether it is there is then not known."""
    doors, _ = node_with(onus(120, ours=100))
    failure = await failure_of(doors, rows=60)
    assert failure.kind is FailureKind.INCOMPLETE
    assert "first 60 rows" in failure.detail


async def test_a_name_that_holds_no_serial_fits_no_scheme() -> None:
    """The form of a serial number is part of the name's form."""
    doors, _ = node_with(onus(3, ours=1))
    assert (await failure_of(doors, "0/3/12")).kind is FailureKind.NOT_CONFIGURED


async def test_a_port_is_found_without_an_optional_part_that_the_node_does_not_tell() -> None:
    """An ONU that has no interface of its own still has a row in the table of ONUs."""
    full = driver()
    search = replace(full.lookups[0], optional=True)
    lenient = replace(full, lookups=(search,))
    for objects in (onus(9, ours=None), onus(128, ours=None)):
        doors, snmp = node_with(objects)
        deadline = doors.clock.monotonic() + 10
        found = await PortFinder(doors, FakeMemory()).find(lenient, NAME, "gpon", deadline)
        assert "onu" not in found.parts
        assert found.if_index == 4_003_072
    snmp.wire.failure = Failure(kind=FailureKind.SILENT, where="an-1", detail="no answer")
    with pytest.raises(MeasurementError) as caught:
        await PortFinder(doors, FakeMemory()).find(lenient, NAME, "gpon", deadline)
    assert caught.value.failure.kind is FailureKind.SILENT


async def test_a_pointer_is_asked_with_one_get() -> None:
    """A CMTS tells the index of a modem by its MAC address."""
    naming = PortNaming(
        pattern=r"mac:(?P<mac>[0-9a-f:]{17})",
        example="mac:02:00:5e:00:00:01",
        index={"mac": IndexPart(form="mac", base=0, factors={}, group="mac")},
        groups=(),
        technologies=("docsis",),
        source=SOURCE,
    )
    pointer = Lookup(
        gives="cm",
        oid=f"{POINTER}.{{mac}}",
        column="",
        wanted="",
        form="",
        most_rows=0,
        sentinels=(0,),
        cost="one GET",
        source=SOURCE,
    )
    cmts = replace(driver(), port_naming=(naming,), lookups=(pointer,))
    objects: dict[Oid, SnmpValue] = {f"{POINTER}.2.0.94.0.0.1": 71, f"{POINTER}.2.0.94.0.0.2": 0}
    doors, _ = node_with(objects)
    deadline = doors.clock.monotonic() + 10
    found = await PortFinder(doors, FakeMemory()).find(
        cmts, "mac:02:00:5e:00:00:01", "docsis", deadline
    )
    assert found.parts["cm"] == "71"
    for name in ("mac:02:00:5e:00:00:02", "mac:02:00:5e:00:00:03"):
        with pytest.raises(MeasurementError) as caught:
            await PortFinder(doors, FakeMemory()).find(cmts, name, "docsis", deadline)
        assert caught.value.failure.kind is FailureKind.UNSUPPORTED


async def test_a_part_that_two_tables_share_costs_no_question() -> None:
    """The second part is known as soon as the first one is, and only then."""
    doors, snmp = node_with({f"{CM_POINTER}.2.0.94.0.16.7": 71})
    found = await PortFinder(doors, FakeMemory()).find(
        load_access_driver("docsis_cmts"),
        "02:00:5e:00:10:07",
        "docsis",
        doors.clock.monotonic() + 10,
    )
    assert found.parts == {"mac": "2.0.94.0.16.7", "cm": "71", "reg": "71"}
    assert snmp.asked == [(f"{CM_POINTER}.2.0.94.0.16.7",)]
