"""ZTE C300, C320 and C600 on made data: two numberings, two ways to write a time, every cause."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pytest

from cpe_diag.domain.failures import FailureKind, MeasurementError
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.ont_facts import OntDownCause
from cpe_diag.domain.port_facts import OperStatus
from cpe_diag.driver_kit.access import AccessDriver
from cpe_diag.driver_kit.access_facts import port_status
from cpe_diag.driver_kit.decode import NOT_MEASURED, UNPARSEABLE, UNSUPPORTED
from cpe_diag.driver_kit.load import load_access_driver
from cpe_diag.driver_kit.optical_facts import ont_errors, ont_optics, ont_state
from cpe_diag.driver_kit.port_index import NODE
from cpe_diag.driver_kit.port_names import locate
from cpe_diag.ports import Oid
from cpe_diag.testing.driver_answers import group_fields

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpe_diag.driver_kit.access_facts import Fields
    from cpe_diag.ports import SnmpValue

ZTE: Final = "1.3.6.1.4.1.3902"


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """Where a platform keeps the same facts of ONU 4 at port 1/2/3; `up` is its "working"."""

    driver: AccessDriver
    phase: Oid
    up: int
    went: Oid
    cause: Oid
    rx: Oid

    def fields(self, group: str, objects: Mapping[Oid, SnmpValue]) -> Fields:
        """Decode a group for that ONU."""
        return group_fields(self.driver, group, objects, locate(self.driver, "1/2/3:4", "gpon"))


# 1 << 28 | (shelf - 1) << 24 | slot << 16 | port << 8, and 1 << 28 | 1 << 24 | shelf << 16 | ...
PON: Final = f"{268435456 + 2 * 65536 + 3 * 256}.4"
OLT: Final = f"{285212672 + 65536 + 2 * 256 + 3}.4"

C300: Final = Platform(
    driver=load_access_driver("zte_c300"),
    phase=f"{ZTE}.1012.3.28.2.1.4.{PON}",
    up=3,
    went=f"{ZTE}.1012.3.28.2.1.6.{PON}",
    cause=f"{ZTE}.1012.3.28.2.1.7.{PON}",
    rx=f"{ZTE}.1012.3.50.12.1.1.10.{PON}.1",
)
C600: Final = Platform(
    driver=load_access_driver("zte_c600"),
    phase=f"{ZTE}.1082.500.10.2.3.8.1.4.{OLT}",
    up=4,
    went=f"{ZTE}.1082.500.10.2.3.8.1.6.{OLT}",
    cause=f"{ZTE}.1082.500.10.2.3.8.1.7.{OLT}",
    rx=f"{ZTE}.1082.500.20.2.2.2.1.10.{OLT}.1",
)
BOTH: Final = pytest.mark.parametrize("olt", [C300, C600], ids=["c300", "c600"])


PHASES: Final = (
    OperStatus.DOWN,
    OperStatus.DOWN,
    OperStatus.DORMANT,
    OperStatus.UP,
    OperStatus.DOWN,
    OperStatus.DOWN,
    OperStatus.DOWN,
)


@BOTH
@pytest.mark.parametrize("phase", range(len(PHASES)))
def test_every_phase_has_its_state_and_c600_counts_from_one(olt: Platform, phase: int) -> None:
    """3 is "working" on C300 and "syncMib" on C600."""
    objects: dict[Oid, SnmpValue] = {olt.phase: olt.up - 3 + phase}
    oper = olt.fields("port_status", objects).text("oper")
    assert oper == PHASES[phase]
    state = ont_state(olt.fields("ont_state", objects), None)
    assert state.online is (PHASES[phase] is OperStatus.UP)
    assert state.last_down_cause == UNSUPPORTED


@BOTH
@pytest.mark.parametrize("from_working", [-4, 4, 250])
def test_a_phase_beyond_the_list_is_not_taken_for_down(olt: Platform, from_working: int) -> None:
    """7 is "offline" on C600 and nothing on C300, 0 is "logging" on C300 and nothing on C600."""
    with pytest.raises(MeasurementError) as caught:
        ont_state(olt.fields("ont_state", {olt.phase: olt.up + from_working}), None)
    assert caught.value.failure.kind is FailureKind.UNPARSEABLE


CAUSES: Final = {
    2: OntDownCause.LOSS_OF_SIGNAL,
    3: OntDownCause.LOSS_OF_SIGNAL,
    4: OntDownCause.LOSS_OF_FRAME,
    5: OntDownCause.SIGNAL_DEGRADED,
    6: OntDownCause.OTHER,
    7: OntDownCause.LOSS_OF_FRAME,
    8: OntDownCause.AUTH_FAILED,
    9: OntDownCause.DYING_GASP,
    10: OntDownCause.DEACTIVATED,
    11: OntDownCause.OTHER,
    12: OntDownCause.RESET,
    13: OntDownCause.DEACTIVATED,
}


@BOTH
@pytest.mark.parametrize("raw", range(16))
def test_every_offline_reason_has_its_word_and_no_other_number_has_one(
    olt: Platform, raw: int
) -> None:
    """9 sends nobody: the customer's power is gone. 2 sends somebody to the fibre."""
    state = ont_state(olt.fields("ont_state", {olt.phase: olt.up, olt.cause: raw}), None)
    unknown = NOT_MEASURED if raw == 1 else UNPARSEABLE
    assert state.last_down_cause == CAUSES.get(raw, unknown)


