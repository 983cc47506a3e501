"""The story that each change of each router driver has to pass against a simulated router.

Planned, refused without consent, applied, proven, rolled back when it does not help, reverted by
the router when we vanish, recovered afterwards. A simulated router stands behind `StoryRouter`;
what it has on air is told by itself and not by the driver under test.
"""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Protocol, runtime_checkable

from cpe_diag.domain.action import ActionEnd, ActionOutcome, JournalEntry, Proof
from cpe_diag.domain.failures import ConsentError
from cpe_diag.domain.router_plan import Payload, RouterPlan, RouterRecord, RouterStage, Way
from cpe_diag.engine.plan_router import RouterWish, plan_router
from cpe_diag.engine.router_asking import asking
from cpe_diag.engine.router_changing import Material, RouterChanger, RouterPatience
from cpe_diag.engine.router_look import look
from cpe_diag.engine.router_perform import perform_router
from cpe_diag.engine.router_recover import recover_router
from cpe_diag.ports import RouterDoors
from cpe_diag.testing.consent_doors import FakeConsentDesk
from cpe_diag.testing.router_doors import FakeCopies, FakeCourier, FakeGuide

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpe_diag.driver_kit.router import RouterDriver
    from cpe_diag.engine.run import TooLate
    from cpe_diag.ports import Clock, RouterControl

SUBSCRIBER: Final = "sub-1"
ACTION_ID: Final = "a1b2c3d4e5"
PASSWORD: Final = "kf3m 8tq'z$v4`wn\"h;r#2\\p"  # noqa: S105 - what the stories set
SSID: Final = "Café \"x\" $HOME 'q' `id`"
HELPED: Final = Proof(holds=True, took_effect=None, words="as wished")
NO_HELP: Final = Proof(holds=False, took_effect=None, words="the symptom is still there")

VALUES: Final[Mapping[str, str | None]] = {
    "wifi.set_ssid": SSID,
    "wifi.set_password": None,
    "wifi.set_enabled": "off",
    "wifi.set_channel": "11",
    "router.reboot": None,
    "router.factory_reset": None,
    "router.restore_backup": None,
    "firmware.install": "99.1",
}
BANDS: Final[Mapping[str, tuple[str, ...]]] = {"wifi.set_channel": ("2g",)}
"""Channel 11 is of 2.4 GHz alone."""


class Vanished(BaseException):
    """Our process has died at this place."""


class StoryRouter(Protocol):
    """A simulated router with the clock that moves it."""

    @property
    def clock(self) -> Clock:
        """Give its clock."""

    @property
    def driver(self) -> RouterDriver:
        """Give the driver under test."""

    def control(self) -> RouterControl:
        """Give a new door to it."""

    def settings(self) -> Mapping[str, str]:
        """Give what is on air and what lasts, in any words: told by the simulation itself."""

    def boots(self) -> str:
        """Name the boot that it is in."""

    def meddle(self) -> None:
        """Change the name of a network for good, as somebody at its own pages would."""

    def power_cut(self) -> None:
        """Take the power away for a moment; it starts anew."""

    def image(self, version: str) -> bytes:
        """Make an image that it takes."""


@runtime_checkable
class PickyRouter(Protocol):
    """A simulated router whose platform is not known to carry every text that is allowed."""

    @property
    def values(self) -> Mapping[str, str]:
        """Give by action what the stories set instead of `VALUES`."""


def wished(router: StoryRouter, action: str) -> str | None:
    """Give what the stories set."""
    own = router.values if isinstance(router, PickyRouter) else {}
    return own.get(action, VALUES[action])


@dataclass(slots=True)
class StoryJournal:
    """A journal that outlives its process, which dies at the entry of number `dies_at`.

    Entries are counted twice: before one is written and after.
    """

    dies_at: int | None = None
    moments: int = 0
    entries: list[JournalEntry] = field(default_factory=list)

    def write(self, entry: JournalEntry) -> None:
        """Append, or die before or after."""
        self.moment()
        self.entries.append(entry)
        self.moment()

    def moment(self) -> None:
        """Pass a moment at which the process may die."""
        if self.moments == self.dies_at:
            raise Vanished
        self.moments += 1


