"""What a run is given, what it tells while it goes, and what it leaves."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from cpe_diag.domain.evidence import Evidence, Measurement
from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.incident import PlatformIncident
from cpe_diag.domain.known_issue import KnownIssues
from cpe_diag.domain.missing import Maybe, Missing
from cpe_diag.domain.trace import Exchange, RawAnswer
from cpe_diag.domain.verdict import Destination, Verdict
from cpe_diag.judge.question import CaseFile
from cpe_diag.playbook.model import ActStep, AskStep, Playbook
from cpe_diag.probes.probe import Setting


@dataclass(frozen=True, slots=True, kw_only=True)
class ActEnded:
    """How an `act` step ended: an ActionEnd by its word or `not_done`, and why, in words."""

    ended: str
    note: str


TooLate: TypeAlias = Callable[[], Awaitable[str]]
"""Says why nothing may be begun any more; empty: it may. It is asked again after each wait."""

Act: TypeAlias = Callable[[ActStep, TooLate], Awaitable[ActEnded]]
"""Plans a change, has it agreed to, does it and proves it; never raises for the network.

Called again for a step that it may have begun before, for the same run, it looks first, and does
nothing again that may have happened. What is not begun while it may, is not begun.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOrder:
    """One run to do. `budget_s` is the whole time; `answers` are given beforehand by question id.

    `run_id` is unique; `ticket` is the operator's reference or None.
    """

    run_id: str
    playbook: Playbook
    setting: Setting
    budget_s: float
    answers: Mapping[str, str]
    thresholds: Mapping[str, float]
    ticket: str | None
    everything: bool = False
    """Measure all there is, in place of what seems worth it; for comparison."""
    earlier: tuple[Measurement, ...] = ()
    """What was measured of the same visit before, from another place; with its own times."""
    act: Act | None = None
    """Changes the router where a step says so; None: nothing may be changed in this run."""


class RunEnd(StrEnum):
    """Why a run ended."""

    FINISHED = "finished"
    STOPPED = "stopped"
    """A stop step was reached."""
    OUT_OF_TIME = "out_of_time"
    CANCELLED = "cancelled"
    """Somebody wanted it, and a safe point was reached."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRecord:
    """One step of the playbook as it went: `state` is `done`, `skipped` or `cut`."""

    id: str
    kind: str
    state: str
    started_s: float
    ended_s: float
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResult:
    """All that a run leaves; everything that a report or a bundle needs.

    `known` is what is known of the equipment's faults, looked up when the verdict stood;
    `incident` is that of the platform, Missing where none fails.
    """

    run_id: str
    playbook: str
    ticket: str | None
    started_at: datetime
    took_s: float
    end: RunEnd
    case: CaseFile
    verdict: Verdict
    destination: Destination
    steps: tuple[StepRecord, ...]
    trace: tuple[Exchange, ...]
    raw_answers: tuple[RawAnswer, ...]
    known: KnownIssues = field(default_factory=KnownIssues)
    incident: Maybe[PlatformIncident] = Missing(why=FailureKind.NOT_APPLICABLE)  # noqa: RUF009 - immutable

    @property
    def evidence(self) -> Evidence:
        """What was seen."""
        return self.case.evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class StepStarted:
    """A step begins."""

    step_id: str
    kind: str
    probes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeStarted:
    """A probe begins."""

    probe: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeEnded:
    """A probe has brought its observations back; `evidence` is all that is known now."""

    probe: str
    measurements: tuple[Measurement, ...]
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """A probe is about to begin that interrupts the customer's connection; `title` is its own."""

    probe: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The judge has spoken on what is known so far."""

    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class NotKept:
    """The journal of the run cannot be written: it goes on looking, and changes nothing."""

    words: str


Progress: TypeAlias = StepStarted | Announced | ProbeStarted | ProbeEnded | Judged | NotKept
OnProgress: TypeAlias = Callable[[Progress], None]
AskCaller: TypeAlias = Callable[[AskStep], str | None]
"""Puts a question to the person at the terminal; None means that nobody can be asked."""
