"""The plots of a case: what its line was like over the runs, drawn by the server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from cpe_diag.service.pages.asking import ask
from cpe_diag.service.pages.changes_shown import changes_of
from cpe_diag.service.pages.trend_picture import trend_picture
from cpe_diag.service.pages.visit import Shown
from cpe_diag.service.refused import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cpe_diag.service.pages.site import Site
    from cpe_diag.service.pages.visit import Visit


async def trends(site: Site, visit: Visit) -> Shown | Refused:
    """Show the plots of a case."""
    found = await ask(site.service, visit, "listTrends", path=visit.path)
    if isinstance(found, Refused):
        return found
    changes, problem = await changes_of(site, visit, all_of_them=True)
    made = tuple(trend_picture(one, changes) for one in cast("Sequence[Mapping[str, Any]]", found))
    values = {"case": visit.path["id"], "trends": made, "changes_problem": problem}
    return Shown(template="trends.html", values=values)
