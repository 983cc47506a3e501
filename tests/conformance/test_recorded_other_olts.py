"""The OLT drivers on recordings of real OLTs that are not part of the project.

The probes ask the recording as they would ask the node. What they say of every ONT is compared
with the lines of the recording, read and scaled here in a way of its own.
"""

from __future__ import annotations

import math
import os
import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pytest

from cpe_diag.domain.evidence import Evidence
from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.observations import Observed, Unobserved
from cpe_diag.domain.ont_facts import OntOptics, OntState
from cpe_diag.domain.port_facts import NodeSystem, PortCounters, PortStatus
from cpe_diag.domain.subscriber import Technology
from cpe_diag.driver_kit.access import AccessDriver
from cpe_diag.driver_kit.decode import decode
from cpe_diag.driver_kit.load import detect, list_drivers, load_access_driver, load_driver
from cpe_diag.driver_kit.port_index import PortIndex
from cpe_diag.probes import ont, port_state
from cpe_diag.testing.clock import FakeClock
from cpe_diag.testing.doors import FakeSnmp, Wire
from cpe_diag.testing.run_samples import sample_subscriber
from cpe_diag.testing.setting import fake_doors, fake_setting
from cpe_diag.testing.snmprec import read_snmprec

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpe_diag.domain.observations import Observation
    from cpe_diag.ports import Oid, SnmpValue

pytestmark = pytest.mark.recordings

T = TypeVar("T")

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(os.environ.get("CPE_DIAG_RECORDINGS", ROOT.parent / "shared" / "recordings"))

DRIVERS = {
    "edgeosolt": "ubiquiti_ufiber",
    "axos_e7-2": "calix_axos",
    "bdcom": "bdcom_gp3600",
    "vsolution_v1600d": "vsol_v1600d",
    "nokia-isam": "nokia_isam",
    "fiberhome": "fiberhome_an5516",
}

IF_TYPE, IF_ADMIN, IF_OPER = (f"1.3.6.1.2.1.2.2.1.{column}" for column in (3, 7, 8))
IF_CHANGE, IF_NAME = "1.3.6.1.2.1.2.2.1.9", "1.3.6.1.2.1.31.1.1.1.1"
IF_IN, IF_OUT = "1.3.6.1.2.1.31.1.1.1.6", "1.3.6.1.2.1.31.1.1.1.10"
SYS_UPTIME = "1.3.6.1.2.1.1.3.0"
UFIBER = "1.3.6.1.4.1.41112.1.5.6.2.1"
AXOS = "1.3.6.1.4.1.6321.1.2.4.2.6.1.1"
VSOL_OPTICS = "1.3.6.1.4.1.37950.1.1.5.12.2.1.8.1"
VSOL_NAME = "1.3.6.1.4.1.37950.1.1.5.12.1.25.1.9"


def path_of(name: str) -> Path:
    """Give the path of a recording, or skip where it is not here."""
    path = FOLDER / f"{name}.snmprec"
    if not path.is_file():
        pytest.skip(f"no recording {path}; name their folder in CPE_DIAG_RECORDINGS")
    return path


@cache
def lines(name: str) -> dict[str, str]:
    """Read what stands behind the second bar of each line; nothing of the project is used."""
    found: dict[str, str] = {}
    for line in path_of(name).read_text(encoding="latin-1").splitlines():
        oid, kind, rest = line.split("|", 2)
        text = bytes.fromhex(rest).decode("latin-1") if kind == "4x" else rest
        found.setdefault(oid, text)
    return found


@cache
def objects(name: str) -> Mapping[Oid, SnmpValue]:
    """Read a recording for the fake agent."""
    return read_snmprec(path_of(name))


def column(name: str, oid: str) -> dict[str, str]:
    """Give the rows of a column by what follows it."""
    return {
        at.removeprefix(f"{oid}."): text
        for at, text in lines(name).items()
        if at.startswith(f"{oid}.")
    }


