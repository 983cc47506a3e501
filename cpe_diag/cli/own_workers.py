"""Workers that `serve` starts beside itself: processes of their own, which end with it."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

LOG: Final = logging.getLogger("cpe_diag.serve")
FIRST_PAUSE_S: Final = 1.0
LONGEST_PAUSE_S: Final = 60.0
LASTS_S: Final = 60.0
"""A worker that has lasted so long has begun well: the next pause is the first one again."""


class OwnWorker:
    """One worker: started again when it dies, and ended with whoever started it.

    It reads its standard input and takes no more when that ends, so that it does not outlive a
    `serve` that is killed. Ctrl-C does not reach it: `serve` ends it.
    """

    def __init__(self, words: Sequence[str]) -> None:
        """Start it; `words` are what follows `cpe-diag`."""
        self._words = [sys.executable, "-m", "cpe_diag", *words]
        self._lock = threading.Lock()
        self._leaving = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._keeper = threading.Thread(target=self._keep, name="worker", daemon=True)
        self._keeper.start()

    def leave(self) -> None:
        """Have it leave its runs at their next safe point, and begin none anew."""
        with self._lock:
            self._leaving.set()
            process = self._process
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()  # it takes no more
        process.terminate()  # and leaves what it has

    def is_gone(self, within_s: float) -> bool:
        """Wait for it after `leave`; False: it goes on until its runs are at a safe point."""
        if self._process is None:
            return True
        try:
            self._process.wait(within_s)
        except subprocess.TimeoutExpired:
            return False
        return True

    def _keep(self) -> None:
        pause_s = FIRST_PAUSE_S
        while True:
            with self._lock:
                if self._leaving.is_set():
                    return
                begun_s = time.monotonic()
                try:
                    process = subprocess.Popen(  # noqa: S603 - our own words alone
                        self._words, stdin=subprocess.PIPE, start_new_session=True
                    )
                except OSError as error:
                    LOG.warning("no worker begins: %s; once more in %g s", error, pause_s)
                    process = None
                self._process = process
            if process is None:
                if self._leaving.wait(pause_s):
                    return
                pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
                continue
            status = process.wait()
            if self._leaving.is_set():
                return
            if time.monotonic() - begun_s > LASTS_S:
                pause_s = FIRST_PAUSE_S
            LOG.warning("the worker ended with %d; another one begins in %g s", status, pause_s)
            if self._leaving.wait(pause_s):
                return
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
