"""The two arrangements that `make bench-queue` holds beside each other."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from queue_place import PLAYBOOK, Place
from sqlalchemy import create_engine, text

from cpe_diag.service.queue_dbos import SCHEMA
from cpe_diag.service.submit import Order
from cpe_diag.store.run_rows import NORMAL
from cpe_diag.wiring.config import read
from cpe_diag.wiring.keeping import Kept
from cpe_diag.wiring.orders import orders_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


HERE: Final = Path(__file__).parent
NOBODY: Final = "nobody"
"""A region without runs: its worker makes the tables of the queue."""
STARTS_IN_S: Final = 120.0


@dataclass(kw_only=True)
class Side(ABC):
    """One arrangement on a store of its own; `workers` processes do the runs."""

    place: Place
    store: str
    workers: int
    started: list[subprocess.Popen[str]] = field(default_factory=list)
    sender: Callable[[str, int], object] | None = None

    @property
    def environment(self) -> Mapping[str, str]:
        """What all its processes need."""
        return self.place.environment(self.store)

    @property
    def pids(self) -> list[int]:
        """The processes whose children, and they, do the runs."""
        return [one.pid for one in self.started]

    @abstractmethod
    def ready(self) -> None:
        """Start the workers, which load what they need and wait."""

    @abstractmethod
    def ordering(self) -> Callable[[str, int], object]:
        """Give what orders a run for a subscriber, with its priority, in this process."""

    def send(self, subscribers: Sequence[str], priority: int = NORMAL) -> None:
        """Order a run for each subscriber."""
        os.environ.update(self.environment)
        self.sender = self.sender or self.ordering()
        for one in subscribers:
            self.sender(one, priority)

    def go(self) -> None:
        """Let the workers begin."""
        for one in self.started:
            assert one.stdin is not None
            one.stdin.write("\n")
            one.stdin.flush()

    def stop(self) -> None:
        """End the workers."""
        for one in self.started:
            one.terminate()
        for one in self.started:
            one.wait()
        self.started.clear()

    def process(self, *words: str) -> None:
        """Start a process of ours, and wait until it is ready."""
        one = subprocess.Popen(  # noqa: S603 - our own interpreter
            [sys.executable, *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=self.environment,
        )
        self.started.append(one)
        assert one.stdout is not None
        if one.stdout.readline() != "ready\n":
            msg = f"{words[0]} did not start"
            raise OSError(msg)


class Ours(Side):
    """`cpe-diag worker`, each a process; runs and queue are in one PostgreSQL."""

    def ready(self) -> None:
        """Start the workers."""
        for _ in range(self.workers):
            self.process(str(HERE / "queue_worker.py"), str(self.place.config), "default")

    def tables(self) -> None:
        """Have the tables made, by a worker that has nothing to do."""
        self.process(str(HERE / "queue_worker.py"), str(self.place.config), NOBODY)
        self.go()
        self._wait_for_tables()
        self.stop()

    def ordering(self) -> Callable[[str, int], object]:
        """Order as `cpe-diag submit` does."""
        config = replace(read(self.place.config, "bench"), kept=Kept())
        orders = orders_of(config)
        return lambda one, priority: orders.submit(
            Order(playbook=PLAYBOOK, subscriber=one, ticket=f"T-{one}", priority=priority)
        )

    def _wait_for_tables(self) -> None:
        engine = create_engine(self.store)
        asked = text(
            "SELECT count(*) FROM pg_tables WHERE schemaname = :s AND tablename = 'queues'"
        )
        ends = time.monotonic() + STARTS_IN_S
        while time.monotonic() < ends:
            with engine.connect() as connection:
                if connection.execute(asked, {"s": SCHEMA}).scalar():
                    break
            time.sleep(0.2)
        engine.dispose()
        time.sleep(1.0)


@dataclass(kw_only=True)
class Celery(Side):
    """One `celery worker` with as many children; the queue is in Redis, results in PostgreSQL."""

    broker: str

    @property
    def environment(self) -> Mapping[str, str]:
        """As for ours, and where the broker is."""
        said = {"BENCH_BROKER_URL": self.broker, "BENCH_CONFIG": str(self.place.config)}
        return {**super().environment, **said}

    def ready(self) -> None:
        """Start the worker."""
        self.process(str(HERE / "queue_celery.py"), "work", str(self.workers))

    def ordering(self) -> Callable[[str, int], object]:
        """Send tasks; Celery with Redis as it comes has one queue, and no priorities in it."""
        import queue_celery  # noqa: PLC0415 - it connects to the broker of the environment

        return lambda one, _priority: queue_celery.send(one)

    def stop(self) -> None:
        """End the worker, and drop what is still queued."""
        super().stop()
        import queue_celery  # noqa: PLC0415 - it connects to the broker of the environment

        queue_celery.APP.control.purge()


@contextmanager
def redis_server(folder: Path) -> Iterator[tuple[str, int]]:
    """Keep a Redis with its own defaults on a Unix socket; gives its URL and process."""
    program = shutil.which("redis-server")
    if program is None:
        raise SystemExit("redis-server is not installed here (Debian package redis-server)")
    socket = folder / "redis.sock"
    server = subprocess.Popen(  # noqa: S603 - a server of the system, in our folder
        [program, "--port", "0", "--unixsocket", str(socket), "--dir", str(folder)],
        stdout=subprocess.DEVNULL,
    )
    try:
        while not socket.exists():
            if server.poll() is not None:
                raise OSError("redis-server did not start")
            time.sleep(0.05)
        yield f"redis+socket://{socket}", server.pid
    finally:
        server.terminate()
        server.wait()