def test_the_times_of_c300_are_text_on_its_own_clock() -> None:
    """The clock of an OLT may stand at 2004; only the difference to its own moments counts."""
    clock = group_fields(
        C300.driver,
        "node_system",
        {"1.3.6.1.2.1.1.3.0": 1, f"{ZTE}.1015.1.1.101.1.0": b"2004-06-26 23:54:10"},
        NODE,
    ).number("clock_s")
    assert isinstance(clock, float)
    objects: dict[Oid, SnmpValue] = {
        C300.phase: 1,
        C300.went: b"2004-06-26 22:54:10",
        f"{ZTE}.1012.3.28.2.1.5.{PON}": b"2004-06-20 10:00:00",
        f"{ZTE}.1012.3.28.2.1.1.{PON}": 1,
    }
    assert ont_state(C300.fields("ont_state", objects), clock).down_for_s == 3600
    status = port_status(C300.fields("port_status", objects), None, 1.0, clock)
    assert (status.admin_up, status.last_change_s) == (True, 3600)


@pytest.mark.parametrize("never", [b"0000-00-00 00:00:00", b""])
def test_an_onu_that_never_went_has_no_time(never: bytes) -> None:
    """A moment in the year 0 would be 2,000 years of outage."""
    state = ont_state(C300.fields("ont_state", {C300.phase: 3, C300.went: never}), 1e9)
    assert state.down_for_s == NOT_MEASURED


@BOTH
@pytest.mark.parametrize(
    ("raw", "level"),
    [
        (3500, -23.0),
        (5250, -19.5),
        (15000, 0.0),
        (64536, -32.0),
        (-1000, -32.0),
        (65535, None),
        (-1, None),
        (40000, None),
        (2147483647, None),
    ],
)
def test_a_level_is_in_steps_of_two_thousandths_above_minus_thirty(
    olt: Platform, raw: int, level: float | None
) -> None:
    """64536 is -1000 in two's complement of 16 bits; 65535 is no light that was measured."""
    optics = olt.fields("ont_optics", {olt.rx: raw})
    if level is None:
        assert isinstance(optics.number("ont_rx_dbm"), Missing)
    else:
        assert ont_optics(optics).ont_rx_dbm == pytest.approx(level)


@BOTH
@pytest.mark.parametrize(("raw", "level"), [(-21532, -21.532), (-80000, None), (65535000, None)])
def test_what_the_olt_receives_is_in_thousandths(
    olt: Platform, raw: int, level: float | None
) -> None:
    """-80000 is no signal and not a very weak one."""
    optics = olt.fields("ont_optics", {f"{ZTE}.1082.500.1.2.4.2.1.2.{OLT}": raw})
    assert optics.number("olt_rx_dbm") == (NOT_MEASURED if level is None else level)


def test_older_firmware_tells_the_level_at_the_olt_elsewhere() -> None:
    """The same number, with the other index."""
    optics = C300.fields("ont_optics", {f"{ZTE}.1015.1010.11.2.1.2.{PON}": -19500})
    assert optics.number("olt_rx_dbm") == -19.5


def test_an_onu_tells_who_it_is_and_how_it_fares() -> None:
    """The version column is not taken for the firmware: it is the version of the hardware."""
    state = ont_state(
        C300.fields(
            "ont_state",
            {
                C300.phase: 3,
                f"{ZTE}.1012.3.28.1.1.5.{PON}": b"ZTEG\xc1\x23\x45\x67",
                f"{ZTE}.1012.3.50.11.2.1.2.{PON}": b"V7.0",
                f"{ZTE}.1012.3.50.11.2.1.9.{PON}": b"F660V7.0\0\0",
                f"{ZTE}.1012.3.11.4.1.2.{PON}": 1235,
            },
        ),
        None,
    )
    assert (state.serial, state.model, state.distance_m) == ("ZTEGC1234567", "F660V7.0", 1235)
    assert state.firmware == UNSUPPORTED
    optics = ont_optics(
        C300.fields(
            "ont_optics",
            {
                C300.rx: 4000,
                f"{ZTE}.1012.3.50.12.1.1.17.{PON}.1": 165,
                f"{ZTE}.1012.3.50.12.1.1.19.{PON}.1": 11040,
            },
        )
    )
    assert optics.ont_voltage_v == 3.3
    assert optics.ont_temperature_c == 43.125
    errors = ont_errors(C300.fields("ont_errors", {f"{ZTE}.1012.3.28.6.1.11.{PON}": 7}))
    assert (errors.up_bip_errors, errors.up_fec_uncorrectable) == (7, UNSUPPORTED)


@pytest.mark.parametrize("raw", [0, -1, 200_000])
def test_a_distance_of_nothing_is_none(raw: int) -> None:
    """An ONU at 0 m is one whose distance the OLT did not reckon (recorded)."""
    objects: dict[Oid, SnmpValue] = {f"{ZTE}.1012.3.11.4.1.2.{PON}": raw}
    assert isinstance(C300.fields("ont_state", objects).count("distance_m"), Missing)
