"""What the home router's kernel and firewall do with packets that come from the home."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey
from cpe_diag.probes.asking import Asked, ask
from cpe_diag.probes.probe import Probe, Setting

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import Evidence, Measurement

KEY: Final = FactKey("router_forwarding", "router")


async def _run(setting: Setting, _: Evidence, deadline: float) -> tuple[Measurement, ...]:
    return (await ask(setting, Asked(key=KEY, question=KEY.kind), deadline),)


PROBE: Final = Probe(
    id="router_forwarding",
    title="Router's forwarding",
    asks="the home router, whether it lets the home's packets through",
    gives=(KEY,),
    after=(),
    run=_run,
    cost_s=0.2,
)
