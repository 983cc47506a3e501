"""What a laptop saw from its other places a moment ago comes along, and no longer than that."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from laptop_and_office import AT, did, files

from cpe_diag.domain.field_facts import PluggedInto
from cpe_diag.field.on_site import OnSite
from cpe_diag.field.raw_process import RawProcess
from cpe_diag.judge.keys import LINE_USE
from cpe_diag.testing.faults_on_site import LAN, WALL, loses, on_site
from cpe_diag.wiring.seen_on_site import VALID_FOR, seen_before

if TYPE_CHECKING:
    from datetime import datetime

    from cpe_diag.judge.question import CaseFile
    from cpe_diag.wiring.config import Config

ON_WIFI = OnSite(interface="wlan0", plugged_into=PluggedInto.WIFI, raw=RawProcess(dry=True))
TRAIN = "path_quality"


def _at(case: CaseFile, at: datetime) -> CaseFile:
    moved = {key: replace(seen, at=at) for key, seen in case.evidence}
    return replace(case, evidence=type(case.evidence)(moved))


def _joined(case: CaseFile, earlier: CaseFile) -> CaseFile:
    both = {**dict(earlier.evidence), **dict(case.evidence)}
    return replace(case, evidence=type(case.evidence)(both))


def test_what_came_along_does_not_come_along_for_ever(laptop: Config) -> None:
    """A check at home keeps what it was told of the wall port; the next one hears its age."""
    wall = _at(loses(on_site(WALL), WALL), AT)
    home = _joined(_at(on_site(LAN), AT + VALID_FOR - timedelta(minutes=1)), wall)
    did(laptop, "run-1", files=files(wall, "Loss"))
    did(laptop, "run-2", files=files(home, "Loss"), at=AT + VALID_FOR - timedelta(minutes=1))
    now = AT + VALID_FOR + timedelta(minutes=1)
    seen = seen_before(laptop, "sub-1", ON_WIFI, now=now)
    assert {one.key.subject.partition(">")[0] for one in seen} == {LAN}


def test_the_newest_of_a_fact_counts_whichever_run_kept_it(laptop: Config) -> None:
    """The run that ended last may hold an older look at the wall port."""
    bad, good = _at(loses(on_site(WALL), WALL), AT), _at(on_site(WALL), AT + timedelta(minutes=9))
    home = _joined(_at(on_site(LAN), AT + timedelta(minutes=10)), bad)
    did(laptop, "run-1", files=files(good, "No fault"), at=AT + timedelta(minutes=9))
    did(laptop, "run-2", files=files(home, "Loss"), at=AT + timedelta(minutes=10))
    seen = seen_before(laptop, "sub-1", ON_WIFI, now=AT + timedelta(minutes=11))
    at_wall = {one.observation.at for one in seen if one.key.subject.startswith(WALL)}
    assert at_wall == {AT + timedelta(minutes=9)}


@pytest.mark.parametrize(("place", "comes"), [(WALL, True), (LAN, False)])
def test_who_else_used_the_line_was_said_of_the_home(
    laptop: Config, place: str, *, comes: bool
) -> None:
    """At the wall port it goes with what was seen at home; at home it is asked again."""
    did(laptop, "run-1", files=files(_at(on_site(LAN), AT), "No fault"))
    here = replace(ON_WIFI, plugged_into=PluggedInto(place))
    seen = seen_before(laptop, "sub-1", here, now=AT + timedelta(minutes=5))
    assert (LINE_USE in {one.key for one in seen}) is comes
