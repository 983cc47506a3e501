"""Repairs of a case: planned, agreed to, approved, begun; as `cpe-diag wifi` and `router` do."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final, cast

from cpe_diag.domain.audit import AuditEvent, AuditKind
from cpe_diag.domain.consent import Consent, ConsentChannel, IdentityCheck
from cpe_diag.domain.failures import (
    ActionError,
    ChangeError,
    CpeDiagError,
    DefinitionError,
    InventoryError,
    MeasurementError,
    RightsError,
    RunError,
)
from cpe_diag.domain.roles import Approval, PermissionState, permitted
from cpe_diag.domain.secret import Secret
from cpe_diag.service.refused import Refused
from cpe_diag.service.repair_desk import RepairWish
from cpe_diag.service.web.call import Reply
from cpe_diag.service.web.repair_views import (
    approval_for,
    brief,
    consent_of,
    no_second_person,
    permission_of,
    whole,
)
from cpe_diag.store.consents import new_id
from cpe_diag.store.processes import this_process
from cpe_diag.store.repairs import (
    LINK_LASTS,
    Repair,
    RepairState,
    UnreadableRepairError,
    new_repair_id,
)

if TYPE_CHECKING:
    from cpe_diag.report.codec import Json
    from cpe_diag.service.web.call import Call
    from cpe_diag.service.web.served import Served

ACTIONS: Final = (
    "wifi.set_ssid",
    "wifi.set_password",
    "wifi.set_enabled",
    "router.reboot",
    "router.factory_reset",
)
"""What is repaired on the pages; other changes have commands."""
TAKE_A_VALUE: Final = frozenset({"wifi.set_ssid", "wifi.set_enabled"})
BY_WORD: Final = (IdentityCheck.CALL_BACK, IdentityCheck.CODE_WORD, IdentityCheck.IN_PERSON)
"""Checks that whoever records a consent makes themselves."""
CONSENT_LASTS: Final = timedelta(minutes=30)
WISH: Final[dict[str, object]] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["action"],
    "properties": {
        "action": {"type": "string", "enum": list(ACTIONS)},
        "value": {"type": "string", "minLength": 1, "maxLength": 200},
    },
}
CONSENT: Final[dict[str, object]] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["given_by", "identity", "digest"],
    "properties": {
        "given_by": {"type": "string", "minLength": 1, "maxLength": 200},
        "identity": {"type": "string", "enum": [one.value for one in BY_WORD]},
        "digest": {"type": "string", "minLength": 1, "maxLength": 64},
    },
}
"""The digest of the plan that the customer was told of, so that it is to no other one."""
LINK: Final[dict[str, object]] = {
    "type": "object",
    "required": ["token", "until"],
    "properties": {
        "token": {"type": "string"},
        "until": {"type": "string", "format": "date-time"},
    },
}

_NO_CASE: Final = Refused(status=404, reason="there is no case of this id")
_NO_REPAIR: Final = Refused(status=404, reason="there is no repair of this id")
_BEGUN: Final = Refused(status=409, reason="this repair was begun already: plan another one")


def listed(served: Served, call: Call) -> Reply | Refused:
    """Give the repairs of a case, the newest first."""
    try:
        case = served.cases.case(call.path["id"])
        found = served.repairs.repairs.of_case(case.id)
    except RunError:
        return _NO_CASE
    body: list[Json] = [brief(one) for one in found]
    return Reply(body=body, headers={"X-Result-Count": str(len(body))})


def one(served: Served, call: Call) -> Reply | Refused:
    """Give one repair."""
    found = _found(served, call)
    if isinstance(found, Refused):
        return found
    return Reply(body=whole(served, found, call.caller, call.at))


def plan(served: Served, call: Call) -> Reply | Refused:
    """Look at the router of a case and plan a change of it; nothing is changed."""
    try:
        case = served.cases.case(call.path["id"])
    except RunError:
        return _NO_CASE
    if case.subscriber is None:
        return Refused(status=422, reason="the case is about nobody any more")
    action = str(call.data["action"])
    value = cast("str | None", call.data.get("value"))
    if (value is not None) is not (action in TAKE_A_VALUE):
        takes = "needs a" if action in TAKE_A_VALUE else "takes no"
        return Refused(status=422, reason=f"{action} {takes} value")
    permission = permitted(served.rights, call.caller.role, action)
    if permission.state is PermissionState.REFUSED:
        return Refused(status=403, reason=permission.words)
    wish = RepairWish(
        action=action,
        subscriber=case.subscriber,
        ticket=case.ticket,
        value=value,
        staff=call.caller.staff,
    )
    try:
        made = served.repairs.plan(wish)
    except (ActionError, DefinitionError, InventoryError, MeasurementError, RightsError) as error:
        return Refused(status=422, reason=str(error))
    repair = Repair(
        id=new_repair_id(),
        case_id=case.id,
        subscriber=case.subscriber,
        ticket=case.ticket,
        staff=call.caller.staff.name,
        action=action,
        value=value,
        plan=made,
        state=RepairState.PLANNED,
        words="",
        planned_at=call.at,
    )
    served.repairs.repairs.add(repair)
    return _now(served, repair, call, status=201)


def consent(served: Served, call: Call) -> Reply | Refused:
    """Record that the customer has agreed to exactly this plan."""
    found = _planned(served, call)
    if isinstance(found, Refused):
        return found
    if call.data["digest"] != found.plan.digest:
        return Refused(status=409, reason="this is the digest of another plan")
    served.repairs.consents.record(
        Consent(
            id=new_id(),
            subscriber=found.subscriber,
            action=found.action,
            digest=found.plan.digest,
            given_by=str(call.data["given_by"]),
            identity_check=IdentityCheck(str(call.data["identity"])),
            channel=ConsentChannel.SPOKEN,
            recorded_by=call.caller.staff.name,
            ticket=found.ticket,
            given_at=call.at,
            expires_at=call.at + CONSENT_LASTS,
        )
    )
    return _now(served, found, call, status=201)


def withdraw(served: Served, call: Call) -> Reply | Refused:
    """Take the customer's consent back; a change that goes on stops at its next safe point."""
    found = _found(served, call)
    if isinstance(found, Refused):
        return found
    held = [
        given
        for given in served.repairs.consents.of_subscriber(found.subscriber)
        if given.digest == found.plan.digest and given.withdrawn_at is None
    ]
    if not held:
        return Refused(status=409, reason="there is no consent to this plan that stands")
    served.repairs.consents.withdraw(held[-1].id, staff=call.caller.staff.name, at=call.at)
    return _now(served, found, call)


