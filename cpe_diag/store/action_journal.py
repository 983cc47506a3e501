"""The journal of changes of ports; see `action_records`."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from cpe_diag.domain.action import ActionRecord, PlannedLine, PlannedSet
from cpe_diag.store.action_records import StoredActions
from cpe_diag.store.old_journals import OldJournals, old_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from cpe_diag.domain.action import ActionPlan
    from cpe_diag.store.case_store import CaseStore
    from cpe_diag.store.holds import Hold


class ActionJournals(StoredActions[ActionRecord]):
    """All changes of ports."""

    def __init__(self, store: CaseStore) -> None:
        """Keep them in `store`; what an earlier version of this user has kept comes with them."""
        old = OldJournals(old_folder("actions"), ActionRecord, _with_what_came_later)
        super().__init__(store, "port", ActionRecord, old)

    def unfinished_at(self, plan: ActionPlan) -> tuple[str, ...]:
        """Give the ids of actions without an end that touch what a plan touches."""
        wanted = _places(plan)
        return tuple(record.id for record in self.unfinished() if wanted & _places(record.plan))

    def done_already(self, plan: ActionPlan, since: datetime) -> ActionRecord | None:
        """Give the last action that did what a plan would do, where it would do it.

        Args:
            plan: its action, its wished value and its places count.
            since: an action that was begun earlier does not count.

        Returns:
            An action with an end, None where there is none or it certainly changed nothing.

        Raises:
            ActionError, StoreError: as for `record`.
        """
        wanted = _places(plan)
        done = [
            record
            for record in self.every(since=since)
            if record.ended
            and (record.plan.action, record.plan.wished) == (plan.action, plan.wished)
            and wanted & _places(record.plan)
            and record.may_have_changed
        ]
        return done[-1] if done else None

    @contextmanager
    def held(self, plan: ActionPlan) -> Iterator[Hold]:
        """Let only this block change the port of a plan.

        Raises:
            ActionError, StoreError: as for `held_places`.
        """
        with self.held_places(_places(plan), f"port {plan.port} of {plan.node}") as hold:
            yield hold


def _places(plan: ActionPlan) -> frozenset[str]:
    """Give what a plan touches: an inventory may know one port by two names."""
    steps = (*plan.steps, *plan.way_back)
    objects = {step.oid for step in steps if isinstance(step, PlannedSet)}
    typed = "\n".join(step.line for step in plan.steps if isinstance(step, PlannedLine))
    here = {plan.port, *objects, *plan.place, *({typed} if typed else ())}
    return frozenset({f"{plan.node} {plan.port}", *(f"{plan.address} {one}" for one in here)})


def _with_what_came_later(document: object) -> object:
    """Give the plan of an older journal what plans did not have then."""
    if not isinstance(document, dict) or not isinstance(document.get("plan"), dict):
        return document
    plan = {"repeats": None, "place": [], **document["plan"]}
    for name in ("steps", "way_back"):
        if isinstance(plan.get(name), list):
            plan[name] = [_line_of_now(step) for step in plan[name]]
    return {**document, "plan": plan}


def _line_of_now(step: object) -> object:
    if isinstance(step, dict) and "line" in step:
        return {"changes": True, **step}
    return step
