"""Every fault of the router in the lab gets the right domain and cause."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from fault_claims import Claim, hold, of_domains

from cpe_diag.domain.verdict import FaultDomain

if TYPE_CHECKING:
    from running_lab import RunningLab

pytestmark = pytest.mark.lab


@pytest.mark.parametrize("claim", of_domains(FaultDomain.ROUTER), ids=str)
def test_the_right_domain_and_cause_over_the_real_protocols(lab: RunningLab, claim: Claim) -> None:
    """A wrong "it is your router" costs the operator a customer."""
    hold(lab, claim)
