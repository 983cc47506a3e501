"""A repair as JSON data: its plan in exact commands, who has agreed, and how it goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import ConsentError, StoreError
from cpe_diag.domain.roles import TOKENS, PermissionState, approval_of, permitted
from cpe_diag.domain.router_plan import Reads, Way
from cpe_diag.report.codec import moment_text
from cpe_diag.report.router_change_text import shown
from cpe_diag.service.refused import Refused
from cpe_diag.service.web.changes import CHANGE
from cpe_diag.service.web.changes import shown as shown_change
from cpe_diag.store.repairs import Repair, RepairState, UnreadableRepair

if TYPE_CHECKING:
    from datetime import datetime

    from cpe_diag.domain.consent import Consent
    from cpe_diag.domain.roles import Approval, Permission
    from cpe_diag.domain.router_plan import PlannedCommand, RouterPlan
    from cpe_diag.report.codec import Json
    from cpe_diag.service.web.call import Caller
    from cpe_diag.service.web.served import Served

UNREADABLE: Final = "unreadable"
"""What another version has planned; `problem` says what to do."""
LOOK_CONSENT: Final = "look.consent"
_WORD: Final[dict[str, object]] = {"type": "string"}
_NULLABLE: Final[dict[str, object]] = {"type": "string", "nullable": True}
_MOMENT: Final[dict[str, object]] = {"type": "string", "format": "date-time", "nullable": True}
REPAIR: Final[dict[str, object]] = {
    "type": "object",
    "required": ["id", "case", "action", "state", "planned_at"],
    "properties": {
        "id": _WORD,
        "case": _WORD,
        "action": _WORD,
        "value": _NULLABLE,
        "staff": _WORD,
        "state": {"type": "string", "enum": [*(one.value for one in RepairState), UNREADABLE]},
        "words": _WORD,
        "problem": _NULLABLE,
        "planned_at": _MOMENT,
        "begun_at": _MOMENT,
        "ended_at": _MOMENT,
        "plan": {"type": "object"},
        "consent": {"type": "object", "nullable": True},
        "permission": {"type": "string", "enum": [one.value for one in PermissionState]},
        "approved_by": _NULLABLE,
        "needs_password": {"type": "boolean"},
        "link_until": _MOMENT,
        "typed_at": _MOMENT,
        "is_lost": {"type": "boolean"},
        "is_withdrawn": {"type": "boolean"},
        "end": _NULLABLE,
        "progress": {"type": "array", "items": {"type": "object"}},
        "change": {**CHANGE, "required": ["id", "compared"], "nullable": True},
    },
}


def brief(repair: Repair | UnreadableRepair) -> dict[str, Json]:
    """Give what a list of repairs says of one."""
    problem = repair.problem if isinstance(repair, UnreadableRepair) else None
    return {
        "id": repair.id,
        "case": repair.case_id,
        "action": repair.action,
        "value": repair.value,
        "staff": repair.staff,
        "state": repair.state.value if isinstance(repair, Repair) else UNREADABLE,
        "words": repair.words,
        "problem": problem,
        "planned_at": moment_text(repair.planned_at),
        "begun_at": _moment(repair.begun_at),
        "ended_at": _moment(repair.ended_at),
    }


def whole(served: Served, repair: Repair, caller: Caller, at: datetime) -> dict[str, Json]:
    """Give everything about a repair, as it is for whoever asks.

    Raises:
        StoreError: the store cannot be read.
    """
    consent = consent_of(served, repair, at)
    approval = approval_for(served, repair, caller, at)
    record = served.repairs.journals.find(repair.id) if repair.begun_at else None
    end = record.end if record else None
    progress: list[Json] = [
        {
            "at": moment_text(one.at),
            "kind": one.kind.value,
            "words": one.words,
        }
        for one in (record.entries if record else ())
    ]
    return {
        **brief(repair),
        "plan": plan_shown(repair.plan),
        "consent": None if consent is None else _consent(served, consent, caller),
        "permission": permission_of(served, repair, caller).state.value,
        "approved_by": None if approval is None else approval.staff,
        "needs_password": bool(repair.plan.secrets),
        "link_until": _moment(repair.link_until),
        "typed_at": _moment(repair.typed_at),
        "is_lost": repair.is_lost,
        "is_withdrawn": record is not None and _withdrawn(served, record.consent),
        "end": None if end is None else end.said,
        "progress": progress,
        "change": None if record is None else shown_change(record),
    }


def consent_of(served: Served, repair: Repair, at: datetime) -> Consent | None:
    """Give the customer's consent that covers a repair at a moment; None: there is none."""
    try:
        return served.repairs.consents.require(
            subscriber=repair.subscriber,
            action=repair.action,
            digest=repair.plan.digest,
            at=at,
        )
    except ConsentError:
        return None


