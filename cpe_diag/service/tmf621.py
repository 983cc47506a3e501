"""TMF621 Trouble Ticket, versions 4 and 5: tickets in; notes, states and attachments out."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.verdict import Destination
from cpe_diag.report.codec import moment_text
from cpe_diag.service.refused import Refused
from cpe_diag.service.ticket import LONGEST_LINE, LONGEST_TEXT, Ticket
from cpe_diag.service.ticket_reading import moment_of
from cpe_diag.service.tmf_schema import Api, faults

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cpe_diag.report.codec import Json

CREATED: Final = "TroubleTicketCreateEvent"
_CUSTOMER: Final = frozenset({"customer", "subscriber", "accountholder"})
_SERVICE: Final = frozenset({"service", "product", "customerfacingservice"})


class Version(StrEnum):
    """Of the interface."""

    V4 = "v4"
    V5 = "v5"


API_OF: Final[Mapping[Version, Api]] = {
    Version.V4: Api.TROUBLE_TICKET_V4,
    Version.V5: Api.TROUBLE_TICKET_V5,
}
_CREATE: Final[Mapping[Version, str]] = {
    Version.V4: "TroubleTicket_Create",
    Version.V5: "TroubleTicket_FVO",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketEvent:
    """An event that was sent to our listener. `ticket` None: it is none that we work on."""

    event_id: str
    at: datetime | None
    ticket: Ticket | None


class Status(StrEnum):
    """TroubleTicketStatusType, those that we set."""

    ACKNOWLEDGED = "acknowledged"
    REJECTED = "rejected"
    IN_PROGRESS = "inProgress"
    PENDING = "pending"
    RESOLVED = "resolved"


STATUS_OF: Final[Mapping[Destination, Status]] = {
    Destination.FIXED: Status.RESOLVED,
    Destination.SECOND_LINE: Status.IN_PROGRESS,
    Destination.NETWORK_OPERATIONS: Status.IN_PROGRESS,
    Destination.FIELD_TECHNICIAN: Status.IN_PROGRESS,
    Destination.DEVICE_SUPPORT: Status.IN_PROGRESS,
    Destination.PLATFORM_STATUS: Status.PENDING,
    Destination.ACCOUNTS: Status.IN_PROGRESS,
}
"""What a ticket becomes by where its case goes; only what is repaired is resolved."""


def ticket_event(version: Version, body: Mapping[str, object], desk: str) -> TicketEvent | Refused:
    """Read an event of the hub.

    Args:
        version: of the interface that sent it.
        body: as it came.
        desk: the sender's name in the configuration.

    Returns:
        The event, or 400 where the body is not as published.
    """
    if _text(body, "eventType") != CREATED:
        return TicketEvent(event_id=_text(body, "eventId"), at=_at(body), ticket=None)
    wrong = faults(API_OF[version], CREATED, body)
    if wrong:
        return _not_as_published(wrong)
    ticket = _ticket(_object(_object(body, "event"), "troubleTicket"), desk)
    if isinstance(ticket, Refused):
        return ticket
    return TicketEvent(event_id=_text(body, "eventId"), at=_at(body), ticket=ticket)


def created_ticket(
    version: Version, body: Mapping[str, object], desk: str, ticket_id: str
) -> Ticket | Refused:
    """Read the body of a POST to /troubleTicket.

    Args:
        version: of the interface.
        body: as it came.
        desk: whose ticket it is.
        ticket_id: the id that we give it.

    Returns:
        The ticket, or 400 where the body is not as published.
    """
    wrong = faults(API_OF[version], _CREATE[version], body)
    return _not_as_published(wrong) if wrong else _ticket({**body, "id": ticket_id}, desk)


def customer_of(ticket: Mapping[str, object]) -> str:
    """Give the subscriber whom a trouble ticket names; empty: it names nobody."""
    return next(_related(ticket, "relatedParty", "partyOrPartyRole", _CUSTOMER, "id"), "")


def note(version: Version, *, note_id: str, words: str, author: str, at: datetime) -> Json:
    """Write a note; `note_id` is the same whenever it is written again."""
    made: dict[str, Json] = {
        "id": note_id,
        "author": author,
        "date": moment_text(at),
        "text": words,
    }
    return made | ({"@type": "Note"} if version is Version.V5 else {})


def attachment(version: Version, *, name: str, description: str, data: object) -> Json:
    """Write a JSON document as an attachment of the ticket."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    made: dict[str, Json] = {
        "name": name,
        "description": description,
        "attachmentType": "diagnosis",
        "mimeType": "application/json",
        "content": base64.b64encode(text.encode("utf-8", "replace")).decode("ascii"),
    }
    return made | ({"@type": "Attachment"} if version is Version.V5 else {})


