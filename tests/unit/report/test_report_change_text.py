"""A plan on a terminal says everything that would be done, and nothing in it acts on one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from cpe_diag.domain.action import (
    ActionEnd,
    ActionOutcome,
    ActionPlan,
    ActionRecord,
    ExpectedObject,
    PerformedStep,
    Phase,
    PlannedLine,
    PlannedSet,
    PlannedWait,
    StepSaid,
)
from cpe_diag.domain.agreement import GuardFinding, GuardState
from cpe_diag.report.change_text import objection_lines, outcome_lines, plan_lines, record_line

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
SET = PlannedSet(
    oid="1.3.6.1.2.1.17.7.1.4.5.1.1.7",
    object="Q-BRIDGE-MIB dot1qPvid",
    type="gauge",
    value="107",
    readable=True,
    previous="999",
)
PLAN = ActionPlan(
    action="port.set_vlan",
    subscriber="sub-1",
    node="an-1",
    address="192.0.2.10:161",
    port="0/1/7",
    driver="generic_dsl",
    wished="107",
    steps=(
        SET,
        replace(SET, previous=None),
        replace(SET, readable=False),
        PlannedWait(wait_s=3.0),
        PlannedLine(line="ont reset 3", expect=r"\[n\]", send="y"),
    ),
    read_back=(ExpectedObject(oid=SET.oid, object=SET.object, value="107", previous="999"),),
    way_back=(replace(SET, value="999", previous="107"),),
    taken_back=True,
    no_way_back="",
    outage_s=90.0,
    source="Q-BRIDGE-MIB dot1qPvid, RFC 4363",
    findings=(
        GuardFinding(id="node_name", state=GuardState.UNKNOWN, because="not said"),
        GuardFinding(id="port_macs", state=GuardState.UNKNOWN, because="not told"),
        GuardFinding(id="port_alias", state=GuardState.REFUSED, because="names \x1b[31msub-2"),
        GuardFinding(id="router_mac", state=GuardState.CLEAR, because="learned here"),
    ),
    accepted=("node_name",),
)


def text(plan: ActionPlan) -> str:
    """Show a plan."""
    return "\n".join(plan_lines(plan))


def test_a_plan_shows_every_step_with_present_values_and_the_way_back() -> None:
    """What is confirmed has to be seen."""
    shown = text(PLAN)
    for words in (
        "port.set_vlan to 107 for sub-1",
        "port 0/1/7 of an-1 (192.0.2.10:161)",
        f"1  SET Q-BRIDGE-MIB dot1qPvid ({SET.oid}) = gauge 107 (now 999)",
        "= gauge 107 (has no value now)",
        "= gauge 107 (cannot be read)",
        "wait 3 s",
        "type 'ont reset 3', answer 'y' to its question",
        f"Q-BRIDGE-MIB dot1qPvid ({SET.oid}) must be 107",
        "outage    up to",
        "way back, if it does not help",
        f"1  SET Q-BRIDGE-MIB dot1qPvid ({SET.oid}) = gauge 999",
        "accepted  node_name: not said",
        "??        port_macs: not told",
        "NO        port_alias: names ?[31msub-2",
        "ok        router_mac: learned here",
        f"digest    {PLAN.digest}",
    ):
        assert words in shown


def test_a_plan_without_a_way_back_says_why() -> None:
    """It must be known before."""
    shown = text(replace(PLAN, way_back=(), no_way_back="it cannot be read"))
    assert "way back  none: it cannot be read" in shown


def test_what_can_be_accepted_is_said_only_where_it_would_be_enough() -> None:
    """Accepting one finding does not help against a refusal."""
    assert "--accept-unknown" not in "\n".join(objection_lines(PLAN))
    unknown = replace(PLAN, findings=PLAN.findings[:2])
    assert list(objection_lines(unknown)) == [
        "refused by port_macs: not told",
        "What could not be told can be accepted, on your word: --accept-unknown port_macs",
    ]


def test_an_outcome_says_what_came_of_each_step() -> None:
    """With the node's own words, made harmless."""
    steps = (
        PerformedStep(phase=Phase.FORWARD, number=0, said=StepSaid.DONE, words="noError", at=AT),
        PerformedStep(
            phase=Phase.BACK, number=0, said=StepSaid.DONE, words="a\n\x1b[2Jb\n", at=AT
        ),
    )
    outcome = ActionOutcome(
        id="a1",
        digest=PLAN.digest,
        end=ActionEnd.ROLLED_BACK,
        words="it did not help",
        symptom="before: wrong VLAN; now: the same",
        steps=steps,
        started_at=AT,
        took_s=12.0,
    )
    shown = list(outcome_lines(outcome, PLAN))
    assert shown[0] == "PUT BACK: it did not help"
    assert "  step 1: done: noError" in shown
    assert "  back, step 1: done: a" in shown
    assert "      ?[2Jb" in shown


def test_an_unfinished_change_fits_a_line() -> None:
    """Its id comes first, for `recover`."""
    record = ActionRecord(
        id="a1", begun_at=AT, plan=PLAN, ticket=None, symptom="wrong VLAN", entries=()
    )
    assert record_line(record) == (
        "a1  2026-03-01 12:00:00Z  port.set_vlan for sub-1, port 0/1/7 of an-1; "
        "last: nothing was begun"
    )
