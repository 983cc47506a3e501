"""Whether the device in question gets its pages just now, as its router sees it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey
from cpe_diag.domain.failures import MeasurementError
from cpe_diag.probes.asking import ask
from cpe_diag.probes.device_ping import about_device
from cpe_diag.probes.operator_web import NAME_WITHIN_S
from cpe_diag.probes.probe import Probe, Setting

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import Evidence, Measurement

WATCH: Final = FactKey("device_watch", "device")


async def _sites(setting: Setting, deadline: float) -> tuple[str, ...]:
    """Give the addresses of the site in question: those that the operator's resolver tells now.

    The home asks the same one, so that a content network gives both the same addresses.
    """
    site = setting.platform
    if site is None or setting.device_mac is None:
        return ()
    by_s = min(deadline, setting.doors.clock.monotonic() + NAME_WITHIN_S)
    known = {} if site.address is None else {site.address: None}
    with suppress(MeasurementError):
        for ipv6 in (False, True):
            told = await setting.doors.resolver.resolve(site.host, deadline=by_s, ipv6=ipv6)
            known.update(dict.fromkeys(told.addresses))
    return tuple(known)


async def _run(setting: Setting, evidence: Evidence, deadline: float) -> tuple[Measurement, ...]:
    server = setting.operator_resolver or ""
    question = about_device(setting, evidence, WATCH, WATCH.kind, server=server)
    if question.missing is None:
        question = replace(question, sites=await _sites(setting, deadline))
    return (await ask(setting, question, deadline),)


PROBE: Final = Probe(
    id="device_watch",
    title="Watching the device",
    asks="the home router, for six seconds: whether what the device asks for comes about",
    gives=(WATCH,),
    after=("router_lan",),
    run=_run,
    cost_s=6.3,
)
