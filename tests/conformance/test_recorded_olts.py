"""The drivers of Huawei and ZTE OLTs on recordings of real ones, beside a reader of its own.

`raw` reads a recording by itself, line by line; what a driver makes of it is compared with the
recorded numbers, reckoned here once more by the words of the MIB.
"""

from __future__ import annotations

import os
import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from cpe_diag.domain.failures import FailureKind, MeasurementError
from cpe_diag.driver_kit.access_facts import node_system, port_counters, port_status
from cpe_diag.driver_kit.decode import NOT_MEASURED, UNSUPPORTED
from cpe_diag.driver_kit.load import detect, load_access_driver
from cpe_diag.driver_kit.optical_facts import ont_errors, ont_optics, ont_state
from cpe_diag.driver_kit.port_index import NODE
from cpe_diag.driver_kit.port_names import locate
from cpe_diag.probes.port_finder import PortFinder
from cpe_diag.testing.doors import FakeMemory, FakeSnmp, Wire
from cpe_diag.testing.driver_answers import group_fields
from cpe_diag.testing.setting import fake_doors
from cpe_diag.testing.snmprec import read_snmprec

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpe_diag.driver_kit.access_facts import Fields
    from cpe_diag.driver_kit.port_index import PortIndex
    from cpe_diag.ports import Oid, SnmpValue

pytestmark = pytest.mark.recordings

ROOT: Final = Path(__file__).resolve().parents[2]
FOLDER: Final = Path(os.environ.get("CPE_DIAG_RECORDINGS", ROOT.parent / "shared" / "recordings"))

HUAWEI: Final = load_access_driver("huawei_smartax")
C300: Final = load_access_driver("zte_c300")

IF_NAME: Final = "1.3.6.1.2.1.31.1.1.1.1."
XPON: Final = "1.3.6.1.4.1.2011.6.128.1.1"
RANGING: Final = "1.3.6.1.4.1.3902.1012.3.11.4.1"

# The PON port of all three recorded ONTs.
PON: Final = 4194312192


def path_of(name: str) -> Path:
    """Find a recording, or skip where it is not here."""
    path = FOLDER / f"{name}.snmprec"
    if not path.is_file():
        pytest.skip(f"no recording {path}; name their folder in CPE_DIAG_RECORDINGS")
    return path


@cache
def raw(name: str) -> Mapping[str, str]:
    """Read a recording without any code of ours: the text after the second bar, by OID."""
    lines = path_of(name).read_text(encoding="latin-1").splitlines()
    rows = [line.split("|", 2) for line in lines if line]
    return {oid: value for oid, _, value in reversed(rows)}


@cache
def recorded(name: str) -> Mapping[Oid, SnmpValue]:
    """Read a recording as the agent's answers."""
    return read_snmprec(path_of(name))


def ont(name: str) -> PortIndex:
    """Locate one of the recorded ONTs by the operator's name."""
    return locate(HUAWEI, name, "gpon")


def huawei(group: str, index: PortIndex) -> Fields:
    """Decode a group of the recorded ONTs."""
    return group_fields(HUAWEI, group, recorded("huawei-gpon"), index)


ONTS: Final = pytest.mark.parametrize("onu", [1, 2, 3])


@ONTS
def test_the_light_of_each_huawei_ont_is_what_was_recorded(onu: int) -> None:
    """Hundredths of a dBm, and an offset of 10,000 for what the OLT receives."""
    rows = raw("huawei-gpon")
    optics = ont_optics(huawei("ont_optics", ont(f"0/1/0:{onu}")))
    told = {column: int(rows[f"{XPON}.2.51.1.{column}.{PON}.{onu}"]) for column in (1, 3, 4, 5, 6)}
    assert optics.ont_rx_dbm == pytest.approx(told[4] / 100)
    assert optics.ont_tx_dbm == pytest.approx(told[3] / 100)
    assert optics.olt_rx_dbm == pytest.approx((told[6] - 10_000) / 100)
    assert optics.ont_temperature_c == told[1]
    assert optics.ont_voltage_v == pytest.approx(told[5] / 1000)


def test_the_first_huawei_ont_has_these_levels() -> None:
    """Written out once, so that a wrong rule cannot hide on both sides of a comparison."""
    optics = ont_optics(huawei("ont_optics", ont("0/1/0:1")))
    assert (optics.ont_rx_dbm, optics.ont_tx_dbm, optics.olt_rx_dbm) == (-14.14, 2.13, -19.36)
    assert (optics.ont_temperature_c, optics.ont_voltage_v) == (41, 3.22)


