"""Faults told by where they lie: what encloses them, what must be excluded, whom they spare."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Final

import pytest

from cpe_diag.domain.dhcp_facts import DhcpOutcome
from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.path_facts import HttpOutcome
from cpe_diag.domain.verdict import FaultDomain
from cpe_diag.judge.decide import decide, find
from cpe_diag.judge.enclosure import Point, enclosed
from cpe_diag.judge.rule import Answer, does_not_arise, no, yes
from cpe_diag.testing import faults_outside as outside
from cpe_diag.testing.evidence_samples import (
    changed,
    dsl_home,
    ethernet_home,
    never_asked,
    unobserved,
)
from cpe_diag.testing.fault_effects import router_gone
from cpe_diag.testing.faults_enclosed import (
    asked_again,
    cut_off,
    mute,
    names_blocked,
    narrow,
    over_tls,
    own_rule,
    secure_web_blocked,
    web_blocked,
)

if TYPE_CHECKING:
    from cpe_diag.domain.verdict import Verdict
    from cpe_diag.judge.question import CaseFile

ETH: Final = ethernet_home()
SITE: Final = ethernet_home("site_not_opening")
GONE: Final = HttpOutcome.CONNECT_TIMEOUT


def verdict(case: CaseFile) -> Verdict:
    """Judge, with nothing left to ask."""
    return decide(case, {})


def answer(case: CaseFile, rule: str) -> bool | None:
    """Give one rule's answer."""
    return next(one.answer for one in find(case) if one.id == rule)


def own_side_down(case: CaseFile) -> CaseFile:
    """Not even the reference answers the operator's side."""
    return changed(case, "http", "operator>reference", outcome=GONE, status=None)


def test_a_resolver_that_answers_a_share_is_the_fault() -> None:
    """Each question may be answered, and the customer still waits for most pages."""
    told = verdict(asked_again(ethernet_home("slow_internet"), 5))
    assert (told.domain, told.cause) == (FaultDomain.NETWORK, "dns_resolver")
    assert "3 of 8" in told.summary


@pytest.mark.parametrize("silent", [0, 1, 8])
def test_one_lost_question_accuses_no_resolver(silent: int) -> None:
    """UDP may lose one; and where nothing comes at all, it is no matter of shares."""
    assert answer(asked_again(ETH, silent), "resolver_drops") is not True


def test_what_is_late_is_not_dropped() -> None:
    """A slow resolver is told as slow."""
    assert answer(asked_again(ETH, 4, took_s=1.4), "resolver_drops") is None


def test_tls_that_is_dropped_for_the_reference_too_accuses_no_site() -> None:
    """A site is accused only where the reference is good by the same protocol and family."""
    told = verdict(secure_web_blocked(SITE))
    assert (told.domain, told.cause) == (FaultDomain.NETWORK, "secure_web_blocked")


@pytest.mark.parametrize(
    ("case", "kind", "cause"),
    [
        (names_blocked(ETH), "udp/53", "service_blocked"),
        (web_blocked(ETH), "tcp/80", "service_blocked"),
        (over_tls(SITE, router=GONE), "tcp/443", "secure_web_blocked"),
    ],
    ids=["names", "pages", "secure pages"],
)
def test_the_network_is_blamed_only_where_no_rule_of_the_router_explains_it(
    case: CaseFile, kind: str, cause: str
) -> None:
    """The router's own rules do the same; they must have been read, and let it pass."""
    told = verdict(case)
    assert (told.domain, told.cause) == (FaultDomain.NETWORK, cause)
    assert verdict(own_rule(case, kind)).domain is not FaultDomain.NETWORK
    unread = unobserved(case, "router_forwarding", "router", FailureKind.UNSUPPORTED)
    assert verdict(unread).domain is not FaultDomain.NETWORK


def test_tls_that_fails_from_the_router_alone_accuses_no_site() -> None:
    """It may be a filter at the edge, or one of the router's own."""
    case = changed(
        over_tls(SITE, router=GONE),
        "http",
        "router>platform",
        url="https://platform.example/",
        outcome=GONE,
        status=None,
    )
    unread = unobserved(case, "router_forwarding", "router", FailureKind.UNSUPPORTED)
    assert verdict(unread).domain is FaultDomain.UNDETERMINED


def test_a_reference_without_tls_accuses_nobody() -> None:
    """A host that serves no TLS refuses it everywhere."""
    refused = HttpOutcome.REFUSED
    case = over_tls(SITE, ours=refused, by_ipv6=refused, router=refused)
    assert verdict(case).domain is FaultDomain.NONE


def test_a_site_that_is_down_over_tls_is_still_the_site() -> None:
    """With the reference good over TLS from the same places, nothing changes."""
    assert verdict(over_tls(outside.platform_down(SITE))).cause == "platform_down"


def test_a_home_that_sends_and_hears_nothing_is_cut_off() -> None:
    """Its neighbours are well: what lies between it and the edge is not."""
    told = verdict(cut_off(ETH))
    assert (told.domain, told.cause) == (FaultDomain.NETWORK, "network_unexplained")
    assert told.confidence < 0.9
    assert "last good" in told.summary


