"""The DSL line as the access node sees it: trained or not, how well, and what it suffers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey
from cpe_diag.domain.failures import MeasurementError
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.subscriber import DSL
from cpe_diag.driver_kit.access_facts import line_quality
from cpe_diag.probes.node_port import (
    built,
    driver_of,
    fields_of,
    none_of,
    not_applicable,
    not_configured,
    oids_of,
    port_of,
    table_source,
    unsupported,
)
from cpe_diag.probes.probe import Probe, Setting

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import Evidence, Measurement

KEY: Final = FactKey("line_quality", "line")


def _standard(setting: Setting) -> str:
    technology = setting.subscriber.technology
    if isinstance(technology, Missing):
        where = f"subscriber {setting.subscriber.id}"
        raise not_configured(where, "the inventory does not say which technology the line has")
    driver = driver_of(setting)
    if technology not in DSL:
        raise not_applicable(setting)
    if f"line_quality_{technology.value}" not in driver.groups:
        raise unsupported(setting, f"driver {driver.id} reads no {technology.value} lines")
    return technology.value


async def _run(setting: Setting, _: Evidence, deadline: float) -> tuple[Measurement, ...]:
    clock, snmp = setting.doors.clock, setting.doors.snmp
    try:
        index = await port_of(setting, deadline)
        standard = _standard(setting)
        group = f"line_quality_{standard}"
        specs = driver_of(setting).groups[group]
        answers = await snmp.get(oids_of(specs, index), deadline=deadline)
    except MeasurementError as error:
        return none_of((KEY,), error, clock.now())
    fields = fields_of(setting, group, answers, index)
    source = table_source(snmp.node, specs, f"line {index.label}")
    return (built(KEY, lambda: line_quality(fields, standard), source, clock.now()),)


PROBE: Final = Probe(
    id="line_quality",
    title="DSL line",
    asks="the access node, about the subscriber's line",
    gives=(KEY,),
    after=(),
    run=_run,
    cost_s=0.1,
)
