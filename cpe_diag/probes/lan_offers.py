"""Who else gives out addresses in the home."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey
from cpe_diag.probes.asking import Asked, ask
from cpe_diag.probes.probe import Probe, Setting

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import Evidence, Measurement

KEY: Final = FactKey("lan_offers", "router")


async def _run(setting: Setting, _: Evidence, deadline: float) -> tuple[Measurement, ...]:
    return (await ask(setting, Asked(key=KEY, question=KEY.kind), deadline),)


PROBE: Final = Probe(
    id="lan_offers",
    title="Other DHCP servers",
    asks="the home network, from the router: who else offers it an address",
    gives=(KEY,),
    after=("router_lan",),
    run=_run,
    cost_s=4.2,
)
