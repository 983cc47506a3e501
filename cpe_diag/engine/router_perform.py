"""Performs a router's plan under its own revert: applied, seen on air, proven, then kept.

Whatever happens to us in the middle, the router ends with all of the old settings or all of the
new ones: until `keep` it goes back by itself, and `keep` is only sent over a new connection.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final, TypeAlias

from cpe_diag.domain.action import (
    ActionEnd,
    ActionOutcome,
    Proof,
    Reading,
    StepSaid,
)
from cpe_diag.domain.failures import ActionError, ConsentError, HoldLostError, StoreError
from cpe_diag.domain.router_plan import AS_WANTED, MEASURED, Reads, RevertState, RouterStage, Way
from cpe_diag.domain.secret import Secret
from cpe_diag.engine.ending import Ending
from cpe_diag.engine.router_look import SYSTEM, differences
from cpe_diag.engine.router_once import once
from cpe_diag.engine.until_safe import until_safe

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpe_diag.domain.router_plan import ExpectedReading, RouterPlan
    from cpe_diag.engine.router_changing import RouterChanger
    from cpe_diag.engine.router_look import RouterLook
    from cpe_diag.engine.run import TooLate
    from cpe_diag.engine.until_safe import OnEnd

ProveRouter: TypeAlias = Callable[[], Awaitable[Proof]]
"""Measures and judges again whether the symptom is gone; never raises for the network."""

STOPPED: Final = "it was stopped"
VOID: Final = "; the new password that the customer has does not work: tell them"
WITHDRAWN: Final = "the consent was withdrawn"
PASSED: Final = "it was switched off, which was seen"
NOT_KEPT: Final = "the router took it back before it was kept"


async def perform_router(  # noqa: PLR0913 - each is one thing that tests replace by themselves
    action_id: str,
    changer: RouterChanger,
    prove: ProveRouter,
    *,
    consent: str,
    symptom: str,
    on_end: OnEnd,
    too_late: TooLate | None = None,
) -> ActionOutcome:
    """Change what the plan says, and prove it twice.

    Args:
        action_id: names the action in its journal.
        changer: of a plan without objections; its journal holds the plan already.
        prove: measures again.
        consent: the id of the consent that covers the plan.
        symptom: what was wrong before, in words.
        on_end: gets the outcome, also where the caller is cancelled meanwhile.
        too_late: asked once all is ready, for a copy and an image take minutes; None: it may be
            begun.

    Returns:
        The outcome.

    Raises:
        ActionError: nothing was changed: the router is no longer as the plan says, or the
            journal cannot be written.
        CancelledError: after a safe point was reached and `on_end` was called.
    """
    if changer.plan.objections:
        msg = "a plan with objections is not performed"
        raise ValueError(msg)
    work = RouterPerformance(action_id, changer, prove, consent=consent, symptom=symptom)
    work.too_late = too_late
    try:
        await work.still_as_planned()
    except ActionError as error:
        work.end(ActionEnd.FAILED, str(error))
        raise
    return await until_safe(work.all(), work.stopping, on_end)


class RouterPerformance(Ending):
    """One plan while it is performed, or recovered."""

    def __init__(
        self,
        action_id: str,
        changer: RouterChanger,
        prove: ProveRouter,
        *,
        consent: str,
        symptom: str,
    ) -> None:
        """Perform the plan of `changer`."""
        super().__init__(
            action_id,
            changer.plan.digest,
            symptom,
            changer,
            changer.doors.clock,
            recovered_by="cpe-diag router recover",
        )
        self.changer = changer
        self.plan: RouterPlan = changer.plan
        self.prove = prove
        self.consent = consent
        self.stopping = asyncio.Event()
        self.too_late: TooLate | None = None
        self.void = ""
        """What the customer has to be told where it is taken back."""
        self.has_passed = False
        """What was wished for a moment was seen, so that going back is its good end."""
        self.fires_s = 0.0
        """When the router's own revert fires, monotonic."""

    async def still_as_planned(self) -> None:
        """Look once more, right before the act.

        Raises:
            ActionError: something is read otherwise than the plan says, or the router is silent.
        """
        looked, read = await self.changer.seen(also=(SYSTEM,))
        if looked is None:
            raise ActionError(f"{self.plan.router} does not answer any more; nothing was changed")
        if self.changer.boot_id and looked.boot_id != self.changer.boot_id:
            raise ActionError("the router has restarted meanwhile; nothing was changed")
        compared = {
            *(Reads.SSID, Reads.ON_AIR, Reads.OTHER_ON_AIR, Reads.CHANNEL, Reads.FIRMWARE),
        }
        changed = differences(
            {one: found for one, found in read.items() if one.reads in compared}, before=True
        )
        if changed:
            raise ActionError(f"{changed[0]} any more; nothing was changed: make the plan again")

    async def all(self) -> ActionOutcome:
        """Take the stages."""
        why_not = await self.made_ready()
        if why_not:
            return self.end(ActionEnd.FAILED, f"{why_not}; nothing was changed")
        return await (once(self) if self.plan.way is Way.ONCE else self.armed())

    async def made_ready(self) -> str:
        """Do everything that changes nothing, at last use the consent; gives why not."""
        doors = self.changer.doors
        if self.plan.backup:
            kept = await self.changer.stage(RouterStage.BACKUP, self.plan.backup, changes=False)
            if kept.done is not True:
                return f"no copy could be made: {kept.words}"
            try:
                doors.copies.keep(self.action_id, kept.output.encode())
            except ActionError as error:
                return f"the copy could not be kept: {error}"
        if self.plan.prepare:
            ready = await self.changer.stage(RouterStage.PREPARE, self.plan.prepare, changes=False)
            if ready.done is not True:
                return f"not ready: {ready.words}"
        why_not = "" if self.too_late is None else await self.too_late()
        if why_not or self.stopping.is_set():
            return why_not or STOPPED
        try:
            doors.consent.use(self.consent, self.action_id)
        except (ConsentError, StoreError) as error:
            return str(error)
        return ""

    async def seen(
        self,
    ) -> tuple[RouterLook | None, Mapping[ExpectedReading, str | None]]:
        """Look as the changer does, and keep in mind what was read."""
        looked, read = await self.changer.seen()
        if looked is not None:
            self.read = tuple(
                Reading(what=one.reads.value, of=one.subject, value=found)
                for one, found in self.changer.readable(read).items()
            )
        return looked, read

    def taken_back(self) -> bool:
        """Whether the customer has withdrawn the consent; where nobody can tell, it counts so."""
        try:
            return self.changer.doors.consent.withdrawn(self.consent)
        except StoreError:
            return True

    async def armed(self) -> ActionOutcome:
        """Change under the router's own revert."""
        changer, clock = self.changer, self.changer.doors.clock
        self.fires_s = clock.monotonic() + self.plan.window_s
        try:
            armed = await changer.stage(RouterStage.ARM, self.plan.arm, changes=False)
            state = await changer.revert_state() if armed.done is not False else None
            if state is not RevertState.ARMED:
                await changer.quiet(self.plan.back)
                why = armed.words if armed.done is not True else "the router does not say `armed`"
                return self.end(
                    ActionEnd.FAILED, f"the revert could not be armed: {why}; nothing was changed"
                )
            applied = await changer.stage(RouterStage.APPLY, self.plan.apply, changes=True)
        except HoldLostError:  # whoever holds the router now finds the revert
            raise
        except ActionError:  # the journal is full: what was armed must not fire later
            if await changer.revert_state() is RevertState.ARMED:
                await changer.quiet(self.plan.back)
            raise
        if applied.done is False:
            return await self.go_back(f"it was refused: {applied.words}")
        until = self.fires_s - changer.patience.grace_s
        read = await self.until_expected(until, settle_s=changer.patience.settle_s)
        wrong = differences(read, before=False)
        if wrong:
            return await self.go_back(f"it did not take effect: {'; '.join(wrong)}")
        if self.plan.way is Way.PASSING:
            self.has_passed = True
            return await self.go_back(PASSED)
        proof = await self.proven(min(until, clock.monotonic() + changer.patience.prove_s))
        if proof.holds is not True:
            helped = "it did not help" if proof.holds is False else "whether it helps is not known"
            return await self.go_back(f"it took effect, and {helped}", proof)
        return await self.hand_over_and_keep(proof)

    async def hand_over_and_keep(self, proof: Proof) -> ActionOutcome:
        """Give a new password to the customer, then make the change last."""
        changer = self.changer
        if self.taken_back():
            return await self.go_back(WITHDRAWN, proof)
        if self.stopping.is_set():
            return await self.go_back(STOPPED, proof)
        if "password" in self.plan.secrets:
            changer.intend(RouterStage.DELIVER, "to the customer")
            try:
                await changer.doors.courier.hand_over(
                    Secret(changer.material.slots["password"]), networks=self.plan.targets
                )
            except ActionError as error:
                changer.answer(RouterStage.DELIVER, StepSaid.REFUSED, str(error))
                why = f"the password did not reach the customer: {error}"
                return await self.go_back(why, proof)
            changer.answer(RouterStage.DELIVER, StepSaid.DONE, "handed over")
            self.void = VOID
            if self.taken_back():
                return await self.go_back(WITHDRAWN, proof)
        return await self.keep(proof)

    async def keep(self, proof: Proof | None) -> ActionOutcome:
        """Make the change last, over the new connection, and look that it does."""
        changer = self.changer
        kept = await changer.stage(RouterStage.KEEP, self.plan.keep, changes=True)
        if kept.done is not True:
            await changer.renew()
        state = await changer.revert_state()
        if kept.done is not True and state in {RevertState.ARMED, RevertState.KEPT}:
            # What has claimed the revert already claims nothing twice, and goes on from there.
            kept = await changer.stage(RouterStage.KEEP, self.plan.keep, changes=True)
            state = await changer.revert_state()
        if state is RevertState.FIRED or (state is RevertState.ARMED and kept.done is False):
            return await self.gone_back(NOT_KEPT, proof)
        _looked, read = await self.seen()
        wrong = differences(changer.readable(read), before=False)
        if state is RevertState.KEPT and kept.done is True and not wrong:
            return self.end(ActionEnd.PROVEN, "it took effect, was proven, and is kept", proof)
        if state is RevertState.NONE and kept.done is False and wrong:
            return await self.gone_back(NOT_KEPT, proof)
        words = f"it is on air, and may not last: {'; '.join(wrong) or kept.words}"
        return self.left_open(words, proof)

    async def until_expected(
        self, until: float, *, settle_s: float = 0.0
    ) -> Mapping[ExpectedReading, str | None]:
        """Look over new connections until everything is as expected, or time is up.

        Args:
            until: monotonic seconds.
            settle_s: how long the router may take to begin with what it was told; what was read
                earlier does not count.
        """
        changer, clock = self.changer, self.changer.doors.clock
        counts_s = clock.monotonic() + settle_s
        read: Mapping[ExpectedReading, str | None] = dict.fromkeys(self.plan.expected)
        connected = False
        while True:
            connected = connected or await changer.renew()
            counts = clock.monotonic() >= counts_s
            if connected:
                looked, read = await self.seen()
                connected = looked is not None
            if connected and counts and not differences(read, before=False):
                changer.tell(AS_WANTED, self.read)
                return read
            if self.stopping.is_set() or clock.monotonic() >= until:
                changer.tell("; ".join(differences(read, before=False)), self.read)
                return read
            await self.pause(min(until, clock.monotonic() + changer.patience.look_every_s))

    async def proven(self, until: float) -> Proof:
        """Measure until the symptom is gone, or time is up."""
        changer, clock = self.changer, self.changer.doors.clock
        while True:
            proof = await self.prove()
            changer.tell(f"{MEASURED}{proof.words}", proof.read)
            if proof.holds or self.stopping.is_set() or clock.monotonic() >= until:
                return proof
            await self.pause(min(until, clock.monotonic() + changer.patience.prove_every_s))

    async def go_back(self, why: str, proof: Proof | None = None) -> ActionOutcome:
        """Let the router take the change back at once."""
        await self.changer.stage(RouterStage.BACK, self.plan.back, changes=True)
        return await self.gone_back(why, proof)

    async def gone_back(self, why: str, proof: Proof | None = None) -> ActionOutcome:
        """Look until the previous settings stand; at the latest after the revert has fired.

        What says that it has gone back and has not is told so once more: the shell that claimed
        the revert has died before it did the rest. A restart needs no shell to end.
        """
        changer, clock, patience = self.changer, self.changer.doors.clock, self.changer.patience
        until = max(self.fires_s, clock.monotonic()) + patience.after_fire_s
        again_s = None if any(one.goes_away for one in self.plan.back) else until
        wrong: tuple[str, ...] = ("the router does not answer",)
        while True:
            looked, read = await self.seen()
            state = await changer.revert_state() if looked is not None else None
            if looked is not None:
                wrong = differences(changer.readable(read), before=True)
                over = state in {RevertState.FIRED, RevertState.NONE}
                if not wrong and over and self.has_passed:
                    return await self.passed(why)
                if not wrong and over:
                    return self.end(
                        ActionEnd.ROLLED_BACK,
                        f"{why}; the previous settings stand again{self.void}",
                        proof,
                    )
            if state is RevertState.FIRED and again_s is not None:
                again_s = min(again_s, clock.monotonic() + patience.after_fire_s)
                if clock.monotonic() >= again_s:
                    again_s = None
                    await changer.stage(RouterStage.BACK, self.plan.back, changes=True)
                    until = max(until, clock.monotonic() + patience.after_fire_s)
                    continue
            if clock.monotonic() >= until:
                words = f"{why}; whether the previous settings stand is not known: {wrong[:2]}"
                return self.left_open(words, proof)
            await clock.sleep_until(min(until, clock.monotonic() + changer.patience.look_every_s))
            if looked is None:
                await changer.renew()

    async def passed(self, why: str) -> ActionOutcome:
        """Measure after what was wished for a moment only, and is over."""
        clock = self.changer.doors.clock
        proof = await self.proven(clock.monotonic() + self.changer.patience.prove_s)
        words = f"{why}; it is on air again as before"
        if proof.holds:
            return self.end(ActionEnd.PROVEN, words, proof)
        helped = "it did not help" if proof.holds is False else "whether it helps is not known"
        end = ActionEnd.FAILED if proof.holds is False else ActionEnd.UNKNOWN
        return self.end(end, f"{words}, and {helped}", proof)

    async def pause(self, until: float) -> None:
        """Wait, unless it is stopped."""
        clock = self.changer.doors.clock
        while clock.monotonic() < until and not self.stopping.is_set():
            await clock.sleep_until(min(until, clock.monotonic() + 1.0))
