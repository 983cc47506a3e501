"""Who else wants to be the way out of the home."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey
from cpe_diag.probes.asking import Asked, ask
from cpe_diag.probes.probe import Probe, Setting

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import Evidence, Measurement

KEY: Final = FactKey("lan_routers", "router")


async def _run(setting: Setting, _: Evidence, deadline: float) -> tuple[Measurement, ...]:
    return (await ask(setting, Asked(key=KEY, question=KEY.kind), deadline),)


PROBE: Final = Probe(
    id="lan_routers",
    title="Other routers in the home",
    asks="the home network, from the router: who announces itself as its router, or has its"
    " address",
    gives=(KEY,),
    after=("router_lan",),
    run=_run,
    cost_s=6.3,
)