@ONTS
def test_the_traffic_of_each_huawei_ont_is_what_was_recorded(onu: int) -> None:
    """Upstream is into the node."""
    rows = raw("huawei-gpon")
    counters = port_counters(huawei("port_counters", ont(f"0/1/0:{onu}")), 1.0)
    told = [int(rows[f"{XPON}.4.23.1.{column}.{PON}.{onu}"]) for column in range(1, 7)]
    assert [counters.in_packets, counters.out_packets] == told[:2]
    assert [counters.in_octets, counters.out_octets] == told[2:4]
    assert [counters.in_discards, counters.out_discards] == told[4:]


@ONTS
async def test_a_huawei_ont_is_found_by_its_serial_within_its_pon_port(onu: int) -> None:
    """The rows of one port are asked for, and the serial is the recorded one."""
    doors = fake_doors()
    wire = Wire(clock=doors.clock, recorder=doors.recorder)
    agent = FakeSnmp(wire=wire, objects=recorded("huawei-gpon"))
    finder = PortFinder(replace(doors, snmp=agent), FakeMemory())
    octets = bytes.fromhex(raw("huawei-gpon")[f"{XPON}.2.43.1.3.{PON}.{onu}"])
    serial = octets[:4].decode() + octets[4:].hex().upper()
    found = await finder.find(HUAWEI, f"0/1/0:{serial}", "gpon", doors.clock.monotonic() + 5)
    assert dict(found.parts) == {"pon": str(PON), "onu": str(onu)}
    assert serial == f"ANON{onu:08d}"
    assert huawei("ont_state", found).text("serial") == serial


@ONTS
def test_what_was_not_recorded_of_a_huawei_ont_is_not_known(onu: int) -> None:
    """The recording has no run state: the ONT is neither up nor down, its label is known."""
    index = ont(f"0/1/0:{onu}")
    for build in (
        lambda: port_status(huawei("port_status", index), None, 1.0),
        lambda: ont_state(huawei("ont_state", index), None),
        lambda: ont_errors(huawei("ont_errors", index)),
    ):
        with pytest.raises(MeasurementError) as caught:
            build()
        assert caught.value.failure.kind is FailureKind.UNSUPPORTED
    status = huawei("port_status", index)
    assert status.claim("admin_up") is True
    assert status.text("alias") == raw("huawei-gpon")[f"{XPON}.2.43.1.9.{PON}.{onu}"]
    assert huawei("port_config", index).text("profile") == UNSUPPORTED


def test_an_ont_that_is_not_there_has_nothing() -> None:
    """ONT 4 was not recorded: no level of another one may stand for it."""
    with pytest.raises(MeasurementError) as caught:
        ont_optics(huawei("ont_optics", ont("0/1/0:4")))
    assert caught.value.failure.kind is FailureKind.UNSUPPORTED


def test_every_pon_port_of_the_smartax_is_where_its_name_says() -> None:
    """32 recorded names and ifIndexes prove the rule for frame, slot and port."""
    rows = raw("smartax")
    ports = {
        re.fullmatch(r"GPON ([0-9/]+)", name): oid.removeprefix(IF_NAME)
        for oid, name in rows.items()
        if oid.startswith(IF_NAME) and name.startswith("GPON ")
    }
    assert len(ports) == 32
    for name, if_index in ports.items():
        assert name is not None
        assert locate(HUAWEI, f"{name[1]}:0", "gpon").parts["pon"] == if_index


def test_the_smartax_tells_the_light_that_it_sends_and_has_no_value_for_what_it_receives() -> None:
    """Its receivers answer 2147483647: there is no ONT on them."""
    rows = raw("smartax")
    for slot in (0, 1):
        for port in range(16):
            index = locate(HUAWEI, f"0/{slot}/{port}:0", "gpon")
            fields = group_fields(HUAWEI, "ont_optics", recorded("smartax"), index)
            sent = int(rows[f"{XPON}.2.23.1.4.{index.parts['pon']}"])
            wanted = NOT_MEASURED if sent == 2147483647 else pytest.approx(sent / 100)
            assert fields.number("olt_tx_dbm") == wanted
            assert rows[f"{XPON}.2.23.1.5.{index.parts['pon']}"] == "2147483647"
            assert fields.number("ont_rx_dbm") == UNSUPPORTED


