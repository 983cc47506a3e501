"""Queues of DBOS in the database of the case store: the one file that knows DBOS.

Each setting here stands against something that was seen; docs/adr/0017 tells what. Only what DBOS
offers to everybody is called, and nothing is left to it but "go on with run R".
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections import defaultdict
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from dbos import DBOS, DBOSClient, DBOSConfig, EnqueueOptions, Serializer, WorkflowStatus, error
from sqlalchemy import create_engine, event
from sqlalchemy.exc import SQLAlchemyError

from cpe_diag.domain.failures import StoreAwayError, StoreError
from cpe_diag.service.jobs import JobSeen, QueueKind, queue_name
from cpe_diag.service.places import spared
from cpe_diag.store.away import is_away
from cpe_diag.store.kept_connections import look_after_rest, pool_of
from cpe_diag.store.server_patience import patience_of, server_limits
from cpe_diag.store.sql_words import sql_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from sqlalchemy import URL, Engine

    from cpe_diag.service.jobs import Job, Limits

APPLICATION: Final = "cpe-diag"
VERSION: Final = "runs-1"
"""Jobs are taken by workers of the same version only: it changes with what a job holds."""
SCHEMA: Final = "dbos"
GO_ON: Final = "go_on"
PUT_OFF: Final = "DELAYED"
WAITS: Final = ("ENQUEUED", PUT_OFF)
BEGUN: Final = "PENDING"
ENDED: Final = ("SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED")
UNIXEPOCH_SINCE: Final = (3, 42, 0)
"""sqlite.org, "Date And Time Functions": the modifier `subsec` of `unixepoch` came with 3.42."""
BUSY_S: Final = 30.0
CONNECT_S: Final = 10
SPARE_THREADS: Final = 4
"""What DBOS itself does in the threads that it shares with jobs."""
OPEN: Final = 4
"""Connections of a worker: DBOS uses one for milliseconds, and waits for its turn; but one of all
workers sits on one of them, with the lock of whoever looks after jobs that were put off."""
MANY: Final = 400


class JsonSerializer(Serializer):
    """JSON: a job holds nothing but the name of a run, and nothing that is read is executed."""

    def serialize(self, data: Any) -> str:  # noqa: ANN401 - whatever DBOS wants kept
        """Give JSON; an error that a job has raised is kept as its words."""
        return json.dumps(data, default=str)

    def deserialize(self, serialized_data: str) -> Any:  # noqa: ANN401 - as above
        """Read JSON."""
        return json.loads(serialized_data)

    def name(self) -> str:
        """Name the format."""
        return "json"


class DbosJobs:
    """Jobs as whoever puts them sees them; see `Jobs`."""

    def __init__(self, url: URL, connections: int = 0) -> None:
        """Use the database at `url`, where a worker has made the tables of DBOS.

        Args:
            url: of the case store.
            connections: how many are kept until `close`; 0: each use opens its own.
        """
        self._engine = engine_of(url, connections)
        self._client = DBOSClient(
            system_database_engine=self._engine,
            dbos_system_schema=SCHEMA,
            serializer=JsonSerializer(),
            application_name=APPLICATION,
            lazy=True,
            retry_connection_errors=False,
        )

    def put(self, job: Job) -> None:
        """Queue a job."""
        options = EnqueueOptions(
            workflow_name=GO_ON,
            queue_name=job.queue,
            workflow_id=job.id,
            app_version=VERSION,
            queue_partition_key=job.node,
            priority=job.priority,
        )
        if job.delay_s > 0:
            options["delay_seconds"] = job.delay_s
        with _told(self._engine.url):
            self._client.enqueue(options, job.run)

    def seen(self, runs: Iterable[str]) -> Mapping[str, tuple[JobSeen, ...]]:
        """Give the jobs of some runs that have not ended."""
        wanted = list(runs)
        found: dict[str, list[JobSeen]] = defaultdict(list)
        for first in range(0, len(wanted), MANY):
            with _told(self._engine.url):
                jobs = self._client.list_workflows(
                    workflow_id_prefix=[f"{run}-" for run in wanted[first : first + MANY]],
                    status=[*WAITS, BEGUN],
                    load_input=False,
                    load_output=False,
                )
            for job in jobs:
                one = _seen(job)
                found[one.run].append(one)
        return {run: tuple(jobs) for run, jobs in found.items()}

    def begun(self, region: str) -> tuple[JobSeen, ...]:
        """Give the jobs of a region that have begun and have not ended."""
        with _told(self._engine.url):
            jobs = self._client.list_workflows(
                queue_name=[queue_name(region, kind) for kind in QueueKind],
                status=BEGUN,
                load_input=False,
                load_output=False,
            )
        return tuple(map(_seen, jobs))

    def drop(self, jobs: Iterable[str]) -> None:
        """End jobs whose worker is no more."""
        with _told(self._engine.url):
            self._client.cancel_workflows(list(jobs))

    def forget(self, before: datetime) -> int:
        """Drop jobs that ended before a moment, of all regions; gives how many."""
        gone = 0
        while True:
            with _told(self._engine.url):
                jobs = self._client.list_workflows(
                    name=GO_ON,
                    status=list(ENDED),
                    completed_before=before.isoformat(),
                    limit=MANY,
                    load_input=False,
                    load_output=False,
                )
                self._client.delete_workflows([job.workflow_id for job in jobs])
            gone += len(jobs)
            if len(jobs) < MANY:
                return gone

    def close(self) -> None:
        """Close the connections."""
        self._client.destroy()
        self._engine.dispose()


class DbosWorker:
    """This process as a worker of one region. There is one in a process."""

    def __init__(self, url: URL, region: str, limits: Limits) -> None:
        """Work on the queues of `region`."""
        self._engine = engine_of(url, OPEN)
        self._region = region
        self._limits = limits

    def start(self, go_on: Callable[[str], None], *, name: str) -> None:
        """Begin to take jobs, in threads.

        Args:
            go_on: goes on with a run, by its id; it raises nothing.
            name: of this process, which no other has had: jobs of a dead process are not taken
                up by DBOS but by whoever finds the run without a worker.

        Raises:
            StoreError: the database cannot be used; it can be started again.
        """
        settings = DBOSConfig(
            name=APPLICATION,
            system_database_engine=self._engine,
            dbos_system_schema=SCHEMA,
            application_version=VERSION,
            executor_id=name,
            serializer=JsonSerializer(),
            use_listen_notify=False,
            max_executor_threads=len(QueueKind) * self._limits.in_process + SPARE_THREADS,
            log_level="ERROR",
        )
        DBOS(config=settings)

        @DBOS.workflow(name=GO_ON)
        def _job(run_id: str) -> None:
            go_on(run_id)

        kinds = tuple(QueueKind)
        DBOS.listen_queues([queue_name(self._region, kind) for kind in kinds])
        try:
            with _told(self._engine.url):
                DBOS.launch()
                for kind in kinds:
                    self._register(kind)
        except StoreError:
            self.stop(0)
            raise

    def stop(self, limit_s: int) -> None:
        """Take no more jobs, and wait for those that are being done.

        Args:
            limit_s: how long at most.
        """
        DBOS.destroy(workflow_completion_timeout_sec=limit_s, destroy_registry=True)
        self._engine.dispose()

    def _register(self, kind: QueueKind) -> None:
        """Register a queue.

        How many begin in a minute, and how many are done by this process, is for all queues
        together and counted where a run is taken up. A limiter of a queue counts what comes in
        vain too; None takes away one that an earlier version has left there.
        """
        limits = self._limits
        is_urgent = kind is QueueKind.URGENT
        DBOS.register_queue(
            queue_name(self._region, kind),
            worker_concurrency=limits.in_process if is_urgent else spared(limits.in_process),
            partition_concurrency=limits.per_node,
            limiter=None,
            polling_interval_sec=limits.look_every_s,
            on_conflict="always_update",
        )


def engine_of(url: URL, connections: int) -> Engine:
    """Give an engine as DBOS needs one.

    Args:
        url: of the case store.
        connections: how many at most are open and kept; 0: as many as are used, and none kept.

    Returns:
        The engine.
    """
    is_file = url.get_backend_name() == "sqlite"
    wait: dict[str, Any] = {"timeout": BUSY_S} if is_file else server_limits(CONNECT_S)
    engine = create_engine(url, connect_args=wait, **pool_of(connections, BUSY_S))
    if not is_file:
        event.listen(engine, "begin", patience_of(BUSY_S))
        look_after_rest(engine)
        return engine
    event.listen(engine, "connect", _sqlite_connected)
    return engine


def _sqlite_connected(connection: Any, _record: object) -> None:  # noqa: ANN401 - sqlite3's own
    connection.isolation_level = "IMMEDIATE"
    cursor = connection.cursor()
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        cursor.execute(f"PRAGMA {pragma}")
        cursor.fetchall()
    cursor.close()
    if sqlite3.sqlite_version_info < UNIXEPOCH_SINCE:
        connection.create_function("unixepoch", -1, _unixepoch)


def _unixepoch(*words: str) -> float | int:
    """Give what `unixepoch('subsec')` and `unixepoch()` give; nothing else is asked."""
    return time.time() if words == ("subsec",) else int(time.time())


def _seen(job: WorkflowStatus) -> JobSeen:
    begun = job.dequeued_at if job.status == BEGUN else None
    if job.status == BEGUN and begun is None:
        begun = job.created_at
    return JobSeen(
        id=job.workflow_id,
        run=job.workflow_id.partition("-")[0],
        begun_at=_moment(begun),
        put_off_until=_moment(job.delay_until_epoch_ms) if job.status == PUT_OFF else None,
    )


def _moment(epoch_ms: int | None) -> datetime | None:
    return None if epoch_ms is None else datetime.fromtimestamp(epoch_ms / 1000, UTC)


@contextmanager
def _told(url: URL) -> Iterator[None]:
    """Let errors leave in our words.

    Raises:
        StoreError: in place of every error of the database or of DBOS.
    """
    try:
        yield
    except (SQLAlchemyError, error.DBOSException) as fault:
        kind = StoreAwayError if is_away(fault) else StoreError
        raise kind(f"the queue of runs: {sql_words(fault, url)}") from None
