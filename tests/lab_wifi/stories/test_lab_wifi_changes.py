"""Changes of Wi-Fi on a real hostapd: made by the engine over SSH, seen by real stations."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest
from stations import Joining, stations
from virtual_router import WINDOW_S, VirtualRouter

from cpe_diag.domain.action import ActionEnd, ActionOutcome, JournalEntry
from cpe_diag.domain.failures import ConsentError, WishError
from cpe_diag.domain.router_plan import RouterPlan, RouterStage
from cpe_diag.engine.plan_router import RouterWish, plan_router
from cpe_diag.engine.router_asking import asking
from cpe_diag.engine.router_changing import Material, RouterChanger, RouterPatience
from cpe_diag.engine.router_look import look
from cpe_diag.testing.router_doors import FakeCourier
from cpe_diag.testing.router_story import ACTION_ID, NO_HELP, Story, StoryJournal, Vanished

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from guest_machine import Machine

    from cpe_diag.domain.secret import Secret

pytestmark = pytest.mark.lab_wifi

OLD = "old password 1"
NEW = "new pass 'word\" $2"


class DiesAfterApply(StoryJournal):
    """A journal whose process dies when the change is on air."""

    def write(self, entry: JournalEntry) -> None:
        """Append; die after the answer of `apply`."""
        super().write(entry)
        if entry.said and entry.words.startswith(f"{RouterStage.APPLY}:"):
            raise Vanished


@dataclass(slots=True)
class Change(Story):
    """A story with a wish and a password of its own."""

    value: str | None = None
    password: str = NEW
    bands: tuple[str, ...] = ()

    async def plan(self) -> RouterPlan:
        """Look at the router and make the plan."""
        control = self.router.control()
        until = self.router.clock.monotonic() + 30.0
        ask = asking(control, self.router.driver.dialect)
        looked = await look(ask, self.router.driver, self.router.clock, deadline=until)
        self.boot_id = looked.boot_id
        wish = RouterWish(action=self.action, value=self.value, bands=self.bands)
        return plan_router(
            self.router.driver, wish, looked, subscriber="sub-1", router=control.router
        )

    def changer(self, plan: RouterPlan, *, secrets: bool = True) -> RouterChanger:
        """Give a process that changes the router with this password."""
        made = super(Change, self).changer(plan, secrets=secrets)
        slots = dict(made.material.slots)
        if "password" in slots:
            slots["password"] = self.password
        made.material = Material(slots=slots, payloads=made.material.payloads)
        made.patience = RouterPatience(prove_s=5.0)
        return made


@pytest.fixture
async def router(machine: Machine) -> AsyncIterator[VirtualRouter]:
    """The product's view of a clean router."""
    found = VirtualRouter(machine)
    yield found
    await found.close()


async def done(story: Change, say: Callable[[str], None]) -> ActionOutcome:
    """Perform it with the customer's consent."""
    plan = await story.plan()
    began = time.monotonic()
    outcome = await story.perform(plan)
    say(f"{plan.action}: {outcome.end} after {time.monotonic() - began:.1f} s")
    return outcome


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Print figures though the test passes."""

    def printing(text: str) -> None:
        with capsys.disabled():
            print(f"\n  {text}", end="")  # noqa: T201 - figures are what the lab is for

    return printing


async def test_a_new_password_lets_in_who_has_it_and_keeps_out_who_has_the_old_one(
    router: VirtualRouter, say: Callable[[str], None]
) -> None:
    """The stations' own logs are the proof, on both bands; after a power cut it is still so."""
    watching = (
        "while :; do for p in /proc/[0-9]*; do tr '\\0' ' ' <$p/cmdline; "
        "tr '\\0' ' ' <$p/environ; done; done >/run/lab/seen 2>/dev/null & "
        "echo $! >/run/lab/watcher"
    )
    router.machine.guest(watching)
    outcome = await done(Change(router, "wifi.set_password"), say)
    assert outcome.end is ActionEnd.PROVEN, outcome.words
    first, second = stations(router.machine)
    ended, took_s = first.join("LabHome", NEW)
    say(f"station with the new password: {ended.name} after {took_s:.1f} s")
    assert ended is Joining.CONNECTED
    ended, took_s = second.join("LabHome", OLD)
    say(f"station with the old password: {ended.name} after {took_s:.1f} s")
    assert ended is Joining.WRONG_KEY
    assert second.join("LabHome", NEW, channel=36)[0] is Joining.CONNECTED
    router.machine.guest("kill $(cat /run/lab/watcher)")
    files = router.machine.guest("ls -l /etc/hostapd | awk '{print $1, $3, $NF}'; mount").text
    assert "-rw------- root hostapd.conf" in files
    assert "cpe_diag" not in files
    seen = router.machine.guest(
        'grep -c . /run/lab/seen; grep -cF "new pass \'word" /run/lab/seen'
    )
    assert seen.text.split()[1] == "0", "the password stood in a process list"
    assert "new pass" not in router.machine.guest("logread; ls -lR /run/cpe_diag /tmp").text
    router.power_cut()
    assert first.join("LabHome", NEW)[0] is Joining.CONNECTED


