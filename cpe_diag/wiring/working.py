"""A worker: takes the jobs of its region, and goes on with their runs by their own journals."""

from __future__ import annotations

import asyncio
import logging
import os
import random
import secrets
import threading
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import (
    ActionError,
    CpeDiagError,
    DefinitionError,
    HoldLostError,
    InventoryError,
    MeasurementError,
    RunError,
    StoreError,
    UnknownSubscriberError,
)
from cpe_diag.domain.run_journal import GOES_ON
from cpe_diag.playbook.model import ActStep
from cpe_diag.service.fifteen_minutes import Warn
from cpe_diag.service.http_exchange import new_client
from cpe_diag.service.jobs import Limits, QueueKind, job_of, kind_of
from cpe_diag.service.lease_watch import LeaseWatch
from cpe_diag.service.measure_again import EVERY, MeasureAgain
from cpe_diag.service.places import NoPlaceError, Places
from cpe_diag.service.queue_dbos import DbosJobs, DbosWorker
from cpe_diag.service.spans import Steps, spans_from
from cpe_diag.service.store_awaited import StoreAwaited
from cpe_diag.service.submit import DEFAULT_REGION
from cpe_diag.service.sweep import GRACE, Sweep
from cpe_diag.service.try_again import following
from cpe_diag.service.worker_journal import AWAY_S, LeftError, WorkerJournal, patient
from cpe_diag.store.holds import Holds
from cpe_diag.store.processes import this_process
from cpe_diag.store.run_room import NoRoomError, Room
from cpe_diag.store.runs import StoredRuns
from cpe_diag.transports.clock import SystemClock
from cpe_diag.wiring.acting import Acting
from cpe_diag.wiring.case_clock import case_clock_of
from cpe_diag.wiring.desk import case_store
from cpe_diag.wiring.incidents import stored_incidents
from cpe_diag.wiring.kept_runs import LEASE, kept_wish, mistake, prepared_again, taken_up
from cpe_diag.wiring.known_incident import known_incident
from cpe_diag.wiring.logs import about
from cpe_diag.wiring.orders import submit
from cpe_diag.wiring.outbox import sender_of
from cpe_diag.wiring.regions import without_nodes
from cpe_diag.wiring.runs import perform

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpe_diag.domain.incident import Incident
    from cpe_diag.engine.run import RunResult
    from cpe_diag.service.case_clock import CaseClock
    from cpe_diag.store.run_rows import RunRow
    from cpe_diag.wiring.config import Config
    from cpe_diag.wiring.kept_runs import KeptRun
    from cpe_diag.wiring.runs import PreparedRun

LOG: Final = logging.getLogger("cpe_diag.worker")
MOST_ATTEMPTS: Final = 20
"""A run that was taken up so often ends: whatever it is, it kills its workers."""
TOO_OFTEN: Final = "taken_up_too_often"
LASTS: Final = timedelta(minutes=30)
"""A run of 15 minutes, with a change that began in the last of them. What takes longer hangs."""
DRAIN_S: Final = int(LASTS.total_seconds())
FAULT_WAIT_S: Final = 10.0
"""How long nothing is sent after a bug in sending; its letter comes again as its claim ends."""
KEEP_S: Final = 600.0
"""How long a worker waits for a store that is away, until it leaves a result to be made anew."""
JOBS_OPEN: Final = 1
"""Connections through which this process looks at jobs and puts them."""
BUSY_S: Final = (5.0, 20.0)
"""When a run comes again whose router another run is at; not all at the same time."""
PLACE_WAIT_S: Final = {QueueKind.URGENT: 2.0, QueueKind.PARTIAL: 5.0, QueueKind.NORMAL: 10.0}
"""Proposal: how long a run waits here for one of the places to be left, until it comes again
wherever there is one. Less than a sweep's grace, which takes a job without a run for lost."""
MINUTE_WAIT_S: Final = 5.0
"""Proposal: how long a run waits here at most until one more may begin in a minute; with its two
waits for a place still less than a sweep's grace."""
MINUTE_AFTER_S: Final = {QueueKind.PARTIAL: 0.0, QueueKind.NORMAL: 0.5}
"""How much later a request tries than a fault, of those that wait for the same moment."""
JOBS_KEPT: Final = timedelta(days=1)
"""Proposal: how long an ended job is kept. Its run tells what became of it; nothing reads it."""
FORGET_S: Final = 3600.0
"""How often a worker drops those that are older."""
SOON_S: Final = (1.0, 3.0)
"""The same for an urgent run, also where as many are done as may be, and for each fault for which
all places here were taken: one is kept for it a little longer than that (`OWED_S`)."""
FAULTS: Final = frozenset({QueueKind.URGENT, QueueKind.PARTIAL})

