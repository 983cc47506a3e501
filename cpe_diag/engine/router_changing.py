"""Does single stages of a router's change: intent on the disk, the commands, their answer.

The only file that calls RouterControl; `router_perform` and `router_recover` decide what to do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.action import (
    EntryKind,
    JournalEntry,
    PerformedStep,
    Phase,
    Reading,
    StepSaid,
)
from cpe_diag.domain.failures import ActionError, ChangeError, HoldLostError, MeasurementError
from cpe_diag.domain.router_plan import ExpectedReading, Reads, RevertState, RouterStage
from cpe_diag.engine.router_asking import asking
from cpe_diag.engine.router_look import SYSTEM, WIFI, look_or_none, reading
from cpe_diag.engine.router_orders import order_of

if TYPE_CHECKING:
    from cpe_diag.domain.router_plan import PlannedCommand, RouterPlan
    from cpe_diag.driver_kit.router import RouterDriver
    from cpe_diag.engine.router_look import RouterLook
    from cpe_diag.ports import RouterDoors


@dataclass(frozen=True, slots=True, kw_only=True)
class RouterPatience:
    """How long is waited for what, in seconds.

    `look_s` for one look, `look_every_s` between two; `connect_s` for a new connection; `grace_s`
    is kept free at the end of the revert's window for keeping or going back; `settle_s` is how
    long a router may take to begin with what it was told, `after_fire_s` how long a revert that
    has fired may take to be on air; `return_more_s` how much longer than its outage a router may
    be away, `goes_down_s` how long one that was told to restart may still answer in the same
    boot; `prove_every_s` between two measurements, which go on for `prove_s`.
    """

    look_s: float = 10.0
    look_every_s: float = 1.0
    connect_s: float = 10.0
    grace_s: float = 20.0
    settle_s: float = 3.0
    after_fire_s: float = 60.0
    return_more_s: float = 120.0
    goes_down_s: float = 60.0
    prove_every_s: float = 5.0
    prove_s: float = 60.0


ROUTER_PATIENCE: Final = RouterPatience()

SHOWN: Final = 300
"""How many characters of an answer that holds no secret are told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageEnd:
    """What came of a stage: True done, False not, None: nobody can tell. `output` of all."""

    done: bool | None
    output: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What fills the slots of a plan: secrets and payloads, which stand in no journal."""

    slots: Mapping[str, str]
    payloads: Mapping[str, bytes]


class RouterChanger:
    """Stages of one action, with what became of them."""

    def __init__(  # noqa: PLR0913 - each is one thing that tests replace by themselves
        self,
        plan: RouterPlan,
        driver: RouterDriver,
        doors: RouterDoors,
        material: Material,
        *,
        boot_id: str,
        patience: RouterPatience,
    ) -> None:
        """Change through `doors`; `boot_id` is the boot that the change began in."""
        self.plan = plan
        self.driver = driver
        self.doors = doors
        self.material = material
        self.boot_id = boot_id
        self.patience = patience
        self.steps: list[PerformedStep] = []
        self.changed = False
        """Something of the router was changed, or may have been."""
        self.trouble = ""
        """What could not be written into the journal."""

    def note(self, entry: JournalEntry) -> None:
        """Write an entry; after the first change a journal that fails stops nothing any more.

        Raises:
            HoldLostError: somebody else holds the device now; nothing more may be sent.
            ActionError: it cannot be written, and nothing was changed yet.
        """
        try:
            self.doors.journal.write(entry)
        except HoldLostError:
            raise
        except ActionError as error:
            if not self.changed:
                raise
            self.trouble = str(error)

    def tell(self, words: str, read: tuple[Reading, ...] = ()) -> None:
        """Note what was read or measured."""
        at = self.doors.clock.now()
        self.note(JournalEntry(kind=EntryKind.NOTE, at=at, words=words, read=read))

    def intend(self, stage: RouterStage, words: str) -> None:
        """Note that a stage is about to be done."""
        at = self.doors.clock.now()
        self.note(JournalEntry(kind=EntryKind.INTENT, at=at, words=words, said=stage.value))

    def answer(self, stage: RouterStage, said: StepSaid, words: str) -> None:
        """Note what came of a stage."""
        at = self.doors.clock.now()
        phase = Phase.BACK if stage is RouterStage.BACK else Phase.FORWARD
        number = list(RouterStage).index(stage)
        told = f"{stage}: {words}"
        step = PerformedStep(phase=phase, number=number, said=said, words=told, at=at)
        self.steps.append(step)
        self.note(
            JournalEntry(
                kind=EntryKind.ANSWER, at=at, words=told, phase=phase, step=number, said=said
            )
        )

    async def stage(
        self, stage: RouterStage, commands: tuple[PlannedCommand, ...], *, changes: bool
    ) -> StageEnd:
        """Do all commands of a stage, in their order, up to the first that fails.

        Args:
            stage: which.
            commands: of the plan.
            changes: whether they change anything that matters when they are left half done.

        Returns:
            What came of it.

        Raises:
            ActionError: the intent cannot be written, and nothing was changed yet.
        """
        self.intend(stage, ", ".join(one.label for one in commands))
        before, self.changed = self.changed, self.changed or changes
        output = ""
        for number, command in enumerate(commands):
            ended = await self._one(command, shown=stage is not RouterStage.BACKUP)
            output += ended.output
            if ended.done is True:
                continue
            untouched = ended.done is False and number == 0 and not ended.output
            said = StepSaid.REFUSED if ended.done is False else StepSaid.NOT_TOLD
            if untouched and ended.words.startswith(_UNSENT):
                self.changed = before
            self.answer(stage, said, ended.words)
            return StageEnd(done=ended.done, output=output, words=ended.words)
        self.answer(stage, StepSaid.DONE, "done")
        return StageEnd(done=True, output=output, words="done")

    async def _one(self, command: PlannedCommand, *, shown: bool = True) -> StageEnd:
        """Run a command; `shown` False: what it says holds the customer's settings."""
        clock = self.doors.clock
        try:
            order = order_of(command, self.material.slots, self.material.payloads)
        except ValueError:
            # Its words could hold a part of the password.
            return StageEnd(
                done=False, output="", words=f"{_UNSENT}: {command.label}: a value cannot be sent"
            )
        secret = any(piece.slot in self.plan.secrets for piece in (*command.run, *command.stdin))
        hidden = secret or not shown or bool(command.upload and not order.streamed)
        deadline = clock.monotonic() + command.limit_s + self.patience.connect_s
        control = self.doors.control
        try:
            if order.streamed:
                answer = await control.exec_stream(
                    order.text,
                    label=command.label,
                    pieces=(order.stdin,),
                    limit_s=command.limit_s,
                    deadline=deadline,
                )
            else:
                answer = await control.exec_once(
                    order.text,
                    label=command.label,
                    stdin=order.stdin,
                    limit_s=command.limit_s,
                    deadline=deadline,
                )
        except ChangeError as error:
            if error.may_have_happened and command.goes_away:
                return StageEnd(done=True, output="", words="the connection ended over it")
            if error.may_have_happened:
                words = f"{command.label}: no answer: {error.failure}"
                return StageEnd(done=None, output="", words=words)
            return StageEnd(done=False, output="", words=f"{_UNSENT}: {error.failure}")
        output, errors = _text(answer.stdout), _text(answer.stderr)
        if answer.exit_status == 0:
            return StageEnd(done=True, output=output, words="done")
        told = "" if hidden else f": {(errors or output).strip()[:SHOWN]}"
        words = f"{command.label} ended with status {answer.exit_status}{told}"
        return StageEnd(done=False, output=output, words=words)

    async def quiet(self, commands: tuple[PlannedCommand, ...]) -> str | None:
        """Run commands that only look; gives their output, None where one failed."""
        output = ""
        for command in commands:
            ended = await self._one(command)
            if ended.done is not True:
                return None
            output += ended.output
        return output

    async def renew(self) -> bool:
        """Open a new connection; says whether the router let us in."""
        until = self.doors.clock.monotonic() + self.patience.connect_s
        try:
            await self.doors.control.fresh(deadline=until)
        except MeasurementError:
            return False
        return True

    async def revert_state(self) -> RevertState | None:
        """Ask how far the router's own revert is; None where it does not tell."""
        output = await self.quiet(self.plan.state)
        lines = (output or "").split()
        last = lines[-1] if lines else ""
        return RevertState(last) if last in set(RevertState) else None

    async def seen(
        self, *, also: tuple[str, ...] = ()
    ) -> tuple[RouterLook | None, Mapping[ExpectedReading, str | None]]:
        """Look, and read what the plan expects; all None where the router does not answer.

        Args:
            also: parts of a look that are asked beside what the plan expects.
        """
        needed = {_PART_OF[one.reads] for one in self.plan.expected if one.reads in _PART_OF}
        until = self.doors.clock.monotonic() + self.patience.look_s
        looked = await look_or_none(
            asking(self.doors.control, self.driver.dialect),
            self.driver,
            self.doors.clock,
            deadline=until,
            parts=tuple(sorted({*needed, *also})),
        )
        if looked is None:
            return None, dict.fromkeys(self.plan.expected)
        read = {one: reading(looked, one, boot_id=self.boot_id) for one in self.plan.expected}
        wanted = {one.reads for one in self.plan.expected}
        if Reads.PASSWORD in wanted:
            read |= await self._passwords()
        if Reads.SETTINGS in wanted:
            read |= await self._settings()
        return looked, read

    async def _passwords(self) -> dict[ExpectedReading, str | None]:
        """Let the router compare the new password with what is on air, target by target."""
        asked = [one for one in self.plan.expected if one.reads is Reads.PASSWORD]
        if "password" not in self.material.slots:
            return dict.fromkeys(asked, "old" if await self._as_copied() else None)
        each = len(self.plan.check) == len(asked)
        found: dict[ExpectedReading, str | None] = {}
        for number, one in enumerate(asked):
            commands = self.plan.check[number : number + 1] if each else self.plan.check
            output = await self.quiet(commands)
            said = None if output is None else "new" if "yes" in output.split() else "old"
            found[one] = said
        return found

    async def _settings(self) -> dict[ExpectedReading, str | None]:
        """Compare the settings with the copy that is restored."""
        asked = [one for one in self.plan.expected if one.reads is Reads.SETTINGS]
        kept = self.material.payloads.get("backup")
        if kept is None:
            return dict.fromkeys(asked, "otherwise" if await self._as_copied() else None)
        output = await self.quiet(self.plan.backup)
        same = None if output is None else _lines(output) == _lines(_text(kept))
        return dict.fromkeys(asked, None if same is None else "as kept" if same else "otherwise")

    async def _as_copied(self) -> bool:
        """Say whether the settings are those of the copy that was made before this change."""
        try:
            copy = self.doors.copies.give(self.material.slots["id"])
        except ActionError:
            return False
        output = await self.quiet(self.plan.backup)
        return output is not None and _lines(output) == _lines(_text(copy))

    def readable(
        self, read: Mapping[ExpectedReading, str | None]
    ) -> Mapping[ExpectedReading, str | None]:
        """Leave out what cannot be read without the password or copy that was set."""
        unread = {
            reads
            for reads, held in (
                (Reads.PASSWORD, "password" in self.material.slots),
                (Reads.SETTINGS, "backup" in self.material.payloads),
            )
            if not held
        }
        return {
            one: found
            for one, found in read.items()
            if found is not None or one.reads not in unread
        }


_PART_OF: Final = {
    Reads.BOOT: SYSTEM,
    Reads.FIRMWARE: SYSTEM,
    Reads.SSID: WIFI,
    Reads.ON_AIR: WIFI,
    Reads.OTHER_ON_AIR: WIFI,
    Reads.CHANNEL: WIFI,
    Reads.AIR: WIFI,
}
"""Which part of a look tells it."""

_UNSENT: Final = "nothing was sent"


def _lines(settings: str) -> list[str]:
    return sorted(settings.split("\n"))


def _text(output: bytes) -> str:
    return output.decode("utf-8", "replace")
