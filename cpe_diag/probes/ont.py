"""The subscriber's ONT as the OLT sees it: running or not and why, its light, its errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey
from cpe_diag.domain.subscriber import PON
from cpe_diag.driver_kit.optical_facts import ont_errors, ont_optics, ont_state
from cpe_diag.probes.group_read import GroupFact, read_groups
from cpe_diag.probes.probe import Probe, Setting

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import Evidence, Measurement

FACTS: Final = (
    GroupFact(key=FactKey("ont_state", "ont"), group="ont_state", build=ont_state),
    GroupFact(
        key=FactKey("ont_optics", "ont"),
        group="ont_optics",
        build=lambda fields, _clock: ont_optics(fields),
    ),
    GroupFact(
        key=FactKey("ont_errors", "ont"),
        group="ont_errors",
        build=lambda fields, _clock: ont_errors(fields),
    ),
)


async def _run(setting: Setting, _: Evidence, deadline: float) -> tuple[Measurement, ...]:
    return await read_groups(setting, FACTS, deadline, only=PON)


PROBE: Final = Probe(
    id="ont",
    title="ONT and its light",
    asks="the OLT, about the subscriber's ONT",
    gives=tuple(fact.key for fact in FACTS),
    after=(),
    run=_run,
    cost_s=0.1,
)
