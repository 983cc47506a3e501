"""The page of a case, live: what its newest run notes goes out as server-sent events.

An event's id is where the reader is (WHATWG HTML, section 9.2): whoever comes again goes on there,
and nothing is told twice, left out, or in another order.
"""

from __future__ import annotations

import asyncio
import json
import math
import re
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from cpe_diag.domain.failures import CpeDiagError, RunError
from cpe_diag.domain.run_journal import GOES_ON
from cpe_diag.service.pages.asking import ask
from cpe_diag.service.pages.case_page import case_values
from cpe_diag.service.refused import Refused
from cpe_diag.service.web.run_views import entry_shown

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from cpe_diag.service.pages.site import Site
    from cpe_diag.service.pages.visit import Visit
    from cpe_diag.store.run_queries import Pulse

LOOKS_EVERY_S: Final = 0.5
"""How often the journal of a run that goes on is looked at."""
RESTS_S: Final = 3.0
"""The same for a case whose runs have ended: somebody may order another."""
DOOR_EVERY_S: Final = 2.0
"""How often it is looked whether the reader is still signed in, where nothing happens."""
NO_RUN: Final = "0"
EVENTS: Final = "text/event-stream"
AT_ONCE: Final = {"X-Accel-Buffering": "no"}
"""What keeps a proxy (nginx) from holding events back until there are many."""
PING_EVERY_S: Final = 15.0
"""A proxy ends a connection on which nothing comes (nginx: `proxy_read_timeout`, 60 s)."""
PING: Final = "event: ping\ndata: .\n\n"
"""An event and no comment, which a page would not hear: it asks anew where none comes."""
TOLD: Final = "told"
"""In place of a state: up to this entry, and nothing of a page."""
MOST_SEQ: Final = 999_999_999
_ID: Final = re.compile(
    r"([0-9a-f]{1,32})\.(-1|[0-9]{1,9})\.([a-z_]{1,16})\.([a-z_]{1,16})(?:\.([0-9]{1,9}))?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """How far a reader is: which run, its last entry (-1: none), its state, the case's state.

    `repairs` is that of a `Pulse`.
    """

    run: str
    seq: int
    state: str
    case_state: str
    repairs: int = 0

    def __str__(self) -> str:
        """Format as the id of an event."""
        return f"{self.run}.{self.seq}.{self.state}.{self.case_state}.{self.repairs}"


async def live(site: Site, visit: Visit) -> Refused | StreamingResponse:
    """Give a case's events from a place on; to look is noted as for the page."""
    found = await ask(site.service, visit, "getCase", path=visit.path)
    if isinstance(found, Refused):
        return found
    since = place_of(visit.last_event or visit.query.get("after", ""))
    return StreamingResponse(_events(site, visit, since), media_type=EVENTS, headers=AT_ONCE)


def place_of(text: str) -> Place | None:
    """Read the id of an event; None: it is none of ours."""
    found = _ID.fullmatch(text)
    if found is None:
        return None
    run, seq, state, case_state, repairs = found.groups("0")
    return Place(run=run, seq=int(seq), state=state, case_state=case_state, repairs=int(repairs))


async def _events(site: Site, visit: Visit, since: Place | None) -> AsyncIterator[str]:
    yield "retry: 2000\n\n"
    runs, looked, said = site.service.served.runs, -math.inf, time.monotonic()
    while True:
        try:
            pulse = await run_in_threadpool(runs.pulse, visit.path["id"])
            place = None if pulse is None else _place(pulse)
            if place != since or time.monotonic() - looked >= DOOR_EVERY_S:
                at = site.service.served.clock.now()
                known = await run_in_threadpool(site.door.known, visit.key, at, by_hand=False)
                place, looked = place if known == visit.caller else None, time.monotonic()
            if pulse is None or place is None:
                yield event_of("gone", "")
                return
            if place != since:
                for event in await run_in_threadpool(_entries, site, place, since):
                    yield event
                html = await _view(site, visit)
                if html is None:
                    return
                yield event_of("view", html, str(place))
                since, said = place, time.monotonic()
            if time.monotonic() - said >= PING_EVERY_S:
                yield PING
                said = time.monotonic()
        except CpeDiagError:
            return  # the reader comes again
        await asyncio.sleep(LOOKS_EVERY_S if pulse.run_state in GOES_ON else RESTS_S)


def _place(pulse: Pulse) -> Place:
    state = "none" if pulse.run_state is None else pulse.run_state.value
    return Place(
        run=pulse.run or NO_RUN,
        seq=pulse.seq,
        state=state,
        case_state=pulse.case_state,
        repairs=pulse.repairs,
    )


def _entries(site: Site, place: Place, since: Place | None) -> list[str]:
    """Give the entries from one place to the other, the oldest first.

    Whoever comes again after one of them has yet to see the page that belongs to it.

    Raises:
        StoreError: the store cannot be read.
    """
    if since is None or since.run == place.run:
        return _told(site, place, since.seq if since is not None else -1)
    # A new run of the case: what the one before has noted since comes first.
    before = list[str]()
    if since.run != NO_RUN and _of_one_case(site, since.run, place.run):
        before = _told(site, replace(since, seq=MOST_SEQ), since.seq)
    return [*before, *_told(site, place, -1)]


def _of_one_case(site: Site, one: str, other: str) -> bool:
    """Tell whether two runs are of one case; a reader may name any run, or none that there is."""
    runs = site.service.served.runs
    try:
        return runs.run(one).case_id == runs.run(other).case_id
    except RunError:
        return False


def _told(site: Site, place: Place, after: int) -> list[str]:
    return [
        event_of(
            "entry",
            json.dumps(entry_shown(seq, entry)),
            str(replace(place, seq=seq, state=TOLD, case_state=TOLD)),
        )
        for seq, entry in site.service.served.runs.entries_after(place.run, after)
        if seq <= place.seq
    ]


async def _view(site: Site, visit: Visit) -> str | None:
    """Render the live part as it is now; None: it may not be seen any more."""
    now = replace(visit, at=site.service.served.clock.now())
    values = await case_values(site, now, noted=False)
    if isinstance(values, Refused):
        return None
    shown = {**values, "csrf": visit.csrf, "now": now.at}
    return await site.html(visit, "live.html", shown)


def event_of(kind: str, data: str, place: str = "") -> str:
    """Write an event; `place` is its id, empty: it has none."""
    lines = [f"event: {kind}", *(f"data: {line}" for line in data.split("\n"))]
    if place:
        lines.append(f"id: {place}")
    return "\n".join(lines) + "\n\n"
