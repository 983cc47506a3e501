"""One run while it goes: what is known, what the verdict is, and how much time is left."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import Evidence
from cpe_diag.domain.run_journal import RunEntryKind
from cpe_diag.engine.conditions import Known
from cpe_diag.engine.run import Judged, RunEnd, StepRecord, StepStarted
from cpe_diag.engine.run_notes import RunNotes, playbook_digest
from cpe_diag.judge.question import CaseFile

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpe_diag.domain.findings import Finding
    from cpe_diag.domain.verdict import Destination, Verdict
    from cpe_diag.engine.run import AskCaller, OnProgress, RunOrder
    from cpe_diag.engine.run_notes import RunSoFar, Wave
    from cpe_diag.playbook.model import Step
    from cpe_diag.ports import RunJournal
    from cpe_diag.probes.probe import Probe

LEAST_S: Final = 1.0
"""With less time than this nothing is measured any more: a device that needs half a second would
be called silent. One second is the usual first timeout of an SNMP request (net-snmp, `-t`)."""

STALE: Final = timedelta(seconds=120)
"""What was measured longer ago is measured again where a run is taken up."""


SKEW: Final = timedelta(seconds=5)
"""How far the clocks of two machines may be apart."""


class RunCase:
    """One run while it goes."""

    def __init__(  # noqa: PLR0913, PLR0917 - the arguments of run_playbook, kept
        self,
        order: RunOrder,
        catalogue: tuple[Probe, ...],
        judge: Callable[[CaseFile], Verdict],
        findings: Callable[[CaseFile], tuple[Finding, ...]],
        next_probes: Callable[[CaseFile, frozenset[str]], tuple[str, ...]],
        second_probes: Callable[[CaseFile, frozenset[str]], tuple[str, ...]],
        enough: Callable[[CaseFile, frozenset[str]], bool],
        on_progress: OnProgress,
        ask_caller: AskCaller,
        journal: RunJournal | None,
        so_far: RunSoFar | None,
    ) -> None:
        """Begin, or go on with what `so_far` holds; see `run_playbook`."""
        self.order = order
        self.catalogue = catalogue
        self.judge = judge
        self.findings = findings
        self.next_probes = next_probes
        self.second_probes = second_probes
        self.enough = enough
        self.on_progress = on_progress
        self.ask_caller = ask_caller
        self.clock = order.setting.doors.clock
        self.notes = RunNotes(journal, self.clock, on_progress)
        self.past = so_far
        self.playbook = playbook_digest(order.playbook)
        self.is_same_playbook = self.past is None or self.past.playbook in {"", self.playbook}
        now = self.clock.now()
        self.started_at = now if self.past is None else self.past.started_at
        # The deadline stays where it was, whatever the clock of this machine says now.
        ago_s = max(0.0, (now - self.started_at).total_seconds())
        self.start_s = self.clock.monotonic() - ago_s
        self.budget_ends = self.start_s + order.budget_s
        self.evidence = Evidence().with_measurements(order.earlier)
        self.answers: dict[str, str] = {}
        self.acts: dict[str, str] = {}
        self.ran: set[str] = set()
        self.ran_since_answer: set[str] = set()
        self.verdict: Verdict | None = None
        self.verdict_on: Evidence | None = None
        self.destination: Destination | None = None
        self.ended: RunEnd | None = None
        self.out_of_time = False
        self.records: list[StepRecord] = []

    def start(self, step: Step, probes: tuple[str, ...] = ()) -> None:
        """Tell that a step begins."""
        self.on_progress(StepStarted(step_id=step.id, kind=kind_of(step), probes=probes))
        self.notes.later(RunEntryKind.STEP_BEGAN, step.id, probes=list(probes))

    def time_is_over(self) -> bool:
        """Note and tell whether the budget has too little left to ask or measure."""
        if self.budget_ends - self.clock.monotonic() < LEAST_S:
            self.out_of_time = True
        return self.out_of_time

    def case(self) -> CaseFile:
        """Give what is judged."""
        setting = self.order.setting
        return CaseFile(
            evidence=self.evidence,
            subscriber=setting.subscriber,
            symptom=self.order.playbook.symptom,
            device_mac=setting.device_mac,
            platform_host=setting.platform.host if setting.platform else None,
            thresholds=self.order.thresholds,
        )

    def known(self) -> Known:
        """Give what conditions are held to."""
        return Known(
            evidence=self.evidence,
            findings=lambda: self.findings(self.case()),
            answers=self.answers,
            acts=self.acts,
        )

    def judged(self) -> Verdict:
        """Give the verdict on what is known now; the same evidence is judged once."""
        if self.verdict is None or self.verdict_on is not self.evidence:
            self.verdict = self.judge(self.case())
            self.verdict_on = self.evidence
            self.on_progress(Judged(verdict=self.verdict))
            self.notes.later(
                RunEntryKind.JUDGED,
                domain=self.verdict.domain.value,
                cause=self.verdict.cause,
                confidence=self.verdict.confidence,
            )
        return self.verdict

    async def stopped(self) -> bool:
        """Note and tell whether somebody wants the run cancelled; asked at safe points."""
        if self.ended is None and await self.notes.stop_asked():
            self.ended = RunEnd.CANCELLED
        return self.ended is RunEnd.CANCELLED

    def recall(self, step: Step) -> bool:
        """Take from the journal what a step has measured, where it is not stale.

        Where no time is left to measure it again, what is stale is better than nothing.

        Returns:
            Whether there was something.
        """
        recalled = False
        if self.past is None or not self.is_same_playbook:
            return recalled
        over, now = self.time_is_over(), self.clock.now()
        for wave in self.past.waves:
            # What seems to come from the future was measured before a clock was put right.
            is_fresh = -SKEW <= now - wave.at <= STALE
            if wave.step == step.id and (over or is_fresh):
                self.take_over(wave)
                recalled = True
        return recalled

    def take_over(self, wave: Wave) -> None:
        """Let a wave of the journal count as measured."""
        self.evidence = self.evidence.with_measurements(wave.measurements)
        self.ran.update(wave.probes)
        self.ran_since_answer.update(wave.probes)


def kind_of(step: Step) -> str:
    """Name the kind of a step."""
    return type(step).__name__.removesuffix("Step").lower()