def _withdrawn(served: Served, consent_id: str) -> bool:
    """Say whether the consent of a change was taken back; one that was erased was not."""
    try:
        return served.repairs.consents.withdrawn(consent_id)
    except StoreError:
        return False


def approval_for(served: Served, repair: Repair, caller: Caller, at: datetime) -> Approval | None:
    """Give the second person's approval with which whoever asks could do a repair."""
    return approval_of(
        served.repairs.consents.approvals(repair.plan.digest, at=at),
        served.repairs.may_approve(),
        digest=repair.plan.digest,
        staff=caller.staff,
    )


def no_second_person(served: Served, repair: Repair, caller: Caller) -> Refused | None:
    """Say why whoever asks is no second person to a plan; None: they are.

    Whoever uses a token is not known. So no token approves, whatever it is called; and a plan that
    was made with one is approved by nobody who has made the token, or whose name it has.

    Raises:
        StoreError: the store cannot be read.
    """
    if not caller.is_person or caller.name not in served.repairs.may_approve():
        words = "a second person is a member of staff who may approve, and is signed in"
        return Refused(status=403, reason=words)
    planner = {repair.staff}
    if repair.staff.startswith(TOKENS):
        name = repair.staff.removeprefix(TOKENS)
        token = served.tokens.named(name)
        planner |= {name} if token is None else {name, token.made_by}
    if caller.name in planner:
        return Refused(status=409, reason="nobody approves their own plan")
    return None


def permission_of(served: Served, repair: Repair, caller: Caller) -> Permission:
    """Say whether whoever asks may do a repair, alone or with a second person."""
    return permitted(served.rights, caller.role, repair.action)


def plan_shown(plan: RouterPlan) -> dict[str, Json]:
    """Give a plan as a page shows it: every character that would be sent, secrets by name."""
    stages = {
        "backup": plan.backup,
        "prepare": plan.prepare,
        "arm": plan.arm,
        "apply": plan.apply,
        "keep": plan.keep,
        "back": plan.back,
    }
    return {
        "digest": plan.digest,
        "router": plan.router,
        "driver": plan.driver,
        "model": plan.model,
        "firmware": plan.firmware,
        "source": plan.source,
        "targets": list(plan.targets),
        "commands": [
            {"stage": stage, **_command(one)} for stage, held in stages.items() for one in held
        ],
        "expected": [
            {
                "reads": one.reads.value,
                "subject": one.subject,
                "value": one.value,
                "previous": one.previous,
            }
            for one in plan.expected
            if one.reads is not Reads.BOOT
        ],
        "outage_s": plan.outage_s,
        "goes_back_after_s": plan.window_s if plan.way is not Way.ONCE else None,
        "reverts": plan.reverts,
        "stands_already": plan.stands_already,
        "refused_by": [{"id": one.id, "because": one.because} for one in plan.objections],
        "findings": [
            {"id": one.id, "state": one.state.value, "because": one.because}
            for one in plan.findings
        ],
    }


def _command(one: PlannedCommand) -> dict[str, Json]:
    return {"run": shown(one.run), "stdin": shown(one.stdin), "upload": one.upload}


def _consent(served: Served, one: Consent, caller: Caller) -> dict[str, Json]:
    """Give a consent; who has given it is for those who may look at consents."""
    if permitted(served.rights, caller.role, LOOK_CONSENT).state is not PermissionState.ALLOWED:
        return {"until": moment_text(one.expires_at)}
    return {
        "id": one.id,
        "given_by": one.given_by,
        "identity": one.identity_check.value,
        "recorded_by": one.recorded_by,
        "until": moment_text(one.expires_at),
    }


def _moment(at: datetime | None) -> str | None:
    return None if at is None else moment_text(at)