@pytest.mark.parametrize(
    "password",
    [
        "x" * 63,
        " \"'`$(reboot)`;#&|<>\\!*?[]{}~^%,=: ",
        "#begins like a comment",
        "A" * 32 + "0123456789abcdef" * 2,
        "|mac=00:11:22:33:44:55|id=a",
    ],
    ids=["63 characters", "odd characters", "a comment", "a key", "a password list"],
)
async def test_a_password_of_any_characters_arrives_exactly(
    router: VirtualRouter, say: Callable[[str], None], password: str
) -> None:
    """A station that has it joins: one blank lost on the way would keep everybody out."""
    outcome = await done(Change(router, "wifi.set_password", password=password), say)
    assert outcome.end is ActionEnd.PROVEN, outcome.words
    first, _ = stations(router.machine)
    assert first.join("LabHome", password)[0] is Joining.CONNECTED


async def test_a_name_of_any_characters_is_on_air(
    router: VirtualRouter, say: Callable[[str], None]
) -> None:
    """Joined by its bytes; the old name is gone from the air."""
    name = "Café \"x\" $HOME 'q' `id`"
    outcome = await done(Change(router, "wifi.set_ssid", value=name), say)
    assert outcome.end is ActionEnd.PROVEN, outcome.words
    first, _ = stations(router.machine)
    assert first.join(name, OLD)[0] is Joining.CONNECTED
    assert first.join("LabHome", OLD, patience_s=4)[0] is Joining.NOT_FOUND


async def test_a_radio_that_is_switched_off_sends_no_beacon_until_it_is_switched_on(
    router: VirtualRouter, say: Callable[[str], None]
) -> None:
    """Heard by a station; the other band stays on air, and a power cut changes nothing."""
    first, _ = stations(router.machine)
    off = Change(router, "wifi.set_enabled", value="off", bands=("2g",))
    outcome = await done(off, say)
    assert outcome.end is ActionEnd.PROVEN, outcome.words
    assert set(first.heard(6, 36)) == {"02:00:00:00:01:00"}
    router.machine.power_cut()
    router.machine.wait_until("iw dev wlan1 info | grep -q ssid")
    assert set(first.heard(6, 36)) == {"02:00:00:00:01:00"}
    on = Change(router, "wifi.set_enabled", value="on", bands=("2g",))
    outcome = await done(on, say)
    assert outcome.end is ActionEnd.PROVEN, outcome.words
    assert first.join("LabHome", OLD)[0] is Joining.CONNECTED


@pytest.mark.parametrize(("band", "channel"), [("2g", 11), ("5g", 44), ("5g", 40)])
async def test_a_channel_is_changed_with_its_width(
    router: VirtualRouter, say: Callable[[str], None], band: str, channel: int
) -> None:
    """The 5 GHz radio keeps 80 MHz, whose second half moves along."""
    change = Change(router, "wifi.set_channel", value=str(channel), bands=(band,))
    outcome = await done(change, say)
    assert outcome.end is ActionEnd.PROVEN, outcome.words
    first, _ = stations(router.machine)
    assert first.join("LabHome", OLD, channel=channel)[0] is Joining.CONNECTED
    if band == "5g":
        assert "width: 80 MHz" in router.machine.guest("iw dev wlan1 info").text


async def test_a_channel_that_the_country_forbids_is_refused_before_anything_is_sent(
    router: VirtualRouter, say: Callable[[str], None]
) -> None:
    """The kernel says which channels there are; hostapd would go dark on another."""
    before = dict(router.settings())
    with pytest.raises(WishError, match="does not let it use channel 177"):
        await done(Change(router, "wifi.set_channel", value="177", bands=("5g",)), say)
    assert dict(router.settings()) == before


async def test_a_channel_on_which_hostapd_does_not_start_is_taken_back(
    router: VirtualRouter, say: Callable[[str], None]
) -> None:
    """A radar channel without `ieee80211h`: the radio goes dark, and comes back on its old one."""
    before = dict(router.settings())
    change = Change(router, "wifi.set_channel", value="52", bands=("5g",))
    outcome = await done(change, say)
    assert outcome.end is ActionEnd.ROLLED_BACK, outcome.words
    assert dict(router.settings()) == before
    first, _ = stations(router.machine)
    assert first.join("LabHome", OLD, channel=36)[0] is Joining.CONNECTED


