"""What may not be told as it is not: proven, kept, rolled back, or never begun."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.action import ActionEnd, JournalEntry
from cpe_diag.domain.failures import ActionError
from cpe_diag.domain.router_plan import RouterStage
from cpe_diag.lab.openwrt.control import Cut, MachineControl
from cpe_diag.testing.router_doors import FakeCourier
from cpe_diag.testing.router_story import (
    HELPED,
    PASSWORD,
    SUBSCRIBER,
    Story,
    StoryJournal,
    Vanished,
)
from tests.conformance.lab_routers import LabRouter

if TYPE_CHECKING:
    from cpe_diag.ports import ExecAnswer

SETTLED_S = 900.0
LATER = "{ sleep 2; wifi reload; } </dev/null >/dev/null 2>&1 & true"
"""A reload that begins after its command has ended, as netifd does it."""


@dataclass(slots=True, kw_only=True)
class TamperedControl(MachineControl):
    """A control whose commands arrive at the router as `arrives` writes them."""

    arrives: Callable[[str], str] = field(default=lambda text: text)

    async def exec_once(
        self, text: str, *, label: str, stdin: bytes = b"", limit_s: float, deadline: float
    ) -> ExecAnswer:
        """Run what arrives."""
        return await MachineControl.exec_once(
            self, self.arrives(text), label=label, stdin=stdin, limit_s=limit_s, deadline=deadline
        )


@dataclass(slots=True)
class TamperedRouter(LabRouter):
    """An OpenWrt router on which something does not work."""

    arrives: Callable[[str], str] = field(default=lambda text: text)

    def control(self) -> MachineControl:
        """Give a new door to it."""
        return TamperedControl(
            machine=self.machine,
            programs=self.face.programs(),
            fate=self.fate,
            sent=self.sent,
            arrives=self.arrives,
        )


def lasts(router: LabRouter) -> str:
    """Give what stands on the router's flash."""
    return router.settings()["committed"]


async def test_a_keep_whose_answer_was_lost_is_asked_again_and_not_believed() -> None:
    """The connection ends over `keep`, and the commit behind it fails."""
    router = TamperedRouter(arrives=lambda text: text.replace("uci commit wireless", "false"))
    story = Story(router, "wifi.set_ssid")
    plan = await story.plan()
    router.fate = FateOf("stop the revert and commit", Cut.AFTER)
    before = lasts(router)
    outcome = await story.perform(plan)
    assert (lasts(router), outcome.end) == (before, ActionEnd.UNKNOWN), outcome.words


class FateOf:
    """Cuts the first command of a label."""

    def __init__(self, label: str, cut: Cut) -> None:
        """Cut it so."""
        self._label = label
        self._cut = cut

    def __call__(self, label: str) -> Cut:
        """Say what becomes of the next command."""
        if label != self._label:
            return Cut.NO
        self._label = ""
        return self._cut


async def test_rolled_back_is_not_said_of_a_router_that_tells_nothing_of_its_wifi() -> None:
    """It let us in and its Wi-Fi could not be read: that the old settings stand is a guess."""
    router = TamperedRouter()
    story = Story(router, "wifi.set_ssid")
    plan = await story.plan()

    def mute(text: str) -> str:
        applied = "uci set ssid, wifi reload" in router.sent
        return "false" if applied and "network.wireless" in text else text

    router.arrives = mute
    outcome = await story.perform(plan)
    assert outcome.end is ActionEnd.UNKNOWN, outcome.words


