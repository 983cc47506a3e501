"""A run that is taken up asks nobody twice, looks before it repeats, and ends as others do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.evidence import FactKey
from cpe_diag.domain.failures import RunError
from cpe_diag.domain.path_facts import Reachability
from cpe_diag.domain.run_journal import RunEntry, RunEntryKind
from cpe_diag.domain.verdict import Destination, FaultDomain, Verdict
from cpe_diag.engine.run import (
    ActEnded,
    NotKept,
    ProbeStarted,
    Progress,
    RunEnd,
    RunOrder,
    RunResult,
)
from cpe_diag.engine.run_notes import run_so_far
from cpe_diag.engine.runner import run_playbook
from cpe_diag.playbook.model import (
    ActStep,
    AskStep,
    Choice,
    InvestigateStep,
    JudgeStep,
    Playbook,
    ProbeStep,
    RouteStep,
    Step,
)
from cpe_diag.testing.clock import FakeClock
from cpe_diag.testing.run_journals import FakeRunJournal
from cpe_diag.testing.run_samples import sample_subscriber
from cpe_diag.testing.setting import Timed, fake_doors, fake_setting, timed_probe
from cpe_diag.testing.verdict_samples import network_verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cpe_diag.engine.run import TooLate
    from cpe_diag.judge.question import CaseFile

VALUE = Reachability(reachable=True, method="ssh", target="192.0.2.1", rtt_s=0.01)
CATALOGUE = tuple(
    timed_probe(name, FactKey("reachability", name), as_=Timed(takes_s=takes_s, value=VALUE))
    for name, takes_s in (("one", 1.0), ("two", 2.0), ("three", 1.0), ("four", 1.0))
)
ASK = AskStep(
    id="ask",
    when=None,
    question="Which?",
    choices=(Choice(id="a", text="A"), Choice(id="b", text="B")),
    default="a",
)
REBOOT = ActStep(
    id="reboot",
    when=None,
    action="router.reboot",
    value=None,
    bands=(),
    networks=(),
    hold_s=0.0,
)
STEPS: tuple[Step, ...] = (
    ASK,
    ProbeStep(id="before", when=None, probes=("one", "two"), limit_s=20.0),
    REBOOT,
    ProbeStep(id="after", when=None, probes=("one", "three"), limit_s=20.0),
    InvestigateStep(id="more", when=None, until_confidence=0.99, limit_s=60.0),
    JudgeStep(id="judge", when=None),
    RouteStep(id="route", when=None, to=None),
)


class Killed(BaseException):
    """The process is gone."""


@dataclass(slots=True)
class DyingJournal:
    """A journal whose process dies before or after one of its writes."""

    held: FakeRunJournal
    dies_at: int | None = None
    moment: str = "before"

    async def note(self, entries: Sequence[RunEntry], *, first: int, needed: bool = False) -> None:
        """Write, or die."""
        here = self.dies_at == self.held.notes
        if here and self.moment == "before":
            raise Killed
        await self.held.note(entries, first=first, needed=needed)
        if here:
            raise Killed

    async def stop_asked(self) -> bool:
        """Say whether it is cancelled."""
        return await self.held.stop_asked()


async def _nothing() -> None:
    """Wait for nothing."""


@dataclass(slots=True, kw_only=True)
class Bench:
    """A run that can be taken up. `reboots` counts at the router, which knows its last change."""

    journal: FakeRunJournal = field(default_factory=FakeRunJournal)
    steps: tuple[Step, ...] = STEPS
    clock: FakeClock = field(default_factory=FakeClock)
    reboots: int = 0
    looks: int = 0
    questions: int = 0
    progress: list[Progress] = field(default_factory=list)
    may_act: bool = True
    budget_s: float = 900.0
    waits_for: Callable[[], Awaitable[None]] = _nothing

    async def act(self, _step: ActStep, too_late: TooLate) -> ActEnded:
        """Restart the router, once in a run; `waits_for` it before that."""
        self.looks += 1
        await self.waits_for()
        why_not = await too_late()
        if not self.reboots and why_not:
            return ActEnded(ended="not_done", note=why_not)
        if not self.reboots:
            self.reboots += 1
        await self.clock.sleep_until(self.clock.monotonic() + 40.0)
        return ActEnded(ended="proven", note="its boot shows it")

    def ask(self, _step: AskStep) -> str:
        """Answer."""
        self.questions += 1
        return "b"

    async def run(
        self, *, dies_at: int | None = None, moment: str = "before", again: bool = False
    ) -> RunResult:
        """Begin or take up the run."""
        so_far = None
        self.journal.earlier = len(self.journal.entries)
        if again:
            first = next((one.at for one in self.journal.entries), self.clock.now())
            so_far = run_so_far(self.journal.entries, started_at=first)
        return await run_playbook(
            RunOrder(
                run_id="run-1",
                playbook=Playbook(
                    id="mine", title="", description="", symptom="drops", file="", steps=self.steps
                ),
                setting=fake_setting(sample_subscriber(), fake_doors(self.clock)),
                budget_s=self.budget_s,
                answers={},
                thresholds={},
                ticket="T-1",
                act=self.act if self.may_act else None,
            ),
            catalogue=CATALOGUE,
            judge=_judge,
            findings=lambda _case: (),
            next_probes=lambda _case, done: tuple(
                one.id for one in CATALOGUE if one.id not in done
            )[:1],
            second_probes=lambda _case, _done: (),
            enough=lambda _case, _outstanding: False,
            on_progress=self.progress.append,
            ask_caller=self.ask,
            journal=DyingJournal(self.journal, dies_at, moment),
            so_far=so_far,
        )

    def started(self) -> list[str]:
        """Give the probes that were started."""
        return [one.probe for one in self.progress if isinstance(one, ProbeStarted)]


def _judge(case: CaseFile) -> Verdict:
    confidence = min(1.0, 0.1 * len(case.evidence))
    return replace(network_verdict(), domain=FaultDomain.NETWORK, confidence=confidence)


def known(result: RunResult) -> set[str]:
    """Give what a run knows at its end."""
    return {str(key) for key, _seen in result.evidence}


async def test_a_run_killed_at_any_point_of_its_journal_ends_with_one_reboot(
    record_property: Callable[[str, object], None],
) -> None:
    """With the same evidence and route; asked again is only what nobody has written down."""
    whole = Bench()
    expected = await whole.run()
    points = whole.journal.notes
    assert (whole.reboots, whole.questions, points) == (1, 1, 8)
    for point in range(points):
        for moment in ("before", "after"):
            bench = Bench()
            with pytest.raises(Killed):
                await bench.run(dies_at=point, moment=moment)
            result = await bench.run(again=True)
            where = (point, moment)
            assert bench.reboots == 1, where
            assert known(result) == known(expected), where
            assert [one.id for one in result.steps] == [one.id for one in expected.steps], where
            assert (result.end, result.destination) == (expected.end, expected.destination)
            asked_again = (point, moment) == (1, "before")
            assert bench.questions == 1 + asked_again, where
    record_property("chaos", (2 * points, "a run, killed at every point of its journal"))


async def test_a_run_killed_twice_ends_too() -> None:
    """What takes it up may die as well."""
    for second in range(2, 12):
        bench = Bench()
        with pytest.raises(Killed):
            await bench.run(dies_at=4, moment="after")
        try:
            await bench.run(again=True, dies_at=second, moment="before")
        except Killed:
            await bench.run(again=True)
        assert bench.reboots == 1


async def test_what_is_fresh_is_not_measured_again_and_what_is_stale_is() -> None:
    """Two minutes, as long as nothing was changed."""
    steps = (STEPS[1], STEPS[5], STEPS[6])
    for waited_s, again in ((60.0, []), (180.0, ["one", "two"])):
        bench = Bench(steps=steps)
        with pytest.raises(Killed):
            await bench.run(dies_at=1, moment="after")
        bench.progress.clear()
        bench.clock.advance(waited_s)
        result = await bench.run(again=True)
        assert bench.started() == again
        assert result.steps[0].state == "done"


async def test_what_was_measured_before_a_change_is_history_however_old() -> None:
    """It tells why the change was made; what counts now is measured after it."""
    bench = Bench()
    with pytest.raises(Killed):
        await bench.run(dies_at=3, moment="after")
    bench.progress.clear()
    bench.clock.advance(200.0)
    result = await bench.run(again=True)
    assert bench.started() == ["one", "three", "four"]
    assert "reachability[two]" in known(result)
    assert (bench.looks, bench.reboots) == (1, 1)


async def test_a_change_whose_end_nobody_noted_is_looked_at_also_when_time_is_over() -> None:
    """The budget ends in a routed case, and not with a router that nobody looked at."""
    bench = Bench()
    with pytest.raises(Killed):
        await bench.run(dies_at=4, moment="before")
    assert (bench.looks, bench.reboots) == (1, 1)
    bench.clock.advance(2000.0)
    result = await bench.run(again=True)
    assert (bench.looks, bench.reboots, result.end) == (2, 1, RunEnd.OUT_OF_TIME)
    states = {one.id: one.state for one in result.steps}
    assert (states["reboot"], states["after"], states["route"]) == ("done", "cut", "done")


async def test_nobody_who_may_look_leaves_the_change_unknown() -> None:
    """It is never told as if it had not been begun."""
    bench = Bench()
    with pytest.raises(Killed):
        await bench.run(dies_at=4, moment="before")
    bench.may_act = False
    result = await bench.run(again=True)
    note = {one.id: one.note for one in result.steps}["reboot"]
    assert note == "router.reboot unknown: it was begun, and nobody looked"


async def test_no_case_is_closed_with_a_change_whose_end_nobody_knows() -> None:
    """A playbook may call it fixed, and so may a verdict: somebody has to look all the same."""
    for unknown, destination in ((False, Destination.FIXED), (True, Destination.SECOND_LINE)):
        to = RouteStep(id="route", when=None, to=Destination.FIXED)
        bench = Bench(steps=(*STEPS[:-1], to))
        with pytest.raises(Killed):
            await bench.run(dies_at=4, moment="before")
        bench.may_act = not unknown
        result = await bench.run(again=True)
        assert (result.end, result.destination) == (RunEnd.FINISHED, destination)


async def test_the_deadline_of_a_run_stays_where_it_was() -> None:
    """A process that died does not give the customer another quarter of an hour to wait."""
    bench = Bench(budget_s=300.0)
    with pytest.raises(Killed):
        await bench.run(dies_at=2, moment="after")
    bench.clock.advance(280.0)
    result = await bench.run(again=True)
    assert result.took_s <= 330.0
    assert result.end is RunEnd.OUT_OF_TIME


async def test_a_clock_that_jumps_back_makes_no_run_longer_than_its_budget() -> None:
    """Its time begins anew at most once."""
    bench = Bench()
    with pytest.raises(Killed):
        await bench.run(dies_at=2, moment="after")
    moved = [replace(one, at=one.at + timedelta(hours=3)) for one in bench.journal.entries]
    bench.journal.entries = moved
    bench.progress.clear()
    result = await bench.run(again=True)
    assert bench.started()[:2] == ["one", "two"]  # nobody knows how old the first answers are
    assert result.end is RunEnd.FINISHED
    assert result.took_s < 900.0


async def test_without_a_journal_that_can_be_written_a_run_measures_and_changes_nothing() -> None:
    """A full disk on the way: the customer gets a verdict, and nothing that nobody could undo."""
    bench = Bench(journal=FakeRunJournal(room=2))
    result = await bench.run()
    assert bench.reboots == 0
    notes = {one.id: one.note for one in result.steps}
    assert notes["reboot"].startswith("nothing is changed without a journal: case store")
    assert "reachability[three]" in known(result)
    assert [type(one) for one in bench.progress].count(NotKept) == 1


async def test_a_run_that_another_worker_has_taken_up_stops_at_once() -> None:
    """Whoever wakes up late writes and changes nothing more."""
    bench = Bench(journal=FakeRunJournal(ours_for=3))
    with pytest.raises(RunError, match="another worker"):
        await bench.run()
    assert bench.reboots == 0


async def test_a_cancelled_run_ends_at_its_next_safe_point_in_a_routed_case() -> None:
    """What is known by then goes to second line, not to nobody."""
    bench = Bench(journal=FakeRunJournal(stops_after=3))
    result = await bench.run()
    assert (result.end, bench.reboots) == (RunEnd.CANCELLED, 0)
    states = {one.id: (one.state, one.note) for one in result.steps}
    assert states["before"][0] == "done"
    assert states["reboot"] == ("skipped", "cancelled")
    assert result.destination is result.verdict.destination


async def test_a_playbook_that_has_changed_meanwhile_changes_nothing_more() -> None:
    """What a step of the new file is about, nobody has agreed to."""
    bench = Bench()
    with pytest.raises(Killed):
        await bench.run(dies_at=2, moment="after")
    bench.steps = (*STEPS[:2], replace(REBOOT, action="router.factory_reset"), *STEPS[3:])
    result = await bench.run(again=True)
    notes = {one.id: one.note for one in result.steps}
    assert (notes["ask"], notes["reboot"]) == (
        "b",
        "the playbook has changed since the run began",
    )
    assert (bench.reboots, bench.questions) == (0, 1)


@pytest.mark.parametrize(
    ("what", "words"),
    [("cancelled", "cancelled before it was begun"), ("late", "no time left")],
)
async def test_a_change_that_waits_for_its_router_is_not_begun_where_none_may_be_any_more(
    what: str, words: str
) -> None:
    """Meanwhile the case went to a person, who looks at a router that then restarts."""
    bench = Bench()

    async def waits() -> None:
        if what == "cancelled":
            bench.journal.stops_after = 0
        else:
            bench.clock.advance(2000.0)

    bench.waits_for = waits
    result = await bench.run()
    notes = {one.id: one.note for one in result.steps}
    assert (bench.looks, bench.reboots) == (1, 0)
    assert words in notes["reboot"]


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("cancelled", "cancelled before it was begun"),
        ("another playbook", "the playbook has changed"),
        ("late", "no time left"),
    ],
)
async def test_a_change_that_was_only_intended_is_not_begun_where_none_may_be_any_more(
    what: str, words: str
) -> None:
    """Whoever cancels a run whose worker has died is not answered with a restart."""
    bench = Bench()
    with pytest.raises(Killed):
        await bench.run(dies_at=3, moment="after")
    assert bench.reboots == 0
    if what == "cancelled":
        bench.journal.stops_after = 0
    elif what == "late":
        bench.clock.advance(2000.0)
    else:
        bench.steps = (*STEPS[:2], replace(REBOOT, action="router.factory_reset"), *STEPS[3:])
    result = await bench.run(again=True)
    notes = {one.id: one.note for one in result.steps}
    assert (bench.looks, bench.reboots) == (1, 0)
    assert notes["reboot"].startswith("router")
    assert words in notes["reboot"]


def test_a_journal_that_another_version_wrote_is_refused() -> None:
    """It is not read for something else."""
    entry = RunEntry(kind=RunEntryKind.MEASURED, at=FakeClock().now(), document={"probes": 3})
    with pytest.raises(RunError, match="cannot be read"):
        run_so_far([entry], started_at=FakeClock().now())
