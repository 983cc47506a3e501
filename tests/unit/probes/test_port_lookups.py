"""A port that only the node can place is found with few questions, or said not to be there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest

from cpe_diag.domain.failures import FailureKind, MeasurementError
from cpe_diag.domain.subscriber import NodePort
from cpe_diag.driver_kit.load import load_access_driver
from cpe_diag.probes.neighbour_ports import choose
from cpe_diag.probes.port_finder import PortFinder
from cpe_diag.testing.clock import FakeClock
from cpe_diag.testing.doors import FakeMemory, FakeSnmp, Wire
from cpe_diag.testing.run_samples import sample_subscriber
from cpe_diag.testing.setting import fake_doors, fake_setting

if TYPE_CHECKING:
    from pathlib import Path

    from cpe_diag.driver_kit.access import AccessDriver
    from cpe_diag.ports import Oid, SnmpValue
    from cpe_diag.probes.probe import Setting

NAMES: Final = "1.3.6.1.2.1.31.1.1.1.1"
BASE_PORTS: Final = "1.3.6.1.2.1.17.1.4.1.2"
OBJECT_ID: Final = "1.3.6.1.2.1.1.2.0"

# A switch whose ifIndex and bridge port follow no rule; its private tree has its model in it.
OBJECTS: Final[dict[Oid, SnmpValue]] = {
    OBJECT_ID: "1.3.6.1.4.1.32473.7.3",
    **{f"{NAMES}.{5 + port}": f"Eth0/0/{port}".encode() for port in range(1, 61)},
    **{f"{BASE_PORTS}.{2 + port}": 5 + port for port in range(1, 61)},
}

DRIVER: Final = """\
kind: access
title: A switch with lookups
extends: generic_ifmib
capabilities: {}
port_naming:
  - pattern: '(?P<name>Eth0/0/(?P<port>[0-9]+))'
    example: Eth0/0/7
    index: {}
    source: made for this test
lookups:
  - {gives: if_index, column: 1.3.6.1.2.1.31.1.1.1.1, wanted: name, form: ascii, most_rows: 100,
     cost: at most two GETBULKs, source: IF-MIB ifName}
  - {gives: base_port, column: 1.3.6.1.2.1.17.1.4.1.2, wanted: if_index, form: number,
     most_rows: 100, optional: true, cost: at most two GETBULKs,
     source: BRIDGE-MIB dot1dBasePortIfIndex}
  - {gives: model, oid: 1.3.6.1.2.1.1.2.0, pattern: '1\\.3\\.6\\.1\\.4\\.1\\.32473\\.7\\.([0-9]+)',
     optional: true, cost: one GET in a run, source: SNMPv2-MIB sysObjectID}
"""


def driver_in(folder: Path) -> AccessDriver:
    """Write the switch's driver and load it."""
    (folder / "made_switch.yaml").write_text(DRIVER, encoding="utf-8")
    return load_access_driver("made_switch", (folder,))


def setting_of(
    folder: Path, objects: dict[Oid, SnmpValue], memory: FakeMemory | None = None
) -> tuple[Setting, FakeClock]:
    """Make a setting whose subscriber sits on Eth0/0/7; the clock tells the exchanges."""
    clock = FakeClock()
    snmp = FakeSnmp(wire=Wire(clock=clock, takes_s=1.0), objects=objects)
    doors = replace(fake_doors(clock), snmp=snmp)
    setting = replace(
        fake_setting(replace(sample_subscriber(), port="Eth0/0/7"), doors),
        access_driver=driver_in(folder),
        finder=PortFinder(doors, memory or FakeMemory()),
    )
    return setting, clock


async def parts_of(setting: Setting, name: str) -> dict[str, str]:
    """Find a port and give the parts of its index."""
    assert setting.access_driver is not None
    deadline = setting.doors.clock.monotonic() + 100
    return dict((await setting.finder.find(setting.access_driver, name, None, deadline)).parts)


async def test_a_part_may_need_one_that_was_looked_up_before_it(tmp_path: Path) -> None:
    """The bridge port hangs on the ifIndex, and the ifIndex on the name."""
    setting, _ = setting_of(tmp_path, OBJECTS)
    assert await parts_of(setting, "Eth0/0/7") == {
        "if_index": "12",
        "base_port": "9",
        "model": "3",
    }


async def test_a_second_port_of_the_node_costs_no_question(tmp_path: Path) -> None:
    """The rows were read for the first one; a neighbour needs no scan of its own."""
    setting, clock = setting_of(tmp_path, OBJECTS)
    await parts_of(setting, "Eth0/0/7")
    begun = clock.monotonic()
    assert (await parts_of(setting, "Eth0/0/8"))["base_port"] == "10"
    assert clock.monotonic() == begun


async def test_what_was_remembered_costs_one_question_and_is_not_believed(tmp_path: Path) -> None:
    """A port that was given another number is looked for anew."""
    memory = FakeMemory()
    setting, _ = setting_of(tmp_path, OBJECTS, memory)
    await parts_of(setting, "Eth0/0/7")
    again, clock = setting_of(tmp_path, OBJECTS, memory)
    begun = clock.monotonic()
    assert (await parts_of(again, "Eth0/0/7"))["if_index"] == "12"
    assert clock.monotonic() - begun == pytest.approx(3.0)
    moved = {**OBJECTS, f"{NAMES}.12": b"Eth0/0/99", f"{NAMES}.70": b"Eth0/0/7"}
    other, _ = setting_of(tmp_path, moved, memory)
    assert (await parts_of(other, "Eth0/0/7"))["if_index"] == "70"


@pytest.mark.parametrize("missing", ["base_port", "model"])
async def test_without_an_optional_part_the_port_is_found_all_the_same(
    tmp_path: Path, missing: str
) -> None:
    """An agent without a bridge still tells whether the port is up."""
    objects = {
        **{oid: value for oid, value in OBJECTS.items() if not oid.startswith(BASE_PORTS)},
        OBJECT_ID: "1.3.6.1.4.1.8072.3.2.10",
    }
    setting, _ = setting_of(tmp_path, objects)
    parts = await parts_of(setting, "Eth0/0/7")
    assert parts["if_index"] == "12"
    assert missing not in parts


async def test_a_port_that_the_node_does_not_name_is_not_there(tmp_path: Path) -> None:
    """The part that everything hangs on is not optional."""
    setting, _ = setting_of(tmp_path, OBJECTS)
    with pytest.raises(MeasurementError) as caught:
        await parts_of(setting, "Eth0/0/61")
    assert caught.value.failure.kind is FailureKind.UNSUPPORTED


async def test_neighbours_are_placed_by_the_node_too(tmp_path: Path) -> None:
    """Controls by name alone would be no rows of any table; one that is not there is left out."""
    setting, _ = setting_of(tmp_path, OBJECTS)
    names = ("Eth0/0/7", "Eth0/0/20", "Eth0/0/8", "Eth0/0/61", "uplink")
    ports = tuple(NodePort(port=name, in_service=True) for name in names)
    setting = replace(setting, node_ports=ports)
    chosen = await choose(setting, setting.doors.clock.monotonic() + 100)
    assert [port.if_index for port in chosen] == [13, 25]
