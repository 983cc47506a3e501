"""One worker of `make bench-queue`: `cpe-diag worker` with simulated doors.

Usage: queue_worker.py CONFIG REGION. Says `ready` when everything is loaded, and works from the
first line on standard input until it is terminated.
"""

from __future__ import annotations

import importlib
import signal
import sys
from pathlib import Path

from queue_doors import simulated

from cpe_diag.service.jobs import Limits
from cpe_diag.wiring import runs
from cpe_diag.wiring.config import read
from cpe_diag.wiring.keeping import keeping
from cpe_diag.wiring.working import Worker, WorkerWish


def main(config_file: str, region: str) -> None:
    """Work."""
    setattr(runs, "open_doors", simulated)  # noqa: B010 - a name of another module
    importlib.import_module(runs.SSH_LIBRARY)
    with keeping(read(Path(config_file), config_file)) as config:
        worker = Worker(config, WorkerWish(region=region, limits=Limits()))
        signal.signal(signal.SIGTERM, lambda *_: worker.stop())
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        sys.stdin.readline()
        worker.work()


if __name__ == "__main__":
    main(*sys.argv[1:])
