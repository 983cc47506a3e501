"""A worker and what is away when it takes a run: nothing is ended that can be done later."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Final, NoReturn

import pytest
import yaml

from cpe_diag.domain.incident import IncidentKind, Reach
from cpe_diag.domain.run_journal import RunState
from cpe_diag.service.jobs import PARTIAL, URGENT, Limits
from cpe_diag.service.places import OWED_S
from cpe_diag.service.submit import Order
from cpe_diag.store import run_room
from cpe_diag.store.holds import Holds
from cpe_diag.store.incidents import Sighting
from cpe_diag.store.processes import this_process
from cpe_diag.store.run_rows import NORMAL
from cpe_diag.store.runs import StoredRuns
from cpe_diag.transports.clock import SystemClock
from cpe_diag.wiring import working
from cpe_diag.wiring.config import Config, read
from cpe_diag.wiring.desk import case_store
from cpe_diag.wiring.incidents import stored_incidents
from cpe_diag.wiring.known_incident import known_incident
from cpe_diag.wiring.orders import submit
from cpe_diag.wiring.outbox import stored_outbox
from cpe_diag.wiring.working import BUSY_S, MINUTE_WAIT_S, SOON_S, Worker, WorkerWish

if TYPE_CHECKING:
    from pathlib import Path

    from cpe_diag.domain.incident import Incident
    from cpe_diag.service.jobs import Job
    from cpe_diag.store.run_rows import RunRow
    from cpe_diag.wiring.runs import PreparedRun

INVENTORY: Final = """\
nodes:
  an-1: {address: 192.0.2.1}
subscribers:
  - {id: sub-1, node: an-1, port: "1", router: {address: 198.51.100.1, port: 2222}}
  - {id: sub-2, node: an-1, port: "2"}
"""
ORDER: Final = Order(playbook="no_internet", subscriber="sub-1", ticket="T-1")


class NoJobs:
    """A queue that only remembers what was put."""

    put_ids: Final[list[str]] = []
    delays_s: Final[list[float]] = []

    def __init__(self, *_: object) -> None:
        """Forget what was put before."""
        self.put_ids.clear()
        self.delays_s.clear()

    def put(self, job: Job) -> None:
        """Remember a job."""
        self.put_ids.append(job.run)
        self.delays_s.append(job.delay_s)


@pytest.fixture
def config(store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    """Give a configuration with an inventory that is a file."""
    monkeypatch.setattr(working, "DbosJobs", NoJobs)
    monkeypatch.setattr(working, "perform", _broken)
    (tmp_path / "inventory.yaml").write_text(INVENTORY, encoding="utf-8")
    keys = tmp_path / "keys.yaml"
    keys.write_text(yaml.safe_dump({"url": store_url, "audit": "5a" * 32}), encoding="utf-8")
    keys.chmod(0o600)
    document = {
        "inventory": {"kind": "file", "path": "inventory.yaml"},
        "store": {"url": f"file:{keys}#url", "audit_key": f"file:{keys}#audit"},
    }
    file = tmp_path / "config.yaml"
    file.write_text(yaml.safe_dump(document), encoding="utf-8")
    return read(file, str(file))


async def _broken(*_: object, **__: object) -> NoReturn:
    """Stand for a run that was begun."""
    raise ValueError("begun")


def row(config: Config, run_id: str) -> RunRow:
    """Give a run."""
    return StoredRuns(case_store(config)).run(run_id)


def test_a_run_whose_inventory_is_away_waits_and_is_done_when_it_is_back(
    config: Config, tmp_path: Path
) -> None:
    """A database that is away for a minute must not cost every ticket of that minute."""
    worker = Worker(config, WorkerWish())
    run = submit(config, ORDER).run
    inventory = tmp_path / "inventory.yaml"
    for words in (None, "subscribers: ["):
        inventory.unlink()
        if words is not None:
            inventory.write_text(words, encoding="utf-8")
        worker.go_on(run.id)
        assert row(config, run.id) == run
        inventory.write_text(INVENTORY, encoding="utf-8")
    assert NoJobs.put_ids == [run.id] * 2
    assert stored_outbox(config).letters() == ()
    worker.go_on(run.id)
    ended = row(config, run.id)
    assert (ended.state, ended.attempt) == (RunState.FAILED, 1)
    assert "ValueError" in ended.words


def test_a_run_whose_time_is_up_waits_no_longer(config: Config, tmp_path: Path) -> None:
    """Second line's people get it, with why."""
    worker = Worker(config, WorkerWish())
    run = submit(config, Order(playbook="no_internet", subscriber="sub-1", budget=timedelta())).run
    (tmp_path / "inventory.yaml").unlink()
    worker.go_on(run.id)
    ended = row(config, run.id)
    assert (ended.state, ended.destination) == (RunState.FAILED, "second_line")
    assert "inventory.yaml" in ended.words


