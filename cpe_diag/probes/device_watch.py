"""Whether the device in question gets its pages just now, as its router sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey
from cpe_diag.probes.asking import ask
from cpe_diag.probes.device_ping import about_device
from cpe_diag.probes.probe import Probe, Setting

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import Evidence, Measurement

WATCH: Final = FactKey("device_watch", "device")


async def _run(setting: Setting, evidence: Evidence, deadline: float) -> tuple[Measurement, ...]:
    server = setting.operator_resolver or ""
    question = about_device(setting, evidence, WATCH, WATCH.kind, server=server)
    return (await ask(setting, question, deadline),)


PROBE: Final = Probe(
    id="device_watch",
    title="Watching the device",
    asks="the home router, for six seconds: whether what the device asks for comes about",
    gives=(WATCH,),
    after=("router_lan",),
    run=_run,
    cost_s=6.3,
)