@dataclass(slots=True)
class Story:
    """One change of one router, from the plan on; `value` None: that of `VALUES`."""

    router: StoryRouter
    action: str
    value: str | None = None
    desk: FakeConsentDesk = field(default_factory=FakeConsentDesk)
    copies: FakeCopies = field(default_factory=FakeCopies)
    courier: FakeCourier = field(default_factory=FakeCourier)
    journal: StoryJournal = field(default_factory=StoryJournal)
    payloads: dict[str, bytes] = field(default_factory=dict)
    boot_id: str = ""
    password: str = PASSWORD

    async def plan(self) -> RouterPlan:
        """Look at the router and make the plan."""
        router = self.router
        if self.action == "firmware.install":
            self.payloads["image"] = router.image(str(wished(router, self.action)))
        until = router.clock.monotonic() + 20.0
        control = router.control()
        if self.action == "router.restore_backup":
            self.payloads["backup"] = await self._backup(control, until)
            router.meddle()
            await self.wait(30.0)
            until = router.clock.monotonic() + 20.0
        ask = asking(control, router.driver.dialect)
        looked = await look(ask, router.driver, router.clock, deadline=until)
        self.boot_id = looked.boot_id
        wish = RouterWish(
            action=self.action,
            value=self.value or wished(router, self.action),
            bands=BANDS.get(self.action, ()),
            payloads=tuple(
                Payload(name=name, size=len(content), sha256=hashlib.sha256(content).hexdigest())
                for name, content in self.payloads.items()
            ),
        )
        return plan_router(
            router.driver, wish, looked, subscriber=SUBSCRIBER, router=control.router
        )

    async def _backup(self, control: RouterControl, until: float) -> bytes:
        """Make the copy that is restored later."""
        said = b""
        for command in self.router.driver.actions[self.action].backup:
            answer = await control.exec_once(
                command.run, label=command.label, limit_s=command.limit_s, deadline=until
            )
            said += answer.stdout
        return said

    def record(self, plan: RouterPlan) -> RouterRecord:
        """Give what the journal holds."""
        return RouterRecord(
            id=ACTION_ID,
            begun_at=self.router.clock.now(),
            plan=plan,
            boot_id=self.boot_id,
            consent="consent-1",
            ticket=None,
            symptom="as told",
            entries=tuple(self.journal.entries),
        )

    def changer(self, plan: RouterPlan, *, secrets: bool = True) -> RouterChanger:
        """Give a process that changes the router."""
        slots = {"id": ACTION_ID, "boot_id": self.boot_id}
        return RouterChanger(
            plan,
            self.router.driver,
            RouterDoors(
                clock=self.router.clock,
                control=self.router.control(),
                journal=self.journal,
                copies=self.copies,
                courier=self.courier,
                consent=self.desk,
                guide=FakeGuide(),
            ),
            Material(
                slots={**slots, "password": self.password} if secrets and plan.secrets else slots,
                payloads=self.payloads,
            ),
            boot_id=self.boot_id,
            patience=RouterPatience(),
        )

    async def perform(
        self,
        plan: RouterPlan,
        proof: Proof = HELPED,
        *,
        consent: bool = True,
        too_late: TooLate | None = None,
    ) -> ActionOutcome:
        """Have the customer's consent, and do it while it is not too late."""
        at = self.router.clock.now()
        if consent:
            self.desk.give(subscriber=SUBSCRIBER, action=plan.action, digest=plan.digest, at=at)
        covering = self.desk.require(
            subscriber=SUBSCRIBER, action=plan.action, digest=plan.digest, at=at
        )

        async def prove() -> Proof:
            await self.router.clock.sleep_until(self.router.clock.monotonic() + 0.5)
            return proof

        return await perform_router(
            ACTION_ID,
            self.changer(plan),
            prove,
            consent=covering.id,
            symptom="as told",
            on_end=lambda _outcome: None,
            too_late=too_late,
        )

    async def recover(self, record: RouterRecord, *, keep: bool = False) -> ActionOutcome:
        """Another process finds the journal and brings it to an end."""
        self.journal.dies_at = None

        async def prove() -> Proof:
            await asyncio.sleep(0)
            return HELPED

        record = replace(record, entries=tuple(self.journal.entries))
        return await recover_router(
            record,
            self.changer(record.plan, secrets=False),
            prove,
            keep=keep,
            on_end=lambda _outcome: None,
        )

    async def wait(self, seconds: float) -> None:
        """Let time pass."""
        clock = self.router.clock
        await clock.sleep_until(clock.monotonic() + seconds)


