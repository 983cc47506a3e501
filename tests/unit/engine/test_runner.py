"""A run from its first question to its routed verdict, in the time of a fake clock."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.evidence import FactKey
from cpe_diag.domain.failures import DefinitionError, Failure, FailureKind, MeasurementError
from cpe_diag.domain.findings import Finding
from cpe_diag.domain.nuisance import Nuisance
from cpe_diag.domain.path_facts import CallerAnswer
from cpe_diag.domain.verdict import Destination, FaultDomain, Verdict
from cpe_diag.engine.critical_path import critical_path
from cpe_diag.engine.run import (
    Announced,
    Judged,
    ProbeEnded,
    ProbeStarted,
    Progress,
    RunEnd,
    RunOrder,
    RunResult,
    StepStarted,
)
from cpe_diag.engine.runner import run_playbook
from cpe_diag.playbook.model import (
    AnswerCondition,
    AskStep,
    Choice,
    FactCondition,
    FindingCondition,
    InvestigateStep,
    JudgeStep,
    Operator,
    Playbook,
    ProbeStep,
    RouteStep,
    Step,
    StopStep,
)
from cpe_diag.probes.probe import Probe
from cpe_diag.testing.run_samples import sample_subscriber
from cpe_diag.testing.setting import Timed, fake_doors, fake_setting, timed_probe
from cpe_diag.testing.verdict_samples import network_verdict

if TYPE_CHECKING:
    from cpe_diag.judge.question import CaseFile

PORT = FactKey("port_counters", "port")
RATES = FactKey("port_rates", "port")
WAN = FactKey("router_wan", "router")
AIR = FactKey("air_scan", "router")

ASK = AskStep(
    id="affected",
    when=None,
    question="Which?",
    choices=(Choice(id="one_device", text="One"), Choice(id="unknown", text="?")),
    default="unknown",
)
JUDGE = JudgeStep(id="judge", when=None)
ROUTE = RouteStep(id="route", when=None, to=None)


def probes(*names: str, step: str = "probes", limit_s: float = 20.0) -> ProbeStep:
    """Make a probe step."""
    return ProbeStep(id=step, when=None, probes=names, limit_s=limit_s)


@dataclass(slots=True, kw_only=True)
class Bench:
    """What a test puts around a run."""

    catalogue: tuple[Probe, ...] = ()
    findings: tuple[Finding, ...] = ()
    answers: dict[str, str] = field(default_factory=dict)
    said: str | None = None
    budget_s: float = 900.0
    domain: FaultDomain = FaultDomain.NETWORK
    progress: list[Progress] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    together: int = 1
    settles: tuple[str, str] | None = None
    outstanding: list[frozenset[str]] = field(default_factory=list)
    everything: bool = False
    beside: tuple[str, ...] = ()

    def judge(self, case: CaseFile) -> Verdict:
        """Judge so that each observation makes the verdict surer by a quarter."""
        confidence = min(1.0, 0.25 * len(case.evidence))
        return replace(network_verdict(), domain=self.domain, confidence=confidence)

    def ask(self, step: AskStep) -> str | None:
        """Answer as the caller."""
        self.questions.append(step.id)
        return self.said

    def next_probes(self, _case: CaseFile, done: frozenset[str]) -> tuple[str, ...]:
        """Give the first probe of the catalogue that has not run, and what comes along."""
        left = [one.id for one in self.catalogue if one.id not in done]
        return tuple(left[: self.together])

    def enough(self, case: CaseFile, outstanding: frozenset[str]) -> bool:
        """Need no more once a fact is there that settles it."""
        self.outstanding.append(outstanding)
        return self.settles is not None and case.evidence.get(*self.settles) is not None

    async def run(self, *steps: Step) -> RunResult:
        """Run steps."""
        order = RunOrder(
            run_id="run-1",
            playbook=Playbook(
                id="mine", title="", description="", symptom="drops", file="", steps=steps
            ),
            setting=fake_setting(sample_subscriber(), fake_doors()),
            budget_s=self.budget_s,
            answers=self.answers,
            thresholds={},
            ticket="T-1",
            everything=self.everything,
        )
        return await run_playbook(
            order,
            catalogue=self.catalogue,
            judge=self.judge,
            findings=lambda _: self.findings,
            next_probes=self.next_probes,
            second_probes=lambda _, done: tuple(one for one in self.beside if one not in done),
            enough=self.enough,
            on_progress=self.progress.append,
            ask_caller=self.ask,
        )

    def started(self) -> list[str]:
        """Give the probes in the order in which they were started."""
        return [one.probe for one in self.progress if isinstance(one, ProbeStarted)]


def times(result: RunResult) -> dict[str, tuple[float, float]]:
    """Give begin and end of each probe's question."""
    return {one.label: (one.started_s, one.ended_s) for one in result.trace}


