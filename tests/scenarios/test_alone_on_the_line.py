"""A router is accused of no loss and no wait that the household or the radio may bring about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from cpe_diag.domain.verdict import FaultDomain
from cpe_diag.judge.decide import decide
from cpe_diag.testing import faults_beyond_wire as past_wire
from cpe_diag.testing.evidence_samples import answered
from cpe_diag.testing.faults_on_site import (
    LAN,
    WALL,
    both,
    loses,
    on_site,
    on_wifi,
    well_at_the_wall,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpe_diag.judge.question import CaseFile

    Fault = Callable[[CaseFile, str], CaseFile]

FAULTS: Final[tuple[tuple[Fault, str], ...]] = (
    (loses, "router_lossy"),
    (past_wire.slow, "router_slow"),
    (past_wire.bloated, "router_bloated"),
)


@pytest.mark.parametrize(("fault", "cause"), FAULTS)
def test_televisions_that_went_on_again_are_no_fault_of_the_router(
    fault: Fault, cause: str
) -> None:
    """At the wall port the laptop was alone on the line; behind the router it is not."""
    case = fault(well_at_the_wall(on_site(LAN)), LAN)
    assert decide(case, {}).cause == cause
    for said in ("somebody", "unknown"):
        assert decide(answered(case, "line_use", said), {}).domain is not FaultDomain.ROUTER


@pytest.mark.parametrize("said", ["somebody", "unknown"])
def test_what_is_well_is_well_whoever_uses_the_line(said: str) -> None:
    """Nobody has to be sent out of the house for a good line."""
    assert decide(answered(on_site(LAN), "line_use", said), {}).domain is FaultDomain.NONE


@pytest.mark.parametrize(("fault", "cause"), FAULTS)
def test_what_the_radio_may_do_is_no_fault_of_the_router(fault: Fault, cause: str) -> None:
    """The line was well at the wall port, and the laptop is on the Wi-Fi now."""
    case = well_at_the_wall(on_wifi(fault(on_site(LAN), LAN)))
    verdict = decide(case, {})
    assert (verdict.domain, verdict.cause) != (FaultDomain.ROUTER, cause)


def test_a_loss_by_radio_is_not_called_well_either() -> None:
    """It is there; a cable tells whose it is."""
    verdict = decide(on_wifi(loses(on_site(LAN), LAN)), {})
    assert verdict.domain is FaultDomain.UNDETERMINED


@pytest.mark.parametrize(("fault", "_cause"), FAULTS)
def test_what_is_well_by_radio_is_well_at_the_wall_port_since(fault: Fault, _cause: str) -> None:
    """The radio can only make it worse."""
    case = on_wifi(both(LAN, other=fault))
    assert decide(case, {}).domain is FaultDomain.NONE
    assert decide(fault(on_site(WALL), WALL), {}).domain is FaultDomain.NETWORK
