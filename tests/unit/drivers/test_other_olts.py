"""The OLT drivers on made answers: where a name leads, what is no value, why an ONT went down."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.failures import MeasurementError
from cpe_diag.driver_kit.action_spec import CliStep, SetStep
from cpe_diag.driver_kit.decode import NOT_MEASURED, UNPARSEABLE, decode
from cpe_diag.driver_kit.load import load_access_driver
from cpe_diag.driver_kit.port_index import placeholders
from cpe_diag.driver_kit.port_names import locate
from cpe_diag.probes.port_finder import PortFinder
from cpe_diag.testing.doors import FakeMemory, FakeSnmp, Wire
from cpe_diag.testing.setting import fake_doors

if TYPE_CHECKING:
    from cpe_diag.domain.missing import Maybe
    from cpe_diag.driver_kit.access import ObjectSpec
    from cpe_diag.driver_kit.decode import Value
    from cpe_diag.ports import Oid, SnmpValue

OLTS = (
    "bdcom_gp3600",
    "calix_axos",
    "cdata_fd",
    "eltex_ltp",
    "fiberhome_an5516",
    "nokia_isam",
    "ubiquiti_ufiber",
    "vsol_v1600d",
    "vsol_v1600g",
)

SERIAL = "ELTX1A2B3C4D"
SERIAL_INDEX = "69.76.84.88.26.43.60.77"


@cache
def spec_of(driver: str, field: str, number: int = 0) -> ObjectSpec:
    """Give an object of a driver: `ont_optics.ont_rx_dbm`, of alternatives one by its number."""
    group, name = field.split(".", 1)
    specs = load_access_driver(driver).groups[group]
    return [spec for spec in specs if spec.field == name][number]


@pytest.mark.parametrize(
    ("driver", "name", "part", "value"),
    [
        # slot 18, PON 4, ONU 50, port 5 is 606089733 in the vendor's specification
        ("fiberhome_an5516", "18/4/50", "onu", 606_089_733 - 5),
        ("fiberhome_an5516", "18/4/50", "pon_index", 18 << 25 | 4 << 19),
        ("fiberhome_an5516", "63/63/128", "onu", 63 << 25 | 63 << 19 | 128 << 8),
        ("nokia_isam", "1/1/1/1/1", "if_index", 96_468_992),
        ("nokia_isam", "1/1/1/4/1", "if_index", 96_665_600),
        ("nokia_isam", "1/1/8/16/128", "if_index", 9 << 25 | 14 << 21 | 15 << 16 | 127 << 9),
        ("nokia_isam", "ifindex:285212672", "if_index", 285_212_672),
        ("cdata_fd", "0/0/3:CDTC1A2B3C4D", "pon_port", 1_310_723),
        ("cdata_fd", "0/0/3 row:4718593", "onu", 4_718_593),
        ("calix_axos", "row:2000001", "onu", 2_000_001),
        ("eltex_ltp", SERIAL, "onu", SERIAL_INDEX),
        ("eltex_ltp", "3/454C54581A2B3C4D", "onu", SERIAL_INDEX),
        ("ubiquiti_ufiber", "pon2:UBNT1a2b", "onu", None),
        ("ubiquiti_ufiber", "UBNT1a2b3c4d", "onu", "12.85.66.78.84.49.97.50.98.51.99.52.100"),
        ("vsol_v1600d", "EPON0/2:14", "pon", 2),
        ("vsol_v1600d", "EPON0/2:14", "onu", 14),
        ("vsol_v1600g", "GPON02ONU14", "pon", 2),
        ("bdcom_gp3600", "ifindex:1352", "if_index", 1352),
        # one ONT more would be the first of the next PON port
        ("nokia_isam", "1/1/1/1/129", "if_index", None),
        ("nokia_isam", "1/1/1/33/1", "if_index", None),
        ("nokia_isam", "1/1/64/1/1", "if_index", None),
        ("nokia_isam", "1/1/1/1/0", "if_index", None),
        ("fiberhome_an5516", "64/1/1", "onu", None),
        ("fiberhome_an5516", "1/64/1", "onu", None),
        ("bdcom_gp3600", "GPON0/2", "if_index", None),
        ("eltex_ltp", "ELTX1A2B3C4", "onu", None),
    ],
)
def test_a_name_leads_to_its_index_or_nowhere(
    driver: str, name: str, part: str, value: int | str | None
) -> None:
    """A number beyond its field would be another customer's ONT."""
    if value is None:
        with pytest.raises(MeasurementError):
            locate(load_access_driver(driver), name)
    else:
        assert locate(load_access_driver(driver), name).parts[part] == str(value)