def states(result: RunResult) -> dict[str, str]:
    """Give the state of each step."""
    return {step.id: step.state for step in result.steps}


async def test_independent_probes_overlap_and_a_dependent_one_starts_right_after_its_fact() -> (
    None
):
    """Probes are no waves: the second sample does not wait for the slow router."""
    bench = Bench(
        catalogue=(
            timed_probe("port_state", PORT, as_=Timed(takes_s=1.0)),
            timed_probe("port_rates", RATES, after=("port_counters",), as_=Timed(takes_s=2.0)),
            timed_probe("router_wan", WAN, as_=Timed(takes_s=8.0)),
        )
    )
    result = await bench.run(probes("router_wan", "port_rates", "port_state"), ROUTE)
    assert times(result) == {
        "port_state": (0.0, 1.0),
        "router_wan": (0.0, 8.0),
        "port_rates": (1.0, 3.0),
    }
    assert result.took_s == critical_path(result.trace).total_s == 8.0


async def test_the_trace_knows_that_a_probe_waited_for_anothers_fact() -> None:
    """The critical path runs through facts, not only through questions of one probe."""
    bench = Bench(
        catalogue=(
            timed_probe("port_state", PORT, as_=Timed(takes_s=1.0)),
            timed_probe("port_rates", RATES, after=("port_counters",), as_=Timed(takes_s=2.0)),
            timed_probe("air_scan", AIR, as_=Timed(takes_s=4.0)),
        )
    )
    result = await bench.run(
        probes("port_rates", "port_state"), probes("air_scan", step="later"), ROUTE
    )
    labels = {one.id: one.label for one in result.trace}
    waited = {one.label: [labels[cause] for cause in one.waited_for] for one in result.trace}
    assert waited == {"port_state": [], "port_rates": ["port_state"], "air_scan": ["port_rates"]}
    assert critical_path(result.trace).total_s == 7.0


async def test_a_probe_that_keeps_its_deadline_can_still_say_silent() -> None:
    """A silent device is evidence about the path; being cut by us is not."""
    bench = Bench(catalogue=(timed_probe("router_wan", WAN, as_=Timed(takes_s=99.0)),))
    result = await bench.run(probes("router_wan", limit_s=20.0), ROUTE)
    failure = result.evidence.failure("router_wan", "router")
    assert failure is not None
    assert failure.kind is FailureKind.SILENT
    assert states(result) == {"probes": "done", "route": "done"}
    assert result.took_s == 19.0


async def test_a_probe_that_ignores_its_deadline_is_cut_and_the_others_keep_their_facts() -> None:
    """One hanging device must not cost the rest of the evidence, nor the time of the call."""
    bench = Bench(
        catalogue=(
            timed_probe("port_state", PORT, as_=Timed(takes_s=1.0)),
            timed_probe("router_wan", WAN, as_=Timed(takes_s=999.0, stubborn=True)),
            timed_probe("air_scan", AIR, after=("router_wan",), as_=Timed()),
        )
    )
    result = await bench.run(probes("port_state", "router_wan", "air_scan", limit_s=20.0), ROUTE)
    assert result.took_s == 20.0
    assert result.evidence.value(str, "port_counters", "port") == "measured"
    for kind in ("router_wan", "air_scan"):
        failure = result.evidence.failure(kind, "router")
        assert failure is not None
        assert failure.kind is FailureKind.OUT_OF_TIME
    assert states(result) == {"probes": "cut", "route": "done"}
    assert result.steps[0].note == "out of time: router_wan, air_scan"
    assert result.end is RunEnd.FINISHED


