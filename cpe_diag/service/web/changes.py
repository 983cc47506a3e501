"""Changes of a case's home and port: what was measured before each, and what after."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.action import ActionEnd
from cpe_diag.domain.failures import ActionError, RunError
from cpe_diag.report.codec import moment_text
from cpe_diag.report.seen_change import seen_change
from cpe_diag.service.refused import Refused
from cpe_diag.service.web.call import Reply
from cpe_diag.store.repairs import Repair

if TYPE_CHECKING:
    from cpe_diag.domain.action import ActionRecord
    from cpe_diag.domain.router_plan import RouterRecord
    from cpe_diag.report.codec import Json
    from cpe_diag.report.seen_change import Compared, Sighting
    from cpe_diag.service.web.call import Call
    from cpe_diag.service.web.served import Served
    from cpe_diag.store.run_rows import CaseRow

MOST: Final = 50
"""Changes of one subscriber that are given, the newest."""
_WORD: Final[dict[str, object]] = {"type": "string"}
_NULLABLE: Final[dict[str, object]] = {"type": "string", "nullable": True}
_MOMENT: Final[dict[str, object]] = {"type": "string", "format": "date-time"}
_SEEN: Final[dict[str, object]] = {
    "type": "object",
    "nullable": True,
    "required": ["value", "at"],
    "properties": {"value": _NULLABLE, "at": _MOMENT},
}
CHANGE: Final[dict[str, object]] = {
    "type": "object",
    "required": ["id", "action", "place", "begun_at", "end", "words", "is_of_case", "compared"],
    "properties": {
        "id": _WORD,
        "action": _WORD,
        "value": _NULLABLE,
        "place": _WORD,
        "begun_at": _MOMENT,
        "ended_at": {**_MOMENT, "nullable": True},
        "end": {**_NULLABLE, "enum": [*(one.value for one in ActionEnd), None]},
        "words": _WORD,
        "symptom": _WORD,
        "measured": _WORD,
        "is_of_case": {"type": "boolean"},
        "is_repair": {"type": "boolean"},
        "compared": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["what", "of", "unit", "before", "after", "differs"],
                "properties": {
                    "what": _WORD,
                    "of": _WORD,
                    "unit": _WORD,
                    "before": _SEEN,
                    "after": _SEEN,
                    "differs": {"type": "boolean"},
                },
            },
        },
    },
}


def of_case(served: Served, call: Call) -> Reply | Refused:
    """Give the changes at a case's subscriber, the oldest first; none where they were erased."""
    try:
        case = served.cases.case(call.path["id"])
    except RunError:
        return Refused(status=404, reason="there is no case of this id")
    try:
        records = records_of(served, case.subscriber)
    except ActionError as error:
        return Refused(status=409, reason=str(error))
    if not records:
        return Reply(body=[])
    repairs = {
        one.id for one in served.repairs.repairs.of_case(case.id) if isinstance(one, Repair)
    }
    own = repairs | _of_runs(served, case)
    body: list[Json] = [
        {**shown(one), "is_of_case": one.id in own, "is_repair": one.id in repairs}
        for one in records
    ]
    return Reply(body=body)


def records_of(served: Served, subscriber: str | None) -> tuple[ActionRecord | RouterRecord, ...]:
    """Give the newest changes of a subscriber's router and port, the oldest first.

    Raises:
        ActionError: a journal holds what this version does not write.
        StoreError: the store cannot be read.
    """
    if subscriber is None:
        return ()
    desk = served.repairs
    found: list[ActionRecord | RouterRecord] = [
        *desk.journals.every(subscriber=subscriber),
        *desk.port_journals.every(subscriber=subscriber),
    ]
    return tuple(sorted(found, key=lambda one: one.begun_at)[-MOST:])


def _of_runs(served: Served, case: CaseRow) -> frozenset[str]:
    runs = tuple(one.id for one in served.runs.runs(case_id=case.id))
    return served.repairs.journals.of_runs(runs)


def shown(record: ActionRecord | RouterRecord) -> dict[str, Json]:
    """Give a change with what was seen beside it."""
    made = seen_change(record)
    return {
        "id": made.id,
        "action": made.action,
        "value": made.wished,
        "place": made.place,
        "begun_at": moment_text(made.begun_at),
        "ended_at": None if made.ended_at is None else moment_text(made.ended_at),
        "end": made.end or None,
        "words": made.words,
        "symptom": made.symptom,
        "measured": made.measured,
        "compared": [_compared(one) for one in made.compared],
    }


def _compared(one: Compared) -> dict[str, Json]:
    return {
        "what": one.what,
        "of": one.of,
        "unit": one.unit,
        "before": _seen(one.before),
        "after": _seen(one.after),
        "differs": one.differs,
    }


def _seen(one: Sighting | None) -> dict[str, Json] | None:
    return None if one is None else {"value": one.value, "at": moment_text(one.at)}
