"""What a laptop saw from its other place before a repair does not outlive the repair."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest

from cpe_diag.domain.field_session_facts import SessionEnd
from cpe_diag.domain.verdict import FaultDomain
from cpe_diag.judge.decide import decide, find
from cpe_diag.testing import faults_beyond_wire as past_wire
from cpe_diag.testing import faults_of_offers as offers
from cpe_diag.testing import faults_of_session as session
from cpe_diag.testing import faults_of_vlans as vlans
from cpe_diag.testing import faults_on_site as on_site
from cpe_diag.testing.field_samples import GATEWAY

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpe_diag.judge.question import CaseFile

    Fault = Callable[[CaseFile, str], CaseFile]

PORTAL: Final = "http://198.51.100.200/login"


def _walled(case: CaseFile, place: str) -> CaseFile:
    return past_wire.walled(case, place, PORTAL)


def _gateway_twice(case: CaseFile, place: str) -> CaseFile:
    return on_site.gateway_answered_by(case, place, GATEWAY, on_site.STRANGER)


def _dead_gateway(case: CaseFile, place: str) -> CaseFile:
    return on_site.dead_gateway(place)(case)


def _second_router(case: CaseFile, place: str) -> CaseFile:
    del place
    return past_wire.second_router(case)


ON_ITS_WIRE: Final[tuple[Fault, ...]] = (
    on_site.no_link_anywhere,
    on_site.half_duplex,
    on_site.no_offer,
    on_site.second_server,
    on_site.looped,
    _gateway_twice,
    offers.without_gateway,
    offers.address_taken,
    offers.answers_for_all,
    offers.dhcp6_silent,
    offers.slow_link_alone,
)
ON_THE_WIRE: Final[tuple[Fault, ...]] = (*ON_ITS_WIRE, _dead_gateway)
BEYOND: Final[tuple[Fault, ...]] = (
    on_site.nothing_beyond,
    on_site.pages_fail,
    on_site.loses,
    on_site.large_lost,
    past_wire.way_ends,
    past_wire.names_taken,
    past_wire.names_invented,
    _walled,
    past_wire.slow,
    past_wire.bloated,
    past_wire.no_stream,
    past_wire.broken_stream,
)


def _told(case: CaseFile) -> tuple[FaultDomain, str]:
    verdict = decide(case, {})
    return verdict.domain, verdict.cause


@pytest.mark.parametrize("fault", [*ON_THE_WIRE, *BEYOND])
def test_a_home_that_is_well_now_is_not_held_to_what_the_wall_port_was(fault: Fault) -> None:
    """The technician has had the port repaired, and looks once more behind the router."""
    case = on_site.both(on_site.LAN, other=fault)
    assert _told(case) == (FaultDomain.NONE, "no_fault")


@pytest.mark.parametrize("fault", [*ON_ITS_WIRE, _second_router])
def test_what_was_on_the_homes_own_wire_is_no_fault_of_the_wall_port(fault: Fault) -> None:
    """A second DHCP server at home does not reach the socket that the laptop is in now."""
    case = on_site.both(on_site.WALL, other=fault)
    assert _told(case) == (FaultDomain.NONE, "no_fault")


def test_a_way_that_ended_in_the_network_is_repaired_where_it_is_open_at_the_wall() -> None:
    """Nobody is sent to a route that is there again; it may still be the router."""
    case = on_site.both(on_site.WALL, other=past_wire.way_ends)
    assert _told(case)[0] is not FaultDomain.NETWORK


@pytest.mark.parametrize("fault", [on_site.nothing_beyond, on_site.pages_fail, on_site.large_lost])
def test_a_fault_of_the_wall_port_stays_while_the_home_is_not_well(fault: Fault) -> None:
    """The line was bad, and nothing says that it is not any more."""
    case = fault(on_site.both(on_site.LAN, other=fault), on_site.LAN)
    assert _told(case)[0] is FaultDomain.NETWORK


def test_what_was_seen_at_home_before_is_held_against_the_router_with_its_time() -> None:
    """Home first, wall port then: the order does not matter, and the reader sees it."""
    case = on_site.both(on_site.WALL, other=on_site.pages_fail)
    assert _told(case) == (FaultDomain.ROUTER, "router_in_between")
    found = next(one for one in find(case) if one.id == "home_pages_fail")
    assert found.because.endswith(", 40 min before")


def test_the_wall_port_that_was_looked_at_last_is_not_held_to_the_home_before_it() -> None:
    """A later look that is well does not refute what comes after it."""
    case = on_site.both(on_site.WALL)
    assert _told(on_site.loses(case, on_site.WALL)) == (FaultDomain.NETWORK, "wall_lossy")


def test_the_home_is_judged_by_where_it_was_looked_at_last() -> None:
    """By cable a moment ago, by Wi-Fi now: what the cable told is not what is looked at."""
    before = on_site.seen_before(
        on_site.second_server(on_site.on_site(on_site.LAN), on_site.LAN), on_site.LAN, 40
    )
    case = on_site.on_wifi(on_site.on_site(on_site.LAN))
    seen = {**dict(case.evidence), **dict(before.evidence)}
    case = replace(case, evidence=type(case.evidence)(seen))
    assert _told(case) == (FaultDomain.NONE, "no_fault")


@pytest.mark.parametrize("end", [SessionEnd.LOGIN_REFUSED, SessionEnd.NO_SESSION])
def test_a_session_that_did_not_open_is_over_where_a_page_opens_at_home(end: SessionEnd) -> None:
    """The router has one by now."""
    case = on_site.both(on_site.LAN, other=lambda case, _: session.ended(end)(case))
    assert _told(on_site.on_pppoe(case)) == (FaultDomain.NONE, "no_fault")


def test_a_service_in_another_vlan_is_over_where_a_page_opens_at_home() -> None:
    """Somebody has put the port right."""
    case = on_site.both(on_site.LAN, other=lambda case, _: vlans.answers_in(case, 200))
    assert _told(on_site.in_vlan(case, 100)) == (FaultDomain.NONE, "no_fault")


@pytest.mark.parametrize("here", [on_site.WALL, on_site.LAN])
@pytest.mark.parametrize("fault", [on_site.weak_signal, on_site.busy_air])
def test_the_air_is_no_fault_of_a_cable(here: str, fault: Callable[[CaseFile], CaseFile]) -> None:
    """On the Wi-Fi a moment ago, by cable now."""
    air = on_site.seen_before(fault(on_site.on_site(on_site.LAN)), "wifi", 40)
    case = on_site.on_site(here)
    seen = {**dict(air.evidence), **dict(case.evidence)}
    case = replace(case, evidence=type(case.evidence)(seen))
    assert _told(case) == (FaultDomain.NONE, "no_fault")


@pytest.mark.parametrize(
    ("fault", "cause"),
    [(on_site.half_duplex, "wall_duplex"), (offers.slow_link_alone, "wall_link_below")],
)
def test_a_slow_link_at_the_wall_port_counts_as_long_as_the_home_is_slow(
    fault: Fault, cause: str
) -> None:
    """The router hangs on the same port: it is not what is slow."""
    case = past_wire.slow(on_site.both(on_site.LAN, other=fault), on_site.LAN)
    assert _told(case) == (FaultDomain.NETWORK, cause)
