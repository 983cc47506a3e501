"""A batch: canaries first, a halt when too many fail, and the same file goes on."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.failures import DefinitionError, InventoryError
from cpe_diag.domain.run_journal import RunState
from cpe_diag.service.batch import Pace, Progress, read_batch, run_batch
from cpe_diag.service.submit import Order, Submitted
from cpe_diag.store.run_rows import CaseRow, RunRow, case_row, run_row
from cpe_diag.store.run_tables import CASES, RUNS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

AT = datetime(2026, 11, 26, tzinfo=UTC).isoformat()
MOST_LOOKS = 100
ORDERS = tuple(Order(playbook="p", subscriber=f"s{one}", batch="b") for one in range(20))
CASE: CaseRow = case_row(
    dict.fromkeys(CASES.c.keys())
    | {"id": "c", "opened_at": AT, "state": "open", "priority": 3, "due_at": AT, "words": ""}
)
ROW: RunRow = run_row(
    dict.fromkeys(RUNS.c.keys())
    | {"id": "r", "case_id": "c", "playbook": "p", "subscriber": "s", "wish": "{}", "priority": 3}
    | {"state": "queued", "submitted_at": AT, "due_at": AT, "attempt": 0, "words": ""}
)


@dataclass(slots=True, kw_only=True)
class Desk:
    """Takes orders, and ends their runs one look later."""

    bad: frozenset[str] = frozenset()
    known: dict[str, RunRow] = field(default_factory=dict)
    looks: list[int] = field(default_factory=list)
    most: int = 0
    told: int = 0

    def submit(self, order: Order) -> Submitted:
        """Take an order."""
        if order.subscriber == "nobody":
            raise InventoryError("no subscriber 'nobody'")
        is_new = order.subscriber not in self.known
        row = self.known.setdefault(order.subscriber, replace(ROW, id=order.subscriber))
        return Submitted(run=row, case=CASE, is_new=is_new)

    def wait(self, _seconds: float) -> None:
        """Let everything end that is on its way."""
        on_way = [run for run, row in self.known.items() if row.state is RunState.QUEUED]
        self.most = max(self.most, len(on_way))
        self.looks.append(len(self.known))
        for run in on_way:
            self.known[run] = replace(
                self.known[run],
                state=RunState.FAILED if run in self.bad else RunState.FINISHED,
                domain="none",
                destination="fixed" if run != "s3" else "field_technician",
            )

    def rows(self, runs: Iterable[str]) -> dict[str, RunRow]:
        """Give runs."""
        return {run: self.known[run] for run in runs}

    def hear(self, done: Progress) -> None:
        """Hear how far it is; a batch that goes in circles does so without waiting."""
        json.dumps(done.destinations)
        self.told += 1
        assert self.told < MOST_LOOKS

    def give(self, orders: Iterable[Order], pace: Pace) -> Progress:
        """Give a batch."""
        return run_batch(
            orders,
            pace,
            submit=self.submit,
            rows_of=self.rows,
            wait=self.wait,
            on_progress=self.hear,
        )


def test_canaries_end_before_the_rest_is_ordered() -> None:
    """And no more are on their way than was said."""
    desk = Desk()
    done = desk.give(ORDERS, Pace(canary=3, at_once=8))
    assert (desk.looks, desk.most) == ([3, 11, 19, 20], 8)
    assert (done.ordered, len(done.ended), done.bad, done.halted) == (20, 20, 0, "")
    assert done.destinations == {"fixed": 19, "field_technician": 1}


def test_a_batch_whose_canaries_fail_orders_nothing_more() -> None:
    """A wrong change reaches three homes and no thousand."""
    desk = Desk(bad=frozenset({"s0", "s1"}))
    done = desk.give(ORDERS, Pace(canary=3, at_once=8))
    assert (done.ordered, len(desk.known), done.bad) == (3, 3, 2)
    assert done.halted == "2 of 3 ended runs failed, more than 20%"


def test_a_batch_in_which_too_many_fail_on_the_way_is_halted() -> None:
    """What is on its way ends."""
    desk = Desk(bad=frozenset({"s5", "s6", "s7", "s8"}))
    done = desk.give(ORDERS, Pace(canary=3, at_once=6))
    assert (done.ordered, len(done.ended), bool(done.halted)) == (9, 9, True)


def test_the_same_batch_given_again_goes_on() -> None:
    """What has ended is not done again."""
    desk = Desk()
    desk.give(ORDERS[:7], Pace(canary=3))
    before = dict(desk.known)
    done = desk.give(ORDERS, Pace(canary=3))
    assert len(done.ended) == 20
    assert {run: desk.known[run] for run in before} == before


def test_what_nobody_can_take_is_told_and_counts_as_failed() -> None:
    """A subscriber who has moved away stops nothing else."""
    orders = (*ORDERS[:9], replace(ORDERS[0], subscriber="nobody"))
    done = Desk().give(orders, Pace(canary=1))
    assert (len(done.ended), done.refused) == (9, {"10: nobody": "no subscriber 'nobody'"})
    assert (done.bad, done.halted) == (1, "")


def test_a_line_that_stands_twice_is_one_run_and_the_batch_ends() -> None:
    """Also among the canaries, of which as many as were wanted are tried."""
    desk = Desk()
    done = desk.give((ORDERS[0], ORDERS[0], *ORDERS[:9]), Pace(canary=3, at_once=8))
    assert desk.looks == [3, 9]
    assert (done.ordered, done.repeated, len(done.ended), done.halted) == (11, 2, 9, "")
    only = Desk().give((ORDERS[0], ORDERS[0]), Pace(canary=5))
    assert (only.ordered, only.repeated, len(only.ended)) == (2, 1, 1)


def test_canaries_that_nobody_can_take_let_nothing_more_be_ordered() -> None:
    """A file of another operator."""
    desk = Desk()
    done = desk.give((replace(ORDERS[0], subscriber="nobody"), *ORDERS), Pace(canary=1))
    assert (done.ordered, len(desk.known), bool(done.halted)) == (1, 0, True)


def test_a_case_that_goes_elsewhere_than_expected_has_failed() -> None:
    """Of a batch of repairs, each should be fixed."""
    done = Desk().give(ORDERS, Pace(canary=3, expected="fixed"))
    assert list(done.failed) == ["s3"]


def test_a_file_is_read_with_what_it_says(tmp_path: Path) -> None:
    """As office programs write it."""
    file = tmp_path / "b.csv"
    file.write_text("Subscriber;x\n", encoding="utf-8")
    with pytest.raises(DefinitionError, match="no column `subscriber`"):
        read_batch(file, "p", "b")
    file.write_text("subscriber;ticket;priority\ns1;T-1;1\ns2;;\n", encoding="utf-8-sig")
    one, two = read_batch(file, "p", "b")
    assert one == Order(playbook="p", subscriber="s1", ticket="T-1", priority=1, batch="b")
    assert two == Order(playbook="p", subscriber="s2", batch="b")
    file.write_text("subscriber,priority\n,1\ns2,9\n", encoding="utf-8")
    with pytest.raises(DefinitionError) as told:
        read_batch(file, None, "b")
    assert [one.message for one in told.value.faults] == ["names no playbook"] * 2
    with pytest.raises(DefinitionError) as told:
        read_batch(file, "p", "b")
    assert [(one.line, one.message) for one in told.value.faults] == [
        (2, "names no subscriber"),
        (3, "priority: expected 1 to 5, found '9'"),
    ]
    with pytest.raises(DefinitionError, match="cannot be read"):
        read_batch(tmp_path / "none.csv", "p", "b")
