"""The start page: incidents, who is looked for, what waits; and the order of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from cpe_diag.service.pages.asking import ask, may
from cpe_diag.service.pages.site import to
from cpe_diag.service.pages.visit import Shown
from cpe_diag.service.refused import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.responses import Response

    from cpe_diag.report.codec import Json
    from cpe_diag.service.pages.site import Site
    from cpe_diag.service.pages.visit import Visit

QUEUE: Final = "50"
"""Open cases that are shown."""
FOUND: Final = "20"
"""Cases that are shown of each kind of match."""


async def start(site: Site, visit: Visit) -> Shown | Refused:
    """Show what is known to fail, what was looked for, and the queue."""
    return await _shown(site, visit, None)


async def order(site: Site, visit: Visit) -> Shown | Refused | Response:
    """Order a run, and go to its case."""
    names = ("playbook", "subscriber", "ticket")
    data = {name: said for name in names if (said := visit.form.get(name, "").strip())}
    made = await ask(site.service, visit, "orderRun", data=data)
    if isinstance(made, Refused):
        return await _shown(site, visit, made)
    return to(f"/cases/{cast('Mapping[str, str]', made)['case']}")


async def _shown(site: Site, visit: Visit, problem: Refused | None) -> Shown | Refused:
    incidents = await ask(site.service, visit, "listIncidents")
    if isinstance(incidents, Refused):
        return incidents
    queue = await ask(
        site.service,
        visit,
        "listCases",
        query={"state": "open", "sort": "urgent", "limit": QUEUE},
    )
    if isinstance(queue, Refused):
        return queue
    words = visit.query.get("words", "").strip()
    subscribers: Json = []
    cases: Json = []
    if words:
        found = await ask(site.service, visit, "findSubscribers", query={"words": words})
        if isinstance(found, Refused):
            return found
        subscribers = found
        cases = await _cases(site, visit, words, found)
    values = {
        "incidents": incidents,
        "queue": queue,
        "words": words,
        "subscribers": subscribers,
        "cases": cases,
        "playbooks": tuple(site.service.served.playbooks.values()),
        # A case that no run has ended of says only which complaint it is of.
        "complaints": {one.id: one.title for one in site.service.served.playbooks.values()},
        "may_order": may(site.service, visit, "orderRun"),
        "form": visit.form,
        "problem": problem,
    }
    return Shown(
        template="start.html", values=values, status=200 if problem is None else problem.status
    )


async def _cases(site: Site, visit: Visit, words: str, subscribers: Json) -> Json:
    """Give the cases of subscribers or of a ticket; where there are none, those with these words.

    Each once. The first are found by an index, for the others every case is looked at.
    """
    made: dict[str, Json] = {}
    held = cast("Sequence[Mapping[str, str]]", subscribers)
    names = dict.fromkeys((words, *(one["id"] for one in held)))
    for by, wanted in (*(("subscriber", name) for name in names), ("ticket", words)):
        made |= await _listed(site, visit, by, wanted)
    return list((made or await _listed(site, visit, "words", words)).values())


async def _listed(site: Site, visit: Visit, by: str, wanted: str) -> dict[str, Json]:
    query = {by: wanted, "limit": FOUND}
    found = await ask(site.service, visit, "listCases", query=query)
    rows = cast("list[Mapping[str, str]]", found) if isinstance(found, list) else []
    return {one["id"]: cast("Json", one) for one in rows}
