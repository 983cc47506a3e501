"""What flows through the subscriber's port now: a second sample of its counters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey
from cpe_diag.domain.failures import MeasurementError
from cpe_diag.probes.node_port import none_of, port_of
from cpe_diag.probes.probe import Probe, Setting
from cpe_diag.probes.second_sample import first_sample, sample_again

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import Evidence, Measurement


async def _run(setting: Setting, evidence: Evidence, deadline: float) -> tuple[Measurement, ...]:
    try:
        firsts = {"port": (port_of(setting), first_sample(evidence, "port"))}
    except MeasurementError as error:
        return none_of(PROBE.gives, error, setting.doors.clock.now())
    return await sample_again(setting, firsts, deadline)


PROBE: Final = Probe(
    id="port_rates",
    title="Traffic and errors on the port",
    asks="the access node, about the port's counters a second time",
    gives=(FactKey("port_rates", "port"),),
    after=("port_counters[port]",),
    run=_run,
)