def approve(served: Served, call: Call) -> Reply | Refused:
    """Approve a plan as the second person, for this shift."""
    found = _planned(served, call)
    if isinstance(found, Refused):
        return found
    refusal = no_second_person(served, found, call.caller)
    if refusal is not None:
        return refusal
    approval = Approval(digest=found.plan.digest, staff=call.caller.name, at=call.at)
    served.repairs.consents.approve(approval)
    return _now(served, found, call, status=201)


def link(served: Served, call: Call) -> Reply | Refused:
    """Make the link on which the customer types the new password; an earlier one ends."""
    found = _planned(served, call)
    if isinstance(found, Refused):
        return found
    if not found.plan.secrets:
        return Refused(status=422, reason="this repair needs no password")
    _note(served, found, call, AuditKind.LINK, "a link for a new password was made")
    token = served.repairs.repairs.offer_link(found.id, call.at)
    if token is None:
        return _BEGUN
    now = served.repairs.repairs.repair(found.id)
    until = "" if now.link_until is None else now.link_until.isoformat()
    return Reply(status=201, body={"token": token.reveal(), "until": until})


def send_link(served: Served, call: Call) -> Reply | Refused:
    """Have the link sent to what is on file of the customer; nobody here sees it."""
    found = _planned(served, call)
    if isinstance(found, Refused):
        return found
    desk = served.repairs
    if not found.plan.secrets or desk.link is None or desk.send_link is None:
        words = "`consent.password_link` is not configured, or this repair needs no password"
        return Refused(status=422, reason=words)
    _note(served, found, call, AuditKind.LINK, "a link for a new password is being sent")
    token = desk.repairs.offer_link(found.id, call.at)
    if token is None:
        return _BEGUN
    address = Secret(desk.link.replace("{token}", token.reveal()))
    try:
        desk.send_link(found.subscriber, address, int(LINK_LASTS.total_seconds() // 60))
    except (ActionError, DefinitionError, MeasurementError) as error:
        return Refused(status=422, reason=_unsent(served, found, error))
    return _now(served, desk.repairs.repair(found.id), call, status=201)


def _unsent(served: Served, repair: Repair, error: CpeDiagError) -> str:
    """Say why a link was not sent; it is closed unless it may have come."""
    if isinstance(error, ChangeError) and error.may_have_happened:
        return f"nobody knows whether the link was sent: {error.failure}; if it came, it counts"
    served.repairs.repairs.close_link(repair.id)
    if isinstance(error, MeasurementError):
        return f"the link was not sent: {error.failure}"
    return str(error)


def run(served: Served, call: Call) -> Reply | Refused:
    """Begin a repair that was agreed to; what stands in its way is asked again when it begins."""
    served.repairs.repairs.forget_typed(call.at)
    found = _planned(served, call)
    if isinstance(found, Refused):
        return found
    refusal = _in_the_way(served, found, call)
    if refusal is not None:
        return refusal
    sealed = served.repairs.repairs.begin(found.id, process=this_process(), at=call.at)
    if sealed is None:
        return _BEGUN
    begun = replace(found, state=RepairState.RUNNING, begun_at=call.at)
    served.repairs.do(begun, call.caller.staff, sealed)
    return _now(served, begun, call, status=202)


def _in_the_way(served: Served, repair: Repair, call: Call) -> Refused | None:
    plan, permission = repair.plan, permission_of(served, repair, call.caller)
    if permission.state is PermissionState.REFUSED:
        return Refused(status=403, reason=permission.words)
    if plan.objections:
        words = f"refused: {plan.objections[0].because}"
    elif plan.stands_already:
        words = "it stands so already"
    elif consent_of(served, repair, call.at) is None:
        words = "the customer has not consented to this plan"
    elif plan.secrets and repair.typed_at is None:
        words = "the customer has typed no password yet"
    elif (
        permission.state is PermissionState.NEEDS_SECOND_PERSON
        and approval_for(served, repair, call.caller, call.at) is None
    ):
        words = permission.words
    else:
        return None
    return Refused(status=409, reason=words)


def _found(served: Served, call: Call) -> Repair | Refused:
    try:
        return served.repairs.repairs.repair(call.path["id"])
    except UnreadableRepairError as error:
        return Refused(status=409, reason=str(error))
    except RunError:
        return _NO_REPAIR


def _planned(served: Served, call: Call) -> Repair | Refused:
    found = _found(served, call)
    if isinstance(found, Repair) and found.state is not RepairState.PLANNED:
        return _BEGUN
    return found


def _now(served: Served, repair: Repair, call: Call, *, status: int = 200) -> Reply:
    headers = {"Location": f"/api/repairs/{repair.id}"}
    return Reply(status=status, body=whole(served, repair, call.caller, call.at), headers=headers)


def _note(served: Served, repair: Repair, call: Call, kind: AuditKind, words: str) -> None:
    served.audit.note(
        AuditEvent(
            kind=kind,
            at=call.at,
            staff=call.caller.staff.name,
            words=words,
            subscriber=repair.subscriber,
            ticket=repair.ticket,
            action=repair.action,
            digest=repair.plan.digest,
        )
    )
