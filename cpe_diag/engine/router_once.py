"""Changes that cannot be taken back: done at most once in a boot, and proven by the next one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.action import ActionEnd, StepSaid
from cpe_diag.domain.router_plan import Reads, RouterStage
from cpe_diag.engine.human_reset import HUMAN_RESET
from cpe_diag.engine.router_look import ANOTHER, SAME, differences

if TYPE_CHECKING:
    from cpe_diag.domain.action import ActionOutcome
    from cpe_diag.engine.router_perform import RouterPerformance

GOES_DOWN_AT_ONCE: Final = frozenset({"router.reboot", HUMAN_RESET})
"""What is over with the present boot in seconds, unlike a flash, which is written first."""


async def once(work: RouterPerformance) -> ActionOutcome:
    """Do what cannot be taken back, once, and see that it happened."""
    changer = work.changer
    if work.plan.action == HUMAN_RESET:
        return await _by_hand(work)
    applied = await changer.stage(RouterStage.APPLY, work.plan.apply, changes=True)
    if applied.done is False:
        return work.end(ActionEnd.FAILED, f"it did not happen: {applied.words}")
    return await once_seen(work)


async def _by_hand(work: RouterPerformance) -> ActionOutcome:
    """Let the person at the phone do it; what they say of it proves nothing."""
    changer, hold_s = work.changer, work.plan.window_s
    changer.intend(RouterStage.APPLY, f"the button, {hold_s:g} s")
    changer.changed = True
    if not await changer.doors.guide.hold_button(hold_s):
        changer.answer(RouterStage.APPLY, StepSaid.REFUSED, "nobody has held the button")
        return work.end(ActionEnd.FAILED, "nobody has held the button")
    changer.answer(RouterStage.APPLY, StepSaid.DONE, "they say that it was pressed")
    return await once_seen(work)


async def once_seen(work: RouterPerformance) -> ActionOutcome:
    """Wait for the router to come back, and prove what happened."""
    changer, clock = work.changer, work.changer.doors.clock
    started = clock.monotonic()
    until = started + work.plan.outage_s + changer.patience.return_more_s
    if work.plan.action in GOES_DOWN_AT_ONCE:
        read = await work.until_expected(started + changer.patience.goes_down_s)
        if any(one.reads is Reads.BOOT and found == SAME for one, found in read.items()):
            return work.end(ActionEnd.FAILED, _nothing_happened(work))
    read = await work.until_expected(until)
    boots = [found for one, found in read.items() if one.reads is Reads.BOOT]
    others = differences(
        {one: found for one, found in read.items() if one.reads is not Reads.BOOT},
        before=False,
    )
    if not any(found == ANOTHER for found in boots):
        if any(found == SAME for found in boots):
            return work.end(ActionEnd.FAILED, _nothing_happened(work))
        return await _not_back(work)
    if others:
        return work.end(ActionEnd.FAILED, f"it restarted, and {'; '.join(others)}")
    proof = await work.proven(clock.monotonic() + changer.patience.prove_s)
    if proof.holds:
        return work.end(ActionEnd.PROVEN, "it happened, which its boot shows", proof)
    helped = "it did not help" if proof.holds is False else "whether it helps is not known"
    end = ActionEnd.FAILED if proof.holds is False else ActionEnd.UNKNOWN
    return work.end(end, f"it happened, which its boot shows, and {helped}", proof)


def _nothing_happened(work: RouterPerformance) -> str:
    """Say that the router is in the same boot as before."""
    if work.plan.action != HUMAN_RESET:
        return "the router has not restarted: nothing happened"
    return (
        "the router has not restarted, whatever was said: the button was not held for "
        f"{work.plan.window_s:g} s, or it was another one"
    )


async def _not_back(work: RouterPerformance) -> ActionOutcome:
    """Ask what else tells: a router that was reset by hand may not let us in any more."""
    if work.plan.action == HUMAN_RESET:
        proof = await work.prove()
        if proof.took_effect and proof.holds:
            why = "its port went down and came back, and it helped; it does not let us in now"
            return work.end(ActionEnd.PROVEN, why, proof)
    return work.left_open("the router has not come back, or does not tell its boot")
