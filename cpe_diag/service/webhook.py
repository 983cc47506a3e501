"""A desk's webhook, from the request to the ticket: who sent it, what it says, whether it is new.

A signature covers the body only. A delivery's id in a header could be changed by whoever sends a
body again, so that the body's digest counts as well: the same body under another id is a replay.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, TypeAlias

from cpe_diag.domain.deliveries import Sighting
from cpe_diag.service.json_body import MOST_BYTES, json_body
from cpe_diag.service.refused import Refused
from cpe_diag.service.sender_check import SenderCheck, checked
from cpe_diag.service.ticket import LONGEST_LINE, Ticket
from cpe_diag.service.ticket_reading import ReadTicket, TicketReader

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpe_diag.ports import SeenDeliveries

MAX_AGE_S: Final = 3600.0
"""How old a delivery may be; Zammad tries up to five times, Jira takes up to 15 minutes."""

AHEAD_S: Final = 300.0
"""How far the sender's clock may be ahead of ours."""

REMEMBER_UNDATED_S: Final = 7 * 86_400.0
"""How long a delivery is remembered that says no time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingDesk:
    """A desk that sends tickets. `delivery_header` empty: it names no deliveries."""

    name: str
    check: SenderCheck
    reader: TicketReader
    delivery_header: str = ""
    max_age_s: float = MAX_AGE_S


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A ticket to be worked on. `again`: the same delivery came before, and may be lost since.

    Whoever starts its run does so only once for each ticket, however often it comes.
    """

    ticket: Ticket
    again: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignored:
    """A good delivery that is about no ticket; answered with 200."""

    reason: str


Received: TypeAlias = Accepted | Ignored | Refused


def receive(  # noqa: PLR0911 - every way out is a refusal of its own
    desk: IncomingDesk,
    headers: Mapping[str, str],
    body: bytes,
    *,
    now: datetime,
    seen: SeenDeliveries,
) -> Received:
    """Take one request.

    Args:
        desk: to which it was sent.
        headers: of the request; the case of their names does not count.
        body: exactly as it came.
        now: in UTC.
        seen: what has come before.

    Returns:
        The ticket; or why it is refused: 413 too large, 401 not the desk's, 415 and 400 no JSON,
        422 no ticket in it, 409 too old, from the future, or sent again by somebody.

    Raises:
        StoreError: what has come before cannot be read or written; the sender tries again.
    """
    lower = {name.lower(): value for name, value in headers.items()}
    if len(body) > MOST_BYTES:
        return Refused(status=413, reason=f"the body is longer than {MOST_BYTES} bytes")
    if refusal := checked(desk.check, lower, body):
        return refusal
    data = json_body(body, lower.get("content-type", ""))
    if isinstance(data, Refused):
        return data
    read = desk.reader.read(data)
    if isinstance(read, Refused):
        return read
    if refusal := _untimely(read, desk, now):
        return refusal
    if not read.wanted:
        return Ignored(reason="this event is about no ticket")
    return _once(desk, lower, body, read, now=now, seen=seen)


def _untimely(read: ReadTicket, desk: IncomingDesk, now: datetime) -> Refused | None:
    if read.changed_at is None:
        return None
    age_s = (now - read.changed_at).total_seconds()
    if age_s > desk.max_age_s:
        return Refused(status=409, reason="the delivery is too old; it may be a repetition")
    if age_s < -AHEAD_S:
        return Refused(status=409, reason="the delivery is from the future; compare the clocks")
    return None


def _once(  # noqa: PLR0913 - the parts of one delivery
    desk: IncomingDesk,
    headers: Mapping[str, str],
    body: bytes,
    read: ReadTicket,
    *,
    now: datetime,
    seen: SeenDeliveries,
) -> Received:
    digest = hashlib.sha256(body).hexdigest()
    named = headers.get(desk.delivery_header, "")[:LONGEST_LINE] if desk.delivery_header else ""
    kept_s = desk.max_age_s + AHEAD_S + 1  # beyond this its time refuses it
    if read.changed_at is None:
        kept_s = REMEMBER_UNDATED_S
    sighting = seen.sighted(
        desk.name, named or digest, digest, now=now, until=now + timedelta(seconds=kept_s)
    )
    match sighting:
        case Sighting.NEW:
            return Accepted(ticket=read.ticket, again=False)
        case Sighting.SAME:
            return Accepted(ticket=read.ticket, again=True)
        case Sighting.OTHER:
            return Refused(status=409, reason="this was delivered before, under another name")
