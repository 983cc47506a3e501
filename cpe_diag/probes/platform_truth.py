"""What the operator's resolver says of the platform's name, held against what is known of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey
from cpe_diag.probes.probe import Probe, Setting
from cpe_diag.probes.reference_truth import name_truth

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import Evidence, Measurement

PLATFORM: Final = FactKey("name_truth", "platform")


async def _run(setting: Setting, evidence: Evidence, deadline: float) -> tuple[Measurement, ...]:
    return (await name_truth(setting, setting.platform, PLATFORM, evidence, deadline),)


PROBE: Final = Probe(
    id="platform_truth",
    title="What the operator's resolver says of the platform, against what is known",
    asks="the address that it gives, and the known one, for the name's pages, if they differ",
    gives=(PLATFORM,),
    after=("dns[operator>platform]", "dns[elsewhere>platform]"),
    run=_run,
    cost_s=0.1,
)
