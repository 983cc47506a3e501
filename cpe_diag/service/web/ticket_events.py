"""Events of our trouble tickets, as letters to the hubs that asked for them."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final, cast

from cpe_diag.report.codec import moment_text
from cpe_diag.service.hub_query import told
from cpe_diag.service.letters import event_letter
from cpe_diag.service.tmf621 import CREATED, Status, Version, customer_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from cpe_diag.domain.letter import NewLetter
    from cpe_diag.report.codec import Json
    from cpe_diag.store.event_hubs import EventHub

STATUS: Final = "TroubleTicketStatusChangeEvent"
RESOLVED: Final = "TroubleTicketResolvedEvent"
CHANGED: Final = "TroubleTicketAttributeValueChangeEvent"

_NOT_TOLD: Final = frozenset({"attachment", "href"})
"""Attachments are large, and we do not know by which address a listener reaches us."""


def letters(  # noqa: PLR0913 - the parts of a change
    hubs: Iterable[EventHub],
    version: Version,
    before: Mapping[str, object] | None,
    after: Mapping[str, object],
    *,
    case_id: str | None,
    at: datetime,
) -> tuple[NewLetter, ...]:
    """Tell of a ticket that is new or has changed.

    Args:
        hubs: those of the version's interface.
        version: of the ticket.
        before: what it was; None: it is new.
        after: what it is.
        case_id: with whose erasure the letter goes, as it does with that of the customer whom the
            ticket names.
        at: when.

    Returns:
        A letter for each event and hub whose query it fits.
    """
    return tuple(
        event_letter(hub.id, wanted, case_id, subscriber=customer_of(after) or None)
        for event in (_event(version, kind, after, at) for kind in _kinds(before, after))
        for hub in hubs
        if (wanted := told(hub.query, event)) is not None
    )


def _kinds(before: Mapping[str, object] | None, after: Mapping[str, object]) -> tuple[str, ...]:
    if before is None:
        return (CREATED,)
    if before.get("status") == after.get("status"):
        return (CHANGED,)
    return (STATUS, RESOLVED) if after.get("status") == Status.RESOLVED else (STATUS,)


def _event(
    version: Version, kind: str, ticket: Mapping[str, object], at: datetime
) -> dict[str, Json]:
    moment = moment_text(at)
    kept = {key: value for key, value in ticket.items() if key not in _NOT_TOLD}
    name = hashlib.sha256(f"{ticket['id']} {kind} {moment}".encode()).hexdigest()[:32]
    held: dict[str, Json] = {"troubleTicket": cast("Json", kept)}
    made: dict[str, Json] = {
        "eventId": name,
        "eventTime": moment,
        "eventType": kind,
        "correlationId": str(ticket["id"]),
        "event": held,
    }
    if version is Version.V5:
        held["@type"] = f"{kind}Payload"
        made["@type"] = kind
    return made
