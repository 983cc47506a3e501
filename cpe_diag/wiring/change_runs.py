"""Does a change that was agreed to, and ends one that was broken off."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.action import ActionRecord
from cpe_diag.domain.failures import ActionError, GuardError
from cpe_diag.engine.perform import perform
from cpe_diag.engine.recover import recover
from cpe_diag.wiring.change_plans import make_plan

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpe_diag.domain.action import ActionOutcome, ActionPlan
    from cpe_diag.wiring.changes import OpenChange

ID_BYTES: Final = 5


async def change_port(
    change: OpenChange, plan: ActionPlan, *, on_end: Callable[[ActionOutcome], None]
) -> ActionOutcome:
    """Do what was agreed to: the plan is made anew, and must be the same.

    Args:
        change: with open doors.
        plan: what somebody has agreed to.
        on_end: gets the outcome, also where the caller is cancelled meanwhile.

    Returns:
        The outcome.

    Raises:
        GuardError: the guard refuses it.
        ActionError: the plan would be another one now, another process changes the port, or the
            journal cannot be written. Nothing was changed.
        CancelledError: after a safe point was reached.
    """
    prepared = change.prepared
    with prepared.journals.held(plan):
        symptom = await change.prover.before()
        fresh = await make_plan(change)
        if fresh.objections:
            raise GuardError(fresh)
        if fresh.digest != plan.digest:
            raise ActionError(
                f"the plan is another one now (digest {fresh.digest}); nothing was changed"
            )
        action_id = secrets.token_hex(ID_BYTES)
        record = ActionRecord(
            id=action_id,
            begun_at=change.setting.doors.clock.now(),
            plan=fresh,
            ticket=prepared.wish.ticket,
            symptom=symptom,
            entries=(),
        )
        journal = prepared.journals.begin(record)
        return await perform(
            action_id,
            fresh,
            change.doors(journal),
            change.prover.after,
            symptom=symptom,
            on_end=on_end,
        )


async def recover_port(
    change: OpenChange,
    record: ActionRecord,
    *,
    keep: bool,
    on_end: Callable[[ActionOutcome], None],
) -> ActionOutcome:
    """Bring a change that was broken off to an end.

    Args:
        change: with open doors to the same node.
        record: without an end.
        keep: as for `recover`.
        on_end: gets the outcome.

    Returns:
        The outcome.

    Raises:
        ActionError: the node is no longer where it was, another process changes the port, or
            the node cannot be read.
        CancelledError: after a safe point was reached.
    """
    prepared = change.prepared
    snmp = prepared.node.snmp
    here = (prepared.node.id, f"{snmp.address}:{snmp.port}")
    if here != (record.plan.node, record.plan.address):
        raise ActionError(
            f"the plan is of {record.plan.node} at {record.plan.address}, and the inventory has "
            f"{here[0]} at {here[1]} now"
        )
    change.prover.acted_at = record.begun_at
    with prepared.journals.held(record.plan):
        journal = prepared.journals.resume(record.id)
        held = prepared.journals.record(record.id)
        if held.ended:  # by another process, while this one looked at the inventory
            raise ActionError(f"action {record.id} has ended")
        return await recover(
            held,
            change.doors(journal),
            change.prover.after,
            keep=keep,
            on_end=on_end,
        )
