"""Drivers of Ethernet switches on made data: names, cable tests, speeds, and who is learned."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest

from cpe_diag.domain.evidence import Evidence
from cpe_diag.domain.failures import FailureKind, MeasurementError
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.observations import Observed, Unobserved
from cpe_diag.domain.port_facts import Duplex, LearnedMac, LearnedMacs
from cpe_diag.domain.setting_facts import CablePair, CableState
from cpe_diag.driver_kit.access_facts import Fields, port_speed
from cpe_diag.driver_kit.decode import decode_group
from cpe_diag.driver_kit.load import load_access_driver
from cpe_diag.driver_kit.port_index import PortIndex
from cpe_diag.driver_kit.port_names import locate
from cpe_diag.driver_kit.setting_facts import cable_test, port_config
from cpe_diag.probes import learned_macs
from cpe_diag.testing.doors import FakeSnmp, Wire
from cpe_diag.testing.run_samples import sample_subscriber
from cpe_diag.testing.setting import fake_doors, fake_setting

if TYPE_CHECKING:
    from cpe_diag.ports import Oid, SnmpValue

PORT: Final = PortIndex(
    name="7", parts={"if_index": "7", "base_port": "4", "model": "3.1"}, words={}, groups=()
)
SWITCHES: Final = ("dlink_des", "huawei_vrp", "eltex_mes", "zyxel_switch")
NOT_MEASURED: Final = Missing(why=FailureKind.NOT_MEASURED)
UNSUPPORTED: Final = Missing(why=FailureKind.UNSUPPORTED)


def fields(driver: str, group: str, objects: dict[Oid, SnmpValue]) -> Fields:
    """Decode a group of a port; what is not in `objects` the node does not have."""
    specs = load_access_driver(driver).groups[group]
    answers = {spec.at(PORT): objects.get(spec.at(PORT)) for spec in specs}
    return Fields(decode_group(specs, answers, PORT), "sw-1", group)


def pairs(driver: str, objects: dict[Oid, SnmpValue]) -> tuple[CablePair, ...]:
    """Give the pairs of a cable test."""
    return cable_test(fields(driver, "cable_test", objects)).pairs


@pytest.mark.parametrize(
    ("driver", "name", "parts"),
    [
        ("dlink_des", "18", {"if_index": "18", "base_port": "18"}),
        ("dlink_des", "ifindex:5121", {"if_index": "5121", "base_port": "5121"}),
        ("eltex_mes", "gi1/0/1", {"if_index": "49", "base_port": "49"}),
        ("eltex_mes", "gi1/0/24", {"if_index": "72", "base_port": "72"}),
        ("eltex_mes", "te1/0/4", {"if_index": "108", "base_port": "108"}),
        ("eltex_mes", "gi2/0/1", {"if_index": "157", "base_port": "157"}),
        ("huawei_vrp", "GigabitEthernet0/0/7", {}),
        ("huawei_vrp", "XGigabitEthernet0/1/1", {}),
        ("huawei_vrp", "Ethernet0/0/1", {}),
        ("zyxel_switch", "7", {"base_port": "7"}),
    ],
)
def test_a_port_name_gives_what_it_can(driver: str, name: str, parts: dict[str, str]) -> None:
    """The rest is asked of the node; nothing is guessed."""
    assert dict(locate(load_access_driver(driver), name).parts) == parts


@pytest.mark.parametrize(
    ("driver", "name"),
    [
        ("dlink_des", "1/0/7"),
        ("eltex_mes", "fa1/0/1"),
        ("eltex_mes", "gi1/1/1"),
        ("eltex_mes", "gi9/0/1"),
        ("huawei_vrp", "Vlanif100"),
        ("huawei_vrp", "0/0/7"),
        ("zyxel_switch", "swp06"),
    ],
)
def test_a_name_of_another_kind_is_refused(driver: str, name: str) -> None:
    """Eltex has other numbers for its ports of 100 Mbit/s, which nobody has shown."""
    with pytest.raises(MeasurementError):
        locate(load_access_driver(driver), name)


DLINK: Final = "1.3.6.1.4.1.171.12.58.1.1.1"
HUAWEI: Final = "1.3.6.1.4.1.2011.5.25.31.1.1.7.1"
ELTEX: Final = "1.3.6.1.4.1.35265.1.23.90.1.1.1"
ZYXEL: Final = "1.3.6.1.4.1.890.1.15.3.112.2.2.1"


def test_a_port_of_100_mbit_has_two_pairs_on_a_dlink() -> None:
    """Pairs 1 and 4 say other(8), which is neither whole nor broken; a length of 0 is none."""
    objects: dict[Oid, SnmpValue] = {
        **{f"{DLINK}.{4 + n}.7": state for n, state in enumerate((8, 1, 0, 8))},
        **{f"{DLINK}.{8 + n}.7": length for n, length in enumerate((0, 37, 0, 0))},
    }
    assert pairs("dlink_des", objects) == (
        CablePair(pair=2, state=CableState.OPEN, distance_m=37.0),
        CablePair(pair=3, state=CableState.OK, distance_m=NOT_MEASURED),
    )


@pytest.mark.parametrize(
    ("driver", "column", "words"),
    [
        (
            "dlink_des",
            f"{DLINK}.4.7",
            "ok open short open_short crosstalk unknown unknown no_cable",
        ),
        ("huawei_vrp", f"{HUAWEI}.6.7", "- ok open short open_short crosstalk unknown -"),
        ("eltex_mes", f"{ELTEX}.2.7", "- ok open short impedance short short short short"),
        ("zyxel_switch", f"{ZYXEL}.1.7", "- ok open short open_short crosstalk unknown -"),
    ],
)
def test_every_state_of_a_pair_has_its_word(driver: str, column: str, words: str) -> None:
    """The same number means another thing on every vendor's switch."""
    for raw, word in enumerate(words.split()):
        if word == "-":
            with pytest.raises(MeasurementError):
                pairs(driver, {column: raw})
        else:
            assert [pair.state for pair in pairs(driver, {column: raw})] == [word]


