"""Switches and DSLAMs as they were recorded: what our probes say of them, against the raw lines.

The expected values are read from the recording a second time, by a reader of lines that shares
nothing with the drivers; the recordings are no part of the project.
"""

from __future__ import annotations

import os
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pytest

from cpe_diag.domain.evidence import Evidence
from cpe_diag.domain.failures import FailureKind, MeasurementError
from cpe_diag.domain.observations import Observed, Unobserved
from cpe_diag.domain.port_facts import (
    Duplex,
    LearnedMacs,
    OperStatus,
    PortCounters,
    PortSpeed,
    PortStatus,
)
from cpe_diag.domain.setting_facts import PortConfig
from cpe_diag.domain.subscriber import NodePort
from cpe_diag.driver_kit.load import detect, load_access_driver
from cpe_diag.probes import (
    dhcp_bindings,
    learned_macs,
    neighbour_ports,
    neighbour_rates,
    port_settings,
    port_state,
)
from cpe_diag.testing.doors import FakeSnmp, Wire
from cpe_diag.testing.run_samples import sample_subscriber
from cpe_diag.testing.setting import fake_doors, fake_setting
from cpe_diag.testing.snmprec import read_snmprec

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpe_diag.domain.observations import Observation
    from cpe_diag.ports import Oid, SnmpValue
    from cpe_diag.probes.probe import Probe, Setting

pytestmark = pytest.mark.recordings

T = TypeVar("T")

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(os.environ.get("CPE_DIAG_RECORDINGS", ROOT.parent / "shared" / "recordings"))

DLINK = "switch_dlink-des3200"
HUAWEI = "vrp_s5328c-ei"
ELTEX = "eltex-mes23xx_mes2324fb"
ZYXEL = "ies52xxM_zynos-msc1240xa-ies5212"
ZTE = "zxdsl"
MIKROTIK = "routeros"

MAC = "02:00:5e:00:10:12"

DRIVERS = {
    DLINK: "dlink_des",
    HUAWEI: "huawei_vrp",
    ELTEX: "eltex_mes",
    ZYXEL: "zyxel_ies",
    ZTE: "zte_dslam",
    MIKROTIK: "generic_ifmib",
}

# Recording, name of a port, its ifIndex and its bridge port in the raw lines.
PORTS = [
    (DLINK, "3", 3, 3),
    (DLINK, "7", 7, 7),
    (DLINK, "17", 17, 17),
    (HUAWEI, "GigabitEthernet0/0/1", 6, 3),
    (HUAWEI, "GigabitEthernet0/0/24", 29, 26),
    (ELTEX, "gi1/0/7", 55, 55),
    (ELTEX, "te1/0/1", 105, 105),
    (ZYXEL, "ge1-1", 10001, 10001),
    (ZYXEL, "msc6-1", 60001, 60001),
    (ZTE, "VDSL 1/1", 65, 897),
    (ZTE, "4/64", 320, 2937),
    (MIKROTIK, "ifindex:2", 2, 1),
]


@cache
def recorded(name: str) -> Mapping[Oid, SnmpValue]:
    """Read a recording for the agent, or skip where it is not here."""
    path = FOLDER / f"{name}.snmprec"
    if not path.is_file():
        pytest.skip(f"no recording {path}; name their folder in CPE_DIAG_RECORDINGS")
    return read_snmprec(path)


@cache
def lines(name: str) -> dict[str, str]:
    """Read a recording a second time, line by line: what stands behind the second bar."""
    told: dict[str, str] = {}
    for line in (FOLDER / f"{name}.snmprec").read_text(encoding="latin-1").split("\n"):
        oid, _, rest = line.partition("|")
        told.setdefault(oid, rest.partition("|")[2])
    return told


def raw(name: str, oid: str) -> int | None:
    """Give a number of a raw line, or None where the recording has no such line."""
    text = lines(name).get(oid)
    return None if text is None else int(text)


def setting_of(name: str, port: str, vlan: int = 10, mac: str = MAC) -> Setting:
    """Make a setting whose subscriber sits on a port of the recorded node."""
    doors = fake_doors()
    wire = Wire(clock=doors.clock, recorder=doors.recorder)
    doors = replace(doors, snmp=FakeSnmp(wire=wire, objects=recorded(name), node=name))
    subscriber = sample_subscriber()
    service = replace(subscriber.service, vlan=vlan)
    subscriber = replace(subscriber, port=port, router_mac=mac, service=service)
    setting = fake_setting(subscriber, doors)
    return replace(setting, access_driver=load_access_driver(DRIVERS[name]))


async def ask(probe: Probe, setting: Setting) -> dict[str, Observation[object]]:
    """Run a probe and give its observations by key."""
    deadline = setting.doors.clock.monotonic() + 20
    return {
        str(one.key): one.observation for one in await probe.run(setting, Evidence(), deadline)
    }


