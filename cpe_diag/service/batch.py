"""Many orders from one file: a few first, the rest while not too many fail, a report at the end.

A batch has a name. Whoever gives the same file under the same name again goes on with it: an order
that was given is the run that it was, also where that run came from a ticket before.
"""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import DefinitionError, Fault, InventoryError
from cpe_diag.domain.run_journal import GOES_ON, RunState
from cpe_diag.domain.verdict import FaultDomain
from cpe_diag.service.submit import LEAST_URGENT, Order
from cpe_diag.store.run_rows import NORMAL, RunRow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from cpe_diag.service.submit import Submit

FIELDS: Final = ("subscriber", "ticket", "playbook", "priority")
PRIORITIES: Final = tuple(map(str, range(1, LEAST_URGENT + 1)))
MOST_FAULTS: Final = 20
LOOK_EVERY_S: Final = 1.0
_DELIMITERS: Final = ",;\t"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How a batch goes.

    `canary`: how many end before the others are ordered; `at_once`: how many are on their way
    then; `most_failed`: the part of those that have ended which may have failed, from 0 to 1;
    `expected`: the only destination that is no failure, None: every verdict is a success.
    """

    canary: int = 5
    at_once: int = 50
    most_failed: float = 0.2
    expected: str | None = None


@dataclass(slots=True, kw_only=True)
class Progress:
    """How far a batch is.

    `refused` are orders that nobody could take, by their place; `repeated` says how many were the
    run of an order before them.
    """

    total: int
    ordered: int = 0
    repeated: int = 0
    ended: dict[str, RunRow] = field(default_factory=dict)
    failed: dict[str, RunRow] = field(default_factory=dict)
    on_way: set[str] = field(default_factory=set)
    refused: dict[str, str] = field(default_factory=dict)
    halted: str = ""
    """Why no more were ordered; empty where all were."""

    @property
    def destinations(self) -> Mapping[str, int]:
        """Say where how many cases went."""
        return Counter(row.destination or "nowhere" for row in self.ended.values())

    @property
    def over(self) -> int:
        """How many orders have come to an end."""
        return len(self.ended) + len(self.refused)

    def first(self, pace: Pace) -> int:
        """How many have to end before the others are ordered: what is repeated tries nothing."""
        return min(pace.canary, self.total - self.repeated)

    @property
    def bad(self) -> int:
        """How many did not end as they should."""
        return len(self.failed) + len(self.refused)


def read_batch(path: Path, playbook: str | None, batch: str) -> tuple[Order, ...]:
    """Read orders.

    Args:
        path: UTF-8, separated by comma, semicolon or tab, with a line of titles: `subscriber`,
            and where they are wanted `ticket`, `playbook` and `priority` (1 to 5).
        playbook: for lines that name none.
        batch: the batch's name.

    Returns:
        The orders, in the order of the file.

    Raises:
        DefinitionError: the file cannot be read, or lines are wrong: the first 20 faults.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            first = file.readline()
            file.seek(0)
            rows = csv.DictReader(file, delimiter=max(_DELIMITERS, key=first.count), strict=True)
            titles = rows.fieldnames or ()
            if "subscriber" not in titles:
                may = ", ".join(FIELDS)
                raise DefinitionError(
                    (_fault(path, 1, f"no column `subscriber`; it may have {may}"),)
                )
            return _orders(path, rows, playbook, batch)
    except OSError as error:
        words = f"cannot be read: {error.strerror}"
        raise DefinitionError((_fault(path, None, words),)) from error
    except UnicodeDecodeError as error:
        words = f"is no UTF-8 text (byte {error.start})"
        raise DefinitionError((_fault(path, None, words),)) from error
    except csv.Error as error:
        raise DefinitionError((_fault(path, None, f"is no CSV: {error}"),)) from error


def _orders(
    path: Path, rows: csv.DictReader[str], playbook: str | None, batch: str
) -> tuple[Order, ...]:
    orders: list[Order] = []
    faults: list[Fault] = []
    for row in rows:
        said = {name: (row.get(name) or "").strip() for name in FIELDS}
        named, priority = said["playbook"] or playbook, said["priority"] or str(NORMAL)
        if not named:
            faults.append(_fault(path, rows.line_num, "names no playbook"))
        elif not said["subscriber"]:
            faults.append(_fault(path, rows.line_num, "names no subscriber"))
        elif priority not in PRIORITIES:
            words = f"priority: expected 1 to 5, found {priority!r}"
            faults.append(_fault(path, rows.line_num, words))
        else:
            orders.append(
                Order(
                    playbook=named,
                    subscriber=said["subscriber"],
                    ticket=said["ticket"] or None,
                    priority=int(priority),
                    batch=batch,
                )
            )
        if len(faults) >= MOST_FAULTS:
            break
    if faults:
        raise DefinitionError(tuple(faults))
    return tuple(orders)


def _fault(path: Path, line: int | None, message: str) -> Fault:
    return Fault(file=str(path), line=line, column=None, message=message)


def run_batch(  # noqa: PLR0913 - each is one thing that tests replace by themselves
    orders: Iterable[Order],
    pace: Pace,
    *,
    submit: Submit,
    rows_of: Callable[[Iterable[str]], Mapping[str, RunRow]],
    wait: Callable[[float], None],
    on_progress: Callable[[Progress], None],
) -> Progress:
    """Give orders, and wait until their runs have ended.

    Args:
        orders: from `read_batch`.
        pace: how fast, and what stops it.
        submit: takes an order.
        rows_of: gives runs by their ids.
        wait: waits for some seconds.
        on_progress: is told how far it is, after each look.

    Returns:
        How it ended.

    Raises:
        StoreError: the store cannot be used. Who gives the same batch again goes on.
    """
    left = list(reversed(list(orders)))
    done = Progress(total=len(left))
    while (left and not done.halted) or done.on_way:
        tries = done.over < done.first(pace)
        while left and not done.halted and _has_room(done, pace, tries=tries):
            _give(left.pop(), submit, done)
        _look(done, rows_of, pace)
        on_progress(done)
        if done.on_way:
            wait(LOOK_EVERY_S)
    return done


def _has_room(done: Progress, pace: Pace, *, tries: bool) -> bool:
    if tries:
        return done.ordered - done.repeated < done.first(pace)
    return len(done.on_way) < pace.at_once


def _give(order: Order, submit: Submit, done: Progress) -> None:
    done.ordered += 1
    try:
        run = submit(order).run
    except (DefinitionError, InventoryError) as error:
        done.refused[f"{done.ordered}: {order.subscriber}"] = str(error)
    else:
        if run.id in done.on_way or run.id in done.ended:
            done.repeated += 1
        else:
            done.on_way.add(run.id)


def _look(
    done: Progress, rows_of: Callable[[Iterable[str]], Mapping[str, RunRow]], pace: Pace
) -> None:
    for run, row in rows_of(done.on_way).items():
        if row.state in GOES_ON:
            continue
        done.ended[run] = row
        if _has_failed(row, pace.expected):
            done.failed[run] = row
    done.on_way.difference_update(done.ended)
    if done.halted or done.over < done.first(pace):
        return
    for bad, of, words in (
        (len(done.failed), len(done.ended), "ended runs failed"),
        (len(done.refused), done.ordered, "orders were refused"),
    ):
        if bad > pace.most_failed * of:
            done.halted = f"{bad} of {of} {words}, more than {pace.most_failed:.0%}"


def _has_failed(row: RunRow, expected: str | None) -> bool:
    if row.state is not RunState.FINISHED:
        return True
    if expected is not None:
        return row.destination != expected
    return row.domain == FaultDomain.UNDETERMINED.value
