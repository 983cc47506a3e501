"""What is said of a device that its router keeps out, or that something leads astray."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.verdict import FaultDomain
from cpe_diag.judge.decide import decide, find
from cpe_diag.testing import faults_in_home as in_home
from cpe_diag.testing.device_samples import LAPTOP
from cpe_diag.testing.evidence_samples import about, answered, changed, ethernet_home
from cpe_diag.testing.faults_at_device import heard, loose_cable, on_socket, unheard

if TYPE_CHECKING:
    from cpe_diag.judge.question import CaseFile

Fault = Callable[["CaseFile"], "CaseFile"]
HOME = answered(
    about(ethernet_home("one_device_offline"), device_mac=LAPTOP), "affected", "one_device"
)
EVERYBODY = answered(ethernet_home("slow_internet"), "affected", "all_devices")
FRAMES = ("device_frames", "device")
WATCH = ("device_watch", "device")


def told(case: CaseFile) -> tuple[FaultDomain, str]:
    """Judge a case in which nothing more can be asked."""
    verdict = decide(case, {})
    return verdict.domain, verdict.cause


def answer_of(case: CaseFile, rule: str) -> bool | None:
    """Give one rule's answer."""
    return next(finding.answer for finding in find(case) if finding.id == rule)


@pytest.mark.parametrize(
    ("fault", "cause"),
    [
        (in_home.device_refused, "router_ignores_device"),
        (in_home.dhcp_unanswered, "router_ignores_device"),
        (in_home.port_for_television, "router_port_setting"),
        (in_home.port_filtered, "router_port_blocked"),
        (in_home.port_blocked, "router_port_blocked"),
        (in_home.router_swallows, "router_drops_device"),
        (in_home.answers_kept_back, "router_drops_device"),
        (in_home.pinned, "router_binding"),
    ],
)
def test_a_device_that_its_router_keeps_out_is_the_routers_affair(
    fault: Fault, cause: str
) -> None:
    """Nothing that the caller does to the device would help."""
    assert told(fault(HOME)) == (FaultDomain.ROUTER, cause)


@pytest.mark.parametrize(
    ("fault", "cause"),
    [
        (in_home.mask_too_wide, "device_address"),
        (in_home.mask_too_narrow, "device_address"),
        (in_home.dozes, "device_power_saving"),
        (in_home.dead_proxy, "device_proxy"),
        (in_home.dead_tunnel, "device_tunnel"),
        (in_home.router_address_taken, "duplicate_address"),
    ],
)
def test_what_the_device_itself_does_is_told_by_what_it_sends(fault: Fault, cause: str) -> None:
    """Each has a pattern of its own."""
    assert told(fault(HOME)) == (FaultDomain.DEVICE, cause)


def test_packets_in_a_tunnel_that_is_answered_are_no_tries_in_vain() -> None:
    """What the device gets inside, nobody outside sees; a VPN that works is no fault."""
    assert answer_of(in_home.living_tunnel(HOME), "device_gets_no_pages") is None
    assert answer_of(in_home.dead_tunnel(HOME), "device_gets_no_pages") is True


def test_a_second_router_that_announces_itself_is_found_and_a_hub_is_not_accused() -> None:
    """A hub's announcement has a lifetime of 0: it wants no traffic to the world."""
    assert told(in_home.rogue_router(EVERYBODY)) == (FaultDomain.DEVICE, "lan_rogue_ra")
    assert told(in_home.smart_hub(EVERYBODY)) == (FaultDomain.NONE, "no_fault")


def test_who_is_used_as_a_way_out_and_is_not_the_router_needs_no_announcement() -> None:
    """Announcements may be ten minutes apart; who answers by way of another one has heard one."""
    used = in_home.announced(EVERYBODY, lifetime_s=0, used=6)
    assert told(used) == (FaultDomain.DEVICE, "lan_rogue_ra")


def test_a_mark_in_the_neighbour_table_alone_accuses_nobody() -> None:
    """Where the router cannot listen, nobody knows what was announced."""
    unsaid = Missing(why=FailureKind.NOT_MEASURED)
    marked = in_home.announced(EVERYBODY, lifetime_s=unsaid, used=0)
    assert answer_of(marked, "lan_rogue_router") is False
    deaf = changed(marked, *in_home.ROUTERS, listened=False)
    assert answer_of(deaf, "lan_rogue_router") is None
    untried = changed(marked, *in_home.ROUTERS, well=0)
    assert answer_of(untried, "lan_rogue_router") is None


def test_a_device_on_another_network_that_gets_its_pages_is_well() -> None:
    """A socket for guests is no fault."""
    guest = on_socket(HOME, network="br-guest", in_home=False)
    assert answer_of(guest, "device_outside_home") is False


def test_a_refusal_that_came_after_the_lease_keeps_nobody_out() -> None:
    """The device has an address, and gets its pages."""
    late = changed(HOME, *FRAMES, refused_by=("the DHCP server is set to ignore it",))
    assert told(late) == (FaultDomain.NONE, "no_fault")


def test_losses_by_chance_are_no_sleep() -> None:
    """As many are lost, but they do not lie together."""
    by_chance = changed(in_home.dozes(HOME), *FRAMES, echoes=in_home.BY_CHANCE)
    assert answer_of(by_chance, "device_dozes") is False


def test_a_loose_cable_is_no_sleep() -> None:
    """A socket that loses its link says why the device is silent for spells."""
    assert answer_of(loose_cable(in_home.dozes(HOME)), "device_dozes") is None


def test_one_question_for_an_address_may_still_be_answered() -> None:
    """A server may look for three seconds whether an address is free."""
    assert answer_of(heard(HOME, dhcp_asked=1), "device_dhcp_unanswered") is None


def test_without_another_device_at_work_the_router_is_not_accused() -> None:
    """Its table may tell nothing of anybody."""
    alone = changed(in_home.router_swallows(HOME), *WATCH, others_taken_up=0)
    assert answer_of(alone, "router_swallows_device") is False


def test_a_device_whose_frames_are_heard_is_there_wherever_it_is() -> None:
    """It answers nothing, but its socket hears it."""
    assert answer_of(in_home.port_for_television(HOME), "device_absent") is False
    assert answer_of(unheard(HOME), "device_port_cut") is None
