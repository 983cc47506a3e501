"""Takes the steps of a playbook from the top, within one budget, to a verdict that is routed."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from cpe_diag.domain.action import ActionEnd
from cpe_diag.domain.evidence import FactKey, Measurement
from cpe_diag.domain.observations import Observed
from cpe_diag.domain.path_facts import CallerAnswer, OwnChange
from cpe_diag.domain.run_journal import RunEntryKind
from cpe_diag.domain.verdict import Destination
from cpe_diag.engine.conditions import evaluate
from cpe_diag.engine.run import ActEnded, RunEnd, RunResult, StepRecord
from cpe_diag.engine.run_case import LEAST_S, kind_of
from cpe_diag.engine.run_measuring import CUT, DONE, SKIPPED, MeasuringRun
from cpe_diag.engine.run_notes import Answered
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
from cpe_diag.playbook.schema import NOT_DONE
from cpe_diag.report.codec import encode

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpe_diag.domain.findings import Finding
    from cpe_diag.domain.verdict import Verdict
    from cpe_diag.engine.run import AskCaller, OnProgress, RunOrder
    from cpe_diag.engine.run_notes import Acted, RunSoFar
    from cpe_diag.judge.question import CaseFile
    from cpe_diag.ports import RunJournal
    from cpe_diag.probes.probe import Probe


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
    journal: RunJournal | None = None,
    so_far: RunSoFar | None = None,
) -> RunResult:
    """Run a playbook on one subscriber.

    The budget always ends in a routed case: when it is over, nothing more is asked or measured,
    and the verdict on what is known so far is handed over. A probe that has run is not run
    again, unless a later step names it after the caller has given an answer. Probes whose answers
    could not change the verdict any more are not run, and not waited for; those that interrupt
    the customer come last, and are announced.

    Where there is a journal, what was done is on the disk before the run goes on, and what
    changes something before it is begun. A run that is taken up (`so_far`) asks nobody twice,
    keeps what is not stale, looks at a change that may have happened, and goes on.

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
        journal: keeps the run; None: nobody does.
        so_far: what the journal holds of a run that is taken up; None: it begins.

    Returns:
        All that the run leaves.

    Raises:
        DefinitionError: answers were given that do not fit the playbook's questions.
        RunError: another worker has taken the run up: this one has ended without an end.
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
        journal,
        so_far,
    )
    return await run.all()


