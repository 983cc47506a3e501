"""The kinds of desks: where each field of a ticket stands in their JSON, and how they sign."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


class DeskKind(StrEnum):
    """Which ticket desk it is."""

    ZAMMAD = "zammad"
    ZNUNY = "znuny"
    """OTRS 6 and Znuny, by GenericInterface."""
    JIRA = "jira"
    """Jira Service Management."""
    JSON = "json"
    """Any other: the configuration says where everything stands."""


class Algorithm(StrEnum):
    """Of HMAC (RFC 2104)."""

    SHA1 = "sha1"
    """What Zammad signs with; HMAC with SHA-1 is not broken as SHA-1 itself is (RFC 6194)."""
    SHA256 = "sha256"
    SHA512 = "sha512"


FIELDS: Final = (
    *("id", "number", "title", "text", "text_type", "category", "service", "subscriber"),
    *("phone", "priority", "state", "created_at", "changed_at", "wanted"),
)
"""What an expression may be given for.

`text_type` is the media type of the text, `changed_at` when the sender says that it was sent or
changed, `wanted` false for what is no ticket at all.
"""

# Zammad, administrator's documentation, "Webhook Payload": the example and its attributes.
# A subscriber's reference is an attribute that the operator has added; `customer.login` is what
# every customer has.
_ZAMMAD: Final[Mapping[str, str]] = {
    "id": "ticket.id",
    "number": "ticket.number",
    "title": "ticket.title",
    "text": "article.body",
    "text_type": "article.content_type",
    "category": "ticket.group.name",
    "subscriber": "ticket.customer.login",
    "phone": "ticket.customer.mobile || ticket.customer.phone",
    "priority": "ticket.priority.name",
    "state": "ticket.state",
    "created_at": "ticket.created_at",
    "changed_at": "ticket.updated_at",
}

# Znuny, Kernel/GenericInterface/Invoker/Ticket/Generic.pm, PrepareRequest: {Ticket, Event};
# fields of a ticket as in Operation/Ticket/TicketUpdate.pm, "IncludeTicketData". Times are in
# OTRSTimeZone, which is UTC unless it was changed.
_ZNUNY: Final[Mapping[str, str]] = {
    "id": "Ticket.TicketID",
    "number": "Ticket.TicketNumber",
    "title": "Ticket.Title",
    "text": "Ticket.Article[0].Body || Ticket.Article.Body",
    "text_type": "Ticket.Article[0].ContentType || Ticket.Article.ContentType",
    "category": "Ticket.Queue",
    "service": "Ticket.Service",
    "subscriber": "Ticket.CustomerID",
    "phone": "Ticket.CustomerUser.UserMobile || Ticket.CustomerUser.UserPhone",
    "priority": "Ticket.Priority",
    "state": "Ticket.State",
    "created_at": "Ticket.Created",
    "changed_at": "Ticket.Changed",
}

# Jira Cloud, "Webhooks": `timestamp` (milliseconds), `webhookEvent`, `issue` as in the REST API;
# fields of an issue as in "Get issue" of REST API version 2. Subscriber, service and phone stand
# in custom fields of the operator, which have no common name.
_JIRA: Final[Mapping[str, str]] = {
    "id": "issue.key",
    "number": "issue.key",
    "title": "issue.fields.summary",
    "text": "issue.fields.description",
    "category": "issue.fields.issuetype.name",
    "priority": "issue.fields.priority.name",
    "state": "issue.fields.status.name",
    "created_at": "issue.fields.created",
    "changed_at": "timestamp",
    "wanted": "contains(['jira:issue_created', 'jira:issue_updated'], webhookEvent)",
}

PRESETS: Final[Mapping[DeskKind, Mapping[str, str]]] = {
    DeskKind.ZAMMAD: _ZAMMAD,
    DeskKind.ZNUNY: _ZNUNY,
    DeskKind.JIRA: _JIRA,
    DeskKind.JSON: {},
}

DELIVERY_HEADERS: Final[Mapping[DeskKind, str]] = {
    DeskKind.ZAMMAD: "x-zammad-delivery",
    DeskKind.ZNUNY: "",
    DeskKind.JIRA: "x-atlassian-webhook-identifier",
    DeskKind.JSON: "",
}
"""The header that names one delivery, the same when it is sent again; empty: there is none.

Zammad: "Webhook Payload", request headers. Jira: "Webhooks", "Identify a webhook".
"""
