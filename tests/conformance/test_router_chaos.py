"""Whatever dies when: the router ends with all of the old settings or all of the new ones.

The process is killed at every entry of the journal, before and after it is written; every command
is cut before, within and after it, or never answered. Then time passes, another process takes up
the journal, and what it says is compared with what the simulated router has on air.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

import pytest

from cpe_diag.domain.action import ActionEnd
from cpe_diag.domain.failures import ActionError, MeasurementError
from cpe_diag.domain.router_plan import RouterPlan, Way
from cpe_diag.lab.openwrt.control import Cut
from cpe_diag.testing.router_story import Story, StoryJournal, Vanished
from tests.conformance.lab_cli_routers import LabKeenetic, LabRouterOs
from tests.conformance.lab_routers import LAB_ROUTERS, LabRouter

if TYPE_CHECKING:
    from cpe_diag.domain.action import ActionOutcome

ARMED = (
    "wifi.set_ssid",
    "wifi.set_password",
    "wifi.set_enabled",
    "wifi.set_channel",
    "router.restore_backup",
)
ONCE = ("router.reboot", "router.factory_reset", "firmware.install")


ChaosRouter: TypeAlias = "LabRouter | LabRouterOs | LabKeenetic"
"""Simulated routers whose connections can be cut, with the labels of what they ran."""

ROUTERS: Mapping[str, Callable[[], ChaosRouter]] = {
    **LAB_ROUTERS,
    "routeros wifi": partial(LabRouterOs, "wifi"),
    "routeros wireless": partial(LabRouterOs, "wireless"),
    "keenetic": LabKeenetic,
}
"""Every simulated router, by what it is."""
KILLED = tuple(
    (name, action)
    for name, make in ROUTERS.items()
    for action in ARMED
    if action in make().driver.actions
)
CUT = tuple(one for one in KILLED if one[0] == "openwrt" or one[1] == "wifi.set_ssid")
"""All of one platform; of each other the one that all have."""
ONCE_KILLED = tuple(
    (name, action)
    for name, make in ROUTERS.items()
    for action in ONCE
    if action in make().driver.actions
)

SETTLED_S = 900.0
"""Longer than any window, outage and restart here."""


@dataclass
class Case:
    """One change of one new router that something happens to."""

    name: str
    router: ChaosRouter
    story: Story
    plan: RouterPlan
    before: Mapping[str, str]
    boot: str

    @classmethod
    async def new(cls, action: str, name: str = "openwrt") -> Case:
        """Plan a change on a healthy router with the driver `name`."""
        router = ROUTERS[name]()
        story = Story(router, action)
        plan = await story.plan()
        return cls(name, router, story, plan, dict(router.settings()), router.boots())

    async def end(self, *, after_s: float = SETTLED_S) -> ActionOutcome | None:
        """Let time pass and another process find out; None where there is nothing to recover."""
        await self.story.wait(after_s)
        record = self.story.record(self.plan)
        if record.ended or not record.entries:
            return None
        return await self.story.recover(record)

    def twice(self) -> bool:
        """Whether something that changes it was run more often than the plan says."""
        planned = Counter(one.label for one in self.plan.apply)
        return any(self.router.sent.count(one) > times for one, times in planned.items())

    async def new_settings(self) -> Mapping[str, str]:
        """Give what an undisturbed change of the same kind ends with, seen on another router."""
        other = await Case.new(self.story.action, self.name)
        outcome = await other.story.perform(other.plan)
        assert outcome.end is ActionEnd.PROVEN, outcome.words
        await other.story.wait(SETTLED_S)
        return dict(other.router.settings())


def shape(settings: Mapping[str, str]) -> set[tuple[str, str]]:
    """Leave out the passwords that each new lab makes anew."""
    found = set()
    for name, value in settings.items():
        words = [word for word in value.split(" ") if "wifi-" not in word]
        found.add((name, " ".join(words) if name != "committed" else ""))
    return found


async def moments_of(action: str, name: str = "openwrt") -> int:
    """Count the moments at which the process can die."""
    case = await Case.new(action, name)
    await case.story.perform(case.plan)
    return case.story.journal.moments


async def labels_of(action: str, name: str = "openwrt") -> list[str]:
    """List the commands of an undisturbed change, in their order."""
    case = await Case.new(action, name)
    case.router.sent.clear()
    await case.story.perform(case.plan)
    return list(case.router.sent)


def places(labels: list[str]) -> list[int]:
    """Choose the first and the last time of each command: between them it only looks again."""
    first = {label: number for number, label in reversed(list(enumerate(labels)))}
    last = {label: number for number, label in enumerate(labels)}
    return sorted({*first.values(), *last.values()})


def check_wholly(
    case: Case, wanted: Mapping[str, str], outcome: ActionOutcome | None, what: str
) -> str:
    """The router is wholly on the old or on the new settings, and the outcome says which."""
    now = dict(case.router.settings())
    old = now == case.before
    new = shape(now) == shape(wanted) and not old
    assert old or new, f"{what}: neither old nor new: {now}"
    if outcome is not None:
        kept = outcome.end is ActionEnd.PROVEN
        assert kept is new, f"{what}: {outcome.end} ({outcome.words}), and the router is {now}"
        assert outcome.end is not ActionEnd.UNKNOWN, f"{what}: {outcome.words}"
    return "new" if new else "old"


@pytest.mark.parametrize(("name", "action"), KILLED)
async def test_killed_at_every_moment_the_router_is_wholly_old_or_new(
    name: str, action: str, record_property: Callable[[str, object], None]
) -> None:
    """Killed anywhere, nothing is half done, and the case says what stands."""
    wanted = await (await Case.new(action, name)).new_settings()
    ends: Counter[str] = Counter()
    moments = await moments_of(action, name)
    for moment in range(moments):
        case = await Case.new(action, name)
        case.story.journal = StoryJournal(dies_at=moment)
        case.router.sent.clear()
        with pytest.raises(Vanished):
            await case.story.perform(case.plan)
        outcome = await case.end()
        ends[check_wholly(case, wanted, outcome, f"{action} killed at moment {moment}")] += 1
        assert not case.twice(), f"{action}: applied twice"
    assert set(ends) == {"old", "new"}
    record_property("chaos", (moments, f"{name}: {action}: killed: {dict(ends)}"))


@pytest.mark.parametrize("cut", [cut for cut in Cut if cut is not Cut.NO])
@pytest.mark.parametrize(("name", "action"), CUT)
async def test_cut_at_every_command_the_router_is_wholly_old_or_new(
    name: str, action: str, cut: Cut, record_property: Callable[[str, object], None]
) -> None:
    """Each command in turn loses its connection once; the change ends known or is recovered."""
    wanted = await (await Case.new(action, name)).new_settings()
    labels = await labels_of(action, name)
    ends: Counter[str] = Counter()
    for number in places(labels):
        case = await Case.new(action, name)
        case.router.sent.clear()
        case.router.fate = once_at(number, cut)
        outcome: ActionOutcome | None = None
        try:
            outcome = await case.story.perform(case.plan)
        except ActionError:
            outcome = None
        if outcome is None or outcome.end is ActionEnd.UNKNOWN:
            case.router.fate = lambda _label: Cut.NO
            outcome = await case.end()
        await case.story.wait(SETTLED_S)
        what = f"{name}: {action}: {cut} {labels[number]} ({number})"
        ends[check_wholly(case, wanted, outcome, what)] += 1
        assert not case.twice(), f"{what}: applied twice"
    told = f"{name}: {action}: cut {cut} of {len(labels)} commands: {dict(ends)}"
    record_property("chaos", (sum(ends.values()), told))


def once_at(number: int, cut: Cut) -> Fate:
    """Cut the command of that number, and no other."""
    return Fate(number, cut)


class Fate:
    """Cuts one command by its number."""

    def __init__(self, number: int, cut: Cut) -> None:
        """Cut the command of that number."""
        self._left = number
        self._cut = cut

    def __call__(self, _label: str) -> Cut:
        """Say what becomes of the next command."""
        self._left -= 1
        return self._cut if self._left == -1 else Cut.NO


@pytest.mark.parametrize(("name", "action"), ONCE_KILLED)
async def test_killed_at_every_moment_what_happens_once_happens_at_most_once(
    name: str, action: str, record_property: Callable[[str, object], None]
) -> None:
    """A reset is not repeated because somebody did not hear of it."""
    moments = await moments_of(action, name)
    ends: Counter[str] = Counter()
    for moment in range(moments):
        case = await Case.new(action, name)
        case.story.journal = StoryJournal(dies_at=moment)
        case.router.sent.clear()
        with pytest.raises(Vanished):
            await case.story.perform(case.plan)
        outcome = await case.end()
        happened = case.router.boots() != case.boot
        what = f"{name}: {action} killed at moment {moment}"
        assert not case.twice(), f"{what}: twice"
        if outcome is not None:
            assert (outcome.end is ActionEnd.PROVEN) is happened, f"{what}: {outcome.words}"
        ends["happened" if happened else "not"] += 1
    assert set(ends) == {"happened", "not"}
    record_property("chaos", (moments, f"{name}: {action}: killed: {dict(ends)}"))


@pytest.mark.parametrize("action", ONCE)
async def test_who_takes_it_up_at_once_waits_for_a_router_that_is_away_over_it(
    action: str,
) -> None:
    """It is about to come back: nothing is left unfinished because somebody was too early."""
    away = 0
    for moment in range(await moments_of(action)):
        case = await Case.new(action)
        case.story.journal = StoryJournal(dies_at=moment)
        with pytest.raises(Vanished):
            await case.story.perform(case.plan)
        await case.story.wait(2.0)
        until = case.router.clock.monotonic() + 1.0
        try:
            await case.router.control().fresh(deadline=until)
        except MeasurementError:
            away += 1
        outcome = await case.end(after_s=0.0)
        happened = case.router.boots() != case.boot
        if outcome is not None:
            what = f"{action} killed at moment {moment}: {outcome.words}"
            assert (outcome.end is ActionEnd.PROVEN) is happened, what
    assert away


@pytest.mark.parametrize("cut", [cut for cut in Cut if cut is not Cut.NO])
@pytest.mark.parametrize("action", ONCE)
async def test_cut_at_every_command_what_happens_once_is_told_as_it_is(
    action: str, cut: Cut, record_property: Callable[[str, object], None]
) -> None:
    """Failed is never said of what was done, nor done of what has failed."""
    labels = await labels_of(action)
    ends: Counter[str] = Counter()
    for number in places(labels):
        case = await Case.new(action)
        assert case.plan.way is Way.ONCE
        case.router.sent.clear()
        case.router.fate = once_at(number, cut)
        outcome: ActionOutcome | None = None
        try:
            outcome = await case.story.perform(case.plan)
        except ActionError:
            outcome = None
        if outcome is None or outcome.end is ActionEnd.UNKNOWN:
            case.router.fate = lambda _label: Cut.NO
            outcome = await case.end()
        happened = case.router.boots() != case.boot
        what = f"{action}: {cut} {labels[number]} ({number})"
        if outcome is not None:
            assert (outcome.end is ActionEnd.PROVEN) is happened, f"{what}: {outcome.words}"
        ends["happened" if happened else "not"] += 1
    told = f"openwrt: {action}: cut {cut} of {len(labels)} commands: {dict(ends)}"
    record_property("chaos", (sum(ends.values()), told))
