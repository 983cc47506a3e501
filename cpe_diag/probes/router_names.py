"""Names resolved from the router: by its own forwarder, and past it by the operator's resolver."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey
from cpe_diag.probes.asking import ask, none_named
from cpe_diag.probes.probe import Probe, Setting

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import Evidence, Measurement

REFERENCE: Final = FactKey("dns", "router>reference")
RESOLVER: Final = FactKey("dns", "router>operator_resolver")
PLATFORM: Final = FactKey("dns", "router>platform")


async def _run(setting: Setting, _: Evidence, deadline: float) -> tuple[Measurement, ...]:
    return tuple(
        await asyncio.gather(
            _reference(setting, deadline),
            _direct(setting, deadline),
            _platform(setting, deadline),
        )
    )


async def _reference(setting: Setting, deadline: float) -> Measurement:
    if setting.reference is None:
        return none_named(setting, REFERENCE, "a reference host")
    return await ask(setting, REFERENCE, "dns_forwarder", deadline, target=setting.reference.host)


async def _direct(setting: Setting, deadline: float) -> Measurement:
    if setting.reference is None or setting.operator_resolver is None:
        return none_named(setting, RESOLVER, "the operator's resolver or a reference host")
    return await ask(
        setting,
        RESOLVER,
        "dns_direct",
        deadline,
        target=setting.reference.host,
        server=setting.operator_resolver,
    )


async def _platform(setting: Setting, deadline: float) -> Measurement:
    if setting.platform is None:
        return none_named(setting, PLATFORM, "a platform")
    return await ask(setting, PLATFORM, "dns_forwarder", deadline, target=setting.platform.host)


PROBE: Final = Probe(
    id="router_names",
    title="Names, from the router",
    asks="the router's forwarder and, past it, the operator's resolver",
    gives=(REFERENCE, RESOLVER, PLATFORM),
    after=(),
    run=_run,
)