@pytest.mark.parametrize(
    ("often", "size"),
    [(0.1, 76.0), (0.7, 76.0), (1.2, 42.0), (1.2, 64.0), (1.1, 342.0)],
    ids=["hardly_sends", "ipv6_alone", "arp_of_veth", "arp", "dhcp"],
)
def test_a_router_that_looks_for_an_address_or_an_edge_is_not_the_networks(
    often: float, size: float
) -> None:
    """A router without power, without an address or with a wrong one may be the reason itself."""
    assert answer(cut_off(ETH, often, size), "home_cut_off") is False
    assert verdict(cut_off(ETH, often, size)).cause != "network_unexplained"


def test_a_home_with_a_link_that_sends_nothing_is_the_routers() -> None:
    """Whoever works answers at least for its hardware address."""
    told = verdict(mute(ETH))
    assert (told.domain, told.cause) == (FaultDomain.ROUTER, "router_mute")


def test_a_router_that_may_be_starting_is_not_called_mute() -> None:
    """Whoever has just pulled its plug sees that for minutes; whoever did before calling does not.

    A port that changed is no sign against it any more once its router had the time to start.
    """
    starting = changed(mute(ETH), "port_status", "port", last_change_s=120.0)
    assert answer(starting, "home_mute") is None
    assert verdict(starting).cause != "router_mute"
    for ago_s in (330.0, 600.0):
        told = verdict(changed(mute(ETH), "port_status", "port", last_change_s=ago_s))
        assert (told.domain, told.cause) == (FaultDomain.ROUTER, "router_mute")


@pytest.mark.parametrize("kind", ["short", "no_dhcp", "sends", "locked_out"])
def test_a_home_that_is_not_surely_mute_accuses_no_router(kind: str) -> None:
    """Two samples too near, a server that gives nobody an address, or a frame now and then."""
    case = mute(ETH)
    if kind == "short":
        case = changed(case, "port_rates", "port", interval_s=2.0)
    elif kind == "no_dhcp":
        case = outside.dhcp_server(case, DhcpOutcome.SILENT)
    elif kind == "sends":
        case = changed(case, "port_rates", "port", in_packets_per_s=0.3)
    else:
        case = unobserved(case, "learned_macs", "port", FailureKind.SILENT)
    assert verdict(case).cause != "router_mute"


def test_large_packets_that_the_neighbours_lose_too_accuse_no_line() -> None:
    """Then it may be our own way."""
    none = changed(narrow(ETH), "ping", "operator>neighbour/p2", received=0)
    assert answer(none, "way_in_narrow") is None
    unsent = changed(narrow(ETH), "ping", "operator>router/full", sent=0)
    assert answer(unsent, "way_in_narrow") is None


@pytest.mark.parametrize(
    "kind",
    ["no neighbours", "no train", "no macs", "dead dhcp"],
)
def test_what_is_not_enclosed_names_no_network(kind: str) -> None:
    """Each point before the fault must have been seen good."""
    case = cut_off(ETH)
    if kind == "no neighbours":
        subjects = case.evidence.subjects("path_quality", "operator>neighbour/")
        case = never_asked(case, *(("path_quality", one) for one in subjects))
    elif kind == "no train":
        case = never_asked(case, ("path_quality", "operator>router"))
    elif kind == "no macs":
        case = unobserved(case, "learned_macs", "port", FailureKind.SILENT)
    else:
        case = outside.dhcp_gone(case)
    assert verdict(case).cause != "network_unexplained"


@pytest.mark.parametrize("symptom", ["no_internet", "slow_internet", "site_not_opening", "drops"])
@pytest.mark.parametrize("home", [ethernet_home, dsl_home])
def test_a_case_with_our_own_side_down_accuses_nobody(symptom: str, home: object) -> None:
    """Whoever is cut off himself sees everybody silent."""
    base = ethernet_home(symptom) if home is ethernet_home else dsl_home(symptom)
    cases = (cut_off(base), asked_again(base, 5), names_blocked(base), web_blocked(base))
    for case in (*cases, asked_again(router_gone(base), 5)):
        told = verdict(own_side_down(case))
        assert told.cause not in {
            "network_unexplained",
            "secure_web_blocked",
            "service_blocked",
        }
        assert "resolver_drops" not in {one.id for one in told.evidence_for if one.answer}


def test_a_healthy_home_stays_healthy_with_the_new_looks() -> None:
    """More that was seen good makes nothing bad."""
    for symptom in ("no_internet", "slow_internet", "site_not_opening"):
        case = over_tls(asked_again(ethernet_home(symptom), 0))
        assert verdict(case).domain is FaultDomain.NONE


GOOD: Final = no("good")
BAD: Final = yes("bad")
OPEN: Final = does_not_arise("nobody knows")


def test_only_what_is_bad_right_after_what_is_good_is_enclosed() -> None:
    """For all ways of four points: a gap before the first bad point encloses nothing."""
    for answers in product((GOOD, BAD, OPEN), repeat=4):
        points = [Point(stretch=str(at), answer=one) for at, one in enumerate(answers)]
        found = enclosed(points)
        first = _first_bad(answers)
        if found is None:
            assert first in {None, 0} or OPEN in answers[:first]
        else:
            assert found.bad is points[first or 0]
            assert found.good is points[(first or 0) - 1]
            assert all(one is GOOD for one in answers[:first])


def _first_bad(answers: tuple[Answer, ...]) -> int | None:
    return next((at for at, one in enumerate(answers) if one is BAD), None)
