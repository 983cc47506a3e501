"""Places of the world and watched ways: what several suffer alike, and whom nobody may accuse."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.dhcp_facts import DhcpOutcome
from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.path_facts import HttpOutcome
from cpe_diag.judge.decide import decide, find
from cpe_diag.testing import faults_of_world as beyond
from cpe_diag.testing import load_samples as load
from cpe_diag.testing.evidence_samples import changed, ethernet_home, never_asked
from cpe_diag.testing.fault_effects import lost
from cpe_diag.testing.faults_enclosed import own_rule
from cpe_diag.testing.faults_outside import dhcp_server

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpe_diag.judge.question import CaseFile

HOME = ethernet_home()
WORLD_HOSTS = beyond.PLACES


def answer(case: CaseFile, rule: str) -> bool | None:
    """Give one rule's answer."""
    return {found.id: found for found in find(case)}[rule].answer


@pytest.mark.parametrize(
    ("change", "symptom", "cause"),
    [
        (beyond.ports_used_up, "slow_internet", "cgn_ports_exhausted"),
        (beyond.world_slow, "slow_internet", "core_congested"),
        (beyond.transit_full, "slow_internet", "core_congested"),
        (beyond.transit_full, "drops", "core_congested"),
        (beyond.edge_without_routes, "no_internet", "route_beyond_edge"),
        (beyond.walled, "no_internet", "walled_garden"),
        (beyond.one_page_for_all, "no_internet", "walled_garden"),
        (beyond.uplink_flaps, "drops", "uplink_flapping"),
        (beyond.frames_not_taken, "no_internet", "port_security"),
    ],
)
def test_what_lies_beyond_the_home_is_the_networks(
    change: Callable[[CaseFile], CaseFile], symptom: str, cause: str
) -> None:
    """A caller who is told "no fault" for these calls again."""
    case = dhcp_server(replace(change(HOME), symptom=symptom), DhcpOutcome.OFFERED)
    verdict = decide(case, {})
    assert (verdict.domain, verdict.cause) == ("network", cause)


def test_a_home_that_goes_away_alone_is_not_called_well() -> None:
    """Its line, its port or its router: nobody knows yet, and nothing is wrong it is not."""
    verdict = decide(replace(beyond.home_flaps(HOME), symptom="drops"), {})
    assert verdict.domain == "undetermined"


@pytest.mark.parametrize("symptom", ["no_internet", "slow_internet", "site_not_opening", "drops"])
def test_a_home_that_reaches_the_world_is_well(symptom: str) -> None:
    """What was looked at in addition must not spoil what was good."""
    case = beyond.watched(beyond.world(replace(HOME, symptom=symptom)))
    assert decide(case, {}).cause == "no_fault"


def test_one_place_that_fails_accuses_nobody_between() -> None:
    """The place, or the way to it alone, may be what is bad."""
    assert answer(beyond.in_vain(beyond.world(HOME), 4, "bank.example"), IN_VAIN) is False


def test_one_try_that_is_lost_may_be_chance() -> None:
    """Each way loses a packet now and then."""
    assert answer(beyond.in_vain(beyond.world(HOME), 1, "bank.example"), IN_VAIN) is False


IN_VAIN = "router_connects_in_vain"


def _late(case: CaseFile, *numbers: int) -> CaseFile:
    """TCP hides what is lost: the connection comes about, a second late."""
    for host in beyond.FAR:
        for number in numbers:
            case = changed(case, "http", f"router>world/{host}/{number}", connected_s=1.02)
    return case


def test_connections_that_all_come_about_when_begun_again_accuse_nobody() -> None:
    """Who has no ports left has none a second later; a busy moment loses a packet anywhere."""
    case = _late(beyond.world(HOME), 1, 2)
    assert answer(case, IN_VAIN) is None
    assert decide(case, {}).cause in {"no_fault", "undetermined"}


def test_connections_that_were_begun_twice_were_lost_once() -> None:
    """Beside some that never come about, those that come late are lost ones, too."""
    case = _late(beyond.in_vain(beyond.world(HOME), 1, *beyond.FAR), 2)
    assert answer(case, IN_VAIN) is True


def test_connections_that_come_late_over_a_line_that_is_full_are_the_lines() -> None:
    """They wait in its queue; whoever has no ports left for them lets long packets by."""
    case = replace(beyond.ports_used_up(load.access_rate(HOME)), symptom="slow_internet")
    assert answer(case, IN_VAIN) is True
    assert decide(case, {}).cause == "access_rate"


