"""Quantities of a case's line over the subscriber's runs."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import Evidence
from cpe_diag.domain.failures import ActionError, RunError
from cpe_diag.report.codec import moment_text
from cpe_diag.report.seen_change import seen_change
from cpe_diag.report.trends import ORDER, trends_of
from cpe_diag.service.refused import Refused
from cpe_diag.service.web.call import Reply
from cpe_diag.service.web.changes import records_of

if TYPE_CHECKING:
    from cpe_diag.report.codec import Json
    from cpe_diag.report.seen_change import SeenChange
    from cpe_diag.service.web.call import Call
    from cpe_diag.service.web.served import Served

AT_ONCE: Final = 4
"""Each reads the results of so many runs; the threads are for all who ask."""
RUNS: Final = 20
"""Runs of the subscriber that are looked into, the newest."""
_SAMPLE: Final[dict[str, object]] = {
    "type": "object",
    "required": ["at", "value", "change"],
    "properties": {
        "at": {"type": "string", "format": "date-time"},
        "value": {"type": "number"},
        "change": {"type": "string", "nullable": True},
    },
}
TREND: Final[dict[str, object]] = {
    "type": "object",
    "required": ["id", "unit", "of", "samples", "is_now", "baseline", "neighbours"],
    "properties": {
        "id": {"type": "string", "enum": list(ORDER)},
        "unit": {"type": "string"},
        "of": {"type": "string"},
        "samples": {"type": "array", "items": _SAMPLE},
        "is_now": {"type": "boolean"},
        "baseline": {"type": "number", "nullable": True},
        "neighbours": {"type": "array", "items": {"type": "number"}},
    },
}


def of_case(served: Served, call: Call) -> Reply | Refused:
    """Give the trends up to a case's newest run; none where the subscriber was erased."""
    try:
        case = served.cases.case(call.path["id"])
    except RunError:
        return Refused(status=404, reason="there is no case of this id")
    if case.subscriber is None:
        return Reply(body=[])
    own = served.runs.runs(case_id=case.id, limit=1)
    until = own[0].submitted_at if own else case.opened_at
    rows = served.runs.up_to(case.subscriber, until, RUNS)
    newest = own[0].id if own else None
    looks = []
    for one in reversed(rows):
        result = served.result_of(one.id)
        if result is not None:
            looks.append(result.case.evidence)
        elif one.id == newest:
            looks.append(Evidence())  # it has seen nothing so far: what was before is not of now
    beside: tuple[SeenChange, ...] = ()
    with suppress(ActionError):  # `listChanges` tells why
        beside = tuple(seen_change(one) for one in records_of(served, case.subscriber))
    body: list[Json] = [
        {
            "id": one.id,
            "unit": one.unit,
            "of": one.of,
            "samples": [
                {
                    "at": moment_text(sample.at),
                    "value": sample.value,
                    "change": sample.change or None,
                }
                for sample in one.samples
            ],
            "is_now": one.is_now,
            "baseline": one.baseline,
            "neighbours": list(one.neighbours),
        }
        for one in trends_of(looks, beside)
    ]
    return Reply(body=body)