async def test_when_the_budget_is_over_the_verdict_so_far_is_routed() -> None:
    """Law 11: second line has minutes, and a case in nobody's hands is worse than a weak one."""
    bench = Bench(
        budget_s=10.0,
        catalogue=(
            timed_probe("port_state", PORT, as_=Timed(takes_s=1.0)),
            timed_probe("router_wan", WAN, as_=Timed(takes_s=999.0, stubborn=True)),
            timed_probe("air_scan", AIR, as_=Timed(takes_s=1.0)),
        ),
    )
    result = await bench.run(
        probes("port_state", "router_wan", limit_s=60.0),
        ASK,
        probes("air_scan", step="later"),
        InvestigateStep(id="investigate", when=None, until_confidence=0.99, limit_s=60.0),
        JUDGE,
        ROUTE,
    )
    assert result.end is RunEnd.OUT_OF_TIME
    assert result.took_s == 10.0
    assert states(result) == {
        "probes": "cut",
        "affected": "cut",
        "later": "cut",
        "investigate": "cut",
        "judge": "done",
        "route": "done",
    }
    assert bench.questions == []
    assert result.verdict.confidence == 0.5
    assert result.destination is result.verdict.destination


async def test_cancellation_passes_through_and_stops_every_probe() -> None:
    """Ctrl-C in the middle: nothing goes on behind the back of the person."""
    bench = Bench(catalogue=(timed_probe("router_wan", WAN, as_=Timed(takes_s=5.0)),))
    before = asyncio.all_tasks()
    run = asyncio.create_task(bench.run(probes("router_wan"), ROUTE))
    while not bench.started():  # noqa: ASYNC110 - turns of the loop, no time
        await asyncio.sleep(0)
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run
    assert asyncio.all_tasks() == before


async def test_a_bug_in_a_probe_comes_out_as_itself() -> None:
    """Neither swallowed into the evidence nor wrapped in a group."""
    bug = ZeroDivisionError("a bug")
    bench = Bench(
        catalogue=(
            timed_probe("port_state", PORT, as_=Timed(takes_s=1.0, error=bug)),
            timed_probe("router_wan", WAN, as_=Timed(takes_s=5.0)),
        )
    )
    with pytest.raises(ZeroDivisionError) as caught:
        await bench.run(probes("port_state", "router_wan"), ROUTE)
    assert caught.value is bug


async def test_a_doors_error_that_a_probe_forgot_becomes_its_facts_reason() -> None:
    """The failure is well described; a forgotten `except` must not cost the run."""
    failure = Failure(kind=FailureKind.REFUSED, where="an-1", detail="refused")
    error = MeasurementError(failure, "snmp.get")
    bench = Bench(catalogue=(timed_probe("port_state", PORT, as_=Timed(error=error)),))
    result = await bench.run(probes("port_state"), ROUTE)
    assert result.evidence.failure("port_counters", "port") is failure


async def test_an_answer_given_beforehand_is_a_fact_and_nobody_is_asked() -> None:
    """Unattended runs answer with --answer."""
    bench = Bench(answers={"affected": "one_device"})
    result = await bench.run(ASK, ROUTE)
    answer = result.evidence.value(CallerAnswer, "answer", "affected")
    assert answer == CallerAnswer(choice="one_device")
    assert bench.questions == []


async def test_the_caller_is_asked_and_conditions_see_the_answer() -> None:
    """A playbook turns on what the caller says."""
    bench = Bench(said="one_device", catalogue=(timed_probe("air_scan", AIR, as_=Timed()),))
    one = replace(
        probes("air_scan", step="one"),
        when=AnswerCondition(question="affected", choice="one_device"),
    )
    result = await bench.run(ASK, one, ROUTE)
    assert bench.questions == ["affected"]
    assert states(result)["one"] == "done"


