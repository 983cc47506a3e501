"""The drivers of DSLAMs on made data: names, units, directions, bands and profiles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from cpe_diag.domain.failures import FailureKind, MeasurementError
from cpe_diag.domain.line_facts import LineBand
from cpe_diag.domain.missing import Missing
from cpe_diag.driver_kit.access_facts import Fields, line_quality, port_speed
from cpe_diag.driver_kit.capability import CapabilityState
from cpe_diag.driver_kit.decode import decode_group
from cpe_diag.driver_kit.load import load_access_driver
from cpe_diag.driver_kit.port_index import interface
from cpe_diag.driver_kit.port_names import locate
from cpe_diag.driver_kit.setting_facts import port_config

if TYPE_CHECKING:
    from cpe_diag.domain.line_facts import LineQuality
    from cpe_diag.ports import Oid, SnmpValue

IF_INDEX: Final = 301
DSLAMS: Final = ("generic_dsl", "zyxel_ies", "zte_dslam")
NOT_MEASURED: Final = Missing(why=FailureKind.NOT_MEASURED)
UNAVAILABLE: Final = 2_147_483_646
OUT_OF_RANGE: Final = 2_147_483_647

UP: Final[dict[Oid, SnmpValue]] = {f"1.3.6.1.2.1.2.2.1.8.{IF_INDEX}": 1}
PHYS: Final = "1.3.6.1.2.1.10.97.1.1.2.1"
BAND: Final = f"1.3.6.1.2.1.10.251.1.1.2.1.3.{IF_INDEX}"
TEMPLATE: Final = f"1.3.6.1.2.1.10.251.1.1.1.1.1.{IF_INDEX}"
VDSL_PROFILE: Final = f"1.3.6.1.2.1.10.97.1.1.1.1.3.{IF_INDEX}"
ADSL_PROFILE: Final = f"1.3.6.1.2.1.10.94.1.1.1.1.4.{IF_INDEX}"


def fields(driver: str, group: str, objects: dict[Oid, SnmpValue]) -> Fields:
    """Decode a group of a line; what is not in `objects` the node does not have."""
    index = interface(IF_INDEX)
    specs = load_access_driver(driver).groups[group]
    answers = {spec.at(index): objects.get(spec.at(index)) for spec in specs}
    return Fields(decode_group(specs, answers, index), "an-1", group)


def vdsl2(driver: str, objects: dict[Oid, SnmpValue]) -> LineQuality:
    """Read a VDSL2 line in sync."""
    return line_quality(fields(driver, "line_quality_vdsl2", {**UP, **objects}), "vdsl2")


@pytest.mark.parametrize(
    ("driver", "name", "if_index", "base_port"),
    [
        ("zyxel_ies", "ge1-1", 10001, "10001"),
        ("zyxel_ies", "msc6-5", 60005, "60005"),
        ("zyxel_ies", "3-1", 301, None),
        ("zyxel_ies", "16-48", 1648, None),
        ("zte_dslam", "1/1", 65, "897"),
        ("zte_dslam", "VDSL 4/64", 320, "2937"),
        ("zte_dslam", "ADSL 2/1", 129, "1409"),
        ("zte_dslam", "ifindex:65", 65, "897"),
    ],
)
def test_a_port_name_becomes_its_indexes(
    driver: str, name: str, if_index: int, base_port: str | None
) -> None:
    """Another number is another customer's line."""
    port = locate(load_access_driver(driver), name)
    assert (port.if_index, port.parts.get("base_port")) == (if_index, base_port)


@pytest.mark.parametrize(
    ("driver", "name"),
    [("zyxel_ies", "slot1"), ("zyxel_ies", "3/1"), ("zte_dslam", "Ethernet 5/1")],
)
def test_a_name_of_another_kind_is_refused(driver: str, name: str) -> None:
    """A card is no line, and an uplink is no customer's."""
    with pytest.raises(MeasurementError):
        locate(load_access_driver(driver), name)


def test_the_old_vdsl_table_counts_in_quarters_of_a_decibel_and_kilobits() -> None:
    """A modem tells of what it receives: the downstream's margin is that of the customer's end."""
    objects: dict[Oid, SnmpValue] = {
        f"{PHYS}.10.{IF_INDEX}.1": 20_265,
        f"{PHYS}.10.{IF_INDEX}.2": 1_315,
        f"{PHYS}.9.{IF_INDEX}.1": 31_000,
        f"{PHYS}.9.{IF_INDEX}.2": 2_000,
        f"{PHYS}.5.{IF_INDEX}.1": 25,
        f"{PHYS}.5.{IF_INDEX}.2": -3,
        f"{PHYS}.6.{IF_INDEX}.1": 90,
        f"{PHYS}.6.{IF_INDEX}.2": 101,
    }
    line = vdsl2("zyxel_ies", objects)
    assert (line.down.rate_bps, line.up.rate_bps) == (20_265_000, 1_315_000)
    assert (line.down.attainable_bps, line.up.attainable_bps) == (31_000_000, 2_000_000)
    assert (line.down.snr_margin_db, line.up.snr_margin_db) == (-0.75, 6.25)
    assert (line.down.attenuation_db, line.up.attenuation_db) == (25.25, 22.5)