class _Run(MeasuringRun):
    """One run while it goes."""

    async def all(self) -> RunResult:
        """Take all steps."""
        await self.notes.now(RunEntryKind.STARTED, playbook=self.playbook)
        steps = self.order.playbook.steps
        lived = self.lived_through()
        for step in steps[:lived]:
            await self.relive(step)
        for step in steps[lived:]:
            await self.take(step)
        result = self.result()
        await self.notes.now(RunEntryKind.ENDED, end=result.end.value)
        return result

    def lived_through(self) -> int:
        """Count the steps up to the last one that may have changed something.

        What was measured before it is how things were then: it is not measured again.
        """
        if self.past is None:
            return 0
        acts = {
            name
            for name, acted in self.past.acts.items()
            if acted.ended is None or acted.ended.ended != NOT_DONE
        }
        places = [n for n, step in enumerate(self.order.playbook.steps) if step.id in acts]
        return places[-1] + 1 if places else 0

    async def relive(self, step: Step) -> None:
        """Let a step stand as the journal has it; what a change has come to is looked at."""
        if self.past is None:
            msg = "a run that has no past relives nothing"
            raise ValueError(msg)
        for wave in self.past.waves:
            if wave.step == step.id:
                self.take_over(wave)
        said = self.past.answers.get(step.id)
        if said is not None:
            self.answered(step.id, said)
        acted = self.past.acts.get(step.id)
        note = ""
        if acted is not None and isinstance(step, ActStep):
            note = await self.looked_at(step, acted)
        record = self.past.records.get(step.id)
        now_s = self.clock.monotonic() - self.start_s
        self.records.append(
            record
            or StepRecord(
                id=step.id,
                kind=kind_of(step),
                state=DONE if acted else SKIPPED,
                started_s=now_s,
                ended_s=now_s,
                note=note,
            )
        )
        if record is None:
            self.noted(self.records[-1])

    async def looked_at(self, step: ActStep, acted: Acted) -> str:
        """Bring a change that was intended to an end that is known."""
        ended = acted.ended
        if ended is None and self.order.act is not None:
            self.start(step)
            ended = await self.order.act(step, self.too_late)
        if ended is None:
            ended = ActEnded(ended=ActionEnd.UNKNOWN, note="it was begun, and nobody looked")
        if acted.ended is None:
            await self.notes.now(RunEntryKind.ACT_ENDED, step.id, act=encode(ended))
        return self.acted(step, ended)

    async def too_late(self) -> str:
        """Say why a change that is intended and not begun is not begun any more."""
        if await self.stopped():
            return "the run was cancelled before it was begun"
        if not self.is_same_playbook:
            return "the playbook has changed since the run began"
        if self.budget_ends - self.clock.monotonic() < LEAST_S:
            return "no time left to change anything"
        return ""

    async def take(self, step: Step) -> None:
        """Take one step, or note why it is not taken."""
        if not isinstance(step, JudgeStep | StopStep | RouteStep):
            await self.stopped()
        started = self.clock.monotonic()
        why_not = self.why_not(step)
        state, note = (SKIPPED, why_not) if why_not else await self.act(step)
        self.records.append(
            StepRecord(
                id=step.id,
                kind=kind_of(step),
                state=state,
                started_s=started - self.start_s,
                ended_s=self.clock.monotonic() - self.start_s,
                note=note,
            )
        )
        self.noted(self.records[-1])

    def noted(self, record: StepRecord) -> None:
        """Note that a step has ended."""
        self.notes.later(RunEntryKind.STEP_ENDED, record.id, record=encode(record))

    def why_not(self, step: Step) -> str | None:
        """Say why a step is not taken, or None where it is."""
        if self.ended is RunEnd.CANCELLED:
            return "cancelled"
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
                return await self.ask(step)
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
                self.destination = self.routed(step.to or self.judged().destination)
                return f"to {self.destination}"
            case _:
                assert_never(step)

    def routed(self, destination: Destination) -> Destination:
        """Close no case with a change whose end nobody knows: somebody has to look."""
        open_ = ActionEnd.UNKNOWN in self.acts.values()
        return (
            Destination.SECOND_LINE if open_ and destination is Destination.FIXED else destination
        )

    async def ask(self, step: AskStep) -> tuple[str, str]:
        """Put the question, unless it was answered beforehand.

        A default turns the playbook, but it is no word of the caller's and no evidence.
        """
        past = self.past.answers.get(step.id) if self.past else None
        choices = {choice.id for choice in step.choices}
        if past is not None and past.choice in choices:
            return DONE, self.answered(step.id, past)
        given = self.order.answers.get(step.id)
        source = "answer given with the order"
        if given is None:
            if self.time_is_over():
                return CUT, "no time left to ask"
            self.start(step)
            given = self.ask_caller(step)
            source = "answer of the caller"
        if given is not None and given not in choices:
            msg = f"{step.id}: {given!r} is none of the choices"
            raise ValueError(msg)
        said = Answered(
            choice=step.default if given is None else given,
            source=None if given is None else source,
            at=self.clock.now(),
        )
        await self.notes.now(
            RunEntryKind.ANSWERED, step.id, choice=said.choice, source=said.source
        )
        return DONE, self.answered(step.id, said)

    def answered(self, step_id: str, said: Answered) -> str:
        """Let an answer count; gives the step's note."""
        self.answers[step_id] = said.choice
        if said.source is None:
            return f"{said.choice} (nobody to ask; the default)"
        self.ran_since_answer.clear()
        answer = Observed(value=CallerAnswer(choice=said.choice), source=said.source, at=said.at)
        measurement = Measurement(key=FactKey("answer", step_id), observation=answer)
        self.evidence = self.evidence.with_measurements((measurement,))
        return said.choice

    async def change(self, step: ActStep) -> tuple[str, str]:
        """Change the router; what was measured before does not count for afterwards."""
        if self.order.act is None:
            return SKIPPED, "nothing may be changed in this run"
        if not self.is_same_playbook:
            return SKIPPED, "the playbook has changed since the run began"
        if self.time_is_over():
            return CUT, "no time left to change anything"
        if not await self.notes.now(
            RunEntryKind.ACT_INTENDED, step.id, needed=True, action=step.action
        ):
            return SKIPPED, f"nothing is changed without a journal: {self.notes.trouble}"
        self.start(step)
        ended = await self.order.act(step, self.too_late)
        await self.notes.now(RunEntryKind.ACT_ENDED, step.id, act=encode(ended))
        return DONE, self.acted(step, ended)

    def acted(self, step: ActStep, ended: ActEnded) -> str:
        """Let a change count; gives the step's note."""
        self.acts[step.id] = ended.ended
        self.ran_since_answer.clear()
        change = OwnChange(action=step.action, ended=ended.ended, words=ended.note)
        observed = Observed(value=change, source="our own journal", at=self.clock.now())
        key = FactKey("own_change", step.id)
        self.evidence = self.evidence.with_measurements(
            (Measurement(key=key, observation=observed),)
        )
        return f"{step.action} {ended.ended}: {ended.note}"

    def result(self) -> RunResult:
        """Judge what is known at the end, and give everything."""
        verdict = self.judged()
        doors = self.order.setting.doors
        end = RunEnd.OUT_OF_TIME if self.out_of_time else self.ended or RunEnd.FINISHED
        if self.ended is RunEnd.CANCELLED:
            end = RunEnd.CANCELLED
        return RunResult(
            run_id=self.order.run_id,
            playbook=self.order.playbook.id,
            ticket=self.order.ticket,
            started_at=self.started_at,
            took_s=self.clock.monotonic() - self.start_s,
            end=end,
            case=self.case(),
            verdict=verdict,
            destination=self.destination or self.routed(verdict.destination),
            steps=tuple(self.records),
            trace=doors.recorder.trace(start_s=self.start_s),
            raw_answers=doors.recorder.raw_answers(),
        )
