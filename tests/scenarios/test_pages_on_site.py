"""Whose page comes in the place of another: told where that is known, and accusing nobody else."""

from __future__ import annotations

from typing import Final

import pytest

from cpe_diag.domain.verdict import FaultDomain
from cpe_diag.judge.decide import decide
from cpe_diag.testing import faults_beyond_wire as past_wire
from cpe_diag.testing.evidence_samples import changed
from cpe_diag.testing.faults_on_site import LAN, WALL, on_site, well_at_the_wall

PLACES: Final = [WALL, LAN]
NAMED: Final = "http://fritz.box/setup"


@pytest.mark.parametrize("place", PLACES)
def test_a_page_of_which_nothing_is_said_may_send_us_elsewhere(place: str) -> None:
    """Without `field: {page: ...}` a redirect to www. is the page's own affair."""
    case = past_wire.nothing_expected(on_site(place), place)
    case = past_wire.sent_away(case, place, "http://www.reference.example/")
    assert decide(case, {}).domain is FaultDomain.NONE


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("status", [404, 500, 503])
def test_a_server_in_trouble_is_no_walled_garden(place: str, status: int) -> None:
    """Its error page does not hold the text that the page has."""
    case = changed(on_site(place), "field_page", place, status=status, text_there=False)
    assert decide(case, {}).cause not in {"wall_walled_in", "home_walled_in", "router_walls_in"}


@pytest.mark.parametrize("place", PLACES)
def test_a_login_that_the_network_asks_for_is_one_without_any_setting(place: str) -> None:
    """RFC 6585: status 511 is never the page's own."""
    case = past_wire.nothing_expected(on_site(place), place)
    verdict = decide(changed(case, "field_page", place, status=511), {})
    wanted = FaultDomain.NETWORK if place == WALL else FaultDomain.UNDETERMINED
    assert verdict.domain is wanted


def test_a_name_that_we_are_sent_to_may_be_the_routers_own() -> None:
    """Routers call themselves something: nobody is accused until the wall port was looked at."""
    sent = past_wire.walled(on_site(LAN), LAN, NAMED)
    assert decide(sent, {}).domain is FaultDomain.UNDETERMINED
    assert decide(well_at_the_wall(sent), {}).cause == "router_walls_in"
    at_both = past_wire.walled(well_at_the_wall(sent), WALL, NAMED)
    assert decide(at_both, {}).domain is FaultDomain.NETWORK


@pytest.mark.parametrize(
    ("location", "cause"),
    [
        ("http://[fe80::1]/", "router_walls_in"),
        ("http://[fd00::1]/", "router_walls_in"),
        ("http://[2001:db8::1]/", "home_walled_in"),
    ],
)
def test_an_ipv6_address_says_whether_it_is_the_homes(location: str, cause: str) -> None:
    """RFC 4193, RFC 4291: what does not leave the home is the router's."""
    case = past_wire.walled(on_site(LAN), LAN, location)
    host = location.split("/")[2].strip("[]")
    assert decide(changed(case, "field_page", LAN, sent_to=host), {}).cause == cause
