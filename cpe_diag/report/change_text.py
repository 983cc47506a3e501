"""Pure: a plan and its outcome as lines for a terminal or a ticket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, assert_never

from cpe_diag.domain.action import (
    ActionEnd,
    ActionPlan,
    Phase,
    PlannedLine,
    PlannedSet,
    PlannedStep,
    PlannedWait,
)
from cpe_diag.domain.agreement import GuardState
from cpe_diag.report.duration import duration
from cpe_diag.report.plain import harmless

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cpe_diag.domain.action import ActionOutcome, ActionRecord
    from cpe_diag.domain.router_plan import RouterPlan

ENDS: Final = {
    ActionEnd.PROVEN: "PROVEN",
    ActionEnd.FAILED: "FAILED",
    ActionEnd.ROLLED_BACK: "PUT BACK",
    ActionEnd.UNKNOWN: "UNKNOWN",
}
MARKS: Final = {GuardState.CLEAR: "ok", GuardState.REFUSED: "NO", GuardState.UNKNOWN: "??"}
OUTPUT_LINES: Final = 6


def plan_lines(plan: ActionPlan) -> Iterator[str]:
    """Say a plan: where, what exactly, how long it hurts, the way back, what the guard says.

    Args:
        plan: with its findings.

    Yields:
        Lines; nothing in them acts on a terminal.
    """
    value = f" to {harmless(plan.wished)}" if plan.wished is not None else ""
    yield f"{plan.action}{value} for {plan.subscriber}"
    yield f"  where     port {harmless(plan.port)} of {plan.node} ({plan.address})"
    yield f"  driver    {plan.driver}: {plan.source}"
    yield "  steps"
    for number, step in enumerate(plan.steps, start=1):
        yield f"    {number}  {step_words(step)}{_before(step)}"
    for one in plan.read_back:
        yield f"  then      {one.object} ({one.oid}) must be {harmless(one.value)}"
    yield f"  outage    up to {duration(plan.outage_s)}"
    if plan.way_back:
        when = "if it does not help" if plan.taken_back else "if it breaks off in the middle"
        yield f"  way back, {when}"
        for number, step in enumerate(plan.way_back, start=1):
            yield f"    {number}  {step_words(step)}"
    else:
        why = plan.no_way_back or "nothing is set that could be put back"
        yield f"  way back  none: {harmless(why)}"
    yield "  guard"
    for finding in plan.findings:
        mark = MARKS[finding.state]
        if finding.state is GuardState.UNKNOWN and finding.id in plan.accepted:
            mark = "accepted"
        yield f"    {mark:<9} {finding.id}: {harmless(finding.because)}"
    yield f"  digest    {plan.digest}"


def _before(step: PlannedStep) -> str:
    if not isinstance(step, PlannedSet):
        return ""
    if not step.readable:
        return " (cannot be read)"
    return " (has no value now)" if step.previous is None else f" (now {harmless(step.previous)})"


def step_words(step: PlannedStep) -> str:
    """Say one step in one line."""
    match step:
        case PlannedWait():
            return f"wait {step.wait_s:g} s"
        case PlannedLine():
            answer = f", answer {step.send!r} to its question" if step.expect else ""
            return f"type {harmless(step.line)!r}{answer}"
        case PlannedSet():
            value = f"{step.type} {step.value}"
            return f"SET {step.object} ({step.oid}) = {harmless(value)}"
        case _:
            assert_never(step)


def objection_lines(plan: ActionPlan | RouterPlan) -> Iterator[str]:
    """Say why the guard refuses, and what could be accepted."""
    for finding in plan.objections:
        yield f"refused by {finding.id}: {harmless(finding.because)}"
    open_ids = [one.id for one in plan.objections if one.state is GuardState.UNKNOWN]
    if open_ids and len(open_ids) == len(plan.objections):
        flags = " ".join(f"--accept-unknown {name}" for name in open_ids)
        yield f"What could not be told can be accepted, on your word: {flags}"


def outcome_lines(outcome: ActionOutcome, plan: ActionPlan | RouterPlan) -> Iterator[str]:
    """Say how a change ended.

    Args:
        outcome: of the plan.
        plan: what was to be done.

    Yields:
        Lines; nothing in them acts on a terminal.
    """
    yield f"{ENDS[outcome.end]}: {harmless(outcome.words)}"
    yield f"  {harmless(outcome.symptom)}"
    for step in outcome.steps:
        back = "back, " if step.phase is Phase.BACK else ""
        lines = step.words.splitlines() or [""]
        # The steps of a router's change are stages, whose names stand in their words.
        number = f"step {step.number + 1}: " if isinstance(plan, ActionPlan) else ""
        yield f"  {back}{number}{step.said}: {harmless(lines[0])}".rstrip(": ")
        for line in lines[1:OUTPUT_LINES]:
            yield f"      {harmless(line)}"
    yield f"  {plan.action} {outcome.id}, {duration(outcome.took_s)}, digest {outcome.digest[:16]}"


def record_line(record: ActionRecord) -> str:
    """Say in one line which change has no known end."""
    plan = record.plan
    last = record.entries[-1].words if record.entries else "nothing was begun"
    return (
        f"{record.id}  {record.begun_at:%Y-%m-%d %H:%M:%S}Z  {plan.action} for {plan.subscriber}, "
        f"port {harmless(plan.port)} of {plan.node}; last: {harmless(last)}"
    )
