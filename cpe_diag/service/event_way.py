"""TM Forum events to hubs' listeners: each with its id, by which a listener knows it again."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeAlias, cast

import httpx

from cpe_diag.service.delivery import (
    NOT_OURS,
    Delivered,
    Delivery,
    IsOurs,
    NoConnection,
    TryLater,
    Undeliverable,
)
from cpe_diag.service.desk_request import JSON_TYPE, DeskRequest
from cpe_diag.service.http_exchange import Reply, exchange
from cpe_diag.service.hub_hosts import inside, is_outside
from cpe_diag.service.ticket_paths import DeskKind

if TYPE_CHECKING:
    from cpe_diag.domain.letter import Letter
    from cpe_diag.report.codec import Json
    from cpe_diag.service.hub_hosts import HubHosts


Addresses: TypeAlias = Callable[[str, int], Awaitable[tuple[str, ...]]]
"""Looks a host's addresses up; raises OSError where they cannot be had."""

LOOKUP_S: Final = 10.0
HTTPS: Final = 443


async def addresses_of(host: str, port: int) -> tuple[str, ...]:
    """Look a host up as this machine does.

    Raises:
        OSError: it has no address, or nobody says it in time.
    """
    async with asyncio.timeout(LOOKUP_S):
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(one[4][0]) for one in found))


class EventWay:
    """Delivers letters whose document is an event to the hub that they name.

    A listener cannot be asked what it has: it gets the same event again, with the same
    `Idempotency-Key`. What is not named by the configuration is told at an address that was
    looked at: a name may lead elsewhere than when it was registered.
    """

    def __init__(
        self,
        address_of: Callable[[str], str | None],
        client: httpx.AsyncClient,
        hosts: HubHosts,
        addresses: Addresses = addresses_of,
    ) -> None:
        """Send to where `address_of` says that a hub's listener is; None: it has left.

        Args:
            address_of: gives a hub's callback.
            client: sends the requests.
            hosts: that may be inside the operator's network.
            addresses: looks the others up.
        """
        self._address_of = address_of
        self._client = client
        self._hosts = hosts
        self._addresses = addresses

    async def deliver(self, letter: Letter, is_ours: IsOurs) -> Delivery:
        """See `Way`."""
        address = self._address_of(letter.target)
        if address is None:
            return Undeliverable(words=f"the hub {letter.target} has left")
        request = DeskRequest(
            method="POST",
            path="",
            body=cast("Json", dict(letter.document)),
            headers={**JSON_TYPE, "Idempotency-Key": f'"{letter.key}"'},
        )
        try:
            url = httpx.URL(address)
        except httpx.InvalidURL:
            return Undeliverable(words=f"the callback of hub {letter.target} is no address")
        if self._hosts.is_named(url.host):
            return await self._told(request, (url,), None, is_ours)
        found = await self._outside(url)
        if isinstance(found, tuple):
            return await self._told(request, found, url, is_ours)
        return replace(found, words=f"callback of hub {letter.target}: {found.words}")

    async def _outside(self, url: httpx.URL) -> tuple[httpx.URL, ...] | TryLater | Undeliverable:
        """Give the places that a callback leads to; none where one of them is not outside."""
        refused = self._hosts.refusal(str(url))
        if refused:
            return Undeliverable(words=refused)
        try:
            found = await self._addresses(url.raw_host.decode("ascii"), url.port or HTTPS)
        except OSError as error:
            return TryLater(words=f"{url.host} cannot be looked up ({type(error).__name__})")
        if not all(is_outside(ipaddress.ip_address(one)) for one in found):
            return Undeliverable(words=inside(url.host))
        return tuple(url.copy_with(host=one) for one in found)

    async def _told(
        self,
        request: DeskRequest,
        places: tuple[httpx.URL, ...],
        known_as: httpx.URL | None,
        is_ours: IsOurs,
    ) -> Delivery:
        """Send it to the first place that takes a connection."""
        reply: Reply | TryLater | Undeliverable = TryLater(words="it has no address")
        for place in places:
            if not await is_ours():
                return NOT_OURS
            reply = await exchange(
                self._client, str(place), request, DeskKind.JSON, None, known_as=known_as
            )
            if not isinstance(reply, NoConnection):
                break
        return Delivered() if isinstance(reply, Reply) else reply
