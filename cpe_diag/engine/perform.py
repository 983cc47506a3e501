"""Performs a plan: the change, a look whether it took effect, a measurement whether it helped.

What was begun is brought to a safe point: a cancelled `perform` opens the port that it has shut,
puts back what it has not proven, and only then ends.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final, TypeAlias, TypeVar

from cpe_diag.domain.action import (
    GONE,
    ActionEnd,
    ActionOutcome,
    ExpectedObject,
    Phase,
    PlannedSet,
    Proof,
)
from cpe_diag.domain.failures import ActionError
from cpe_diag.engine.changing import PATIENCE, TRIES, Changer, Patience, holds_value
from cpe_diag.engine.ending import Ending
from cpe_diag.engine.plan_values import previous_values, restored_values
from cpe_diag.engine.until_safe import until_safe
from cpe_diag.engine.way_back import WayBack

if TYPE_CHECKING:
    from cpe_diag.domain.action import ActionPlan
    from cpe_diag.engine.until_safe import OnEnd
    from cpe_diag.ports import ControlDoors

T = TypeVar("T")

Prove: TypeAlias = Callable[[], Awaitable[Proof]]
"""Measures again and judges again; never raises for the network."""

STOPPED: Final = Proof(holds=None, took_effect=None, words="stopped before it was measured")


async def perform(  # noqa: PLR0913 - each is one thing that tests replace by themselves
    action_id: str,
    plan: ActionPlan,
    doors: ControlDoors,
    prove: Prove,
    *,
    symptom: str,
    on_end: OnEnd,
    patience: Patience = PATIENCE,
) -> ActionOutcome:
    """Change what the plan says, and prove it twice.

    Args:
        action_id: names the action in its journal.
        plan: without objections.
        doors: to look and to change; the journal holds the plan already.
        prove: measures and judges again.
        symptom: what was wrong before, in words.
        on_end: gets the outcome, also where the caller is cancelled meanwhile.
        patience: how long is waited for what.

    Returns:
        The outcome.

    Raises:
        ActionError: nothing was changed: the guard objects, the node is no longer as the plan
            says, or the journal cannot be written.
        CancelledError: after a safe point was reached and `on_end` was called.
    """
    if plan.objections:
        msg = "a plan with objections is not performed"
        raise ValueError(msg)
    changer = Changer(doors, patience)
    work = Performance(action_id, plan, changer, prove, symptom)
    try:
        await _still_as_planned(plan, changer)
    except ActionError as error:
        work.end(ActionEnd.FAILED, str(error))
        raise
    return await until_safe(work.all(), work.stopping, on_end)


async def _still_as_planned(plan: ActionPlan, changer: Changer) -> None:
    """Look once more, right before the act.

    Raises:
        ActionError: an object has another value than the plan says, or cannot be read.
    """
    expected = previous_values(plan)
    if not expected:
        return
    clock = changer.doors.clock
    present = await changer.present(expected, clock.monotonic() + changer.patience.set_s)
    if present is None:
        raise ActionError(f"{plan.node} cannot be read any more; nothing was changed")
    for oid, (kind, value) in expected.items():
        if not holds_value(present[oid], kind, value):
            raise ActionError(
                f"{oid} was {value} when the plan was made, and is not any more; nothing was "
                "changed: make the plan again"
            )


class Performance(Ending):
    """One plan while it is performed, or recovered."""

    def __init__(
        self, action_id: str, plan: ActionPlan, changer: Changer, prove: Prove, symptom: str
    ) -> None:
        """Perform `plan` through `changer`."""
        super().__init__(
            action_id,
            plan.digest,
            symptom,
            changer,
            changer.doors.clock,
            recovered_by="cpe-diag port recover",
        )
        self.plan = plan
        self.changer = changer
        self.prove = prove
        self.stopping = asyncio.Event()

    async def all(self) -> ActionOutcome:
        """Take the steps, read back, measure, and keep or put back."""
        for number, step in enumerate(self.plan.steps):
            if self.stopping.is_set() and not self.changer.changed:
                return self.end(ActionEnd.FAILED, "stopped before anything was changed")
            done = await self.changer.take(
                Phase.FORWARD, number, step, tries=TRIES if self.changer.changed else 1
            )
            if done is False:
                return await self.broken_off(f"step {number + 1} did not happen")
            if done is None and self.plan.way_back:
                return await self.broken_off(f"nobody can tell whether step {number + 1} happened")
        return await self.proven_or_not()

    async def broken_off(self, why: str) -> ActionOutcome:
        """End a change of which not every step was taken."""
        said = self.changer.steps[-1].words if self.changer.steps else ""
        why = f"{why} ({said})" if said else why
        if not self.changer.changed:
            return self.end(ActionEnd.FAILED, f"{why}; nothing was changed")
        return await self.put_back(why)

    async def proven_or_not(self) -> ActionOutcome:
        """Read back, measure, and keep or put back.

        What was set is read back at once; a state that the change leads to (an ONT is up again)
        only after the outage, which the measuring waits for.
        """
        plan = self.plan
        readable = {one.oid for one in plan.steps if isinstance(one, PlannedSet) and one.readable}
        own = tuple(one for one in plan.read_back if one.oid in readable)
        states = tuple(one for one in plan.read_back if one.oid not in readable)
        took_effect = await self.read_back(own)
        if took_effect is False:
            return await self.put_back("it did not take effect: what was read back differs")
        shown = not own and await self.led_to(states)
        proof = await self.measured(needs_effect=not own and not shown)
        if took_effect is None:
            took_effect = await self.read_back(own)
        stands = await self.read_back(states)
        if not own:
            changed = shown or (stands and any(one.previous != one.value for one in states))
            took_effect = True if changed else proof.took_effect
        planned = {one.oid: ("", one.value) for one in plan.read_back}
        if took_effect and self.changer.may_come(planned):
            why = "it took effect, and a SET that stayed unanswered may still take it back"
            return self.left_open(why, proof)
        if took_effect and proof.holds and stands is not False:
            why = "it took effect, and measuring again proves it"
            return self.end(ActionEnd.PROVEN, why, proof)
        undone = stands is False and any(one.value == GONE for one in states)
        if not took_effect and undone:
            return self.end(ActionEnd.FAILED, "it did not take effect: what must be gone stands")
        why = _why_unproven(took_effect, stands, proof)
        unread = bool(own) and took_effect is None
        if plan.way_back and (plan.taken_back or unread):
            return await self.put_back(why, proof)
        unknown = not took_effect or proof.holds is None
        return self.end(ActionEnd.UNKNOWN if unknown else ActionEnd.FAILED, why, proof)

    async def led_to(self, states: tuple[ExpectedObject, ...]) -> bool:
        """Say whether the node shows already what it did not show before the change."""
        if all(one.previous in {one.value, None} for one in states):
            return False
        wanted = {one.oid: ("", one.value) for one in states}
        return bool(await self.changer.looks(wanted))

    async def read_back(self, expected: tuple[ExpectedObject, ...]) -> bool | None:
        """Look at what must stand on the node; None where there is nothing to look at."""
        if not expected:
            return None
        wanted = {one.oid: ("", one.value) for one in expected}
        shown = await self.changer.shows(wanted, self.changer.patience.read_back_s)
        said = {True: "as planned", False: "differs", None: "cannot be read"}[shown]
        self.read = self.changer.readings(self.plan.read_back)
        self.changer.tell(f"read back {', '.join(wanted)}: {said}", self.read)
        return shown

    async def measured(self, *, needs_effect: bool) -> Proof:
        """Measure until the symptom is gone, or the outage and some time more are over.

        Args:
            needs_effect: only what is measured can show that the change happened, so that a good
                state from before it must not be taken for one after it.
        """
        clock, patience = self.changer.doors.clock, self.changer.patience
        until = clock.monotonic() + self.plan.outage_s + patience.measure_more_s
        while True:
            proof = await self.unless_stopped(self.prove())
            if proof is None:
                return STOPPED
            self.changer.tell(f"measured: {proof.words}", proof.read)
            shown = proof.took_effect or (proof.took_effect is None and not needs_effect)
            if (proof.holds and shown) or clock.monotonic() >= until:
                return proof
            next_s = min(until, clock.monotonic() + patience.measure_every_s)
            await self.unless_stopped(clock.sleep_until(next_s))

    async def unless_stopped(self, work: Awaitable[T]) -> T | None:
        """Wait for something that may be given up at any time; None where it was."""
        stop = asyncio.ensure_future(self.stopping.wait())
        going = asyncio.ensure_future(work)
        try:
            await asyncio.wait({going, stop}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stop.cancel()
            if not going.done():
                going.cancel()
                await asyncio.wait({going})
        return None if going.cancelled() else going.result()

    async def put_back(self, why: str, proof: Proof | None = None) -> ActionOutcome:
        """Give objects their previous values, read that back, and end only what is known."""
        plan = self.plan
        if not plan.way_back:
            words = f"{why}; it cannot be taken back: {plan.no_way_back}"
            if self.changer.may_come(previous_values(plan)):
                return self.left_open(words, proof)
            return self.end(ActionEnd.UNKNOWN, words, proof)
        restored = await WayBack(plan, self.changer, self.stopping).gone()
        self.read = self.changer.readings(plan.read_back)
        if restored.stands and not restored.may_come:
            if any(one.phase is Phase.BACK for one in self.changer.steps):
                words = f"{why}; the previous values stand again"
                return self.end(ActionEnd.ROLLED_BACK, words, proof)
            return self.end(ActionEnd.FAILED, f"{why}; the previous values stand", proof)
        wanted = restored_values(plan)
        if not wanted:
            words = f"{why}; no object shows whether the way back was gone"
            return self.end(ActionEnd.UNKNOWN, words, proof)
        shown = ", ".join(f"{oid} = {value}" for oid, (_kind, value) in wanted.items())
        if restored.stands:
            doubt = "the previous values stand, and a SET that stayed unanswered may still come"
        elif restored.stands is None:
            doubt = "whether the previous values stand is not known"
        else:
            doubt = "the previous values do not stand"
        words = f"{why}; {doubt}: look at {shown}"
        return self.left_open(words, proof)


def _why_unproven(
    took_effect: bool | None,  # noqa: FBT001 - one of three things that were found
    stands: bool | None,  # noqa: FBT001 - as above
    proof: Proof,
) -> str:
    """Say what is missing for a proof."""
    if not took_effect:
        return "nothing shows whether it took effect"
    if stands is False:
        return "it took effect, and what was read back afterwards differs"
    if proof.holds is None:
        return "it took effect, and whether it helped cannot be told"
    return "it took effect and did not help"
