"""Rules about what all devices of the home try: whom they accuse, and whom not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from cpe_diag.domain.device_facts import NameQueries, Tries
from cpe_diag.domain.path_facts import HttpOutcome
from cpe_diag.domain.router_facts import DhcpRange
from cpe_diag.domain.verdict import FaultDomain
from cpe_diag.judge.decide import decide, find
from cpe_diag.testing import faults_at_home as at_home
from cpe_diag.testing import faults_of_home as home
from cpe_diag.testing import faults_of_routes as routes
from cpe_diag.testing import faults_on_the_way_out as way_out
from cpe_diag.testing import load_samples as load
from cpe_diag.testing.device_samples import WELL
from cpe_diag.testing.evidence_samples import about, changed, ethernet_home, never_asked

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpe_diag.domain.findings import Finding
    from cpe_diag.judge.question import CaseFile

ETH: Final = about(ethernet_home(), symptom="no_internet")
FEW: Final = Tries(asked=1, answered=0, taken_up=0)


def finding(case: CaseFile, rule: str) -> Finding:
    """Give one rule's answer."""
    return {found.id: found for found in find(case)}[rule]


@pytest.mark.parametrize(
    ("tried", "answer"),
    [
        ((home.IN_VAIN, home.IN_VAIN), True),
        ((home.IN_VAIN, home.IN_VAIN, WELL), True),
        ((home.IN_VAIN, WELL), False),
        ((home.ONE_DEAD, home.ONE_DEAD), False),
        ((home.IN_VAIN, FEW, FEW), False),
        ((Tries(asked=6, answered=0, taken_up=0),), True),
        ((Tries(asked=6, answered=2, taken_up=2),), False),
        ((FEW, FEW), None),
        ((), None),
    ],
    ids=[
        "two devices",
        "two of three",
        "one of two",
        "one dead server each",
        "one, and two with one dead server each",
        "the only one, all in vain",
        "the only one, in part",
        "too few",
        "asleep",
    ],
)
def test_one_device_is_its_own_matter(tried: tuple[Tries, ...], answer: bool | None) -> None:  # noqa: FBT001 - a case
    """A maker's server that is gone, or one sick device, accuses no router."""
    found = finding(home.home_tries(ETH, tried), "home_connects_in_vain")
    assert found.answer is answer
    assert not found.missing


def test_what_is_heard_counts_only_while_the_home_is_busy() -> None:
    """At night two devices that ask for dead servers are all that is heard."""
    case = home.home_heard(ETH, home.IN_VAIN, home.IN_VAIN)
    assert finding(case, "home_heard_in_vain").answer is True
    quiet = changed(case, "home_watch", "router", names_of_router=NameQueries(asked=1, answered=1))
    assert finding(quiet, "home_heard_in_vain").answer is None


def test_names_without_anything_that_follows_are_a_home_that_is_held_back() -> None:
    """A router without tcpdump shows nothing of what its filter ends; the names it does show."""
    case = home.home_tries(home.home_heard(ETH), (), ())
    names = NameQueries(asked=20, answered=20)
    held = changed(case, "home_watch", "router", names_of_router=names, past_router=0)
    assert finding(held, "home_connects_in_vain").answer is True
    assert finding(held, "home_lost_in_router").answer is True
    tunnels = changed(case, "home_watch", "router", names_of_router=names, past_router=2)
    assert finding(tunnels, "home_connects_in_vain").answer is None


def test_a_share_may_be_luck_where_the_router_asked_once() -> None:
    """The edge may translate few connections of the home: the router's own may be among them."""
    half = Tries(asked=6, answered=3, taken_up=3)
    case = home.home_heard(home.home_tries(ETH, (half, half)), half, half)
    assert finding(case, "home_lost_in_router").answer is None
    assert decide(case, {}).cause != "no_fault"


