"""The device in question by way of the router: ARP, its socket, its connections."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey
from cpe_diag.probes.asking import ask_all
from cpe_diag.probes.device_ping import about_device
from cpe_diag.probes.probe import Probe, Setting

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import Evidence, Measurement

PRESENCE: Final = FactKey("device_presence", "device")
FLOWS: Final = FactKey("device_flows", "device")


async def _run(setting: Setting, evidence: Evidence, deadline: float) -> tuple[Measurement, ...]:
    questions = [
        about_device(setting, evidence, key, key.kind, server=setting.operator_resolver or "")
        for key in (PRESENCE, FLOWS)
    ]
    return await ask_all(setting, questions, deadline)


PROBE: Final = Probe(
    id="device_traces",
    title="Traces of the device",
    asks="the home router, about the device in question: ARP, its socket, its connections",
    gives=(PRESENCE, FLOWS),
    after=("router_lan",),
    run=_run,
    cost_s=1.3,
)
