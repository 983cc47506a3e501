"""What a hub has asked for: which events, and which attributes of what they tell of (TMF630)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl

from cpe_diag.service.web.selection import chosen, fields_of, fits

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpe_diag.report.codec import Json

FIELDS: Final = "fields"
TYPE: Final = "@type"


def told(query: str, event: Mapping[str, Json]) -> dict[str, Json] | None:
    """Give an event as a hub wants it.

    Args:
        query: of the registration: filters by attributes of the event (`eventType=A,B`,
            `event.alarm.perceivedSeverity=critical`) and `fields`, attributes of what it tells
            of; empty: every event, whole.
        event: as published.

    Returns:
        The event; None where it is not wanted.
    """
    asked: dict[str, str] = {}
    for name, value in parse_qsl(query.removeprefix("?")):
        asked[name] = f"{asked[name]},{value}" if name in asked else value
    if not fits(event, {name: value for name, value in asked.items() if name != FIELDS}):
        return None
    fields, held = fields_of(asked), event.get("event")
    if not fields or not isinstance(held, dict):
        return dict(event)
    return {
        **event,
        "event": {
            name: chosen(one, fields) if isinstance(one, dict) else one
            for name, one in held.items()
        },
    }
