"""What a report needs of a run; `engine.run.RunResult` has it all, and so has a saved bundle.

The report stands below the engine and cannot see its types, so it says here what it reads.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from cpe_diag.domain.evidence import Evidence
from cpe_diag.domain.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpe_diag.domain.incident import PlatformIncident
    from cpe_diag.domain.known_issue import KnownIssues
    from cpe_diag.domain.missing import Maybe
    from cpe_diag.domain.subscriber import Subscriber
    from cpe_diag.domain.trace import Exchange, RawAnswer
    from cpe_diag.domain.verdict import Destination


class Case(Protocol):
    """What was judged; `judge.question.CaseFile` is one."""

    @property
    def evidence(self) -> Evidence:
        """What was seen."""

    @property
    def subscriber(self) -> Subscriber:
        """Whom it is about."""

    @property
    def symptom(self) -> str:
        """The complaint."""

    @property
    def device_mac(self) -> str | None:
        """The device in question."""

    @property
    def platform_host(self) -> str | None:
        """The site in question."""

    @property
    def thresholds(self) -> Mapping[str, float]:
        """The operator's own thresholds, by id."""


class StepLine(Protocol):
    """One step of the playbook as it went; `engine.run.StepRecord` is one."""

    @property
    def id(self) -> str:
        """The step."""

    @property
    def kind(self) -> str:
        """What kind of step it is."""

    @property
    def state(self) -> str:
        """`done`, `skipped` or `cut`."""

    @property
    def started_s(self) -> float:
        """Seconds from the start of the run."""

    @property
    def ended_s(self) -> float:
        """Seconds from the start of the run."""

    @property
    def note(self) -> str:
        """What there is to say about it."""


class Run(Protocol):
    """A finished run; `engine.run.RunResult` is one."""

    @property
    def run_id(self) -> str:
        """The run."""

    @property
    def playbook(self) -> str:
        """The playbook's id."""

    @property
    def ticket(self) -> str | None:
        """The operator's reference."""

    @property
    def started_at(self) -> datetime:
        """When, in UTC."""

    @property
    def took_s(self) -> float:
        """How long, in seconds."""

    @property
    def end(self) -> str:
        """Why it ended: `finished`, `stopped` or `out_of_time`."""

    @property
    def case(self) -> Case:
        """What was judged."""

    @property
    def verdict(self) -> Verdict:
        """The conclusion."""

    @property
    def destination(self) -> Destination:
        """Who goes on with the case."""

    @property
    def steps(self) -> tuple[StepLine, ...]:
        """The steps of the playbook, in their order."""

    @property
    def trace(self) -> tuple[Exchange, ...]:
        """Every question that went over the wire."""

    @property
    def raw_answers(self) -> tuple[RawAnswer, ...]:
        """What the devices really said, redacted."""

    @property
    def known(self) -> KnownIssues:
        """What is known of the equipment's faults."""

    @property
    def incident(self) -> Maybe[PlatformIncident]:
        """The incident of the platform, Missing where none fails."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SoFar:
    """What is known at a moment (UTC) of a run that has no end yet."""

    at: datetime
    evidence: Evidence
    verdict: Verdict