async def test_a_default_turns_the_playbook_but_is_no_word_of_the_callers() -> None:
    """The judge must not take an assumption of ours for evidence."""
    unknown = StopStep(
        id="stop", when=AnswerCondition(question="affected", choice="unknown"), reason="enough"
    )
    result = await Bench().run(ASK, unknown, ROUTE)
    assert result.evidence.get("answer", "affected") is None
    assert result.steps[0].note == "unknown (nobody to ask; the default)"
    assert result.end is RunEnd.STOPPED


async def test_an_answer_that_fits_no_choice_is_refused_before_anything_is_done() -> None:
    """Bad input costs no time and touches no device."""
    bench = Bench(answers={"affected": "al"}, catalogue=(timed_probe("p", PORT, as_=Timed()),))
    with pytest.raises(DefinitionError, match="expected one of one_device, unknown"):
        await bench.run(probes("p"), ASK, ROUTE)
    assert bench.progress == []


async def test_a_probe_is_not_run_twice_unless_the_caller_has_answered_since() -> None:
    """An answer (that the plug is in again) may have changed what is true."""
    bench = Bench(said="one_device", catalogue=(timed_probe("port_state", PORT, as_=Timed()),))
    result = await bench.run(
        probes("port_state", step="first"),
        probes("port_state", step="second"),
        ASK,
        probes("port_state", step="third"),
        ROUTE,
    )
    assert states(result) == {
        "first": "done",
        "second": "skipped",
        "affected": "done",
        "third": "done",
        "route": "done",
    }
    assert bench.started() == ["port_state", "port_state"]


async def test_investigate_goes_on_until_it_is_sure_enough_and_not_further() -> None:
    """Each further probe costs the caller's time."""
    keys = (PORT, RATES, WAN, AIR)
    bench = Bench(
        catalogue=tuple(
            timed_probe(f"p{number}", key, as_=Timed(takes_s=1.0))
            for number, key in enumerate(keys)
        )
    )
    investigate = InvestigateStep(id="go", when=None, until_confidence=0.7, limit_s=60.0)
    result = await bench.run(probes("p0"), investigate, ROUTE)
    assert bench.started() == ["p0", "p1", "p2"]
    assert result.steps[1].note == "after p1, p2: confidence 0.75"
    assert [one.verdict.confidence for one in bench.progress if isinstance(one, Judged)] == [
        0.25,
        0.5,
        0.75,
    ]


async def test_investigate_is_never_sure_of_an_undetermined_verdict() -> None:
    """However sure the judge is that nothing is determined, asking on may settle it."""
    bench = Bench(
        domain=FaultDomain.UNDETERMINED, catalogue=(timed_probe("p0", PORT, as_=Timed()),)
    )
    investigate = InvestigateStep(id="go", when=None, until_confidence=0.1, limit_s=60.0)
    result = await bench.run(investigate, ROUTE)
    assert bench.started() == ["p0"]
    assert result.steps[0].note == "after p0: nothing more would tell"


async def test_a_second_cause_is_looked_for_once_when_the_first_is_sure() -> None:
    """The second trouble must not bring the customer to the phone again tomorrow."""
    bench = Bench(
        catalogue=tuple(
            timed_probe(f"p{number}", key, as_=Timed()) for number, key in enumerate((PORT, WAN))
        ),
        beside=("p1",),
    )
    investigate = InvestigateStep(id="go", when=None, until_confidence=0.2, limit_s=60.0)
    await bench.run(investigate, ROUTE)
    assert bench.started() == ["p0", "p1"]


async def test_investigate_keeps_its_limit() -> None:
    """The time of the step is a promise to the caller."""
    keys = (PORT, RATES, WAN, AIR)
    bench = Bench(
        catalogue=tuple(
            timed_probe(f"p{number}", key, as_=Timed(takes_s=4.0))
            for number, key in enumerate(keys)
        )
    )
    investigate = InvestigateStep(id="go", when=None, until_confidence=0.99, limit_s=10.0)
    result = await bench.run(investigate, ROUTE)
    assert states(result) == {"go": "cut", "route": "done"}
    assert bench.started() == ["p0", "p1", "p2"]
    assert result.took_s <= 10.0
    assert result.end is RunEnd.FINISHED


