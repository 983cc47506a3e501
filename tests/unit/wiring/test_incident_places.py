"""Claims about which incident a verdict belongs to."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import pytest

from cpe_diag.domain.incident import IncidentKind
from cpe_diag.domain.path_facts import DnsCheck
from cpe_diag.domain.verdict import GroupKind
from cpe_diag.judge.causes import CAUSES
from cpe_diag.judge.decide import decide
from cpe_diag.judge.keys import DNS_OPERATOR
from cpe_diag.testing.evidence_samples import ethernet_home, only
from cpe_diag.testing.verdict_samples import group_verdict
from cpe_diag.wiring.incident_places import OF_AREA, OF_RESOLVER, POWER, shared_by

if TYPE_CHECKING:
    from cpe_diag.domain.verdict import Verdict

AT: Final = datetime(2026, 3, 1, 12, 40, tzinfo=UTC)
HOME: Final = ethernet_home()


def _verdict(cause: str) -> Verdict:
    return replace(decide(HOME, {}), cause=cause, group=None)


@pytest.mark.parametrize("cause", sorted(OF_AREA))
def test_what_is_beyond_the_lines_of_a_node_is_its_areas(cause: str) -> None:
    """Homes of one node share it; another cause there is another incident."""
    shared = shared_by(HOME, _verdict(cause), AT)
    assert HOME.subscriber.node is not None
    assert shared is not None
    assert (shared.kind, shared.place) == (
        IncidentKind.AREA,
        f"{HOME.subscriber.node.id}/{cause}",
    )
    alone = replace(HOME, subscriber=replace(HOME.subscriber, node=None))
    assert shared_by(alone, _verdict(cause), AT) is None


@pytest.mark.parametrize("cause", sorted(OF_RESOLVER))
def test_a_name_server_is_one_incident_for_all_who_ask_it(cause: str) -> None:
    """On whatever node they are."""
    check = HOME.evidence.value(DnsCheck, DNS_OPERATOR.kind, DNS_OPERATOR.subject)
    assert check is not None
    shared = shared_by(HOME, _verdict(cause), AT)
    assert shared is not None
    assert (shared.kind, shared.place) == (IncidentKind.RESOLVER, check.server)
    assert shared.group.parent_key == f"{check.server}/20260301T120000Z"
    assert shared_by(only(HOME), _verdict(cause), AT) is None


def test_a_power_cut_of_branches_is_the_areas_and_of_the_whole_node_the_nodes() -> None:
    """Branches of one node that lose their power are one incident."""
    verdict = replace(group_verdict(), cause=POWER)
    assert verdict.group is not None
    area = shared_by(HOME, verdict, AT)
    node = shared_by(HOME, replace(verdict, group=replace(verdict.group, kind=GroupKind.NODE)), AT)
    assert area is not None
    assert node is not None
    assert (area.kind, node.kind) == (IncidentKind.AREA, IncidentKind.NODE)


def test_what_is_one_homes_own_is_nobody_elses() -> None:
    """No incident is opened for it."""
    assert shared_by(HOME, _verdict("line_noise"), AT) is None


def test_every_cause_that_is_named_is_one_of_the_judges() -> None:
    """A cause that was renamed opens no incident any more, silently."""
    assert {POWER} | OF_AREA | OF_RESOLVER <= {one.id for one in CAUSES}
