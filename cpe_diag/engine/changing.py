"""Does single steps of a plan: intent on the disk, the step, its answer, a look where in doubt.

The only file that calls PortControl and NodeShell; `perform` and `recover` decide what to do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, assert_never

from cpe_diag.domain.action import (
    GONE,
    EntryKind,
    JournalEntry,
    PerformedStep,
    Phase,
    PlannedLine,
    PlannedSet,
    PlannedStep,
    PlannedWait,
    Reading,
    StepSaid,
)
from cpe_diag.domain.failures import (
    ActionError,
    ChangeError,
    FailureKind,
    HoldLostError,
    MeasurementError,
)
from cpe_diag.engine.raw_value import raw_value
from cpe_diag.ports import SetObject, ShellLine

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cpe_diag.domain.action import ExpectedObject
    from cpe_diag.ports import ControlDoors, Oid, SnmpValue


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long is waited for what, in seconds.

    `set_s` for the answer to a SET; `line_s` for a command line; `late_s` is how long an object is
    looked at after a SET that stayed unanswered, which may still be on its way; `read_back_s` how
    long an object may take to show its new value; `look_every_s` between two looks;
    `measure_every_s` between two measurements, which go on for the outage and `measure_more_s`.
    The way back is gone for `back_s`, with `again_every_s` between two tries. `on_its_way_s` is
    how long a SET that stayed unanswered may still come to the node: the Time Window of RFC 3414,
    section 2.2.3, after which an SNMPv3 agent drops it.
    """

    set_s: float = 10.0
    line_s: float = 60.0
    late_s: float = 10.0
    read_back_s: float = 15.0
    look_every_s: float = 1.0
    measure_every_s: float = 5.0
    measure_more_s: float = 30.0
    back_s: float = 300.0
    again_every_s: float = 5.0
    on_its_way_s: float = 150.0


PATIENCE: Final = Patience()

TRIES: Final = 3
"""How often a SET is sent that must not stay undone, each time after a look that it is undone."""


