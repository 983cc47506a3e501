"""Huawei SmartAX on data made from its MIBs: sentinels, every cause, two kinds of ports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from cpe_diag.domain.failures import FailureKind, MeasurementError
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.ont_facts import OntDownCause
from cpe_diag.domain.port_facts import OperStatus
from cpe_diag.driver_kit.access_facts import (
    line_quality,
    node_system,
    port_counters,
    port_status,
)
from cpe_diag.driver_kit.decode import NOT_MEASURED, UNPARSEABLE, UNSUPPORTED
from cpe_diag.driver_kit.load import load_access_driver
from cpe_diag.driver_kit.optical_facts import ont_errors, ont_optics, ont_state
from cpe_diag.driver_kit.port_index import NODE
from cpe_diag.driver_kit.port_names import locate
from cpe_diag.driver_kit.setting_facts import port_config
from cpe_diag.testing.driver_answers import group_fields

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpe_diag.driver_kit.access_facts import Fields
    from cpe_diag.driver_kit.port_index import PortIndex
    from cpe_diag.ports import Oid, SnmpValue

DRIVER: Final = load_access_driver("huawei_smartax")
XPON: Final = "1.3.6.1.4.1.2011.6.128.1.1"
VDSL: Final = "1.3.6.1.4.1.2011.6.115.1"

ONT: Final = locate(DRIVER, "0/3/12:5", "gpon")
ROW: Final = f"{4194304000 + 3 * 8192 + 12 * 256}.5"
VDSL_LINE: Final = locate(DRIVER, "0/1/7", "vdsl2")
LINE: Final = str(4160749568 + 8192 + 7 * 64)

# 1 March 2024, 12:00:00, and ten minutes before.
NOON: Final = bytes((7, 232, 3, 1, 12, 0, 0, 0))
EARLIER: Final = bytes((7, 232, 3, 1, 11, 50, 0, 0))


def fields(group: str, objects: Mapping[Oid, SnmpValue], index: PortIndex = ONT) -> Fields:
    """Decode a group of this driver."""
    return group_fields(DRIVER, group, objects, index)


def test_the_state_of_an_ont_stands_for_its_port() -> None:
    """It went down ten minutes ago by the node's own clock; that it was up before is older."""
    status = port_status(
        fields(
            "port_status",
            {
                f"{XPON}.2.46.1.1.{ROW}": 1,
                f"{XPON}.2.46.1.15.{ROW}": 2,
                f"{XPON}.2.46.1.22.{ROW}": bytes((7, 232, 2, 1, 8, 0, 0, 0)),
                f"{XPON}.2.46.1.23.{ROW}": EARLIER,
                f"{XPON}.2.43.1.9.{ROW}": b"house 7",
            },
        ),
        None,
        1000.0,
        node_clock_s(),
    )
    assert (status.admin_up, status.oper) == (True, OperStatus.DOWN)
    assert status.last_change_s == 600
    assert status.alias == "house 7"


def node_clock_s() -> float:
    """Read the node's clock as its driver says: noon."""
    clock = fields(
        "node_system",
        {"1.3.6.1.2.1.1.3.0": 100, "1.3.6.1.4.1.2011.6.3.1.4.0": NOON},
        NODE,
    )
    assert node_system(clock).uptime_s == 1.0
    seconds = clock.number("clock_s")
    assert isinstance(seconds, float)
    return seconds


@pytest.mark.parametrize(
    ("raw", "row_status", "admin_up"),
    [(1, None, True), (2, 1, False), (-1, 1, True), (None, 1, True), (None, 3, True)],
)
def test_a_deactivated_ont_is_switched_off_and_a_registered_one_is_not(
    raw: int | None, row_status: int | None, admin_up: object
) -> None:
    """Some agents tell the state only by the row that the operator made."""
    objects = {f"{XPON}.2.46.1.1.{ROW}": raw, f"{XPON}.2.43.1.10.{ROW}": row_status}
    assert fields("port_status", objects).claim("admin_up") is admin_up


def test_a_run_state_that_the_node_could_not_query_is_not_down() -> None:
    """-1 is a failed query; as "down" it would send a technician to a working line."""
    objects: dict[str, SnmpValue] = {
        f"{XPON}.2.43.1.10.{ROW}": 1,
        f"{XPON}.2.46.1.15.{ROW}": -1,
        f"{XPON}.2.43.1.3.{ROW}": b"HWTC\x1a\x2b\x3c\x4d",
    }
    for build in (
        lambda: port_status(fields("port_status", objects), None, 1.0),
        lambda: ont_state(fields("ont_state", objects), None),
    ):
        with pytest.raises(MeasurementError) as caught:
            build()
        assert caught.value.failure.kind is FailureKind.NOT_MEASURED


