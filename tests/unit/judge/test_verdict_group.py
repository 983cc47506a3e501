"""A verdict says whom the subscriber is out with, and which one case stands for all of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import pytest

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.sibling_facts import Siblings
from cpe_diag.domain.verdict import GroupKind, SegmentState
from cpe_diag.judge.decide import decide, find
from cpe_diag.judge.parent_case import parent_key
from cpe_diag.judge.thresholds import DEFAULTS
from cpe_diag.testing import faults_outside as outside
from cpe_diag.testing import sibling_samples
from cpe_diag.testing.evidence_samples import (
    AT,
    changed,
    dsl_home,
    ethernet_home,
    unobserved,
    with_value,
)

if TYPE_CHECKING:
    from cpe_diag.domain.sibling_facts import SiblingState
    from cpe_diag.domain.verdict import OutageGroup, Verdict
    from cpe_diag.judge.question import CaseFile

ETH: Final = ethernet_home()


def group_of(case: CaseFile) -> OutageGroup:
    """Give the group of a case that has one."""
    group = decide(case, {}).group
    assert group is not None
    return group


def state(verdict: Verdict, segment: str) -> SegmentState:
    """Give the state of one stretch of the path."""
    return next(one.state for one in verdict.segments if one.id == segment)


def siblings_of(case: CaseFile) -> Siblings:
    """Give the siblings of a case."""
    held = case.evidence.value(Siblings, "siblings", "node")
    assert held is not None
    return held


@pytest.mark.parametrize(
    ("case", "kind", "name", "affected", "of"),
    [
        (outside.splitter_outage(ETH), GroupKind.BRANCH, "splitter 12", 5, 5),
        (outside.pon_outage(ETH), GroupKind.BRANCH, "pon 1/12", 7, 7),
        (outside.card_outage(ETH), GroupKind.CARD, "card 1", 9, 9),
        (outside.node_ports_outage(ETH), GroupKind.NODE, "node an-1", 10, 10),
        (outside.area_power_cut(ETH), GroupKind.BRANCH, "pon 1/12", 7, 7),
    ],
)
def test_the_verdict_carries_the_group(
    case: CaseFile, kind: GroupKind, name: str, affected: int, of: int
) -> None:
    """Which group, how many, since when, and the key of the parent case."""
    group = group_of(case)
    assert (group.kind, group.name, group.affected, group.of) == (kind, name, affected, of)
    assert group.since_s == pytest.approx(120.0, abs=3.0)
    assert group.parent_key == f"an-1/{name.replace(' ', '-')}/20260115T100000Z"


def test_a_home_that_is_alone_has_no_group() -> None:
    """A cut line is one home's."""
    assert decide(outside.line_cut(dsl_home()), {}).group is None
    assert decide(ETH, {}).group is None


def test_a_node_that_is_dark_is_one_case_too() -> None:
    """Nobody can count its ports, but every one of its cases has the same parent."""
    group = group_of(outside.node_outage(ETH))
    assert (group.kind, group.affected, group.of, group.since_s) == (
        GroupKind.NODE,
        None,
        None,
        None,
    )
    assert group.parent_key == "an-1/node-an-1/undated"


def test_two_subscribers_of_one_outage_have_one_parent() -> None:
    """Another home asks others, minutes later; the case is the same."""
    one = outside.pon_outage(ETH)
    held = siblings_of(one)
    fewer = [port for port in held.ports if port.port not in {"1/12:33", "1/13"}]
    later = tuple(replace(port, changed_ago_s=_older(port, 600.0)) for port in fewer)
    other = replace(held, own="1/12:3", ports=later)
    seen = replace(one, evidence=with_value(one, "siblings", "node", other).evidence)
    observation = seen.evidence.observations
    moved = {
        key: replace(value, at=AT + timedelta(seconds=600)) if key.kind == "siblings" else value
        for key, value in observation.items()
    }
    again = replace(seen, evidence=replace(seen.evidence, observations=moved))
    assert group_of(again).parent_key == group_of(one).parent_key
    assert group_of(again).affected == 6


