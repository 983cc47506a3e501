"""Fakes of the doors that change something, and of the journal."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from cpe_diag.domain.action import JournalEntry
from cpe_diag.domain.failures import (
    ActionError,
    ChangeError,
    Failure,
    FailureKind,
    HoldLostError,
    MeasurementError,
)
from cpe_diag.ports import Oid, SetObject, ShellLine, SnmpValue
from cpe_diag.testing.doors import Wire

if TYPE_CHECKING:
    from collections.abc import Sequence

NUMBERS = frozenset({"integer", "unsigned", "gauge", "ticks"})


class Fate(StrEnum):
    """What becomes of one SET."""

    DONE = "done"
    ANSWER_LOST = "answer_lost"
    """It is done, and nobody hears of it."""
    REQUEST_LOST = "request_lost"
    """It never comes to the agent."""
    IGNORED = "ignored"
    """The agent says noError and changes nothing."""
    REFUSED = "refused"
    """The agent says no."""


@dataclass(slots=True, kw_only=True)
class FakeControl:
    """An agent whose `objects` can be set; share them with a FakeSnmp, which reads them.

    `fates` are taken in their order, one for each SET; where there is none it is done. Objects in
    `read_only` are refused. `sent` notes each SET that was sent.
    """

    wire: Wire
    objects: MutableMapping[Oid, SnmpValue]
    node: str = "an-1"
    read_only: frozenset[Oid] = frozenset()
    fates: list[Fate] = field(default_factory=list)
    sent: list[tuple[SetObject, ...]] = field(default_factory=list)

    async def set(self, objects: Sequence[SetObject], *, deadline: float) -> None:
        """Set objects, once."""
        values = {one.oid: _value(one) for one in objects}
        self.sent.append(tuple(objects))
        fate = self.fates.pop(0) if self.fates else Fate.DONE
        if fate is Fate.REFUSED or self.read_only & set(values):
            fate = Fate.REFUSED
        elif fate in {Fate.DONE, Fate.ANSWER_LOST}:
            self.objects.update(values)
        if fate in {Fate.ANSWER_LOST, Fate.REQUEST_LOST}:
            await self.wire.clock.sleep_until(deadline)
            raise self._failed(FailureKind.SILENT, "no answer to 1 request", maybe=True)
        try:
            await self.wire.cross("snmp.set", self.node, ", ".join(values), deadline)
        except MeasurementError as error:
            raise ChangeError(error.failure, error.operation, may_have_happened=True) from error
        if fate is Fate.REFUSED:
            raise self._failed(FailureKind.DEVICE_ERROR, "the agent answers notWritable")

    def _failed(self, kind: FailureKind, detail: str, *, maybe: bool = False) -> ChangeError:
        failure = Failure(kind=kind, where=self.node, detail=detail)
        return ChangeError(failure, "snmp.set", may_have_happened=maybe)


def _value(wanted: SetObject) -> SnmpValue:
    if wanted.type in NUMBERS:
        return int(wanted.value)
    if wanted.type == "object_id":
        return wanted.value
    return bytes.fromhex(wanted.value) if wanted.type == "hex" else wanted.value.encode()


@dataclass(slots=True, kw_only=True)
class FakeShell:
    """A command line that answers lines: text, or the failure that the node's refusal is.

    A line that is not there is not taken. `effects` change `objects` when their line is entered;
    what is in `lost` is done and never answered. `entered` notes each line.
    """

    wire: Wire
    node: str = "an-1"
    answers: Mapping[str, str] = field(default_factory=dict)
    objects: MutableMapping[Oid, SnmpValue] = field(default_factory=dict)
    effects: Mapping[str, Mapping[Oid, SnmpValue]] = field(default_factory=dict)
    lost: frozenset[str] = frozenset()
    entered: list[str] = field(default_factory=list)

    async def enter(self, line: ShellLine, *, deadline: float) -> str:
        """Type a line."""
        if not line.text.isprintable():
            msg = f"{line.text!r} cannot be typed"
            raise ValueError(msg)
        self.entered.append(line.text)
        self.objects.update(self.effects.get(line.text, {}))
        if line.text in self.lost:
            await self.wire.clock.sleep_until(deadline)
            raise self._failed(FailureKind.SILENT, "no prompt came back", maybe=True)
        try:
            await self.wire.cross("shell.enter", self.node, line.text, deadline)
        except MeasurementError as error:
            raise ChangeError(error.failure, error.operation, may_have_happened=True) from error
        if line.text not in self.answers:
            raise self._failed(FailureKind.DEVICE_ERROR, f"does not take {line.text!r}")
        return self.answers[line.text]

    def _failed(self, kind: FailureKind, detail: str, *, maybe: bool = False) -> ChangeError:
        failure = Failure(kind=kind, where=self.node, detail=detail)
        return ChangeError(failure, "shell.enter", may_have_happened=maybe)


@dataclass(slots=True, kw_only=True)
class FakeJournal:
    """A journal in memory.

    It is full after `room` entries, and the device somebody else's after `held_for`, where these
    are not None.
    """

    room: int | None = None
    held_for: int | None = None
    entries: list[JournalEntry] = field(default_factory=list)

    def write(self, entry: JournalEntry) -> None:
        """Append an entry."""
        if self.held_for is not None and len(self.entries) >= self.held_for:
            raise HoldLostError("somebody else holds the device; nothing more is sent")
        if self.room is not None and len(self.entries) >= self.room:
            raise ActionError("the journal cannot be written: No space left on device")
        self.entries.append(entry)
