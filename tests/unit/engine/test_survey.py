"""What is looked at before a change: bounded, and honest about what was not seen."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.failures import FailureKind, MeasurementError
from cpe_diag.domain.missing import Missing
from cpe_diag.driver_kit.load import load_access_driver
from cpe_diag.driver_kit.port_index import interface
from cpe_diag.driver_kit.port_names import locate
from cpe_diag.engine.forwarding import READS, ROWS, MacsOnPort
from cpe_diag.engine.survey import PortSurvey, survey
from cpe_diag.testing.clock import FakeClock
from cpe_diag.testing.doors import FakeSnmp, Wire
from cpe_diag.testing.run_samples import sample_subscriber
from cpe_diag.testing.setting import fake_doors, fake_setting

if TYPE_CHECKING:
    from cpe_diag.ports import Oid, SnmpValue

DRIVER = load_access_driver("generic_ifmib")
PORT = locate(DRIVER, "0/1/12")
ADMIN = "1.3.6.1.2.1.2.2.1.7.1012"
FDB = "1.3.6.1.2.1.17.7.1.2.2.1.2"
MAPPING = "1.3.6.1.2.1.17.1.4.1.2"
PVID = "1.3.6.1.2.1.17.7.1.4.5.1.1"
ROUTER = "02:00:5e:10:00:01"
ROUTER_INDEX = "2.0.94.16.0.1"
NODE: dict[Oid, SnmpValue] = {
    "1.3.6.1.2.1.1.3.0": 4711,
    "1.3.6.1.2.1.1.5.0": b"an-vdsl",
    "1.3.6.1.2.1.1.1.0": b"a node",
    "1.3.6.1.2.1.1.2.0": "1.3.6.1.4.1.32473.2.1",
    ADMIN: 1,
    "1.3.6.1.2.1.2.2.1.3.1012": 6,
    "1.3.6.1.2.1.31.1.1.1.1.1012": b"0/1/12",
    "1.3.6.1.2.1.31.1.1.1.18.1012": b"sub-1012",
    f"{MAPPING}.12": 1012,
    f"{MAPPING}.40": 1040,
    f"{PVID}.12": 1012,
    f"{FDB}.1012.{ROUTER_INDEX}": 12,
    f"{FDB}.1012.2.0.94.255.0.1": 49,
    f"{FDB}.1013.2.0.94.16.0.9": 12,
}


async def look(
    objects: dict[Oid, SnmpValue], *, port: str = "0/1/12", vlan: int | Missing = 1012
) -> tuple[PortSurvey, FakeSnmp]:
    """Look at a node."""
    clock = FakeClock()
    snmp = FakeSnmp(wire=Wire(clock=clock), objects=objects)
    sample = sample_subscriber()
    subscriber = replace(sample, service=replace(sample.service, vlan=vlan), router_mac=ROUTER)
    doors = replace(fake_doors(clock), snmp=snmp)
    setting = replace(fake_setting(subscriber, doors), access_driver=DRIVER)
    found = locate(DRIVER, port)
    return await survey(setting, found, (ADMIN,), 2000.0), snmp


def macs(seen: PortSurvey) -> MacsOnPort:
    """Give what was learned."""
    assert isinstance(seen.macs, MacsOnPort)
    return seen.macs


async def test_what_the_guard_needs_is_read_in_few_questions() -> None:
    """A person waits."""
    seen, _snmp = await look(NODE)
    assert seen.present == {ADMIN: 1}
    assert (seen.system_name, seen.alias, seen.if_type) == ("an-vdsl", "sub-1012", 6)
    assert seen.object_id == "1.3.6.1.4.1.32473.2.1"
    assert macs(seen) == MacsOnPort(
        macs=(ROUTER,), complete=True, router_here=True, router_elsewhere=None
    )
    assert seen.neighbours == ()
    assert isinstance(seen.ont_serial, Missing)


async def test_a_bridge_port_that_the_name_does_not_give_is_looked_up() -> None:
    """The bridge tells it."""
    seen, _snmp = await look(NODE, port="ifindex:1012")
    assert macs(seen).macs == (ROUTER,)


async def test_macs_of_the_ports_own_vlan_count_too() -> None:
    """A port in a wrong VLAN is looked at where it is, and where it should be."""
    seen, _snmp = await look({**NODE, f"{PVID}.12": 1013})
    assert macs(seen).macs == (ROUTER, "02:00:5e:10:00:09")


async def test_a_router_on_another_port_is_named_by_its_interface() -> None:
    """Somebody has plugged it in elsewhere, or the inventory is wrong."""
    seen, _snmp = await look({**NODE, f"{FDB}.1012.{ROUTER_INDEX}": 40})
    assert macs(seen).router_elsewhere == "ifIndex 1040"
    assert not macs(seen).router_here


async def test_a_vlan_with_more_entries_than_are_read_is_not_called_complete() -> None:
    """In an N:1 VLAN of thousands, the rest may be on this port."""
    others: dict[Oid, SnmpValue] = {
        f"{FDB}.1012.2.1.0.0.{n // 256}.{n % 256}": 40 for n in range(READS * ROWS + 10)
    }
    seen, _snmp = await look({**NODE, **others})
    assert not macs(seen).complete
    assert macs(seen).router_here


async def test_without_any_vlan_nothing_is_complete() -> None:
    """The table is never walked."""
    objects = {oid: value for oid, value in NODE.items() if not oid.startswith(PVID)}
    gap = Missing(why=FailureKind.NOT_CONFIGURED)
    seen, _snmp = await look(objects, vlan=gap)
    assert macs(seen) == MacsOnPort(
        macs=(), complete=False, router_here=False, router_elsewhere=None
    )


async def test_a_node_without_a_forwarding_table_says_nothing_of_macs() -> None:
    """Which is not: none."""
    objects = {oid: value for oid, value in NODE.items() if not oid.startswith("1.3.6.1.2.1.17")}
    seen, _snmp = await look(objects)
    assert seen.macs == Missing(why=FailureKind.UNSUPPORTED)


@pytest.mark.parametrize("local", ["1012", "3"])
async def test_an_lldp_neighbour_on_the_port_is_heard(local: str) -> None:
    """Local port numbers are ifIndexes on some nodes, and have names on others."""
    lldp: dict[Oid, SnmpValue] = {
        f"1.0.8802.1.1.2.1.4.1.1.9.0.{local}.1": b"agg-1",
        "1.0.8802.1.1.2.1.4.1.1.9.0.7.1": b"somebody else",
        "1.0.8802.1.1.2.1.3.7.1.3.3": b"0/1/12",
        "1.0.8802.1.1.2.1.3.7.1.3.7": b"0/1/7",
    }
    seen, _snmp = await look({**NODE, **lldp})
    assert seen.neighbours == ("agg-1",)


async def test_a_silent_node_is_not_planned_for() -> None:
    """Without present values there is no plan."""
    clock = FakeClock()
    snmp = FakeSnmp(wire=Wire(clock=clock, takes_s=99.0))
    doors = replace(fake_doors(clock), snmp=snmp)
    setting = replace(fake_setting(sample_subscriber(), doors), access_driver=DRIVER)
    with pytest.raises(MeasurementError):
        await survey(setting, interface(7), (ADMIN,), clock.monotonic() + 5.0)


def test_the_port_is_the_sample_subscribers() -> None:
    """All of these tests stand on it."""
    assert PORT.parts == {"if_index": "1012", "base_port": "12"}
