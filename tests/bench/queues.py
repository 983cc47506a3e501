"""`make bench-queue`: our workers beside Celery with Redis, the same runs in turn.

Both do the same runs (preparation from an inventory of 100,000, probes, judge) at simulated doors,
and write what they leave into tables of the same PostgreSQL, whose commits are on the disk. Ours
also keep each run's row, lease and journal; Celery keeps its tasks in Redis as it comes.

In each round, one side after the other: orders come one by one to workers without work, which
gives the time from an order to its start, also where the time does not suffice for what follows.
Then runs are queued, workers begin, and the time to the last end is taken; when half of them have
ended, or half of the time is over, a request and a total loss come late, of which the time to
their start is taken.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bench_rows import Row, finish, row
from queue_cpu import cpu_s
from queue_journal import journal_prices
from queue_place import Place, placed
from queue_sides import Celery, Ours, redis_server
from sqlalchemy import create_engine, text

from cpe_diag.domain.secret import Secret
from cpe_diag.service.jobs import URGENT
from cpe_diag.store.case_store import CaseStore
from cpe_diag.store.case_tables import moment_of
from cpe_diag.store.run_rows import NORMAL
from cpe_diag.testing.postgres_server import PostgresServer, postgres_server, why_no_postgres

if TYPE_CHECKING:
    from queue_sides import Side
    from sqlalchemy import Engine


LOOK_EVERY_S: Final = 0.5
PACED_PER_S: Final = 4.0
OURS, CELERY = "cpe-diag", "Celery"
LATE: Final = {"request": NORMAL, "total loss": URGENT}
"""What comes in the middle of the burst, which is of requests, by its priority."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What one side did in one round.

    `waits_s` from order to start, of paced orders; `late_s` the same of what came in the middle of
    the burst, by what it was, as far as it was begun.
    """

    done: int
    took_s: float
    send_s: float
    workers_s: float
    database_s: float
    broker_s: float
    waits_s: tuple[float, ...]
    late_s: Mapping[str, float]

    @property
    def per_s(self) -> float:
        """Runs a second."""
        return self.done / self.took_s

    @property
    def cpu_ms(self) -> float:
        """Processor time of a run, of all that takes part."""
        return 1000 * (self.workers_s + self.database_s + self.broker_s) / self.done


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """The servers, and how much is done."""

    place: Place
    postgres: PostgresServer
    broker: str
    broker_pid: int
    runs: int
    paced: int
    workers: int
    limit_s: float

    def round(self, which: str, seed: int) -> Round:
        """Let one side do its runs, on an empty store."""
        side = self._side(which)
        engine = create_engine(side.store)
        chosen = self.place.some(len(LATE) + self.runs + self.paced, seed)
        late = dict(zip(LATE, chosen, strict=False))
        paced, burst = chosen[len(LATE) :][: self.paced], chosen[len(LATE) + self.paced :]
        try:
            waits = self._paced(side, engine, paced)
            begun = time.monotonic()
            side.send(burst)
            send_s = time.monotonic() - begun
            side.ready()
            at = time.monotonic()
            before = self._cpu(side)
            side.go()
            until = at + self.limit_s
            self._wait(engine, len(paced) + len(burst) // 2, at + self.limit_s / 2)
            for name, subscriber in late.items():
                side.send([subscriber], LATE[name])
            done = self._wait(engine, len(chosen), until) - len(paced)
            took_s = time.monotonic() - at
            used = [now - then for now, then in zip(self._cpu(side), before, strict=True)]
            self._refuse_failures(engine)
            starts = self._starts(engine, list(late.values()))
        finally:
            side.stop()
            engine.dispose()
        return Round(
            done=done,
            took_s=took_s,
            send_s=send_s,
            workers_s=used[0],
            database_s=used[1],
            broker_s=used[2],
            waits_s=waits,
            late_s={name: starts[one] for name, one in late.items() if one in starts},
        )

    def _side(self, which: str) -> Side:
        store = self.postgres.database()
        with CaseStore.behind(Secret(store)).reading():
            pass  # the tables are there now
        if which == CELERY:
            return Celery(place=self.place, store=store, workers=self.workers, broker=self.broker)
        ours = Ours(place=self.place, store=store, workers=self.workers)
        ours.tables()
        return ours

    def _cpu(self, side: Side) -> tuple[float, float, float]:
        broker = cpu_s([self.broker_pid]) if isinstance(side, Celery) else 0.0
        return cpu_s(side.pids), self._database_s(), broker

    def _database_s(self) -> float:
        return 0.0 if self.postgres.process is None else cpu_s([self.postgres.process.pid])

    def _wait(self, engine: Engine, count: int, until: float) -> int:
        ended = text("SELECT count(*) FROM runs WHERE ended_at IS NOT NULL")
        while True:
            with engine.connect() as connection:
                done = int(connection.execute(ended).scalar() or 0)
            if done >= count or time.monotonic() > until:
                return done
            time.sleep(LOOK_EVERY_S)

    def _refuse_failures(self, engine: Engine) -> None:
        """Hold all runs that have ended to a verdict: one that fails at once is quick.

        Raises:
            SystemExit: some have none.
        """
        asked = text(
            "SELECT count(*), min(words) FROM runs"
            " WHERE ended_at IS NOT NULL AND state <> 'finished'"
        )
        with engine.connect() as connection:
            count, words = connection.execute(asked).one()
        if count:
            raise SystemExit(f"{count} runs have failed, such as: {words}")

    def _paced(self, side: Side, engine: Engine, subscribers: list[str]) -> tuple[float, ...]:
        """Order runs one by one from workers without work; gives their seconds to the start.

        The first shows that the workers are there, and is not counted.

        Raises:
            SystemExit: they have not ended in time, or have failed.
        """
        if not subscribers:
            return ()
        side.ready()
        side.go()
        until, (first, *others) = time.monotonic() + self.limit_s, subscribers
        side.send([first])
        self._wait(engine, 1, until)
        for one in others:
            side.send([one])
            time.sleep(1 / PACED_PER_S)
        done = self._wait(engine, len(subscribers), until)
        side.stop()
        if done < len(subscribers):
            raise SystemExit(f"{len(subscribers) - done} paced orders were not done in time")
        self._refuse_failures(engine)
        return tuple(self._starts(engine, others).values())

    def _starts(self, engine: Engine, subscribers: list[str]) -> dict[str, float]:
        """Give the seconds from order to start, of those that were begun."""
        asked = text(
            "SELECT subscriber, submitted_at, started_at FROM runs WHERE subscriber = ANY(:names)"
        )
        with engine.connect() as connection:
            rows = connection.execute(asked, {"names": subscribers}).all()
        return {
            subscriber: (moment_of(started) - moment_of(ordered)).total_seconds()
            for subscriber, ordered, started in rows
            if started is not None
        }


def percentile(values: list[float], part: float) -> float:
    """Give the value below which a part of the others lies."""
    ordered = sorted(values)
    return ordered[min(int(part * len(ordered)), len(ordered) - 1)]


def rows_of(which: str, rounds: list[Round], ordered: int) -> list[Row]:
    """Make the figures of one side."""
    lost = sum(ordered + len(LATE) - one.done for one in rounds)
    note = f"{sum(one.done for one in rounds)} runs done" + (f", {lost} NOT in time" * bool(lost))
    rows = [
        row(f"{which}: runs a second", [one.per_s for one in rounds], "/s", None, note),
        row(f"{which}: CPU of a run", [one.cpu_ms for one in rounds], "ms", None, "all of it"),
    ]
    parts = {
        "workers": [1000 * one.workers_s / one.done for one in rounds],
        "database": [1000 * one.database_s / one.done for one in rounds],
        "broker": [1000 * one.broker_s / one.done for one in rounds],
        "to queue it": [1000 * one.send_s / ordered for one in rounds],
    }
    rows += [
        row(f"{which}: {part}", values, "ms", None, "of a run") for part, values in parts.items()
    ]
    waits = [1000 * one for each in rounds for one in each.waits_s]
    for name, part in (("median", 0.5), ("95 %", 0.95), ("99 %", 0.99)) if waits else ():
        said = [percentile(waits, part)]
        rows.append(row(f"{which}: order to start, {name}", said, "ms", None, "workers idle"))
    for name in LATE:
        late = [1000 * one.late_s[name] for one in rounds if name in one.late_s]
        if late:
            what = f"{which}: order to start, a late {name}"
            rows.append(row(what, late, "ms", None, "in the middle of the burst"))
    return rows


def main() -> None:
    """Measure, print, write."""
    said = argparse.ArgumentParser(description=__doc__)
    said.add_argument("--runs", type=int, default=10_000, help="that are queued in a round")
    said.add_argument("--paced", type=int, default=200, help="orders to idle workers in a round")
    said.add_argument("--rounds", type=int, default=1)
    said.add_argument("--workers", type=int, default=8)
    said.add_argument("--subscribers", type=int, default=100_000)
    said.add_argument("--inventory", choices=("sql", "csv"), default="sql")
    said.add_argument("--limit-s", type=float, default=270.0, help="of a side in a round")
    said.add_argument("--side", choices=(OURS, CELERY), help="only one of them")
    said.add_argument("--journal", type=int, default=60, help="runs for the journal's price")
    wish = said.parse_args()
    if why := why_no_postgres():
        raise SystemExit(why)
    sides = [wish.side] if wish.side else [OURS, CELERY]
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="cpe-bench-") as name:
        folder = Path(name)
        place = placed(folder, wish.inventory, wish.subscribers)
        kept, alone = journal_prices(place, f"sqlite:///{folder / 'case.db'}", wish.journal)
        with postgres_server(durable=True) as postgres, redis_server(folder) as broker:
            bench = Bench(
                place=place,
                postgres=postgres,
                broker=broker[0],
                broker_pid=broker[1],
                runs=wish.runs,
                paced=wish.paced,
                workers=wish.workers,
                limit_s=wish.limit_s,
            )
            rounds: dict[str, list[Round]] = {one: [] for one in sides}
            for number in range(wish.rounds):
                for one in sides:
                    rounds[one].append(bench.round(one, number))
                    print(one, rounds[one][-1], flush=True)  # noqa: T201 - a script
    rows = [figure for one in sides for figure in rows_of(one, rounds[one], wish.runs)]
    ratio = statistics.median(kept) / statistics.median(alone)
    rows += [
        row("a run at the terminal, kept", kept, "ms", None, "SQLite, commits on the disk"),
        row("a run at the terminal, not kept", alone, "ms", None, "the same runs"),
        row("kept / not kept", [ratio], "", None, "ratio of the medians"),
    ]
    how = (
        f"{wish.workers} workers, {wish.subscribers} subscribers ({wish.inventory}), "
        f"{wish.runs} runs queued in each of {wish.rounds} rounds, load {load:.1f} before"
    )
    finish("queues", how, rows)


if __name__ == "__main__":
    main()
