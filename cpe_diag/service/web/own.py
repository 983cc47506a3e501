"""Our own interface: runs and cases, as the command line has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from cpe_diag.domain.failures import RunError
from cpe_diag.domain.run_journal import RunState
from cpe_diag.report.as_json import run_as_json, so_far_as_json
from cpe_diag.report.codec import moment_text
from cpe_diag.service.refused import Refused
from cpe_diag.service.submit import LEAST_URGENT, Order
from cpe_diag.service.web.call import Reply
from cpe_diag.service.web.case_answers import QUESTION, answers_of, questions_of
from cpe_diag.service.web.selection import headers_of, window_of
from cpe_diag.service.web.service_tests import submitted
from cpe_diag.store.run_rows import NORMAL

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from cpe_diag.report.codec import Json
    from cpe_diag.service.web.call import Call
    from cpe_diag.service.web.served import Served
    from cpe_diag.store.run_rows import CaseRow, RunRow

STATES: Final = tuple(one.value for one in RunState)
CASE_STATES: Final = ("open", "handed_over", "closed")
SORTS: Final = ("newest", "urgent")
_WORD: Final[dict[str, object]] = {"type": "string", "minLength": 1, "maxLength": 200}

ORDER: Final[dict[str, object]] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["playbook", "subscriber"],
    "properties": {
        "playbook": _WORD,
        "subscriber": _WORD,
        "ticket": _WORD,
        "answers": {"type": "object", "additionalProperties": {"type": "string"}},
        "priority": {"type": "integer", "minimum": 1, "maximum": LEAST_URGENT},
    },
}
"""The body of a POST to /api/runs."""

_NULLABLE: Final[dict[str, object]] = {"type": "string", "nullable": True}
_MOMENT: Final[dict[str, object]] = {"type": "string", "format": "date-time", "nullable": True}
RUN: Final[dict[str, object]] = {
    "type": "object",
    "required": ["id", "case", "playbook", "state", "submitted_at"],
    "properties": {
        "id": {"type": "string"},
        "case": {"type": "string"},
        "playbook": {"type": "string"},
        "subscriber": _NULLABLE,
        "ticket": _NULLABLE,
        "state": {"type": "string", "enum": list(STATES)},
        "priority": {"type": "integer"},
        "submitted_at": _MOMENT,
        "started_at": _MOMENT,
        "ended_at": _MOMENT,
        "due_at": _MOMENT,
        "cancel_asked_at": _MOMENT,
        "domain": _NULLABLE,
        "cause": _NULLABLE,
        "confidence": {"type": "number", "nullable": True},
        "destination": _NULLABLE,
        "words": {"type": "string"},
        "answers": {"type": "object", "additionalProperties": {"type": "string"}},
        "result": {"type": "object"},
        "so_far": {
            "type": "object",
            "description": "verdict and evidence as in a result, of a run that has left none",
        },
    },
}
CASE: Final[dict[str, object]] = {
    "type": "object",
    "required": ["id", "state", "opened_at"],
    "properties": {
        "id": {"type": "string"},
        "subscriber": _NULLABLE,
        "ticket": _NULLABLE,
        "state": {"type": "string", "enum": list(CASE_STATES)},
        "priority": {"type": "integer"},
        "opened_at": _MOMENT,
        "due_at": _MOMENT,
        "destination": _NULLABLE,
        "parent": _NULLABLE,
        "words": {"type": "string"},
        "link": {"type": "string"},
        "runs": {"type": "array", "items": RUN},
        "questions": {"type": "array", "items": QUESTION},
    },
}

_NO_RUN: Final = Refused(status=404, reason="there is no run of this id")


def runs(served: Served, call: Call) -> Reply | Refused:
    """Give runs, the newest first."""
    window = window_of(call.query)
    if isinstance(window, Refused):
        return window
    state = call.query.get("state")
    if state is not None and state not in STATES:
        return Refused(status=400, reason=f"state: expected one of {', '.join(STATES)}")
    found = served.runs.runs(
        state=None if state is None else RunState(state),
        subscriber=call.query.get("subscriber"),
        case_id=call.query.get("case"),
        limit=window.limit,
        offset=window.offset,
    )
    body: list[Json] = [_run(one) for one in found]
    return Reply(body=body, headers={"X-Result-Count": str(len(body))})


def one_run(served: Served, call: Call) -> Reply | Refused:
    """Give one run, with its result once it has ended, with what is known so far before."""
    try:
        row = served.runs.run(call.path["id"])
    except RunError:
        return _NO_RUN
    result = served.result_of(row.id)
    made = _run(row)
    if result is not None:
        return Reply(body={**made, "result": run_as_json(result)})
    known = served.so_far(row, call.at)
    return Reply(body=made if known is None else {**made, "so_far": so_far_as_json(known)})


def order_run(served: Served, call: Call) -> Reply | Refused:
    """Order a run."""
    said = call.data
    order = Order(
        playbook=str(said["playbook"]),
        subscriber=str(said["subscriber"]),
        ticket=cast("str | None", said.get("ticket")),
        answers=cast("Mapping[str, str]", said.get("answers", {})),
        priority=cast("int", said.get("priority", NORMAL)),
        trace=call.trace,
    )
    run = submitted(served, order)
    if isinstance(run, Refused):
        return run
    return Reply(status=202, body=_run(run), headers={"Location": f"/api/runs/{run.id}"})


def cancel_run(served: Served, call: Call) -> Reply | Refused:
    """Have a run cancelled: at once where it waits, else at its next safe point."""
    try:
        served.runs.run(call.path["id"])
    except RunError:
        return _NO_RUN
    try:
        return Reply(status=202, body=_run(served.cancel(call.path["id"], call.at)))
    except RunError as error:
        return Refused(status=409, reason=str(error))


def cases(served: Served, call: Call) -> Reply | Refused:
    """Give cases, the newest first."""
    window = window_of(call.query)
    if isinstance(window, Refused):
        return window
    state = call.query.get("state")
    if state is not None and state not in CASE_STATES:
        return Refused(status=400, reason=f"state: expected one of {', '.join(CASE_STATES)}")
    sort = call.query.get("sort", SORTS[0])
    if sort not in SORTS:
        return Refused(status=400, reason=f"sort: expected one of {', '.join(SORTS)}")
    found = served.cases.search(
        call.query.get("words", ""),
        subscriber=call.query.get("subscriber"),
        ticket=call.query.get("ticket"),
        state=state,
        urgent_first=sort == "urgent",
        limit=window.limit,
        offset=window.offset,
    )
    body: list[Json] = [_case(served, one) for one in found]
    return Reply(body=body, headers={"X-Result-Count": str(len(body))})


def one_case(served: Served, call: Call) -> Reply | Refused:
    """Give one case with its runs, and the questions of the newest one's playbook."""
    try:
        case = served.cases.case(call.path["id"])
    except RunError:
        return Refused(status=404, reason="there is no case of this id")
    found = served.runs.runs(case_id=case.id)
    body: dict[str, Json] = {
        **_case(served, case),
        "runs": [_run(one) for one in found],
        "questions": questions_of(served, found[0]) if found else [],
    }
    return Reply(body=body, headers=headers_of(1, 1))


