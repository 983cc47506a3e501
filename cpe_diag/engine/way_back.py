"""Goes the way back of a plan until its values stand, however long the node is away.

A port that a change has shut must not stay shut: what was not sent, what stayed silent and what
could not be looked at is tried again. A SET that stayed unanswered may come late; until it cannot
any more, values that stand are looked at again and again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cpe_diag.domain.action import Phase, PlannedLine, PlannedSet
from cpe_diag.engine.changing import TRIES
from cpe_diag.engine.plan_values import restored_values

if TYPE_CHECKING:
    import asyncio

    from cpe_diag.domain.action import ActionPlan
    from cpe_diag.engine.changing import Changer


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What is known at the end of the way back.

    `stands` None: the values could not be read. `may_come` says that a SET that was sent may
    still change them.
    """

    stands: bool | None
    may_come: bool


class WayBack:
    """The way back of one plan."""

    def __init__(self, plan: ActionPlan, changer: Changer, stopping: asyncio.Event) -> None:
        """Go it through `changer`; `stopping` ends it after one more try."""
        self._plan = plan
        self._changer = changer
        self._stopping = stopping
        self._typed = False

    async def gone(self) -> Restored:
        """Give objects their previous values, and stay until nothing can change them any more."""
        changer, clock = self._changer, self._changer.doors.clock
        wanted = restored_values(self._plan)
        until = clock.monotonic() + changer.patience.back_s
        while True:
            last = self._stopping.is_set() or clock.monotonic() >= until
            await self._once()
            if not wanted:
                return Restored(stands=None, may_come=False)
            stands = await changer.shows(wanted, changer.patience.read_back_s)
            if stands:
                stands = await self._stays()
            may_come = bool(changer.may_come(wanted))
            if last or stands:
                return Restored(stands=stands, may_come=may_come)
            await self._pause(clock.monotonic() + changer.patience.again_every_s)

    async def _once(self) -> None:
        """Set what does not stand; lines are typed again only where none was ever taken."""
        typed_before = self._typed
        for number, step in enumerate(self._plan.way_back):
            if isinstance(step, PlannedSet):
                wanted = {step.oid: (step.type, step.value)}
                if step.readable and await self._changer.looks(wanted):
                    continue
            if isinstance(step, PlannedLine) and typed_before:
                continue
            done = await self._changer.take(Phase.BACK, number, step, tries=TRIES)
            if isinstance(step, PlannedLine):
                if done is False:
                    return  # the next line would be read in a wrong mode
                self._typed = True

    async def _stays(self) -> bool | None:
        """Look at values that stand until no SET can come late, or it was stopped."""
        changer, clock = self._changer, self._changer.doors.clock
        wanted = restored_values(self._plan)
        while (left_s := changer.may_come(wanted)) and not self._stopping.is_set():
            next_s = min(left_s, changer.patience.again_every_s)
            await self._pause(clock.monotonic() + next_s)
            looked = await changer.looks(wanted)
            if not looked:
                return looked
        return True

    async def _pause(self, until: float) -> None:
        clock = self._changer.doors.clock
        while clock.monotonic() < until and not self._stopping.is_set():
            every_s = self._changer.patience.look_every_s
            await clock.sleep_until(min(until, clock.monotonic() + every_s))
