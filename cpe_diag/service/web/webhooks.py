"""Webhooks of ticket desks: checked, kept, and answered before the run is ordered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.service.refused import Refused
from cpe_diag.service.web.call import Reply
from cpe_diag.service.web.intake import decide, new_ticket
from cpe_diag.service.webhook import Ignored, receive
from cpe_diag.store.incoming_tickets import TicketState, ticket_id

if TYPE_CHECKING:
    from cpe_diag.report.codec import Json
    from cpe_diag.service.web.call import Call
    from cpe_diag.service.web.intake import Taken
    from cpe_diag.service.web.served import Served

NO_DESK: Final = Refused(status=404, reason="no desk of this name is configured")


def delivered(served: Served, call: Call) -> Reply | Refused:
    """Take one delivery.

    Args:
        served: what handlers work with.
        call: the request, whose sender nobody has checked yet.

    Returns:
        202 once the ticket is kept; what has become of it where that is known in time.
    """
    desk = served.desks.get(call.path["desk"])
    if desk is None:
        return NO_DESK
    received = receive(desk, call.headers, call.body, now=call.at, seen=served.deliveries)
    if isinstance(received, Refused):
        return received
    if isinstance(received, Ignored):
        return Reply(body={"state": "ignored", "words": received.reason})
    new = new_ticket(ticket_id(), received.ticket)
    incoming, _ = served.tickets.take(new, at=call.at)
    body: dict[str, Json] = {"ticket": incoming.id, "state": TicketState.WAITING.value}

    def work() -> Reply | Refused:
        return _told(incoming.id, decide(served, incoming, call.trace))

    return Reply(status=202, body=body, goes_on=work)


def _told(own_id: str, taken: Taken) -> Reply | Refused:
    if taken.refused is not None:
        return taken.refused
    body: dict[str, Json] = {"ticket": own_id, "state": taken.state.value, "words": taken.words}
    if taken.run is not None:
        body |= {"run": taken.run, "case": taken.case}
    return Reply(status=202 if taken.run else 200, body=body)