@pytest.mark.parametrize("action", ["wifi.set_ssid", "wifi.set_password"])
async def test_kept_then_died_then_the_power_failed_is_told_as_what_stands(action: str) -> None:
    """The password cannot be read in the recovery: the copy from before tells that it is new."""
    moments = await whole_journal(action)
    for moment in range(moments):
        router = LabRouter()
        story = Story(router, action, journal=StoryJournal(dies_at=moment))
        plan = await story.plan()
        before = lasts(router)
        with pytest.raises(Vanished):
            await story.perform(plan)
        router.power_cut()
        await story.wait(SETTLED_S)
        record = story.record(plan)
        if record.ended or not record.entries:
            continue
        outcome = await story.recover(record)
        new = lasts(router) != before
        assert (outcome.end is ActionEnd.PROVEN) is new, f"{moment} of {moments}: {outcome.words}"
        assert outcome.end is not ActionEnd.UNKNOWN, f"{moment} of {moments}: {outcome.words}"


async def whole_journal(action: str) -> int:
    """Count the moments at which the process can die."""
    story = Story(LabRouter(), action)
    await story.perform(await story.plan())
    return story.journal.moments


async def test_a_timer_that_died_on_a_running_router_is_no_restart() -> None:
    """The revert's process is gone, nothing was committed: that is not `kept`."""
    router = LabRouter()
    story = Story(router, "wifi.set_ssid", journal=_DiesAt(RouterStage.KEEP))
    plan = await story.plan()
    before = lasts(router)
    with pytest.raises(Vanished):
        await story.perform(plan)
    for task in router.machine.daemons.values():
        task.cancel()
    await story.wait(1.0)
    outcome = await story.recover(story.record(plan))
    assert (outcome.end is ActionEnd.PROVEN) is (lasts(router) != before), outcome.words


class _DiesAt(StoryJournal):
    """A journal whose process dies when a stage's intent is on the disk."""

    def __init__(self, stage: RouterStage) -> None:
        """Die at `stage`, once."""
        super().__init__()
        self._stage = stage
        self._died = False

    def write(self, entry: JournalEntry) -> None:
        """Append; die after the intent."""
        StoryJournal.write(self, entry)
        if entry.said == self._stage and not self._died:
            self._died = True
            raise Vanished


async def test_recovery_does_not_keep_what_the_customer_has_withdrawn() -> None:
    """`recover --keep` is a change as well: consent that is gone covers nothing."""
    router = LabRouter()
    story = Story(router, "wifi.set_ssid", journal=_DiesAt(RouterStage.KEEP))
    plan = await story.plan()
    before = dict(router.settings())
    with pytest.raises(Vanished):
        await story.perform(plan)
    story.desk.withdraw(router.clock.now())
    outcome = await story.recover(story.record(plan), keep=True)
    assert outcome.end is ActionEnd.ROLLED_BACK, outcome.words
    assert "withdrawn" in outcome.words
    await story.wait(SETTLED_S)
    assert dict(router.settings()) == before


@dataclass(slots=True)
class FullDisk(StoryJournal):
    """A journal on a disk that is full from entry `full_at` on."""

    full_at: int = 0

    def write(self, entry: JournalEntry) -> None:
        """Append, or say that there is no room."""
        if len(self.entries) >= self.full_at:
            raise ActionError("the journal cannot be written: No space left on device")
        StoryJournal.write(self, entry)


@pytest.mark.parametrize("action", ["wifi.set_ssid", "wifi.set_password", "router.reboot"])
async def test_a_full_disk_at_any_entry_leaves_no_timer_behind_and_no_false_word(
    action: str,
) -> None:
    """Before the change it stops everything; after it, the change goes on to a safe end."""
    whole = Story(LabRouter(), action)
    await whole.perform(await whole.plan())
    for full_at in range(len(whole.journal.entries)):
        router = LabRouter()
        story = Story(router, action, journal=FullDisk(full_at=full_at))
        plan = await story.plan()
        before, boot = dict(router.settings()), router.boots()
        outcome = None
        with contextlib.suppress(ActionError):
            outcome = await story.perform(plan)
        if outcome is None:
            assert (dict(router.settings()), router.boots()) == (before, boot)
            assert not await timers(router), f"entry {full_at}: the timer would still fire"
            continue
        assert outcome.end is ActionEnd.PROVEN, outcome.words
        assert "journal is not complete" in outcome.words


