"""How much the link between router and device lets through: two dozen packets, told by nobody.

Large echo requests one at a time take longer than small ones by the time that their bytes need
(see `load_test`, which loads the line and is noticed).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey
from cpe_diag.probes.asking import ask
from cpe_diag.probes.path_quality import named_device
from cpe_diag.probes.probe import Probe, Setting

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import Evidence, Measurement

TRAIN: Final = FactKey("rate_train", "router>device")


async def _run(setting: Setting, evidence: Evidence, deadline: float) -> tuple[Measurement, ...]:
    asked = replace(named_device(setting, evidence), key=TRAIN, question="rate_train")
    with setting.doors.recorder.scope():
        return (await ask(setting, asked, deadline),)


PROBE: Final = Probe(
    id="device_rate",
    title="Rate of the device's link",
    asks="the device for large packets, from the router",
    gives=(TRAIN,),
    after=("router_lan", "path_quality[router>device]"),
    run=_run,
    cost_s=0.8,
)
