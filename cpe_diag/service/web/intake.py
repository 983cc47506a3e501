"""From a ticket that was taken to its run: the rules, the order, and what is said of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.audit import AuditEvent, AuditKind
from cpe_diag.domain.failures import DefinitionError, UnknownSubscriberError
from cpe_diag.report.codec import encode, moment_text
from cpe_diag.report.decoding import UndecodableError, decode
from cpe_diag.report.plain import harmless
from cpe_diag.service.refused import Refused
from cpe_diag.service.submit import Order
from cpe_diag.service.ticket import Ticket
from cpe_diag.service.ticket_rules import NUMBERS, chosen
from cpe_diag.service.tmf621 import API_OF, Status, Version
from cpe_diag.service.web.gate import NOBODY
from cpe_diag.service.web.ticket_events import letters
from cpe_diag.store.cases import WaitingCase
from cpe_diag.store.incoming_tickets import IncomingTicket, NewTicket, TicketState
from cpe_diag.store.run_rows import CASE_LASTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpe_diag.service.ticket_rules import Rule
    from cpe_diag.service.web.served import Served
    from cpe_diag.store.audit_trail import StoredAudit

_STATUS: Final[Mapping[TicketState, Status]] = {
    TicketState.STARTED: Status.IN_PROGRESS,
    TicketState.REFUSED: Status.REJECTED,
}
NO_SUBSCRIBER: Final = "there is no subscriber of this id"


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What has become of a ticket. `refused` is said to whoever sent it, where that can be.

    `ticket` is how it is kept; None where somebody else has decided meanwhile.
    """

    state: TicketState
    words: str
    run: str | None = None
    case: str | None = None
    refused: Refused | None = None
    ticket: IncomingTicket | None = None


def kept_form(ticket: Ticket) -> Mapping[str, object]:
    """Give a ticket as the store holds it."""
    data = encode(ticket)
    return data if isinstance(data, dict) else {}


def new_ticket(
    ticket_id: str,
    ticket: Ticket,
    *,
    form: str | None = None,
    document: Mapping[str, object] | None = None,
) -> NewTicket:
    """Give the row of a ticket; `ticket.id` is the desk's name of it."""
    return NewTicket(
        id=ticket_id,
        desk=ticket.desk,
        desk_ticket=ticket.id,
        subscriber=ticket.subscriber or None,
        ticket=kept_form(ticket),
        form=form,
        document=document,
    )


def decide(
    served: Served, incoming: IncomingTicket, trace: str = "", *, answered: bool = False
) -> Taken:
    """Start what the rules say, and keep what has become of the ticket.

    It may be called again for the same ticket: the same order is the same run. Hubs are told of a
    trouble ticket once it is decided, with the decision or not at all.

    Args:
        served: stores and rules.
        incoming: which ticket.
        trace: the span of the request that has brought it; empty: there is none.
        answered: whoever sent it knows already that it is kept: a trouble ticket that is refused
            is rejected then, where else there is none; and no refused request is noted, so its
            refusal is, with the decision or not at all.

    Returns:
        What has become of it, now or before.

    Raises:
        InventoryError: the inventory cannot be read; the ticket waits.
        StoreError: the store cannot be used; the ticket waits.
    """
    if incoming.state is not TicketState.WAITING:
        return _before(served, incoming)
    at = served.clock.now()
    try:
        ticket = decode(Ticket, incoming.ticket)
    except UndecodableError:
        taken = _refused("what is kept of the ticket cannot be read")
    else:
        taken = _started(served, ticket, at, desks=incoming.form is None, trace=trace)
    kept = _kept(served, incoming, taken, at, answered=answered)
    if kept is not None:
        return replace(taken, ticket=kept)
    # Whoever takes up tickets that wait was first: what it has decided is so.
    held = served.tickets.one(incoming.id)
    return taken if held is None else _before(served, held)


def waiting_case(served: Served, incoming: IncomingTicket) -> WaitingCase | None:
    """Give the case that a ticket waits in; None: it is decided without asking anybody."""
    try:
        ticket = decode(Ticket, incoming.ticket)
    except UndecodableError:
        return None
    rule = chosen(served.rules, ticket)
    if rule is None or rule.playbook is None or not ticket.subscriber:
        return None
    order = _order(rule, rule.playbook, ticket, incoming.received_at, desks=incoming.form is None)
    return WaitingCase(
        subscriber=ticket.subscriber,
        ticket=order.ticket or ticket.id,
        opened_at=incoming.received_at,
        due_at=(order.not_before or incoming.received_at) + CASE_LASTS,
        priority=order.priority,
        desk=order.desk,
        desk_ticket=order.desk_ticket,
    )


