"""A change of a home router: what exactly would be sent, how it goes back by itself, how it ended.

A plan holds every character that would be sent, but for named slots: a secret, and what only the
moment gives (the action's id, the boot id). Consent to its digest is consent to that and to
nothing else. Entries, proofs and ends are those of `action`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from cpe_diag.domain.action import EntryKind, JournalEntry, Reading
from cpe_diag.domain.agreement import GuardFinding, digest_of, objections_of
from cpe_diag.domain.missing import LATER


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A part of what is sent: literal `text`, or a slot.

    `slot` names it (`password`, `id`, `boot_id`), empty for a literal; `quoting` says in which
    form it is written there (a name of `driver_kit.quoting`), empty for as it is.
    """

    text: str
    slot: str = ""
    quoting: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedCommand:
    """One command for the router.

    `run` is the command and `stdin` what it gets on standard input. `upload` names a payload (an
    image, a kept copy) that goes to standard input in its place; empty: none. `goes_away` True:
    the router may end the connection over it, so that a missing answer means nothing.
    """

    label: str
    run: tuple[Piece, ...]
    stdin: tuple[Piece, ...]
    upload: str
    limit_s: float
    goes_away: bool


class Way(StrEnum):
    """How a change is made safe."""

    ARMED = "armed"
    """The router takes it back by itself unless it is confirmed over a new connection."""
    PASSING = "passing"
    """Armed too, and never confirmed: the router takes it back in any case, which is wished."""
    ONCE = "once"
    """It cannot be taken back; it happens at most once, tied to the present boot."""


class Reads(StrEnum):
    """What of the router's state a change wants otherwise."""

    SSID = "ssid"
    """The name on air of a network."""
    ON_AIR = "on_air"
    """Whether a radio or network is on air: `yes` or `no`."""
    OTHER_ON_AIR = "other_on_air"
    """The same of a radio that is not changed, and must not fall with the others."""
    CHANNEL = "channel"
    """The channel of a radio."""
    PASSWORD = "password"  # noqa: S105 - the name of a field
    """Whether a network takes the new password, which the router compares itself: `new`."""
    BOOT = "boot"
    """The boot: `another` than the one that the change began in."""
    FIRMWARE = "firmware"
    """The firmware's version."""
    AIR = "air"
    """Whether every radio that is switched on is on air: `as set`."""
    SETTINGS = "settings"
    """Whether the settings are those of the kept copy that is restored: `as kept`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedReading:
    """What must be read afterwards; `subject` is a network's or radio's id of its settings.

    `interface` is a network's name on the router, by which the router compares itself; empty for
    a radio.
    """

    reads: Reads
    subject: str
    value: str
    previous: str
    interface: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """What is uploaded: its size in bytes and SHA-256 in hex; the content is not in a plan."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RouterPlan:
    """One change of one router, exactly.

    `router` is its address with the port of its SSH server. `wished` says in words what is
    wanted, `targets` which networks or radios by the names that a person knows, `encryptions`
    what networks speak that get a new password, in the platform's words. `prepare` changes
    nothing that lasts; `arm` starts the revert on the router, which fires after `window_s`;
    `apply` makes the change; `keep` claims the revert, so that it cannot fire any more, and makes
    the change last; `back` goes back at once. `state` tells how far the revert is, and `check`
    what the router compares itself. `reverts` says in words how it goes back without us.
    `outage_s` is how long the customer is without service (or Wi-Fi).
    """

    action: str
    subscriber: str
    router: str
    driver: str
    model: str
    firmware: str
    wished: str
    targets: tuple[str, ...]
    encryptions: tuple[str, ...]
    way: Way
    backup: tuple[PlannedCommand, ...]
    prepare: tuple[PlannedCommand, ...]
    arm: tuple[PlannedCommand, ...]
    apply: tuple[PlannedCommand, ...]
    keep: tuple[PlannedCommand, ...]
    back: tuple[PlannedCommand, ...]
    state: tuple[PlannedCommand, ...]
    check: tuple[PlannedCommand, ...]
    expected: tuple[ExpectedReading, ...]
    secrets: tuple[str, ...]
    payloads: tuple[Payload, ...]
    window_s: float
    reverts: str
    outage_s: float
    source: str
    findings: tuple[GuardFinding, ...]
    accepted: tuple[str, ...]

    @property
    def digest(self) -> str:
        """SHA-256 in hex over a canonical form: all of it but the words of the findings."""
        return digest_of(asdict(self), self.findings, self.accepted)

    @property
    def objections(self) -> tuple[GuardFinding, ...]:
        """The findings that forbid it."""
        return objections_of(self.findings, self.accepted)

    @property
    def stands_already(self) -> bool:
        """Everything is read as it is wanted, so that there is nothing to do."""
        return bool(self.expected) and all(one.previous == one.value for one in self.expected)


class RevertState(StrEnum):
    """How far the router's own revert is, in the words of a driver's `state` commands."""

    ARMED = "armed"
    """It runs, and fires when its time is up."""
    FIRED = "fired"
    """It has taken the change back."""
    KEPT = "kept"
    """It was stopped, and the change was made to last."""
    NONE = "none"
    """There is none: never armed, stopped, or gone with a restart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RouterRecord:
    """What the journal holds of one action on a router. `symptom` says what was wrong before.

    `boot_id` is the boot that it began in, empty where the platform has none; `consent` the id.
    `measured` are the quantities that were measured before.
    """

    id: str
    begun_at: datetime
    plan: RouterPlan
    boot_id: str
    consent: str
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
    def seen_as_wanted(self) -> bool:
        """It took effect, which was read over a new connection."""
        return any(one.kind is EntryKind.NOTE and one.words == AS_WANTED for one in self.entries)

    @property
    def untouched(self) -> bool:
        """It has no end, and nothing was sent that changes the router: it can still be begun."""
        return not self.ended and not {RouterStage.ARM, RouterStage.APPLY} & set(self.stages)

    @property
    def stages(self) -> tuple[str, ...]:
        """The stages that were about to be done: they may have happened."""
        return tuple(one.said for one in self.entries if one.kind is EntryKind.INTENT)


AS_WANTED: Final = "read over a new connection: as wanted"
"""The note in the journal that everything was seen as the plan wants it."""

WISHED: Final = "the customer wishes it"
"""In place of a symptom: nothing is wrong, so that nothing is measured."""

MEASURED: Final = "measured: "
"""How a note in the journal begins that tells what was measured after the change."""


class RouterStage(StrEnum):
    """The stages of a change, in their order; each is noted before it is begun."""

    BACKUP = "backup"
    PREPARE = "prepare"
    ARM = "arm"
    APPLY = "apply"
    DELIVER = "deliver"
    KEEP = "keep"
    BACK = "back"
