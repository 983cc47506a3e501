"""Which other networks the router hears; listening takes a few seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey
from cpe_diag.domain.nuisance import Nuisance
from cpe_diag.probes.asking import Asked, ask
from cpe_diag.probes.probe import Probe, Setting

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import Evidence, Measurement

KEY: Final = FactKey("air_scan", "router")


async def _run(setting: Setting, _: Evidence, deadline: float) -> tuple[Measurement, ...]:
    return (await ask(setting, Asked(key=KEY, question=KEY.kind), deadline),)


PROBE: Final = Probe(
    id="air_scan",
    title="The air around the router",
    asks="the home router's radios",
    gives=(KEY,),
    after=(),
    run=_run,
    cost_s=6.0,
    nuisance=Nuisance.NOTICED,
)
