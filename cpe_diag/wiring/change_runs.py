"""Does a change that was agreed to, and ends one that was broken off; the audit trail has both."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.action import ActionRecord
from cpe_diag.domain.audit import About, AuditKind
from cpe_diag.domain.failures import ActionError, GuardError
from cpe_diag.engine.perform import perform
from cpe_diag.engine.recover import recover
from cpe_diag.wiring.change_plans import make_plan

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpe_diag.domain.action import ActionOutcome, ActionPlan
    from cpe_diag.wiring.changes import OpenChange, PreparedChange

ID_BYTES: Final = 5


def about(prepared: PreparedChange, plan: ActionPlan | None = None) -> About:
    """Say for the audit trail what a change is about."""
    wish = prepared.wish
    return About(
        subscriber=wish.subscriber,
        ticket=wish.ticket,
        action=wish.action,
        digest=None if plan is None else plan.digest,
    )


async def plan_port(change: OpenChange) -> ActionPlan:
    """Make the plan, which is noted; so is what the guard refuses.

    Args:
        change: with open doors.

    Returns:
        The plan.

    Raises:
        StoreError: it cannot be noted.
        WishError, ActionError, MeasurementError: as for `make_plan`.
    """
    plan = await make_plan(change)
    _note_plan(change.prepared, plan)
    return plan


def _note_plan(prepared: PreparedChange, plan: ActionPlan) -> None:
    refused = ", ".join(one.id for one in plan.objections)
    prepared.desk.note(
        AuditKind.REFUSAL if refused else AuditKind.PLAN,
        f"the guard refuses it: {refused}" if refused else "planned",
        about(prepared, plan),
    )


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
        RightsError: whoever wants it may not do it, or a second person must approve it first.
        GuardError: the guard refuses it.
        ActionError: the plan would be another one now, another process changes the port, or the
            journal cannot be written. Nothing was changed.
        StoreError: the audit trail cannot be written. Nothing was changed.
        CancelledError: after a safe point was reached.
    """
    prepared = change.prepared
    prepared.desk.permit_plan(plan.action, about(prepared, plan))
    with prepared.journals.held(plan) as hold:
        symptom = await change.prover.before()
        fresh = await make_plan(change)
        if fresh.objections:
            _note_plan(prepared, fresh)
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
            measured=change.prover.measured,
        )
        prepared.desk.note(AuditKind.CHANGE_BEGUN, f"change {action_id}", about(prepared, fresh))
        try:
            journal = prepared.journals.begin(record, hold)
        except ActionError as error:
            words = f"change {action_id} was not begun: {error}"
            prepared.desk.note_if_possible(AuditKind.CHANGE_ENDED, words, about(prepared, fresh))
            raise
        return await perform(
            action_id,
            fresh,
            change.doors(journal),
            change.prover.after,
            symptom=symptom,
            on_end=_noted(prepared, fresh, on_end),
        )


def _noted(
    prepared: PreparedChange, plan: ActionPlan, on_end: Callable[[ActionOutcome], None]
) -> Callable[[ActionOutcome], None]:
    """Tell the audit trail of the outcome too."""

    def ended(outcome: ActionOutcome) -> None:
        on_end(outcome)
        prepared.desk.note_if_possible(
            AuditKind.CHANGE_ENDED,
            f"change {outcome.id} {outcome.end}: {outcome.words}",
            about(prepared, plan),
        )

    return ended


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
        RightsError: whoever wants it may not do such a change.
        ActionError: the node is no longer where it was, another process changes the port, or
            the node cannot be read.
        StoreError: the audit trail cannot be written.
        CancelledError: after a safe point was reached.
    """
    prepared = change.prepared
    prepared.desk.permit(record.plan.action, about(prepared, record.plan))
    snmp = prepared.node.snmp
    here = (prepared.node.id, f"{snmp.address}:{snmp.port}")
    if here != (record.plan.node, record.plan.address):
        raise ActionError(
            f"the plan is of {record.plan.node} at {record.plan.address}, and the inventory has "
            f"{here[0]} at {here[1]} now"
        )
    change.prover.acted_at = record.begun_at
    with prepared.journals.held(record.plan) as hold:
        journal = prepared.journals.resume(record.id, hold)
        held = prepared.journals.record(record.id)
        if held.ended:  # by another process, while this one looked at the inventory
            raise ActionError(f"action {record.id} has ended")
        prepared.desk.note(
            AuditKind.CHANGE_RESUMED, f"change {record.id}", about(prepared, record.plan)
        )
        return await recover(
            held,
            change.doors(journal),
            change.prover.after,
            keep=keep,
            on_end=_noted(prepared, record.plan, on_end),
        )
