"""What flows through the neighbouring ports now: a second sample of their counters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey
from cpe_diag.domain.failures import MeasurementError
from cpe_diag.probes.neighbour_ports import ASKED, choose, subject
from cpe_diag.probes.node_port import none_of
from cpe_diag.probes.probe import Probe, Setting
from cpe_diag.probes.second_sample import first_sample, sample_again

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import Evidence, Measurement
    from cpe_diag.domain.observations import Observed
    from cpe_diag.domain.port_facts import PortCounters
    from cpe_diag.driver_kit.port_index import PortIndex

_PREFIX: Final = "neighbour/"


async def _run(setting: Setting, evidence: Evidence, deadline: float) -> tuple[Measurement, ...]:
    subjects = evidence.subjects("port_counters", _PREFIX) or (f"{_PREFIX}none",)
    firsts: dict[str, tuple[PortIndex, Observed[PortCounters]]] = {}
    lost: list[Measurement] = []
    chosen: dict[str, PortIndex] = {}
    for name in subjects:
        try:
            sample = first_sample(evidence, name)
            chosen = chosen or {subject(index): index for index in await choose(setting, deadline)}
        except MeasurementError as error:
            key = FactKey("port_rates", name)
            lost.extend(none_of((key,), error, setting.doors.clock.now()))
        else:
            if name in chosen:
                firsts[name] = (chosen[name], sample)
    if not firsts:
        return tuple(lost)
    return (*lost, *await sample_again(setting, firsts, deadline, asked=ASKED))


PROBE: Final = Probe(
    id="neighbour_rates",
    title="Traffic and errors on the neighbouring ports",
    asks="the access node, about the neighbours' counters a second time",
    gives=(FactKey("port_rates", "neighbour/*"),),
    after=("port_counters[neighbour/*]",),
    run=_run,
    cost_s=1.0,
)
