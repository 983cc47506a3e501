"""Who takes questions for names, and who invents answers: the router only where it is known."""

from __future__ import annotations

import pytest

from cpe_diag.domain.verdict import FaultDomain
from cpe_diag.judge.decide import decide
from cpe_diag.testing import faults_beyond_wire as past_wire
from cpe_diag.testing.faults_on_site import LAN, WALL, on_site, well_at_the_wall


@pytest.mark.parametrize("hop", [2, 5, None])
def test_from_the_home_alone_a_far_answer_accuses_nobody(hop: int | None) -> None:
    """The hop is that of who answers; a router of the home may have sent the question there."""
    case = past_wire.names_taken(on_site(LAN), LAN, hop=hop)
    assert decide(case, {}).domain is FaultDomain.UNDETERMINED


@pytest.mark.parametrize("hop", [2, 5, None])
def test_at_both_places_it_is_the_network_that_takes_the_questions(hop: int | None) -> None:
    """What the wall port shows is no router's."""
    case = past_wire.names_taken(well_at_the_wall(on_site(LAN)), LAN, hop=hop)
    verdict = decide(past_wire.names_taken(case, WALL, hop=hop), {})
    assert (verdict.domain, verdict.cause) == (FaultDomain.NETWORK, "wall_names_by_another")


def test_from_the_home_alone_a_name_may_be_invented_by_whoever_takes_the_question() -> None:
    """The resolver is accused where it is known that it was the one that was asked."""
    case = past_wire.names_invented(past_wire.names_taken(on_site(LAN), LAN, hop=3), LAN)
    assert decide(case, {}).domain is FaultDomain.UNDETERMINED


def test_at_both_places_it_is_the_resolver_that_invents() -> None:
    """One fault, not two."""
    case = past_wire.names_invented(well_at_the_wall(on_site(LAN)), LAN)
    verdict = decide(past_wire.names_invented(case, WALL), {})
    assert (verdict.domain, verdict.cause) == (FaultDomain.NETWORK, "wall_invented_names")
