"""Pages fetched from the router: the reference host's, and the platform's in question."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey
from cpe_diag.probes.asking import ask, none_named
from cpe_diag.probes.probe import Probe, Setting, WebTarget

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import Evidence, Measurement

REFERENCE: Final = FactKey("http", "router>reference")
PLATFORM: Final = FactKey("http", "router>platform")


async def _run(setting: Setting, _: Evidence, deadline: float) -> tuple[Measurement, ...]:
    return tuple(
        await asyncio.gather(
            _fetch(setting, REFERENCE, setting.reference, "a reference host", deadline),
            _fetch(setting, PLATFORM, setting.platform, "a platform", deadline),
        )
    )


async def _fetch(
    setting: Setting, key: FactKey, target: WebTarget | None, what: str, deadline: float
) -> Measurement:
    if target is None:
        return none_named(setting, key, what)
    return await ask(setting, key, "http", deadline, target=target.url)


PROBE: Final = Probe(
    id="router_web",
    title="Pages, from the router",
    asks="the reference host's page and the platform's, fetched by the router",
    gives=(REFERENCE, PLATFORM),
    after=(),
    run=_run,
)
