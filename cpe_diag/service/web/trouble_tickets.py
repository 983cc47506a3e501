"""TMF621 trouble tickets: posted ones and those that events tell of start runs, and say how."""

from __future__ import annotations

import hashlib
import json
import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Final, cast

from cpe_diag.domain.deliveries import Sighting
from cpe_diag.domain.failures import CpeDiagError
from cpe_diag.report.codec import moment_text
from cpe_diag.service.refused import Refused
from cpe_diag.service.tmf621 import API_OF, CREATED, Status, Version, created_ticket, ticket_event
from cpe_diag.service.tmf_schema import faults
from cpe_diag.service.web.call import Reply
from cpe_diag.service.web.intake import Taken, decide, new_ticket
from cpe_diag.service.web.selection import chosen, fields_of, fits, headers_of, window_of
from cpe_diag.service.web.ticket_answers import settle
from cpe_diag.service.web.ticket_events import letters
from cpe_diag.store.incoming_tickets import TicketState, ticket_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpe_diag.report.codec import Json
    from cpe_diag.service.ticket import Ticket
    from cpe_diag.service.web.call import Call
    from cpe_diag.service.web.served import Served
    from cpe_diag.store.incoming_tickets import IncomingTicket

LOG: Final = logging.getLogger("cpe_diag.tickets")
SCANNED: Final = 200
"""The newest tickets, among which a list looks."""

EVENTS_KEPT: Final = timedelta(days=7)
"""How long an event is remembered, so that nobody sends it again under another id."""

LONGEST_TICKET: Final = 4_000_000
"""Characters of a ticket that is changed; each change may add to it, and lists hold many."""

_CHANGE: Final = {Version.V4: "TroubleTicket_Update", Version.V5: "TroubleTicket_MVO"}
_MERGE: Final = "merge-patch+json"
_OURS: Final = ("id", "href", "creationDate", "lastUpdate", "statusChangeDate", "@type")
"""What a change does not change."""


def base(version: Version) -> str:
    """Give the path of the interface, as published."""
    return f"/tmf-api/troubleTicket/{version}"


def create(served: Served, call: Call, version: Version) -> Reply | Refused:
    """Take a trouble ticket, and start its run.

    Args:
        served: what handlers work with.
        call: the request.
        version: of the interface.

    Returns:
        201 with the ticket, also where it is kept and nothing can be decided yet; 400 where the
        body is not as published, 422 where its rule cannot be followed.
    """
    own_id = ticket_id()
    read = created_ticket(version, call.data, call.caller.name, own_id)
    if isinstance(read, Refused):
        return read
    kept, taken = _take(served, call, version, read, own_id)
    if taken.refused is not None:
        return taken.refused
    document = dict(kept)
    return Reply(status=201, body=document, headers={"Location": str(document["href"])})


def listed(served: Served, call: Call, version: Version) -> Reply | Refused:
    """Give trouble tickets, the newest first."""
    window = window_of(call.query)
    if isinstance(window, Refused):
        return window
    settle(served, call.at)
    documents = [
        _document(one)
        for one in served.tickets.with_documents(limit=SCANNED)
        if one.form == version and _is_there(one)
    ]
    found = [one for one in documents if fits(one, window.filters)]
    part = found[window.offset : window.offset + window.limit]
    return Reply(
        body=[chosen(one, window.fields) for one in part],
        headers=headers_of(len(found), len(part)),
    )


def one(served: Served, call: Call, version: Version) -> Reply | Refused:
    """Give one trouble ticket, with the verdict once its run has ended."""
    settle(served, call.at)
    held = _held(served, call, version)
    if isinstance(held, Refused):
        return held
    return Reply(body=chosen(_document(held), fields_of(call.query)))


