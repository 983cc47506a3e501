"""Subscribers by what a caller can say: id, phone number, IP address, or where the home is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.missing import known
from cpe_diag.service.refused import Refused
from cpe_diag.service.web.call import Reply
from cpe_diag.service.web.selection import chosen, window_of

if TYPE_CHECKING:
    from cpe_diag.domain.subscriber import FoundSubscriber
    from cpe_diag.report.codec import Json
    from cpe_diag.service.web.call import Call
    from cpe_diag.service.web.served import Served

_NULLABLE: Final[dict[str, object]] = {"type": "string", "nullable": True}
SUBSCRIBER: Final[dict[str, object]] = {
    "type": "object",
    "required": ["id"],
    "properties": {
        "id": {"type": "string"},
        "node": _NULLABLE,
        "port": _NULLABLE,
        "technology": _NULLABLE,
        "router": _NULLABLE,
        "postalAddress": _NULLABLE,
    },
}


def found(served: Served, call: Call) -> Reply | Refused:
    """Give the subscribers of this id, number or address; empty where the inventory knows none."""
    window = window_of(call.query)
    if isinstance(window, Refused):
        return window
    words = call.query.get("words", "").strip()
    if not words:
        return Refused(status=400, reason="words: expected an id, a phone number or an address")
    rows = served.find(words, window.offset + window.limit)[window.offset :]
    body: list[Json] = [chosen(_shown(one), window.fields) for one in rows]
    return Reply(body=body, headers={"X-Result-Count": str(len(body))})


def _shown(found: FoundSubscriber) -> dict[str, Json]:
    one = found.subscriber
    technology = known(one.technology)
    return {
        "id": one.id,
        "node": one.node.id if one.node else None,
        "port": known(one.port),
        "technology": technology.value if technology else None,
        "router": one.router.address if one.router else None,
        "postalAddress": found.postal_address,
    }
