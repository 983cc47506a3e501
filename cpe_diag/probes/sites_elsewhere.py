"""The same names and pages from outside of the operator's network: the further control."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey
from cpe_diag.domain.failures import Failure, FailureKind, MeasurementError
from cpe_diag.probes.node_port import known, none_of
from cpe_diag.probes.operator_web import NAME_WITHIN_S, PAGE_WITHIN_S
from cpe_diag.probes.probe import Probe, Setting, WebTarget

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import Evidence, Measurement
    from cpe_diag.ports import HttpGetter, Resolver

LOOK: Final = "elsewhere.look"


def _nothing(key: FactKey, why: str, setting: Setting) -> Measurement:
    failure = Failure(kind=FailureKind.NOT_APPLICABLE, where="elsewhere", detail=why)
    return none_of((key,), MeasurementError(failure, LOOK), setting.doors.clock.now())[0]


async def _name(
    setting: Setting, door: Resolver | None, whose: str, host: str, deadline: float
) -> Measurement:
    key = FactKey("dns", f"elsewhere>{whose}")
    if door is None:
        return _nothing(key, "the configuration names no resolver elsewhere", setting)
    clock = setting.doors.clock
    by_s = min(deadline, clock.monotonic() + NAME_WITHIN_S)
    try:
        name = await door.resolve(host, deadline=by_s)
    except MeasurementError as error:
        return none_of((key,), error, clock.now())[0]
    return known(key, name, f"DNS {name.server} {host}, a resolver elsewhere", clock.now())


async def _page(
    setting: Setting, door: HttpGetter | None, whose: str, url: str, deadline: float
) -> Measurement:
    key = FactKey("http", f"elsewhere>{whose}")
    outside = setting.doors.elsewhere
    if door is None or outside is None:
        return _nothing(key, "the configuration names no proxy elsewhere", setting)
    clock = setting.doors.clock
    by_s = min(deadline, clock.monotonic() + PAGE_WITHIN_S)
    try:
        page = await door.get(url, address=None, deadline=by_s)
    except MeasurementError as error:
        return none_of((key,), error, clock.now())[0]
    return known(key, page, f"HTTP {url} from {outside.name}", clock.now())


async def _look(
    setting: Setting, target: WebTarget | None, whose: str, deadline: float
) -> tuple[Measurement, ...]:
    outside = setting.doors.elsewhere
    if target is None:
        keys = (FactKey("dns", f"elsewhere>{whose}"), FactKey("http", f"elsewhere>{whose}"))
        return tuple(_nothing(key, f"no {whose} is named", setting) for key in keys)
    resolver = None if outside is None else outside.resolver
    http = None if outside is None else outside.http
    return tuple(
        await asyncio.gather(
            _name(setting, resolver, whose, target.host, deadline),
            _page(setting, http, whose, target.url, deadline),
        )
    )


async def _run(setting: Setting, _: Evidence, deadline: float) -> tuple[Measurement, ...]:
    with setting.doors.recorder.scope():
        found = await asyncio.gather(
            _look(setting, setting.reference, "reference", deadline),
            _look(setting, setting.platform, "platform", deadline),
        )
    return tuple(one for part in found for one in part)


PROBE: Final = Probe(
    id="sites_elsewhere",
    title="The sites from elsewhere",
    asks="a resolver and a proxy outside of the operator's network, where there are any",
    gives=(
        FactKey("dns", "elsewhere>reference"),
        FactKey("http", "elsewhere>reference"),
        FactKey("dns", "elsewhere>platform"),
        FactKey("http", "elsewhere>platform"),
    ),
    after=(),
    run=_run,
    cost_s=0.3,
)