CAUSES: Final = {
    1: OntDownCause.LOSS_OF_SIGNAL,
    2: OntDownCause.LOSS_OF_SIGNAL,
    3: OntDownCause.LOSS_OF_FRAME,
    4: OntDownCause.SIGNAL_DEGRADED,
    5: OntDownCause.OTHER,
    6: OntDownCause.LOSS_OF_FRAME,
    7: OntDownCause.OTHER,
    8: OntDownCause.DEACTIVATED,
    9: OntDownCause.RESET,
    10: OntDownCause.RESET,
    11: OntDownCause.OTHER,
    12: OntDownCause.AUTH_FAILED,
    13: OntDownCause.DYING_GASP,
    15: OntDownCause.OTHER,
    18: OntDownCause.OTHER,
    30: OntDownCause.OTHER,
    31: OntDownCause.RESET,
    32: OntDownCause.RESET,
    33: OntDownCause.RESET,
    34: OntDownCause.OTHER,
    35: OntDownCause.OTHER,
    37: OntDownCause.ROGUE,
}


@pytest.mark.parametrize("raw", range(-1, 41))
def test_every_last_down_cause_has_its_word_and_no_other_number_has_one(raw: int) -> None:
    """13 sends nobody: the customer's power is gone. 1 and 2 send somebody to the fibre."""
    state = ont_state(
        fields("ont_state", {f"{XPON}.2.46.1.15.{ROW}": 2, f"{XPON}.2.46.1.24.{ROW}": raw}), None
    )
    unknown = NOT_MEASURED if raw == -1 else UNPARSEABLE
    assert state.last_down_cause == CAUSES.get(raw, unknown)


def test_an_ont_tells_who_it_is_how_far_and_when_it_went() -> None:
    """All of it is one row of three tables."""
    state = ont_state(
        fields(
            "ont_state",
            {
                f"{XPON}.2.46.1.15.{ROW}": 2,
                f"{XPON}.2.46.1.23.{ROW}": EARLIER,
                f"{XPON}.2.43.1.3.{ROW}": b"HWTC\x1a\x2b\x3c\x4d",
                f"{XPON}.2.45.1.4.{ROW}": b"HG8245\0\0",
                f"{XPON}.2.45.1.5.{ROW}": b"V1R003C00S106",
                f"{XPON}.2.46.1.20.{ROW}": -1,
                f"{XPON}.2.46.1.29.{ROW}": 1234,
                f"{XPON}.2.46.1.16.{ROW}": 1,
                f"{XPON}.2.46.1.18.{ROW}": 3,
            },
        ),
        node_clock_s(),
    )
    assert (state.online, state.down_for_s) == (False, 600)
    assert (state.serial, state.model) == ("HWTC1A2B3C4D", "HG8245")
    assert state.firmware == "V1R003C00S106"
    assert state.distance_m == 1234
    assert state.config_ok is False


@pytest.mark.parametrize(
    ("raw", "ok"), [(1, NOT_MEASURED), (2, True), (3, False), (4, False), (5, NOT_MEASURED)]
)
def test_a_configuration_that_is_not_finished_has_not_failed(raw: int, ok: object) -> None:
    """An ONT that is down stands at "initialization"; that is no mismatch."""
    assert fields("ont_state", {f"{XPON}.2.46.1.16.{ROW}": raw}).claim("config_ok") == ok


def test_levels_are_hundredths_and_the_olt_has_an_offset_of_its_own() -> None:
    """Column 5 is the voltage and 6 the light at the OLT: public scripts take them for Tx."""
    optics = ont_optics(
        fields(
            "ont_optics",
            {
                f"{XPON}.2.51.1.1.{ROW}": -5,
                f"{XPON}.2.51.1.2.{ROW}": 17,
                f"{XPON}.2.51.1.3.{ROW}": 245,
                f"{XPON}.2.51.1.4.{ROW}": -2415,
                f"{XPON}.2.51.1.5.{ROW}": 3300,
                f"{XPON}.2.51.1.6.{ROW}": 7312,
                f"{XPON}.2.23.1.4.{ROW.partition('.')[0]}": 351,
            },
        )
    )
    assert (optics.ont_rx_dbm, optics.ont_tx_dbm) == (-24.15, 2.45)
    assert (optics.olt_rx_dbm, optics.olt_tx_dbm) == (-26.88, 3.51)
    assert (optics.ont_temperature_c, optics.ont_voltage_v) == (-5, 3.3)


