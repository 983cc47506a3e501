"""Answers as they go out: TM Forum's error bodies, and references that are whole."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from starlette.responses import Response

from cpe_diag.service.refused import Refused
from cpe_diag.service.tmf_error import tmf_error
from cpe_diag.service.web.call import Reply

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

    from cpe_diag.report.codec import Json

JSON_KIND: Final = "application/json"
UNUSABLE: Final = Refused(status=503, reason="something that is needed cannot be used; try again")

# RFC 9110, section 7.2: a host and perhaps a port; whatever else came is not repeated.
_HOST: Final = re.compile(r"(?:[A-Za-z0-9._-]{1,255}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")


def ids_of(reply: Reply | Refused) -> dict[str, Any]:
    """Give the ids of run and case for the log; nothing else of a body goes there."""
    body = reply.body if isinstance(reply, Reply) else None
    held = body if isinstance(body, dict) else {}
    return {name: held[name] for name in ("id", "run", "case", "ticket") if name in held}


def with_addresses(reply: Reply, request: Request) -> Reply:
    """Make references of our own whole, as the caller has addressed us: TM Forum wants URIs."""
    address = address_of(request)
    if reply.body is None or not address:
        return reply
    return replace(reply, body=whole(reply.body, address))


def address_of(request: Request) -> str:
    """Give the address by which the caller has addressed us; empty where it is none."""
    host = request.headers.get("host", "")
    return f"{request.url.scheme}://{host}" if _HOST.fullmatch(host) else ""


def whole(value: Json, address: str) -> Json:
    """Put an address before every reference of our own."""
    if isinstance(value, list):
        return [whole(one, address) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        key: f"{address}{one}"
        if key == "href" and isinstance(one, str) and one.startswith("/")
        else whole(one, address)
        for key, one in value.items()
    }


def comes_back(refused: Refused) -> Mapping[str, str]:
    """Give the header that says when to try again, where that helps."""
    return {"Retry-After": "1"} if refused.status in {429, 503} else {}


def response_of(reply: Reply | Refused) -> Response:
    """Write an answer."""
    if isinstance(reply, Refused):
        headers: dict[str, str] = {}
        if reply.status == 401:  # noqa: PLR2004 - RFC 9110, section 15.5.2
            headers["WWW-Authenticate"] = "Bearer"
        headers |= comes_back(reply)
        content = json.dumps(tmf_error(reply)).encode()
        return Response(content, reply.status, headers, media_type=JSON_KIND)
    if reply.body is None:
        return Response(b"", reply.status, dict(reply.headers))
    content = json.dumps(reply.body, ensure_ascii=False).encode("utf-8", "replace")
    return Response(content, reply.status, dict(reply.headers), media_type=JSON_KIND)