def change(served: Served, call: Call, version: Version) -> Reply | Refused:
    """Change a trouble ticket by a merge patch (RFC 7386)."""
    said = call.data
    if _MERGE in call.headers.get("content-type", ""):
        said = {key: value for key, value in said.items() if value is not None}
    wrong = faults(API_OF[version], _CHANGE[version], said)
    if wrong:
        return Refused(status=400, reason="; ".join(wrong))
    held = _held(served, call, version)
    if isinstance(held, Refused):
        return held
    put = {key: value for key, value in call.data.items() if key not in _OURS}
    moment = moment_text(call.at)

    def changed(document: Mapping[str, object]) -> Mapping[str, object]:
        merged = cast("dict[str, object]", _merged(document, put))
        if merged.get("status") != document.get("status"):
            merged["statusChangeDate"] = moment
        return {**merged, "lastUpdate": moment}

    whole = changed(held.document or {})
    if len(json.dumps(whole)) > LONGEST_TICKET:
        return Refused(status=422, reason=f"the ticket would be longer than {LONGEST_TICKET}")
    merged = faults(API_OF[version], "TroubleTicket", whole)
    if merged:
        return Refused(status=422, reason="; ".join(merged))
    hubs = served.hubs.of(API_OF[version].value)
    case = served.runs.run(held.run).case_id if held.run else None
    written = served.tickets.rewrite(
        held.id,
        changed,
        at=call.at,
        tells=lambda before, after: letters(
            hubs, version, before, after, case_id=case, at=call.at
        ),
    )
    return _NONE if written is None else Reply(body=_document(written))


def heard(served: Served, call: Call, version: Version, kind: str) -> Reply | Refused:
    """Take an event of another system's hub; the same event again is the same ticket."""
    wrong = faults(API_OF[version], CREATED, call.data) if kind == CREATED else ()
    if wrong:
        return Refused(status=400, reason="; ".join(wrong))
    read = ticket_event(version, call.data, call.caller.name)
    if isinstance(read, Refused):
        return read
    digest = hashlib.sha256(call.body).hexdigest()
    sighting = served.deliveries.sighted(
        f"event of {call.caller.name}",
        read.event_id or digest,
        digest,
        now=call.at,
        until=call.at + EVENTS_KEPT,
    )
    if sighting is Sighting.OTHER:
        return Refused(status=409, reason="this was delivered before, under another name")
    if read.ticket is None:
        return Reply(status=204)
    _, taken = _take(served, call, version, read.ticket, ticket_id())
    return taken.refused or Reply(status=204)


_NONE: Final = Refused(status=404, reason="there is no trouble ticket of this id")


def _take(
    served: Served, call: Call, version: Version, ticket: Ticket, own_id: str
) -> tuple[Mapping[str, Json], Taken]:
    """Keep a ticket, and start what its rule says."""
    given = call.data
    event = given.get("event")
    if isinstance(event, dict) and isinstance(event.get("troubleTicket"), dict):
        given = event["troubleTicket"]
        if version is Version.V4:
            given = {**given, "externalId": ticket.number}
    moment = moment_text(call.at)
    document: dict[str, object] = {
        "@type": "TroubleTicket",
        **given,
        "id": own_id,
        "href": f"{base(version)}/troubleTicket/{own_id}",
        "creationDate": moment,
        "lastUpdate": moment,
        "status": Status.ACKNOWLEDGED.value,
        "statusChangeDate": moment,
    }
    document.pop("statusChangeReason", None)  # ours, once the ticket is decided
    new = new_ticket(own_id, ticket, form=version.value, document=document)
    incoming, _ = served.tickets.take(new, at=call.at)
    try:
        taken = decide(served, incoming, call.trace)
    except CpeDiagError as error:  # it is kept, and decided later
        LOG.warning("ticket %s waits: %s", incoming.id, error)
        taken = Taken(state=TicketState.WAITING, words="")
    return _document(taken.ticket or incoming), taken


def _held(served: Served, call: Call, version: Version) -> IncomingTicket | Refused:
    held = served.tickets.one(call.path["id"])
    return _NONE if held is None or held.form != version or not _is_there(held) else held


def _is_there(ticket: IncomingTicket) -> bool:
    """Say whether a ticket was kept for whoever posted it: not where they were refused."""
    status = (ticket.document or {}).get("status")
    return ticket.state is not TicketState.REFUSED or status == Status.REJECTED


def _document(ticket: IncomingTicket) -> dict[str, Json]:
    return cast("dict[str, Json]", dict(ticket.document or {}))


def _merged(held: object, put: object) -> object:
    """Merge as RFC 7386, section 2, says."""
    if not isinstance(put, dict):
        return put
    made = dict(held) if isinstance(held, dict) else {}
    for key, value in put.items():
        if value is None:
            made.pop(key, None)
        else:
            made[key] = _merged(made.get(key), value)
    return made
