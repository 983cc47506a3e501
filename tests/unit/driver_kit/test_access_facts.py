"""Facts of node, port and line from decoded fields."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.failures import FailureKind, MeasurementError
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.port_facts import OperStatus
from cpe_diag.driver_kit.access_facts import Fields, line_quality, port_speed, port_status
from cpe_diag.driver_kit.decode import NOT_MEASURED, UNPARSEABLE, UNSUPPORTED

if TYPE_CHECKING:
    from cpe_diag.domain.missing import Maybe
    from cpe_diag.driver_kit.decode import Value

WRAP_S = 2**32 / 100


def fields(**values: Maybe[Value]) -> Fields:
    """Make fields of a node; a double underscore stands for a dot."""
    return Fields({name.replace("__", "."): value for name, value in values.items()}, "an-1", "g")


@pytest.mark.parametrize(
    ("changed_at_s", "uptime_s", "age_s"),
    [
        (100.0, 400.0, 300.0),
        (400.5, 400.0, 0.0),
        (WRAP_S - 60.0, 40.0, 100.0),
        (NOT_MEASURED, 400.0, NOT_MEASURED),
        (100.0, None, UNSUPPORTED),
    ],
)
def test_the_last_change_is_an_age_also_over_a_wrap_of_the_uptime(
    changed_at_s: Maybe[float], uptime_s: float | None, age_s: Maybe[float]
) -> None:
    """A node that is up for 500 days must not show a port that changed in the future."""
    given = fields(admin_up=True, oper="down", last_change_s=changed_at_s)
    status = port_status(given, 7, uptime_s)
    assert status.last_change_s == (
        age_s if isinstance(age_s, Missing) else pytest.approx(age_s, abs=0.02)
    )


def test_a_port_without_a_known_state_is_no_port_status() -> None:
    """`oper` beyond the MIB must not be taken for down."""
    with pytest.raises(MeasurementError) as caught:
        port_status(fields(admin_up=True, oper=UNPARSEABLE), 7, 1.0)
    assert caught.value.failure.kind is FailureKind.UNPARSEABLE
    assert "oper" in caught.value.failure.detail


def test_what_is_missing_stays_missing_with_its_reason() -> None:
    """A field that the node does not have is never a number."""
    status = port_status(fields(admin_up=False, oper="not_present"), 7, 1.0)
    assert status.oper is OperStatus.NOT_PRESENT
    assert status.name == UNSUPPORTED
    assert port_speed(fields(speed_bps=100_000_000)).duplex == UNSUPPORTED


def test_a_line_that_is_not_trained_has_no_rates() -> None:
    """Agents go on showing the rate and power of the last training, or their defaults."""
    given = fields(in_sync=False, down__rate_bps=50_000_000, up__output_power_dbm=13.0)
    line = line_quality(given, "vdsl2")
    assert line.down.rate_bps == NOT_MEASURED
    assert line.up.output_power_dbm == NOT_MEASURED


def test_a_trained_line_gives_both_directions_and_errors() -> None:
    """Down and up must not be swapped."""
    given = fields(
        in_sync=True,
        far_end_power_lost=False,
        down__rate_bps=50_000_000,
        up__rate_bps=10_000_000,
        down__snr_margin_db=8.5,
        errors__errored_s=3,
    )
    line = line_quality(given, "vdsl2")
    assert (line.down.rate_bps, line.up.rate_bps) == (50_000_000, 10_000_000)
    assert line.down.snr_margin_db == 8.5
    assert line.up.snr_margin_db == UNSUPPORTED
    assert line.errors.errored_s == 3
    assert line.far_end_power_lost is False


@pytest.mark.parametrize(
    ("moments", "clock_s", "age_s"),
    [
        ({"up_at_s": 100.0, "down_at_s": 250.0}, 400.0, 150.0),
        ({"up_at_s": 300.0, "down_at_s": 250.0}, 400.0, 100.0),
        ({"up_at_s": NOT_MEASURED, "down_at_s": 250.0}, 400.0, 150.0),
        ({"up_at_s": 300.0, "down_at_s": UNPARSEABLE}, 400.0, 100.0),
        ({"changed_at_s": 350.0}, 400.0, 50.0),
        ({"up_at_s": NOT_MEASURED, "down_at_s": NOT_MEASURED}, 400.0, NOT_MEASURED),
        ({"up_at_s": 300.0, "down_at_s": 250.0}, None, UNSUPPORTED),
        ({}, 400.0, UNSUPPORTED),
    ],
)
def test_the_later_of_two_dates_is_when_the_port_changed(
    moments: dict[str, Maybe[Value]], clock_s: float | None, age_s: Maybe[float]
) -> None:
    """An OLT dates the last coming up and the last going down, whichever was the last."""
    given = fields(admin_up=True, oper="down", **moments)
    assert port_status(given, None, 1.0, clock_s).last_change_s == age_s