def test_a_router_that_ends_its_own_connections_is_no_fault_of_the_network() -> None:
    """Its own rules come first, and a table that is full."""
    case = beyond.ports_used_up(HOME)
    assert answer(own_rule(case, "tcp/80"), IN_VAIN) is None
    full = changed(case, "router_system", "router", conntrack_entries=4096, conntrack_limit=4096)
    assert answer(full, IN_VAIN) is None


def test_where_pings_are_lost_as_well_it_is_no_matter_of_connections() -> None:
    """Loss of any packet has causes of its own."""
    assert (
        answer(lost(beyond.ports_used_up(HOME), "router>reference", received=4), IN_VAIN) is None
    )


def test_a_place_that_is_well_shows_that_the_way_to_the_world_is() -> None:
    """Two that are far away may be far away."""
    case = beyond.far_away(beyond.world(HOME), 0.4, "video.example")
    assert answer(case, "world_slow") is False


def test_a_place_that_is_slow_from_here_alone_is_not_the_homes_trouble() -> None:
    """Our own side may be what is slow."""
    case = beyond.world_slow(HOME)
    for host in beyond.FAR:
        for number in range(beyond.TRIES):
            case = changed(case, "http", f"router>world/{host}/{number + 1}", connected_s=0.02)
    assert answer(case, "world_slow") is False


def test_our_own_side_alone_does_not_make_the_world_unreachable() -> None:
    """A failure on our own side never supports a verdict about the subscriber."""
    case = beyond.edge_without_routes(HOME)
    back = beyond.world(HOME)
    for host in beyond.PLACES:
        for number in range(beyond.TRIES):
            key = ("http", f"router>world/{host}/{number + 1}")
            seen = back.evidence.get(*key)
            assert seen is not None
            case = changed(case, *key, outcome=HttpOutcome.OK, status=200)
    assert answer(case, "world_out_of_reach") is False


@pytest.mark.parametrize(
    ("host", "to"), [("video.example", "www.video.example"), ("bank.example", "bank.example")]
)
def test_a_site_that_leads_to_a_host_of_its_own_is_not_anothers(host: str, to: str) -> None:
    """Most plain pages lead to the secure one."""
    case = changed(beyond.world(HOME), "http", f"router>world/{host}", status=301, moved_to=to)
    assert answer(case, "pages_are_anothers") is False


def test_one_site_that_leads_elsewhere_accuses_nobody() -> None:
    """It may have moved; two that have nothing in common have not."""
    case = changed(
        beyond.world(HOME),
        "http",
        "router>world/bank.example",
        status=302,
        moved_to="pay.example.net",
    )
    assert answer(case, "pages_are_anothers") is False


def test_sites_that_lead_us_to_the_same_host_are_of_one_owner() -> None:
    """Where our own side is led there too, it is what the sites say."""
    case = beyond.walled(HOME)
    for host in beyond.PLACES:
        case = changed(case, "http", f"operator>world/{host}", moved_to=beyond.PORTAL)
    assert answer(case, "pages_are_anothers") is False


@pytest.mark.parametrize("status", [403, 404])
def test_sites_that_forbid_the_homes_address_are_not_led_away(status: int) -> None:
    """A list of bad addresses is used by many sites, and no portal."""
    case = beyond.world(HOME)
    for host in beyond.PLACES:
        case = changed(
            case, "http", f"router>world/{host}", outcome=HttpOutcome.HTTP_ERROR, status=status
        )
    assert answer(case, "pages_are_anothers") is False


def test_a_portal_may_say_that_a_login_is_wanted() -> None:
    """RFC 6585, section 6: 511."""
    case = beyond.world(HOME)
    for host in beyond.PLACES:
        case = changed(
            case, "http", f"router>world/{host}", outcome=HttpOutcome.HTTP_ERROR, status=511
        )
    assert answer(case, "pages_are_anothers") is True


def test_what_our_own_side_missed_as_well_is_no_flap_of_the_node() -> None:
    """A moment in which our machine does something else makes all ways silent at once."""
    case = beyond.away(beyond.uplink_flaps(HOME), (10, 11, 12, 13, 14), "watch>reference")
    assert answer(case, "ways_flap") is False


