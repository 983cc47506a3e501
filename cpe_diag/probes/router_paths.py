"""Pings from the router: to the operator's edge, and to the reference host behind it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey, Measurement, not_observed
from cpe_diag.domain.failures import Failure, FailureKind
from cpe_diag.domain.router_facts import WanStatus
from cpe_diag.probes.asking import READ, ask, none_named
from cpe_diag.probes.probe import Probe, Setting

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import Evidence

GATEWAY: Final = FactKey("ping", "router>gateway")
REFERENCE: Final = FactKey("ping", "router>reference")


async def _run(setting: Setting, evidence: Evidence, deadline: float) -> tuple[Measurement, ...]:
    return tuple(
        await asyncio.gather(_gateway(setting, evidence, deadline), _reference(setting, deadline))
    )


async def _gateway(setting: Setting, evidence: Evidence, deadline: float) -> Measurement:
    wan = evidence.value(WanStatus, "router_wan", "router")
    if wan is None or wan.gateway is None:
        detail = (
            "the router's WAN state is not known"
            if wan is None
            else "the router has no default route, so there is no gateway to ping"
        )
        failure = Failure(
            kind=FailureKind.DEPENDENCY, where=setting.doors.router.router, detail=detail
        )
        return not_observed(GATEWAY, failure, READ, setting.doors.clock.now())
    return await ask(setting, GATEWAY, "ping", deadline, target=wan.gateway)


async def _reference(setting: Setting, deadline: float) -> Measurement:
    if setting.reference is None:
        return none_named(setting, REFERENCE, "a reference host")
    target = setting.reference.address or setting.reference.host
    return await ask(setting, REFERENCE, "ping", deadline, target=target)


PROBE: Final = Probe(
    id="router_paths",
    title="Ways out, from the router",
    asks="echo requests from the router to its gateway and to the reference host",
    gives=(GATEWAY, REFERENCE),
    after=("router_wan",),
    run=_run,
)
