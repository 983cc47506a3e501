"""The generic drivers on recordings of real agents that are not part of the project."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.failures import FailureKind, MeasurementError
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.port_facts import OperStatus
from cpe_diag.driver_kit.access_facts import (
    Fields,
    line_quality,
    node_system,
    port_counters,
    port_speed,
    port_status,
)
from cpe_diag.driver_kit.decode import NOT_MEASURED, UNSUPPORTED, decode, decode_group
from cpe_diag.driver_kit.load import load_access_driver
from cpe_diag.driver_kit.port_index import interface
from cpe_diag.testing.snmprec import read_snmprec

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpe_diag.ports import Oid, SnmpValue

pytestmark = pytest.mark.recordings

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(os.environ.get("CPE_DIAG_RECORDINGS", ROOT.parent / "shared" / "recordings"))

DSL = load_access_driver("generic_dsl")
IFMIB = load_access_driver("generic_ifmib")

IF_OPER_STATUS = "1.3.6.1.2.1.2.2.1.8."


@cache
def recorded(name: str) -> Mapping[Oid, SnmpValue]:
    """Read a recording, or skip where it is not here."""
    path = FOLDER / f"{name}.snmprec"
    if not path.is_file():
        pytest.skip(f"no recording {path}; name their folder in CPE_DIAG_RECORDINGS")
    return read_snmprec(path)


def fields(name: str, group: str, if_index: int) -> Fields:
    """Decode a group of a recorded node as a probe would: absent objects are None."""
    objects = recorded(name)
    specs = DSL.groups[group]
    index = interface(if_index)
    answers = {spec.at(index): objects.get(spec.at(index)) for spec in specs}
    return Fields(decode_group(specs, answers, index), name, group)


def test_a_draytek_in_sync_gives_its_vdsl2_rates_and_says_what_it_has_not() -> None:
    """Its line table is missing; what is missing must not become zero."""
    line = line_quality(fields("draytek_vdsl", "line_quality_vdsl2", 4), "vdsl2")
    assert line.in_sync
    assert (line.down.rate_bps, line.up.rate_bps) == (110_162_000, 33_029_000)
    assert line.down.snr_margin_db == UNSUPPORTED
    assert line.far_end_power_lost == UNSUPPORTED
    assert line.errors.errored_s == UNSUPPORTED


def test_a_draytek_that_says_showtime_has_not_lost_power() -> None:
    """Read as BITS, the letters of SHOWTIME say loss of framing and loss of power."""
    line = line_quality(fields("draytek_vdsl", "line_quality_adsl", 4), "adsl")
    assert line.in_sync
    assert line.loss_of_signal == Missing(why=FailureKind.UNPARSEABLE)
    assert line.far_end_power_lost is False
    assert line.down.rate_bps == NOT_MEASURED
    assert line.up.output_power_dbm == pytest.approx(0.9)


def test_a_driver_of_its_own_reads_a_drayteks_whole_decibels() -> None:
    """It counts dB where the MIB says tenths: a matter of one word in a driver file."""
    spec = next(
        spec for spec in DSL.groups["line_quality_adsl"] if spec.field == "up.snr_margin_db"
    )
    raw = recorded("draytek_vdsl")[spec.at(interface(4))]
    assert decode(spec, raw) == pytest.approx(0.5)
    assert decode(replace(spec, scale=1.0), raw) == 5


def test_a_teldat_out_of_sync_has_no_line_values() -> None:
    """All its numbers are zero, its power even 13 dBm; none of them is a measurement."""
    line = line_quality(fields("teldat_teldatvdsl2", "line_quality_adsl", 17), "adsl")
    assert not line.in_sync
    assert line.down.rate_bps == NOT_MEASURED
    assert line.up.output_power_dbm == NOT_MEASURED


def test_a_zte_dslam_gives_every_port_its_state_and_counters() -> None:
    """Of its 256 VDSL ports 122 are up and 134 down; each of them gives counters too."""
    objects = recorded("zxdsl")
    states = []
    for oid in objects:
        if_index = int(oid.removeprefix(IF_OPER_STATUS)) if oid.startswith(IF_OPER_STATUS) else 0
        # ifType vdsl2(251), vdsl(97)
        if if_index and objects.get(f"1.3.6.1.2.1.2.2.1.3.{if_index}") in {97, 251}:
            status = port_status(fields("zxdsl", "port_status", if_index), if_index, 1e9)
            states.append(status.oper)
            assert port_counters(fields("zxdsl", "port_counters", if_index), 1.0).node_uptime_s
    assert states.count(OperStatus.UP) == 122
    assert states.count(OperStatus.DOWN) == 134


@pytest.mark.parametrize(
    "name",
    [
        "draytek_vdsl",
        "teldat_teldatvdsl2",
        "zxdsl",
        "ies52xxM_zynos-msc1240xa-ies5212",
        "nokia-isam",
        "axos_e7-2",
        "bdcom",
        "eltex-mes23xx_mes2324fb",
        "vrp_s5328c-ei",
        "routeros",
        "smartax",
    ],
)
def test_every_recorded_interface_gives_facts_or_a_reason(name: str) -> None:
    """No real agent may raise anything but a MeasurementError, and none gives a wild number."""
    objects = recorded(name)
    indexes = [
        int(oid.removeprefix(IF_OPER_STATUS)) for oid in objects if oid.startswith(IF_OPER_STATUS)
    ]
    object_id = node_system(fields(name, "node_system", 0)).object_id
    assert isinstance(object_id, str)
    assert object_id.startswith("1.3.6.1.4.1.")
    reasons = set()
    known = 0
    for if_index in indexes:
        try:
            status = port_status(fields(name, "port_status", if_index), if_index, 1e9)
        except MeasurementError as error:
            reasons.add(error.failure.kind)
            continue
        known += 1
        assert status.name
        assert _speed(name, if_index) != 0
    assert known > 0
    assert reasons <= {FailureKind.UNPARSEABLE, FailureKind.UNSUPPORTED}


def _speed(name: str, if_index: int) -> int | None:
    try:
        return port_speed(fields(name, "port_speed", if_index)).speed_bps
    except MeasurementError:
        return None


def test_a_hidden_port_state_beyond_the_mib_is_not_taken_for_down() -> None:
    """The DrayTek's unused channels answer 0 for their state, which the MIB does not have."""
    with pytest.raises(MeasurementError) as caught:
        port_status(fields("draytek_vdsl", "port_status", 9), 9, 248.0)
    assert caught.value.failure.kind is FailureKind.UNPARSEABLE


def test_the_forwarding_table_of_a_real_switch_maps_to_its_ports() -> None:
    """The objects that the learned-MAC probe asks for exist in the wild as the driver says."""
    objects = recorded("switch_dlink-des3200")
    column = next(
        spec.oid.split(".{")[0]
        for spec in IFMIB.groups["learned_macs"]
        if spec.field == "port_in_vlan"
    )
    mapping = next(
        spec.oid.split(".{")[0]
        for spec in IFMIB.groups["learned_macs"]
        if spec.field == "base_port_if_index"
    )
    rows = {oid: value for oid, value in objects.items() if oid.startswith(f"{column}.")}
    assert rows
    ports = {value for value in rows.values() if isinstance(value, int) and value != 0}
    assert ports
    assert all(f"{mapping}.{port}" in objects for port in ports)
