"""The engine of queues does what runs need of it, on both databases."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import make_url

from cpe_diag.domain.failures import StoreError
from cpe_diag.service.jobs import Job, Limits, kind_of, queue_name
from cpe_diag.service.queue_dbos import DbosJobs, DbosWorker, JsonSerializer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

JOB = Job(id="r1-0", run="r1", queue="north.normal", node="an-1", priority=3, delay_s=0.0)
LIMIT_S = 30.0


@contextmanager
def worker(
    url: str, go_on: Callable[[str], None], limits: Limits, region: str = "north"
) -> Iterator[DbosJobs]:
    """Keep a worker, with what puts jobs."""
    jobs = DbosJobs(make_url(url))
    working = DbosWorker(make_url(url), region, limits)
    working.start(go_on, name=f"test {time.monotonic_ns()}")
    try:
        yield jobs
    finally:
        working.stop(5)
        jobs.close()


def until(holds: Callable[[], bool]) -> None:
    """Wait for something that threads bring about."""
    ends = time.monotonic() + LIMIT_S
    while not holds():
        assert time.monotonic() < ends, "it did not come about"
        threading.Event().wait(0.02)


def test_every_job_is_done_once_however_often_it_is_put(store_url: str) -> None:
    """Of the same id; jobs of another region are left to its workers; the delayed comes later."""
    done: list[str] = []
    came_s: list[float] = []

    def go_on(run: str) -> None:
        done.append(run)
        if run == "later":
            came_s.append(time.monotonic())

    with worker(store_url, go_on, Limits()) as jobs:
        for number in range(12):
            one = replace(JOB, id=f"r{number}-0", run=f"r{number}", node=f"an-{number % 3}")
            jobs.put(one)
            jobs.put(one)
        jobs.put(replace(JOB, id="far-0", run="far", queue="south.normal"))
        put_s = time.monotonic()
        jobs.put(replace(JOB, id="later-0", run="later", queue="north.urgent", delay_s=1.5))
        assert {run: [one.begun_at for one in seen] for run, seen in jobs.seen(["far"]).items()}
        until(lambda: len(done) == 13)
        assert sorted(done) == sorted([*(f"r{number}" for number in range(12)), "later"])
        assert came_s[0] >= put_s + 1.5
        until(lambda: list(jobs.seen(["far", "r1", "r2"])) == ["far"])


def test_no_more_runs_are_on_one_node_than_the_limit_says(store_url: str) -> None:
    """And the more urgent come first there."""
    lock, release = threading.Lock(), threading.Event()
    now: list[str] = []
    most: list[int] = []
    order: list[str] = []

    def go_on(run: str) -> None:
        with lock:
            now.append(run)
            order.append(run)
            most.append(len(now))
        if run.startswith("first"):
            release.wait(LIMIT_S)
        with lock:
            now.remove(run)

    with worker(store_url, go_on, Limits(per_node=2)) as jobs:
        for run in ("first1", "first2"):
            jobs.put(replace(JOB, id=f"{run}-0", run=run))
        until(lambda: len(now) == 2)
        for run, priority in (("wish", 9), ("fault", 2), ("part", 5)):
            jobs.put(replace(JOB, id=f"{run}-0", run=run, priority=priority))
        assert [one.run for one in jobs.begun("north")] == ["first1", "first2"]
        release.set()
        until(lambda: len(order) == 5)
    assert max(most) == 2
    assert order.index("fault") < order.index("wish")


def test_what_is_partly_lost_does_not_stand_behind_requests_of_any_node(store_url: str) -> None:
    """Nodes are looked at in any order: in one queue a request would often come before it."""
    lock, release = threading.Lock(), threading.Event()
    order: list[str] = []

    def go_on(run: str) -> None:
        with lock:
            order.append(run)
        if run.startswith("wish"):
            release.wait(LIMIT_S)

    with worker(store_url, go_on, Limits(in_process=1, per_node=1)) as jobs:
        for number in range(6):
            one = f"wish{number}"
            jobs.put(replace(JOB, id=f"{one}-0", run=one, node=f"an-{number}"))
        until(lambda: bool(order))
        for number in range(3):
            one = f"part{number}"
            queue, node = queue_name("north", kind_of(2)), f"an-{number}"
            jobs.put(replace(JOB, id=f"{one}-0", run=one, queue=queue, node=node, priority=2))
        until(lambda: len(order) == 4)
        assert all(run.startswith("part") for run in order[1:])
        release.set()


def test_what_comes_in_vain_keeps_nobody_from_beginning(store_url: str) -> None:
    """What may begin in a minute is counted where a run is taken up, not where a job comes."""
    done: list[str] = []
    with worker(store_url, done.append, Limits(starts_per_minute=2, look_every_s=0.1)) as jobs:
        for number in range(4):
            vain = f"vain{number}"
            jobs.put(replace(JOB, id=f"{vain}-0", run=vain))
        until(lambda: len(done) == 4)
        jobs.put(replace(JOB, id="n0-0", run="n0"))
        until(lambda: done[4:] == ["n0"])


def test_a_job_that_is_dropped_counts_against_no_limit(store_url: str) -> None:
    """Else a dead worker would keep its node for ever."""
    release = threading.Event()
    done: list[str] = []

    def go_on(run: str) -> None:
        if run == "r1":
            release.wait(LIMIT_S)
        done.append(run)

    with worker(store_url, go_on, Limits(per_node=1)) as jobs:
        jobs.put(JOB)
        until(lambda: bool(jobs.begun("north")))
        jobs.put(replace(JOB, id="r2-0", run="r2"))
        jobs.drop(["r1-0"])
        until(lambda: done == ["r2"])
        assert jobs.seen(["r1"]) == {}
        release.set()


def test_jobs_that_have_ended_are_dropped_once_they_are_old(
    store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A row for each job would stay for ever; those that wait or go on stay."""
    monkeypatch.setattr("cpe_diag.service.queue_dbos.MANY", 2)
    release = threading.Event()

    def go_on(run: str) -> None:
        if run == "goes":
            release.wait(LIMIT_S)

    with worker(store_url, go_on, Limits()) as jobs:
        for run in ("a", "b", "c", "gone", "goes"):
            jobs.put(replace(JOB, id=f"{run}-0", run=run, node=run))
        jobs.put(replace(JOB, id="waits-0", run="waits", delay_s=600.0))
        until(lambda: set(jobs.seen(["a", "b", "c", "gone", "goes"])) == {"goes"})
        now = datetime.now(UTC)
        assert jobs.forget(now - timedelta(hours=1)) == 0
        jobs.drop(["waits-0"])
        assert jobs.forget(now + timedelta(hours=1)) == 5
        assert jobs.forget(now + timedelta(hours=1)) == 0
        assert list(jobs.seen(["goes"])) == ["goes"]
        release.set()


def test_a_queue_without_tables_is_told_in_words(store_url: str) -> None:
    """No worker was ever there: whoever orders is not stopped by that."""
    jobs = DbosJobs(make_url(store_url))
    with pytest.raises(StoreError, match="the queue of runs"):
        jobs.put(JOB)
    jobs.close()


def test_nothing_that_is_kept_can_be_executed_when_it_is_read() -> None:
    """JSON, in place of what DBOS does by itself."""
    kept = JsonSerializer()
    assert kept.deserialize(kept.serialize({"args": ["r1"]})) == {"args": ["r1"]}
    assert kept.serialize(ValueError("why")) == '"why"'