@pytest.mark.parametrize("index", ["16779265", "4718593"])
async def test_a_cdata_onu_is_found_in_both_ways_of_counting(index: str) -> None:
    """Packed 1/0/8/1 as the MIB says, or 0x480000 + 1 as firmware V3 does."""
    column = "1.3.6.1.4.1.17409.2.8.4.1.1.3"
    objects: dict[Oid, SnmpValue] = {
        f"{column}.7": b"ZTEG\x00\x00\x00\x01",
        f"{column}.{index}": b"CDTC\x1a\x2b\x3c\x4d",
    }
    doors = fake_doors()
    doors = replace(doors, snmp=FakeSnmp(wire=Wire(clock=doors.clock), objects=objects))
    finder = PortFinder(doors, FakeMemory())
    deadline = doors.clock.monotonic() + 9
    driver = load_access_driver("cdata_fd")
    port = await finder.find(driver, "0/0/8 CDTC1A2B3C4D", "gpon", deadline)
    assert port.parts["onu"] == index


@pytest.mark.parametrize(
    ("driver", "field", "raw", "value"),
    [
        ("bdcom_gp3600", "ont_optics.ont_rx_dbm", -187, -18.7),
        ("bdcom_gp3600", "ont_optics.olt_rx_dbm", 0, NOT_MEASURED),
        ("bdcom_gp3600", "ont_optics.ont_rx_dbm", -65535, UNPARSEABLE),
        ("bdcom_gp3600", "ont_state.distance_m", 12_345, 1234.5),
        ("bdcom_gp3600", "ont_state.distance_m", 0, NOT_MEASURED),
        ("calix_axos", "ont_optics.ont_rx_dbm", 301, -15.21),
        ("calix_axos", "ont_optics.ont_rx_dbm", 0, NOT_MEASURED),
        ("calix_axos", "ont_optics.ont_rx_dbm", -1, UNPARSEABLE),
        ("calix_axos", "ont_state.online", 2, True),
        ("calix_axos", "ont_state.online", 0, False),
        ("calix_axos", "port_status.oper", 0, NOT_MEASURED),
        ("cdata_fd", "ont_optics.ont_rx_dbm", -2495, -24.95),
        ("cdata_fd", "ont_optics.ont_rx_dbm", -1, NOT_MEASURED),
        ("eltex_ltp", "ont_optics.olt_rx_dbm", -253, -25.3),
        ("eltex_ltp", "ont_optics.olt_rx_dbm", 65535, NOT_MEASURED),
        ("eltex_ltp", "ont_optics.ont_rx_dbm", -18_539, -18.539),
        ("eltex_ltp", "ont_state.online", 7, True),
        ("eltex_ltp", "ont_state.online", 6, True),
        ("eltex_ltp", "ont_state.config_ok", 6, False),
        ("eltex_ltp", "ont_state.config_ok", 8, NOT_MEASURED),
        ("eltex_ltp", "ont_state.online", 16, NOT_MEASURED),
        ("fiberhome_an5516", "ont_optics.ont_rx_dbm", -2113, -21.13),
        ("fiberhome_an5516", "ont_optics.ont_rx_dbm", 0, NOT_MEASURED),
        ("nokia_isam", "ont_optics.ont_rx_dbm", -9_655, -19.31),
        ("nokia_isam", "ont_optics.ont_rx_dbm", 65_536 - 9_655, -19.31),
        ("nokia_isam", "ont_optics.ont_rx_dbm", 32_768, NOT_MEASURED),
        ("nokia_isam", "ont_optics.olt_rx_dbm", -215, -21.5),
        ("nokia_isam", "ont_optics.olt_rx_dbm", 65_534, NOT_MEASURED),
        ("nokia_isam", "ont_state.distance_m", 37, 3700),
        ("nokia_isam", "ont_state.distance_m", 65_534, NOT_MEASURED),
        ("nokia_isam", "ont_state.serial", b"ALCL\xf8\x12\x34\xab", "ALCLF81234AB"),
        ("nokia_isam", "ont_state.model", b"NULL", NOT_MEASURED),
        ("ubiquiti_ufiber", "ont_optics.ont_tx_dbm", 0, NOT_MEASURED),
        ("ubiquiti_ufiber", "ont_state.serial", b"UBNT20731f09", "UBNT20731F09"),
        ("vsol_v1600d", "ont_optics.ont_rx_dbm", b"0.03 mW (-14.61 dBm)", -14.61),
        ("vsol_v1600d", "ont_optics.ont_rx_dbm", b"0.00 mW (-inf dBm)", UNPARSEABLE),
        ("vsol_v1600d", "ont_optics.ont_rx_dbm", b"0.00 mW (-99.00 dBm)", UNPARSEABLE),
        ("vsol_v1600d", "ont_optics.ont_temperature_c", b"30.67 C", 30.67),
        ("vsol_v1600d", "ont_optics.ont_voltage_v", b"", NOT_MEASURED),
        ("vsol_v1600g", "ont_optics.olt_rx_dbm", b"-10.47", -10.47),
        ("vsol_v1600g", "ont_optics.olt_rx_dbm", b"0.00", NOT_MEASURED),
        ("vsol_v1600g", "ont_state.model", b"N/A", NOT_MEASURED),
        ("vsol_v1600g", "ont_state.config_ok", 8, False),
        ("vsol_v1600g", "ont_state.online", 2, False),
    ],
)
def test_a_raw_value_is_scaled_or_is_no_value(
    driver: str, field: str, raw: SnmpValue, value: Maybe[Value]
) -> None:
    """A vendor's word for "nothing" must not be read as light."""
    assert decode(spec_of(driver, field), raw) == value