@pytest.mark.parametrize("driver", SWITCHES)
def test_a_cable_that_was_never_tested_is_not_said_to_be_whole(driver: str) -> None:
    """Nor is a node without the table."""
    with pytest.raises(MeasurementError):
        pairs(driver, {})
    assert load_access_driver(driver).capabilities["cable_test"].verified


def test_a_huawei_with_one_result_for_the_port_gives_one_pair() -> None:
    """The S2300 has no results per pair."""
    assert pairs("huawei_vrp", {f"{HUAWEI}.2.7": 2, f"{HUAWEI}.3.7": 23}) == (
        CablePair(pair=1, state=CableState.OPEN, distance_m=23.0),
    )


def test_a_length_whose_unit_nobody_tells_is_not_read() -> None:
    """Zyxel's columns of lengths have no unit in any document found."""
    objects: dict[Oid, SnmpValue] = {f"{ZYXEL}.1.7": 2, f"{ZYXEL}.9.7": 37}
    assert pairs("zyxel_switch", objects) == (
        CablePair(pair=1, state=CableState.OPEN, distance_m=UNSUPPORTED),
    )


def test_duplex_has_other_numbers_in_huaweis_own_table() -> None:
    """Full is 1 there; in EtherLike-MIB 1 is unknown, and half(2) is as here."""
    etherlike, own = "1.3.6.1.2.1.10.7.2.1.19.7", "1.3.6.1.4.1.2011.5.25.157.1.1.1.1.14.7"
    speed: dict[Oid, SnmpValue] = {"1.3.6.1.2.1.2.2.1.5.7": 100_000_000}

    def duplex(objects: dict[Oid, SnmpValue]) -> object:
        return port_speed(fields("huawei_vrp", "port_speed", {**speed, **objects})).duplex

    assert duplex({own: 1}) is Duplex.FULL
    assert duplex({own: 2}) is Duplex.HALF
    assert duplex({etherlike: 2, own: 1}) is Duplex.HALF
    assert duplex({etherlike: 1, own: 1}) is Duplex.FULL