def test_a_newer_card_is_read_from_the_newer_table() -> None:
    """Tenths of a dB there; where both answer, the newer one is the line's."""
    objects: dict[Oid, SnmpValue] = {
        f"1.3.6.1.2.1.10.251.1.1.2.1.4.{IF_INDEX}.2": 62,
        f"{PHYS}.5.{IF_INDEX}.2": 62,
    }
    assert vdsl2("zyxel_ies", objects).down.snr_margin_db == pytest.approx(6.2)


def test_errors_of_the_old_table_are_those_of_the_current_interval() -> None:
    """Errored seconds of the customer's end, trainings of the line."""
    table = "1.3.6.1.2.1.10.97.1.1.4.1"
    objects: dict[Oid, SnmpValue] = {
        **{f"{table}.{column}.{IF_INDEX}.1": 500 + column for column in range(11, 20)},
        **{f"{table}.{column}.{IF_INDEX}.2": column for column in range(11, 20)},
    }
    errors = vdsl2("zyxel_ies", objects).errors
    assert (errors.elapsed_s, errors.errored_s) == (11, 16)
    assert (errors.severely_errored_s, errors.unavailable_s) == (17, 18)
    assert errors.full_inits == 519


@pytest.mark.parametrize("driver", DSLAMS)
def test_bands_that_the_line_does_not_use_are_left_out(driver: str) -> None:
    """214748364.7 dB in US4 would be the longest loop of the world."""
    objects: dict[Oid, SnmpValue] = {
        f"{BAND}.3": 31,
        f"{BAND}.4": 125,
        f"{BAND}.5": 0,
        f"{BAND}.6": UNAVAILABLE,
        f"{BAND}.7": OUT_OF_RANGE,
        f"{BAND}.11": 1270,
    }
    bands = vdsl2(driver, objects).bands
    assert [band.band for band in bands] == ["us0", "ds1", "us1", "us4"]
    assert bands[1] == LineBand(band="ds1", attenuation_db=12.5)


def test_severely_errored_seconds_of_adsl_come_from_the_extension() -> None:
    """RFC 2662 has none; RFC 3440 puts them beside."""
    table = "1.3.6.1.2.1.10.94.3.1.20.1"
    objects: dict[Oid, SnmpValue] = {
        **UP,
        **{f"{table}.{column}.{IF_INDEX}": column * 10 for column in range(1, 9)},
    }
    line = line_quality(fields("generic_dsl", "line_quality_adsl", objects), "adsl")
    assert (line.errors.severely_errored_s, line.errors.unavailable_s) == (30, 40)


@pytest.mark.parametrize(
    ("driver", "objects", "name"),
    [
        ("generic_dsl", {TEMPLATE: b"VDSL-100", ADSL_PROFILE: b"DEFVAL"}, "VDSL-100"),
        ("generic_dsl", {TEMPLATE: b"", ADSL_PROFILE: b"ADSL-16"}, "ADSL-16"),
        ("zyxel_ies", {VDSL_PROFILE: b"VDSL-50"}, "VDSL-50"),
        ("zte_dslam", {ADSL_PROFILE: b"ADSL.PRF\0"}, "ADSL.PRF"),
    ],
)
def test_the_profile_is_that_of_the_lines_own_table(
    driver: str, objects: dict[Oid, SnmpValue], name: str
) -> None:
    """One name, whichever table the card has."""
    assert port_config(fields(driver, "port_config", objects)).profile == name


def test_a_duplex_of_zero_is_no_duplex() -> None:
    """The ZXDSL says 0 of every DSL port, which the MIB does not have."""
    speed = fields(
        "zte_dslam",
        "port_speed",
        {f"1.3.6.1.2.1.2.2.1.5.{IF_INDEX}": 60_000_000, f"1.3.6.1.2.1.10.7.2.1.19.{IF_INDEX}": 0},
    )
    assert port_speed(speed).duplex == NOT_MEASURED


@pytest.mark.parametrize("driver", DSLAMS)
def test_of_a_gfast_line_nothing_is_claimed_that_no_mib_has(driver: str) -> None:
    """There is no standard MIB of G.fast; the reason stands where a reader looks for the line."""
    capability = load_access_driver(driver).capabilities["line_quality_gfast"]
    assert capability.state is CapabilityState.TODO
    assert "G.fast" in capability.reason
