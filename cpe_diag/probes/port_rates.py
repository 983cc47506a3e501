"""What flows through the subscriber's port now, and what its line suffers: second samples."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey, Measurement
from cpe_diag.domain.failures import Failure, FailureKind, MeasurementError
from cpe_diag.domain.line_facts import LineGrowth, LineQuality
from cpe_diag.domain.observations import Observed
from cpe_diag.driver_kit.access_facts import line_errors
from cpe_diag.probes.counter_math import line_growth
from cpe_diag.probes.node_port import (
    ASK,
    built,
    driver_of,
    fields_of,
    none_of,
    oids_of,
    port_of,
    source_of,
    table_source,
    uptime_oids,
)
from cpe_diag.probes.probe import Probe, Setting
from cpe_diag.probes.second_sample import first_sample, rates_between, wait_for_sample

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from cpe_diag.domain.evidence import Evidence
    from cpe_diag.driver_kit.access import ObjectSpec
    from cpe_diag.driver_kit.port_index import PortIndex
    from cpe_diag.ports import Oid, SnmpValue

RATES: Final = FactKey("port_rates", "port")
GROWTH: Final = FactKey("line_growth", "line")


async def _run(setting: Setting, evidence: Evidence, deadline: float) -> tuple[Measurement, ...]:
    clock, snmp = setting.doors.clock, setting.doors.snmp
    line, line_gap = _first_line(evidence)
    try:
        index = await port_of(setting, deadline)
        sample = first_sample(evidence, "port")
        driver = driver_of(setting)
        counters = driver.groups.get("port_counters", ())
        specs = _line_specs(setting, line)
        oids = (*uptime_oids(driver), *oids_of(counters, index), *oids_of(specs, index))
        first_at = sample.at if line is None else max(sample.at, line.at)
        await wait_for_sample(setting, first_at, deadline)
        answers = await snmp.get(oids, deadline=deadline)
    except MeasurementError as error:
        return none_of(PROBE.gives, error, clock.now())
    at = clock.now()
    measured = built(
        RATES,
        partial(rates_between, setting, answers, index, sample, at),
        f"{source_of(snmp.node, counters, 'in_octets', index)}, two samples",
        at,
    )
    if line is None:
        return (measured, *none_of((GROWTH,), line_gap, at))
    source = f"{table_source(snmp.node, specs, f'line {index.label}')}, two samples"
    growth = partial(_growth, setting, answers, index, line, at)
    return (measured, built(GROWTH, growth, source, at))


def _first_line(
    evidence: Evidence,
) -> tuple[Observed[LineQuality] | None, MeasurementError]:
    held = evidence.get("line_quality", "line")
    reason = evidence.failure("line_quality", "line")
    kind = FailureKind.DEPENDENCY
    if reason is not None and reason.kind is FailureKind.NOT_APPLICABLE:
        kind = reason.kind
    detail = f"there is no first sample of the line: {reason.detail if reason else 'not read'}"
    gap = MeasurementError(Failure(kind=kind, where="line", detail=detail), ASK)
    if isinstance(held, Observed) and isinstance(held.value, LineQuality):
        return Observed(value=held.value, source=held.source, at=held.at), gap
    return None, gap


def _line_specs(setting: Setting, line: Observed[LineQuality] | None) -> tuple[ObjectSpec, ...]:
    if line is None:
        return ()
    group = driver_of(setting).groups.get(f"line_quality_{line.value.standard}", ())
    return tuple(spec for spec in group if spec.field.startswith("errors."))


def _growth(
    setting: Setting,
    answers: Mapping[Oid, SnmpValue],
    index: PortIndex,
    first: Observed[LineQuality],
    at: datetime,
) -> LineGrowth:
    group = f"line_quality_{first.value.standard}"
    second = line_errors(fields_of(setting, group, answers, index))
    return line_growth(first.value.errors, second, (at - first.at).total_seconds())


PROBE: Final = Probe(
    id="port_rates",
    title="Traffic and errors on the port",
    asks="the access node, about the counters of the port and its line a second time",
    gives=(RATES, GROWTH),
    after=("port_counters[port]", "line_quality[line]"),
    run=_run,
    cost_s=1.0,
)
