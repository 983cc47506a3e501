"""Takes orders for runs: the case and the run are in the store before anybody hears of them.

An order is kept in one transaction, and then a worker of its region is told. Where that fails
nothing is lost: workers look for runs that nobody was told of.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, TypeAlias

from cpe_diag.domain.failures import StoreError
from cpe_diag.playbook.answers import check_answers, check_nothing_lacks, check_values
from cpe_diag.playbook.model import Playbook
from cpe_diag.ports import Clock, Inventory
from cpe_diag.store.cases import StoredCases
from cpe_diag.store.kept_wish import KeptWish, encode_wish
from cpe_diag.store.run_rows import CASE_LASTS, NORMAL, CaseRow, NewRun, RunRow
from cpe_diag.store.runs import StoredRuns

if TYPE_CHECKING:
    from cpe_diag.domain.subscriber import Subscriber

DEFAULT_REGION: Final = "default"
"""Where an inventory names no region of a node."""
RESULT_HOLDS: Final = timedelta(hours=2)
"""How long a result permits a dispatch, from the run's start; then it is measured again."""
ID_BYTES: Final = 5
LEAST_URGENT: Final = 5
"""The priorities of orders are 1, the most urgent, to this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What somebody wants to have run, as they name it.

    `answers` are choices by question, `values` what `act` steps set, by their ids. `ticket` is
    the desk's number: the same playbook for the same subscriber under the same ticket is one run,
    however often it is ordered, until that has ended without a result or its result is two hours
    old; without a ticket the `batch` takes its place, and without both every order is a run. In a
    batch it is one run for ever, so that the same file goes on. `priority` 1 is the most urgent.
    `not_before` None: at once. `desk` and `desk_ticket`: where the case is answered, as the
    configuration names the desk and the desk the ticket; None: nowhere. `retries`: how often it
    is done again later where the router is away; `follows` is the run after which it comes then.
    `case`: the one that it goes on with; None: that of its ticket, or a new one.
    `looks_only`: nothing is changed, whatever the playbook says. `trace` names the span of what
    has brought the order; empty: there is none.
    """

    playbook: str
    subscriber: str
    ticket: str | None = None
    answers: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    device_mac: str | None = None
    platform: str | None = None
    budget: timedelta = CASE_LASTS
    everything: bool = False
    load_agreed: bool = False
    priority: int = NORMAL
    not_before: datetime | None = None
    batch: str | None = None
    desk: str | None = None
    desk_ticket: str | None = None
    retries: int = 0
    follows: str | None = None
    case: str | None = None
    looks_only: bool = False
    trace: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted:
    """A run that was ordered, now or before, with its case."""

    run: RunRow
    case: CaseRow
    is_new: bool


Submit: TypeAlias = Callable[[Order], Submitted]
"""Takes an order, as `Orders.submit` does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """Where orders go: what they are checked against, where they are kept, and who is told.

    `tell` queues a job for a run; it may raise StoreError. `seal` closes the values of an order,
    which a row does not hold in plain words.
    """

    inventory: Inventory
    playbook_of: Callable[[str], Playbook]
    runs: StoredRuns
    cases: StoredCases
    tell: Callable[[RunRow], None]
    clock: Clock
    seal: Callable[[Mapping[str, str]], str]

    def submit(self, order: Order) -> Submitted:
        """Take an order.

        Args:
            order: what is wanted.

        Returns:
            The run, which is in the store, and its case.

        Raises:
            DefinitionError: there is no such playbook, or an answer or value does not fit it,
                or one that a change needs is not there.
            InventoryError: there is no such subscriber, or the inventory cannot be read.
            StoreError: the store cannot be written; nothing was.
        """
        playbook = self.playbook_of(order.playbook)
        check_answers(playbook, order.answers)
        check_values(playbook, order.values)
        if not order.looks_only:
            check_nothing_lacks(playbook, order.answers, order.values)
        subscriber = self.inventory.subscriber(order.subscriber)
        at = self.clock.now()
        new = _new_run(order, subscriber, at, self.seal)
        once = order.follows is not None or order.batch is not None
        run, is_new = self.runs.submit(new, at=at, holds=None if once else RESULT_HOLDS)
        if is_new:
            with suppress(StoreError):  # a worker finds it later
                self.tell(run)
        return Submitted(run=run, case=self.cases.case(run.case_id), is_new=is_new)


def order_key(order: Order) -> str | None:
    """Name an order that is the same run however often it is given; None: there is no such name.

    Args:
        order: what is wanted.

    Returns:
        A digest of who wants what for whom.
    """
    if order.follows is not None:
        given = ["follows", order.follows]
    elif order.ticket is not None:
        given = ["ticket", order.ticket]
    elif order.batch is not None:
        given = ["batch", order.batch]
    else:
        return None
    words = json.dumps([*given, order.playbook, order.subscriber])
    return hashlib.sha256(words.encode()).hexdigest()


def region_of(subscriber: Subscriber) -> str:
    """Name the region whose workers run playbooks on a subscriber."""
    node = subscriber.node
    return DEFAULT_REGION if node is None or node.region is None else node.region


def _new_run(
    order: Order, subscriber: Subscriber, at: datetime, seal: Callable[[Mapping[str, str]], str]
) -> NewRun:
    router = subscriber.router
    waits = max(order.not_before - at, timedelta()) if order.not_before else timedelta()
    return NewRun(
        id=secrets.token_hex(ID_BYTES),
        playbook=order.playbook,
        subscriber=subscriber.id,
        ticket=order.ticket,
        wish=_wish(order, seal(order.values)),
        order_key=order_key(order),
        region=region_of(subscriber),
        node=subscriber.node.id if subscriber.node else None,
        router=f"{router.address}:{router.port}" if router else None,
        priority=order.priority,
        not_before=order.not_before,
        lasts=waits + order.budget,
        batch=order.batch,
        desk=order.desk,
        desk_ticket=order.desk_ticket,
        case=order.case,
    )


def _wish(order: Order, sealed: str) -> dict[str, object]:
    return encode_wish(
        KeptWish(
            answers=order.answers,
            values={},
            sealed=sealed,
            device_mac=order.device_mac,
            platform=order.platform,
            budget_s=order.budget.total_seconds(),
            everything=order.everything,
            load_agreed=order.load_agreed,
            looks_only=order.looks_only,
            retries=order.retries,
            trace=order.trace,
            follows=order.follows is not None,
        )
    )
