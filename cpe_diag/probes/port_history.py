"""The port over time: what earlier runs have kept of it, and this one has seen. Asks nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey, not_observed
from cpe_diag.domain.failures import Failure, FailureKind
from cpe_diag.domain.history_facts import PortHistory, PortSample
from cpe_diag.domain.observations import Observed
from cpe_diag.domain.port_facts import PortStatus
from cpe_diag.probes.node_port import known
from cpe_diag.probes.probe import Probe, Setting

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import Evidence, Measurement

KEY: Final = FactKey("port_history", "port")
RECALL: Final = "history.recall"


async def _run(setting: Setting, evidence: Evidence, _: float) -> tuple[Measurement, ...]:
    at = setting.doors.clock.now()
    seen = evidence.get("port_status", "port")
    samples = setting.port_history
    if not samples:
        nothing = "no earlier run has kept what it saw of the port"
        failure = Failure(kind=FailureKind.NOT_APPLICABLE, where="port_history", detail=nothing)
        return (not_observed(KEY, failure, RECALL, at),)
    if isinstance(seen, Observed) and isinstance(seen.value, PortStatus):
        now = PortSample(at=seen.at, up=seen.value.oper_up, changed_s=seen.value.last_change_s)
        samples = (*(one for one in samples if one.at < now.at), now)
    return (known(KEY, PortHistory(samples=samples), f"{len(samples)} looks", at),)


PROBE: Final = Probe(
    id="port_history",
    title="Port over time",
    asks="nobody: what runs have seen of the port within the last days",
    gives=(KEY,),
    after=("port_status[port]",),
    run=_run,
    cost_s=0.01,
)
