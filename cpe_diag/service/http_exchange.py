"""One request to a desk or a listener, and what its answer means for the letter."""

from __future__ import annotations

import asyncio
import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

import httpx

from cpe_diag.service.delivery import NoConnection, TryLater, Undeliverable
from cpe_diag.service.desk_request import CredentialPlace
from cpe_diag.service.ticket_paths import DeskKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpe_diag.domain.secret import Secret
    from cpe_diag.service.desk_request import DeskRequest

REQUEST_S: Final = 20.0
"""Seconds for a whole request; a sender's lease is longer than its three."""
LARGEST_ANSWER: Final = 20_000_000
"""Bytes: a ticket with all its articles."""
MOST_DIGITS: Final = 8
LONGEST_WAIT: Final = timedelta(hours=1)
"""What a desk's `Retry-After` counts at most."""

_LATER: Final = frozenset({401, 403, 408, 409, 423, 425, 429})
"""RFC 9110, 4918, 8470, 6585: may be otherwise later; a refused credential, once it is mended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer of 2xx; `data` None: none that is JSON."""

    data: object


def new_client() -> httpx.AsyncClient:
    """Make a client that follows nobody elsewhere with our credential."""
    return httpx.AsyncClient(follow_redirects=False, timeout=httpx.Timeout(REQUEST_S))


async def exchange(  # noqa: PLR0913 - what a request is made of
    client: httpx.AsyncClient,
    url: str,
    request: DeskRequest,
    kind: DeskKind,
    credential: Secret | None,
    *,
    known_as: httpx.URL | None = None,
) -> Reply | TryLater | Undeliverable:
    """Send one request and read its answer.

    Args:
        client: sends it.
        url: what stands before the request's path.
        request: what is sent.
        kind: of the desk, which says how the credential is given.
        credential: None: the request has none.
        known_as: the address whose name was looked up, where `url` holds what came of that: its
            host is asked for, and its certificate must be of it. None: `url` itself.

    Returns:
        The answer of 2xx; else whether it is worth trying again. Where no answer came the request
        may have been done.
    """
    path, headers, body = _with_credential(request, kind, credential)
    content = None if body is None else json.dumps(body, ensure_ascii=False).encode()
    more: dict[str, object] = {}
    if known_as is not None:
        # Connections are kept by their address: another name there would meet no certificate.
        host = known_as.netloc.decode("ascii")
        headers = {**headers, "Host": host, "Connection": "close"}
        more = {"sni_hostname": known_as.raw_host.decode("ascii")}
    what = f"{request.method} {request.path.partition('?')[0]}".rstrip()
    try:
        async with (
            asyncio.timeout(REQUEST_S),
            client.stream(
                request.method, f"{url}{path}", content=content, headers=headers, extensions=more
            ) as response,
        ):
            read = bytearray()
            async for piece in response.aiter_bytes():
                read += piece
                if len(read) > LARGEST_ANSWER:
                    return TryLater(words=f"{what}: the answer does not end", maybe=True)
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
        return NoConnection(words=f"{what}: no connection ({type(error).__name__})")
    except (httpx.TransportError, TimeoutError) as error:
        return TryLater(words=f"{what}: no answer ({type(error).__name__})", maybe=True)
    except httpx.InvalidURL:
        return Undeliverable(words=f"{what}: the configured address is none")
    except httpx.HTTPError as error:
        return TryLater(words=f"{what}: {type(error).__name__}", maybe=True)
    return _meaning(what, response, bytes(read))


def _meaning(what: str, response: httpx.Response, body: bytes) -> Reply | TryLater | Undeliverable:
    status = response.status_code
    if response.is_success:
        try:
            return Reply(data=json.loads(body))
        except (ValueError, RecursionError):
            return Reply(data=None)
    if status in _LATER:
        return TryLater(words=f"{what}: {status}", not_before=_retry_after(response))
    if response.is_server_error:
        return TryLater(
            words=f"{what}: {status}",
            not_before=_retry_after(response),
            maybe=status != HTTPStatus.SERVICE_UNAVAILABLE,
        )
    return Undeliverable(words=f"{what}: {status}")


def _retry_after(response: httpx.Response) -> datetime | None:
    """Read `Retry-After` (RFC 9110, 10.2.3): seconds or a date; None where there is none."""
    said = response.headers.get("retry-after", "").strip()
    now = datetime.now(UTC)
    if said.isascii() and said.isdigit() and len(said) <= MOST_DIGITS:
        return now + min(timedelta(seconds=int(said)), LONGEST_WAIT)
    try:
        at = parsedate_to_datetime(said)
    except ValueError:
        return None
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    return min(at, now + LONGEST_WAIT)


# Zammad, REST API, "Authentication": `Token token=...`. Jira Cloud: Basic with e-mail and API
# token; Data Center: Bearer. Znuny: UserLogin and Password of each operation.
def _with_credential(
    request: DeskRequest, kind: DeskKind, credential: Secret | None
) -> tuple[str, Mapping[str, str], object]:
    if credential is None:
        return request.path, request.headers, request.body
    said = credential.reveal()
    user, _, password = said.partition(":")
    match request.credential:
        case CredentialPlace.BODY:
            body = request.body if isinstance(request.body, dict) else {}
            return (
                request.path,
                request.headers,
                {**body, "UserLogin": user, "Password": password},
            )
        case CredentialPlace.QUERY_LOGIN:
            join = "&" if "?" in request.path else "?"
            login = f"UserLogin={quote(user, safe='')}&Password={quote(password, safe='')}"
            return f"{request.path}{join}{login}", request.headers, request.body
        case CredentialPlace.HEADER:
            held = {**request.headers, "Authorization": _authorization(kind, said)}
            return request.path, held, request.body


def _authorization(kind: DeskKind, said: str) -> str:
    if kind is DeskKind.ZAMMAD:
        return f"Token token={said}"
    if kind is DeskKind.JIRA and ":" in said:
        return f"Basic {base64.b64encode(said.encode()).decode('ascii')}"
    return f"Bearer {said}"