async def test_a_wave_ends_when_no_answer_that_is_out_could_change_the_verdict() -> None:
    """A shut port is shut; waiting for a router behind it tells nobody anything."""
    bench = Bench(
        settles=(PORT.kind, PORT.subject),
        catalogue=(
            timed_probe("port_state", PORT, as_=Timed(takes_s=1.0)),
            timed_probe("router_wan", WAN, as_=Timed(takes_s=12.0)),
            timed_probe("air_scan", AIR, after=("router_wan",), as_=Timed(takes_s=4.0)),
        ),
    )
    result = await bench.run(
        probes("port_state", "router_wan", "air_scan"), probes("air_scan", step="later"), ROUTE
    )
    assert result.took_s == 1.0
    assert bench.outstanding[0] == {"port_state", "router_wan", "air_scan"}
    assert frozenset({"router_wan", "air_scan"}) in bench.outstanding
    failure = result.evidence.failure(WAN.kind, WAN.subject)
    assert failure is not None
    assert failure.kind is FailureKind.NOT_AWAITED
    assert states(result) == {"probes": "done", "later": "skipped", "route": "done"}
    assert result.steps[0].note.startswith("not waited for router_wan, air_scan")


async def test_what_came_in_together_is_judged_once() -> None:
    """Judging takes milliseconds of the time in which answers are read."""
    keys = (PORT, RATES, AIR)
    bench = Bench(
        catalogue=(
            *(timed_probe(f"p{at}", key, as_=Timed(takes_s=1.0)) for at, key in enumerate(keys)),
            timed_probe("router_wan", WAN, as_=Timed(takes_s=2.0)),
        )
    )
    await bench.run(probes("p0", "p1", "p2", "router_wan"), ROUTE)
    assert bench.outstanding[1:] == [frozenset({"router_wan"})]


async def test_what_is_measured_again_after_an_answer_is_waited_for() -> None:
    """The caller has put the plug in: what was known is known no more."""
    bench = Bench(
        said="one_device",
        settles=(PORT.kind, PORT.subject),
        catalogue=(timed_probe("port_state", PORT, as_=Timed()),),
    )
    result = await bench.run(
        probes("port_state", step="before"), ASK, probes("port_state", step="again"), ROUTE
    )
    assert states(result)["again"] == "done"
    assert bench.started() == ["port_state", "port_state"]


async def test_investigate_runs_together_what_is_chosen_together() -> None:
    """What comes along for nothing is not waited for afterwards."""
    bench = Bench(
        together=2,
        catalogue=tuple(
            timed_probe(f"p{number}", key, as_=Timed(takes_s=1.0))
            for number, key in enumerate((PORT, RATES, WAN))
        ),
    )
    investigate = InvestigateStep(id="go", when=None, until_confidence=0.7, limit_s=60.0)
    result = await bench.run(investigate, ROUTE)
    assert bench.started() == ["p0", "p1", "p2"]
    assert result.took_s == 2.0


async def test_what_interrupts_the_customer_comes_last_and_is_announced() -> None:
    """Somebody may be on the phone over that very line."""
    loud = replace(
        timed_probe("port_state", PORT, as_=Timed(takes_s=1.0)), nuisance=Nuisance.DISRUPTIVE
    )
    bench = Bench(catalogue=(loud, timed_probe("router_wan", WAN, as_=Timed(takes_s=3.0))))
    result = await bench.run(probes("port_state", "router_wan"), ROUTE)
    assert [type(one) for one in bench.progress if isinstance(one, Announced | ProbeStarted)] == [
        ProbeStarted,
        Announced,
        ProbeStarted,
    ]
    assert bench.started() == ["router_wan", "port_state"]
    assert result.took_s == 4.0


