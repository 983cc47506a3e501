"""The outage view: a node with its ports as a grid, what fell together, and the parent case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

from starlette.concurrency import run_in_threadpool

from cpe_diag.service.pages.asking import ask
from cpe_diag.service.pages.view_stream import View, live_view
from cpe_diag.service.pages.visit import Shown
from cpe_diag.service.refused import Refused
from cpe_diag.service.web.nodes import LOOKED_AT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.responses import StreamingResponse

    from cpe_diag.service.pages.site import Site
    from cpe_diag.service.pages.visit import Visit

EVERY_S: Final = 2.0
"""How often it is looked whether a run has seen the node anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bay:
    """Ports that share their smallest group; `name` empty: they share nothing known."""

    name: str
    ports: tuple[Mapping[str, Any], ...]


async def node(site: Site, visit: Visit) -> Shown | Refused:
    """Show a node."""
    values = await node_values(site, visit)
    return values if isinstance(values, Refused) else Shown(template="node.html", values=values)


async def node_values(
    site: Site, visit: Visit, *, noted: bool = True
) -> dict[str, object] | Refused:
    """Give what the templates of a node name; `noted` False: part of a look that was noted."""
    found = await ask(site.service, visit, "getNode", path=visit.path, noted=noted)
    if isinstance(found, Refused):
        return found
    held = cast("dict[str, Any]", found)
    return {"node": held, "bays": bays_of(held["ports"])}


def bays_of(ports: Sequence[Mapping[str, Any]]) -> tuple[Bay, ...]:
    """Put ports beside those that they share their smallest group with, in the node's order."""
    held: dict[str, list[Mapping[str, Any]]] = {}
    for one in ports:
        held.setdefault(one["groups"][0] if one["groups"] else "", []).append(one)
    return tuple(Bay(name=name, ports=tuple(found)) for name, found in held.items())


async def live_node(site: Site, visit: Visit) -> Refused | StreamingResponse:
    """Give a node as it changes; to look is noted as for the page."""
    found = await ask(site.service, visit, "getNode", path=visit.path)
    if isinstance(found, Refused):
        return found
    looked = ""

    async def look(now: Visit) -> View | float | Refused:
        nonlocal looked
        pulse = await run_in_threadpool(_pulse, site, visit.path["id"])
        if pulse == looked:
            return EVERY_S
        looked = pulse
        values = await node_values(site, now, noted=False)
        if isinstance(values, Refused):
            return values
        return View(values=values, told=values["node"], rests_s=EVERY_S)

    return live_view(site, visit, "node_live.html", look)


def _pulse(site: Site, node: str) -> str:
    """Say in a word whether anything can have changed: which runs have ended, the incidents.

    Raises:
        StoreError: the store cannot be read.
    """
    served = site.service.served
    runs = [one.id for one in served.runs.of_node(node, ended=True, limit=LOOKED_AT)]
    at = served.clock.now()
    open_now = [
        (one.place, one.subscribers, one.case_id)
        for one in served.incidents(at)
        if one.place.startswith(f"{node}/")
    ]
    return repr((runs, open_now))
