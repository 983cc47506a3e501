"""The third party's platform tried from the operator's side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey
from cpe_diag.probes.operator_web import check_target
from cpe_diag.probes.probe import Probe, Setting

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import Evidence, Measurement


async def _run(setting: Setting, _: Evidence, deadline: float) -> tuple[Measurement, ...]:
    return await check_target(setting, setting.platform, "platform", deadline)


PROBE: Final = Probe(
    id="operator_platform",
    title="Platform from the operator's side",
    asks="the operator's resolver and the platform, from here",
    gives=(FactKey("dns", "operator>platform"), FactKey("http", "operator>platform")),
    after=(),
    run=_run,
    cost_s=0.2,
)
