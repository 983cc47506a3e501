"""A ticket of whatever desk, as one value."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

LONGEST_LINE: Final = 500
"""Characters of a title, a name, a number: more is cut; desks keep less than that."""

LONGEST_TEXT: Final = 20_000
"""Characters of a ticket's text: more is cut; what a customer says stands at its beginning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """What a desk said of a ticket; empty text where it said nothing.

    `desk` is the desk's name in the configuration, `id` what its interface wants to be called
    with, `number` what people call the ticket. `text` is plain text. `subscriber` is the
    operator's reference of the subscriber and `phone` the customer's number, both as the desk
    wrote them. `created_at` None: the desk did not say when.
    """

    desk: str
    id: str
    number: str
    title: str = ""
    text: str = ""
    category: str = ""
    service: str = ""
    subscriber: str = ""
    phone: str = ""
    priority: str = ""
    state: str = ""
    created_at: datetime | None = None