def _run(row: RunRow) -> dict[str, Json]:
    return {
        "id": row.id,
        "case": row.case_id,
        "playbook": row.playbook,
        "subscriber": row.subscriber,
        "ticket": row.ticket,
        "state": row.state.value,
        "priority": row.priority,
        "submitted_at": moment_text(row.submitted_at),
        "started_at": _moment(row.started_at),
        "ended_at": _moment(row.ended_at),
        "due_at": moment_text(row.due_at),
        "cancel_asked_at": _moment(row.cancel_asked_at),
        "domain": row.domain,
        "cause": row.cause,
        "confidence": row.confidence,
        "destination": row.destination,
        "words": row.words,
        "answers": dict(answers_of(row)),
    }


def _case(served: Served, row: CaseRow) -> dict[str, Json]:
    link = served.case_link(row.id)
    made: dict[str, Json] = {
        "id": row.id,
        "subscriber": row.subscriber,
        "ticket": row.ticket,
        "state": row.state,
        "priority": row.priority,
        "opened_at": moment_text(row.opened_at),
        "due_at": moment_text(row.due_at),
        "destination": row.destination,
        "parent": row.parent,
        "words": row.words,
    }
    return made if link is None else {**made, "link": link}


def _moment(at: datetime | None) -> str | None:
    return None if at is None else moment_text(at)
