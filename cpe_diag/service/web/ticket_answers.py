"""Trouble tickets that were posted here say how their run ended: note, state, attachment."""

from __future__ import annotations

import logging
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import CpeDiagError, InventoryError, StoreAwayError
from cpe_diag.domain.run_journal import RunState
from cpe_diag.domain.verdict import Destination
from cpe_diag.report.as_json import run_as_json
from cpe_diag.report.codec import moment_text
from cpe_diag.service.answer import external_id, note, run_note
from cpe_diag.service.fifteen_minutes import INVENTORY_AWAY, NOT_ORDERED
from cpe_diag.service.posted_note import AUTHOR, OPEN
from cpe_diag.service.tmf621 import API_OF, STATUS_OF, Status, Version, attachment, patch
from cpe_diag.service.tmf621 import note as ticket_note
from cpe_diag.service.web.intake import decide, waiting_case
from cpe_diag.service.web.ticket_events import letters

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from cpe_diag.report.record import Run
    from cpe_diag.service.web.served import Served
    from cpe_diag.store.incoming_tickets import IncomingTicket
    from cpe_diag.store.run_rows import RunRow

LOG: Final = logging.getLogger("cpe_diag.tickets")
AGAIN_AFTER: Final = timedelta(seconds=10)
"""How long a ticket rests that could not be decided."""
NO_CASE_FOR: Final = timedelta(seconds=30)
"""Proposal: how long a ticket waits without a case: what is decided soon has that of its run."""
TURN_S: Final = 5.0
"""How long tickets are decided until other work has its turn: an inventory may fail slowly."""
VERDICT: Final = "verdict"
ATTACHED: Final = "cpe-diag-{run}.json"

_STATUS: Final = frozenset({"status", "statusChangeReason"})
_ENDED: Final[Mapping[RunState, str]] = {
    RunState.FAILED: "The run failed",
    RunState.CANCELLED: "The run was cancelled",
    RunState.TIMED_OUT: "The run ran out of time",
}


def settle(served: Served, at: datetime) -> int:
    """Write the answers of runs that have ended into their tickets.

    Args:
        served: stores.
        at: now.

    Returns:
        How many tickets were answered.

    Raises:
        StoreError: the store cannot be used.
    """
    answered = 0
    for ticket in served.tickets.to_answer():
        run = served.runs.run(ticket.run or "")
        result = served.result_of(run.id)

        said = partial(_answered, served=served, ticket=ticket, run=run, result=result, at=at)
        version = Version(ticket.form or Version.V4)
        tells = partial(
            letters, served.hubs.of(API_OF[version].value), version, case_id=run.case_id, at=at
        )
        served.tickets.rewrite(ticket.id, said, at=at, answers=True, tells=tells)
        answered += 1
    return answered


def work_off(served: Served) -> int:
    """Decide on tickets that were taken and whose sender was answered before that.

    One that cannot be decided keeps no other from it, and is tried again later.

    Returns:
        How many were decided.

    Raises:
        StoreError: the store cannot be used.
    """
    decided = 0
    with_cases(served)
    until_s = served.clock.monotonic() + TURN_S
    for ticket in served.tickets.waiting(tried_before=served.clock.now() - AGAIN_AFTER):
        if served.clock.monotonic() > until_s:
            break
        try:
            decide(served, ticket, answered=True)
        except StoreAwayError:
            raise
        except CpeDiagError as error:
            LOG.warning("ticket %s waits: %s", ticket.id, error)
            told = INVENTORY_AWAY if isinstance(error, InventoryError) else NOT_ORDERED
            served.tickets.stays(ticket.id, f"{told}: {error}", at=served.clock.now())
        except Exception as error:
            LOG.exception("ticket %s waits", ticket.id)
            served.tickets.stays(ticket.id, type(error).__name__, at=served.clock.now())
        else:
            decided += 1
    return decided


def with_cases(served: Served) -> int:
    """Give tickets that wait for long their cases, for the clock of the 15 minutes.

    Nothing is asked for it but the store: what does not answer would keep the clock from running.

    Returns:
        How many were given one.

    Raises:
        StoreError: the store cannot be used.
    """
    now = served.clock.now()
    given = 0
    for ticket in served.tickets.caseless(now - NO_CASE_FOR):
        case = waiting_case(served, ticket)
        if case is not None and served.tickets.open_case(ticket.id, case, at=now) is not None:
            given += 1
    return given


def _answered(  # noqa: PLR0913 - the parts of one answer
    held: Mapping[str, object],
    *,
    served: Served,
    ticket: IncomingTicket,
    run: RunRow,
    result: Run | None,
    at: datetime,
) -> Mapping[str, object]:
    version = Version(ticket.form or Version.V4)
    reference = external_id(run.id, VERDICT)
    link = served.case_link(run.case_id)
    if result is None:
        words = f"{_ENDED.get(run.state, 'The run has ended')}: {run.words}"
        text = note(words, case_link=link, reference=reference)
    else:
        words = result.verdict.title
        text = run_note(result, case_link=link, reference=reference)
    destination = Destination(run.destination or Destination.SECOND_LINE)
    put = patch(
        version,
        held=held,
        note=ticket_note(version, note_id=reference, words=text, author=AUTHOR, at=at),
        status=STATUS_OF[destination],
        reason=words,
        attachments=()
        if result is None
        else (
            attachment(
                version,
                name=ATTACHED.format(run=run.id),
                description="The verdict with its evidence",
                data=run_as_json(result),
            ),
        ),
    )
    moment = moment_text(at)
    if held.get("status") not in OPEN:  # who has closed it knows why
        kept = {key: value for key, value in put.items() if key not in _STATUS}
        return {**held, **kept, "lastUpdate": moment}
    made: dict[str, object] = {**held, **put, "lastUpdate": moment, "statusChangeDate": moment}
    if STATUS_OF[destination] is Status.RESOLVED:
        made["resolutionDate"] = moment
    return made
