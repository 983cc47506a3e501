"""Cancels a run; where that ends it, the desk that has ordered it is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpe_diag.domain.run_journal import RunState
from cpe_diag.store.cases import StoredCases
from cpe_diag.store.runs import StoredRuns
from cpe_diag.wiring.desk import case_store
from cpe_diag.wiring.told import ready, told_of_cancel

if TYPE_CHECKING:
    from datetime import datetime

    from cpe_diag.service.spans import Spans
    from cpe_diag.store.run_rows import RunRow
    from cpe_diag.wiring.config import Config


def cancel(config: Config, run_id: str, at: datetime, *, spans: Spans | None = None) -> RunRow:
    """Have a run cancelled: at once where it waits, at its next safe point where it runs.

    Args:
        config: the configuration: who is told.
        run_id: of the run.
        at: now.
        spans: where the span of a run goes that ends with this; None: nowhere.

    Returns:
        The run.

    Raises:
        RunError: there is none, or it has ended.
        MeasurementError, StoreError: the store cannot be used.
    """
    store = case_store(config)
    runs = StoredRuns(store)
    seen = runs.run(run_id)
    case = StoredCases(store).case(seen.case_id)
    row = runs.ask_cancel(
        run_id, at=at, tells=ready(lambda stands: told_of_cancel(config, case, run_id, stands))
    )
    if spans is not None and row.state is RunState.CANCELLED:
        spans.ended(row)
    return row
