"""What else must work of a site, beside its first page: its sign-in, its films; from our side.

A first page comes from caches all over the world; what customers do on a site hangs on other
machines. Which addresses these are the operator says (`also` of a platform in the configuration).
What does not come well is asked for once more, and from elsewhere where there is a vantage.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey
from cpe_diag.domain.failures import MeasurementError
from cpe_diag.domain.missing import known as known_value
from cpe_diag.domain.observations import Observed
from cpe_diag.domain.path_facts import HttpCheck, HttpOutcome
from cpe_diag.probes.node_port import known, none_of
from cpe_diag.probes.operator_web import HERE, PAGE_WITHIN_S, named_and_fetched
from cpe_diag.probes.probe import Probe, Setting

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import Evidence, Measurement
    from cpe_diag.probes.probe import WebTarget

ALSO: Final = "operator>platform/also/"
ALSO_ELSEWHERE: Final = "elsewhere>platform/also/"
SOON_S: Final = 2.0
"""What is read of an address (2 MB at most) is asked for again where it takes longer."""


async def _run(setting: Setting, _: Evidence, deadline: float) -> tuple[Measurement, ...]:
    also = () if setting.platform is None else setting.platform.also
    with setting.doors.recorder.scope():
        asked = (_asked(setting, str(n), one, deadline) for n, one in enumerate(also, start=1))
        found = await asyncio.gather(*asked)
    return tuple(one for part in found for one in part)


async def _asked(
    setting: Setting, number: str, target: WebTarget, deadline: float
) -> tuple[Measurement, ...]:
    first = await _from_here(setting, number, target, deadline)
    if _is_well(first[-1]):
        return first
    again, outside = await asyncio.gather(
        _from_here(setting, number, target, deadline),
        _from_elsewhere(setting, number, target.url, deadline),
    )
    return (*again, *outside)


async def _from_here(
    setting: Setting, number: str, target: WebTarget, deadline: float
) -> tuple[Measurement, ...]:
    keys = (FactKey("dns", f"{ALSO}{number}"), FactKey("http", f"{ALSO}{number}"))
    return await named_and_fetched(setting, target, keys, HERE, deadline)


async def _from_elsewhere(
    setting: Setting, number: str, url: str, deadline: float
) -> tuple[Measurement, ...]:
    outside, clock = setting.doors.elsewhere, setting.doors.clock
    if outside is None or outside.http is None:
        return ()
    key, by = FactKey("http", f"{ALSO_ELSEWHERE}{number}"), clock.monotonic() + PAGE_WITHIN_S
    try:
        page = await outside.http.get(url, address=None, deadline=min(deadline, by))
    except MeasurementError as error:
        return none_of((key,), error, clock.now())
    return (known(key, page, f"HTTP {url} from {outside.name}", clock.now()),)


def _is_well(measured: Measurement) -> bool:
    seen = measured.observation
    if not isinstance(seen, Observed) or not isinstance(seen.value, HttpCheck):
        return False
    took_s = known_value(seen.value.took_s)
    return seen.value.outcome is HttpOutcome.OK and took_s is not None and took_s < SOON_S


PROBE: Final = Probe(
    id="site_also",
    title="What else must work of the site",
    asks="the addresses that the configuration names beside the platform's first page, from here",
    gives=(
        FactKey("dns", f"{ALSO}*"),
        FactKey("http", f"{ALSO}*"),
        FactKey("http", f"{ALSO_ELSEWHERE}*"),
    ),
    after=(),
    run=_run,
    cost_s=0.3,
)
