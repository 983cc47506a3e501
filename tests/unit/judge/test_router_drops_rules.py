"""What a router's own rules end accuses it only where somebody who complains surely meets it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.way_out_facts import HOME, OUTSIDE, ROUTER, Forwarding
from cpe_diag.judge.decide import decide, find
from cpe_diag.testing import faults_on_the_way_out as way_out
from cpe_diag.testing.evidence_samples import about, changed, ethernet_home

if TYPE_CHECKING:
    from cpe_diag.judge.question import CaseFile

ETH = ethernet_home()
UNREAD = Missing(why=FailureKind.UNSUPPORTED)


def answer_of(case: CaseFile, rule: str) -> bool | None:
    """Give one rule's answer."""
    return next(finding.answer for finding in find(case) if finding.id == rule)


@pytest.mark.parametrize("kind", ["tcp/80", "icmp"])
def test_a_router_that_opens_no_pages_and_sends_no_pings_of_its_own_is_not_accused(
    kind: str,
) -> None:
    """Many are set so; nobody in the home notices, only our measuring does."""
    case = way_out.router_drops(ETH, kind, whom=ROUTER)
    assert answer_of(case, "router_drops_port") is False
    assert decide(case, {}).cause != "router_firewall"


def test_a_router_whose_own_questions_for_names_are_ended_is_accused() -> None:
    """It asks them for the home."""
    case = way_out.router_drops(ETH, "udp/53", whom=ROUTER)
    assert answer_of(case, "router_drops_port") is True


def spares(case: CaseFile, *who: str) -> CaseFile:
    """Let a rule end pages of all but some devices."""
    held = way_out.router_drops(case, "tcp/443", whom=HOME, to=OUTSIDE)
    fact = held.evidence.value(Forwarding, "router_forwarding", "router")
    assert fact is not None
    assert isinstance(fact.drops, tuple)
    return changed(
        held, "router_forwarding", "router", drops=(replace(fact.drops[0], spared=who),)
    )


@pytest.mark.parametrize("mac", [None, "02:00:5e:00:53:01"])
def test_who_is_met_by_a_rule_with_exceptions_is_not_known_without_the_leases(
    mac: str | None,
) -> None:
    """Not knowing who is in the home neither accuses the router nor clears it."""
    case = about(spares(ETH, "192.168.1.77"), device_mac=mac)
    assert answer_of(
        changed(case, "router_lan", "router", leases=UNREAD), "router_drops_port"
    ) is (None)


def test_a_home_whose_ipv6_is_not_known_is_not_said_to_have_none() -> None:
    """A router that does not tell its prefixes may have some."""
    case = way_out.router_drops(ETH, "tcp/443", whom=HOME, to=OUTSIDE, ipv6=True)
    unread = changed(case, "router_wan", "router", ipv6_prefixes=UNREAD)
    found = next(one for one in find(unread) if one.id == "router_drops_ipv6")
    assert (found.answer, bool(found.missing)) == (None, True)


@pytest.mark.parametrize(("network", "met"), [("203.0.113.80/29", True), ("192.0.2.0/25", False)])
def test_a_rule_for_a_network_is_one_for_each_site_in_it(network: str, *, met: bool) -> None:
    """A list of bad networks takes along whoever has the bad luck to be in one."""
    case = way_out.router_drops(ETH, "tcp/443", to=network)
    assert answer_of(case, "router_drops_site") is met


def test_a_router_that_leaves_the_home_without_neighbours_ends_its_ipv6() -> None:
    """Nothing else of it is ended, and nothing else can come about."""
    home = way_out.ipv6_home(ETH)
    deaf = way_out.router_drops(home, "nd", whom=HOME, to=ROUTER, ipv6=True)
    assert answer_of(deaf, "router_drops_ipv6") is True
    assert decide(replace(deaf, symptom="slow_internet"), {}).domain == "router"
    pings = way_out.router_drops(home, "icmp", whom=HOME, to=ROUTER, ipv6=True)
    assert answer_of(pings, "router_drops_ipv6") is False