async def check_refused_without_consent(router: StoryRouter, action: str) -> None:
    """Without a consent to exactly this plan nothing is sent to the router."""
    story = Story(router, action)
    plan = await story.plan()
    before, boot = dict(router.settings()), router.boots()
    try:
        await story.perform(plan, consent=False)
    except ConsentError:
        assert (dict(router.settings()), router.boots()) == (before, boot)  # noqa: S101 - a check
        assert not story.journal.entries  # noqa: S101 - a check
        return
    raise AssertionError(f"{action} was done without a consent")


async def check_proven(router: StoryRouter, action: str) -> None:
    """With consent it is done, seen, and ends as proven; what was there before is otherwise."""
    story = Story(router, action)
    plan = await story.plan()
    before, boot = dict(router.settings()), router.boots()
    outcome = await story.perform(plan)
    assert outcome.end is ActionEnd.PROVEN, outcome.words  # noqa: S101 - a check
    if plan.way is Way.ONCE:
        assert router.boots() != boot  # noqa: S101 - a check
        return
    assert dict(router.settings()) != before  # noqa: S101 - a check
    kept = dict(router.settings())
    router.power_cut()
    await story.wait(plan.outage_s + plan.window_s + 60.0)
    after = dict(router.settings())
    assert after == kept, f"it did not last: {kept} became {after}"  # noqa: S101 - a check


async def check_rolled_back(router: StoryRouter, action: str) -> None:
    """What does not help is taken back, and that is read back."""
    story = Story(router, action)
    plan = await story.plan()
    before = dict(router.settings())
    outcome = await story.perform(plan, NO_HELP)
    if plan.way is Way.ONCE:
        assert outcome.end is ActionEnd.FAILED, outcome.words  # noqa: S101 - a check
        return
    assert outcome.end is ActionEnd.ROLLED_BACK, outcome.words  # noqa: S101 - a check
    await story.wait(plan.window_s + 60.0)
    assert dict(router.settings()) == before  # noqa: S101 - a check


async def check_reverts_when_we_vanish(router: StoryRouter, action: str) -> None:
    """We die right after the change was made: the router goes back by itself."""
    story = Story(router, action)
    plan = await story.plan()
    before = dict(router.settings())
    if plan.way is Way.ONCE:
        return
    vanishing = replace(story, journal=_DiesAfter(RouterStage.APPLY))
    try:
        await vanishing.perform(plan)
    except Vanished:
        await story.wait(plan.window_s + 60.0)
        assert dict(router.settings()) == before  # noqa: S101 - a check
        outcome = await vanishing.recover(vanishing.record(plan))
        assert outcome.end is ActionEnd.ROLLED_BACK, outcome.words  # noqa: S101 - a check
        return
    raise AssertionError("it did not come to the change")


async def check_power_cut_goes_back(router: StoryRouter, action: str) -> None:
    """We die and the power fails inside the window: the old settings stand."""
    story = Story(router, action)
    plan = await story.plan()
    before = dict(router.settings())
    if plan.way is Way.ONCE:
        return
    vanishing = replace(story, journal=_DiesAfter(RouterStage.APPLY))
    try:
        await vanishing.perform(plan)
    except Vanished:
        router.power_cut()
        await story.wait(plan.window_s + plan.outage_s + 120.0)
        assert dict(router.settings()) == before  # noqa: S101 - a check
        outcome = await vanishing.recover(vanishing.record(plan))
        assert outcome.end is ActionEnd.ROLLED_BACK, outcome.words  # noqa: S101 - a check
        return
    raise AssertionError("it did not come to the change")


class _DiesAfter(StoryJournal):
    """A journal whose process dies when a stage was answered."""

    def __init__(self, stage: RouterStage) -> None:
        """Die after `stage`."""
        super().__init__()
        self._stage = stage

    def write(self, entry: JournalEntry) -> None:
        """Append; die after the stage's answer."""
        super().write(entry)
        if entry.said and entry.words.startswith(f"{self._stage}:"):
            raise Vanished


STORIES: Final = (
    check_refused_without_consent,
    check_proven,
    check_rolled_back,
    check_reverts_when_we_vanish,
    check_power_cut_goes_back,
)
"""Each takes a router and an action of its driver; each needs a router of its own."""
