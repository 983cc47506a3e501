"""What a laptop sees is drawn from its own cable to the pages, and not as a path of unknowns."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.field_facts import FieldLink
from cpe_diag.domain.observations import Observed
from cpe_diag.domain.verdict import SegmentState
from cpe_diag.judge.decide import decide
from cpe_diag.judge.segments_on_site import ON_SITE
from cpe_diag.report.why import gaps
from cpe_diag.testing.evidence_samples import with_value
from cpe_diag.testing.faults_on_site import LAN, WALL, on_site, second_server

if TYPE_CHECKING:
    from cpe_diag.judge.question import CaseFile


def _states(case: CaseFile) -> dict[str, SegmentState]:
    return {one.id: one.state for one in decide(case, {}).segments}


@pytest.mark.parametrize(("place", "prefix"), [(WALL, "wall"), (LAN, "home")])
def test_a_healthy_place_is_good_all_the_way(place: str, prefix: str) -> None:
    """Ten stretches that nobody on site can ask would hide the seven that he has asked."""
    states = _states(on_site(place))
    named = {one.id for one in ON_SITE if one.id.startswith(prefix)}
    assert set(states) == named - {"wall_session"}
    assert set(states.values()) == {SegmentState.GOOD}


def test_the_stretch_of_a_fault_is_bad_and_the_others_are_not() -> None:
    """A technician looks at the first mark that is not good."""
    states = _states(second_server(on_site(LAN), LAN))
    assert states["home_address"] is SegmentState.BAD
    assert states["home_link"] is SegmentState.GOOD


def test_both_places_are_drawn_once_the_laptop_was_at_both() -> None:
    """That tells the line from the router at one look."""
    link = on_site(WALL).evidence.value(FieldLink, "field_link", WALL)
    assert link is not None
    states = _states(with_value(on_site(LAN), "field_link", WALL, link))
    assert (states["wall_link"], states["home_link"]) == (SegmentState.GOOD, SegmentState.GOOD)


def test_what_is_asked_from_afar_is_no_gap_of_a_laptop() -> None:
    """Seventy facts that nobody on site can ask say nothing about the visit."""
    case = on_site(WALL)
    unknown = decide(case, {}).unknown
    at = max(one.at for _, one in case.evidence if isinstance(one, Observed))
    told = gaps(unknown, case.evidence, at + timedelta(seconds=1))
    assert [one.words for one in told if one.words == "nobody has asked"] == []
