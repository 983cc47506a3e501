"""Requests to the provider: bounded, followed nowhere, and told without what they held."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import httpx

from cpe_diag.domain.failures import ProviderAwayError, SignInError

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

Document: TypeAlias = Mapping[str, Any]

REQUEST_S: Final = 10.0
"""Seconds for a whole request: somebody waits for the page."""
LARGEST: Final = 1_000_000
"""Bytes of an answer."""


class Asker:
    """Asks a provider; a client is opened for each request, which are few."""

    def __init__(
        self, client: Callable[[], AbstractAsyncContextManager[httpx.AsyncClient]]
    ) -> None:
        """Ask by what `client` gives."""
        self._client = client

    async def document(self, address: str, access: str | None = None) -> Document:
        """Get a JSON object.

        Args:
            address: of the document.
            access: an access token, where it is wanted.

        Raises:
            ProviderAwayError: it cannot be had.
        """
        headers = {} if access is None else {"Authorization": f"Bearer {access}"}
        response, body = await self._asked("GET", address, headers=headers)
        found = _object(body)
        if response.status_code != HTTPStatus.OK or found is None:
            raise ProviderAwayError(
                f"{_place(address)}: {response.status_code}; expected 200 with a JSON object"
            )
        return found

    async def exchange(
        self, address: str, form: Mapping[str, str], headers: Mapping[str, str]
    ) -> Document:
        """Post a form to the token endpoint (RFC 6749, sections 4.1.3 and 5).

        Raises:
            ProviderAwayError: no answer came, or none that is one.
            SignInError: the provider refuses; its word for why is one of the RFC's.
        """
        response, body = await self._asked("POST", address, headers=headers, form=form)
        found = _object(body)
        if response.is_success and found is not None:
            return found
        if response.is_client_error:
            said = str((found or {}).get("error", ""))
            word = said if said.isascii() and said.replace("_", "").isalpha() else "no reason"
            raise SignInError(
                f"{_place(address)} refuses the code: {response.status_code} {word[:40]}"
            )
        raise ProviderAwayError(
            f"{_place(address)}: {response.status_code}; expected 200 with a JSON object"
        )

    async def _asked(
        self,
        method: str,
        address: str,
        *,
        headers: Mapping[str, str],
        form: Mapping[str, str] | None = None,
    ) -> tuple[httpx.Response, bytes]:
        sent = {"Accept": "application/json", **headers}
        read = bytearray()
        try:
            async with (
                asyncio.timeout(REQUEST_S),
                self._client() as client,
                client.stream(method, address, headers=sent, data=form) as response,
            ):
                async for piece in response.aiter_bytes():
                    read += piece
                    if len(read) > LARGEST:
                        raise ProviderAwayError(f"{_place(address)}: the answer does not end")
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            why = type(error).__name__
            raise ProviderAwayError(f"{_place(address)}: no answer ({why})") from error
        return response, bytes(read)


def client_maker() -> Callable[[], httpx.AsyncClient]:
    """Give what makes clients; the certificates of this machine are read once.

    `SSL_CERT_FILE` and the variables of proxies count, as everywhere.
    """
    context = httpx.create_ssl_context()

    def make() -> httpx.AsyncClient:
        return httpx.AsyncClient(
            verify=context, follow_redirects=False, timeout=httpx.Timeout(REQUEST_S)
        )

    return make


def _object(body: bytes) -> Document | None:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _place(address: str) -> str:
    """Name an address without what it asks."""
    return address.partition("?")[0]
