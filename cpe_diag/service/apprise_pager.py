"""Pager through Apprise: mail, messengers, SMS gateways, webhooks, each by an address of its own.

The addresses hold tokens and passwords: what Apprise logs about them is not kept.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final

from cpe_diag.service.delivery import Delivered, Delivery, TryLater, Undeliverable

if TYPE_CHECKING:
    from cpe_diag.domain.secret import Secret

CALL_S: Final = 60.0
"""Seconds for a call; Apprise gives each connection and each answer 4 s (`cto`, `rto`)."""


class ApprisePager:
    """See `Pager`."""

    async def call(self, address: Secret, title: str, body: str) -> Delivery:
        """See `Pager`."""
        try:
            return await asyncio.wait_for(
                asyncio.to_thread(_call, address, title, body), timeout=CALL_S
            )
        except TimeoutError:
            return TryLater(words=f"no answer in {CALL_S:.0f} s", maybe=True)


def _call(address: Secret, title: str, body: str) -> Delivery:
    # 200 ms and more than a hundred plugins, for those only who are to be called.
    from apprise import Apprise, NotifyFormat  # noqa: PLC0415 - the reason stands above

    logger = logging.getLogger("apprise")
    logger.handlers = [logging.NullHandler()]
    logger.propagate = False
    apprise = Apprise()
    if not apprise.add(address.reveal()):
        return Undeliverable(words="it is no address that Apprise understands")
    told = apprise.notify(title=title, body=body or title, body_format=NotifyFormat.TEXT)
    return Delivered() if told else TryLater(words="the service did not take it")
