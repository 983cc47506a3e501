"""The page of a repair, live: whenever something of it has changed, it goes out anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

from cpe_diag.service.pages.asking import ask
from cpe_diag.service.pages.repair_page import repair_values
from cpe_diag.service.pages.view_stream import View, live_view
from cpe_diag.service.refused import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import StreamingResponse

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

    async def look(now: Visit) -> View | Refused:
        values = await repair_values(site, now, noted=False)
        if isinstance(values, Refused):
            return values
        repair = cast("Mapping[str, Any]", values["repair"])
        rests_s = GOES_S if repair["state"] == "running" else RESTS_S
        return View(values=values, told=values, rests_s=rests_s)

    return live_view(site, visit, "repair_live.html", look)