def test_the_smartax_is_recognised_and_tells_its_uptime() -> None:
    """sysObjectID, then the system group."""
    rows = raw("smartax")
    object_id, descr = rows["1.3.6.1.2.1.1.2.0"], rows["1.3.6.1.2.1.1.1.0"]
    assert detect([C300, HUAWEI], object_id.lstrip("."), descr) is HUAWEI
    system = node_system(group_fields(HUAWEI, "node_system", recorded("smartax"), NODE))
    assert system.uptime_s == pytest.approx(int(rows["1.3.6.1.2.1.1.3.0"]) / 100)
    assert system.description == descr


def c320_onus() -> Mapping[str, tuple[int, int]]:
    """Give the recorded ONUs by the operator's name: equalisation delay and distance."""
    rows = raw("zxa10_c320")
    found = {}
    for oid, delay in rows.items():
        if not oid.startswith(f"{RANGING}.1."):
            continue
        pon, onu = (int(part) for part in oid.removeprefix(f"{RANGING}.1.").split("."))
        shelf, slot, port = (pon >> 24 & 15) + 1, pon >> 16 & 255, pon >> 8 & 255
        distance = rows[f"{RANGING}.2.{pon}.{onu}"]
        found[f"gpon-onu_{shelf}/{slot}/{port}:{onu}"] = (int(delay), int(distance))
    return found


def test_every_onu_of_the_c320_is_where_its_name_says_and_as_far() -> None:
    """125 ONUs on the seven PON ports of slot 1 that are up, up to 3,793 m away."""
    onus = c320_onus()
    assert len(onus) == 125
    far = []
    for name, (_, distance) in onus.items():
        fields = group_fields(C300, "ont_state", recorded("zxa10_c320"), locate(C300, name))
        told = fields.count("distance_m")
        assert told == (distance or NOT_MEASURED), name
        far.append(distance)
    assert max(far) == 3793
    assert {name.partition(":")[0] for name in onus} == {
        f"gpon-onu_1/1/{port}" for port in (1, 3, 4, 5, 6, 7, 8)
    }


def test_a_recorded_distance_of_0_is_not_a_distance() -> None:
    """Delay and distance of 122 ONUs lie on one line; those of 3 with 0 m lie far from it."""
    onus = c320_onus().values()
    (least, far), (most, near) = min(onus), max(one for one in onus if one[1])
    slope = (near - far) / (most - least)
    for delay, distance in onus:
        reckoned = far + slope * (delay - least)
        if distance:
            assert distance == pytest.approx(reckoned, abs=1.0)
        else:
            assert reckoned > 600


def test_the_second_index_of_the_c320_is_that_of_its_own_lldp() -> None:
    """gei_1/4/1 is 285279233 there: rack and shelf 1, slot 4, port 1."""
    rows = raw("zxa10_c320")
    ports = {
        name: oid.rpartition(".")[2]
        for oid, name in rows.items()
        if oid.startswith("1.0.8802.1.1.2.1.3.7.1.3.")
    }
    assert len(ports) == 3
    for name, index in ports.items():
        port = name.partition("_")[2]
        assert locate(C300, f"{port}:1").parts["olt"] == index


def test_the_c320_is_recognised_and_its_state_is_not_known_from_this_recording() -> None:
    """The phase of its ONUs was not recorded: an ONU with a distance need not be up."""
    rows = raw("zxa10_c320")
    object_id, descr = rows["1.3.6.1.2.1.1.2.0"], rows["1.3.6.1.2.1.1.1.0"]
    assert detect([HUAWEI, C300], object_id.lstrip("."), descr) is C300
    index = locate(C300, "gpon-onu_1/1/1:1")
    with pytest.raises(MeasurementError) as caught:
        ont_state(group_fields(C300, "ont_state", recorded("zxa10_c320"), index), None)
    assert caught.value.failure.kind is FailureKind.UNSUPPORTED


def test_a_zte_dslam_is_not_taken_for_an_olt() -> None:
    """It is read by generic_ifmib, whose own test has its 121 lines."""
    rows = raw("zxdsl")
    object_id, descr = rows["1.3.6.1.2.1.1.2.0"], rows["1.3.6.1.2.1.1.1.0"]
    assert detect([HUAWEI, C300, load_access_driver("zte_c600")], object_id, descr) is None
