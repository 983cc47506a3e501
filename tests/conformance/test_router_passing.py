"""Radios that are switched off for a moment come on again, whoever dies in between.

The shipped playbook's change is made on every simulated router that has radios. The process is
killed at every entry of its journal, before and after it is written; every command is cut; the
power fails. Nobody comes back for a long time: the radios have to be on air all the same.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.action import ActionEnd, JournalEntry
from cpe_diag.domain.failures import ActionError
from cpe_diag.domain.router_plan import AS_WANTED, Way
from cpe_diag.lab.openwrt.control import Cut
from cpe_diag.playbook.load import load_playbook
from cpe_diag.playbook.model import ActStep
from cpe_diag.playbook.vocabulary import Vocabulary
from cpe_diag.probes.catalogue import PROBES
from cpe_diag.testing.router_story import ACTION_ID, NO_HELP, Story, StoryJournal, Vanished
from tests.conformance.lab_routers import LAB_ROUTERS
from tests.conformance.test_router_chaos import ROUTERS, SETTLED_S, ChaosRouter, once_at, places

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cpe_diag.domain.action import ActionOutcome
    from tests.conformance.lab_routers import LabRouter

VOCABULARY = Vocabulary(probes=frozenset(one.id for one in PROBES), findings=frozenset())
WITH_RADIOS = tuple(
    name for name, make in ROUTERS.items() if "wifi.set_enabled" in make().driver.actions
)
TIMER_AND_RESTART = ("openwrt", "keenetic")
"""The two ways in which routers go back; on these the process is killed at every moment."""


def acts() -> list[ActStep]:
    """Give what `wifi_off_on` does to all bands, in its order."""
    steps = load_playbook("wifi_off_on", VOCABULARY).steps
    return [one for one in steps if isinstance(one, ActStep) and not one.bands]


async def done(router: ChaosRouter, dies_at: int | None = None) -> tuple[list[Story], int]:
    """Take the acts of the playbook; the process may die at a moment of their journals."""
    stories: list[Story] = []
    moments = 0
    for act in acts():
        story = Story(router, act.action, value=act.value)
        story.journal = StoryJournal(dies_at=dies_at, moments=moments)
        stories.append(story)
        await story.perform(await story.plan())
        story.journal.moment()  # the run notes what came of it
        moments = story.journal.moments
    return stories, moments


async def passing(router: ChaosRouter) -> Story:
    """Give a story of radios that are off for a moment."""
    return Story(router, "wifi.set_enabled", value="off_on")


@pytest.mark.parametrize("name", TIMER_AND_RESTART)
async def test_however_the_playbook_dies_the_radios_come_on_without_anybody(
    name: str, record_property: Callable[[str, object], None]
) -> None:
    """Nobody resumes it: what brings the Wi-Fi back is on the router itself."""
    _stories, moments = await done(ROUTERS[name]())
    for moment in range(moments):
        router = ROUTERS[name]()
        before = dict(router.settings())
        with pytest.raises(Vanished):
            await done(router, moment)
        await Story(router, "wifi.set_enabled").wait(SETTLED_S)
        assert dict(router.settings()) == before, f"{name}: killed at moment {moment}"
    record_property("chaos", (moments, f"{name}: wifi_off_on: killed, the radios are on"))


@pytest.mark.parametrize("name", WITH_RADIOS)
async def test_it_is_proven_where_the_radios_were_off_and_are_on_again(name: str) -> None:
    """Both halves are seen on air, and nothing of the settings is another one."""
    router = ROUTERS[name]()
    story = await passing(router)
    plan = await story.plan()
    before = dict(router.settings())
    outcome = await story.perform(plan)
    assert outcome.end is ActionEnd.PROVEN, outcome.words
    assert (plan.way, plan.keep, plan.wished) == (
        Way.PASSING,
        (),
        "off, seen to be off, and on again",
    )
    assert dict(router.settings()) == before
    await story.wait(SETTLED_S)
    assert dict(router.settings()) == before


async def test_where_it_does_not_help_it_has_failed_and_the_radios_are_on() -> None:
    """Nothing is put back, since nothing is left of it."""
    router = ROUTERS["openwrt"]()
    story = await passing(router)
    before = dict(router.settings())
    outcome = await story.perform(await story.plan(), NO_HELP)
    assert outcome.end is ActionEnd.FAILED
    assert "on air again" in outcome.words
    assert "did not help" in outcome.words
    assert dict(router.settings()) == before


@pytest.mark.parametrize("name", TIMER_AND_RESTART)
async def test_who_takes_it_up_says_whether_the_radios_were_off(name: str) -> None:
    """Proven is only what was seen; in any case they are on."""
    _stories, moments = await done(ROUTERS[name]())
    ends: Counter[ActionEnd] = Counter()
    for moment in range(moments):
        for waits_s in (0.0, SETTLED_S):
            router = ROUTERS[name]()
            story = await passing(router)
            plan = await story.plan()
            before = dict(router.settings())
            story.journal = StoryJournal(dies_at=moment)
            router.sent.clear()
            try:
                await story.perform(plan)
            except Vanished:
                await story.wait(waits_s)
            record = story.record(plan)
            if record.ended or not record.entries:
                continue
            outcome = await story.recover(record, keep=True)
            what = f"{name}: killed at {moment}, taken up after {waits_s} s: {outcome.words}"
            check(outcome, dict(router.settings()), before, what)
            assert (outcome.end is ActionEnd.PROVEN) is record.seen_as_wanted, what
            assert router.sent.count(plan.apply[-1].label) <= len(plan.apply), what
            ends[outcome.end] += 1
    assert ends[ActionEnd.PROVEN]
    assert ends[ActionEnd.ROLLED_BACK]


def check(
    outcome: ActionOutcome, now: Mapping[str, str], before: Mapping[str, str], what: str
) -> None:
    """The end is known, and the settings are the old ones."""
    assert now == before, what
    assert outcome.end in {ActionEnd.PROVEN, ActionEnd.ROLLED_BACK, ActionEnd.FAILED}, what


@pytest.mark.parametrize("cut", [cut for cut in Cut if cut is not Cut.NO])
async def test_cut_at_every_command_the_radios_come_on(cut: Cut) -> None:
    """Each command in turn loses its connection once."""
    undisturbed = ROUTERS["openwrt"]()
    story = await passing(undisturbed)
    plan = await story.plan()
    undisturbed.sent.clear()
    await story.perform(plan)
    for number in places(list(undisturbed.sent)):
        router = ROUTERS["openwrt"]()
        story = await passing(router)
        plan = await story.plan()
        before = dict(router.settings())
        router.fate = once_at(number, cut)
        try:
            outcome = await story.perform(plan)
        except ActionError:
            continue
        finally:
            await story.wait(SETTLED_S)
            assert dict(router.settings()) == before, f"{cut} {number}"
        assert outcome.end is not ActionEnd.UNKNOWN, outcome.words


@pytest.mark.parametrize("name", WITH_RADIOS)
async def test_a_power_cut_while_the_radios_are_off_brings_them_back(name: str) -> None:
    """Off is never what the router starts with."""
    router = ROUTERS[name]()
    story = await passing(router)
    plan = await story.plan()
    before = dict(router.settings())
    story.journal = DiesWhenOff()
    with pytest.raises(Vanished):
        await story.perform(plan)
    assert dict(router.settings()) != before
    router.power_cut()
    await story.wait(SETTLED_S)
    assert dict(router.settings()) == before


BY_FILES = ("openwrt", "asuswrt", "ddwrt")
"""Whose revert is claimed by the name of a file, and done after that by the same shell."""


@pytest.mark.parametrize("name", BY_FILES)
async def test_where_the_shell_that_went_back_has_died_on_the_way_it_is_told_once_more(
    name: str,
) -> None:
    """It says that it has gone back, and the radios stay off: nobody else would do it."""
    router = LAB_ROUTERS[name]()
    story = await passing(router)
    plan = await story.plan()
    before = dict(router.settings())

    def dies(label: str) -> Cut:
        if label == plan.back[0].label and label not in router.sent:
            router.sent.append(label)
            _claimed(router)
            return Cut.WITHIN
        return Cut.NO

    router.fate = dies
    outcome = await story.perform(plan)
    assert outcome.end is ActionEnd.PROVEN, outcome.words
    assert dict(router.settings()) == before
    assert router.sent.count(plan.back[0].label) == 2


@pytest.mark.parametrize("name", BY_FILES)
async def test_whoever_takes_it_up_later_tells_it_once_more_too(name: str) -> None:
    """The timer of the router died with the shell, or it was that which died."""
    router = LAB_ROUTERS[name]()
    story = await passing(router)
    plan = await story.plan()
    before = dict(router.settings())
    story.journal = DiesWhenOff()
    with pytest.raises(Vanished):
        await story.perform(plan)
    _claimed(router)
    await story.wait(SETTLED_S)
    assert dict(router.settings()) != before
    outcome = await story.recover(story.record(plan), keep=True)
    assert outcome.end is ActionEnd.PROVEN, outcome.words
    assert dict(router.settings()) == before


def _claimed(router: LabRouter) -> None:
    """Let the shell that claims the revert die right after it."""
    files, path = router.machine.files, f"/tmp/cpe_diag/{ACTION_ID}"  # noqa: S108 - a router's
    said = files.read(path)
    assert said is not None
    files.remove(path)
    files.write(f"{path}.fired", said)


class DiesWhenOff(StoryJournal):
    """A journal whose process dies when it has noted that the radios are off."""

    def write(self, entry: JournalEntry) -> None:
        """Append, and die after the note."""
        super().write(entry)
        if entry.words == AS_WANTED:
            raise Vanished
