"""The journal of changes of home routers; see `journals`."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from cpe_diag.domain.router_plan import RouterRecord, RouterStage
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

    def used_by(self, consent: str) -> RouterRecord | None:
        """Give the action that was begun under a consent and may have changed something."""
        acted = {RouterStage.ARM, RouterStage.APPLY}
        done = [one for one in self.every() if one.consent == consent and acted & set(one.stages)]
        return done[-1] if done else None

    def used_under(self, consent: str) -> str | None:
        """Give the id of that action; None: the consent is not used."""
        used = self.used_by(consent)
        return None if used is None else used.id

    @contextmanager
    def held(self, router: str) -> Iterator[None]:
        """Let only this process change a router, until the block is left.

        Raises:
            ActionError: as for `locked`.
        """
        with self.locked((router,), f"the router {router}"):
            yield