def _kept(
    served: Served, incoming: IncomingTicket, taken: Taken, at: datetime, *, answered: bool
) -> IncomingTicket | None:
    decided = partial(
        served.tickets.decided,
        incoming.id,
        taken.state,
        run=taken.run,
        words=taken.words,
        at=at,
        noted=_line(served, incoming, taken, at) if answered else None,
    )
    is_none = taken.state is TicketState.REFUSED and not answered
    if incoming.form is None and taken.state is TicketState.REFUSED:
        return decided(letters=served.told_refused(incoming, taken.words))
    if incoming.form is None or is_none:
        return decided()
    version = Version(incoming.form)
    hubs = served.hubs.of(API_OF[version].value)
    return decided(
        change=partial(_told, taken=taken, at=at),
        tells=lambda before, after: letters(
            hubs,
            version,
            before if "statusChangeReason" in before else None,
            after,
            case_id=taken.case,
            at=at,
        ),
    )


def _line(
    served: Served, incoming: IncomingTicket, taken: Taken, at: datetime
) -> tuple[StoredAudit, AuditEvent] | None:
    """Give the line of the audit trail about a refusal, as that of a request would be."""
    refused = taken.refused
    if refused is None:
        return None
    return served.audit, AuditEvent(
        kind=AuditKind.REFUSAL,
        at=at,
        staff=NOBODY.staff.name,
        words=f"a ticket that waited: {refused.status} {harmless(refused.reason)}",
        subscriber=incoming.subscriber,
        ticket=incoming.desk_ticket,
    )


def _told(held: Mapping[str, object], *, taken: Taken, at: datetime) -> Mapping[str, object]:
    """Give a trouble ticket that says what has become of it."""
    put: dict[str, object] = {**held, "statusChangeReason": taken.words}
    status = _STATUS.get(taken.state)
    if status is not None and held.get("status") == Status.ACKNOWLEDGED:
        put |= {"status": status.value, "statusChangeDate": moment_text(at)}
    return put


def _before(served: Served, incoming: IncomingTicket) -> Taken:
    refused = None
    if incoming.state is TicketState.REFUSED:
        refused = Refused(status=422, reason=incoming.words)
    case = served.runs.run(incoming.run).case_id if incoming.run else None
    return Taken(
        state=incoming.state,
        words=incoming.words,
        run=incoming.run,
        case=case,
        refused=refused,
        ticket=incoming,
    )


def _started(served: Served, ticket: Ticket, at: datetime, *, desks: bool, trace: str) -> Taken:
    rule = chosen(served.rules, ticket)
    if rule is None:
        return Taken(state=TicketState.LEFT, words="no rule fits this ticket")
    if rule.playbook is None:
        return Taken(state=TicketState.LEFT, words=f"left by rule {rule.id}: {rule.because}")
    if not ticket.subscriber:
        return _refused("the ticket names no subscriber")
    try:
        order = _order(rule, rule.playbook, ticket, at, desks=desks)
        submitted = served.submit(replace(order, trace=trace))
    except UnknownSubscriberError:
        return _refused(NO_SUBSCRIBER)
    except DefinitionError as error:
        return _refused("; ".join(fault.message for fault in error.faults))
    return Taken(
        state=TicketState.STARTED,
        words=f"by rule {rule.id}: {rule.playbook}",
        run=submitted.run.id,
        case=submitted.case.id,
    )


def _order(rule: Rule, playbook: str, ticket: Ticket, at: datetime, *, desks: bool) -> Order:
    """Give the order; `desks`: the ticket is a desk's, which is written to at the end."""
    return Order(
        playbook=playbook,
        subscriber=ticket.subscriber,
        ticket=ticket.number or ticket.id,
        answers=rule.answers,
        priority=NUMBERS[rule.priority],
        desk=ticket.desk if desks else None,
        desk_ticket=ticket.id if desks else None,
        not_before=at + timedelta(seconds=rule.delay_s) if rule.delay_s else None,
        retries=rule.retry_offline,
    )


def _refused(words: str) -> Taken:
    refused = Refused(status=422, reason=words)
    return Taken(state=TicketState.REFUSED, words=words, refused=refused)
