"""Takes the steps of a playbook from the top, within one budget, to a verdict that is routed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, assert_never

from cpe_diag.domain.evidence import Evidence, FactKey, Measurement
from cpe_diag.domain.nuisance import Nuisance
from cpe_diag.domain.observations import Observed
from cpe_diag.domain.path_facts import CallerAnswer, OwnChange
from cpe_diag.domain.verdict import Destination, FaultDomain, Verdict
from cpe_diag.engine.conditions import Known, evaluate
from cpe_diag.engine.measure import measure
from cpe_diag.engine.plan import plan_step
from cpe_diag.engine.run import (
    Announced,
    Judged,
    RunEnd,
    RunResult,
    StepRecord,
    StepStarted,
)
from cpe_diag.judge.question import CaseFile
from cpe_diag.playbook.answers import check_answers
from cpe_diag.playbook.model import (
    ActStep,
    AskStep,
    InvestigateStep,
    JudgeStep,
    ProbeStep,
    RouteStep,
    Step,
    StopStep,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from cpe_diag.domain.findings import Finding
    from cpe_diag.engine.run import AskCaller, OnProgress, RunOrder
    from cpe_diag.probes.probe import Probe

DONE = "done"
SKIPPED = "skipped"
CUT = "cut"

NO_MORE_NEEDED = "the verdict stands, no answer could change it"

LEAST_S = 1.0
"""With less time than this nothing is measured any more: a device that needs half a second would
be called silent. One second is the usual first timeout of an SNMP request (net-snmp, `-t`)."""


async def run_playbook(  # noqa: PLR0913 - each is one thing that tests replace by themselves
    order: RunOrder,
    *,
    catalogue: tuple[Probe, ...],
    judge: Callable[[CaseFile], Verdict],
    findings: Callable[[CaseFile], tuple[Finding, ...]],
    next_probes: Callable[[CaseFile, frozenset[str]], tuple[str, ...]],
    second_probes: Callable[[CaseFile, frozenset[str]], tuple[str, ...]],
    enough: Callable[[CaseFile, frozenset[str]], bool],
    on_progress: OnProgress,
    ask_caller: AskCaller,
) -> RunResult:
    """Run a playbook on one subscriber.

    The budget always ends in a routed case: when it is over, nothing more is asked or measured,
    and the verdict on what is known so far is handed over. A probe that has run is not run
    again, unless a later step names it after the caller has given an answer. Probes whose answers
    could not change the verdict any more are not run, and not waited for; those that interrupt
    the customer come last, and are announced.

    Args:
        order: what to run, on whom, how long.
        catalogue: all probes there are, in the order of their places on the path.
        judge: concludes.
        findings: gives every rule's answer, for conditions that name one.
        next_probes: gives probes that are not among those run and tell most for what they cost,
            to be run together; none where no probe is worth its time.
        second_probes: gives probes that could name a second cause once a verdict is sure.
        enough: tells that no answer of these probes could change the verdict on the case.
        on_progress: is told what happens, while it happens.
        ask_caller: puts a question to a person. It is called while nothing is measured and may
            block; what it takes counts against the budget.

    Returns:
        All that the run leaves.

    Raises:
        DefinitionError: answers were given that do not fit the playbook's questions.
        Exception: a bug in a probe, a rule or a callback, as it is; nothing was written.
    """
    check_answers(order.playbook, order.answers)
    run = _Run(
        order,
        catalogue,
        judge,
        findings,
        next_probes,
        second_probes,
        enough,
        on_progress,
        ask_caller,
    )
    for step in order.playbook.steps:
        await run.take(step)
    return run.result()


class _Run:
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
    ) -> None:
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
        self.started_at = self.clock.now()
        self.start_s = self.clock.monotonic()
        self.budget_ends = self.start_s + order.budget_s
        self.evidence = Evidence()
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

    async def take(self, step: Step) -> None:
        """Take one step, or note why it is not taken."""
        started = self.clock.monotonic()
        why_not = self.why_not(step)
        state, note = (SKIPPED, why_not) if why_not else await self.act(step)
        self.records.append(
            StepRecord(
                id=step.id,
                kind=_kind(step),
                state=state,
                started_s=started - self.start_s,
                ended_s=self.clock.monotonic() - self.start_s,
                note=note,
            )
        )

    def why_not(self, step: Step) -> str | None:
        """Say why a step is not taken, or None where it is."""
        if self.ended is not None:
            return "the playbook had ended before"
        if step.when is None:
            return None
        told = evaluate(step.when, self.known())
        if told.holds:
            return None
        return told.because if told.holds is False else f"cannot tell: {told.because}"

    async def act(self, step: Step) -> tuple[str, str]:
        """Take one step; gives its state and a note."""
        match step:
            case AskStep():
                return self.ask(step)
            case ProbeStep():
                return await self.probe(step)
            case ActStep():
                return await self.change(step)
            case InvestigateStep():
                return await self.investigate(step)
            case JudgeStep() | StopStep() | RouteStep():
                self.start(step)
                return DONE, self.conclude(step)
            case _:
                assert_never(step)

    def conclude(self, step: JudgeStep | StopStep | RouteStep) -> str:
        """Take a step that costs no time; gives its note."""
        match step:
            case JudgeStep():
                return self.judged().title
            case StopStep():
                self.ended = RunEnd.STOPPED
                return step.reason
            case RouteStep():
                self.ended = RunEnd.FINISHED
                self.destination = step.to or self.judged().destination
                return f"to {self.destination}"
            case _:
                assert_never(step)

    def start(self, step: Step, probes: tuple[str, ...] = ()) -> None:
        self.on_progress(StepStarted(step_id=step.id, kind=_kind(step), probes=probes))

    def time_is_over(self) -> bool:
        """Note and tell whether the budget has too little left to ask or measure."""
        if self.budget_ends - self.clock.monotonic() < LEAST_S:
            self.out_of_time = True
        return self.out_of_time

    def case(self) -> CaseFile:
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
        return self.verdict

    def ask(self, step: AskStep) -> tuple[str, str]:
        """Put the question, unless it was answered beforehand.

        A default turns the playbook, but it is no word of the caller's and no evidence.
        """
        given = self.order.answers.get(step.id)
        source = "answer given with the order"
        if given is None:
            if self.time_is_over():
                return CUT, "no time left to ask"
            self.start(step)
            given = self.ask_caller(step)
            source = "answer of the caller"
        if given is None:
            self.answers[step.id] = step.default
            return DONE, f"{step.default} (nobody to ask; the default)"
        if given not in {choice.id for choice in step.choices}:
            msg = f"{step.id}: {given!r} is none of the choices"
            raise ValueError(msg)
        self.answers[step.id] = given
        self.ran_since_answer.clear()
        answer = Observed(value=CallerAnswer(choice=given), source=source, at=self.clock.now())
        measurement = Measurement(key=FactKey("answer", step.id), observation=answer)
        self.evidence = self.evidence.with_measurements((measurement,))
        return DONE, given

    async def probe(self, step: ProbeStep) -> tuple[str, str]:
        """Run the probes of a step that have not run yet."""
        wanted = [name for name in step.probes if name not in self.ran_since_answer]
        if not wanted:
            return SKIPPED, "all of its probes have run before"
        if self.time_is_over():
            return CUT, "no time left to measure"
        if self.is_enough(self.evidence, frozenset(wanted)):
            return SKIPPED, NO_MORE_NEEDED
        self.start(step, tuple(wanted))
        cut, spared = await self.measure(wanted, self.clock.monotonic() + step.limit_s)
        if cut:
            return CUT, f"out of time: {', '.join(cut)}"
        if spared:
            return DONE, f"not waited for {', '.join(spared)}: {NO_MORE_NEEDED}"
        return DONE, ""

    def is_enough(self, evidence: Evidence, outstanding: frozenset[str]) -> bool:
        """Tell whether probes may be spared; what is measured again has changed perhaps."""
        again = self.acts or not self.ran.isdisjoint(outstanding)
        if again or self.order.everything:
            return False
        return self.enough(replace(self.case(), evidence=evidence), outstanding)

    async def change(self, step: ActStep) -> tuple[str, str]:
        """Change the router; what was measured before does not count for afterwards."""
        if self.order.act is None:
            return SKIPPED, "nothing may be changed in this run"
        if self.time_is_over():
            return CUT, "no time left to change anything"
        self.start(step)
        ended = await self.order.act(step)
        self.acts[step.id] = ended.ended
        self.ran_since_answer.clear()
        change = OwnChange(action=step.action, ended=ended.ended, words=ended.note)
        observed = Observed(value=change, source="our own journal", at=self.clock.now())
        key = FactKey("own_change", step.id)
        self.evidence = self.evidence.with_measurements(
            (Measurement(key=key, observation=observed),)
        )
        return DONE, f"{step.action} {ended.ended}: {ended.note}"

    async def measure(
        self, wanted: Sequence[str], until: float
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Run probes, what interrupts the customer at last and announced.

        Gives the ids of those that were cut, and of those that were spared.
        """
        interrupting = [
            one
            for one in self.catalogue
            if one.id in wanted and one.nuisance is Nuisance.DISRUPTIVE
        ]
        calm = [name for name in wanted if name not in {one.id for one in interrupting}]
        cut, spared = await self.wave(calm, until) if calm else ((), ())
        for probe in interrupting:
            if self.is_enough(self.evidence, frozenset({probe.id})):
                spared += (probe.id,)
            elif self.time_is_over() or until - self.clock.monotonic() < LEAST_S:
                cut += (probe.id,)
            else:
                self.on_progress(Announced(probe=probe.id, title=probe.title))
                late, left = await self.wave((probe.id,), until)
                cut, spared = cut + late, spared + left
        return cut, spared

    async def wave(
        self, wanted: Iterable[str], until: float
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Run probes together, and those that they need, until a moment or the budget's end."""
        plan = plan_step(
            wanted,
            catalogue=self.catalogue,
            done=self.ran,
            now=self.clock.monotonic(),
            until=min(until, self.budget_ends),
        )
        measured = await measure(
            plan,
            setting=self.order.setting,
            evidence=self.evidence,
            on_progress=self.on_progress,
            enough=self.is_enough,
        )
        self.evidence = measured.evidence
        names = {planned.probe.id for planned in plan.probes}.difference(measured.spared)
        self.ran |= names
        self.ran_since_answer |= names
        if measured.cut:
            self.time_is_over()
        return measured.cut, measured.spared

    async def investigate(self, step: InvestigateStep) -> tuple[str, str]:
        """Go on with what tells most for what it costs, one after the other."""
        self.start(step)
        until = self.clock.monotonic() + step.limit_s
        if self.order.everything:
            return await self.all_that_is_left(until)
        asked: list[str] = []
        while not _sure(self.judged(), step.until_confidence):
            tried = self.ran.union(asked)
            names = self.next_probes(self.case(), frozenset(tried))
            if not names:
                return DONE, _after(asked, "nothing more would tell")
            if not tried.isdisjoint(names):
                msg = f"next_probes gave {', '.join(names)}, of which one has run"
                raise ValueError(msg)
            if self.time_is_over() or until - self.clock.monotonic() < LEAST_S:
                return CUT, _after(asked, "out of time")
            asked += names
            await self.measure(names, until)
        beside = self.second_probes(self.case(), frozenset(self.ran.union(asked)))
        if beside and not self.time_is_over() and until - self.clock.monotonic() >= LEAST_S:
            asked += beside
            await self.measure(beside, until)
        return DONE, _after(asked, f"confidence {self.judged().confidence:.2f}")

    async def all_that_is_left(self, until: float) -> tuple[str, str]:
        """Measure whatever was not measured, for comparison."""
        left = [probe.id for probe in self.catalogue if probe.id not in self.ran]
        if not left:
            return DONE, "everything was measured before"
        if self.time_is_over():
            return CUT, "out of time"
        cut, _ = await self.measure(left, until)
        if cut:
            return CUT, f"everything, out of time: {', '.join(cut)}"
        return DONE, "everything was measured"

    def result(self) -> RunResult:
        """Judge what is known at the end, and give everything."""
        verdict = self.judged()
        doors = self.order.setting.doors
        end = RunEnd.OUT_OF_TIME if self.out_of_time else self.ended or RunEnd.FINISHED
        return RunResult(
            run_id=self.order.run_id,
            playbook=self.order.playbook.id,
            ticket=self.order.ticket,
            started_at=self.started_at,
            took_s=self.clock.monotonic() - self.start_s,
            end=end,
            case=self.case(),
            verdict=verdict,
            destination=self.destination or verdict.destination,
            steps=tuple(self.records),
            trace=doors.recorder.trace(start_s=self.start_s),
            raw_answers=doors.recorder.raw_answers(),
        )


def _kind(step: Step) -> str:
    return type(step).__name__.removesuffix("Step").lower()


def _sure(verdict: Verdict, confidence: float) -> bool:
    return verdict.domain is not FaultDomain.UNDETERMINED and verdict.confidence >= confidence


def _after(asked: list[str], outcome: str) -> str:
    return f"after {', '.join(asked)}: {outcome}" if asked else outcome