def test_a_home_that_leaves_pings_unanswered_does_not_hide_its_neighbours() -> None:
    """Two neighbours that are away together are enough."""
    silent = tuple(range(beyond.LOOKS))
    case = beyond.away(beyond.uplink_flaps(HOME), silent, "watch>router")
    assert answer(case, "ways_flap") is True
    assert answer(case, "home_away_at_times") is None


def test_single_packets_that_are_lost_are_no_moment_away() -> None:
    """Loss that is spread over time has rules of its own."""
    case = beyond.away(beyond.watched(HOME), (3, 9, 15, 21, 27), *beyond.WATCHED)
    assert answer(case, "ways_flap") is False


def test_a_switch_that_greets_its_neighbours_is_no_home_that_is_ignored() -> None:
    """Spanning tree's greeting comes every two seconds, and no bridge learns from it."""
    case = changed(beyond.frames_not_taken(HOME), "port_rates", "port", in_packets_per_s=0.53)
    assert answer(case, "port_takes_no_frames") is False


def test_a_port_that_tells_no_packets_says_nothing_of_who_is_ignored() -> None:
    """No value is no number."""
    untold = Missing(why=FailureKind.UNSUPPORTED)
    case = changed(beyond.frames_not_taken(HOME), "port_rates", "port", in_packets_per_s=untold)
    assert answer(case, "port_takes_no_frames") is None


def share_lost(case: CaseFile, *hosts: str) -> CaseFile:
    """Lose a share of all connections to places of the world, from both sides."""
    case = beyond.in_vain(case, 2, *hosts)
    for host in hosts:
        case = changed(case, "path_quality", f"operator>world/{host}", received=3)
    return case


def test_a_share_of_connections_that_is_lost_everywhere_is_lost_in_the_core() -> None:
    """By luck one place loses few; that it loses any shows that it is no better off."""
    case = share_lost(beyond.world(load.measured(HOME)), *WORLD_HOSTS)
    third = WORLD_HOSTS[-1]
    case = changed(case, "path_quality", f"operator>world/{third}", received=7)
    assert answer(case, "world_slow") is True
    well = share_lost(beyond.world(load.measured(HOME)), *WORLD_HOSTS[:-1])
    assert answer(well, "world_slow") is False


def test_a_place_to_which_too_few_came_about_to_count_tells_by_the_first() -> None:
    """Nothing can be counted where nothing comes about; that is no reason to leave it out."""
    case = share_lost(beyond.world(load.measured(HOME)), *WORLD_HOSTS)
    first = WORLD_HOSTS[0]
    case = never_asked(case, ("path_quality", f"operator>world/{first}"))
    late = changed(case, "http", f"operator>world/{first}", connected_s=2.0)
    assert answer(late, "world_slow") is True
    soon = changed(case, "http", f"operator>world/{first}", connected_s=0.01)
    assert answer(soon, "world_slow") is True  # the router's are lost there all the same


@pytest.mark.parametrize("subject", [load.CONTROL, load.ROUTER])
def test_packets_that_overtake_each_other_on_one_way_alone_are_the_networks(subject: str) -> None:
    """TCP takes for lost what comes after later ones, and goes slower."""
    case = replace(load.in_order(HOME, subject), symptom="slow_internet")
    assert answer(case, "packets_overtake") is True
    assert decide(case, {}).domain == "network"


def test_packets_that_overtake_each_other_on_all_ways_are_read_late_by_us() -> None:
    """Our own machine had something else to do."""
    case = load.in_order(HOME, load.CONTROL, load.ROUTER, *load.NEIGHBOURS)
    assert answer(case, "packets_overtake") is False
    lone = never_asked(case, *(("path_quality", one) for one in load.NEIGHBOURS))
    assert answer(lone, "packets_overtake") is None


def test_a_router_that_keeps_the_home_to_few_ports_is_why_connections_are_lost() -> None:
    """The operator's own translation takes from what it leaves."""
    few = replace(beyond.few_ports(HOME), symptom="slow_internet")
    assert answer(few, "router_keeps_few_ports") is True
    assert decide(few, {}).domain == "router"
    many = replace(beyond.many_ports(HOME), symptom="slow_internet")
    assert answer(many, "router_keeps_few_ports") is False
    assert decide(many, {}).cause == "cgn_ports_exhausted"
    well = changed(beyond.world(HOME), "router_forwarding", "router", fewest_ports=4)
    assert answer(well, "router_keeps_few_ports") is False
