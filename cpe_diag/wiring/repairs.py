"""Plans and does the repairs of the pages, in the process that serves them.

Where that process dies in the middle, the router takes back what was not confirmed, and the
journal has what `cpe-diag router recover` needs, as for a change at the command line.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import ActionError, CpeDiagError, StoreError
from cpe_diag.domain.secret import Secret
from cpe_diag.service.repair_desk import RepairDesk
from cpe_diag.service.web.buckets import Buckets, Rate
from cpe_diag.store.action_journal import ActionJournals
from cpe_diag.store.consent_codes import MOST_CODES, WINDOW
from cpe_diag.store.consents import StoredConsents
from cpe_diag.store.repairs import StoredRepairs
from cpe_diag.store.router_journal import RouterJournals
from cpe_diag.store.sealed import seal, unseal
from cpe_diag.wiring.consent_asks import send_password_link
from cpe_diag.wiring.router_changes import (
    RouterChangeWish,
    open_router_change,
    prepare_router_change,
)
from cpe_diag.wiring.router_runs import change_router, plan_change
from cpe_diag.wiring.store_key import store_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cpe_diag.domain.action import ActionOutcome
    from cpe_diag.domain.roles import Staff
    from cpe_diag.domain.router_plan import RouterPlan
    from cpe_diag.service.repair_desk import RepairWish
    from cpe_diag.store.case_store import CaseStore
    from cpe_diag.store.repairs import Repair
    from cpe_diag.wiring.desk import Desk
    from cpe_diag.wiring.people_now import PeopleNow

LOG: Final = logging.getLogger("cpe_diag.repairs")
AT_ONCE: Final = 4
"""Routers that are planned for at the same time, and as many that are changed."""
SENT: Final = Rate(per_s=MOST_CODES / WINDOW.total_seconds(), burst=float(MOST_CODES))
"""How many links one subscriber is sent: as many as codes."""
PASSWORD: Final = "password"  # noqa: S105 - the name of a value


class Repairing:
    """The repairs of one service."""

    def __init__(self, people: PeopleNow, store: CaseStore) -> None:
        """Change homes as the configuration of `people` says; `store` has the repairs."""
        self._people = people
        config = people.config()
        self._key = partial(store_key, config)
        self._repairs = StoredRepairs(store)
        self._planning = threading.BoundedSemaphore(AT_ONCE)
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="repair")
        self._going: dict[asyncio.Task[object], asyncio.AbstractEventLoop] = {}
        self._lock = threading.Lock()
        self._sent = Buckets(SENT)
        self._link = config.consent.password_link if config.consent else None

    def desk(self, desk: Desk, store: CaseStore) -> RepairDesk:
        """Give what handlers work with."""
        return RepairDesk(
            repairs=self._repairs,
            consents=StoredConsents(store, desk.audit),
            journals=RouterJournals(store),
            port_journals=ActionJournals(store),
            may_approve=self._people.may_approve,
            plan=self.plan,
            do=self.do,
            seal=lambda typed: seal(self._key(), {PASSWORD: typed.reveal()}),
            link=self._link,
            send_link=None if self._link is None else self.send_link,
        )

    def plan(self, wish: RepairWish) -> RouterPlan:
        """Look at the router and plan; see `plan_change`.

        Raises:
            ActionError: too many are being planned, or as for `plan_change`.
            CpeDiagError: as for `prepare_router_change` and `plan_change`.
        """
        if not self._planning.acquire(blocking=False):
            raise ActionError(f"{AT_ONCE} changes are being planned: try again in a moment")
        try:
            return asyncio.run(self._planned(wish))
        finally:
            self._planning.release()

    async def _planned(self, wish: RepairWish) -> RouterPlan:
        prepared = prepare_router_change(
            self._people.config(),
            RouterChangeWish(
                action=wish.action,
                subscriber=wish.subscriber,
                value=wish.value,
                ticket=wish.ticket,
                brings=False,
            ),
            NobodyToLead(),
            staff=wish.staff,
        )
        async with open_router_change(prepared) as change:
            return await plan_change(change)

    def send_link(self, subscriber: str, address: Secret, minutes: int) -> None:
        """Have the operator's gateway send a link to what is on file of a subscriber.

        Raises:
            ActionError: they were sent too many.
            ChangeError: it was not taken, or nobody knows.
            MeasurementError: a header's credential cannot be resolved.
            DefinitionError: no gateway is configured.
        """
        if self._sent.wait_s(subscriber, time.monotonic()):
            raise ActionError(f"{subscriber} was sent too many links: wait, or let them scan it")
        asyncio.run(send_password_link(self._people.config(), subscriber, address, minutes))

    def do(self, repair: Repair, staff: Staff, sealed: str) -> None:
        """Do a repair that was taken up, in a thread of its own; how it ends is noted."""
        self._threads.submit(self._did, repair, staff, sealed)

    def close(self) -> None:
        """Bring what goes on to a safe point, and wait for it."""
        with self._lock:
            for task, loop in self._going.items():
                loop.call_soon_threadsafe(task.cancel)
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _did(self, repair: Repair, staff: Staff, sealed: str) -> None:
        ends: list[ActionOutcome] = []
        try:
            asyncio.run(self._done(repair, staff, sealed, ends))
            words = ""
        except asyncio.CancelledError:
            words = "the service was stopped"
        except CpeDiagError as error:
            words = str(error)
        except Exception:
            LOG.exception("repair %s", repair.id)
            words = "a mistake of ours; it is in the log"
        if ends:
            words = ends[-1].words
        try:
            self._repairs.end(repair.id, words, datetime.now(UTC))
        except StoreError as error:
            LOG.warning("repair %s: its end was not noted: %s", repair.id, error)

    async def _done(
        self, repair: Repair, staff: Staff, sealed: str, ends: list[ActionOutcome]
    ) -> None:
        typed = unseal(self._key(), sealed).get(PASSWORD)
        prepared = prepare_router_change(
            self._people.config(),
            RouterChangeWish(
                action=repair.action,
                subscriber=repair.subscriber,
                value=repair.value,
                ticket=repair.ticket,
                typed=None if typed is None else Secret(typed),
                brings=False,
            ),
            NobodyToLead(),
            staff=staff,
        )
        with self._can_be_stopped():
            async with open_router_change(prepared) as change:
                await change_router(change, repair.plan, on_end=ends.append, action_id=repair.id)
        for words in prepared.desk.unnoted:
            LOG.warning("repair %s: audit: %s", repair.id, words)

    @contextmanager
    def _can_be_stopped(self) -> Iterator[None]:
        """Let `close` cancel the task that runs this block."""
        task, loop = asyncio.current_task(), asyncio.get_running_loop()
        if task is None:
            raise RuntimeError("no task runs this")
        with self._lock:
            self._going[task] = loop
        try:
            yield
        finally:
            with self._lock:
                del self._going[task]


class NobodyToLead:
    """Leads nobody: changes that need hands at the home are not made on the pages."""

    async def hold_button(self, _seconds: float) -> bool:
        """Say that nobody holds a button."""
        return False
