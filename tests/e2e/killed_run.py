"""Does one run and kills itself at one point of its journals, as a power failure would.

Usage: killed_run.py CONFIG PLAYBOOK SUBSCRIBER POINT before|after

A point is a write to the run's journal, to that of a change, or of the run's end. POINT is its
number, or the name of the method that writes; -1 kills nobody and prints how many there were, and
how the run ended.
"""

from __future__ import annotations

import os
import signal
import sys
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cpe_diag.cli import run_doing
from cpe_diag.store.action_records import StoredActionJournal, StoredActions
from cpe_diag.store.run_journal import StoredRunJournal
from cpe_diag.store.runs import StoredRuns
from cpe_diag.wiring.config import read
from cpe_diag.wiring.runs import RunWish, prepare

if TYPE_CHECKING:
    from collections.abc import Callable

WRITES: tuple[tuple[type, str], ...] = (
    (StoredRuns, "begin"),
    (StoredRuns, "end"),
    (StoredRunJournal, "append"),
    (StoredActions, "begin"),
    (StoredActionJournal, "write"),
)


class Points:
    """Counts writes, and sends this process a signal at one of them."""

    def __init__(self, point: int | str, moment: str, signal_: int = signal.SIGKILL) -> None:
        """Send `signal_` at `point`, `before` or `after` it is written."""
        self.point = point
        self.moment = moment
        self.signal = signal_
        self.count = 0
        self._sent = False

    def around(self, write: Callable[..., Any]) -> Callable[..., Any]:
        """Count a write, or die."""

        @wraps(write)
        def counted(*words: Any, **named: Any) -> Any:  # noqa: ANN401 - of any write
            self._passed("before", write.__qualname__)
            written = write(*words, **named)
            self._passed("after", write.__qualname__)
            return written

        return counted

    def _passed(self, moment: str, name: str) -> None:
        # One that is woken up and may not write comes by the same point again.
        if not self._sent and moment == self.moment and self.point in {self.count, name}:
            self._sent = True
            os.kill(os.getpid(), self.signal)
        self.count += moment == "after"


def point_of(word: str) -> int | str:
    """Read a point."""
    return int(word) if word.lstrip("-").isdigit() else word


def main(config: str, playbook: str, subscriber: str, points: Points) -> None:
    """Do the run as `cpe-diag run --json` does."""
    for owner, name in WRITES:
        setattr(owner, name, points.around(getattr(owner, name)))
    wish = RunWish(playbook=playbook, subscriber=subscriber)
    prepared = prepare(read(Path(config), config), wish)
    result = run_doing.begin(prepared, {}, as_json=True)
    sys.stdout.write(f"{points.count} {result.end}\n")


if __name__ == "__main__":
    _script, config_, playbook_, subscriber_, point_, moment_ = sys.argv
    main(config_, playbook_, subscriber_, Points(point_of(point_), moment_))
