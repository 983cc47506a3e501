"""What all devices of the home have tried lately, and what came of it, as their router sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey
from cpe_diag.probes.asking import Asked, ask
from cpe_diag.probes.probe import Probe, Setting

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import Evidence, Measurement

# Who else wants to be a router is listened for meanwhile: what the home did then is in the table.
KEY: Final = FactKey("home_watch", "router")


async def _run(setting: Setting, _: Evidence, deadline: float) -> tuple[Measurement, ...]:
    server = setting.operator_resolver or ""
    return (await ask(setting, Asked(key=KEY, question=KEY.kind, server=server), deadline),)


PROBE: Final = Probe(
    id="home_watch",
    title="What the home tries",
    asks="the home router, once: whether what its devices tried of late came about",
    gives=(KEY,),
    after=("lan_routers",),
    run=_run,
    cost_s=0.2,
)