async def ask(
    name: str, port: str, technology: Technology = Technology.GPON
) -> dict[str, Observation[object]]:
    """Run the probes of the port and of the ONT against a recording."""
    clock = FakeClock()
    agent = FakeSnmp(wire=Wire(clock=clock), objects=objects(name), node=name)
    doors = replace(fake_doors(clock), snmp=agent)
    subscriber = replace(sample_subscriber(), technology=technology, port=port)
    driver = load_access_driver(DRIVERS[name])
    setting = replace(fake_setting(subscriber, doors), access_driver=driver)
    found: dict[str, Observation[object]] = {}
    for probe in (port_state.PROBE, ont.PROBE):
        told = await probe.run(setting, Evidence(), clock.monotonic() + 20.0)
        found |= {one.key.kind: one.observation for one in told}
    # A whole check may take twelve; a port that was found before takes one in place of the search.
    assert len(agent.asked) + len(agent.bulks) <= 8
    return found


def value(told: Mapping[str, Observation[object]], kind: str, of: type[T]) -> T:
    """Give what was observed."""
    observation = told[kind]
    assert isinstance(observation, Observed), observation
    assert isinstance(observation.value, of)
    return observation.value


def why_not(told: Mapping[str, Observation[object]], kind: str) -> FailureKind:
    """Say why nothing was observed."""
    observation = told[kind]
    assert isinstance(observation, Unobserved), observation
    return observation.failure.kind


@pytest.mark.parametrize("name", DRIVERS)
async def test_each_recorded_olt_is_recognised_by_what_it_says_of_itself(name: str) -> None:
    """Two drivers that claim one node, or none, would read the wrong tables."""
    drivers = [load_driver(file.id) for file in list_drivers()]
    access = [one for one in drivers if isinstance(one, AccessDriver)]
    raw = lines(name)
    found = detect(access, raw["1.3.6.1.2.1.1.2.0"], raw["1.3.6.1.2.1.1.1.0"])
    assert found is not None
    assert found.id == DRIVERS[name]
    system = value(await ask(name, "ifindex:1"), "node_system", NodeSystem)
    assert system.uptime_s == int(raw[SYS_UPTIME]) / 100


async def test_every_ufiber_onu_is_told_as_its_row_says() -> None:
    """16 of 29 are online; where one is offline its zeros are no levels."""
    raw = lines("edgeosolt")
    serials = column("edgeosolt", f"{UFIBER}.1")
    states = []
    for index, serial in serials.items():
        told = await ask("edgeosolt", f"pon1:{serial}")
        cells = {number: raw[f"{UFIBER}.{number}.{index}"] for number in range(1, 12)}
        state, status = value(told, "ont_state", OntState), value(told, "port_status", PortStatus)
        assert state.online == (cells[3] == "1")
        assert (state.serial, state.model) == (serial.upper(), cells[4])
        assert (status.oper == "up", status.admin_up) == (state.online, True)
        counters = value(told, "port_counters", PortCounters)
        assert (counters.out_octets, counters.in_octets) == (int(cells[10]), int(cells[11]))
        assert not state.online or int(cells[10]) > int(cells[11])
        states.append(state.online)
        if state.online:
            optics = value(told, "ont_optics", OntOptics)
            assert optics.ont_rx_dbm == int(cells[9]) / 100
            assert optics.ont_tx_dbm == int(cells[8]) / 100
        else:
            assert why_not(told, "ont_optics") is FailureKind.NOT_MEASURED
    assert (states.count(True), states.count(False)) == (16, 13)


async def test_a_ufiber_serial_in_other_letters_is_another_onu() -> None:
    """The index is made of the characters as they are."""
    lower = await ask("edgeosolt", "UBNT20731f09")
    upper = await ask("edgeosolt", "UBNT20731F09")
    assert isinstance(lower["ont_state"], Observed)
    assert why_not(upper, "port_status") is FailureKind.UNSUPPORTED


