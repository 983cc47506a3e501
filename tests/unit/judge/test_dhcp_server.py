"""What the operator's DHCP server says of homes whose router cannot be reached."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import pytest

from cpe_diag.domain.dhcp_facts import DhcpOutcome
from cpe_diag.domain.path_facts import HttpOutcome
from cpe_diag.domain.subscriber import WanProtocol
from cpe_diag.domain.verdict import FaultDomain
from cpe_diag.judge.decide import decide, find
from cpe_diag.testing import faults_outside as outside
from cpe_diag.testing.evidence_samples import changed, ethernet_home
from cpe_diag.testing.fault_effects import router_gone

ETH: Final = ethernet_home()


def test_a_router_that_is_gone_while_the_server_answers_is_not_the_servers_fault() -> None:
    """The one thing that the question is for: to clear the server, or to accuse it."""
    case = outside.dhcp_server(router_gone(ETH), DhcpOutcome.OFFERED)
    assert decide(case, {}).cause not in {"dhcp_no_offer", "dhcp_pool_exhausted"}


@pytest.mark.parametrize("outcome", DhcpOutcome)
def test_a_home_that_works_is_healthy_whatever_the_server_says(outcome: DhcpOutcome) -> None:
    """A server that knows no strangers, or no relay at our address, must accuse nobody."""
    verdict = decide(outside.dhcp_server(ETH, outcome), {})
    assert (verdict.domain, verdict.cause) == (FaultDomain.NONE, "no_fault")


def test_where_our_own_side_is_dead_a_silent_server_is_not_accused() -> None:
    """Law 2: everybody is silent to whoever is cut off."""
    case = changed(
        outside.dhcp_gone(ETH), "http", "operator>reference", outcome=HttpOutcome.CONNECT_TIMEOUT
    )
    assert {one.id: one.answer for one in find(case)}["dhcp_server_silent"] is None
    assert decide(case, {}).cause != "dhcp_no_offer"


def test_a_session_by_pppoe_needs_no_dhcp_server() -> None:
    """Whoever logs in by PPPoE gets the address from the session."""
    case = outside.dhcp_gone(ETH)
    service = replace(case.subscriber.service, wan=WanProtocol.PPPOE)
    case = replace(case, subscriber=replace(case.subscriber, service=service))
    assert {one.id: one.answer for one in find(case)}["dhcp_server_silent"] is None
    assert decide(case, {}).cause != "dhcp_no_offer"
