"""Changes of routers that are no POSIX shells, killed and cut at every place."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.action import ActionEnd
from cpe_diag.domain.failures import ActionError
from cpe_diag.lab.openwrt.control import Cut
from cpe_diag.testing.router_story import Story, StoryJournal, Vanished
from tests.conformance.test_cli_router_changes import ROUTERS
from tests.conformance.test_router_chaos import places

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpe_diag.domain.action import ActionOutcome
    from cpe_diag.domain.router_plan import RouterPlan

CASES = (
    ("routeros wifi", "wifi.set_password"),
    ("routeros wifi", "router.restore_backup"),
    ("routeros wireless", "wifi.set_password"),
    ("keenetic", "wifi.set_ssid"),
)
"""The changes with the most stages."""
SETTLED_S = 900.0


class Case:
    """One change of a new router."""

    def __init__(self, name: str, action: str) -> None:
        """Take a new router."""
        self.router = ROUTERS[name]()
        self.story = Story(self.router, action)

    async def plan(self) -> RouterPlan:
        """Plan the change."""
        plan = await self.story.plan()
        self.before = dict(self.router.settings())
        self.router.sent.clear()
        return plan

    async def end(self, plan: RouterPlan) -> ActionOutcome | None:
        """Let time pass and another process find out."""
        await self.story.wait(SETTLED_S)
        record = self.story.record(plan)
        if record.ended or not record.entries:
            return None
        return await self.story.recover(record)

    async def check(
        self, plan: RouterPlan, wanted: Mapping[str, str], outcome: ActionOutcome | None
    ) -> str:
        """The router is wholly on the old or on the new settings, and the outcome says which."""
        await self.story.wait(SETTLED_S)
        now = dict(self.router.settings())
        assert now in (self.before, wanted), f"neither old nor new: {now}"
        new = now == wanted
        if outcome is not None:
            assert (outcome.end is ActionEnd.PROVEN) is new, f"{outcome.end}: {outcome.words}"
            assert outcome.end is not ActionEnd.UNKNOWN, outcome.words
        assert self.router.sent.count(plan.apply[-1].label) <= max(1, len(plan.targets)), "twice"
        return "new" if new else "old"


async def undisturbed(name: str, action: str) -> tuple[dict[str, str], int, list[str]]:
    """Give what a change ends with, how many moments it has, and its commands."""
    case = Case(name, action)
    outcome = await case.story.perform(await case.plan())
    assert outcome.end is ActionEnd.PROVEN, outcome.words
    moments, labels = case.story.journal.moments, list(case.router.sent)
    await case.story.wait(SETTLED_S)
    return dict(case.router.settings()), moments, labels


@pytest.mark.parametrize(("name", "action"), CASES)
async def test_killed_at_every_moment_the_router_is_wholly_old_or_new(
    name: str, action: str
) -> None:
    """Nothing is half done, and the case says what stands."""
    wanted, moments, _ = await undisturbed(name, action)
    ends: Counter[str] = Counter()
    for moment in range(moments):
        case = Case(name, action)
        plan = await case.plan()
        case.story.journal = StoryJournal(dies_at=moment)
        with pytest.raises(Vanished):
            await case.story.perform(plan)
        ends[await case.check(plan, wanted, await case.end(plan))] += 1
    assert set(ends) == {"old", "new"}


@pytest.mark.parametrize("cut", [cut for cut in Cut if cut is not Cut.NO])
@pytest.mark.parametrize(("name", "action"), CASES)
async def test_cut_at_every_command_the_router_is_wholly_old_or_new(
    name: str, action: str, cut: Cut
) -> None:
    """Each command in turn loses its connection once."""
    wanted, _, labels = await undisturbed(name, action)
    for number in places(labels):
        case = Case(name, action)
        plan = await case.plan()
        left = [number]

        def fate(_label: str, left: list[int] = left) -> Cut:
            left[0] -= 1
            return cut if left[0] == -1 else Cut.NO

        case.router.fate = fate
        outcome: ActionOutcome | None = None
        try:
            outcome = await case.story.perform(plan)
        except ActionError:
            outcome = None
        if outcome is None or outcome.end is ActionEnd.UNKNOWN:
            case.router.fate = lambda _label: Cut.NO
            outcome = await case.end(plan)
        await case.check(plan, wanted, outcome)
