"""Puts together what takes orders for runs."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING, Final

from cpe_diag.service.jobs import job_of
from cpe_diag.service.submit import Orders
from cpe_diag.store.cases import StoredCases
from cpe_diag.store.runs import StoredRuns
from cpe_diag.store.sealed import seal
from cpe_diag.transports.clock import SystemClock
from cpe_diag.wiring.credentials import credentials_of
from cpe_diag.wiring.desk import case_store
from cpe_diag.wiring.inventories import CurrentInventory, inventory_of
from cpe_diag.wiring.keeping import shared
from cpe_diag.wiring.knowledge import playbook_of
from cpe_diag.wiring.store_key import store_key

if TYPE_CHECKING:
    from cpe_diag.ports import Inventory
    from cpe_diag.service.queue_dbos import DbosJobs
    from cpe_diag.service.submit import Order, Submitted
    from cpe_diag.store.case_store import CaseStore
    from cpe_diag.store.run_rows import RunRow
    from cpe_diag.wiring.config import Config

KEPT_OPEN: Final = 1
"""Connections to the queue that whoever takes many orders leaves open."""


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
    tell = shared(config, "telling", lambda: _telling(config, store))
    credentials = credentials_of(config)
    inventory: Inventory = (
        inventory_of(config, credentials)
        if config.kept is None
        else CurrentInventory(config, credentials)
    )
    return Orders(
        inventory=inventory,
        playbook_of=cache(partial(playbook_of, config)),
        runs=StoredRuns(store),
        cases=StoredCases(store),
        tell=tell,
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


def _telling(config: Config, store: CaseStore) -> Telling:
    if config.kept is None:
        return Telling(store, 0)
    telling = Telling(store, KEPT_OPEN)
    config.kept.at_end(telling.close)
    return telling


class Telling:
    """Queues a job for a run; what is needed for that is loaded when the first comes."""

    def __init__(self, store: CaseStore, connections: int) -> None:
        """Queue in the database of `store`, with connections that stay open until `close`."""
        self._store = store
        self._connections = connections
        self._jobs: DbosJobs | None = None

    def __call__(self, run: RunRow) -> None:
        """Queue a job.

        Raises:
            StoreError: it cannot be queued, perhaps because no worker was ever there.
        """
        if self._jobs is None:
            # dbos takes half a second to import.
            from cpe_diag.service.queue_dbos import DbosJobs

            self._jobs = DbosJobs(self._store.url, self._connections)
        self._jobs.put(job_of(run, at=SystemClock().now()))

    def close(self) -> None:
        """Close the connections that stay open."""
        if self._jobs is not None:
            self._jobs.close()
