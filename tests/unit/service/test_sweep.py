"""Runs that nobody goes on with get a fresh job, and dead jobs end."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.failures import StoreError
from cpe_diag.domain.secret import Secret
from cpe_diag.service.jobs import Job, JobSeen, job_of
from cpe_diag.service.lease_watch import LeaseWatch
from cpe_diag.service.sweep import Sweep
from cpe_diag.store.case_store import CaseStore
from cpe_diag.store.holds import Holds
from cpe_diag.store.processes import this_process
from cpe_diag.store.run_rows import NewRun
from cpe_diag.store.runs import StoredRuns

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

AT = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
LATER = AT + timedelta(minutes=2)
LEASE = timedelta(seconds=60)
ELSEWHERE = "elsewhere/b/s/1/1"
NEW = NewRun(
    id="run1", playbook="p", subscriber="s", ticket=None, wish={}, region="north", node="an-1"
)


@dataclass(slots=True)
class FakeJobs:
    """Jobs in memory."""

    put_: list[Job] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    live: list[JobSeen] = field(default_factory=list)

    def put(self, job: Job) -> None:
        """Queue a job, unless there is one of its id."""
        if job.id not in {one.id for one in self.put_}:
            self.put_.append(job)
            self.live.append(JobSeen(id=job.id, run=job.run, begun_at=None))

    def seen(self, runs: Iterable[str]) -> Mapping[str, tuple[JobSeen, ...]]:
        """Give jobs that have not ended."""
        wanted = set(runs)
        return {run: found for run in wanted if (found := self._of(run))}

    def begun(self, _region: str) -> tuple[JobSeen, ...]:
        """Give jobs that have begun."""
        return tuple(one for one in self.live if one.begun_at)

    def drop(self, jobs: Iterable[str]) -> None:
        """End jobs."""
        gone = set(jobs)
        self.dropped += sorted(gone)
        self.live = [one for one in self.live if one.id not in gone]

    def begin(self, job: str, at: datetime) -> None:
        """Let a worker begin with a job."""
        self.live = [replace(one, begun_at=at) if one.id == job else one for one in self.live]

    def _of(self, run: str) -> tuple[JobSeen, ...]:
        return tuple(one for one in self.live if one.run == run)


@dataclass(slots=True, kw_only=True)
class Bench:
    """A sweep over a store."""

    store: CaseStore
    jobs: FakeJobs = field(default_factory=FakeJobs)
    passed_s: float = 0.0
    watch: LeaseWatch = field(init=False)

    def __post_init__(self) -> None:
        """Watch by seconds that tests let pass."""
        self.watch = LeaseWatch(LEASE, lambda: self.passed_s)

    @property
    def runs(self) -> StoredRuns:
        """Give the runs."""
        return StoredRuns(self.store)

    def sweep(self, at: datetime = LATER, region: str = "north") -> tuple[str, ...]:
        """Sweep once."""
        holds = Holds(self.store)
        sweep = Sweep(region=region, runs=self.runs, jobs=self.jobs, holds=holds, watch=self.watch)
        return sweep.once(at)

    def order(self, run: str, at: datetime = AT, **more: object) -> None:
        """Order a run and queue its job."""
        row, _is_new = self.runs.submit(replace(NEW, id=run, **more), at=at)  # type: ignore[arg-type]
        self.jobs.put(job_of(row, at=at))


@pytest.fixture
def bench(store_url: str) -> Bench:
    """Give an empty store of each kind."""
    return Bench(store=CaseStore.behind(Secret(store_url)))


def test_a_run_that_waits_in_its_queue_is_left_alone(bench: Bench) -> None:
    """However long it waits; so is one that was ordered a moment ago, and one that is put off."""
    bench.order("run1")
    bench.runs.submit(replace(NEW, id="run2"), at=LATER)
    bench.runs.submit(replace(NEW, id="run3", not_before=LATER), at=AT)
    assert bench.sweep() == ()
    assert (len(bench.jobs.put_), bench.jobs.dropped) == (1, [])


def test_a_run_without_a_job_gets_one_and_no_second_in_the_same_minute(bench: Bench) -> None:
    """Whoever ordered it died before it was queued, or no worker was ever there."""
    bench.runs.submit(NEW, at=AT)
    assert bench.sweep() == ("run1",)
    bench.jobs.live.clear()
    assert bench.sweep() == ("run1",)
    assert len(bench.jobs.put_) == 1
    assert bench.sweep(LATER + timedelta(minutes=1)) == ("run1",)
    assert len(bench.jobs.put_) == 2
    assert bench.sweep(region="south") == ()


def test_a_run_whose_worker_lost_its_lease_gets_a_fresh_job_and_the_dead_one_ends(
    bench: Bench,
) -> None:
    """Else the dead one would count against the limit of its node for ever."""
    bench.order("run1")
    bench.jobs.begin("run1-0", AT)
    bench.runs.claim("run1", worker="elsewhere/b/s/1/1", at=AT, lease=LEASE)
    assert bench.sweep() == ()
    bench.passed_s = 45.0
    assert bench.sweep() == ()
    bench.passed_s = 60.0
    assert bench.sweep() == ("run1",)
    assert bench.jobs.dropped == ["run1-0"]
    assert bench.jobs.put_[-1].id.startswith("run1-1-")
    assert bench.sweep() == ()
    assert bench.runs.claim("run1", worker="a", at=AT, lease=LEASE).attempt == 2


@pytest.mark.parametrize("ahead", [timedelta(hours=3), timedelta(hours=-3)])
def test_no_clock_that_jumps_takes_a_run_from_its_worker_or_leaves_it_with_a_dead_one(
    bench: Bench, ahead: timedelta
) -> None:
    """What counts is how long nobody has renewed it, by seconds that do not jump."""
    bench.order("run1")
    bench.jobs.begin("run1-0", AT)
    bench.runs.claim("run1", worker=ELSEWHERE, at=AT, lease=LEASE)
    for number in range(4):
        bench.passed_s = 30.0 * number
        assert bench.sweep(LATER + ahead) == ()
        bench.runs.renew("run1", 1, lease=LEASE)
    bench.passed_s += 30.0
    assert bench.sweep(LATER + ahead) == ()
    bench.passed_s += 60.0
    assert bench.sweep(LATER + ahead) == ("run1",)
    assert bench.jobs.dropped == ["run1-0"]


def test_after_the_store_was_away_whoever_does_a_run_has_time_to_renew_it(
    bench: Bench,
) -> None:
    """Nobody could, and none of them has died."""
    bench.order("run1")
    bench.runs.claim("run1", worker=ELSEWHERE, at=AT, lease=LEASE)
    assert bench.sweep() == ()
    bench.passed_s = 90.0
    gone = CaseStore.behind(Secret("sqlite:////proc/nothing/case.db"))
    lost = Bench(store=gone, jobs=bench.jobs)
    lost.watch = bench.watch
    with pytest.raises(StoreError):
        lost.sweep()
    assert bench.sweep() == ()
    bench.runs.renew("run1", 1, lease=LEASE)
    bench.passed_s = 120.0
    assert bench.sweep() == ()


def test_a_job_that_a_wrong_clock_has_put_off_for_hours_is_ended_and_queued_again(
    bench: Bench,
) -> None:
    """Its run is due: a worker came back from a busy router with a clock that was ahead."""
    bench.runs.submit(NEW, at=AT)
    soon = JobSeen(
        id="run1-0-a", run="run1", begun_at=None, put_off_until=LATER + timedelta(seconds=20)
    )
    bench.jobs.live.append(soon)
    assert bench.sweep() == ()
    bench.jobs.live = [replace(soon, put_off_until=LATER + timedelta(hours=2))]
    assert bench.sweep() == ("run1",)
    assert bench.jobs.dropped == ["run1-0-a"]


def test_a_job_that_nobody_lets_in_at_its_moment_is_ended_and_queued_again(
    bench: Bench,
) -> None:
    """Whoever lets in what was put off has a clock that is behind, by hours it may be."""
    bench.runs.submit(NEW, at=AT)
    due = JobSeen(
        id="run1-0-a", run="run1", begun_at=None, put_off_until=LATER - timedelta(seconds=2)
    )
    bench.jobs.live.append(due)
    assert bench.sweep() == ()
    bench.jobs.live = [replace(due, put_off_until=LATER - timedelta(seconds=20))]
    assert bench.sweep() == ("run1",)
    assert bench.jobs.dropped == ["run1-0-a"]


def test_an_order_from_the_future_is_found_too(bench: Bench) -> None:
    """The clock of whoever took it was ahead, and was put right."""
    bench.runs.submit(NEW, at=LATER + timedelta(hours=3))
    assert bench.sweep() == ("run1",)


def test_a_run_that_is_being_done_is_left_alone(bench: Bench) -> None:
    """Its lease is renewed."""
    bench.order("run1")
    bench.jobs.begin("run1-0", AT)
    bench.runs.claim("run1", worker=this_process(), at=LATER, lease=LEASE)
    assert bench.sweep() == ()
    assert bench.jobs.dropped == []


def test_a_job_whose_worker_died_before_it_took_the_run_up_is_ended_and_queued_again(
    bench: Bench,
) -> None:
    """And one whose run has ended is ended only."""
    bench.order("run1")
    bench.jobs.begin("run1-0", AT)
    bench.order("run2")
    bench.jobs.begin("run2-0", AT)
    bench.runs.ask_cancel("run2", at=AT)
    assert bench.sweep() == ("run1",)
    assert bench.jobs.dropped == ["run1-0", "run2-0"]


def test_a_terminals_run_is_left_to_whoever_sits_there(bench: Bench) -> None:
    """It has no region: whoever began it resumes it."""
    bench.runs.begin(replace(NEW, region=None), worker="elsewhere/b/s/1/1", at=AT, lease=LEASE)
    assert bench.sweep() == ()


def test_one_worker_sweeps_at_a_time(bench: Bench) -> None:
    """Many would ask the same of the database."""
    bench.runs.submit(NEW, at=AT)
    holds = Holds(bench.store)
    with holds.held(("sweep north",), "the sweep", holder=this_process()):
        assert bench.sweep() == ()
    assert bench.sweep() == ("run1",)


def test_more_runs_than_a_page_holds_are_all_found(bench: Bench) -> None:
    """Also those of which no job is there among many that have one."""
    with bench.store.writing():
        pass
    for number in range(30):
        bench.runs.submit(replace(NEW, id=f"run{number:03}"), at=AT)
    found = bench.sweep()
    assert len(found) == len(set(found)) == 30


def test_each_class_has_a_queue_of_its_own_and_then_the_time_left_counts(
    bench: Bench,
) -> None:
    """Priority first, then who has less time."""
    bench.order("run1", priority=1)
    bench.order("run2", priority=2)
    bench.order("run3", priority=2, lasts=timedelta(minutes=5))
    bench.order("run4", priority=9, lasts=timedelta(seconds=1), not_before=LATER)
    urgent, part, hurried, wish = bench.jobs.put_
    assert (urgent.queue, part.queue, part.node) == ("north.urgent", "north.partial", "an-1")
    assert (hurried.queue, wish.queue) == ("north.partial", "north.normal")
    assert urgent.priority < hurried.priority < part.priority < wish.priority < 2**31
    assert (wish.delay_s, part.delay_s) == (120.0, 0.0)