def test_what_the_router_does_not_get_either_is_not_lost_in_it() -> None:
    """Enclosure needs a good point before the bad one."""
    case = changed(
        home.home_in_vain(ETH), "http", "router>reference", outcome=HttpOutcome.CONNECT_TIMEOUT
    )
    assert finding(case, "home_lost_in_router").answer is None


def test_connections_that_stand_still_accuse_the_router_where_it_downloads_itself() -> None:
    """An offload that forgets connections is told; without the control nothing is."""
    stalls = home.home_stalls(load.measured(ETH))
    assert finding(stalls, "home_lost_in_router").answer is True
    alone = never_asked(stalls, ("load_test", "router>reference"))
    assert finding(alone, "home_lost_in_router").answer is None
    assert finding(home.home_tries(ETH, stalled=(3,)), "home_stalls").answer is False
    heard = changed(ETH, "lan_routers", "router", ended_in_vain=(1, 1))
    assert finding(heard, "home_stalls").answer is True


def test_ipv6_in_vain_is_the_routers_only_where_its_prefix_is_well() -> None:
    """What comes back to the prefix is lost behind it; else it is not routed to the home."""
    assert finding(home.home_ipv6_in_vain(ETH), "home_lost_in_router").answer is True
    astray = home.home_tries(routes.prefix_not_routed(ETH), ipv6=(home.IN_VAIN, home.IN_VAIN))
    assert finding(astray, "home_lost_in_router").answer is None
    assert decide(astray, {}).domain is FaultDomain.NETWORK
    both = home.home_tries(ETH, (home.IN_VAIN, home.IN_VAIN), (home.IN_VAIN, home.IN_VAIN))
    assert finding(both, "home_ipv6_in_vain").answer is None


def test_another_way_out_than_the_line_counts_where_the_home_asks_in_vain() -> None:
    """Who sends the home through a tunnel that works is well; the router's own pages come."""
    dead = routes.with_routes(
        home.home_in_vain(ETH),
        routes.route("0.0.0.0/1", "tun0"),
        routes.route("128.0.0.0/1", "tun0"),
    )
    assert finding(dead, "router_sends_astray").answer is True
    works = routes.with_routes(
        ETH, routes.route("0.0.0.0/1", "tun0"), routes.route("128.0.0.0/1", "tun0")
    )
    assert finding(works, "router_sends_astray").answer is False


def test_a_prefix_of_somebody_else_that_works_is_no_fault() -> None:
    """A home may have its IPv6 by a tunnel."""
    case = home.prefix_known(ETH, "2001:db8:1:700::/56")
    assert finding(case, "router_prefix_old").answer is False


def test_a_second_range_for_guests_is_no_fault() -> None:
    """One range that fits is enough."""
    ranges = (
        DhcpRange(first="192.168.9.10", last="192.168.9.99"),
        DhcpRange(first="192.168.1.100", last="192.168.1.199"),
    )
    case = changed(ETH, "router_lan", "router", dhcp_ranges=ranges)
    assert finding(case, "lan_pool_elsewhere").answer is False


@pytest.mark.parametrize(
    ("fault", "cause"),
    [
        (way_out.router_mtu, "router_mtu"),
        (way_out.mtu_black_hole, "mtu_black_hole"),
        (load.home_loss, "home_loss"),
        (load.access_loss, "access_loss"),
        (at_home.router_conntrack_full, "router_conntrack_full"),
    ],
)
@pytest.mark.parametrize("felt", [home.home_stalls, home.home_in_vain])
def test_what_the_home_feels_is_told_as_what_is_known_to_bring_it_about(
    fault: Callable[[CaseFile], CaseFile], cause: str, felt: Callable[[CaseFile], CaseFile]
) -> None:
    """Whose it is alone is said where no mechanism stands."""
    case = about(felt(fault(load.measured(ETH))), symptom="slow_internet")
    verdict = decide(case, {})
    assert verdict.cause == cause
    assert verdict.also == ()
