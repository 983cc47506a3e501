"""Plans a change of a router, does what the customer agreed to, and ends what was broken off."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.action import Proof
from cpe_diag.domain.audit import About, AuditKind
from cpe_diag.domain.failures import ActionError, ConsentError, GuardError
from cpe_diag.domain.router_plan import WISHED, RouterRecord
from cpe_diag.domain.wifi_rules import password_fault
from cpe_diag.engine.human_reset import HUMAN_RESET, plan_human_reset
from cpe_diag.engine.plan_router import plan_router
from cpe_diag.engine.router_asking import asking
from cpe_diag.engine.router_changing import (
    ROUTER_PATIENCE,
    Material,
    RouterChanger,
)
from cpe_diag.engine.router_guard import RouterCase, guard_router
from cpe_diag.engine.router_look import look
from cpe_diag.engine.router_orders import can_be_written
from cpe_diag.engine.router_perform import perform_router
from cpe_diag.engine.router_recover import recover_router
from cpe_diag.ports import RouterDoors

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import Any

    from cpe_diag.domain.action import ActionOutcome
    from cpe_diag.domain.router_plan import RouterPlan
    from cpe_diag.engine.router_look import RouterLook
    from cpe_diag.engine.run import TooLate
    from cpe_diag.ports import ActionJournal
    from cpe_diag.store.action_records import RunPart
    from cpe_diag.wiring.router_changes import OpenRouterChange, PreparedRouterChange

LOOK_S: Final = 20.0
NEW_KEYS: Final = frozenset({"router.factory_reset", "firmware.install", HUMAN_RESET})
"""Changes after which a router may have made itself another SSH host key."""
NEW_KEY_MORE_S: Final = 600.0
"""How much longer than its outage such a router may take until it is logged in to."""
ID_BYTES: Final = 5
AS_WISHED: Final = Proof(holds=True, took_effect=None, words="as it was wished")


def about(prepared: PreparedRouterChange, plan: RouterPlan | None = None) -> About:
    """Say for the audit trail what a change is about."""
    return About(
        subscriber=prepared.wish.subscriber,
        ticket=prepared.wish.ticket,
        action=prepared.wish.action,
        digest=None if plan is None else plan.digest,
    )


async def plan_change(change: OpenRouterChange, *, own: str | None = None) -> RouterPlan:
    """Look at the router and make the plan, which is noted; so is what the guard refuses.

    Args:
        change: with open doors.
        own: the id of a change of ours that was written down and not begun: it is this one, and
            nothing that is unfinished; None: there is none.

    Returns:
        The plan; `objections` says whether it may be performed.

    Raises:
        WishError: the value is not one that may be sent.
        ActionError: the router does not tell what the change needs to know.
        MeasurementError: the router does not answer.
        StoreError: it cannot be noted.
    """
    plan, _looked = await _planned(change, own)
    prepared = change.prepared
    refused = ", ".join(one.id for one in plan.objections)
    prepared.desk.note(
        AuditKind.REFUSAL if refused else AuditKind.PLAN,
        f"the guard refuses it: {refused}" if refused else "planned",
        about(prepared, plan),
    )
    return plan


async def _planned(change: OpenRouterChange, own: str | None) -> tuple[RouterPlan, RouterLook]:
    prepared = change.prepared
    deadline = change.clock.monotonic() + LOOK_S
    ask = asking(change.control, prepared.driver.dialect)
    looked = await look(ask, prepared.driver, change.clock, deadline=deadline)
    subscriber, router, driver = prepared.wish.subscriber, prepared.router, prepared.driver
    if prepared.wish.action == HUMAN_RESET:
        hold_s = prepared.wish.hold_s
        plan = plan_human_reset(
            looked, hold_s, subscriber=subscriber, router=router, driver=driver.id
        )
    else:
        plan = plan_router(driver, prepared.order, looked, subscriber=subscriber, router=router)
    image = prepared.wish.image
    findings = guard_router(
        RouterCase(
            plan=plan,
            looked=looked,
            subscriber=prepared.run.subscriber,
            unfinished=tuple(
                one for one in prepared.journals.unfinished_at(prepared.router) if one != own
            ),
            expects_model=image.model if image else None,
        )
    )
    return replace(plan, findings=findings, accepted=prepared.wish.accept), looked


async def change_router(  # noqa: PLR0913 - each is one thing that the caller knows
    change: OpenRouterChange,
    plan: RouterPlan,
    *,
    on_end: Callable[[ActionOutcome], None],
    part: RunPart | None = None,
    action_id: str | None = None,
    too_late: TooLate | None = None,
) -> ActionOutcome:
    """Do what the customer agreed to: the plan is made anew, and must be the same.

    Args:
        change: with open doors.
        plan: what was agreed to.
        on_end: gets the outcome, also where the caller is cancelled meanwhile.
        part: the step of a run that it belongs to, and that begins no second one; None: none.
            Where the step has written one down and not begun it, it is that one which is done.
        action_id: what it is to be called, so that there is no second one; None: anything.
        too_late: asked right before it is begun, for looking and measuring take a minute, and
            before the first command that changes something; None: it may be begun.

    Returns:
        The outcome.

    Raises:
        RightsError: whoever wants it may not do it, or a second person must approve it first.
        ConsentError: the customer has not consented to exactly this.
        GuardError: the guard refuses it.
        ActionError: the plan would be another one now, another process changes the router, the
            consent was used, it is too late, or the journal cannot be written. Nothing was
            changed.
        StoreError: the audit trail or the consents cannot be used. Nothing was changed.
        CancelledError: after a safe point was reached.
    """
    prepared, desk = change.prepared, change.prepared.desk
    desk.permit_plan(plan.action, about(prepared, plan))
    with prepared.journals.held(prepared.router) as hold:
        written = _written(prepared, plan, part)
        own = None if written is None else written.id
        symptom = WISHED if change.prover is None else await change.prover.before()
        fresh, looked = await _planned(change, own)
        if fresh.objections:
            raise GuardError(fresh)
        if fresh.digest != plan.digest:
            raise ActionError(
                f"the plan is another one now (digest {fresh.digest}); nothing was changed"
            )
        _check_password(prepared, fresh)
        why_not = "" if too_late is None else await too_late()
        if why_not:
            raise ActionError(f"{why_not}; nothing was changed")
        try:
            consent = desk.consents.require(
                subscriber=fresh.subscriber,
                action=fresh.action,
                digest=fresh.digest,
                at=desk.now(),
                change=own,
            )
        except ConsentError as error:
            desk.note(AuditKind.REFUSAL, str(error), about(prepared, fresh))
            raise
        record = RouterRecord(
            id=part.action_id if part else action_id or secrets.token_hex(ID_BYTES),
            begun_at=change.dated.now(),
            plan=fresh,
            boot_id=looked.boot_id,
            consent=consent.id,
            ticket=prepared.wish.ticket,
            symptom=symptom,
            entries=(),
            measured=() if change.prover is None else change.prover.measured,
        )
        desk.note(
            AuditKind.CHANGE_BEGUN if written is None else AuditKind.CHANGE_RESUMED,
            f"change {record.id} under consent {consent.id}",
            about(prepared, fresh),
        )
        try:
            if written is None:
                journal = prepared.journals.begin(record, hold, part)
            else:
                record = written
                journal = prepared.journals.resume(written.id, hold, part)
        except ActionError as error:
            words = f"change {record.id} was not begun: {error}"
            desk.note_if_possible(AuditKind.CHANGE_ENDED, words, about(prepared, fresh))
            raise
        _expect_new_key(change, record)
        return await perform_router(
            record.id,
            _changer(change, record, journal, secret=True),
            _prove(change),
            consent=consent.id,
            symptom=symptom,
            on_end=_noted(prepared, fresh, on_end),
            too_late=too_late,
        )


def _written(
    prepared: PreparedRouterChange, plan: RouterPlan, part: RunPart | None
) -> RouterRecord | None:
    """Give the change that a step has written down before its process died, and not begun.

    Raises:
        ActionError: it was begun, or it was another one; that is looked at.
    """
    written = None if part is None else prepared.journals.find(part.action_id)
    if written is None:
        return None
    if not written.untouched or written.plan.digest != plan.digest:
        raise ActionError(f"action {written.id} is another one, or was begun; nothing was changed")
    return written


async def recover_change(
    change: OpenRouterChange,
    record: RouterRecord,
    *,
    keep: bool,
    on_end: Callable[[ActionOutcome], None],
    part: RunPart | None = None,
) -> ActionOutcome:
    """Bring a change that was broken off to an end.

    Args:
        change: with open doors to the same router.
        record: without an end.
        keep: as for `recover_router`.
        on_end: gets the outcome.
        part: the step of a run that brings it to its end; None: somebody does.

    Returns:
        The outcome.

    Raises:
        RightsError: whoever wants it may not do such a change.
        ActionError: the router is no longer where it was, another process changes it, or it
            cannot be reached.
        StoreError: the audit trail cannot be written.
        CancelledError: after a safe point was reached.
    """
    prepared = change.prepared
    prepared.desk.permit(record.plan.action, about(prepared, record.plan))
    if prepared.driver.id != record.plan.driver:
        raise ActionError(
            f"the change was made to a {record.plan.driver}, and the inventory says "
            f"{prepared.driver.id} now: its answers would be read for something else"
        )
    if prepared.router != record.plan.router:
        raise ActionError(
            f"the plan is of the router at {record.plan.router}, and the inventory has it at "
            f"{prepared.router} now"
        )
    with prepared.journals.held(prepared.router) as hold:
        journal = prepared.journals.resume(record.id, hold, part)
        held = prepared.journals.record(record.id)
        if held.ended:  # by another process, while this one looked at the inventory
            raise ActionError(f"action {record.id} has ended")
        words = f"change {record.id}"
        prepared.desk.note(AuditKind.CHANGE_RESUMED, words, about(prepared, record.plan))
        return await recover_router(
            held,
            _changer(change, held, journal, secret=False),
            _prove(change),
            keep=keep,
            on_end=_noted(prepared, record.plan, on_end),
        )


def _check_password(prepared: PreparedRouterChange, plan: RouterPlan) -> None:
    """Hold a password to what every one of its networks takes, before anything is sent.

    Raises:
        ActionError: one of them would not take it.
    """
    if not plan.secrets:
        return
    for words, encryption in zip(plan.targets, plan.encryptions, strict=True):
        fault = password_fault(prepared.password.reveal(), encryption)
        if fault:
            raise ActionError(f"{words}: {fault}; nothing was changed")
    slots = {"id": "0", "boot_id": "0", "password": prepared.password.reveal()}
    if not can_be_written(plan, slots):
        raise ActionError(
            "the password holds a character that the command line of this platform cannot carry; "
            "letters, digits and - are carried by all; nothing was changed"
        )


def _expect_new_key(change: OpenRouterChange, record: RouterRecord) -> None:
    """Let the router show another host key once, where the change may give it one.

    Raises:
        StoreError: that cannot be noted; then nothing is begun.
    """
    pins = change.host_keys.pins
    if record.plan.action not in NEW_KEYS or pins is None:
        return
    lasts, at = timedelta(seconds=record.plan.outage_s + NEW_KEY_MORE_S), change.clock.now()
    pins.expect_new_key(
        change.control.router,
        reason=f"{record.plan.action}, action {record.id}",
        until=at + lasts,
        at=at,
    )


def _changer(
    change: OpenRouterChange, record: RouterRecord, journal: ActionJournal, *, secret: bool
) -> RouterChanger:
    prepared = change.prepared
    slots = {"id": record.id, "boot_id": record.boot_id}
    if secret and record.plan.secrets:
        slots["password"] = prepared.password.reveal()
    return RouterChanger(
        record.plan,
        prepared.driver,
        RouterDoors(
            clock=change.dated,
            control=change.control,
            journal=journal,
            copies=prepared.copies,
            courier=prepared.courier,
            consent=prepared.desk.consents,
            guide=prepared.guide,
        ),
        Material(slots=slots, payloads=prepared.payloads),
        boot_id=record.boot_id,
        patience=ROUTER_PATIENCE,
    )


def _prove(change: OpenRouterChange) -> Callable[[], Coroutine[Any, Any, Proof]]:
    async def prove() -> Proof:
        return AS_WISHED if change.prover is None else await change.prover.after()

    return prove


def _noted(
    prepared: PreparedRouterChange, plan: RouterPlan, on_end: Callable[[ActionOutcome], None]
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