def test_a_run_of_somebody_who_is_no_longer_there_ends_at_once(
    config: Config, tmp_path: Path
) -> None:
    """The inventory has answered."""
    worker = Worker(config, WorkerWish())
    run = submit(config, ORDER).run
    words = INVENTORY.replace("id: sub-1", "id: sub-3")
    (tmp_path / "inventory.yaml").write_text(words, encoding="utf-8")
    worker.go_on(run.id)
    ended = row(config, run.id)
    assert (ended.state, NoJobs.put_ids) == (RunState.FAILED, [])
    assert "sub-1" in ended.words


def _met(config: Config) -> None:
    """Let the runs of two others have found the node dark just now."""
    at = datetime.now(UTC)
    reach = Reach(node="an-1", group="node an-1", whole=True, parts=(), down=(), up=("2",), at=at)
    for who in ("a", "b"):
        sighting = Sighting(
            kind=IncidentKind.NODE,
            place="an-1/node-an-1",
            cause="node_outage",
            title="The node is down",
            subscriber=who,
            destination="network_operations",
            case_id=f"case-{who}",
            reach=reach,
        )
        stored_incidents(config).seen(sighting, at=at)


def test_what_is_known_is_answered_also_where_the_node_has_no_room(config: Config) -> None:
    """Runs on a dark node take long; whoever comes meanwhile is not to wait for them."""
    worker = Worker(config, WorkerWish(limits=Limits(per_node=1, starts_per_minute=1)))
    other = submit(config, replace(ORDER, subscriber="sub-2", ticket="T-2")).run
    runs = StoredRuns(case_store(config))
    runs.claim(other.id, worker=this_process(), at=datetime.now(UTC), lease=timedelta(minutes=1))
    waits = submit(config, ORDER).run
    worker.go_on(waits.id)
    assert row(config, waits.id).state is RunState.QUEUED
    _met(config)
    worker.go_on(waits.id)
    ended = row(config, waits.id)
    assert (ended.state, ended.cause, ended.attempt) == (RunState.FINISHED, "node_outage", 1)


@pytest.mark.parametrize(
    ("priority", "comes_s"), [(URGENT, SOON_S), (PARTIAL, SOON_S), (NORMAL, BUSY_S)]
)
def test_a_fault_for_which_there_is_no_place_comes_again_while_one_is_kept_for_it(
    config: Config, priority: int, comes_s: tuple[float, float]
) -> None:
    """Here or elsewhere; a request has more time."""
    worker = Worker(config, WorkerWish())
    run = submit(config, replace(ORDER, priority=priority)).run
    worker.stop()  # it has no place for anybody any more
    worker.go_on(run.id)
    assert row(config, run.id) == run
    (delay_s,) = NoJobs.delays_s
    assert comes_s[0] <= delay_s <= comes_s[1]
    assert SOON_S[1] < OWED_S


@pytest.mark.parametrize(
    ("priority", "comes_s"), [(URGENT, SOON_S), (PARTIAL, BUSY_S), (NORMAL, BUSY_S)]
)
def test_a_total_loss_whose_router_is_busy_comes_again_soon(
    config: Config, priority: int, comes_s: tuple[float, float]
) -> None:
    """A request that is just being done there takes seconds; total loss is to follow at once."""
    worker = Worker(config, WorkerWish())
    run = submit(config, replace(ORDER, priority=priority)).run
    with Holds(case_store(config)).held((f"run {run.router}",), "it", holder=this_process()):
        worker.go_on(run.id)
    assert row(config, run.id) == run
    (delay_s,) = NoJobs.delays_s
    assert comes_s[0] <= delay_s <= comes_s[1]


def _full_minute(config: Config) -> Worker:
    """Let one run of sub-2 have just begun, and give a worker that lets one begin in a minute."""
    other = submit(config, replace(ORDER, subscriber="sub-2", ticket="T-2")).run
    runs, at = StoredRuns(case_store(config)), datetime.now(UTC)
    runs.claim(other.id, worker=this_process(), at=at, lease=timedelta(minutes=1))
    return Worker(config, WorkerWish(limits=Limits(starts_per_minute=1)))


