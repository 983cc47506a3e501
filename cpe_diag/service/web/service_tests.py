"""TMF653 service tests: playbooks are specifications, and a test is a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from cpe_diag.domain.failures import DefinitionError, RunError, UnknownSubscriberError
from cpe_diag.domain.run_journal import RunState
from cpe_diag.service.refused import Refused
from cpe_diag.service.submit import Order
from cpe_diag.service.tmf653 import (
    ServiceTestOrder,
    ordered,
    service_test,
    specification,
    waiting_test,
)
from cpe_diag.service.web.call import Reply
from cpe_diag.service.web.intake import NO_SUBSCRIBER
from cpe_diag.service.web.selection import chosen, fields_of, fits, headers_of, window_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpe_diag.report.codec import Json
    from cpe_diag.service.web.call import Call
    from cpe_diag.service.web.served import Served
    from cpe_diag.store.run_rows import RunRow

SCANNED: Final = 100
"""The newest runs, among which a list looks."""

_STATES: Final[Mapping[RunState, str]] = {
    RunState.QUEUED: "acknowledged",
    RunState.WAITING: "pending",
    RunState.RUNNING: "inProgress",
    RunState.FINISHED: "completed",
    RunState.TIMED_OUT: "completed",
    RunState.CANCELLED: "cancelled",
    RunState.FAILED: "failed",
}


def specifications(served: Served, call: Call) -> Reply | Refused:
    """Give the playbooks."""
    window = window_of(call.query)
    if isinstance(window, Refused):
        return window
    made = [specification(one, served.gives) for one in served.playbooks.values()]
    found = [one for one in made if fits(one, window.filters)]
    part = found[window.offset : window.offset + window.limit]
    return Reply(
        body=[chosen(one, window.fields) for one in part],
        headers=headers_of(len(found), len(part)),
    )


def one_specification(served: Served, call: Call) -> Reply | Refused:
    """Give one playbook."""
    playbook = served.playbooks.get(call.path["id"])
    if playbook is None:
        return Refused(status=404, reason="there is no service test specification of this id")
    made = specification(playbook, served.gives)
    return Reply(body=chosen(made, fields_of(call.query)))


def create(served: Served, call: Call) -> Reply | Refused:
    """Order a run.

    Args:
        served: what handlers work with.
        call: the request.

    Returns:
        201 with the test; 400 where the body is not as published; 422 where there is no such
        playbook or subscriber, or an answer does not fit.
    """
    read = ordered(call.data)
    if isinstance(read, Refused):
        return read
    order = Order(
        playbook=read.playbook,
        subscriber=read.subscriber,
        ticket=read.ticket,
        answers=read.answers,
        trace=call.trace,
    )
    run = submitted(served, order)
    if isinstance(run, Refused):
        return run
    body = waiting_test(run.id, read, _STATES[run.state])
    return Reply(status=201, body=body, headers={"Location": str(body["href"])})


def submitted(served: Served, order: Order) -> RunRow | Refused:
    """Order a run, and say in words why that cannot be."""
    if order.playbook not in served.playbooks:
        return Refused(status=422, reason="there is no playbook of this id")
    try:
        return served.submit(order).run
    except UnknownSubscriberError:
        return Refused(status=422, reason=NO_SUBSCRIBER)
    except DefinitionError as error:
        words = "; ".join(fault.message for fault in error.faults)
        return Refused(status=422, reason=words)


def listed(served: Served, call: Call) -> Reply | Refused:
    """Give runs as service tests, the newest first."""
    window = window_of(call.query)
    if isinstance(window, Refused):
        return window
    rows = served.runs.runs(subscriber=window.filters.get("relatedService.id"), limit=SCANNED)
    if not window.filters:
        part = rows[window.offset : window.offset + window.limit]
        made = [_document(served, row) for row in part]
        total = len(rows)
    else:
        fitting = [one for row in rows if fits(one := _document(served, row), window.filters)]
        made = fitting[window.offset : window.offset + window.limit]
        total = len(fitting)
    return Reply(
        body=[chosen(one, window.fields) for one in made], headers=headers_of(total, len(made))
    )


def one(served: Served, call: Call) -> Reply | Refused:
    """Give one run as a service test, with its measures once it has ended."""
    try:
        row = served.runs.run(call.path["id"])
    except RunError:
        return Refused(status=404, reason="there is no service test of this id")
    return Reply(body=chosen(_document(served, row), fields_of(call.query)))


def _document(served: Served, row: RunRow) -> dict[str, Json]:
    state = _STATES[row.state]
    result = served.result_of(row.id) if state == "completed" else None
    if result is not None:
        made = service_test(
            result, case_link=served.case_link(row.case_id), now=served.clock.now()
        )
        # The run is what the store says it is; a result alone could not name its own row.
        return {**made, "id": row.id, "href": f"{str(made['href']).rpartition('/')[0]}/{row.id}"}
    answers = row.wish.get("answers")
    order = ServiceTestOrder(
        subscriber=row.subscriber or "",
        playbook=row.playbook,
        ticket=row.ticket,
        answers=cast("Mapping[str, str]", answers) if isinstance(answers, dict) else {},
    )
    return waiting_test(row.id, order, "failed" if state == "completed" else state)
