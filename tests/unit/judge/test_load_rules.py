"""Loss, delay and rate: chance accuses nobody, and the slower of two ways is named."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.load_facts import LoadTest, PathQuality
from cpe_diag.judge.decide import find
from cpe_diag.testing import load_samples as load
from cpe_diag.testing.evidence_samples import changed, ethernet_home, never_asked, unobserved
from cpe_diag.testing.fault_effects import lost

if TYPE_CHECKING:
    from cpe_diag.domain.findings import Finding
    from cpe_diag.judge.question import CaseFile

HOME: Final = load.measured(ethernet_home())


def finding(case: CaseFile, rule: str) -> Finding:
    """Give one rule's answer."""
    return {found.id: found for found in find(case)}[rule]


@pytest.mark.parametrize(
    ("edge", "reference", "near", "beyond"),
    [
        (100, 100, False, False),
        (99, 98, False, False),
        (96, 96, True, False),
        (86, 84, True, True),
        (100, 80, False, True),
        (70, 100, False, False),
        (98, 80, False, True),
    ],
)
def test_where_packets_are_lost(*, edge: int, reference: int, near: bool, beyond: bool) -> None:
    """What is lost on the line is lost on the way beyond as well; else it is not the line."""
    case = load.lossy(load.lossy(HOME, edge, load.EDGE), reference, load.REFERENCE)
    found = finding(case, "gateway_loss"), finding(case, "internet_loss")
    assert (found[0].answer, found[1].answer) == (near, beyond)


RULE: Final = "neighbours_suffer"


def test_one_lost_packet_of_eight_may_be_chance() -> None:
    """Few pings accuse nobody by one, and the report says why."""
    case = never_asked(HOME, ("path_quality", load.EDGE), ("path_quality", load.REFERENCE))
    one = changed(case, "ping", load.EDGE, sent=8, received=7)
    two = changed(case, "ping", load.EDGE, sent=8, received=6)
    assert finding(one, "gateway_loss").answer is False
    assert finding(one, "gateway_loss").because.endswith("which may be chance")
    assert finding(two, "gateway_loss").answer is True


def test_one_late_packet_of_few_is_no_slow_line() -> None:
    """The mean of eight is above the limit by one that a busy router held back."""
    case = never_asked(HOME, ("path_quality", load.EDGE))
    late = changed(case, "ping", load.EDGE, rtt_avg_s=0.13, rtt_min_s=0.004)
    slow = changed(case, "ping", load.EDGE, rtt_avg_s=0.14, rtt_min_s=0.12)
    unknown = changed(case, "ping", load.EDGE, rtt_avg_s=0.14)
    answers = [finding(one, "latency_high").answer for one in (late, slow, unknown)]
    assert answers == [False, True, True]


def test_silence_is_no_loss_of_a_part() -> None:
    """A way that lets nothing through is another fault."""
    case = never_asked(HOME, ("path_quality", load.EDGE), ("path_quality", load.REFERENCE))
    assert finding(lost(case, load.EDGE, received=0), "gateway_loss").answer is False
    silent = never_asked(load.lossy(HOME, 0, load.DEVICE), ("ping", load.DEVICE))
    assert finding(silent, "device_loss").answer is None


def test_a_queue_is_no_jitter() -> None:
    """A queue fills and drains over many packets: the next one takes about as long."""
    queue = changed(
        HOME, "path_quality", load.EDGE, rtt_min_s=0.001, rtt_p95_s=0.09, jitter_s=0.002
    )
    assert finding(queue, "gateway_jitter").answer is False
    assert finding(load.access_jitter(HOME), "gateway_jitter").answer is True


def test_what_the_line_adds_is_not_blamed_on_what_lies_beyond() -> None:
    """A slow line makes the way to everything slow."""
    assert finding(load.access_delay(HOME), "internet_delay").answer is False
    assert finding(load.access_jitter(HOME), "internet_delay").answer is False


def test_one_bad_neighbour_has_a_line_of_its_own() -> None:
    """Two of them share the node; and what our own side suffers is not their fault."""
    one = load.lossy(HOME, 40, load.NEIGHBOURS[0])
    two = load.lossy(one, 40, load.NEIGHBOURS[1])
    ours = load.lossy(two, 40, load.CONTROL)
    assert finding(one, "neighbours_suffer").answer is False
    assert finding(two, "neighbours_suffer").answer is True
    assert finding(ours, "neighbours_suffer").answer is False


def test_a_moment_in_which_our_own_side_stood_still_is_no_fault_of_the_node() -> None:
    """All ways from here were uneven at once, the control a little less than the others."""
    stalled = load.uneven(HOME, *load.NEIGHBOURS)
    assert finding(stalled, "neighbours_suffer").answer is True
    ours = load.uneven(stalled, load.CONTROL)
    ours = changed(ours, "path_quality", load.CONTROL, jitter_s=0.0096)
    ours = changed(ours, "path_quality", load.NEIGHBOURS[2], jitter_s=0.008)
    for one in load.NEIGHBOURS[:2]:
        ours = changed(ours, "path_quality", one, jitter_s=0.011)
    assert finding(ours, "neighbours_suffer").answer is False
    alone = unobserved(stalled, "path_quality", load.CONTROL, FailureKind.NOT_APPLICABLE)
    assert finding(alone, "neighbours_suffer").answer is False


