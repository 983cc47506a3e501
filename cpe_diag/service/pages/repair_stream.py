"""The page of a repair, live: whenever something of it has changed, it goes out anew."""

from __future__ import annotations

import asyncio
import hashlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, cast

from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from cpe_diag.domain.failures import CpeDiagError
from cpe_diag.service.pages.asking import ask
from cpe_diag.service.pages.repair_page import repair_values
from cpe_diag.service.pages.stream import event_of
from cpe_diag.service.refused import Refused

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from cpe_diag.service.pages.site import Site
    from cpe_diag.service.pages.visit import Visit

GOES_S: Final = 0.5
"""How often a repair that goes on is looked at."""
RESTS_S: Final = 2.0
"""The same for one that waits for somebody, or has ended."""


async def live_repair(site: Site, visit: Visit) -> Refused | StreamingResponse:
    """Give a repair as it changes; to look is noted as for the page."""
    found = await ask(site.service, visit, "getRepair", path=visit.path)
    if isinstance(found, Refused):
        return found
    return StreamingResponse(_events(site, visit), media_type="text/event-stream")


async def _events(site: Site, visit: Visit) -> AsyncIterator[str]:
    yield "retry: 2000\n\n"
    seen = visit.last_event
    while True:
        at = site.service.served.clock.now()
        try:
            known = await run_in_threadpool(site.door.known, visit.key, at, by_hand=False)
            now = replace(visit, at=at)
            values = await repair_values(site, now, noted=False) if known else None
            if values is None or isinstance(values, Refused):
                yield event_of("gone", "")
                return
            digest = _digest(values)
            if digest != seen:
                shown = {**values, "csrf": visit.csrf, "now": at}
                yield event_of("view", await site.html(visit, "repair_live.html", shown), digest)
                seen = digest
        except CpeDiagError:
            return  # the reader comes again
        repair = cast("Mapping[str, Any]", values["repair"])
        await asyncio.sleep(GOES_S if repair["state"] == "running" else RESTS_S)


def _digest(values: Mapping[str, object]) -> str:
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:32]