def told(observation: Observation[object], kind: type[T]) -> T:
    """Give the value of what was observed."""
    assert isinstance(observation, Observed), observation
    assert isinstance(observation.value, kind)
    return observation.value


@pytest.mark.parametrize("name", [name for name in DRIVERS if name != MIKROTIK])
def test_a_node_is_recognised_by_what_it_says_of_itself(name: str) -> None:
    """An inventory without a driver's name still leads to the right one."""
    recorded(name)
    drivers = [load_access_driver(driver) for driver in DRIVERS.values()]
    found = detect(drivers, lines(name)["1.3.6.1.2.1.1.2.0"], lines(name)["1.3.6.1.2.1.1.1.0"])
    assert found is not None
    assert found.id == DRIVERS[name]


@pytest.mark.parametrize(("name", "port", "if_index", "bridge_port"), PORTS)
async def test_a_port_has_the_state_speed_and_counters_of_its_raw_lines(
    name: str, port: str, if_index: int, bridge_port: int
) -> None:
    """Of one row of the node: another row would be another customer."""
    setting = setting_of(name, port)
    got = await ask(port_state.PROBE, setting)
    table, extended = "1.3.6.1.2.1.2.2.1", "1.3.6.1.2.1.31.1.1.1"
    status = told(got["port_status[port]"], PortStatus)
    names = (lines(name).get(f"{column}.{if_index}") for column in (f"{extended}.1", f"{table}.2"))
    assert status.name == next(text for text in names if text)
    assert status.admin_up == (raw(name, f"{table}.7.{if_index}") == 1)
    wanted = OperStatus.UP if raw(name, f"{table}.8.{if_index}") == 1 else OperStatus.DOWN
    assert status.oper is wanted
    octets = raw(name, f"{extended}.6.{if_index}")
    counters = told(got["port_counters[port]"], PortCounters)
    assert counters.in_octets == (
        octets if octets is not None else raw(name, f"{table}.10.{if_index}")
    )
    speed = raw(name, f"{table}.5.{if_index}") or 0
    speed = (
        speed
        if 0 < speed < 2**32 - 1
        else 1_000_000 * (raw(name, f"{extended}.15.{if_index}") or 0)
    )
    if speed:
        fact = told(got["port_speed[port]"], PortSpeed)
        assert fact.speed_bps == speed
        full = raw(name, f"1.3.6.1.2.1.10.7.2.1.19.{if_index}") == 3
        assert (fact.duplex is Duplex.FULL) == full
    else:
        assert isinstance(got["port_speed[port]"], Unobserved)
    config = (await ask(port_settings.PROBE, setting))["port_config[port]"]
    pvid = raw(name, f"1.3.6.1.2.1.17.7.1.4.5.1.1.{bridge_port}")
    if pvid == 0:
        # A member of a trunk has no VLAN of its own.
        assert isinstance(config, Unobserved)
    elif pvid is not None and name != MIKROTIK:
        assert told(config, PortConfig).vlan == pvid


@pytest.mark.parametrize("port", [1, 7, 17])
async def test_a_dlink_tells_whether_a_speed_is_fixed(port: int) -> None:
    """Port 7 was recorded with 100 Mbit/s full, all others with negotiation."""
    got = await ask(port_settings.PROBE, setting_of(DLINK, str(port)))
    nway = raw(DLINK, f"1.3.6.1.4.1.171.11.113.3.1.2.3.2.1.5.{port}.1")
    assert nway is not None
    assert told(got["port_config[port]"], PortConfig).auto_negotiation is (nway == 2)
    assert (nway == 2) == (port != 7)


@pytest.mark.parametrize("port", [1, 2, 7, 8, 14, 17])
@pytest.mark.parametrize("vlan", [1, 40, 1113])
async def test_a_dlink_tells_how_a_port_is_in_the_services_vlan(port: int, vlan: int) -> None:
    """Counted in the raw lines' hexadecimal digits, where port 1 is the highest of 64 bits."""
    got = await ask(port_settings.PROBE, setting_of(DLINK, str(port), vlan=vlan))
    table, bit = "1.3.6.1.2.1.17.7.1.4.3.1", 1 << (64 - port)
    member = int(lines(DLINK)[f"{table}.2.{vlan}"], 16) & bit
    untagged = int(lines(DLINK)[f"{table}.4.{vlan}"], 16) & bit
    wanted = "untagged" if untagged else "tagged" if member else "absent"
    assert told(got["port_config[port]"], PortConfig).service_vlan == wanted


@pytest.mark.parametrize("name", [DLINK, ELTEX, HUAWEI])
async def test_a_cable_that_was_never_tested_has_no_result(name: str) -> None:
    """The D-Link's table is there and full of other(8) and 0; none of it is a measurement."""
    port = next(port for other, port, _, _ in PORTS if other == name)
    got = (await ask(port_settings.PROBE, setting_of(name, port)))["cable_test[port]"]
    assert isinstance(got, Unobserved)
    assert got.failure.kind in {FailureKind.NOT_MEASURED, FailureKind.UNSUPPORTED}
    if name == DLINK:
        assert {raw(DLINK, f"1.3.6.1.4.1.171.12.58.1.1.1.{n}.3") for n in range(4, 8)} == {8}


