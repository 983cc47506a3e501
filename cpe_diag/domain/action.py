"""A change of a subscriber's port: what exactly would be done, and how it ended.

A plan holds every octet that would be sent, so that consent to its digest is consent to that and
to nothing else.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, TypeAlias

from cpe_diag.domain.agreement import GuardFinding, digest_of, objections_of
from cpe_diag.domain.missing import LATER


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedSet:
    """One object to set in a SET request of its own.

    `object` names MIB and object where the driver does. `type` is the SMI type on the wire, and
    `value` and `previous` are written as text: a number in decimal, `hex` in hex digits, an
    OBJECT IDENTIFIER dotted. `previous` None: the object cannot be read, or had no value;
    `readable` False: nobody can see by reading whether the SET happened.
    """

    oid: str
    object: str
    type: str
    value: str
    readable: bool
    previous: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedWait:
    """Time to let pass, in seconds."""

    wait_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedLine:
    """One line for the node's command line.

    `expect` is a pattern of the question that it may ask back, `send` the answer; both empty where
    it asks nothing. `changes` False: it only goes to another mode of the command line, and leaves
    the node as it was.
    """

    line: str
    expect: str
    send: str
    changes: bool = True


PlannedStep: TypeAlias = PlannedSet | PlannedWait | PlannedLine

GONE: Final = "(no such object)"
"""Stands for a value where a row must be gone; parentheses and spaces are in no number, and no
name of a setting is this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedObject:
    """What must stand on the node afterwards; `value` is written as in PlannedSet.

    `GONE` as a value, or as the previous one: the node has no such object.
    """

    oid: str
    object: str
    value: str
    previous: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionPlan:
    """One change, exactly.

    `node`, `address` (with the port of its agent) and `port` say where; `wished` is the value as a
    person wrote it, None where the action takes none. `way_back` gives objects their previous
    values. `taken_back` True: that is done when the change does not help; False (a restart): only
    where it broke off in the middle. `no_way_back` says why there is none, else it is empty.
    `outage_s` is how long the customer is without service. `accepted` are the ids of findings
    that could not be told and that somebody accepts. `repeats` is the id of the action that did
    the same just now, so that consent to one repetition is not consent to the next one. `place`
    names the port as its node does, so that two names of the inventory are known as one port.
    """

    action: str
    subscriber: str
    node: str
    address: str
    port: str
    driver: str
    wished: str | None
    steps: tuple[PlannedStep, ...]
    read_back: tuple[ExpectedObject, ...]
    way_back: tuple[PlannedStep, ...]
    taken_back: bool
    no_way_back: str
    outage_s: float
    source: str
    findings: tuple[GuardFinding, ...]
    accepted: tuple[str, ...]
    repeats: str | None = None
    place: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """SHA-256 in hex over a canonical form: all but the findings' words and `place`."""
        data = asdict(self)
        del data["place"]
        return digest_of(data, self.findings, self.accepted)

    @property
    def objections(self) -> tuple[GuardFinding, ...]:
        """The findings that forbid it."""
        return objections_of(self.findings, self.accepted)

    @property
    def stands_already(self) -> bool:
        """All that it would set has the value already, so that there is nothing to do."""
        return (
            self.taken_back
            and bool(self.read_back)
            and all(one.previous == one.value for one in self.read_back)
        )


class Phase(StrEnum):
    """Which list of steps of a plan a step is of."""

    FORWARD = "forward"
    BACK = "back"


class StepSaid(StrEnum):
    """What is known of one step."""

    DONE = "done"
    """The node says that it did it."""
    REFUSED = "refused"
    """It was not done: the node says no, or nothing was sent."""
    SILENT = "silent"
    """No usable answer: it may have happened."""
    FOUND = "found"
    """Looked at afterwards: it is done."""
    NOT_FOUND = "not_found"
    """Looked at afterwards: it is not done."""
    NOT_TOLD = "not_told"
    """Looking did not tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PerformedStep:
    """What came of one step; `words` are the node's or the failure's."""

    phase: Phase
    number: int
    said: StepSaid
    words: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One thing that was read or measured beside a change.

    `what` names a reading of a plan (a `Reads`, an object of a MIB) or a quantity of
    `report.trends`; `of` whose it is, empty where there is one; `value` in words, None where it
    could not be read; `unit` empty where it is no quantity.
    """

    what: str
    of: str
    value: str | None
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What was measured after a change, and what it proves.

    `holds` True: the symptom is gone, or things are as the change wanted them; False: not; None:
    it cannot be told. `took_effect` says whether what was measured shows that the change
    happened, None where it does not tell. `words` say what was seen, `read` are its quantities.
    """

    holds: bool | None
    took_effect: bool | None
    words: str
    read: tuple[Reading, ...] = ()


class ActionEnd(StrEnum):
    """How a change ended; that a command returned is none of them."""

    PROVEN = "proven"
    """It took effect, and the symptom is gone."""
    FAILED = "failed"
    """It did not happen, or it happened and did not help, and there is nothing to put back."""
    ROLLED_BACK = "rolled_back"
    """The objects have their previous values again, which was read back."""
    UNKNOWN = "unknown"
    """Nobody can say what stands on the node; the words say what to look at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionOutcome:
    """How a change ended. `symptom` says in words what was measured before and after."""

    id: str
    digest: str
    end: ActionEnd
    words: str
    symptom: str
    steps: tuple[PerformedStep, ...]
    started_at: datetime
    took_s: float


class EntryKind(StrEnum):
    """What an entry of the journal notes."""

    INTENT = "intent"
    """The step is about to be sent; written before it is."""
    ANSWER = "answer"
    """What came of the step."""
    NOTE = "note"
    """Something that was read or measured."""
    END = "end"
    """The outcome; nothing follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEntry:
    """One entry of an action's journal; `said` is a StepSaid or an ActionEnd by its word.

    `read` is what was read or measured, where the entry is about that.
    """

    kind: EntryKind
    at: datetime
    words: str
    phase: Phase = Phase.FORWARD
    step: int = 0
    said: str = ""
    read: tuple[Reading, ...] = field(default=(), metadata={LATER: True})


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionRecord:
    """What the journal holds of one action.

    `symptom` says what was wrong before, `measured` are the quantities that were measured then.
    """

    id: str
    begun_at: datetime
    plan: ActionPlan
    ticket: str | None
    symptom: str
    entries: tuple[JournalEntry, ...]
    measured: tuple[Reading, ...] = field(default=(), metadata={LATER: True})

    @property
    def end(self) -> JournalEntry | None:
        """How it ended; None: that is not known."""
        return next((one for one in self.entries if one.kind is EntryKind.END), None)

    @property
    def ended(self) -> bool:
        """Its outcome is known."""
        return self.end is not None

    @property
    def may_have_changed(self) -> bool:
        """A step was about to be sent, and nothing shows that it was not done."""
        last: dict[tuple[Phase, int], str] = {}
        for one in self.entries:
            if one.kind in {EntryKind.INTENT, EntryKind.ANSWER}:
                last[one.phase, one.step] = one.said
        return any(said not in {StepSaid.REFUSED, StepSaid.NOT_FOUND} for said in last.values())

    def intended(self, phase: Phase) -> frozenset[int]:
        """Give the steps of a phase that were about to be sent: they may have happened."""
        return frozenset(
            one.step for one in self.entries if one.kind is EntryKind.INTENT and one.phase is phase
        )