AWAY_WAIT_S: Final = (10.0, 30.0)
"""When a run comes again whose inventory, credentials or playbook cannot be read."""
PASSES: Final = (InventoryError, MeasurementError, DefinitionError)
"""What was there when the run was ordered, and may be there again: until then a run is not begun,
and nobody is told; when its time is up it ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerWish:
    """How a worker is to work; `again_every`: how often those of an incident are measured."""

    region: str = DEFAULT_REGION
    limits: Limits = field(default_factory=Limits)
    lease: timedelta = LEASE
    grace: timedelta = GRACE
    sweep_every_s: float = 15.0
    again_every: timedelta = EVERY


class Worker:
    """This process as a worker; there is one in a process."""

    def __init__(self, config: Config, wish: WorkerWish) -> None:
        """Work as `wish` says.

        Raises:
            MeasurementError: the reference to the store's URL cannot be resolved.
            StoreError: the store's URL is none.
        """
        self._config = config
        self._wish = wish
        self._clock = SystemClock()
        store = case_store(config)
        self._store = store
        self._runs = StoredRuns(store)
        self._holds = Holds(store, lease=wish.lease)
        self._jobs = DbosJobs(store.url, JOBS_OPEN)
        self._places = Places(wish.limits.in_process)
        self._spans = spans_from()
        self._forgets_s = self._clock.monotonic()
        self._stopping = threading.Event()
        self._leaving = threading.Event()
        self._drained = threading.Event()

    def stop(self) -> None:
        """Take no more runs and finish those that are being done; called again: leave them."""
        if self._stopping.is_set():
            self._leaving.set()
        self._stopping.set()
        self._places.close()

    def work(self) -> None:
        """Work until it is stopped; a store that is away at the start is waited for.

        Raises:
            StoreError: the store or the queue cannot be used at the start, and never will be.
        """
        queue = DbosWorker(self._store.url, self._wish.region, self._wish.limits)
        if not self._begun(queue):
            return
        LOG.info("takes runs of region %s", self._wish.region)
        if wrong := without_nodes(self._config, self._wish.region):
            LOG.warning("%s", wrong)
        sweep = Sweep(
            region=self._wish.region,
            runs=self._runs,
            jobs=self._jobs,
            holds=self._holds,
            watch=LeaseWatch(self._wish.lease, self._clock.monotonic),
            grace=self._wish.grace,
        )
        clock = case_clock_of(self._config, self._store)
        letters = threading.Thread(target=self._sent, name="letters")
        letters.start()
        try:
            while True:
                self._swept(sweep)
                self._ticked(clock)
                self._measured_again()
                self._forgotten()
                wait_s = self._wish.sweep_every_s * random.uniform(0.8, 1.2)  # noqa: S311
                if self._stopping.wait(wait_s):
                    return
        finally:
            queue.stop(DRAIN_S)
            self._drained.set()
            letters.join()
            self._jobs.close()
            if self._spans is not None:
                self._spans.close()

    def _begun(self, queue: DbosWorker) -> bool:
        """Begin to take jobs; False: it was stopped before."""
        name = f"{this_process()}/{os.getpid()}/{secrets.token_hex(4)}"
        awaited = StoreAwaited(self._stopping, LOG, "takes no runs")
        return awaited.done(
            lambda: awaited.abandoned(self._store.touch),  # the tables of ours come first
            lambda: queue.start(self.go_on, name=name),
        )

    def go_on(self, run_id: str) -> None:
        """Go on with a run, if nobody else does; whatever comes of it, nothing is raised."""
        with about(run=run_id):
            try:
                self._in_a_place(self._runs.run(run_id))
            except RunError as error:
                LOG.info("not taken: %s", error)
            except StoreError as error:  # a sweep finds the run
                LOG.warning("left: %s", error)
            except Exception:
                LOG.exception("failed")

    def _swept(self, sweep: Sweep) -> None:
        try:
            found = sweep.once(self._store.now(self._clock))
        except StoreError as error:
            LOG.warning("sweep: %s", error)
        else:
            if found:
                LOG.warning("queued again: %s", ", ".join(found))

    def _ticked(self, clock: CaseClock) -> None:
        try:
            for deed in clock.tick(self._store.now(self._clock)):
                with about(case=deed.case):
                    LOG.info("warned" if isinstance(deed, Warn) else "handed over")
        except StoreError as error:
            LOG.warning("clock of the cases: %s", error)

    def _measured_again(self) -> None:
        try:
            again = MeasureAgain(
                incidents=stored_incidents(self._config),
                runs=self._runs,
                submit=lambda order: submit(self._config, order),
                every=self._wish.again_every,
            )
            ordered = again.once(self._store.now(self._clock))
        except CpeDiagError as error:
            LOG.warning("incidents: %s", error)
        else:
            if ordered:
                LOG.info("of incidents, measured again: %d", ordered)

    def _forgotten(self) -> None:
        now_s = self._clock.monotonic()
        if now_s < self._forgets_s:
            return
        self._forgets_s = now_s + FORGET_S * random.uniform(0.8, 1.2)  # noqa: S311 - no secret
        try:
            gone = self._jobs.forget(self._store.now(self._clock) - JOBS_KEPT)
        except StoreError as error:
            LOG.warning("ended jobs: %s", error)
        else:
            if gone:
                LOG.info("ended jobs dropped: %d", gone)

    def _sent(self) -> None:
        """Send letters until the last run has ended; what is left is the next worker's."""

        async def send() -> None:
            async with new_client() as client:
                await sender_of(self._config, client).run(self._drained.is_set)

        while not self._drained.is_set():
            try:
                asyncio.run(send())
            except Exception:
                LOG.exception("letters")
                self._drained.wait(FAULT_WAIT_S)

    def _in_a_place(self, row: RunRow, *, again: bool = False) -> None:
        """Keep to the places of this process; what was begun goes before all that was not."""
        if row.state not in GOES_ON:
            return
        kind, begun = kind_of(row.priority), row.attempt > 0
        try:
            with self._places.taken(kind, PLACE_WAIT_S[kind], begun=begun):
                self._one_at_a_time(row)
        except NoPlaceError:
            self._comes_again(row, QueueKind.URGENT if begun else kind, FAULTS)
        except NoRoomError as full:
            if again or not self._minute_passes(full, kind):
                self._comes_again(row, kind)
            else:
                self._in_a_place(row, again=True)

    def _minute_passes(self, full: NoRoomError, kind: QueueKind) -> bool:
        """Wait until one more run may begin in a minute, in no place and at no router.

        A queue of thousands so comes in vain now and then only, and not all the time; what is
        urgent does not keep its queue waiting, but comes again soon.

        Returns:
            False: it takes too long, or the worker takes no more.
        """
        if full.minute_s is None or kind is QueueKind.URGENT:
            return False
        wait_s = full.minute_s + MINUTE_AFTER_S[kind]
        return not self._stopping.wait(min(wait_s, MINUTE_WAIT_S)) and wait_s <= MINUTE_WAIT_S

    def _one_at_a_time(self, row: RunRow) -> None:
        """Let one run at a time be at a router; another comes again later.

        Raises:
            NoRoomError: the limits of the access node and the region, which are one for all
                queues, let it begin later only.
        """
        if row.router is None:
            self._take(row)
            return
        try:
            place, me = f"run {row.router}", this_process()
            with self._holds.held((place,), "the router", holder=me, lasts=LASTS):
                self._take(row)
        except ActionError:
            self._comes_again(row, kind_of(row.priority))

    def _comes_again(
        self,
        row: RunRow,
        kind: QueueKind,
        soon: frozenset[QueueKind] = frozenset({QueueKind.URGENT}),
    ) -> None:
        wait_s = SOON_S if kind in soon else BUSY_S
        self._again(row, random.uniform(*wait_s))  # noqa: S311 - no secret

    def _again(self, row: RunRow, wait_s: float) -> None:
        at = self._clock.now()
        later = replace(row, not_before=at + timedelta(seconds=wait_s))
        self._jobs.put(job_of(later, at=at, again=secrets.token_hex(4)))

    def _take(self, row: RunRow) -> None:
        ready = self._prepared(row)
        if ready is None:
            return
        run_id, limits = row.id, self._wish.limits
        known = None if isinstance(ready, CpeDiagError) else self._known(row, ready[0])
        if known is not None and self._answered(run_id, known):
            return
        room = Room(per_node=limits.per_node, per_minute=limits.starts_per_minute)
        with (
            taken_up(
                self._config,
                run_id,
                lease=self._wish.lease,
                lasts=LASTS,
                room=room,
                most_attempts=MOST_ATTEMPTS,
            ) as kept,
            about(case=kept.row.case_id),
        ):
            LOG.info("taken up: %s, attempt %d", kept.row.playbook, kept.row.attempt)
            if kept.row.attempt > MOST_ATTEMPTS:
                kept.fail(f"taken up {kept.row.attempt} times, and never ended")
                self._traced(run_id, failure=TOO_OFTEN)
                return
            if isinstance(ready, CpeDiagError):
                kept.fail(str(ready))
                self._traced(run_id, failure=type(ready).__name__)
                return
            self._do(*ready, kept)

    def _answered(self, run_id: str, known: Incident) -> bool:
        """Answer a run with what is known, which asks nothing of its node and needs no room there.

        Returns:
            False: the incident is over meanwhile, and the run waits as before.
        """
        with (
            taken_up(self._config, run_id, lease=self._wish.lease, most_attempts=1) as kept,
            about(case=kept.row.case_id),
        ):
            if kept.row.attempt > 1 or not kept.know(known):
                kept.give_back()
                return False
            self._traced(run_id)
            LOG.info("not measured: it belongs to the incident at %s", known.place)
            return True

    def _prepared(
        self, row: RunRow
    ) -> tuple[PreparedRun, Mapping[str, str]] | CpeDiagError | None:
        """Prepare a run before it is taken up: what is away now comes back.

        Returns:
            The run and its values; what ends it; None where it comes again.
        """
        try:
            return prepared_again(self._config, row)
        except PASSES as error:
            late = self._store.now(self._clock) >= row.due_at
            if late or isinstance(error, UnknownSubscriberError):
                return error
            LOG.warning("waits: %s", error)
            self._again(row, random.uniform(*AWAY_WAIT_S))  # noqa: S311 - no secret
            return None
        except CpeDiagError as error:
            return error

    def _known(self, row: RunRow, prepared: PreparedRun) -> Incident | None:
        """Give what a ticket complains about, if runs of others have met it lately."""
        if row.ticket is None or row.batch is not None or row.attempt:
            return None
        try:
            return known_incident(prepared, self._runs, self._store.now(self._clock))
        except (DefinitionError, MeasurementError) as error:  # then it is measured
            LOG.warning("incidents: %s", error)
            return None

    def _do(self, prepared: PreparedRun, values: Mapping[str, str], kept: KeptRun) -> None:
        journal = WorkerJournal(kept.journal, self._leaving)
        try:
            result = asyncio.run(
                perform(
                    prepared,
                    on_progress=_quiet,
                    ask_caller=_nobody,
                    act=self._acting(prepared, values, kept),
                    kept=replace(kept, journal=journal),
                )
            )
        except LeftError as error:
            kept.leave(str(error))
            self._again(self._runs.run(kept.row.id), 0.0)
        except (RunError, StoreError, HoldLostError):
            raise
        except Exception as error:
            kept.fail(mistake(error))
            self._traced(kept.row.id, failure=type(error).__name__)
            raise
        else:
            patient(lambda: self._ended(kept, result), KEEP_S)
            self._traced(kept.row.id, Steps(started_at=result.started_at, steps=result.steps))
            LOG.info("ended: %s, goes to %s", result.verdict.cause, result.destination)

    def _ended(self, kept: KeptRun, result: RunResult) -> None:
        """End a run; what follows it is ordered first, and once."""
        at = self._clock.now()
        order = following(kept.row, kept_wish(self._config, kept.row), result.evidence, at)
        if order is not None:
            submit(self._config, order)
        kept.end(result)

    def _traced(
        self, run_id: str, went: Steps | None = None, *, failure: str | None = None
    ) -> None:
        """Write the spans of a run that has ended, where somebody wants them."""
        if self._spans is not None:
            self._spans.ended(self._runs.run(run_id), went, failure=failure)

    def _acting(
        self, prepared: PreparedRun, values: Mapping[str, str], kept: KeptRun
    ) -> Acting | None:
        if not any(isinstance(step, ActStep) for step in prepared.playbook.steps):
            return None
        return Acting(
            self._config,
            prepared.wish,
            values=values,
            guide=NobodyThere(),
            agree=lambda _plan, _desk: "",  # a consent that is on record has to cover it
            safely=nullcontext,
            run=kept.row,
            away_s=AWAY_S,
        )


class NobodyThere:
    """Leads nobody: no person is at the phone when a worker works."""

    async def hold_button(self, _seconds: float) -> bool:
        """Say that nobody holds a button."""
        return False


def _quiet(_: object) -> None:
    """Show no progress."""


def _nobody(_: object) -> None:
    """Nobody is there to be asked."""
