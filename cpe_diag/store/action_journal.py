"""The journal of changes of ports; see `journals`."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from cpe_diag.domain.action import ActionRecord, PlannedLine, PlannedSet
from cpe_diag.store.journals import Journals, state_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from cpe_diag.domain.action import ActionPlan


def default_folder() -> Path:
    """Give the usual place of the journals: the user's state folder."""
    return state_folder("actions")


class ActionJournals(Journals[ActionRecord]):
    """All changes of ports of this user on this machine."""

    def __init__(self, folder: Path) -> None:
        """Keep them in `folder`, which is made when the first one begins."""
        super().__init__(folder, ActionRecord, _with_what_came_later)

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
            ActionError: a file cannot be read.
        """
        wanted = _places(plan)
        done = [
            record
            for record in self.every()
            if record.ended
            and record.begun_at > since
            and (record.plan.action, record.plan.wished) == (plan.action, plan.wished)
            and wanted & _places(record.plan)
            and record.may_have_changed
        ]
        return done[-1] if done else None

    @contextmanager
    def held(self, plan: ActionPlan) -> Iterator[None]:
        """Let only this process change the port of a plan, until the block is left.

        Raises:
            ActionError: as for `locked`.
        """
        with self.locked(_places(plan), f"port {plan.port} of {plan.node}"):
            yield


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
