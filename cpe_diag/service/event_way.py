"""TM Forum events to hubs' listeners: each with its id, by which a listener knows it again."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from cpe_diag.service.delivery import NOT_OURS, Delivered, Delivery, IsOurs, Undeliverable
from cpe_diag.service.desk_request import JSON_TYPE, DeskRequest
from cpe_diag.service.http_exchange import Reply, exchange
from cpe_diag.service.ticket_paths import DeskKind

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from cpe_diag.domain.letter import Letter
    from cpe_diag.report.codec import Json


class EventWay:
    """Delivers letters whose document is an event to the hub that they name.

    A listener cannot be asked what it has: it gets the same event again, with the same
    `Idempotency-Key`.
    """

    def __init__(self, address_of: Callable[[str], str | None], client: httpx.AsyncClient) -> None:
        """Send to where `address_of` says that a hub's listener is; None: it has left."""
        self._address_of = address_of
        self._client = client

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
        if not await is_ours():
            return NOT_OURS
        reply = await exchange(self._client, address, request, DeskKind.JSON, None)
        return Delivered() if isinstance(reply, Reply) else reply
