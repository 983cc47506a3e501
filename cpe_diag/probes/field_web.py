"""Names and pages from the laptop on site: whether the world is there behind the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey
from cpe_diag.domain.failures import MeasurementError
from cpe_diag.domain.field_facts import PluggedInto
from cpe_diag.probes.field_looking import elsewhere
from cpe_diag.probes.node_port import known, none_of, not_configured
from cpe_diag.probes.operator_web import named_and_fetched
from cpe_diag.probes.probe import Probe, Setting

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import Evidence, Measurement
    from cpe_diag.ports import FieldPort
    from cpe_diag.probes.probe import WebTarget

PINGS: Final = 5


def _keys(place: PluggedInto) -> tuple[FactKey, FactKey, FactKey]:
    subject = f"{place.value}>reference"
    return FactKey("dns", subject), FactKey("http", subject), FactKey("ping", subject)


async def _run(setting: Setting, _: Evidence, deadline: float) -> tuple[Measurement, ...]:
    clock, door = setting.doors.clock, setting.doors.field
    others = elsewhere(setting, _keys)
    if door is None:
        return others
    keys = _keys(door.plugged_into)
    try:
        target = setting.reference
        if target is None:
            raise not_configured("reference", "no reference is named in the configuration")
        await door.own_way(target.address or setting.operator_resolver, deadline=deadline)
    except MeasurementError as error:
        return (*none_of(keys, error, clock.now()), *others)
    seen = await named_and_fetched(setting, target, keys[:2], _by(door), deadline)
    return (*seen, await _ping(setting, target, keys[2], door, deadline), *others)


def _by(door: FieldPort) -> str:
    return f"from the laptop at {door.interface}"


async def _ping(
    setting: Setting, target: WebTarget, key: FactKey, door: FieldPort, deadline: float
) -> Measurement:
    clock = setting.doors.clock
    try:
        if target.address is None:
            raise not_configured("reference", "no address of the reference is configured")
        told = await setting.doors.prober.ping(target.address, count=PINGS, deadline=deadline)
    except MeasurementError as error:
        return none_of((key,), error, clock.now())[0]
    return known(key, told, f"ICMP echo {target.address}, {_by(door)}", clock.now())


PROBE: Final = Probe(
    id="field_web",
    title="Names and pages from the laptop",
    asks="the operator's resolver and the reference host, from the laptop on site",
    gives=tuple(key for place in PluggedInto for key in _keys(place)),
    after=(),
    run=_run,
    cost_s=1.5,
)
