"""The journal of changes of home routers; see `journals`."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from cpe_diag.domain.router_plan import RouterRecord
from cpe_diag.store.journals import Journals, state_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def default_router_folder() -> Path:
    """Give the usual place of the journals: the user's state folder."""
    return state_folder("router-actions")


class RouterJournals(Journals[RouterRecord]):
    """All changes of routers of this user on this machine."""

    def __init__(self, folder: Path) -> None:
        """Keep them in `folder`, which is made when the first one begins."""
        super().__init__(folder, RouterRecord)

    def unfinished_at(self, router: str) -> tuple[str, ...]:
        """Give the ids of actions without an end on a router."""
        return tuple(one.id for one in self.unfinished() if one.plan.router == router)

    @contextmanager
    def held(self, router: str) -> Iterator[None]:
        """Let only this process change a router, until the block is left.

        Raises:
            ActionError: as for `locked`.
        """
        with self.locked((router,), f"the router {router}"):
            yield
