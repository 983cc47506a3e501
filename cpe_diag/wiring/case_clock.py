"""The clock of the cases of the case store."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from cpe_diag.domain.failures import BundleError
from cpe_diag.service.case_clock import CaseClock
from cpe_diag.store.bundle import read_bundle
from cpe_diag.store.due_cases import DueCases
from cpe_diag.store.incoming_tickets import StoredTickets
from cpe_diag.store.runs import StoredRuns
from cpe_diag.wiring.tickets import tickets_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpe_diag.engine.run import RunResult
    from cpe_diag.store.case_store import CaseStore
    from cpe_diag.wiring.config import Config


def case_clock_of(config: Config, store: CaseStore) -> CaseClock:
    """Give the clock, for a worker to look at every few seconds.

    Args:
        config: the configuration: who is told.
        store: whose cases.

    Returns:
        The clock.
    """
    runs = StoredRuns(store)
    return CaseClock(
        cases=DueCases(store),
        runs=runs,
        tickets=tickets_of(config),
        result_of=lambda run_id: result_of(runs, run_id),
        waiting=StoredTickets(store).waiting_in,
    )


def result_of(runs: StoredRuns, run_id: str) -> RunResult | None:
    """Give what a run has left.

    Args:
        runs: of a store.
        run_id: of the run.

    Returns:
        The result; None where it has left none, or none that can be read.

    Raises:
        StoreError: the store cannot be read.
    """
    return result_of_files(runs.files(run_id))


def result_of_files(files: Mapping[str, bytes]) -> RunResult | None:
    """Give the result that a run's files hold; None: there are none, or none can be read."""
    if not files:
        return None
    with tempfile.TemporaryDirectory(prefix="cpe-diag-") as folder:
        # Read at once and gone: `write_files` would wait for the disk after each of them.
        for name, content in files.items():
            place = Path(folder) / name
            place.parent.mkdir(exist_ok=True)
            place.write_bytes(content)
        try:
            return read_bundle(Path(folder)).result
        except BundleError:
            return None
