"""Has workers killed, or frozen, at points of a run's journals, and others take its runs up.

Usage: killed_worker.py CONFIG PLAYBOOK SUBSCRIBER

Reads lines `SIGNAL POINT before|after [JSON]` from standard input; JSON has the order's `answers`
and `values`. For each it orders a run, lets a worker do it that sends itself the signal at that
point, then lets another worker work until every run has ended; a frozen worker is woken up after
that, or past its lease where it keeps others out. Says in a line of JSON what came of it. A point
is a write to the run's row or journal, or to that of a change; with -1 nothing is sent.

Workers are forked: libraries are loaded once.
"""

from __future__ import annotations

import faulthandler
import importlib
import json
import os
import signal
import sys
import threading
import time
import traceback
from datetime import timedelta
from pathlib import Path

from killed_run import WRITES, Points, point_of

from cpe_diag.domain.failures import StoreAwayError, StoreError
from cpe_diag.domain.run_journal import GOES_ON
from cpe_diag.service.jobs import Limits
from cpe_diag.service.submit import Order
from cpe_diag.service.worker_journal import AWAY_S, patient
from cpe_diag.store.case_store import CaseStore
from cpe_diag.store.runs import StoredRuns
from cpe_diag.wiring.config import Config, read
from cpe_diag.wiring.desk import case_store
from cpe_diag.wiring.keeping import keeping
from cpe_diag.wiring.knowledge import judge
from cpe_diag.wiring.orders import submit
from cpe_diag.wiring.runs import SSH_LIBRARY, RunWish, prepare
from cpe_diag.wiring.working import Worker, WorkerWish

POINTS = (*(one for one in WRITES if one != (StoredRuns, "begin")), (StoredRuns, "claim"))
WISH = WorkerWish(
    limits=Limits(look_every_s=0.1),
    lease=timedelta(seconds=3),
    grace=timedelta(seconds=1),
    sweep_every_s=0.5,
)
IDLE_EVERY_S = 0.1
HELD_S = 2.0
GIVES_UP_S = 600.0
"""A reset of which nobody knows whether it was sent is waited for: its outage and two minutes."""


def work(config: Config, point: Points, counted_in: int) -> None:
    """Be a worker until no run is left; its writes are counted into a pipe."""
    for owner, name in POINTS:
        setattr(owner, name, point.around(getattr(owner, name)))
    with keeping(config) as kept:
        worker = Worker(kept, WISH)
        runs = StoredRuns(case_store(kept))

        def watch() -> None:
            until_s = time.monotonic() + GIVES_UP_S
            while not all_ended(runs):
                threading.Event().wait(IDLE_EVERY_S)
                if time.monotonic() > until_s:
                    faulthandler.dump_traceback(all_threads=True)
                    os._exit(9)
            os.write(counted_in, f"{point.count}\n".encode())
            os._exit(0)

        threading.Thread(target=watch).start()
        worker.work()


def all_ended(runs: StoredRuns) -> bool:
    """Say whether no run is left; a server that has cut us off does not tell."""
    try:
        return not any(row.state in GOES_ON for row in runs.runs())
    except StoreError:
        return False


def forked(config: Config, point: Points) -> tuple[int, int]:
    """Fork a worker; gives its process, and where its count can be read."""
    counted, counted_in = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            work(config, point, counted_in)
        except BaseException:  # noqa: BLE001 - nothing of the parent may run in the child
            traceback.print_exc()
            os._exit(8)
    os.close(counted_in)
    return pid, counted


def is_held(config: Config) -> bool:
    """Say whether a process that stands still has the file of SQLite."""
    try:
        CaseStore(case_store(config).url, wait_s=HELD_S).touch()
    except StoreAwayError:
        return True
    return False


def once(config: Config, order: Order, point: Points) -> dict[str, object]:
    """Order a run, have its worker killed or frozen, and let others end it."""
    run = patient(lambda: submit(config, order), AWAY_S).run
    victim, counted = forked(config, point)
    _pid, status = os.waitpid(victim, os.WUNTRACED)
    frozen = os.WIFSTOPPED(status)
    rescuer_status = 0
    if frozen or os.WIFSIGNALED(status):
        rescuer, rescuer_counted = forked(config, Points(-1, "", 0))
        if frozen and is_held(config):  # nobody else begins until it is awake, past its lease
            threading.Event().wait(WISH.lease.total_seconds() + 1.0)
            os.kill(victim, signal.SIGCONT)
        _pid, rescuer_status = os.waitpid(rescuer, 0)
        os.close(rescuer_counted)
    if frozen:
        os.kill(victim, signal.SIGCONT)
        _pid, status = os.waitpid(victim, 0)
    written = os.read(counted, 100).decode().strip()
    os.close(counted)
    row = patient(lambda: StoredRuns(case_store(config)).run(run.id), AWAY_S)
    return {
        "victim": os.waitstatus_to_exitcode(status),
        "frozen": frozen,
        "rescuer": os.waitstatus_to_exitcode(rescuer_status),
        "points": int(written or -1),
        "state": row.state.value,
        "destination": row.destination,
        "attempt": row.attempt,
    }


def main(config_file: str, playbook: str, subscriber: str) -> None:
    """Do what standard input says."""
    config = read(Path(config_file), config_file)
    # What every worker would load anew is loaded once.
    prepare(config, RunWish(playbook=playbook, subscriber=subscriber))
    for library in (SSH_LIBRARY, "gufo.snmp", "dns.asyncresolver", "httpcore"):
        importlib.import_module(library)
    judge()
    for number, line in enumerate(sys.stdin):
        name, point, moment, *said = line.split(maxsplit=3)
        more = json.loads(said[0]) if said else {}
        order = Order(playbook=playbook, subscriber=subscriber, ticket=f"T-{number}", **more)
        at = Points(point_of(point), moment, signal.Signals[name])
        sys.stdout.write(json.dumps(once(config, order, at)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
