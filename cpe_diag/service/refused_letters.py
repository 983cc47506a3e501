"""What a desk is told whose ticket starts nothing: what is wrong, and what to do next."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final, cast

from cpe_diag.domain.letter import LetterKind, NewLetter
from cpe_diag.domain.verdict import Destination
from cpe_diag.report.codec import encode
from cpe_diag.service.answer import Answer, external_id, note
from cpe_diag.service.letters import case_link
from cpe_diag.service.outgoing import Route

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpe_diag.service.tickets_config import TicketsConfig
    from cpe_diag.store.incoming_tickets import IncomingTicket

NEXT: Final = (
    "Next: correct the ticket (its customer's id above all), and the diagnosis starts by itself;"
    " where the ticket is right, have the customer entered in the inventory, and diagnose by hand"
    " until then."
)
FOR_CUSTOMERS: Final = (
    "We could not look at your connection by itself; a person goes on with your ticket."
)


def refused_letters(
    tickets: TicketsConfig, incoming: IncomingTicket, words: str
) -> tuple[NewLetter, ...]:
    """Tell a desk that its ticket starts nothing, and send the ticket to second line.

    Most desks show nobody what their webhook was answered, and one that had its answer before
    this was known hears it only so. The same is told once of a ticket, however often it comes:
    our own note may send it again.

    Args:
        tickets: the configuration.
        incoming: the ticket, of a desk.
        words: why.

    Returns:
        One letter; none where the desk is written nothing.
    """
    desk = tickets.desks.get(incoming.desk)
    config = desk and desk.answer
    if not config:
        return ()
    about = f"{incoming.subscriber or ''}\n{words}"
    told_once = hashlib.sha256(about.encode()).hexdigest()[:12]
    reference = external_id(incoming.id, f"refused-{told_once}")
    link = case_link(tickets, incoming.case_id) if incoming.case_id else None
    who = f"Customer in the ticket: {incoming.subscriber or 'none'}"
    said = (
        note(FOR_CUSTOMERS, case_link=None, reference=reference)
        if config.public
        else note(
            f"No diagnosis was started: {words}\n{who}\n{NEXT}\n",
            case_link=link,
            reference=reference,
        )
    )
    answer = Answer(
        ticket_id=incoming.desk_ticket,
        external_id=reference,
        subject="No diagnosis",
        note=said,
        public=config.public,
        route=config.routes.get(Destination.SECOND_LINE, Route()),
    )
    return (
        NewLetter(
            key=f"note {incoming.desk} {incoming.desk_ticket} {reference}",
            kind=LetterKind.NOTE,
            target=incoming.desk,
            lane=f"note {incoming.desk} {incoming.desk_ticket}",
            document=cast("Mapping[str, object]", encode(answer)),
            case_id=incoming.case_id,
            subscriber=incoming.subscriber,
        ),
    )
