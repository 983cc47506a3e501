"""Subscribers by what a caller can say: the inventory's id, an address, or a phone number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.missing import known
from cpe_diag.service.refused import Refused
from cpe_diag.service.web.call import Reply

if TYPE_CHECKING:
    from cpe_diag.domain.subscriber import Subscriber
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
    },
}


def found(served: Served, call: Call) -> Reply | Refused:
    """Give the subscribers of this id, address or number; empty where the inventory knows none."""
    words = call.query.get("words", "").strip()
    if not words:
        return Refused(status=400, reason="words: expected an id, an address or a phone number")
    body: list[Json] = [_shown(one) for one in served.find(words)]
    return Reply(body=body, headers={"X-Result-Count": str(len(body))})


def _shown(one: Subscriber) -> dict[str, Json]:
    technology = known(one.technology)
    return {
        "id": one.id,
        "node": one.node.id if one.node else None,
        "port": known(one.port),
        "technology": technology.value if technology else None,
        "router": one.router.address if one.router else None,
    }
