"""The same runs as tasks of Celery: the same preparation, doors, judge and tables of results.

Usage: queue_celery.py work PROCESSES, or as a module: `send`. There is no journal, no lease and no
hold; a task that was lost with its process comes again because it is acknowledged late.
"""

from __future__ import annotations

import asyncio
import importlib
import os
import secrets
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from celery import Celery
from queue_doors import simulated
from queue_place import PLAYBOOK, STORE
from sqlalchemy import create_engine, insert

from cpe_diag.engine.critical_path import critical_path
from cpe_diag.store.bundle import bundle_files
from cpe_diag.store.case_tables import moment_text
from cpe_diag.store.run_tables import CASES, RUN_RESULTS, RUNS
from cpe_diag.wiring import runs
from cpe_diag.wiring.config import Config, read
from cpe_diag.wiring.keeping import Kept

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from cpe_diag.engine.run import RunResult

BROKER, CONFIG = "BENCH_BROKER_URL", "BENCH_CONFIG"
LASTS: Final = timedelta(minutes=15)

APP: Final = Celery("bench", broker=os.environ.get(BROKER))
APP.conf.update(
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
)


@cache
def _config() -> Config:
    """Read the configuration once in a process, as a worker of ours does."""
    setattr(runs, "open_doors", simulated)  # noqa: B010 - a name of another module
    return replace(read(Path(os.environ[CONFIG]), "bench"), kept=Kept())


@cache
def _engine() -> Engine:
    return create_engine(os.environ[STORE])


def go_on(run: str, subscriber: str, ticket: str, sent_at: str) -> None:
    """Do one run, and keep what it leaves."""
    began = datetime.now(UTC)
    wish = runs.RunWish(playbook=PLAYBOOK, subscriber=subscriber, ticket=ticket)
    prepared = runs.prepare(_config(), wish)
    work = runs.perform(prepared, on_progress=lambda _: None, ask_caller=lambda _: None)
    _keep(run, wish, asyncio.run(work), datetime.fromisoformat(sent_at), began)


TASK: Final = APP.task(name="go_on")(go_on)


def _keep(
    run: str, wish: runs.RunWish, result: RunResult, sent_at: datetime, began: datetime
) -> None:
    """Write what our own store has of a run that has ended, in one transaction."""
    verdict, at = result.verdict, moment_text(datetime.now(UTC))
    case = {
        "id": f"C-{run}",
        "subscriber": wish.subscriber,
        "ticket": wish.ticket,
        "opened_at": moment_text(sent_at),
        "state": "closed",
        "priority": 3,
        "due_at": moment_text(sent_at + LASTS),
        "destination": result.destination.value,
        "words": verdict.title,
    }
    row = {
        "id": run,
        "case_id": case["id"],
        "playbook": wish.playbook,
        "subscriber": wish.subscriber,
        "ticket": wish.ticket,
        "wish": "{}",
        "priority": 3,
        "state": "finished",
        "submitted_at": moment_text(sent_at),
        "due_at": case["due_at"],
        "attempt": 1,
        "started_at": moment_text(began),
        "ended_at": at,
        "domain": verdict.domain.value,
        "cause": verdict.cause,
        "confidence": verdict.confidence,
        "destination": case["destination"],
        "words": verdict.title,
    }
    files = bundle_files(result, critical_path(result.trace).total_s, indent=None)
    with _engine().begin() as connection:
        connection.execute(insert(CASES).values(case))
        connection.execute(insert(RUNS).values(row))
        held = [{"run": run, "name": name, "content": said} for name, said in files.items()]
        connection.execute(insert(RUN_RESULTS), held)


def send(subscriber: str) -> None:
    """Queue a run for a subscriber."""
    sent_at = datetime.now(UTC).isoformat()
    TASK.apply_async(args=(secrets.token_hex(5), subscriber, f"T-{subscriber}", sent_at))


def work(processes: str) -> None:
    """Say `ready` when everything is loaded; work from the first line on standard input."""
    importlib.import_module(runs.SSH_LIBRARY)
    _config()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    APP.worker_main(
        [
            *("worker", "--pool", "prefork", "--concurrency", processes, "--loglevel", "ERROR"),
            *("--without-gossip", "--without-mingle"),
        ]
    )


if __name__ == "__main__":
    work(sys.argv[2])
