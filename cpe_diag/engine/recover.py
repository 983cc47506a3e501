"""Ends a change that was broken off: looks first, then finishes it or takes it back.

What the journal says was about to be sent may have happened. Nothing of it is sent again unless
an object shows that it did not happen; what no object shows is never sent again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.action import (
    ActionEnd,
    EntryKind,
    Phase,
    PlannedLine,
    PlannedSet,
    PlannedWait,
    StepSaid,
)
from cpe_diag.domain.failures import ActionError
from cpe_diag.engine.changing import PATIENCE, Changer, Patience
from cpe_diag.engine.perform import Performance
from cpe_diag.engine.plan_values import previous_values
from cpe_diag.engine.until_safe import until_safe

if TYPE_CHECKING:
    from cpe_diag.domain.action import ActionOutcome, ActionRecord, JournalEntry
    from cpe_diag.engine.perform import Prove
    from cpe_diag.engine.until_safe import OnEnd
    from cpe_diag.ports import ControlDoors

_ARRIVED: Final = frozenset({StepSaid.DONE, StepSaid.REFUSED, StepSaid.FOUND})
"""Answers after which the SET is not on its way any more."""


async def recover(  # noqa: PLR0913 - each is one thing that tests replace by themselves
    record: ActionRecord,
    doors: ControlDoors,
    prove: Prove,
    *,
    keep: bool,
    on_end: OnEnd,
    patience: Patience = PATIENCE,
) -> ActionOutcome:
    """Find out how far a change came, and bring it to an end that is known.

    Args:
        record: what the journal holds; it has no end yet.
        doors: to look and to change; the journal goes on with the same action.
        prove: measures and judges again.
        keep: leave a change that took effect where it is if it is proven now; False: take it
            back. A restart is finished in any case.
        on_end: gets the outcome.
        patience: how long is waited for what.

    Returns:
        The outcome, which ends the journal unless it is UNKNOWN and something may still change.

    Raises:
        ActionError: the node cannot be read, or the journal cannot be written; the action still
            has no end.
        ValueError: the record has an end, which is a bug.
        CancelledError: after a safe point was reached and `on_end` was called.
    """
    if record.ended:
        msg = f"action {record.id} has ended"
        raise ValueError(msg)
    changer = Changer(doors, patience)
    changer.changed = bool(_changing(record))
    _remember_unseen(record, changer)
    work = Performance(record.id, record.plan, changer, prove, record.symptom)
    return await until_safe(_ended(record, work, keep=keep), work.stopping, on_end)


async def _ended(record: ActionRecord, work: Performance, *, keep: bool) -> ActionOutcome:
    plan = record.plan
    intended = record.intended(Phase.FORWARD)
    if not _changing(record):
        return work.end(ActionEnd.FAILED, "it was never begun; nothing was changed")
    sent = {n for n, step in enumerate(plan.steps) if not isinstance(step, PlannedWait)}
    complete = intended >= sent
    if not plan.way_back and not complete:
        words = "it was broken off; what may have happened is not sent again"
        return work.end(ActionEnd.UNKNOWN, f"{words}, and there is no way back")
    if not plan.way_back:
        return await work.proven_or_not()
    return await _by_values(record, work, complete=complete, keep=keep)


async def _by_values(
    record: ActionRecord, work: Performance, *, complete: bool, keep: bool
) -> ActionOutcome:
    """Let the objects say what is to be done."""
    plan, changer = record.plan, work.changer
    if not previous_values(plan):
        words = "it was broken off, and no object shows how far it came"
        return work.end(ActionEnd.UNKNOWN, words)
    as_before = await changer.looks(previous_values(plan))
    if as_before is None:
        raise ActionError(f"{plan.node} cannot be read; nothing was done, try again later")
    if as_before:
        if complete and _passes_through(record):
            return await work.proven_or_not()
        return await work.put_back("it was broken off")
    if complete and keep and plan.taken_back:
        return await work.proven_or_not()
    return await work.put_back("it was broken off before it was proven")


def _changing(record: ActionRecord) -> list[int]:
    """Give the steps that may have happened and leave the node another one."""
    steps = record.plan.steps
    return [
        number
        for number in sorted(record.intended(Phase.FORWARD))
        if not (isinstance(line := steps[number], PlannedLine) and not line.changes)
    ]


def _passes_through(record: ActionRecord) -> bool:
    """Say whether the plan ends with the values that it began with, as a restart does."""
    last = {one.oid: one for one in record.plan.steps if isinstance(one, PlannedSet)}
    return bool(last) and all(one.value == one.previous for one in last.values())


def _remember_unseen(record: ActionRecord, changer: Changer) -> None:
    """Let the changer know which SETs may still be on their way to the node."""
    clock = changer.doors.clock
    open_sets: dict[tuple[Phase, int], list[JournalEntry]] = {}
    for entry in record.entries:
        key = (entry.phase, entry.step)
        if entry.kind is EntryKind.INTENT:
            open_sets.setdefault(key, []).append(entry)
        elif entry.kind is EntryKind.ANSWER and entry.said in _ARRIVED and open_sets.get(key):
            open_sets[key].pop()
    for (phase, number), intents in open_sets.items():
        step = (record.plan.steps if phase is Phase.FORWARD else record.plan.way_back)[number]
        for intent in intents:
            age_s = (clock.now() - intent.at).total_seconds()
            if isinstance(step, PlannedSet):
                left_s = changer.patience.on_its_way_s - max(0.0, age_s)
                changer.unseen(step, clock.monotonic() + left_s)
