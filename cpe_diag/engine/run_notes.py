"""What a run notes in its journal, and what it finds there when it is taken up again."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

from cpe_diag.domain.evidence import Evidence, Measurement
from cpe_diag.domain.failures import RunError, StoreError
from cpe_diag.domain.run_journal import RunEntry, RunEntryKind
from cpe_diag.engine.run import ActEnded, NotKept, StepRecord
from cpe_diag.report.codec import encode
from cpe_diag.report.decoding import UndecodableError, decode

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cpe_diag.engine.run import OnProgress
    from cpe_diag.playbook.model import Playbook
    from cpe_diag.ports import Clock, RunJournal

V = TypeVar("V")


class RunNotes:
    """Writes the journal of a run; what need not be on the disk at once goes with what must."""

    def __init__(self, journal: RunJournal | None, clock: Clock, on_progress: OnProgress) -> None:
        """Write into `journal`; None: nobody keeps this run."""
        self._journal = journal
        self._clock = clock
        self._on_progress = on_progress
        self._waiting: list[RunEntry] = []
        self._noted = 0
        self.trouble = ""
        """Why the journal does not hold everything now; empty where it does."""

    def later(self, kind: RunEntryKind, step: str = "", **document: object) -> None:
        """Note what is of no harm where it is lost."""
        if self._journal is not None:
            entry = RunEntry(kind=kind, at=self._clock.now(), step=step, document=document)
            self._waiting.append(entry)

    async def now(
        self, kind: RunEntryKind, step: str = "", *, needed: bool = False, **document: object
    ) -> bool:
        """Note something and all that waits; it is on the disk where this gives True.

        Raises:
            RunError: another worker has the run.
        """
        if self._journal is None:
            return True
        self.later(kind, step, **document)
        try:
            await self._journal.note(tuple(self._waiting), first=self._noted, needed=needed)
        except StoreError as error:
            if not self.trouble:
                self._on_progress(NotKept(words=str(error)))
            self.trouble = str(error)
            return False
        self._noted += len(self._waiting)
        self._waiting.clear()
        self.trouble = ""
        return True

    @property
    def is_kept(self) -> bool:
        """Whether there is a journal."""
        return self._journal is not None

    async def stop_asked(self) -> bool:
        """Say whether somebody wants the run cancelled."""
        return self._journal is not None and await self._journal.stop_asked()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """An answer; `source` None: nobody has said it, it is the default."""

    choice: str
    source: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Wave:
    """What a wave of probes has brought."""

    step: str
    at: datetime
    probes: tuple[str, ...]
    evidence: Evidence

    @property
    def measurements(self) -> tuple[Measurement, ...]:
        """Its evidence, one by one."""
        return tuple(Measurement(key=key, observation=seen) for key, seen in self.evidence)


@dataclass(frozen=True, slots=True, kw_only=True)
class Acted:
    """A change that was intended; `ended` None: nobody has noted how it ended."""

    at: datetime
    ended: ActEnded | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSoFar:
    """What the journal holds of a run. `playbook` is the digest of what it ran, empty: unknown."""

    started_at: datetime
    playbook: str = ""
    answers: Mapping[str, Answered] = field(default_factory=lambda: MappingProxyType({}))
    waves: tuple[Wave, ...] = ()
    acts: Mapping[str, Acted] = field(default_factory=lambda: MappingProxyType({}))
    records: Mapping[str, StepRecord] = field(default_factory=lambda: MappingProxyType({}))


def run_so_far(entries: Iterable[RunEntry], *, started_at: datetime) -> RunSoFar:
    """Read a journal.

    Args:
        entries: of one run, the oldest first.
        started_at: when it began, in UTC.

    Returns:
        What is known of it.

    Raises:
        RunError: it holds what this version does not write.
    """
    playbook = ""
    answers: dict[str, Answered] = {}
    waves: list[Wave] = []
    acts: dict[str, Acted] = {}
    records: dict[str, StepRecord] = {}
    for entry in entries:
        said = entry.document
        match entry.kind:
            case RunEntryKind.STARTED:
                playbook = playbook or _told(str, entry, "playbook")
            case RunEntryKind.ANSWERED:
                source = None if said.get("source") is None else _told(str, entry, "source")
                choice = _told(str, entry, "choice")
                answers[entry.step] = Answered(choice=choice, source=source, at=entry.at)
            case RunEntryKind.MEASURED:
                waves.append(
                    Wave(
                        step=entry.step,
                        at=entry.at,
                        probes=_told(tuple[str, ...], entry, "probes"),
                        evidence=_told(Evidence, entry, "evidence"),
                    )
                )
            case RunEntryKind.ACT_INTENDED:
                acts[entry.step] = Acted(at=entry.at, ended=None)
            case RunEntryKind.ACT_ENDED:
                acts[entry.step] = Acted(at=entry.at, ended=_told(ActEnded, entry, "act"))
            case RunEntryKind.STEP_ENDED:
                records[entry.step] = _told(StepRecord, entry, "record")
            case RunEntryKind.STEP_BEGAN | RunEntryKind.JUDGED | RunEntryKind.ENDED:
                pass
    return RunSoFar(
        started_at=started_at,
        playbook=playbook,
        answers=answers,
        waves=tuple(waves),
        acts=acts,
        records=records,
    )


def playbook_digest(playbook: Playbook) -> str:
    """Give what two playbooks share that take the same steps."""
    return hashlib.sha256(repr((playbook.id, playbook.steps)).encode()).hexdigest()


def brought(before: Evidence, after: Evidence) -> object:
    """Give what evidence has that it had not before, as JSON data."""
    new = {key: seen for key, seen in after if before.get(key.kind, key.subject) is not seen}
    return encode(Evidence(MappingProxyType(new)))


def _told(value_type: type[V], entry: RunEntry, name: str) -> V:
    try:
        return decode(value_type, entry.document.get(name))
    except UndecodableError as error:
        raise RunError(f"the journal of the run cannot be read ({entry.kind}): {error}") from error
