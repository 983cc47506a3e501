"""Faults of the network, as plain tools see them: each does what it says, and goes away."""

from __future__ import annotations

import re
import statistics

import pytest

from cpe_diag.lab.home import layout, network
from cpe_diag.lab.home.faults import clear_fault, set_fault

pytestmark = pytest.mark.lab_home

HOME = layout.LINES[0].address
NEIGHBOUR = layout.LINES[1].address
WORLD = layout.REFERENCE.address
TIMES = re.compile(r"time=([\d.]+) ms")


def round_trips(home: str, host: str, address: str, count: int = 10) -> list[float]:
    """Give the milliseconds of each ping that is answered."""
    asked = ["busybox", "ping", "-c", str(count), "-i", "0.1", "-W", "1", address]
    said = network.output(home, host, asked, failing="")
    return [float(one) for one in TIMES.findall(said)]


def healthy_again(home: str, fault: str) -> None:
    """Take the fault back; every sign of life must come anew."""
    clear_fault(home, fault)
    network.forget_visits(home)
    network.wait_until_ready(home)


@pytest.mark.parametrize(
    ("fault", "host", "far", "near", "least_ms", "most_ms"),
    [
        ("core_delay", "router", WORLD, "198.51.100.1", 150, 160),
        ("access_delay", "bng", HOME, NEIGHBOUR, 120, 130),
        ("access_jitter", "bng", HOME, NEIGHBOUR, 10, 120),
    ],
)
def test_a_delay_is_felt_where_it_is_and_nowhere_else(  # noqa: PLR0913, PLR0917 - one row of the table
    home: str, fault: str, host: str, far: str, near: str, least_ms: float, most_ms: float
) -> None:
    """A long wire must be as long as it says, and no neighbour may hang on it."""
    set_fault(home, fault)
    beyond = round_trips(home, host, far)
    assert len(beyond) == 10
    assert least_ms <= min(beyond)
    assert statistics.median(beyond) < most_ms
    if fault == "access_jitter":
        assert max(beyond) - min(beyond) > 25
    assert statistics.median(round_trips(home, host, near)) < 10
    healthy_again(home, fault)
    assert statistics.median(round_trips(home, host, far)) < 10
