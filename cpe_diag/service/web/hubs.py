"""TM Forum hubs: who asks to be told of events, and where. A callback is an address, no secret."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.service.refused import Refused
from cpe_diag.service.web.call import Reply
from cpe_diag.store.event_hubs import HubsFullError

if TYPE_CHECKING:
    from cpe_diag.report.codec import Json
    from cpe_diag.service.tmf_schema import Api
    from cpe_diag.service.web.call import Call
    from cpe_diag.service.web.served import Served
    from cpe_diag.store.event_hubs import EventHub

LONGEST: Final = 2000
"""Characters of a callback or a query."""

BODY: Final[dict[str, object]] = {
    "type": "object",
    "required": ["callback"],
    "properties": {
        "callback": {
            "type": "string",
            "maxLength": LONGEST,
            "description": "https:// with a host of the public internet, without a user or "
            "a password; http:// and a host inside where the operator has named it",
        },
        "query": {"type": "string", "maxLength": LONGEST},
    },
}
"""EventSubscriptionInput of version 4, Hub_FVO of version 5."""

HUB: Final[dict[str, object]] = {
    "type": "object",
    "required": ["id", "callback"],
    "properties": {
        "id": {"type": "string"},
        "callback": {"type": "string"},
        "query": {"type": "string"},
    },
}

_NONE: Final = Refused(status=404, reason="there is no registration of this id")


def register(served: Served, call: Call, api: Api, at: str) -> Reply | Refused:
    """Keep a registration; `at` is the path of the hub."""
    callback, query = call.data.get("callback"), call.data.get("query", "")
    if not isinstance(callback, str) or not isinstance(query, str):
        return Refused(status=400, reason="expected callback and query as text")
    if len(callback) > LONGEST or len(query) > LONGEST:
        return Refused(status=400, reason=f"callback, query: at most {LONGEST} characters")
    refused = served.hub_hosts.refusal(callback)
    if refused:
        return Refused(status=422, reason=f"callback: {refused}")
    try:
        hub = served.hubs.add(api.value, callback, query, by=call.caller.staff.name, at=call.at)
    except HubsFullError as error:
        return Refused(status=409, reason=str(error))
    return Reply(status=201, body=_body(hub), headers={"Location": f"{at}/{hub.id}"})


def one(served: Served, call: Call, api: Api) -> Reply | Refused:
    """Give one registration."""
    for hub in served.hubs.of(api.value):
        if hub.id == call.path["id"]:
            return Reply(body=_body(hub))
    return _NONE


def remove(served: Served, call: Call, api: Api) -> Reply | Refused:
    """Forget a registration."""
    return Reply(status=204) if served.hubs.remove(api.value, call.path["id"]) else _NONE


def _body(hub: EventHub) -> dict[str, Json]:
    made: dict[str, Json] = {"id": hub.id, "callback": hub.callback}
    return {**made, "query": hub.query} if hub.query else made
