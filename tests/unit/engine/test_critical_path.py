"""The critical path of traces written by hand: what the measured time is compared with."""

from __future__ import annotations

import graphlib

import pytest

from cpe_diag.domain.trace import WAIT, Exchange
from cpe_diag.engine.critical_path import critical_path


def exchange(
    number: int, took_s: float, *waited_for: int, operation: str = "snmp.get"
) -> Exchange:
    """Make an exchange that took a time and waited for others."""
    return Exchange(
        id=number,
        operation=operation,
        target="an-1",
        label=str(number),
        started_s=0.0,
        ended_s=took_s,
        round_trips=1,
        waited_for=waited_for,
        failure=None,
    )


def test_an_empty_trace_has_an_empty_path() -> None:
    """A run that asked nothing needed no time."""
    path = critical_path(())
    assert (path.chain, path.total_s) == ((), 0.0)


def test_answers_that_came_at_the_same_time_count_once() -> None:
    """Of independent questions only the slowest one makes the run long."""
    path = critical_path([exchange(1, 0.2), exchange(2, 0.9), exchange(3, 0.4)])
    assert [one.id for one in path.chain] == [2]
    assert path.total_s == pytest.approx(0.9)


def test_the_longest_chain_is_found_through_forks_and_joins() -> None:
    """Many short answers in a row may be longer than one long answer."""
    trace = [
        exchange(1, 0.1),
        exchange(2, 0.5, 1),
        exchange(3, 0.2, 1),
        exchange(4, 0.4, 3),
        exchange(5, 0.1, 2, 4),
        exchange(6, 0.6),
    ]
    path = critical_path(trace)
    assert [one.id for one in path.chain] == [1, 3, 4, 5]
    assert path.total_s == pytest.approx(0.8)


def test_deliberate_waits_are_counted_apart() -> None:
    """Nobody can answer a sample interval away, but it is no slowness of a device either."""
    trace = [exchange(1, 0.1), exchange(2, 2.0, 1, operation=WAIT), exchange(3, 0.1, 2)]
    path = critical_path(trace)
    assert path.answers_s == pytest.approx(0.2)
    assert path.waits_s == pytest.approx(2.0)
    assert path.total_s == pytest.approx(2.2)


def test_a_cause_outside_of_the_trace_begins_a_chain() -> None:
    """A trace may have been cut to what is of interest."""
    assert [one.id for one in critical_path([exchange(7, 0.3, 2)]).chain] == [7]


def test_a_ring_is_a_bug_and_is_said() -> None:
    """A wrong path would make the benchmark lie."""
    with pytest.raises(graphlib.CycleError):
        critical_path([exchange(1, 0.1, 2), exchange(2, 0.1, 1)])