def _first_row(name: str, column: str, behind: int = 0) -> tuple[int, str, int]:
    """Give VLAN, MAC and port of the first row of a forwarding table, off the raw lines."""
    oid = next(oid for oid in lines(name) if oid.startswith(f"{column}."))
    index = [int(part) for part in oid.removeprefix(f"{column}.").split(".")]
    vlan, octets = (index[6], index[:6]) if behind else (index[0], index[1:7])
    return vlan, ":".join(f"{octet:02x}" for octet in octets), int(lines(name)[oid])


async def test_a_dlink_tells_where_a_mac_is_and_where_it_is_not() -> None:
    """By name, in its VLAN: one row of its 285."""
    recorded(DLINK)
    vlan, mac, port = _first_row(DLINK, "1.3.6.1.2.1.17.7.1.2.2.1.2")
    for asked, here in ((port, True), (port - 1, False)):
        got = await ask(learned_macs.PROBE, setting_of(DLINK, str(asked), vlan=vlan, mac=mac))
        entries = told(got["learned_macs[port]"], LearnedMacs).entries
        assert ((mac, vlan) in {(entry.mac, entry.vlan) for entry in entries}) is here


async def test_a_huawei_tells_where_a_mac_is_in_its_own_table() -> None:
    """Its bridge tables are empty. On another port the MAC is not, and more is not known."""
    recorded(HUAWEI)
    vlan, mac, if_index = _first_row(HUAWEI, "1.3.6.1.4.1.2011.5.25.42.2.1.3.1.4", behind=2)
    setting = setting_of(HUAWEI, f"ifindex:{if_index}", vlan=vlan, mac=mac)
    got = (await ask(learned_macs.PROBE, setting))["learned_macs[port]"]
    assert [entry.mac for entry in told(got, LearnedMacs).entries] == [mac]
    other = setting_of(HUAWEI, "GigabitEthernet0/0/1", vlan=vlan, mac=mac)
    unknown = (await ask(learned_macs.PROBE, other))["learned_macs[port]"]
    assert isinstance(unknown, Unobserved)
    assert unknown.failure.kind is FailureKind.INCOMPLETE


@pytest.mark.parametrize("name", [ZYXEL, ZTE])
async def test_a_forwarding_table_that_nobody_can_read_is_not_read(name: str) -> None:
    """Zyxel's rows have a number behind the MAC; taken for the MAC's end it would be another's."""
    port = next(port for other, port, _, _ in PORTS if other == name)
    got = (await ask(learned_macs.PROBE, setting_of(name, port)))["learned_macs[port]"]
    assert isinstance(got, Unobserved)
    assert got.failure.kind is FailureKind.UNSUPPORTED


@pytest.mark.parametrize("name", [DLINK, ELTEX])
async def test_a_node_that_shows_no_binding_says_nothing_of_the_customer(name: str) -> None:
    """Snooping was off, or the table was not recorded."""
    port = next(port for other, port, _, _ in PORTS if other == name)
    got = (await ask(dhcp_bindings.PROBE, setting_of(name, port)))["dhcp_bindings[port]"]
    assert isinstance(got, Unobserved)
    assert got.failure.kind is FailureKind.UNSUPPORTED


async def test_neighbours_of_a_port_without_a_rule_are_placed_with_few_questions() -> None:
    """Huawei's ifIndexes follow from no name; all of a check's questions stay within twelve."""
    ports = tuple(
        NodePort(port=f"GigabitEthernet0/0/{number}", in_service=True) for number in range(1, 25)
    )
    setting = replace(setting_of(HUAWEI, "GigabitEthernet0/0/4"), node_ports=ports)
    probes = (port_state, port_settings, learned_macs, dhcp_bindings)
    for probe in probes:
        await ask(probe.PROBE, setting)
    got = await ask(neighbour_ports.PROBE, setting)
    await ask(neighbour_rates.PROBE, setting)
    placed = {subject for subject in got if subject.startswith("port_status[")}
    assert placed == {f"port_status[neighbour/{number}]" for number in (8, 10, 7)}
    assert len(setting.doors.recorder.trace(start_s=0.0)) <= 12


async def test_a_port_that_a_node_does_not_name_is_not_there() -> None:
    """The S5328 has 24 ports."""
    setting = setting_of(HUAWEI, "GigabitEthernet0/0/25")
    assert setting.access_driver is not None
    with pytest.raises(MeasurementError) as caught:
        await setting.finder.find(setting.access_driver, "GigabitEthernet0/0/25", None, 1e9)
    assert caught.value.failure.kind is FailureKind.UNSUPPORTED