async def test_every_axos_ont_is_found_by_its_id_and_told_as_its_row_says() -> None:
    """ONT 316: -15.21 dBm at home, 6.34 dBm sent, -12.7 dBm at the OLT; 206 of them in all."""
    raw = lines("axos_e7-2")
    ids = column("axos_e7-2", f"{AXOS}.2")
    assert len(ids) == 206
    for index, ont_id in ids.items():
        told = await ask("axos_e7-2", f"ont {ont_id}")
        optics = value(told, "ont_optics", OntOptics)
        levels = (optics.ont_rx_dbm, optics.ont_tx_dbm, optics.olt_rx_dbm)
        wanted = (10 * math.log10(int(raw[f"{AXOS}.{n}.{index}"]) / 1e4) for n in (6, 7, 8))
        assert levels == pytest.approx(tuple(wanted), abs=0.006)
        state = value(told, "ont_state", OntState)
        assert (state.online, state.firmware) == (True, raw[f"{AXOS}.9.{index}"])
        # Its dying-gasp flag says yes of every healthy ONT.
        assert raw[f"{AXOS}.5.{index}"] == "1"
        assert isinstance(state.last_down_cause, Missing)
    first = value(await ask("axos_e7-2", "316/x1"), "ont_optics", OntOptics)
    assert (first.ont_rx_dbm, first.ont_tx_dbm, first.olt_rx_dbm) == (-15.21, 6.34, -12.7)


async def test_an_axos_ont_without_a_row_is_said_not_to_be_there() -> None:
    """900 and 916 have an Ethernet interface, and no row in the table of ONTs."""
    assert {"900/x1", "916/x1"} <= set(column("axos_e7-2", IF_NAME).values())
    for ont_id in ("900", "916"):
        assert why_not(await ask("axos_e7-2", ont_id), "ont_state") is FailureKind.UNSUPPORTED


async def test_every_bdcom_onu_is_found_by_its_name_and_told_as_its_interface_says() -> None:
    """54 of 64 are up; no rule leads from their names to their numbers."""
    raw = lines("bdcom")
    names = {at: name for at, name in column("bdcom", IF_NAME).items() if ":" in name}
    up = 0
    for at, name in names.items():
        told = await ask("bdcom", name)
        status = value(told, "port_status", PortStatus)
        assert status.if_index == int(at)
        assert (status.oper == "up") == (raw[f"{IF_OPER}.{at}"] == "1")
        assert status.last_change_s == pytest.approx(
            int(raw[SYS_UPTIME]) / 100 - int(raw[f"{IF_CHANGE}.{at}"]) / 100
        )
        counters = value(told, "port_counters", PortCounters)
        assert counters.in_octets == int(raw[f"{IF_IN}.{at}"])
        assert counters.out_octets == int(raw[f"{IF_OUT}.{at}"])
        up += value(told, "ont_state", OntState).online
        assert why_not(told, "port_speed") is FailureKind.NOT_APPLICABLE
    assert (len(names), up) == (64, 54)
    numbers = {name: at for at, name in names.items()}
    wanted = {"GPON0/2:24": "1352", "GPON0/2:17": "1468", "GPON0/2:16": "1557"}
    assert {name: numbers[name] for name in wanted} == wanted


def test_a_bdcom_has_learned_a_mac_at_the_interface_of_an_onu() -> None:
    """Bridge ports are ifIndexes: a home's MAC stands at GPON0/2:1, not at its PON port."""
    raw = lines("bdcom")
    row = "101.28.59.243.86.145.33"
    vlan, mac = row.split(".", 1)
    group = load_access_driver("bdcom_gp3600").groups["learned_macs"]
    specs = {spec.field: spec for spec in group}
    learned = PortIndex(name="x", parts={"vlan": vlan, "mac": mac}, words={}, groups=())
    port = decode(specs["port_in_vlan"], objects("bdcom")[specs["port_in_vlan"].at(learned)])
    bridge = PortIndex(name="x", parts={"base_port": str(port)}, words={}, groups=())
    spec = specs["base_port_if_index"]
    assert raw[f"{IF_NAME}.{decode(spec, objects('bdcom')[spec.at(bridge)])}"] == "GPON0/2:1"