def test_neighbours_are_not_said_to_suffer_where_our_way_to_the_reference_does() -> None:
    """A machine of ours that is starved makes every way late, each by another time."""
    late = {"rtt_min_s": 0.09, "rtt_median_s": 0.8, "rtt_p95_s": 0.97}
    case = HOME
    for one in load.NEIGHBOURS[:2]:
        case = changed(case, "path_quality", one, **late)
    assert finding(case, "neighbours_suffer").answer is True
    ours = changed(case, "path_quality", load.CONTROL, received=43, rtt_median_s=0.2)
    assert finding(ours, "neighbours_suffer").answer is None


def test_jitter_of_all_ways_from_a_busy_machine_of_ours_is_no_full_uplink() -> None:
    """Measured so: the reference took 85 ms for 95 of 100, each neighbour some 280."""
    busy = {"rtt_min_s": 0.0085, "rtt_median_s": 0.043, "rtt_p95_s": 0.278, "jitter_s": 0.0435}
    case = HOME
    for one in load.NEIGHBOURS:
        case = changed(case, "path_quality", one, **busy)
    calm = {"rtt_min_s": 0.0004, "rtt_median_s": 0.001, "rtt_p95_s": 0.005, "jitter_s": 0.001}
    assert finding(changed(case, "path_quality", load.CONTROL, **calm), RULE).answer is True
    ours = {"rtt_min_s": 0.0004, "rtt_median_s": 0.017, "rtt_p95_s": 0.085, "jitter_s": 0.0094}
    told = finding(changed(case, "path_quality", load.CONTROL, **ours), RULE)
    assert (told.answer, told.because.endswith("our own side was too busy to say more")) == (
        None,
        True,
    )


def test_a_queue_before_a_busy_line_says_that_it_is_full() -> None:
    """Counters of two samples are not exact; three quarters and a queue are a full line."""
    busy = changed(HOME, "port_rates", "port", out_bps=74_000_000.0)
    assert finding(busy, "port_saturated").answer is False
    queue = {"rtt_min_s": 0.004, "rtt_median_s": 0.03, "rtt_p95_s": 0.04}
    queued = changed(busy, "path_quality", load.EDGE, **queue)
    assert finding(queued, "port_saturated").answer is True
    assert "wait 26 ms in a queue" in finding(queued, "port_saturated").because
    idle = changed(HOME, "path_quality", load.EDGE, **queue)
    assert finding(idle, "port_saturated").answer is False


def test_the_slower_of_line_and_home_is_named_with_both_numbers() -> None:
    """Which of the two limits, and by how much."""
    home = finding(load.home_rate(HOME), "device_rate_low")
    assert home.answer is True
    assert "963 kbit/s" in home.because
    assert "the line at least 80 Mbit/s: the home is the limit" in home.because
    line = finding(load.access_rate(HOME), "access_train_slow")
    assert line.answer is True
    assert "the home side was not the limit" in line.because
    both = changed(load.home_rate(HOME), "load_test", load.REFERENCE, received_bytes=50_000)
    assert finding(both, "device_rate_low").answer is False
    assert "the line is the limit" in finding(both, "device_rate_low").because


def test_a_way_that_is_uneven_is_not_called_narrow() -> None:
    """Where small packets differ as much from each other, large ones are late by chance."""
    late = changed(HOME, "rate_train", load.DEVICE, small_spread_s=0.18, large_quartile_s=0.17)
    assert finding(late, "device_rate_low").answer is None
    narrow = changed(late, "rate_train", load.DEVICE, large_quartile_s=0.25)
    assert finding(narrow, "device_rate_low").answer is True
    few = changed(narrow, "rate_train", load.DEVICE, received=3)
    assert finding(few, "device_rate_low").answer is None


def test_a_file_that_is_slow_from_everywhere_is_no_slow_line() -> None:
    """The server's own limit reaches us too."""
    slow = changed(HOME, "load_test", load.REFERENCE, received_bytes=200_000)
    assert finding(slow, "access_rate_low").answer is True
    there_too = changed(slow, "load_test", load.CONTROL, received_bytes=250_000)
    assert finding(there_too, "access_rate_low").answer is False
    alone = unobserved(slow, "load_test", load.CONTROL, FailureKind.OUT_OF_TIME)
    assert finding(alone, "access_rate_low").answer is None


def test_a_round_trip_of_no_time_is_short() -> None:
    """A router's ping tells thousandths of a millisecond, and may tell none of them."""
    held = HOME.evidence.value(LoadTest, "load_test", load.REFERENCE)
    assert held is not None
    assert isinstance(held.loaded, PathQuality)
    quick = replace(held.loaded, rtt_median_s=0.0)
    found = finding(changed(HOME, "load_test", load.REFERENCE, loaded=quick), "latency_under_load")
    assert found.answer is False
    assert "trips" not in found.because