@pytest.mark.parametrize("raw", [2147483647, 2147483646, -1, 0, -2147483648, 4294967295])
def test_no_level_at_the_olt_is_no_level(raw: int) -> None:
    """A sentinel taken for a number would be 21,474,736 dBm, or a perfect 0 dBm."""
    optics = fields("ont_optics", {f"{XPON}.2.51.1.6.{ROW}": raw})
    assert isinstance(optics.number("olt_rx_dbm"), Missing)
    with pytest.raises(MeasurementError):
        ont_optics(optics)


def test_upstream_is_in_and_downstream_is_out() -> None:
    """The OLT counts from its own side; a fact counts from the home towards the node."""
    counters = port_counters(
        fields(
            "port_counters",
            {f"{XPON}.4.23.1.{column}.{ROW}": column * 1000 for column in range(1, 7)},
        ),
        1.0,
    )
    assert (counters.in_packets, counters.out_packets) == (1000, 2000)
    assert (counters.in_octets, counters.out_octets) == (3000, 4000)
    assert (counters.in_discards, counters.out_discards) == (5000, 6000)
    assert counters.in_errors == UNSUPPORTED


def test_errors_of_the_ont_are_its_own() -> None:
    """BIP both ways, FEC as the OLT sees it."""
    errors = ont_errors(
        fields("ont_errors", {f"{XPON}.4.27.1.{column}.{ROW}": column for column in range(1, 9)})
    )
    assert (errors.up_bip_errors, errors.down_bip_errors) == (3, 4)
    assert (errors.up_fec_corrected, errors.up_fec_uncorrectable) == (5, 6)
    assert errors.down_fec_corrected == UNSUPPORTED


def test_a_vdsl2_line_is_read_from_the_vendors_numbers() -> None:
    """L0 is 0 here and 1 in RFC 5650; margins are of the line and not of its bands."""
    objects: dict[str, SnmpValue] = {
        f"{VDSL}.1.1.1.8.{LINE}": 0,
        f"{VDSL}.1.1.1.12.{LINE}": b"\x80",
        f"{VDSL}.1.1.1.13.{LINE}": b"\x80",
        f"{VDSL}.1.1.1.14.{LINE}": 123,
        f"{VDSL}.1.1.1.15.{LINE}": 4294967295,
        f"{VDSL}.1.1.1.18.{LINE}": 92,
        f"{VDSL}.1.1.1.19.{LINE}": 2147483647,
        f"{VDSL}.1.1.1.20.{LINE}": 120_000_000,
        f"{VDSL}.1.1.1.24.{LINE}": 145,
        f"{VDSL}.1.1.1.47.{LINE}": 100_000_000,
        f"{VDSL}.4.1.1.1.4.{LINE}.2": 300,
        f"{VDSL}.4.1.1.1.6.{LINE}.2": 4,
        f"{VDSL}.4.1.1.1.9.{LINE}.2": 0,
        f"{VDSL}.4.1.2.1.2.{LINE}": 3,
        f"{VDSL}.4.1.2.1.4.{LINE}": 99,
    }
    line = line_quality(fields("line_quality_vdsl2", objects, VDSL_LINE), "vdsl2")
    assert line.in_sync
    assert (line.far_end_power_lost, line.loss_of_signal) == (False, False)
    assert (line.down.rate_bps, line.down.attainable_bps) == (100_000_000, 120_000_000)
    assert (line.down.snr_margin_db, line.up.snr_margin_db) == (9.2, NOT_MEASURED)
    assert (line.down.attenuation_db, line.up.attenuation_db) == (12.3, NOT_MEASURED)
    assert line.down.output_power_dbm == 14.5
    assert (line.errors.elapsed_s, line.errors.errored_s, line.errors.unavailable_s) == (300, 4, 0)
    assert line.errors.full_inits == 3


@pytest.mark.parametrize(("state", "in_sync"), [(0, True), (1, True), (2, True), (3, False)])
def test_a_line_without_power_is_not_trained(state: int, in_sync: object) -> None:
    """Read with the numbers of RFC 5650, L3 would be low power and L0 nothing at all."""
    objects = {f"{VDSL}.1.1.1.8.{LINE}": state}
    assert fields("line_quality_vdsl2", objects, VDSL_LINE).claim("in_sync") is in_sync


def test_the_profile_is_that_of_the_kind_of_port() -> None:
    """An ONT has a line profile by name, a VDSL2 port a template."""
    ont = port_config(fields("port_config", {f"{XPON}.2.43.1.7.{ROW}": b"res-100M"}))
    line = port_config(
        fields("port_config", {f"{VDSL}.1.1.1.1.{LINE}": b"vdsl-17a"}, index=VDSL_LINE)
    )
    assert (ont.profile, line.profile) == ("res-100M", "vdsl-17a")
