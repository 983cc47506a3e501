"""The ways to the home and to its neighbours, watched for some seconds at the same moments.

What fails for two seconds in ten is well most of the time that one looks. Five small packets a
second to each show when a way is away; that several are at the same moments shows what they share.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey, not_observed
from cpe_diag.probes.asking import not_configured
from cpe_diag.probes.path_quality import known_reference, not_applicable
from cpe_diag.probes.probe import Probe, Setting
from cpe_diag.probes.train_from_here import Train, train_from_here
from cpe_diag.probes.way_in import neighbours

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import Evidence, Measurement

ROUTER: Final = FactKey("path_quality", "watch>router")
REFERENCE: Final = FactKey("path_quality", "watch>reference")
NEIGHBOUR: Final = "watch>neighbour/"
NOBODY: Final = FactKey("path_quality", f"{NEIGHBOUR}none")
APART_S: Final = 0.2
LOOKS: Final = 32
"""For as long as a device is watched beside it (`device_watch`): 6.4 s."""
WATCHED: Final = Train(LOOKS, APART_S, "watched from here")
ECHO: Final = "icmp.echo"


async def _run(setting: Setting, evidence: Evidence, deadline: float) -> tuple[Measurement, ...]:
    at = setting.doors.clock.now()
    found: list[Measurement] = []
    targets = [
        (FactKey("path_quality", f"{NEIGHBOUR}{port}"), address)
        for port, address in neighbours(setting)
    ]
    if not targets:
        nobody = not_applicable("neighbours", "the inventory knows no address of a neighbour")
        found.append(not_observed(NOBODY, nobody, ECHO, at))
    access, reference = setting.subscriber.router, known_reference(setting, evidence)
    if access is None:
        missing = not_configured("router", "the inventory does not say where the home router is")
        found.append(not_observed(ROUTER, missing, ECHO, at))
    else:
        targets.append((ROUTER, access.address))
    if reference is None:
        missing = not_applicable("reference", "its address is not known here")
        found.append(not_observed(REFERENCE, missing, ECHO, at))
    else:
        targets.append((REFERENCE, reference))
    with setting.doors.recorder.scope():
        told = await asyncio.gather(
            *(
                train_from_here(setting, key, address, WATCHED, deadline)
                for key, address in targets
            )
        )
    return (*found, *told)


PROBE: Final = Probe(
    id="way_watch",
    title="The ways to home and neighbours, watched",
    asks="the home router, the reference and neighbours, from here, five times a second",
    gives=(ROUTER, REFERENCE, FactKey("path_quality", f"{NEIGHBOUR}*")),
    after=(),
    run=_run,
    cost_s=LOOKS * APART_S,
)