@pytest.mark.parametrize(
    ("action", "value"),
    [
        ("wifi.set_password", None),
        ("wifi.set_ssid", "Other"),
        ("wifi.set_enabled", "off"),
        ("wifi.set_channel", "11"),
    ],
)
async def test_a_change_that_nobody_confirms_goes_back_by_itself(
    router: VirtualRouter, say: Callable[[str], None], action: str, value: str | None
) -> None:
    """We die when it is on air; the router's own timer brings the old settings back."""
    first, _ = stations(router.machine)
    before = dict(router.settings())
    change = Change(router, action, value=value, bands=("2g",))
    change.journal = DiesAfterApply()
    plan = await change.plan()
    began = time.monotonic()
    with pytest.raises(Vanished):
        await change.perform(plan)
    assert dict(router.settings()) != before
    router.machine.wait_until(f"[ -e /run/cpe_diag/{ACTION_ID}.fired ]", within_s=WINDOW_S + 30)
    say(f"{action}: the revert fired {time.monotonic() - began:.1f} s after its arming")
    router.machine.wait_for_air()
    router.machine.wait_until(f"[ ! -e /run/cpe_diag/{ACTION_ID}.d ]")
    assert dict(router.settings()) == before
    assert first.join("LabHome", OLD)[0] is Joining.CONNECTED
    outcome = await change.recover(replace(change.record(plan)))
    assert outcome.end is ActionEnd.ROLLED_BACK, outcome.words


@pytest.mark.parametrize(
    ("action", "value"), [("wifi.set_password", None), ("wifi.set_enabled", "off")]
)
async def test_a_power_cut_before_it_is_kept_brings_the_old_settings_back(
    router: VirtualRouter, say: Callable[[str], None], action: str, value: str | None
) -> None:
    """We die and the power fails inside the window."""
    first, _ = stations(router.machine)
    before = dict(router.settings())
    change = Change(router, action, value=value, bands=("2g",))
    change.journal = DiesAfterApply()
    plan = await change.plan()
    with pytest.raises(Vanished):
        await change.perform(plan)
    began = time.monotonic()
    router.power_cut()
    say(f"{action}: on air again {time.monotonic() - began:.1f} s after the power cut")
    assert dict(router.settings()) == before
    assert first.join("LabHome", OLD)[0] is Joining.CONNECTED
    outcome = await change.recover(replace(change.record(plan)))
    assert outcome.end is ActionEnd.ROLLED_BACK, outcome.words


async def test_a_kept_copy_is_brought_back_after_somebody_else_has_changed_the_name(
    router: VirtualRouter, say: Callable[[str], None]
) -> None:
    """The whole of the files, on air and on the disk."""
    before = dict(router.settings())
    story = Story(router, "router.restore_backup")
    plan = await story.plan()
    first, _ = stations(router.machine)
    assert first.join("Meddled", OLD)[0] is Joining.CONNECTED
    outcome = await story.perform(plan)
    say(f"{plan.action}: {outcome.end}")
    assert outcome.end is ActionEnd.PROVEN, outcome.words
    assert dict(router.settings()) == before
    assert first.join("LabHome", OLD)[0] is Joining.CONNECTED


async def test_a_change_that_does_not_help_is_taken_back_at_once(
    router: VirtualRouter, say: Callable[[str], None]
) -> None:
    """Without waiting for the timer; nothing of it is left on the router."""
    before = dict(router.settings())
    change = Change(router, "wifi.set_password")
    plan = await change.plan()
    began = time.monotonic()
    outcome = await change.perform(plan, NO_HELP)
    say(f"{plan.action}: {outcome.end} after {time.monotonic() - began:.1f} s")
    assert outcome.end is ActionEnd.ROLLED_BACK, outcome.words
    assert dict(router.settings()) == before
    first, _ = stations(router.machine)
    assert first.join("LabHome", OLD)[0] is Joining.CONNECTED
    assert not router.machine.guest(f"ls -d /run/cpe_diag/{ACTION_ID}.d 2>/dev/null").text


class DiskFills(FakeCourier):
    """The router's disk can no longer be written when the password is handed over."""

    machine: Machine

    async def hand_over(self, password: Secret, *, networks: Sequence[str]) -> None:
        """Take it, and let the disk go."""
        await super().hand_over(password, networks=networks)
        said = self.machine.guest("mount -o remount,bind,ro /etc; : >/etc/full")
        assert said.status != 0


async def test_what_cannot_be_written_to_the_disk_is_not_called_kept(
    router: VirtualRouter, say: Callable[[str], None]
) -> None:
    """It is on air until the next power cut, and that is what the outcome leaves open."""
    before = dict(router.settings())
    change = Change(router, "wifi.set_password")
    courier = DiskFills()
    courier.machine = router.machine
    change.courier = courier
    outcome = await done(change, say)
    assert outcome.end is ActionEnd.UNKNOWN, outcome.words
    router.power_cut()
    assert dict(router.settings()) == before


async def test_without_consent_nothing_is_sent(router: VirtualRouter) -> None:
    """The refusal comes before the first command."""
    before = dict(router.settings())
    change = Change(router, "wifi.set_password")
    plan = await change.plan()
    with pytest.raises(ConsentError):
        await change.perform(plan, consent=False)
    assert dict(router.settings()) == before
    assert not router.machine.guest("ls /run/cpe_diag 2>/dev/null").text


async def test_a_reboot_is_proven_by_the_boot(
    router: VirtualRouter, say: Callable[[str], None]
) -> None:
    """The same order sent again in the next boot would do nothing."""
    outcome = await done(Change(router, "router.reboot"), say)
    assert outcome.end is ActionEnd.PROVEN, outcome.words