class Changer:
    """Steps of one action, with what became of them."""

    def __init__(self, doors: ControlDoors, patience: Patience) -> None:
        """Change through `doors`."""
        self.doors = doors
        self.patience = patience
        self.steps: list[PerformedStep] = []
        self.changed = False
        """Something was changed, or may have been."""
        self.trouble = ""
        """What could not be written into the journal."""
        self._seen: dict[Oid, SnmpValue] = {}
        self._unseen: list[tuple[PlannedSet, float]] = []

    def note(self, entry: JournalEntry) -> None:
        """Write an entry; after the first change a journal that fails stops nothing any more.

        A port that is shut has to be opened, whether or not the disk is full.

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

    async def take(
        self, phase: Phase, number: int, step: PlannedStep, *, tries: int = 1
    ) -> bool | None:
        """Take one step.

        Args:
            phase: of which list it is.
            number: its place there, from 0.
            step: what to do.
            tries: how often a SET may be sent; again only after a look that it did not happen.

        Returns:
            True: it is done; False: it is not; None: nobody can tell.

        Raises:
            ActionError: the intent cannot be written, and nothing was changed yet.
        """
        match step:
            case PlannedWait():
                clock = self.doors.clock
                await clock.sleep_until(clock.monotonic() + step.wait_s)
                return True
            case PlannedLine():
                return await self._enter(phase, number, step)
            case PlannedSet():
                done: bool | None = False
                for _ in range(tries):
                    done, again = await self._set(phase, number, step)
                    if not again:
                        break
                return done
            case _:
                assert_never(step)

    async def _set(self, phase: Phase, number: int, step: PlannedSet) -> tuple[bool | None, bool]:
        """Send one SET; gives whether it is done, and whether it may be sent again."""
        clock = self.doors.clock
        self._intend(phase, number, f"SET {step.oid} = {step.type} {step.value}")
        wanted = SetObject(oid=step.oid, type=step.type, value=step.value)
        before, self.changed = self.changed, True
        sent_s = clock.monotonic()
        try:
            await self.doors.control.set(
                (wanted,), deadline=clock.monotonic() + self.patience.set_s
            )
        except ChangeError as error:
            if not error.may_have_happened:
                self.changed = before
                self._answer(phase, number, StepSaid.REFUSED, str(error.failure))
                return False, False
            self._answer(phase, number, StepSaid.SILENT, str(error.failure))
            if error.failure.kind is not FailureKind.DEVICE_ERROR:
                self.unseen(step, sent_s + self.patience.on_its_way_s)
        else:
            self._answer(phase, number, StepSaid.DONE, "noError")
            return True, False
        if not step.readable:
            self._answer(phase, number, StepSaid.NOT_TOLD, f"{step.oid} cannot be read")
            return None, False
        found = await self.shows({step.oid: (step.type, step.value)}, self.patience.late_s)
        said = {True: StepSaid.FOUND, False: StepSaid.NOT_FOUND, None: StepSaid.NOT_TOLD}[found]
        self._answer(phase, number, said, f"looked at {step.oid}")
        return found, found is False

    async def _enter(self, phase: Phase, number: int, step: PlannedLine) -> bool | None:
        clock = self.doors.clock
        self._intend(phase, number, f"line {step.line!r}")
        before, self.changed = self.changed, self.changed or step.changes
        try:
            output = await self.doors.shell.enter(
                ShellLine(text=step.line, expect=step.expect, send=step.send),
                deadline=clock.monotonic() + self.patience.line_s,
            )
        except ChangeError as error:
            if error.may_have_happened:
                self._answer(phase, number, StepSaid.NOT_TOLD, str(error.failure))
                return None
            self.changed = before
            self._answer(phase, number, StepSaid.REFUSED, str(error.failure))
            return False
        self._answer(phase, number, StepSaid.DONE, output)
        return True

    async def shows(self, wanted: Mapping[Oid, tuple[str, str]], within_s: float) -> bool | None:
        """Look at objects until they hold what is wanted.

        Args:
            wanted: type (empty: any) and value by oid.
            within_s: how long.

        Returns:
            True as soon as they do; False when they could be read to the end and did not; None
            when they could not be read.
        """
        clock = self.doors.clock
        until = clock.monotonic() + within_s
        while True:
            present = await self.present(wanted, until + self.patience.look_every_s)
            holds = (
                None
                if present is None
                else all(
                    holds_value(present[oid], kind, value) for oid, (kind, value) in wanted.items()
                )
            )
            if holds or clock.monotonic() >= until:
                return holds
            await clock.sleep_until(min(until, clock.monotonic() + self.patience.look_every_s))

    async def looks(self, wanted: Mapping[Oid, tuple[str, str]]) -> bool | None:
        """Look once, with time for a slow node; says what `shows` says."""
        present = await self.present(wanted, self.doors.clock.monotonic() + self.patience.set_s)
        if present is None:
            return None
        return all(holds_value(present[oid], kind, value) for oid, (kind, value) in wanted.items())

    def unseen(self, step: PlannedSet, until: float) -> None:
        """Keep in mind that a SET may come to the node until then."""
        self._unseen.append((step, until))

    def may_come(self, wanted: Mapping[Oid, tuple[str, str]]) -> float:
        """Say for how many seconds a SET may still come that changes what is wanted."""
        now = self.doors.clock.monotonic()
        return max(
            (
                until - now
                for step, until in self._unseen
                if until > now and wanted.get(step.oid, ("", step.value))[1] != step.value
            ),
            default=0.0,
        )

    def readings(self, expected: Iterable[ExpectedObject]) -> tuple[Reading, ...]:
        """Give what was read last of objects; those that were never read are left out."""
        return tuple(
            Reading(what=one.object, of=one.oid, value=value_words(self._seen[one.oid]))
            for one in expected
            if one.oid in self._seen
        )

    def _see(self, present: Mapping[Oid, SnmpValue]) -> None:
        """Forget a SET that has come; where it was sent more than once, another may follow."""
        self._seen.update(present)
        for step, until in tuple(self._unseen):
            once = sum(one.oid == step.oid for one, _until in self._unseen) == 1
            found = present.get(step.oid)
            if once and found is not None and holds_value(found, step.type, step.value):
                self._unseen.remove((step, until))

    async def present(
        self, oids: Iterable[Oid], deadline: float
    ) -> Mapping[Oid, SnmpValue] | None:
        """Read objects; None where the node does not answer usefully."""
        try:
            present = await self.doors.snmp.get(tuple(oids), deadline=deadline)
        except MeasurementError:
            return None
        self._see(present)
        return present

    def _intend(self, phase: Phase, number: int, words: str) -> None:
        self.note(
            JournalEntry(
                kind=EntryKind.INTENT,
                at=self.doors.clock.now(),
                words=words,
                phase=phase,
                step=number,
            )
        )

    def _answer(self, phase: Phase, number: int, said: StepSaid, words: str) -> None:
        at = self.doors.clock.now()
        self.steps.append(PerformedStep(phase=phase, number=number, said=said, words=words, at=at))
        self.note(
            JournalEntry(
                kind=EntryKind.ANSWER, at=at, words=words, phase=phase, step=number, said=said
            )
        )


def value_words(present: SnmpValue) -> str:
    """Say what an object holds; GONE where there is no such object."""
    raw = raw_value(present, "")
    return GONE if raw is None else raw.text


def holds_value(present: SnmpValue, kind: str, value: str) -> bool:
    """Say whether an object holds a value.

    Args:
        present: as the node answered.
        kind: the SMI type of `value`; empty where nobody says, or `hex` for octets.
        value: as text; GONE where there must be no such object.

    Returns:
        False also where the object has no value or one of another type.
    """
    if value == GONE:
        return present is None
    raw = raw_value(present, kind)
    if raw is None:
        return False
    if raw.type == "hex" or kind == "hex":
        return raw.text.lower() == value.lower()
    return raw.text == value