async def timers(router: LabRouter) -> list[str]:
    """Give the reverts that would still fire."""
    names = [path for path in router.machine.files.written if path.startswith("/tmp/cpe_diag/")]  # noqa: S108 - on the router
    return [path for path in names if "." not in path.rpartition("/")[2]]


async def test_nobody_gets_a_password_that_is_taken_back_at_once() -> None:
    """Consent withdrawn while it was proven: then it is not sent to the customer any more."""
    router = LabRouter()
    story = Story(router, "wifi.set_password")
    plan = await story.plan()
    at = router.clock.now()
    story.desk.give(subscriber=SUBSCRIBER, action=plan.action, digest=plan.digest, at=at)
    courier = FakeCourier()
    story.courier = courier
    story.journal = _WithdrawsAt(RouterStage.APPLY, story)
    outcome = await story.perform(plan, HELPED, consent=False)
    assert outcome.end is ActionEnd.ROLLED_BACK, outcome.words
    assert not courier.handed


class _WithdrawsAt(StoryJournal):
    """A journal at whose entry of a stage the customer withdraws."""

    def __init__(self, stage: RouterStage, story: Story) -> None:
        """Withdraw at `stage`."""
        super().__init__()
        self._stage = stage
        self._story = story

    def write(self, entry: JournalEntry) -> None:
        """Append; withdraw."""
        StoryJournal.write(self, entry)
        if entry.said == self._stage.value:
            self._story.desk.withdraw(self._story.router.clock.now())


@pytest.mark.parametrize("stage", list(RouterStage))
async def test_a_consent_that_is_withdrawn_at_any_stage_is_kept_to_until_the_change_is_kept(
    stage: RouterStage,
) -> None:
    """Up to the moment at which the change is made to last, a no takes it back."""
    router = LabRouter()
    story = Story(router, "wifi.set_ssid")
    plan = await story.plan()
    before = dict(router.settings())
    at = router.clock.now()
    story.desk.give(subscriber=SUBSCRIBER, action=plan.action, digest=plan.digest, at=at)
    story.journal = _WithdrawsAt(stage, story)
    outcome = await story.perform(plan, consent=False)
    kept = stage in {RouterStage.KEEP, RouterStage.DELIVER, RouterStage.BACK, RouterStage.PREPARE}
    assert (outcome.end is ActionEnd.PROVEN) is kept, outcome.words
    await story.wait(SETTLED_S)
    assert (dict(router.settings()) != before) is kept


async def test_a_copy_that_fails_shows_nothing_of_the_settings_that_it_read() -> None:
    """They hold the old password, and the words of a stage go to journal, audit and screen."""
    router = TamperedRouter()
    story = Story(router, "wifi.set_ssid")
    plan = await story.plan()
    router.arrives = lambda text: text.replace(
        "uci -X show wireless", "uci -X show wireless; false"
    )
    old = next(iter(keys(router)))
    outcome = await story.perform(plan)
    assert outcome.end is ActionEnd.FAILED
    told = [outcome.words, *(one.words for one in story.journal.entries)]
    assert not [one for one in told if old in one or "wireless." in one]


def keys(router: LabRouter) -> set[str]:
    """Give the passwords that stand on the router."""
    sections = router.router.uci["wireless"].values()
    return {str(one["key"]) for one in sections if "key" in one}


async def test_what_has_not_begun_yet_is_not_taken_for_what_has_ended() -> None:
    """`wifi reload` returns before the radios go down: on air as before proves nothing."""
    router = AutoRouter(arrives=lambda text: text.replace("&& wifi reload", f"&& {LATER}"))
    story = Story(router, "wifi.set_channel")
    plan = await story.plan()
    looks: list[float] = []
    router.fate = noting(router, looks)
    await story.perform(plan)
    applied = looks[router.sent.index("uci set channel, wifi reload")]
    kept = looks[router.sent.index("stop the revert and commit")]
    assert kept - applied >= 3.0