@pytest.mark.parametrize("priority", [PARTIAL, NORMAL])
def test_a_run_begins_as_soon_as_one_more_may_begin_in_the_minute(
    config: Config, monkeypatch: pytest.MonkeyPatch, priority: int
) -> None:
    """It waits for that moment, and leaves its router to others meanwhile."""
    monkeypatch.setattr(working, "MINUTE_WAIT_S", 90.0)
    worker = _full_minute(config)
    run = submit(config, replace(ORDER, priority=priority)).run
    free: list[bool] = []

    def waited(seconds: float) -> bool:
        assert 0.0 < seconds < 62.0
        with Holds(case_store(config)).held((f"run {run.router}",), "it", holder="other"):
            free.append(True)
        monkeypatch.setattr(run_room, "MINUTE", timedelta())  # it has passed
        return False

    monkeypatch.setattr(worker, "_stopping", SimpleNamespace(wait=waited))
    worker.go_on(run.id)
    assert (free, NoJobs.put_ids) == ([True], [])
    assert row(config, run.id).attempt == 1


@pytest.mark.parametrize(
    ("priority", "waits", "comes_s"), [(URGENT, 0, SOON_S), (PARTIAL, 1, BUSY_S)]
)
def test_a_run_that_would_wait_for_long_in_the_minute_comes_again(
    config: Config,
    monkeypatch: pytest.MonkeyPatch,
    priority: int,
    waits: int,
    comes_s: tuple[float, float],
) -> None:
    """After a while, so that thousands do not come in vain all the time; total loss at once."""
    worker = _full_minute(config)
    run = submit(config, replace(ORDER, priority=priority)).run
    waited: list[float] = []

    def wait(seconds: float) -> bool:
        waited.append(seconds)
        return False

    monkeypatch.setattr(worker, "_stopping", SimpleNamespace(wait=wait))
    worker.go_on(run.id)
    assert waited == [MINUTE_WAIT_S] * waits
    assert row(config, run.id) == run
    (delay_s,) = NoJobs.delays_s
    assert comes_s[0] <= delay_s <= comes_s[1]


class AheadClock(SystemClock):
    """A clock of a machine that was set two hours forward."""

    def now(self) -> datetime:
        """Give what it shows."""
        return super().now() + timedelta(hours=2)


@pytest.mark.parametrize("store_url", ["postgresql"], indirect=True)
def test_what_is_known_is_known_by_the_clock_of_the_store(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker whose own clock is wrong answers what the others answer."""
    monkeypatch.setattr(working, "SystemClock", AheadClock)
    run = submit(config, ORDER).run
    _met(config)
    Worker(config, WorkerWish()).go_on(run.id)
    assert row(config, run.id).cause == "node_outage"


def test_what_is_over_before_it_is_answered_waits_for_room_on_its_node_like_others(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A node that has just come back is not to be asked by everybody at once."""

    def over_meanwhile(prepared: PreparedRun, runs: StoredRuns, now: datetime) -> Incident | None:
        found = known_incident(prepared, runs, now)
        assert found is not None
        assert stored_incidents(config).clear(found.kind, found.place, at=now) is not None
        return found

    worker = Worker(config, WorkerWish(limits=Limits(per_node=1)))
    other = submit(config, replace(ORDER, subscriber="sub-2", ticket="T-2")).run
    runs = StoredRuns(case_store(config))
    runs.claim(other.id, worker=this_process(), at=datetime.now(UTC), lease=timedelta(minutes=1))
    waits = submit(config, ORDER).run
    _met(config)
    with monkeypatch.context() as patch:
        patch.setattr(working, "known_incident", over_meanwhile)
        worker.go_on(waits.id)
    assert row(config, waits.id) == waits
    assert NoJobs.put_ids == [waits.id]
    runs.put_off(other.id, 1, until=datetime.now(UTC), words="left")
    worker.go_on(waits.id)
    ended = row(config, waits.id)
    assert (ended.state, ended.attempt) == (RunState.FAILED, 1)
    assert "ValueError" in ended.words


@pytest.mark.parametrize("why", ["up", "begun", "no ticket", "batch"])
def test_what_may_be_something_else_is_done(config: Config, why: str) -> None:
    """A port that is up, a run that was begun before, and what nobody waits for with a ticket."""
    _met(config)
    order = {
        "up": replace(ORDER, subscriber="sub-2"),
        "begun": ORDER,
        "no ticket": replace(ORDER, ticket=None),
        "batch": replace(ORDER, batch="all of them"),
    }[why]
    run = submit(config, order).run
    if why == "begun":
        runs, at = StoredRuns(case_store(config)), datetime.now(UTC)
        taken = runs.claim(run.id, worker=this_process(), at=at, lease=timedelta(minutes=1))
        runs.put_off(run.id, taken.attempt, until=at, words="left")
    Worker(config, WorkerWish()).go_on(run.id)
    assert "ValueError" in row(config, run.id).words
