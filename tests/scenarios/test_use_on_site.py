"""A line that the laptop itself fills beside our samples accuses nobody, and it is said."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest

from cpe_diag.domain.field_load_facts import Direction
from cpe_diag.domain.verdict import FaultDomain
from cpe_diag.judge.decide import decide, find
from cpe_diag.testing.evidence_samples import changed
from cpe_diag.testing.faults_on_site import (
    LAN,
    WALL,
    jitters,
    large_lost,
    loses,
    on_site,
    well_at_the_wall,
)
from cpe_diag.testing.field_samples import even, load_run, train

if TYPE_CHECKING:
    from cpe_diag.domain.verdict import Verdict
    from cpe_diag.judge.question import CaseFile

SOLD_BPS: Final = 100_000_000


def used(case: CaseFile, place: str, in_bps: float, out_bps: float = 0.0) -> CaseFile:
    """Let so much pass the laptop's own port beside the train, on a line of 100 Mbit/s."""
    service = replace(case.subscriber.service, down_bps=SOLD_BPS, up_bps=SOLD_BPS)
    case = replace(case, subscriber=replace(case.subscriber, service=service))
    return changed(case, "field_use", place, in_bps=in_bps, out_bps=out_bps)


def lossy(place: str, in_bps: float, out_bps: float = 0.0) -> Verdict:
    """Judge a place where packets are lost meanwhile."""
    case = on_site(place)
    case = well_at_the_wall(case) if place == LAN else case
    return decide(used(loses(case, place), place, in_bps, out_bps), {})


@pytest.mark.parametrize("place", [WALL, LAN])
@pytest.mark.parametrize(("in_bps", "out_bps"), [(80e6, 0.0), (0.0, 60e6)])
def test_losses_on_a_line_that_was_full_accuse_nobody(
    place: str, in_bps: float, out_bps: float
) -> None:
    """A full queue drops packets: that is what it is for."""
    verdict = lossy(place, in_bps, out_bps)
    assert verdict.domain is FaultDomain.UNDETERMINED
    assert "went out by the laptop's own port: end what uses the line there" in verdict.summary


@pytest.mark.parametrize("place", [WALL, LAN])
@pytest.mark.parametrize(("in_bps", "accused"), [(80e6, False), (10e6, True)])
def test_full_packets_that_are_lost_on_a_line_that_was_full_are_no_black_hole(
    place: str, in_bps: float, *, accused: bool
) -> None:
    """A queue that is full to its last octets takes small packets, and no large ones."""
    case = on_site(place)
    case = well_at_the_wall(case) if place == LAN else case
    verdict = decide(used(large_lost(case, place), place, in_bps), {})
    assert (verdict.cause in {"wall_small_only", "router_small_only"}) is accused
    assert accused or verdict.domain is FaultDomain.UNDETERMINED


def test_losses_beside_little_traffic_count_and_it_is_marked() -> None:
    """A tenth of the line explains no loss; whoever reads it sees it all the same."""
    verdict = lossy(WALL, 10e6)
    assert (verdict.domain, verdict.cause) == (FaultDomain.NETWORK, "wall_lossy")
    assert "meanwhile 10 Mbit/s came in and 0 kbit/s went out" in verdict.summary


def test_our_own_packets_are_no_use_of_the_line() -> None:
    """They are on every line that is looked at."""
    verdict = lossy(WALL, 300e3)
    assert (verdict.domain, verdict.cause) == (FaultDomain.NETWORK, "wall_lossy")
    assert "meanwhile" not in verdict.summary


def test_a_full_line_that_loses_nothing_is_well() -> None:
    """A "no" counts whatever passed."""
    assert decide(used(on_site(WALL), WALL, 80e6), {}).domain is FaultDomain.NONE


@pytest.mark.parametrize(("beside_bps", "cause"), [(70e6, "no_fault"), (20e6, "wall_slow")])
def test_a_load_that_shared_the_line_is_judged_by_all_that_passed(
    beside_bps: float, cause: str
) -> None:
    """The line lets through what it lets through, whoever gets it; the share is said."""
    slow = load_run(Direction.DOWN, 15e6, 0.03)
    runs = (replace(slow, beside_bps=beside_bps), load_run(Direction.UP, 95e6, 0.03))
    case = changed(used(on_site(WALL), WALL, 0.0), "field_load", WALL, runs=runs)
    verdict = decide(case, {})
    assert verdict.cause == cause
    told = verdict.summary + str([one.because for one in verdict.evidence_for])
    assert f"{beside_bps / 1e6:.0f} Mbit/s of it passed beside the load" in told


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"own": even(0.00001, more_s=0.12)}, "the laptop is what is uneven"),
        ({"stamped": 3}, "does not say when packets went and came"),
    ],
)
def test_what_a_busy_laptop_brings_about_is_no_jitter(
    changes: dict[str, object], words: str
) -> None:
    """Its own scheduling must not be told as the line's."""
    case = changed(jitters(on_site(WALL), WALL), "field_jitter", WALL, **changes)
    found = next(one for one in find(case) if one.id == "wall_jitters")
    assert found.answer is None
    assert words in found.because


def test_uneven_packets_on_a_full_line_accuse_nobody() -> None:
    """A queue that something else fills and drains is no jitter of the line."""
    case = jitters(used(on_site(WALL), WALL, 80e6), WALL)
    found = next(one for one in find(case) if one.id == "wall_jitters")
    assert found.answer is None
    assert "end what uses the line there" in found.because


@pytest.mark.parametrize(("own_s", "accused"), [(0.002, True), (0.4, False)])
def test_a_laptop_that_was_busy_beside_the_load_is_no_queue(
    own_s: float, *, accused: bool
) -> None:
    """Connections to itself took as long meanwhile: nobody can tell what a queue adds."""
    run = replace(load_run(Direction.UP, 95e6, 0.5), own=train(own_s))
    verdict = decide(changed(on_site(WALL), "field_load", WALL, runs=(run,)), {})
    assert (verdict.cause == "wall_bloated") is accused
    told = [one.because for one in verdict.unknown if one.id == "wall_bloated"]
    assert accused or "the laptop itself was busy: connections to itself took 400 ms" in told[0]
