"""Orders for runs are kept with their case before anybody hears of them, and once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import yaml

from cpe_diag.domain.failures import DefinitionError, InventoryError, StoreError
from cpe_diag.domain.run_journal import RunState
from cpe_diag.service.submit import RESULT_HOLDS, Order, order_key
from cpe_diag.store.run_rows import RunOutcome
from cpe_diag.store.runs import StoredRuns
from cpe_diag.testing.clock import FakeClock
from cpe_diag.transports.clock import SystemClock
from cpe_diag.wiring.config import Config, read
from cpe_diag.wiring.desk import case_store
from cpe_diag.wiring.kept_runs import prepared_again
from cpe_diag.wiring.orders import orders_of, submit

if TYPE_CHECKING:
    from pathlib import Path

    from cpe_diag.store.run_rows import RunRow

INVENTORY = """\
nodes:
  an-1: {address: 192.0.2.1, region: north}
  an-2: {address: 192.0.2.2}
subscribers:
  - {id: sub-1, node: an-1, port: "1", router: {address: 198.51.100.1, port: 2222}}
  - {id: sub-2, node: an-2, port: "1"}
"""
ORDER = Order(playbook="no_internet", subscriber="sub-1", ticket="T-1")


@pytest.fixture
def config(tmp_path: Path, store_url: str) -> Config:
    """Give a configuration with a small inventory and an empty store."""
    (tmp_path / "inventory.yaml").write_text(INVENTORY, encoding="utf-8")
    keys = tmp_path / "keys.yaml"
    keys.write_text(yaml.safe_dump({"url": store_url, "audit": "5a" * 32}), encoding="utf-8")
    keys.chmod(0o600)
    file = tmp_path / "config.yaml"
    document = {
        "inventory": {"kind": "file", "path": "inventory.yaml"},
        "store": {"url": f"file:{keys}#url", "audit_key": f"file:{keys}#audit"},
    }
    file.write_text(yaml.safe_dump(document), encoding="utf-8")
    return read(file, str(file))


def runs(config: Config) -> tuple[RunRow, ...]:
    """Give all runs that are kept."""
    return StoredRuns(case_store(config)).runs()


def ends(config: Config, run: RunRow, state: RunState) -> None:
    """Let a run end."""
    stored, at = StoredRuns(case_store(config)), SystemClock().now()
    taken = stored.claim(run.id, worker="w", at=at, lease=timedelta(minutes=1))
    outcome = RunOutcome(state=state, destination="second_line", words="")
    stored.end(run.id, taken.attempt, outcome, at=at)


def test_an_order_is_kept_with_its_case_and_where_it_is_to_be_done(config: Config) -> None:
    """A worker of the region finds all that it needs."""
    order = replace(
        ORDER,
        playbook="wifi_off_on",
        answers={"wifi_or_cable": "both"},
        values={"off_on": "off_on"},
        priority=1,
    )
    with pytest.raises(DefinitionError, match="does not ask"):
        submit(config, order)
    done = submit(config, replace(order, answers={}))
    run = done.run
    assert (run.region, run.node, run.router) == ("north", "an-1", "198.51.100.1:2222")
    assert (run.state, run.priority, run.ticket) == (RunState.QUEUED, 1, "T-1")
    assert (run.wish["values"], run.wish["budget_s"]) == ({}, 900.0)
    assert "off_on" not in str(run.wish["sealed"])
    assert (done.case.id, done.case.state, done.case.priority) == (run.case_id, "open", 1)
    prepared, values = prepared_again(config, run)
    assert (prepared.playbook.id, prepared.subscriber.id) == ("wifi_off_on", "sub-1")
    assert (prepared.wish.ticket, prepared.wish.budget_s, values) == ("T-1", 900.0, order.values)
    other = submit(config, replace(ORDER, subscriber="sub-2", ticket=None)).run
    assert (other.region, other.router) == ("default", None)


def test_the_same_ticket_submitted_twice_is_one_run(config: Config) -> None:
    """Another playbook for the same ticket is another run of the same case."""
    first, again = submit(config, ORDER), submit(config, replace(ORDER, priority=1))
    assert (first.is_new, again.is_new, again.run) == (True, False, first.run)
    other = submit(config, replace(ORDER, playbook="slow_internet"))
    assert (other.is_new, other.case.id) == (True, first.case.id)


def test_the_same_ticket_submitted_at_once_by_many_is_one_run_of_one_case(config: Config) -> None:
    """A webhook that is delivered to every process."""
    runs(config)
    with ThreadPoolExecutor(8) as pool:
        all_ = list(pool.map(lambda _: submit(config, ORDER), range(16)))
    assert [one.is_new for one in all_].count(True) == 1
    assert len({(one.run.id, one.case.id) for one in all_}) == 1
    assert len(runs(config)) == 1


@pytest.mark.parametrize("state", [RunState.FAILED, RunState.CANCELLED, RunState.TIMED_OUT])
def test_a_run_without_a_result_does_not_stand_for_its_ticket_for_ever(
    config: Config, state: RunState
) -> None:
    """The same order again is a new run; at the same time, one."""
    first = submit(config, ORDER).run
    ends(config, first, state)
    with ThreadPoolExecutor(8) as pool:
        all_ = list(pool.map(lambda _: submit(config, ORDER), range(8)))
    assert [one.is_new for one in all_].count(True) == 1
    (again,) = {one.run.id for one in all_}
    assert again != first.id
    assert {one.id for one in runs(config)} == {first.id, again}


def test_a_result_holds_for_two_hours_and_then_it_is_measured_again(config: Config) -> None:
    """A technician is not sent by what was measured yesterday."""
    first = submit(config, ORDER).run
    ends(config, first, RunState.FINISHED)
    orders = orders_of(config)
    clock = FakeClock(at=SystemClock().now())
    clock.advance(RESULT_HOLDS.total_seconds() - 60)
    assert replace(orders, clock=clock).submit(ORDER).run.id == first.id
    clock.advance(60)
    again = replace(orders, clock=clock).submit(ORDER)
    assert again.is_new
    assert replace(orders, clock=clock).submit(ORDER).run == again.run


@pytest.mark.parametrize("more", [{"batch": "b"}, {"follows": "r0"}])
def test_an_order_of_a_batch_or_that_follows_a_run_is_one_run_for_ever(
    config: Config, more: dict[str, str]
) -> None:
    """Else a batch that goes on would begin again."""
    order = replace(ORDER, **more)  # type: ignore[arg-type]
    first = submit(config, order).run
    ends(config, first, RunState.FAILED)
    assert submit(config, order).run.id == first.id


def test_an_order_without_a_name_is_a_run_each_time() -> None:
    """In a batch the batch is the name, so that it can be resumed."""
    keys = [
        order_key(ORDER),
        order_key(replace(ORDER, ticket="T-2")),
        order_key(replace(ORDER, ticket=None, batch="T-1")),
        order_key(replace(ORDER, subscriber="sub-2")),
        order_key(replace(ORDER, playbook="slow_internet")),
    ]
    assert len(set(keys)) == len(keys)
    assert order_key(replace(ORDER, ticket=None)) is None
    assert order_key(replace(ORDER, batch="b", priority=1)) == order_key(ORDER)


def test_what_waits_has_its_time_from_when_it_may_begin(config: Config) -> None:
    """A run that is put off until the night is not late before it has begun."""
    later = SystemClock().now() + timedelta(hours=5)
    run = submit(config, replace(ORDER, not_before=later)).run
    assert run.not_before is not None
    assert abs(run.not_before - later) < timedelta(seconds=1)
    assert abs(run.due_at - later - timedelta(minutes=15)) < timedelta(seconds=1)


def test_a_wrong_order_leaves_nothing(config: Config) -> None:
    """Also no case."""
    with pytest.raises(InventoryError, match="no subscriber"):
        submit(config, replace(ORDER, subscriber="nobody"))
    with pytest.raises(DefinitionError, match="no_intrnet"):
        submit(config, replace(ORDER, playbook="no_intrnet"))
    assert runs(config) == ()


def test_a_run_of_which_no_worker_can_be_told_is_kept_all_the_same(config: Config) -> None:
    """Workers look for such runs."""

    def tell(_run: RunRow) -> None:
        raise StoreError("the queue is away")

    done = replace(orders_of(config), tell=tell).submit(ORDER)
    assert runs(config) == (done.run,)
