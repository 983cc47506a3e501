"""The journal of changes of home routers; see `action_records`."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from cpe_diag.domain.router_plan import RouterRecord
from cpe_diag.store.action_records import StoredActions
from cpe_diag.store.old_journals import OldJournals, old_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cpe_diag.store.case_store import CaseStore
    from cpe_diag.store.holds import Hold


class RouterJournals(StoredActions[RouterRecord]):
    """All changes of routers."""

    def __init__(self, store: CaseStore) -> None:
        """Keep them in `store`; what an earlier version of this user has kept comes with them."""
        old = OldJournals(old_folder("router-actions"), RouterRecord)
        super().__init__(store, "router", RouterRecord, old)

    def unfinished_at(self, router: str) -> tuple[str, ...]:
        """Give the ids of actions without an end on a router."""
        return tuple(one.id for one in self.unfinished() if one.plan.router == router)

    @contextmanager
    def held(self, router: str) -> Iterator[Hold]:
        """Let only this block change a router.

        Raises:
            ActionError, StoreError: as for `held_places`.
        """
        with self.held_places((router,), f"the router {router}") as hold:
            yield hold
