"""A port over hours: which losses count, and what is said of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.history_facts import PortHistory, PortSample
from cpe_diag.domain.missing import Missing
from cpe_diag.judge.decide import decide, find
from cpe_diag.testing import faults_outside as outside
from cpe_diag.testing.access_homes import pon_home
from cpe_diag.testing.evidence_samples import AT, changed, ethernet_home, never_asked, with_value

if TYPE_CHECKING:
    from cpe_diag.domain.findings import Finding
    from cpe_diag.judge.question import CaseFile

HOUR_S = 3600.0


def flapped(case: CaseFile) -> Finding:
    """Give the answer of the one rule."""
    return {found.id: found for found in find(case)}["port_flapped"]


def lost(case: CaseFile, *hours_ago: float, looked: bool = True) -> CaseFile:
    """Let a port be seen to be lost at these times, for a second each; `looked`: and now too."""
    samples = [
        PortSample(at=AT - timedelta(hours=hours) + step, up=up, changed_s=ABSENT)
        for hours in hours_ago
        for step, up in ((-SECOND, True), (SECOND * 0, False), (SECOND, True))
    ]
    if looked:
        samples.append(replace(samples[-1], at=AT))
    return with_value(case, "port_history", "port", PortHistory(samples=tuple(samples)))


SECOND = timedelta(seconds=1)
ABSENT = Missing(why=FailureKind.UNSUPPORTED)


def test_a_period_is_that_of_the_losses_that_are_told() -> None:
    """What came every hour last week says nothing of the one loss of today."""
    told = flapped(lost(ethernet_home(), 101, 100, 99, 1)).because
    assert "1x, 2026-01-15 09:30:00 UTC;" in told
    assert "every" not in told


def test_looks_an_hour_apart_do_not_say_how_often_it_is_lost() -> None:
    """At least so often: between two looks it may have come and gone many times."""
    told = flapped(lost(ethernet_home(), 3, 2, 1))
    assert told.answer is True
    assert (
        "3x, 2026-01-15 07:30:00 to 2026-01-15 09:30:00 UTC, at least every 60 min" in told.because
    )


def test_losses_of_days_ago_do_not_count_where_nobody_looked_since() -> None:
    """The day is that before this run, not before the last look."""
    case = never_asked(lost(ethernet_home(), 101, 100, 99, looked=False), ("port_status", "port"))
    assert flapped(case).answer is False


def test_a_port_that_was_not_read_now_is_told_as_it_was_then() -> None:
    """An access node may be silent in this run."""
    case = never_asked(lost(ethernet_home(), 3, 2, 1, looked=False), ("port_status", "port"))
    assert "now" not in flapped(case).because
    assert "it was up at 2026-01-15 09:30:01 UTC" in flapped(case).because


def test_a_port_that_many_homes_share_flaps_for_none_of_them() -> None:
    """As the watch over the port has it: the ONT tells for the home."""
    found = flapped(outside.port_flapped(pon_home()))
    assert found.answer is None
    assert found.missing == ()


DROPS = changed(ethernet_home("drops"), "port_status", "port", last_change_s=7200.0)


def test_a_look_of_an_hour_ago_does_not_say_how_the_port_was_all_day() -> None:
    """Neither good nor bad; the first look may have come after the last flap."""
    samples = tuple(
        PortSample(at=AT - timedelta(hours=hours), up=True, changed_s=ABSENT) for hours in (1, 0)
    )
    history = PortHistory(samples=samples)
    assert flapped(with_value(DROPS, "port_history", "port", history)).answer is None
    yesterday = replace(samples[0], at=AT - timedelta(hours=25))
    history = PortHistory(samples=(yesterday, *samples))
    assert flapped(with_value(DROPS, "port_history", "port", history)).answer is False


def test_a_node_that_has_had_the_link_for_days_needs_no_earlier_look() -> None:
    """It says itself since when the port is as it is."""
    case = never_asked(DROPS, ("port_history", "port"))
    assert flapped(case).answer is None
    held = changed(case, "port_status", "port", last_change_s=2 * 86_400.0)
    assert flapped(held).answer is False


def test_no_fault_says_where_it_has_looked_only_now() -> None:
    """Whoever complains of what comes and goes is not told that it never was."""
    case = never_asked(DROPS, ("port_history", "port"))
    verdict = decide(case, {})
    assert verdict.cause == "no_fault"
    assert "looked at now only" in verdict.summary
    held = decide(changed(case, "port_status", "port", last_change_s=2 * 86_400.0), {})
    assert "looked at now only" not in held.summary
    assert "port_flapped" in [one.id for one in held.evidence_for]
