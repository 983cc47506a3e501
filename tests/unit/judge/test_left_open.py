"""A verdict that is open says why: to whoever goes on by hand, it is half of the work."""

from __future__ import annotations

from typing import Final

from cpe_diag.judge.left_open import left_open
from cpe_diag.testing import faults_outside as outside
from cpe_diag.testing.evidence_samples import ethernet_home, never_asked

SITE: Final = "site_not_opening"


def test_what_nobody_explains_of_an_outage_is_named() -> None:
    """A platform with errors is not why a port is dark, and who dimmed it is not known."""
    case = outside.line_cut(outside.platform_error(ethernet_home(SITE)))
    told = " ".join(left_open(never_asked(case, ("answer", "router_lights"))))
    assert "nothing works" in told
    assert "port_down" in told
    assert "platform_error" in told


def test_what_was_not_seen_good_is_named() -> None:
    """Where no cause stands, "no fault" waits for these."""
    case = never_asked(ethernet_home(SITE), ("http", "operator>platform"))
    told = " ".join(left_open(case))
    assert "no cause is believed enough" in told
    assert "platform_unreachable" in told or "platform_fails_from_home" in told


def test_a_verdict_that_stands_leaves_nothing_open() -> None:
    """Reasons for doubt beside a named cause would be noise."""
    assert left_open(outside.platform_down(ethernet_home(SITE))) == ()