def noted(held: Mapping[str, object], note: Json) -> dict[str, Json]:
    """Write the part of a PATCH that adds a note, unless it is there already."""
    return {"note": _with(held, "note", "id", [note])}


def patch(  # noqa: PLR0913 - the parts of one change
    version: Version,
    *,
    held: Mapping[str, object],
    note: Json,
    status: Status,
    reason: str,
    attachments: Sequence[Json] = (),
) -> dict[str, Json]:
    """Write the body of a PATCH: note, state and attachments.

    A PATCH replaces a list as a whole (RFC 7386), so that what is held is written again; a note
    that is there already is not added.

    Args:
        version: of the interface.
        held: the ticket as it is now.
        note: to be added.
        status: to be set.
        reason: for it, in words.
        attachments: to be added; those of a name that is there already are not.

    Returns:
        `TroubleTicket_Update` of version 4, `TroubleTicket_MVO` of version 5.
    """
    body: dict[str, Json] = {
        "status": status.value,
        "statusChangeReason": reason,
        **noted(held, note),
    }
    if attachments:
        body["attachment"] = _with(held, "attachment", "name", attachments)
    return body | ({"@type": "TroubleTicket"} if version is Version.V5 else {})


def _with(held: Mapping[str, object], key: str, by: str, added: Sequence[Json]) -> list[Json]:
    there: list[Json] = [dict(one) for one in _objects(held, key)]  # type: ignore[arg-type]  # JSON
    names = {one.get(by) for one in there if isinstance(one, dict)}
    return [*there, *(one for one in added if isinstance(one, dict) and one[by] not in names)]


def _ticket(body: Mapping[str, object], desk: str) -> Ticket | Refused:
    ticket_id = _text(body, "id")
    if not ticket_id:
        return Refused(status=422, reason="the trouble ticket has no id")
    outer = next((_text(one, "id") for one in _objects(body, "externalIdentifier")), "")
    return Ticket(
        desk=desk,
        id=ticket_id,
        number=_text(body, "externalId") or outer or ticket_id,
        title=_text(body, "name"),
        text=_text(body, "description", LONGEST_TEXT),
        category=_text(body, "ticketType"),
        service=next(_related(body, "relatedEntity", "entity", _SERVICE, "name"), ""),
        subscriber=customer_of(body),
        phone=_characteristic(body, "phone"),
        priority=_text(body, "priority") or _text(body, "severity"),
        state=_text(body, "status"),
        created_at=moment_of(body.get("creationDate")),
    )


def _related(
    body: Mapping[str, object], key: str, inner: str, wanted: frozenset[str], give: str
) -> Iterator[str]:
    """Go through what is related; version 5 puts the reference one level further in."""
    for one in _objects(body, key):
        reference = _object(one, inner) or one
        kinds = (one.get("role"), reference.get("@referredType"), reference.get("@type"))
        if any(isinstance(kind, str) and kind.lower() in wanted for kind in kinds):
            yield _text(reference, give) or _text(reference, "id")


def _characteristic(body: Mapping[str, object], name: str) -> str:
    return next(
        (
            _text(one, "value")
            for one in _objects(body, "troubleTicketCharacteristic")
            if _text(one, "name").lower() == name
        ),
        "",
    )


def _not_as_published(wrong: Sequence[str]) -> Refused:
    return Refused(status=400, reason="; ".join(wrong))


def _at(body: Mapping[str, object]) -> datetime | None:
    return moment_of(body.get("eventTime"))


def _text(body: Mapping[str, object], key: str, longest: int = LONGEST_LINE) -> str:
    value = body.get(key)
    if not isinstance(value, str):
        return ""
    return value.encode("utf-8", "replace").decode("utf-8").strip()[:longest]


def _object(body: Mapping[str, object], key: str) -> Mapping[str, object]:
    value = body.get(key)
    return value if isinstance(value, Mapping) else {}


def _objects(body: Mapping[str, object], key: str) -> Iterator[Mapping[str, object]]:
    value = body.get(key)
    for one in value if isinstance(value, list) else ():
        if isinstance(one, Mapping):
            yield one
