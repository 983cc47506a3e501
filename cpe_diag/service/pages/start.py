"""The start page: incidents, who is looked for, what waits; and the order of a run."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final, cast

from cpe_diag.service.pages.asking import ask, may
from cpe_diag.service.pages.complaints import offered
from cpe_diag.service.pages.queue_page import EVERY_S, ids_of, live_list, queue_values
from cpe_diag.service.pages.site import to
from cpe_diag.service.pages.view_stream import View
from cpe_diag.service.pages.visit import Shown
from cpe_diag.service.refused import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.responses import Response, StreamingResponse

    from cpe_diag.report.codec import Json
    from cpe_diag.service.pages.site import Site
    from cpe_diag.service.pages.visit import Visit

FOUND: Final = 20
"""Subscribers that are shown, and cases of each kind of match."""


async def start(site: Site, visit: Visit) -> Shown | Refused:
    """Show what is known to fail, what was looked for, and the queue."""
    return await _shown(site, visit, None)


async def live_start(site: Site, visit: Visit) -> Refused | StreamingResponse:
    """Give incidents and queue as they change; that something has come into view is noted."""

    def view(values: Mapping[str, object]) -> View:
        told = (values["incidents"], values["queue"], values["after"])
        return View(values=values, told=told, rests_s=EVERY_S)

    return await live_list(
        site, visit, "start_live.html", give=partial(_standing, site), names=_names, view=view
    )


async def order(site: Site, visit: Visit) -> Shown | Refused | Response:
    """Order a run, and go to its case."""
    names = ("playbook", "subscriber", "ticket")
    data = {name: said for name in names if (said := visit.form.get(name, "").strip())}
    made = await ask(site.service, visit, "orderRun", data=data)
    if isinstance(made, Refused):
        return await _shown(site, visit, made)
    return to(f"/cases/{cast('Mapping[str, str]', made)['case']}")


async def _shown(site: Site, visit: Visit, problem: Refused | None) -> Shown | Refused:
    standing = await _standing(site, replace(visit, query={}))
    if isinstance(standing, Refused):
        return standing
    words = visit.query.get("words", "").strip()
    subscribers: Json = []
    cases: list[Json] = []
    more = more_subscribers = False
    if words:
        query = {"words": words, "limit": str(FOUND + 1)}
        found = await ask(site.service, visit, "findSubscribers", query=query)
        if isinstance(found, Refused):
            return found
        rows = cast("list[Json]", found)
        subscribers, more_subscribers = rows[:FOUND], len(rows) > FOUND
        cases, more = await _cases(site, visit, words, subscribers)
    looking, changing = offered(site.service.served.playbooks.values())
    values = {
        **standing,
        "words": words,
        "subscribers": subscribers,
        "cases": cases,
        "more_cases": more,
        "more_subscribers": FOUND if more_subscribers else 0,
        "looking": looking,
        "changing": changing,
        "may_order": may(site.service, visit, "orderRun"),
        "form": visit.form,
        "problem": problem,
    }
    return Shown(
        template="start.html", values=values, status=200 if problem is None else problem.status
    )


async def _standing(
    site: Site, visit: Visit, *, noted: bool = True
) -> dict[str, object] | Refused:
    """Give what goes on without anybody's doing here: the incidents, and a part of the queue."""
    incidents = await ask(site.service, visit, "listIncidents", noted=noted)
    if isinstance(incidents, Refused):
        return incidents
    queue = await queue_values(site, visit, noted=noted)
    return queue if isinstance(queue, Refused) else {**queue, "incidents": incidents}


def _names(values: Mapping[str, object]) -> set[str]:
    """Name the cases and the incidents that are in view."""
    incidents = cast("list[Mapping[str, str]]", values["incidents"])
    return ids_of(values) | {f"{one['kind']} {one['place']}" for one in incidents}


async def _cases(
    site: Site, visit: Visit, words: str, subscribers: Json
) -> tuple[list[Json], bool]:
    """Give the cases of subscribers or of a ticket; where nobody is meant, those with these words.

    Each once; and whether there are more. The first are found by an index, for the others every
    case is looked at.
    """
    made: dict[str, Json] = {}
    more = False
    held = cast("Sequence[Mapping[str, str]]", subscribers)
    names = dict.fromkeys((words, *(one["id"] for one in held)))
    for by, wanted in (*(("subscriber", name) for name in names), ("ticket", words)):
        found = await _listed(site, visit, by, wanted)
        made, more = made | dict(found[:FOUND]), more or len(found) > FOUND
    if not made and not held:
        found = await _listed(site, visit, "words", words)
        made, more = dict(found[:FOUND]), len(found) > FOUND
    return list(made.values()), more


async def _listed(site: Site, visit: Visit, by: str, wanted: str) -> list[tuple[str, Json]]:
    """Give cases by their ids, one more than is shown."""
    query = {by: wanted, "limit": str(FOUND + 1)}
    found = await ask(site.service, visit, "listCases", query=query)
    rows = cast("list[Mapping[str, str]]", found) if isinstance(found, list) else []
    return [(one["id"], cast("Json", one)) for one in rows]
