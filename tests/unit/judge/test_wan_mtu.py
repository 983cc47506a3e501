"""A PPPoE session carries 1492 bytes, or 1500 where both ends speak RFC 4638."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.missing import known
from cpe_diag.domain.router_facts import WanStatus
from cpe_diag.judge.decide import decide, find
from cpe_diag.probes.home_paths import full_size
from cpe_diag.testing import faults_on_the_way_out as way_out
from cpe_diag.testing.evidence_samples import changed, dsl_home, never_asked

if TYPE_CHECKING:
    from cpe_diag.judge.question import CaseFile

HOME: Final = dsl_home("slow_internet")
LARGE: Final = changed(HOME, "router_wan", "router", mtu=1500)
FULL: Final = (("ping", "router>reference/full"), ("ping", "router>gateway/full"))


def answers(case: CaseFile) -> tuple[bool | None, bool | None]:
    """Say whether the MTU is wrong, and whether it is larger than PPPoE has it."""
    told = {finding.id: finding.answer for finding in find(case)}
    return told["wan_mtu_wrong"], told["pppoe_mtu_large"]


def test_large_packets_tell_whether_the_line_carries_what_the_router_is_set_to() -> None:
    """Lost: wrong. Back: both ends speak RFC 4638, and nothing is wrong."""
    assert answers(way_out.router_mtu_large(HOME)) == (True, True)
    assert answers(LARGE) == (False, False)
    assert decide(LARGE, {}).cause == "no_fault"
    assert answers(HOME) == (False, False)


def test_a_large_session_that_nobody_measured_is_possible_and_not_proven() -> None:
    """Most lines carry no more than 1492; some do."""
    case = never_asked(LARGE, *FULL)
    assert answers(case) == (None, True)
    verdict = decide(case, {})
    assert verdict.cause == "undetermined"
    assert [one.cause for one in verdict.candidates] == ["router_mtu"]


def test_the_ping_of_full_size_fills_what_the_router_is_set_to() -> None:
    """A ping of 1492 bytes comes back from a line that loses those of 1500."""
    wan = LARGE.evidence.value(WanStatus, "router_wan", "router")
    usual = HOME.evidence.value(WanStatus, "router_wan", "router")
    assert wan is not None
    assert usual is not None
    assert (known(wan.mtu), full_size(wan), full_size(usual)) == (1500, 1472, 1464)