@pytest.mark.parametrize(
    ("driver", "causes"),
    [
        (
            "bdcom_gp3600",
            """- dying_gasp rogue deactivated other - loss_of_signal loss_of_frame loss_of_signal
            other auth_failed reset other""",
        ),
        ("fiberhome_an5516", "loss_of_signal - dying_gasp -"),
        ("vsol_v1600d", "loss_of_signal dying_gasp"),
        ("vsol_v1600g", "- loss_of_signal - - dying_gasp auth_failed - deactivated -"),
        ("eltex_ltp", "- - - auth_failed - - - - - deactivated - - - - - deactivated -"),
    ],
)
def test_each_number_of_a_down_cause_has_its_word_or_none(driver: str, causes: str) -> None:
    """Counted from zero; `-` is a number that names no cause, and one beyond is none at all."""
    spec = spec_of(driver, "ont_state.last_down_cause")
    words = causes.split()
    for number, word in enumerate(words):
        assert decode(spec, number) == (NOT_MEASURED if word == "-" else word)
    assert decode(spec, len(words)) == UNPARSEABLE


@pytest.mark.parametrize("driver_id", OLTS)
def test_a_restart_says_which_onu(driver_id: str) -> None:
    """Objects and values of a restart are filled by every kind of name that the driver knows."""
    driver = load_access_driver(driver_id)
    if "ont.reset" not in driver.actions:
        return
    looked_up = {lookup.gives for lookup in driver.lookups}
    for scheme in driver.port_naming:
        given = looked_up | set(scheme.index)
        for step in driver.actions["ont.reset"].steps:
            if isinstance(step, CliStep):
                continue  # the conformance checks hold a line to the words of a name
            assert isinstance(step, SetStep)
            assert not step.read
            assert set(placeholders(f"{step.oid} {step.value}")) <= given


def test_a_vsol_restart_names_pon_and_onu_before_it_starts() -> None:
    """Three scalars: the last one acts on what the first two hold."""
    port = locate(load_access_driver("vsol_v1600d"), "EPON0/2:14")
    steps = load_access_driver("vsol_v1600d").actions["ont.reset"].steps
    values = [port.fill(str(step.value)) for step in steps if isinstance(step, SetStep)]
    assert values == ["2", "14", "1"]
