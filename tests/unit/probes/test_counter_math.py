"""Two samples of counters to rates, and all the ways in which they cannot be compared."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Maybe, Missing
from cpe_diag.domain.port_facts import PortCounters
from cpe_diag.probes.counter_math import INCOMPLETE, elapsed_s, increase, rates

UNSUPPORTED = Missing(why=FailureKind.UNSUPPORTED)
ZERO = PortCounters(
    node_uptime_s=1000.0,
    **{field.name: UNSUPPORTED for field in fields(PortCounters) if field.name != "node_uptime_s"},
)


@pytest.mark.parametrize(
    ("first", "second", "risen"),
    [
        (10, 30, 20),
        (30, 30, 0),
        (2**32 - 10, 20, 30),
        (500, 3, INCOMPLETE),
        (2**40, 5, INCOMPLETE),
        (UNSUPPORTED, 5, UNSUPPORTED),
        (5, UNSUPPORTED, UNSUPPORTED),
    ],
)
def test_a_counter_rises_wraps_or_cannot_be_compared(
    first: Maybe[int], second: Maybe[int], risen: Maybe[int]
) -> None:
    """A cleared counter taken for a wrap would be four gigabytes of errors."""
    assert increase(first, second) == risen


@given(st.integers(0, 2**32 - 1), st.integers(0, 2**31 - 1))
def test_a_32_bit_counter_gives_its_increase_wherever_it_stands(start: int, step: int) -> None:
    """Wrapping is no event."""
    assert increase(start, (start + step) % 2**32) == step


def test_octets_become_bits_per_second() -> None:
    """125,000 octets in a second are 1 Mbit/s."""
    first = replace(ZERO, in_octets=1_000, in_errors=7)
    second = replace(ZERO, node_uptime_s=1002.0, in_octets=251_000, in_errors=9)
    got = rates(first, second, 2.0)
    assert got.in_bps == 1_000_000.0
    assert got.in_errors == 2
    assert got.out_bps == UNSUPPORTED
    assert got.interval_s == 2.0


@pytest.mark.parametrize(
    ("before_s", "after_s", "passed_s"),
    [
        (1000.0, 1002.5, 2.5),
        (1000.0, 1000.0, 0.0),
        (1000.0, 3.0, None),
        (2**32 / 100 - 1.0, 1.0, 2.0),
    ],
)
def test_a_restart_is_told_from_a_wrap_of_the_uptime(
    before_s: float, after_s: float, passed_s: float | None
) -> None:
    """Counters of two different runs of the node have nothing to do with each other."""
    first, second = (replace(ZERO, node_uptime_s=at_s) for at_s in (before_s, after_s))
    assert elapsed_s(first, second) == (None if passed_s is None else pytest.approx(passed_s))
