"""What Prometheus is told: requests, refusals, and the runs that have ended since this began."""

from __future__ import annotations

import json
import math
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from cpe_diag.domain.run_journal import GOES_ON, RunState
from cpe_diag.store.incoming_tickets import TicketState

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from cpe_diag.service.web.served import Served
    from cpe_diag.store.run_rows import RunRow

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
"""Prometheus, "Exposition formats", the text format."""

PAGE: Final = 200
"""How many runs are read at once."""

OVERLAP: Final = timedelta(minutes=15)
"""How much later than its end a run may still be counted; workers' clocks differ."""

UNDETERMINED: Final = "undetermined"
VERDICT_FILE: Final = "verdict.json"

_QUICK: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 5)
_SECONDS: Final = (0.1, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 900)


class Metrics:
    """The numbers of one service; everything that counts begins at 0 with it."""

    def __init__(self, began_at: datetime) -> None:
        """Count runs that end from `began_at` on."""
        self._began_at = began_at
        self._seen: dict[str, datetime] = {}
        registry = CollectorRegistry()
        self._registry = registry
        self.requests = Counter(
            "cpe_diag_http_requests",
            "Requests by operation and status",
            ["operation", "status"],
            registry=registry,
        )
        self.request_s = Histogram(
            "cpe_diag_http_seconds",
            "Seconds to an answer",
            ["operation"],
            buckets=_QUICK,
            registry=registry,
        )
        self.refusals = Counter(
            "cpe_diag_refusals", "Refused requests by status", ["status"], registry=registry
        )
        self._tickets = Gauge(
            "cpe_diag_tickets", "Tickets by what became of them", ["state"], registry=registry
        )
        self._runs = Gauge(
            "cpe_diag_runs_going", "Runs without an end by state", ["state"], registry=registry
        )
        self._oldest = Gauge(
            "cpe_diag_queue_oldest_seconds", "How long a run waits at most", registry=registry
        )
        self._ended = Counter(
            "cpe_diag_runs_ended",
            "Runs that ended, by playbook and state",
            ["playbook", "state"],
            registry=registry,
        )
        self._verdicts = Counter(
            "cpe_diag_verdicts", "Verdicts", ["domain", "cause"], registry=registry
        )
        self._abstentions = Counter(
            "cpe_diag_abstentions", "Runs that could not tell", ["playbook"], registry=registry
        )
        self._run_s = Histogram(
            "cpe_diag_run_seconds",
            "Seconds of a run",
            ["playbook"],
            buckets=_SECONDS,
            registry=registry,
        )
        self._queue_s = Histogram(
            "cpe_diag_queue_seconds",
            "Seconds from an order to its start",
            ["priority"],
            buckets=_SECONDS,
            registry=registry,
        )
        self._step_s = Histogram(
            "cpe_diag_step_seconds",
            "Seconds of a step",
            ["playbook", "step"],
            buckets=_SECONDS,
            registry=registry,
        )

    def text(self) -> bytes:
        """Give everything in the form that Prometheus reads."""
        return generate_latest(self._registry)

    def watch(self, served: Served, at: datetime) -> None:
        """Look at the store: what waits, and what has ended since the last look.

        Args:
            served: stores.
            at: now.

        Raises:
            StoreError: the store cannot be read.
        """
        counts = served.tickets.counts()
        for ticket_state in TicketState:
            self._tickets.labels(ticket_state.value).set(counts.get(ticket_state, 0))
        going = served.runs.going()
        for state in sorted(GOES_ON):
            self._runs.labels(state.value).set(going.get(state, (0, at))[0])
        _, oldest = going.get(RunState.QUEUED, (0, at))
        self._oldest.set(max(0.0, (at - oldest).total_seconds()))
        since = max(self._began_at, at - OVERLAP)
        self._seen = {run: ended for run, ended in self._seen.items() if ended >= since}
        new = [run for run in served.runs.ended_since(since) if run not in self._seen]
        for first in range(0, len(new), PAGE):
            for row in served.runs.some(new[first : first + PAGE]).values():
                if row.ended_at is not None:
                    self._seen[row.id] = row.ended_at
                    self._count(row, served.runs.files(row.id))

    def _count(self, row: RunRow, files: Mapping[str, bytes]) -> None:
        self._ended.labels(row.playbook, row.state.value).inc()
        if row.domain is not None:
            self._verdicts.labels(row.domain, row.cause or "").inc()
            if row.domain == UNDETERMINED:
                self._abstentions.labels(row.playbook).inc()
        if row.started_at is not None and row.ended_at is not None:
            self._run_s.labels(row.playbook).observe(
                (row.ended_at - row.started_at).total_seconds()
            )
            ready = max(row.submitted_at, row.not_before or row.submitted_at)
            waited = (row.started_at - ready).total_seconds()
            self._queue_s.labels(str(row.priority)).observe(max(0.0, waited))
        for step, took_s in _steps(files.get(VERDICT_FILE, b"")).items():
            self._step_s.labels(row.playbook, step).observe(took_s)


def _steps(verdict: bytes) -> Mapping[str, float]:
    """Give the seconds of each step, from the document that a run has left."""
    try:
        document = json.loads(verdict) if verdict else {}
    except ValueError:
        return {}
    took: dict[str, float] = {}
    steps = document.get("steps") if isinstance(document, dict) else None
    for step in steps if isinstance(steps, list) else ():
        began, ended = step.get("started_s"), step.get("ended_s")
        if isinstance(began, int | float) and isinstance(ended, int | float):
            seconds = ended - began
            if step.get("state") == "done" and math.isfinite(seconds):
                took[str(step.get("id"))] = seconds
    return took
