"""A worker does so many runs at once and no more, whatever queues they come from."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING, Final, NoReturn

import pytest
import yaml

from cpe_diag.domain.run_journal import RunState
from cpe_diag.service import queue_dbos
from cpe_diag.service.jobs import Limits, QueueKind
from cpe_diag.service.submit import Order
from cpe_diag.store import case_store as case_store_of_all
from cpe_diag.store.runs import StoredRuns
from cpe_diag.transports.clock import SystemClock
from cpe_diag.wiring import desk, orders, working
from cpe_diag.wiring.config import Config, read
from cpe_diag.wiring.desk import case_store
from cpe_diag.wiring.keeping import keeping
from cpe_diag.wiring.orders import submit
from cpe_diag.wiring.working import Worker, WorkerWish

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cpe_diag.service.jobs import Job

SUBSCRIBERS: Final = 9
LIMIT_S: Final = 90.0
LEASE_OVER: Final = timedelta(seconds=-1)


class Queue:
    """A queue that only remembers what was put, and runs that last until they are let go."""

    def __init__(self) -> None:
        """Nothing was put yet, and nothing runs."""
        self.put_runs: list[str] = []
        self.delays_s: list[float] = []
        self.let_go = threading.Event()
        self.running = threading.Semaphore(0)

    def put(self, job: Job) -> None:
        """Remember a job."""
        self.put_runs.append(job.run)
        self.delays_s.append(job.delay_s)

    async def perform(self, *_: object, **__: object) -> NoReturn:
        """Stand for a run."""
        self.running.release()
        await asyncio.to_thread(self.let_go.wait, LIMIT_S)
        raise ValueError("done")


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch) -> Queue:
    """Put a queue in the place of DBOS; nobody waits for a place."""
    queue = Queue()
    monkeypatch.setattr(working, "DbosJobs", lambda *_: queue)
    monkeypatch.setattr(working, "perform", queue.perform)
    monkeypatch.setattr(working, "PLACE_WAIT_S", dict.fromkeys(QueueKind, 0.0))
    return queue


@pytest.fixture
def config(store_url: str, tmp_path: Path) -> Iterator[Config]:
    """Give a configuration with some subscribers, each on a node of its own."""
    places = range(SUBSCRIBERS)
    inventory = {
        "nodes": {f"an-{one}": {"address": "192.0.2.1"} for one in places},
        "subscribers": [{"id": f"sub-{one}", "node": f"an-{one}", "port": "1"} for one in places],
    }
    (tmp_path / "inventory.yaml").write_text(yaml.safe_dump(inventory), encoding="utf-8")
    keys = tmp_path / "keys.yaml"
    keys.write_text(yaml.safe_dump({"url": store_url, "audit": "5a" * 32}), encoding="utf-8")
    keys.chmod(0o600)
    document = {
        "inventory": {"kind": "file", "path": "inventory.yaml"},
        "store": {"url": f"file:{keys}#url", "audit_key": f"file:{keys}#audit"},
    }
    file = tmp_path / "config.yaml"
    file.write_text(yaml.safe_dump(document), encoding="utf-8")
    with keeping(read(file, str(file))) as kept:
        yield kept


def ordered(config: Config, number: int, priority: int) -> str:
    """Order a run of a class; gives its id."""
    order = Order(playbook="no_internet", subscriber=f"sub-{number}", priority=priority)
    return submit(config, order).run.id


def test_the_queues_of_a_worker_share_its_places(config: Config, queue: Queue) -> None:
    """What finds none comes again, faults before requests; it was not begun."""
    worker = Worker(config, WorkerWish(limits=Limits(in_process=2)))
    runs = [ordered(config, number, 1 + number % 3) for number in range(6)]
    queue.put_runs.clear()
    queue.delays_s.clear()
    with ThreadPoolExecutor(6) as threads:
        first = [threads.submit(worker.go_on, run) for run in runs[:2]]
        for _ in first:
            assert queue.running.acquire(timeout=LIMIT_S)
        for run in runs[2:]:
            worker.go_on(run)
        queue.let_go.set()
        for one in first:
            one.result(LIMIT_S)
    rows = [StoredRuns(case_store(config)).run(run) for run in runs]
    assert [row.attempt for row in rows] == [1, 1, 0, 0, 0, 0]
    assert queue.put_runs == runs[2:]
    request, loss, partial, another = queue.delays_s
    assert max(loss, partial) < min(request, another)


def test_eight_workers_and_a_service_fit_on_a_server_as_it_comes() -> None:
    """PostgreSQL allows 100 connections, three of them for its own administrators."""
    worker = desk.KEPT_OPEN + queue_dbos.OPEN + working.JOBS_OPEN + orders.KEPT_OPEN
    service = case_store_of_all.KEPT_OPEN + orders.KEPT_OPEN
    assert 8 * worker + service <= 97


def test_requests_leave_total_loss_a_place_also_those_that_were_begun_elsewhere(
    config: Config, queue: Queue
) -> None:
    """What was begun comes again soon, for nobody else looks after it; total loss has a place."""
    worker = Worker(config, WorkerWish(limits=Limits(in_process=4)))
    runs = [ordered(config, number, 9) for number in range(5)]
    loss = ordered(config, 5, 1)
    begun, store = runs[4], StoredRuns(case_store(config))
    store.claim(begun, worker="elsewhere/1/1", at=SystemClock().now(), lease=LEASE_OVER)
    queue.put_runs.clear()
    queue.delays_s.clear()
    with ThreadPoolExecutor(6) as threads:
        done = [threads.submit(worker.go_on, run) for run in runs[:3]]
        for _ in done:
            assert queue.running.acquire(timeout=LIMIT_S)
        worker.go_on(runs[3])
        worker.go_on(begun)
        assert queue.put_runs == [runs[3], begun]
        assert queue.delays_s[1] < queue.delays_s[0]
        done.append(threads.submit(worker.go_on, loss))
        assert queue.running.acquire(timeout=LIMIT_S)
        queue.let_go.set()
        for one in done:
            one.result(LIMIT_S)
    worker.go_on(begun)
    assert [store.run(run).state for run in (loss, begun, runs[3])] == [
        RunState.FAILED,
        RunState.FAILED,
        RunState.QUEUED,
    ]


def test_a_worker_that_is_stopped_begins_nothing_that_waited(
    config: Config, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another worker does it, and need not wait until this one has ended."""
    monkeypatch.setattr(working, "PLACE_WAIT_S", dict.fromkeys(QueueKind, LIMIT_S))
    worker = Worker(config, WorkerWish(limits=Limits(in_process=1)))
    runs = [ordered(config, number, 1) for number in range(2)]
    queue.put_runs.clear()
    with ThreadPoolExecutor(2) as threads:
        does = threads.submit(worker.go_on, runs[0])
        assert queue.running.acquire(timeout=LIMIT_S)
        waits = threads.submit(worker.go_on, runs[1])
        worker.stop()
        waits.result(LIMIT_S)
        assert queue.put_runs == [runs[1]]
        queue.let_go.set()
        does.result(LIMIT_S)
    assert StoredRuns(case_store(config)).run(runs[1]).attempt == 0
