"""Fetches a page whose content is known, to see whether somebody gives another in its place."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.field_path_facts import FieldPage
from cpe_diag.domain.path_facts import HttpOutcome
from cpe_diag.field.page_words import other_host, shown, text_there
from cpe_diag.transports.bounded_tcp import Bounds
from cpe_diag.transports.http import HEADERS, Phase, http_outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cpe_diag.field.targets import FieldTargets

MOST_BYTES: Final = 262_144
"""Login pages hold their pictures and scripts; of a longer one its text is not known."""
BOUNDS: Final = Bounds(400)
"""That many octets in segments of 1,460, each acknowledged, and what opens and ends it."""


async def page_seen(targets: FieldTargets, server: str, *, within_s: float) -> FieldPage:
    """Fetch the page, following nothing.

    Args:
        targets: its URL, and what is known of it.
        server: the address to ask.
        within_s: how long at most.

    Returns:
        What came.
    """
    import httpcore

    from cpe_diag.transports.http_backend import ToAddress

    ends_s = asyncio.get_running_loop().time() + within_s
    left_s = lambda: max(0.01, ends_s - asyncio.get_running_loop().time())  # noqa: E731 - a word
    way = ToAddress(server, left_s, bounds=BOUNDS)
    url, status, location, body = targets.page_url or "", None, "", b""
    outcome, whole = HttpOutcome.OK, False
    try:
        async with (
            httpcore.AsyncConnectionPool(network_backend=way) as pool,
            pool.stream("GET", url, headers=[*HEADERS.items()]) as response,
        ):
            status = response.status
            location = _location(response.headers)
            async for part in response.aiter_stream():
                body += part
                if len(body) > MOST_BYTES or way.enough:
                    break
            else:
                whole = True
    except (
        httpcore.TimeoutException,
        httpcore.NetworkError,
        httpcore.ProtocolError,
        OSError,
    ) as error:
        begun = status is not None or isinstance(error, httpcore.ProtocolError)
        outcome = http_outcome(error, Phase.READING if begun else Phase.CONNECTING)
    return FieldPage(
        url=url,
        server=server,
        outcome=outcome,
        status=status,
        location=location,
        sent_to=other_host(url, status, location),
        expected_status=targets.page_status,
        text_there=None
        if status is None
        else text_there(targets.page_text, body[:MOST_BYTES], whole=whole),
    )


def _location(headers: Sequence[tuple[bytes, bytes]]) -> str:
    return shown(next((value for name, value in headers if name.lower() == b"location"), b""))
