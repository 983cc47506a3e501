"""Last resorts: whose fault it is where no cause fits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from cpe_diag.domain.dhcp_facts import DhcpOutcome
from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.verdict import FaultDomain
from cpe_diag.judge.causes import CAUSES
from cpe_diag.judge.choosing import enough
from cpe_diag.judge.competing import SIDE_AT_MOST
from cpe_diag.judge.decide import belief_in, decide
from cpe_diag.judge.left_out import own_rules
from cpe_diag.judge.seen import Tables, look
from cpe_diag.testing import faults_at_home as at_home
from cpe_diag.testing import faults_enclosed as enclosed
from cpe_diag.testing import faults_outside as outside
from cpe_diag.testing import faults_whose as whose
from cpe_diag.testing import load_samples as load
from cpe_diag.testing.evidence_samples import (
    all_unobserved,
    dsl_home,
    ethernet_home,
    never_asked,
)

if TYPE_CHECKING:
    from cpe_diag.judge.question import CaseFile

OUT: Final = "no_internet"
SITE: Final = "site_not_opening"
SIDES: Final = {cause.id: cause.domain for cause in CAUSES if cause.last_resort}
KNOWN: Final = Tables(causes=tuple(cause for cause in CAUSES if not cause.last_resort))


def test_there_is_one_for_each_side() -> None:
    """Whatever is wrong lies somewhere."""
    assert sorted(SIDES.values()) == sorted(
        set(FaultDomain) - {FaultDomain.NONE, FaultDomain.UNDETERMINED}
    )


@pytest.mark.parametrize(
    "case",
    [
        outside.line_noise(dsl_home("slow_internet")),
        load.access_loss(ethernet_home("drops")),
        at_home.router_dns(ethernet_home(OUT)),
        outside.platform_error(ethernet_home(SITE)),
        outside.platform_unexplained(ethernet_home(SITE)),
        enclosed.cut_off(ethernet_home(OUT)),
    ],
)
def test_every_cause_that_fits_beats_them(case: CaseFile) -> None:
    """Beside a cause, the same findings speak for a side too: it takes no share of its belief."""
    seen, without = look(case), look(case, KNOWN)
    assert without.weighing.lead is not None
    assert seen.weighing == without.weighing


def test_a_side_is_told_where_one_way_is_bad_and_no_cause_fits() -> None:
    """Second line sends the case to the right desk, which looks for what it is."""
    case = whose.pages_lost(ethernet_home(OUT))
    assert look(case, KNOWN).weighing.lead is None
    told = decide(case, {})
    assert (told.domain, told.cause) == (FaultDomain.NETWORK, "network_side_unexplained")
    assert told.confidence <= SIDE_AT_MOST


def test_a_side_never_ends_the_measuring() -> None:
    """What it is may still come out: only a cause is sure enough."""
    case = whose.pages_lost(ethernet_home(OUT))
    assert not enough(case, {})
    assert look(case).weighing.share <= SIDE_AT_MOST


def test_no_side_is_told_of_what_does_not_matter_to_the_complaint() -> None:
    """A server that says nothing to our question, beside a home that works, is nobody's fault."""
    case = outside.dhcp_server(ethernet_home(OUT), DhcpOutcome.SILENT)
    assert decide(case, {}).domain is FaultDomain.NONE


def test_a_side_that_does_not_explain_why_nothing_works_is_not_told() -> None:
    """News of a site that fails is no answer to somebody whose port is dark."""
    case = outside.line_cut(outside.platform_error(ethernet_home(SITE)))
    assert decide(case, {}).cause == "undetermined"


@pytest.mark.parametrize("kind", [FailureKind.OUT_OF_TIME, FailureKind.AUTH_REFUSED])
def test_failures_of_our_own_accuse_no_side(kind: FailureKind) -> None:
    """Nothing known is nobody's fault."""
    assert decide(all_unobserved(ethernet_home(), kind), {}).cause == "undetermined"


def test_pages_that_the_router_does_not_get_accuse_the_network_only_beside_their_control() -> None:
    """Its own rules, or its own names, may be why."""
    case = enclosed.web_blocked(ethernet_home(OUT))
    unread = never_asked(whose.pages_lost(ethernet_home(OUT)), ("router_forwarding", "router"))
    assert decide(case, {}).domain is FaultDomain.NETWORK
    assert decide(unread, {}).cause == "undetermined"


def test_the_belief_in_a_side_can_be_asked_for_beside_a_cause() -> None:
    """`judge explain --why` answers for every cause of the table."""
    case = load.access_loss(ethernet_home("drops"))
    told = belief_in(case, "network_side_unexplained")
    assert told is not None
    assert decide(case, {}).cause == "access_loss"
    assert "network_side_unexplained" not in {one.cause for one in decide(case, {}).candidates}


def test_whoever_has_not_thought_of_a_cause_has_not_thought_of_its_signs() -> None:
    """Else leaving a cause out would leave its own rules in, and flatter."""
    assert "router_shapes_low" in own_rules("router_bandwidth_control")
    assert "platform_tls_fails" in own_rules("platform_tls_broken")