async def test_nobody_is_interrupted_for_what_could_change_nothing() -> None:
    """The least nuisance is the one that is not needed."""
    loud = replace(timed_probe("port_state", PORT, as_=Timed()), nuisance=Nuisance.DISRUPTIVE)
    bench = Bench(
        settles=(WAN.kind, WAN.subject),
        catalogue=(loud, timed_probe("router_wan", WAN, as_=Timed())),
    )
    await bench.run(probes("port_state", "router_wan"), ROUTE)
    assert bench.started() == ["router_wan"]


async def test_everything_is_measured_where_that_is_asked_for() -> None:
    """Only so can a short way be compared with the long one."""
    bench = Bench(
        everything=True,
        settles=(PORT.kind, PORT.subject),
        catalogue=(
            timed_probe("port_state", PORT, as_=Timed(takes_s=1.0)),
            timed_probe("router_wan", WAN, as_=Timed(takes_s=2.0)),
            timed_probe("air_scan", AIR, as_=Timed(takes_s=3.0)),
        ),
    )
    investigate = InvestigateStep(id="go", when=None, until_confidence=0.1, limit_s=60.0)
    result = await bench.run(probes("port_state", "router_wan"), investigate, ROUTE)
    assert set(bench.started()) == {"port_state", "router_wan", "air_scan"}
    assert result.steps[1].note == "everything was measured"
    assert bench.outstanding == []


async def test_a_stop_ends_the_playbook_and_the_rest_says_so() -> None:
    """What was not done is on record too."""
    shut = Finding(id="port_shut", answer=True, because="admin down", rests_on=(), missing=())
    bench = Bench(findings=(shut,))
    stop = StopStep(
        id="stop", when=FindingCondition(finding="port_shut", answer="yes"), reason="on purpose"
    )
    result = await bench.run(stop, ROUTE)
    assert result.end is RunEnd.STOPPED
    assert result.destination is result.verdict.destination
    assert states(result) == {"stop": "done", "route": "skipped"}


async def test_a_route_may_name_its_destination() -> None:
    """The operator's own rules of routing come before the verdict's."""
    result = await Bench().run(replace(ROUTE, to=Destination.ACCOUNTS))
    assert result.destination is Destination.ACCOUNTS


async def test_a_step_whose_condition_cannot_be_told_is_not_taken_and_says_why() -> None:
    """A playbook acts on what is known."""
    up = FactCondition(
        fact="port_status", subject="port", field="oper", operator=Operator.IS, expected="up"
    )
    result = await Bench().run(replace(JUDGE, when=up), ROUTE)
    assert result.steps[0].state == "skipped"
    assert result.steps[0].note == "cannot tell: port_status[port] was not asked"


async def test_progress_is_told_in_the_order_of_things() -> None:
    """The live view draws from nothing else."""
    bench = Bench(catalogue=(timed_probe("port_state", PORT, as_=Timed(takes_s=1.0)),))
    await bench.run(probes("port_state"), ROUTE)
    assert [type(one) for one in bench.progress] == [
        StepStarted,
        ProbeStarted,
        ProbeEnded,
        StepStarted,
        Judged,
    ]


async def test_the_case_can_be_judged_again_from_what_the_run_leaves() -> None:
    """`explain` needs the same question to give the same verdict."""
    bench = Bench(catalogue=(timed_probe("port_state", PORT, as_=Timed()),))
    result = await bench.run(probes("port_state"), ROUTE)
    assert bench.judge(result.case) == result.verdict
    assert (result.case.symptom, result.ticket, result.playbook) == ("drops", "T-1", "mine")


async def test_the_end_of_a_probe_tells_all_that_is_known_then() -> None:
    """The live view judges what the engine knows, the caller's answers included."""
    bench = Bench(
        answers={"affected": "one_device"},
        catalogue=(
            timed_probe("port_state", PORT, as_=Timed(takes_s=1.0)),
            timed_probe("air_scan", AIR, as_=Timed(takes_s=4.0)),
        ),
    )
    result = await bench.run(ASK, probes("port_state", "air_scan"), ROUTE)
    first, last = (one for one in bench.progress if isinstance(one, ProbeEnded))
    assert {key.kind for key, _ in first.evidence} == {"answer", PORT.kind}
    assert last.evidence == result.evidence
