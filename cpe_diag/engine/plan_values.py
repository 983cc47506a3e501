"""Pure: which values a plan expects before it, and which show that its way back was gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpe_diag.domain.action import PlannedSet

if TYPE_CHECKING:
    from cpe_diag.domain.action import ActionPlan
    from cpe_diag.ports import Oid


def previous_values(plan: ActionPlan) -> dict[Oid, tuple[str, str]]:
    """Give type and previous value of everything that a plan sets or reads back."""
    held = {one.oid: ("", one.previous) for one in plan.read_back}
    held |= {
        one.oid: (one.type, one.previous)
        for one in plan.steps
        if isinstance(one, PlannedSet) and one.readable
    }
    return {oid: (kind, value) for oid, (kind, value) in held.items() if value is not None}


def restored_values(plan: ActionPlan) -> dict[Oid, tuple[str, str]]:
    """Give type and value of what shows that the way back was gone to its end."""
    back = {one.oid: (one.type, one.value) for one in plan.way_back if isinstance(one, PlannedSet)}
    return back or previous_values(plan)