def noting(router: LabRouter, looks: list[float]) -> Callable[[str], Cut]:
    """Note when each command is sent, in step with `sent`."""
    router.sent.clear()

    def fate(_label: str) -> Cut:
        looks.append(router.clock.monotonic())
        return Cut.NO

    return fate


class AutoRouter(TamperedRouter):
    """A router that is to choose its channel itself."""

    __slots__ = ()

    @property
    def values(self) -> dict[str, str]:
        """Give what the stories set."""
        return {"wifi.set_channel": "auto"}


async def test_a_password_stands_nowhere_but_on_the_air_and_in_the_settings() -> None:
    """No file that we leave on the router holds it, and no word that we write does."""
    router = LabRouter()
    story = Story(router, "wifi.set_password")
    plan = await story.plan()
    outcome = await story.perform(plan)
    assert outcome.end is ActionEnd.PROVEN, outcome.words
    told = [outcome.words, *(one.words for one in story.journal.entries), repr(plan)]
    assert not [one for one in told if PASSWORD in one]
    for path, content in router.machine.files.written.items():
        if path.startswith("/tmp/"):  # noqa: S108 - on the router
            assert PASSWORD.encode() not in content, path


async def test_a_reset_that_did_not_happen_leaves_no_archive_for_the_next_start() -> None:
    """It would be unpacked at any later restart, and put old settings over newer ones."""
    router = TamperedRouter(arrives=lambda text: text.replace("jffs2reset -r -y -k", "false"))
    story = Story(router, "router.factory_reset")
    outcome = await story.perform(await story.plan())
    assert outcome.end is ActionEnd.FAILED, outcome.words
    assert "/sysupgrade.tgz" not in router.machine.files.written


@pytest.mark.parametrize("fails", ["sysupgrade -T", "sha256sum"])
async def test_an_image_that_is_not_taken_does_not_stay_in_the_router_s_memory(fails: str) -> None:
    """It has megabytes, which the router then lacks until somebody restarts it."""
    router = TamperedRouter(arrives=lambda text: text.replace(fails, "false"))
    story = Story(router, "firmware.install")
    outcome = await story.perform(await story.plan())
    assert outcome.end is ActionEnd.FAILED, outcome.words
    images = [path for path in router.machine.files.written if path.endswith(".img")]
    assert not images


async def test_an_image_that_another_writes_to_after_it_was_checked_is_not_flashed() -> None:
    """A worker that stood still in its upload for longer than its hold would brick the router."""
    router = LabRouter()
    boot, held = router.router.boot_id, router.router.firmware

    def other_worker(label: str) -> Cut:
        if label == "sysupgrade":
            (path,) = (one for one in router.machine.files.written if one.endswith(".img"))
            router.machine.files.written[path] += b"and the rest of another upload"
        return Cut.NO

    router.fate = other_worker
    story = Story(router, "firmware.install")
    outcome = await story.perform(await story.plan())
    assert outcome.end is ActionEnd.FAILED, outcome.words
    assert (router.router.boot_id, router.router.firmware) == (boot, held)
    assert not [path for path in router.machine.files.written if path.endswith(".img")]


async def test_a_customer_with_a_password_that_was_taken_back_is_to_be_told() -> None:
    """They withdrew while it was on its way to them: what they have now does not work."""
    router = LabRouter()
    story = Story(router, "wifi.set_password")
    plan = await story.plan()
    at = router.clock.now()
    story.desk.give(subscriber=SUBSCRIBER, action=plan.action, digest=plan.digest, at=at)
    story.journal = _WithdrawsAt(RouterStage.DELIVER, story)
    outcome = await story.perform(plan, consent=False)
    assert outcome.end is ActionEnd.ROLLED_BACK, outcome.words
    assert story.courier.handed
    assert "does not work: tell them" in outcome.words


