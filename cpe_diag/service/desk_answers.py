"""An answer -> the requests that a desk wants; the desk's answer -> what is already done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from cpe_diag.service.answer import MARK
from cpe_diag.service.desk_request import (
    JSON_TYPE,
    CredentialPlace,
    DeskRequest,
    Found,
    Writing,
    part,
)
from cpe_diag.service.outgoing import PLACES, OutgoingDesk, OwnRequest
from cpe_diag.service.ticket_paths import DeskKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cpe_diag.report.codec import Json
    from cpe_diag.service.answer import Answer


def writing(desk: OutgoingDesk, answer: Answer) -> Writing:
    """Say what to send.

    Args:
        desk: to which.
        answer: what to say there.

    Returns:
        Requests without address and credential.
    """
    match desk.kind:
        case DeskKind.ZAMMAD:
            return _zammad(answer)
        case DeskKind.ZNUNY:
            return _znuny(answer)
        case DeskKind.JIRA:
            return _jira(answer)
        case DeskKind.JSON:
            return _own(desk.own, answer)


def found(desk: OutgoingDesk, answer: Answer, data: object) -> Found | None:
    """Read the desk's answer to `look`.

    Args:
        desk: which was asked.
        answer: that is to be written.
        data: JSON that came.

    Returns:
        What is done; None where the data is not what the desk documents, so that nobody knows.
    """
    match desk.kind:
        case DeskKind.ZAMMAD:
            return _zammad_found(answer, data)
        case DeskKind.ZNUNY:
            return _znuny_found(answer, data)
        case DeskKind.JIRA:
            return _jira_found(answer, data)
        case DeskKind.JSON:
            return None


# Zammad, REST API: "Articles", List Articles by Ticket; "Tickets", Update: an article of an
# update is a new article, so that the note and the way of the ticket are one request.
def _zammad(answer: Answer) -> Writing:
    ticket = part(answer.ticket_id)
    article: dict[str, Json] = {
        "subject": answer.subject,
        "body": answer.note,
        "content_type": "text/plain",
        "type": "note",
        "internal": not answer.public,
    }
    put = _set(
        group=answer.route.group,
        state=answer.route.state,
        priority=answer.route.priority,
        **answer.route.fields,
    )
    update = DeskRequest(method="PUT", path=f"/api/v1/tickets/{ticket}", body=put)
    return Writing(
        look=_get(f"/api/v1/ticket_articles/by_ticket/{ticket}"),
        note=replace(update, body={**put, "article": article}),
        routing=(update,) if put else (),
    )


def _zammad_found(answer: Answer, data: object) -> Found | None:
    if not isinstance(data, list):
        return None
    noted = any(_has_mark(answer, one.get("body")) for one in _objects(data))
    return Found(noted=noted, routed=noted)


# Znuny, Kernel/GenericInterface/Operation/Ticket/TicketUpdate.pm, and the routes of
# development/webservices/GenericTicketConnectorREST.yml.
def _znuny(answer: Answer) -> Writing:
    path = f"/Ticket/{part(answer.ticket_id)}"
    article: dict[str, Json] = {
        "CommunicationChannel": "Internal",
        "SenderType": "agent",
        "IsVisibleForCustomer": int(answer.public),
        "Subject": answer.subject,
        "Body": answer.note,
        "ContentType": "text/plain; charset=utf-8",
    }
    put = _set(Queue=answer.route.group, State=answer.route.state, Priority=answer.route.priority)
    ticket: dict[str, Json] = {"Ticket": put} if put else {}
    if answer.route.fields:
        ticket["DynamicField"] = [
            {"Name": name, "Value": value} for name, value in answer.route.fields.items()
        ]
    update = DeskRequest(method="PATCH", path=path, body=ticket, credential=CredentialPlace.BODY)
    look = replace(_get(f"{path}?AllArticles=1"), credential=CredentialPlace.QUERY_LOGIN)
    return Writing(
        look=look,
        note=replace(update, body={**ticket, "Article": article}),
        routing=(update,) if ticket else (),
    )


def _znuny_found(answer: Answer, data: object) -> Found | None:
    tickets = data.get("Ticket") if isinstance(data, dict) else None
    if not isinstance(tickets, list) or not tickets:
        return None
    bodies = [
        article.get("Body")
        for ticket in _objects(tickets)
        for article in _objects(ticket.get("Article"))
    ]
    noted = any(_has_mark(answer, body) for body in bodies)
    return Found(noted=noted, routed=noted)


# Jira Cloud REST API version 2: "Get issue", "Add comment" (with entity properties), "Edit
# issue", "Transition issue". A comment is hidden from the customer by the property
# `sd.public.comment`, as Jira Service Management has it.
def _jira(answer: Answer) -> Writing:
    path = f"/rest/api/2/issue/{part(answer.ticket_id)}"
    hidden: dict[str, Json] = {
        "key": "sd.public.comment",
        "value": {"internal": not answer.public},
    }
    mark: dict[str, Json] = {"key": "cpe-diag", "value": {"id": answer.external_id}}
    route = answer.route
    fields: dict[str, Json] = {**route.fields}
    if route.priority:
        fields["priority"] = {"name": route.priority}
    routing: list[DeskRequest] = []
    if fields:
        routing.append(DeskRequest(method="PUT", path=path, body={"fields": fields}))
    if route.transition:
        moved: dict[str, Json] = {"transition": {"id": route.transition}}
        routing.append(DeskRequest(method="POST", path=f"{path}/transitions", body=moved))
    return Writing(
        look=_get(f"{path}?fields=comment,status"),
        note=DeskRequest(
            method="POST",
            path=f"{path}/comment",
            body={"body": answer.note, "properties": [hidden, mark]},
        ),
        routing=tuple(routing),
        note_routes=False,
    )


def _jira_found(answer: Answer, data: object) -> Found | None:
    fields = data.get("fields") if isinstance(data, dict) else None
    comment = fields.get("comment") if isinstance(fields, dict) else None
    comments = comment.get("comments") if isinstance(comment, dict) else None
    if not isinstance(fields, dict) or not isinstance(comments, list):
        return None
    noted = any(_has_mark(answer, one.get("body")) for one in _objects(comments))
    status = fields.get("status")
    name = status.get("name") if isinstance(status, dict) else None
    at_its_state = not answer.route.state or name == answer.route.state
    return Found(noted=noted, routed=noted and at_its_state)


def _own(own: OwnRequest, answer: Answer) -> Writing:
    values = {
        "{id}": answer.ticket_id,
        "{external_id}": answer.external_id,
        "{subject}": answer.subject,
        "{note}": answer.note,
        "{group}": answer.route.group,
        "{state}": answer.route.state,
        "{priority}": answer.route.priority,
    }
    path = own.path
    for place, value in values.items():
        path = path.replace(place, part(value))
    note = DeskRequest(
        method=own.method,
        path=path,
        body=cast("Json", _filled(own.body, values)),
        headers={**JSON_TYPE, "Idempotency-Key": f'"{answer.external_id}"'},
    )
    return Writing(look=None, note=note, routing=())


def _filled(value: object, values: Mapping[str, str]) -> object:
    """Put the values into the texts; what was put in is not looked through again."""
    match value:
        case str():
            return "".join(values.get(piece, piece) for piece in _pieces(value))
        case Mapping():
            return {str(name): _filled(one, values) for name, one in value.items()}
        case list():
            return [_filled(one, values) for one in value]
        case _:
            return value


def _pieces(text: str) -> Iterator[str]:
    while text:
        at, place = min(
            ((text.find(place), place) for place in PLACES if place in text),
            default=(len(text), ""),
        )
        yield text[:at]
        yield place
        text = text[at + len(place) :]


def _get(path: str) -> DeskRequest:
    return DeskRequest(method="GET", path=path, body=None, headers={"Accept": JSON_TYPE["Accept"]})


def _set(**fields: str) -> dict[str, Json]:
    return {name: value for name, value in fields.items() if value}


def _objects(value: object) -> Iterator[Mapping[str, object]]:
    for one in value if isinstance(value, list) else ():
        if isinstance(one, dict):
            yield one


def _has_mark(answer: Answer, body: object) -> bool:
    """Find the reference as a word of its own; desks may have made HTML of the lines."""
    if not isinstance(body, str):
        return False
    _, mark, rest = body.partition(f"{MARK}{answer.external_id}")
    return bool(mark) and not (rest[:1].isalnum() or rest[:1] in {"-", "_", ".", "/"})
