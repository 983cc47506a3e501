"""What a request says, read with limits; what no database holds is refused."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from starlette.requests import ClientDisconnect

from cpe_diag.service.json_body import json_body
from cpe_diag.service.refused import Refused
from cpe_diag.service.tmf_schema import own_faults

if TYPE_CHECKING:
    from starlette.requests import Request

    from cpe_diag.service.web.operation import Operation

BODY_S: Final = 10.0
"""How long a body may take to come."""

LONGEST_PART: Final = 200
"""Characters of a part of a path."""


def query_of(request: Request) -> dict[str, str]:
    """Give the parameters, several of a name with commas between them."""
    query: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        query[name] = f"{query[name]},{value}" if name in query else value
    return query


def data_of(
    operation: Operation, body: bytes, content_type: str
) -> Mapping[str, object] | Refused:
    """Give a body's data, where the operation has one that we read.

    Args:
        operation: what is asked.
        body: as it came.
        content_type: of the request.

    Returns:
        The data, empty where there is none to read; 400, 413 or 415 where it cannot be taken.
    """
    if operation.body is None or operation.by_desk:
        return {}
    read = json_body(body, content_type)
    if isinstance(read, Refused):
        return read
    return odd_data(operation, read) or read


async def body_of(request: Request, most: int) -> bytes | Refused:
    """Give a body: 413 where it is longer than `most` bytes, 408 where it does not come."""
    too_large = Refused(status=413, reason=f"the body is longer than {most} bytes")
    said = request.headers.get("content-length", "")
    if said.isdecimal() and int(said) > most:
        return too_large
    came = bytearray()
    try:
        async with asyncio.timeout(BODY_S):
            async for piece in request.stream():
                came += piece
                if len(came) > most:
                    return too_large
    except ClientDisconnect:
        return Refused(status=400, reason="the connection ended before the body did")
    except TimeoutError:
        return Refused(status=408, reason=f"the body did not come within {BODY_S:g} s")
    return bytes(came)


def odd_words(parts: Mapping[str, str], query: Mapping[str, str]) -> Refused | None:
    """Refuse parts of a path that are too long, and text that no database holds."""
    if any(len(one) > LONGEST_PART for one in parts.values()):
        return Refused(status=400, reason=f"path: at most {LONGEST_PART} characters")
    if _odd([*parts.values(), *query, *query.values()]):
        return Refused(status=400, reason="path, query: expected text without NUL")
    return None


def odd_data(operation: Operation, data: Mapping[str, object]) -> Refused | None:
    """Refuse what no database holds, and what a schema of our own does not allow."""
    if _odd(data):
        return Refused(status=400, reason="expected text without NUL, in Unicode")
    if isinstance(operation.body, Mapping):
        wrong = own_faults(operation.body, data)
        if wrong:
            return Refused(status=400, reason="; ".join(wrong))
    return None


def _odd(value: object) -> bool:
    if isinstance(value, str):
        return "\0" in value or any("\ud800" <= one <= "\udfff" for one in value)
    if isinstance(value, Mapping):
        return any(_odd(key) or _odd(one) for key, one in value.items())
    return isinstance(value, list) and any(map(_odd, value))