async def test_every_vsol_onu_tells_its_levels_out_of_text() -> None:
    """ONU 1: -14.61 dBm, 3.77 dBm, 30.67 C, 3.27 V; each is an interface of its own besides."""
    raw = lines("vsolution_v1600d")
    names = {name: at for at, name in column("vsolution_v1600d", IF_NAME).items() if ":" in name}
    assert len(names) == 16
    for name, at in names.items():
        row = name.removeprefix("EPON0/").replace(":", ".")
        told = await ask("vsolution_v1600d", name, Technology.EPON)
        optics = value(told, "ont_optics", OntOptics)
        rx, tx = (raw[f"{VSOL_OPTICS}.{n}.{row}"].split("(")[1].split(" ")[0] for n in (7, 6))
        assert (optics.ont_rx_dbm, optics.ont_tx_dbm) == (float(rx), float(tx))
        warmth, volts = (float(raw[f"{VSOL_OPTICS}.{n}.{row}"].split(" ")[0]) for n in (3, 4))
        assert (optics.ont_temperature_c, optics.ont_voltage_v) == (warmth, volts)
        status = value(told, "port_status", PortStatus)
        assert (status.if_index, status.alias) == (int(at), raw[f"{VSOL_NAME}.{row}"])
        counters = value(told, "port_counters", PortCounters)
        assert counters.out_octets == int(raw[f"{IF_OUT}.{at}"])
        assert value(told, "ont_state", OntState).online == (raw[f"{IF_OPER}.{at}"] == "1")
    first = value(await ask("vsolution_v1600d", "EPON0/1:1"), "ont_optics", OntOptics)
    assert (first.ont_rx_dbm, first.ont_tx_dbm) == (-14.61, 3.77)


async def test_every_isam_ont_is_found_by_rule_and_told_as_its_interface_says() -> None:
    """20 of 30 are up. Their numbers are taken apart here bit by bit, and lead back."""
    raw = lines("nokia-isam")
    onts = [int(at) for at, kind in column("nokia-isam", IF_TYPE).items() if kind == "270"]
    up = 0
    for number in onts:
        assert number >> 21 & 0xF == 14
        slot, pon, one = (number >> 25) - 1, (number >> 16 & 0x1F) + 1, (number >> 9 & 0x7F) + 1
        told = await ask("nokia-isam", f"1/1/{slot}/{pon}/{one}")
        status = value(told, "port_status", PortStatus)
        assert status.if_index == number
        assert status.admin_up == (raw[f"{IF_ADMIN}.{number}"] == "1")
        changed = int(raw[f"{IF_CHANGE}.{number}"])
        if changed:
            assert status.last_change_s == pytest.approx((int(raw[SYS_UPTIME]) - changed) / 100)
        state = value(told, "ont_state", OntState)
        assert state.online == (raw[f"{IF_OPER}.{number}"] == "1")
        up += state.online
        # The shared PON port counts and has a rate; an ONT must not be given them.
        assert why_not(told, "port_speed") is FailureKind.UNSUPPORTED
    assert (len(onts), up) == (30, 20)


async def test_a_fiberhome_that_was_recorded_without_onus_has_none() -> None:
    """What is not there is a reason, and no state."""
    told = await ask("fiberhome", "1/2/3")
    assert why_not(told, "port_status") is FailureKind.UNSUPPORTED
    assert why_not(told, "ont_state") is FailureKind.UNSUPPORTED
    assert re.search("AN5516", lines("fiberhome")["1.3.6.1.2.1.1.1.0"])
