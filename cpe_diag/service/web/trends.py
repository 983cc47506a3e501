"""Quantities of a case's line over the subscriber's runs."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import Evidence
from cpe_diag.domain.failures import ActionError, RunError
from cpe_diag.report.codec import moment_text
from cpe_diag.report.seen_change import seen_change
from cpe_diag.report.trends import ORDER, Others, trends_of
from cpe_diag.service.refused import Refused
from cpe_diag.service.web.call import Reply
from cpe_diag.service.web.changes import records_of

if TYPE_CHECKING:
    from cpe_diag.report.codec import Json
    from cpe_diag.report.seen_change import SeenChange
    from cpe_diag.service.web.call import Call
    from cpe_diag.service.web.served import Served
    from cpe_diag.store.run_rows import RunRow

AT_ONCE: Final = 4
"""Each reads the results of so many runs; the threads are for all who ask."""
LATELY: Final = timedelta(hours=24)
"""Proposal: what a neighbour's own run has seen longer ago is no comparison."""
NEIGHBOURS: Final = 6
ROWS: Final = 60
"""Runs on the node that are looked through for those of so many neighbours."""
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
        "others": {"type": "string", "enum": [one.value for one in Others]},
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
    others = _of_neighbours(served, own[0]) if own else ()
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
            "others": one.others.value,
        }
        for one in trends_of(looks, beside, others)
    ]
    return Reply(body=body)


def _of_neighbours(served: Served, run: RunRow) -> tuple[Evidence, ...]:
    """Give what the newest runs of others on the same node have seen, one of each."""
    if run.node is None:
        return ()
    rows = {
        one.subscriber: one.id
        for one in reversed(served.runs.of_node(run.node, ended=True, limit=ROWS))
        if one.subscriber not in {None, run.subscriber}
        and abs(run.submitted_at - one.submitted_at) <= LATELY
    }
    found = (served.result_of(one) for one in [*rows.values()][-NEIGHBOURS:])
    return tuple(one.case.evidence for one in found if one is not None)
