"""Results of runs, decoded once for all who look at the same time."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

from cpe_diag.wiring.case_clock import result_of_files

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpe_diag.engine.run import RunResult
    from cpe_diag.store.runs import StoredRuns

KEPT: Final = 8
"""Results: a page asks twice for the same one, and so do all consoles when a run ends."""


class KeptResults:
    """The results of a store's runs.

    The store is read each time, so that what was erased is gone, and what was written anew is
    new; only decoding is spared.
    """

    def __init__(self, runs: StoredRuns) -> None:
        """Keep nothing yet."""
        self._runs = runs
        self._lock = threading.Lock()
        self._held: OrderedDict[str, tuple[Mapping[str, bytes], RunResult]] = OrderedDict()

    @property
    def kept(self) -> tuple[str, ...]:
        """The runs whose results are held, that looked at last at the end."""
        with self._lock:
            return tuple(self._held)

    def of(self, run_id: str) -> RunResult | None:
        """Give what a run has left; None: nothing, or nothing that can be read.

        Raises:
            StoreError: the store cannot be read.
        """
        files = self._runs.files(run_id)
        with self._lock:
            held = self._held.get(run_id)
            if held is not None and held[0] == files:
                self._held.move_to_end(run_id)
                return held[1]
            self._held.pop(run_id, None)
        result = result_of_files(files)
        if result is not None:
            with self._lock:
                self._held[run_id] = (files, result)
                while len(self._held) > KEPT:
                    self._held.popitem(last=False)
        return result