async def test_a_gateway_that_fails_is_named_in_the_outcome() -> None:
    """Whoever reads it has to know what to mend."""
    router = LabRouter()
    story = Story(router, "wifi.set_password", courier=FakeCourier(lost=True))
    outcome = await story.perform(await story.plan())
    assert outcome.end is ActionEnd.ROLLED_BACK
    assert "the gateway did not take the password" in outcome.words


async def test_recovery_says_as_well_that_the_customer_s_password_does_not_work() -> None:
    """We died between handing it over and keeping it: the router went back by itself."""
    router = LabRouter()
    story = Story(router, "wifi.set_password", journal=_DiesAt(RouterStage.KEEP))
    plan = await story.plan()
    with pytest.raises(Vanished):
        await story.perform(plan)
    await story.wait(SETTLED_S)
    outcome = await story.recover(story.record(plan))
    assert outcome.end is ActionEnd.ROLLED_BACK, outcome.words
    assert "does not work: tell them" in outcome.words


async def test_a_handed_over_password_is_kept_by_recovery_where_that_is_asked_for() -> None:
    """It was seen on air before the customer got it; the copy tells that it is still set."""
    router = LabRouter()
    story = Story(router, "wifi.set_password", journal=_DiesAt(RouterStage.KEEP))
    plan = await story.plan()
    before = lasts(router)
    with pytest.raises(Vanished):
        await story.perform(plan)
    outcome = await story.recover(story.record(plan), keep=True)
    assert (outcome.end, lasts(router) != before) == (ActionEnd.PROVEN, True), outcome.words


class _PowerFailsAt(StoryJournal):
    """A journal at whose entry of a number the router loses its power for a moment."""

    def __init__(self, number: int, router: LabRouter) -> None:
        """Cut it at `number`."""
        super().__init__()
        self._number = number
        self._router = router

    def write(self, entry: JournalEntry) -> None:
        """Append; cut the power."""
        StoryJournal.write(self, entry)
        if len(self.entries) == self._number:
            self._router.power_cut()


@pytest.mark.parametrize("action", ["wifi.set_ssid", "wifi.set_password"])
async def test_a_router_that_restarts_inside_the_window_is_told_as_it_is(action: str) -> None:
    """We live, and it restarts at any of our entries: what is told is what lasts."""
    whole = Story(LabRouter(), action)
    await whole.perform(await whole.plan())
    for number in range(1, len(whole.journal.entries)):
        router = LabRouter()
        story = Story(router, action)
        plan = await story.plan()
        before = lasts(router)
        story.journal = _PowerFailsAt(number, router)
        outcome = await story.perform(plan)
        await story.wait(SETTLED_S)
        if outcome.end is ActionEnd.UNKNOWN:
            outcome = await story.recover(story.record(plan))
        told = f"entry {number}: {outcome.end}: {outcome.words}"
        assert (outcome.end is ActionEnd.PROVEN) is (lasts(router) != before), told
        assert outcome.end is not ActionEnd.UNKNOWN, told


@pytest.mark.parametrize("jump_s", [-86_400.0, 86_400.0])
async def test_a_clock_that_jumps_changes_nothing_of_what_is_told(jump_s: float) -> None:
    """The laptop's clock was set between the change and its recovery."""
    router = LabRouter()
    story = Story(router, "wifi.set_ssid", journal=_DiesAt(RouterStage.KEEP))
    plan = await story.plan()
    before = dict(router.settings())
    with pytest.raises(Vanished):
        await story.perform(plan)
    record = story.record(plan)
    record = replace(record, begun_at=record.begun_at + timedelta(seconds=jump_s))
    outcome = await story.recover(record)
    assert outcome.end is ActionEnd.ROLLED_BACK, outcome.words
    await story.wait(SETTLED_S)
    assert dict(router.settings()) == before