@pytest.mark.parametrize(
    ("driver", "oid", "negotiated", "fixed"),
    [
        ("dlink_des", "1.3.6.1.4.1.171.11.113.3.1.2.3.2.1.5.7.1", 2, 6),
        ("huawei_vrp", "1.3.6.1.4.1.2011.5.25.157.1.1.1.1.15.7", 1, 2),
        ("eltex_mes", "1.3.6.1.4.1.89.43.1.1.16.7", 1, 2),
        ("eltex_mes", "1.3.6.1.2.1.26.5.1.1.1.7.1", 1, 2),
        ("zyxel_switch", "1.3.6.1.4.1.890.1.15.3.61.1.1.1.1.4", 9, 4),
    ],
)
def test_a_fixed_speed_is_told_from_a_negotiated_one(
    driver: str, oid: Oid, negotiated: int, fixed: int
) -> None:
    """A fixed end opposite a negotiating one gives half duplex: a slow line without any alarm."""
    for raw, claim in ((negotiated, True), (fixed, False)):
        assert port_config(fields(driver, "port_config", {oid: raw})).auto_negotiation is claim


@pytest.mark.parametrize("driver", SWITCHES)
def test_a_speed_that_was_set_is_read_back(driver: str) -> None:
    """A change that is not proven would be told as done."""
    action = load_access_driver(driver).actions["port.set_speed"]
    assert "auto" in action.values
    assert [one.value for one in action.read_back] == ["{value}"]
    assert action.undo == "previous"


@pytest.mark.parametrize("driver", SWITCHES)
def test_a_cable_test_is_started_and_only_then_believed(driver: str) -> None:
    """Its trigger has no state to go back to; the node's own word for `done` is read."""
    action = load_access_driver(driver).actions["port.test_cable"]
    assert action.undo == "none"
    assert action.outage_s > 0
    assert action.read_back


FDB: Final = "1.3.6.1.4.1.2011.5.25.42.2.1.3.1.4"
MAC: Final = "2.0.94.0.16.18"


async def learned(objects: dict[Oid, SnmpValue], *, mac_known: bool = True) -> object:
    """Ask a Huawei who is learned on ifIndex 6."""
    doors = fake_doors()
    snmp = FakeSnmp(wire=Wire(clock=doors.clock, recorder=doors.recorder), objects=objects)
    subscriber = replace(sample_subscriber(), port="ifindex:6")
    if not mac_known:
        nothing = Missing(why=FailureKind.NOT_CONFIGURED)
        subscriber = replace(subscriber, router_mac=nothing)
    setting = fake_setting(subscriber, replace(doors, snmp=snmp))
    setting = replace(setting, access_driver=load_access_driver("huawei_vrp"))
    (one,) = await learned_macs.PROBE.run(setting, Evidence(), doors.clock.monotonic() + 10)
    if isinstance(one.observation, Unobserved):
        return one.observation.failure.kind
    assert isinstance(one.observation, Observed)
    assert isinstance(one.observation.value, LearnedMacs)
    return one.observation.value.entries


async def test_a_huawei_tells_the_interface_of_a_mac_directly() -> None:
    """Its bridge tables are empty; its own table needs no map of bridge ports."""
    here: dict[Oid, SnmpValue] = {f"{FDB}.{MAC}.1012.1.48": 6}
    assert await learned(here) == (LearnedMac(mac="02:00:5e:00:10:12", vlan=1012),)


async def test_a_table_by_mac_never_proves_that_nobody_is_there() -> None:
    """The customer may have put in another router, whose MAC nobody knows to ask for."""
    elsewhere: dict[Oid, SnmpValue] = {f"{FDB}.{MAC}.1012.1.48": 7}
    assert await learned(elsewhere) is FailureKind.INCOMPLETE
    assert await learned({}) is FailureKind.INCOMPLETE
    assert await learned(elsewhere, mac_known=False) is FailureKind.INCOMPLETE
