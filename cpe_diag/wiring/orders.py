"""Puts together what takes orders for runs."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from cpe_diag.playbook.load import load_playbook
from cpe_diag.service.jobs import job_of
from cpe_diag.service.submit import Orders
from cpe_diag.store.cases import StoredCases
from cpe_diag.store.runs import StoredRuns
from cpe_diag.store.sealed import seal
from cpe_diag.transports.clock import SystemClock
from cpe_diag.wiring.credentials import credentials_of
from cpe_diag.wiring.desk import case_store
from cpe_diag.wiring.inventories import inventory_of
from cpe_diag.wiring.knowledge import vocabulary
from cpe_diag.wiring.store_key import store_key

if TYPE_CHECKING:
    from cpe_diag.playbook.model import Playbook
    from cpe_diag.service.jobs import Jobs
    from cpe_diag.service.submit import Order, Submitted
    from cpe_diag.store.case_store import CaseStore
    from cpe_diag.store.run_rows import RunRow
    from cpe_diag.wiring.config import Config


def orders_of(config: Config, store: CaseStore | None = None) -> Orders:
    """Give what takes orders; playbooks are read once, also where many orders name them.

    Args:
        config: the configuration.
        store: where orders are kept; None: one of their own.

    Returns:
        What takes orders, for as long as a process lives.

    Raises:
        InventoryError: no inventory is configured.
        DefinitionError: its columns or queries are wrong.
        MeasurementError: the reference to the store's URL cannot be resolved.
        StoreError: the store's URL is none.
    """
    store = store or case_store(config)

    @cache
    def playbook_of(name: str) -> Playbook:
        return load_playbook(name, vocabulary(), config.playbook_folders)

    return Orders(
        inventory=inventory_of(config, credentials_of(config)),
        playbook_of=playbook_of,
        runs=StoredRuns(store),
        cases=StoredCases(store),
        tell=Telling(store),
        clock=SystemClock(),
        seal=lambda values: seal(store_key(config), values) if values else "",
    )


def submit(config: Config, order: Order) -> Submitted:
    """Take one order; see `Orders.submit`.

    Args:
        config: the configuration.
        order: what is wanted.

    Returns:
        The run and its case.

    Raises:
        CpeDiagError: as for `orders_of` and `Orders.submit`.
    """
    return orders_of(config).submit(order)


class Telling:
    """Queues a job for a run; what is needed for that is loaded when the first comes."""

    def __init__(self, store: CaseStore) -> None:
        """Queue in the database of `store`."""
        self._store = store
        self._jobs: Jobs | None = None

    def __call__(self, run: RunRow) -> None:
        """Queue a job.

        Raises:
            StoreError: it cannot be queued, perhaps because no worker was ever there.
        """
        if self._jobs is None:
            # dbos takes half a second to import.
            from cpe_diag.service.queue_dbos import DbosJobs

            self._jobs = DbosJobs(self._store.url)
        self._jobs.put(job_of(run, at=SystemClock().now()))
