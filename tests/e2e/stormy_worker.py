"""A worker with short times, that does what standard input says while it works.

Usage: stormy_worker.py CONFIG [SECONDS]

SECONDS: how often those who met an incident are measured again.

Lines: `stop` is a TERM; `jump SECONDS` puts the clock of this process forward, or back; `full
BYTES` is a quota: no file of this process grows beyond it any more; `room` lifts it. It ends when
it was stopped.
"""

from __future__ import annotations

import resource
import signal
import sys
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cpe_diag.service.jobs import Limits
from cpe_diag.transports.clock import SystemClock
from cpe_diag.wiring.config import read
from cpe_diag.wiring.logs import LogFormat, log_as
from cpe_diag.wiring.working import Worker, WorkerWish

WISH = WorkerWish(
    limits=Limits(look_every_s=0.1),
    lease=timedelta(seconds=3),
    grace=timedelta(seconds=1),
    sweep_every_s=0.5,
)


class Jumps:
    """The clock of this process, which may be wrong."""

    def __init__(self) -> None:
        """Be right."""
        self.ahead = timedelta()
        self._real = time.time
        time.time = self.seconds  # what DBOS asks

    def seconds(self) -> float:
        """Give seconds since 1970."""
        return self._real() + self.ahead.total_seconds()

    def now(self) -> datetime:
        """Give the time of day."""
        return datetime.now(tz=UTC) + self.ahead


def limited(bytes_: int) -> None:
    """Let no file of this process grow beyond a size."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_, hard))


def main(config_file: str, again_s: str = "600") -> None:
    """Work."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    log_as(LogFormat.TEXT)
    wish = replace(WISH, again_every=timedelta(seconds=float(again_s)))
    worker = Worker(read(Path(config_file), config_file), wish)
    jumps = Jumps()
    setattr(SystemClock, "now", lambda _clock: jumps.now())  # noqa: B010 - in this process only

    def obey() -> None:
        for line in sys.stdin:
            match line.split():
                case ["stop"]:
                    worker.stop()
                case ["jump", seconds]:
                    jumps.ahead += timedelta(seconds=float(seconds))
                case ["full", size]:
                    limited(int(size))
                case ["room"]:
                    limited(resource.RLIM_INFINITY)

    signal.signal(signal.SIGTERM, lambda _number, _frame: worker.stop())
    threading.Thread(target=obey, daemon=True).start()
    worker.work()


if __name__ == "__main__":
    main(*sys.argv[1:])
