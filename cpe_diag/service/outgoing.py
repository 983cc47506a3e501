"""A desk that is answered, and where it puts a ticket: values that the configuration gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from cpe_diag.service.ticket_paths import DeskKind

PLACES: Final = (
    *("{id}", "{external_id}", "{subject}", "{note}"),
    *("{group}", "{state}", "{priority}"),
)
"""What an operator's own request may hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Where a desk puts a ticket, in its own words; empty: as it is.

    `group` is Zammad's group, Znuny's queue. `transition` is the id of Jira's transition to
    `state`. `fields` are further fields of the ticket.
    """

    group: str = ""
    state: str = ""
    priority: str = ""
    transition: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnRequest:
    """The request of a desk of another kind: texts with PLACES in them."""

    path: str
    body: Mapping[str, object]
    method: str = "POST"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingDesk:
    """A desk that is answered; `own` only for `DeskKind.JSON`."""

    kind: DeskKind
    own: OwnRequest = field(default_factory=lambda: OwnRequest(path="/", body={}))
