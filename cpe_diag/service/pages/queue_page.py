"""The queue: open cases by priority and time left, and those handed over; part by part, live."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, cast

from cpe_diag.service.pages.asking import ask
from cpe_diag.service.pages.view_stream import View, live_view
from cpe_diag.service.pages.visit import Shown
from cpe_diag.service.refused import Refused

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from starlette.responses import StreamingResponse

    from cpe_diag.service.pages.site import Site
    from cpe_diag.service.pages.visit import Visit

PART: Final = 50
"""Open cases that are shown at once."""
EVERY_S: Final = 3.0
"""How often it is looked whether the queue has changed."""
RESTS_S: Final = 15.0
"""The same for cases that were handed over: nobody's time runs down."""
OPEN: Final = "open"
SORTS: Final = {OPEN: "urgent", "handed_over": "newest"}
"""Which cases are listed, and in which order."""


async def queue(site: Site, visit: Visit) -> Shown | Refused:
    """Show a part of the queue by itself."""
    values = await queue_values(site, visit)
    return (
        values if isinstance(values, Refused) else Shown(template="queue_page.html", values=values)
    )


async def queue_values(
    site: Site, visit: Visit, *, noted: bool = True
) -> dict[str, object] | Refused:
    """Give what the templates of the queue name.

    Args:
        site: the pages.
        visit: `of` in its query is the state of the cases, open where nothing is said; `from` is
            how many are left out that stand before.
        noted: False: part of a look that was noted.

    Returns:
        The cases, where this part begins, and where the parts before and after it do; `after` 0:
        there is none. 400 where `from` is no number, or `of` none of SORTS.
    """
    said, of = visit.query.get("from", "0"), visit.query.get("of", OPEN)
    if of not in SORTS:
        return Refused(status=400, reason=f"of: expected one of {', '.join(SORTS)}")
    query = {"state": of, "sort": SORTS[of], "limit": str(PART + 1), "offset": said}
    found = await ask(site.service, visit, "listCases", query=query, noted=noted)
    if isinstance(found, Refused):
        return found
    cases, first = cast("list[Mapping[str, str]]", found), int(said)
    return {
        "queue": cases[:PART],
        "of": of,
        "first": first,
        "before": max(0, first - PART),
        "after": first + PART if len(cases) > PART else 0,
        # A case that no run has ended of says only which complaint it is of.
        "complaints": {one.id: one.title for one in site.service.served.playbooks.values()},
    }


async def live_queue(site: Site, visit: Visit) -> Refused | StreamingResponse:
    """Give a part of the queue as it changes; that a case has come into view is noted."""

    def view(values: Mapping[str, object]) -> View:
        rests_s = EVERY_S if values["of"] == OPEN else RESTS_S
        return View(values=values, told=(values["queue"], values["after"]), rests_s=rests_s)

    give = partial(queue_values, site)
    return await live_list(site, visit, "queue_live.html", give=give, names=ids_of, view=view)


async def live_list(  # noqa: PLR0913 - the parts of one list
    site: Site,
    visit: Visit,
    template: str,
    *,
    give: Callable[..., Awaitable[dict[str, object] | Refused]],
    names: Callable[[Mapping[str, object]], set[str]],
    view: Callable[[Mapping[str, object]], View],
) -> Refused | StreamingResponse:
    """Give a list as it changes; that something has come into view is noted.

    Args:
        site: the pages.
        visit: who looks.
        template: shows it.
        give: gives what the template names, of a visit, `noted` or not.
        names: of those that are in view.
        view: makes of that what is seen.
    """
    values = await give(visit)
    if isinstance(values, Refused):
        return values
    seen = names(values)

    async def look(now: Visit) -> View | Refused:
        values = await give(now, noted=False)
        if not isinstance(values, Refused) and not names(values) <= seen:
            values = await give(now)
        if isinstance(values, Refused):
            return values
        seen.update(names(values))
        return view(values)

    return live_view(site, visit, template, look)


def ids_of(values: Mapping[str, object]) -> set[str]:
    """Name the cases of a part of the queue."""
    return {one["id"] for one in cast("list[Mapping[str, str]]", values["queue"])}
