"""A part of a page, live: whenever something of it has changed, it goes out anew.

An event's id is what was seen (WHATWG HTML, section 9.2): whoever comes again, and has seen it as
it is, is told nothing.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from cpe_diag.domain.failures import CpeDiagError
from cpe_diag.service.pages.stream import AT_ONCE, EVENTS, PING, PING_EVERY_S, event_of
from cpe_diag.service.pages.visit import Visit
from cpe_diag.service.refused import Refused

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from cpe_diag.service.pages.site import Site


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What a template shows. `told` makes it another view, as JSON has it.

    `rests_s` is how long until it is looked at again, in seconds.
    """

    values: Mapping[str, object]
    told: object
    rests_s: float


Look: TypeAlias = Callable[[Visit], Awaitable["View | float | Refused"]]
"""Gives the view of now; a number: nothing can have changed, and how long it rests, in seconds.

Refused: there is no such thing any more. A CpeDiagError ends the stream: the reader comes again.
"""


def live_view(site: Site, visit: Visit, template: str, look: Look) -> StreamingResponse:
    """Give a view as it changes, until the reader leaves, is signed out, or has another role."""
    events = _events(site, visit, template, look)
    return StreamingResponse(events, media_type=EVENTS, headers=AT_ONCE)


async def _events(site: Site, visit: Visit, template: str, look: Look) -> AsyncIterator[str]:
    yield "retry: 2000\n\n"
    seen, said = visit.last_event or visit.query.get("after", ""), time.monotonic()
    while True:
        at = site.service.served.clock.now()
        try:
            known = await run_in_threadpool(site.door.known, visit.key, at, by_hand=False)
            view = await look(replace(visit, at=at)) if known == visit.caller else None
            if view is None or isinstance(view, Refused):
                yield event_of("gone", "")
                return
            if isinstance(view, View):
                digest = _digest(view.told)
                if digest != seen:
                    shown = {**view.values, "csrf": visit.csrf, "now": at}
                    yield event_of("view", await site.html(visit, template, shown), digest)
                    seen, said = digest, time.monotonic()
            if time.monotonic() - said >= PING_EVERY_S:
                yield PING
                said = time.monotonic()
        except CpeDiagError:
            return  # the reader comes again
        await asyncio.sleep(view.rests_s if isinstance(view, View) else view)


def _digest(told: object) -> str:
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:32]