def _older(port: SiblingState, by_s: float) -> float | Missing:
    age_s = port.changed_ago_s
    return age_s if isinstance(age_s, Missing) else age_s + by_s


def test_another_outage_of_the_same_group_is_another_case() -> None:
    """The PON that failed yesterday and fails again today."""
    now = datetime(2026, 1, 15, 10, 30, tzinfo=UTC)
    keys = {
        parent_key("an-1", "pon 0/1/1", now - timedelta(hours=hours), DEFAULTS)
        for hours in (0, 1, 24)
    }
    assert len(keys) == 3
    assert parent_key("an-1", "pon 0/1/1", None, DEFAULTS) == "an-1/pon-0/1/1/undated"


def test_four_that_fell_together_are_premises() -> None:
    """One short of five: the home's own causes stay in play, the node's do not."""
    case = outside.line_cut(dsl_home())
    held = siblings_of(case)
    four = {"1/12", "1/12:2", "1/12:3", "1/12:4"}
    for name in four:
        held = sibling_samples.fell(held, name)
    case = with_value(case, "siblings", "node", held)
    for subject in case.evidence.subjects("port_status", "neighbour/"):
        case = changed(case, "port_status", subject, oper="down", last_change_s=121.0)
    verdict = decide(case, {})
    assert (verdict.cause, verdict.group) == ("line_cut", None)


def test_the_company_of_others_is_no_excuse_for_a_port_that_is_up() -> None:
    """The PON beside is dark; this home's complaint is about something else."""
    case = outside.dhcp_no_offer(ETH)
    for other in ("1/12:2", "1/12:3", "1/12:4", "1/12:5", "1/12:33", "1/12:34"):
        held = sibling_samples.fell(siblings_of(case), other)
        case = with_value(case, "siblings", "node", held)
    verdict = decide(case, {})
    assert (verdict.cause, verdict.group) == ("dhcp_no_offer", None)


def test_siblings_that_nobody_could_ask_decide_nothing() -> None:
    """Without them three neighbours are the control, as before."""
    case = unobserved(outside.pon_outage(ETH), "siblings", "node", FailureKind.OUT_OF_TIME)
    found = {one.id: one.answer for one in find(case)}
    assert found["group_down"] is None
    assert found["neighbours_down"] is False


def test_a_subscriber_without_topology_is_not_called_alone_by_a_few_strangers() -> None:
    """Ten of seven hundred modems that are up say nothing about the one fibre node that is not."""
    case = outside.line_cut(ETH)
    held = siblings_of(case)
    bare = tuple(replace(port, groups=()) for port in held.ports)
    case = with_value(case, "siblings", "node", replace(held, ports=bare))
    assert {one.id: one.answer for one in find(case)}["group_down"] is None
    all_of_them = replace(held, ports=bare, in_service=len(bare))
    case = with_value(case, "siblings", "node", all_of_them)
    assert {one.id: one.answer for one in find(case)}["group_down"] is False


def test_the_path_breaks_where_the_group_does() -> None:
    """A card is the node's, a branch is the line's, and a dark street is nobody's router."""
    assert state(decide(outside.card_outage(ETH), {}), "node") is SegmentState.BAD
    branch = decide(outside.splitter_outage(ETH), {})
    assert state(branch, "node") is SegmentState.GOOD
    assert state(branch, "line") is SegmentState.BAD
    assert state(decide(outside.area_power_cut(ETH), {}), "router") is SegmentState.BAD


def test_what_the_customer_hears_of_a_power_cut_is_about_power() -> None:
    """Neither a technician nor a fibre crew is promised."""
    verdict = decide(outside.area_power_cut(dsl_home()), {})
    assert "power" in verdict.tell_customer
    assert "no technician" in verdict.next_action
