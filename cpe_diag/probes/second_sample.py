"""Waits for its moment, then samples counters of ports again and gives the rates in between."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from cpe_diag.domain.evidence import FactKey
from cpe_diag.domain.failures import Failure, FailureKind, MeasurementError
from cpe_diag.domain.observations import Observed
from cpe_diag.domain.port_facts import PortCounters
from cpe_diag.domain.trace import WAIT
from cpe_diag.driver_kit.access_facts import port_counters
from cpe_diag.probes.counter_math import elapsed_s, rates
from cpe_diag.probes.node_port import (
    ASK,
    built,
    driver_of,
    fields_of,
    node_times,
    none_of,
    oids_of,
    source_of,
    uptime_oids,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from cpe_diag.domain.evidence import Evidence, Measurement
    from cpe_diag.domain.port_facts import PortRates
    from cpe_diag.driver_kit.port_index import PortIndex
    from cpe_diag.ports import Oid, SnmpValue
    from cpe_diag.probes.probe import Setting


def first_sample(evidence: Evidence, subject: str) -> Observed[PortCounters]:
    """Give the first sample of a port.

    Raises:
        MeasurementError: DEPENDENCY: there is none; NOT_APPLICABLE: the node counts nothing.
    """
    held = evidence.get("port_counters", subject)
    if isinstance(held, Observed) and isinstance(held.value, PortCounters):
        return Observed(value=held.value, source=held.source, at=held.at)
    reason = evidence.failure("port_counters", subject)
    detail = f"there is no first sample of the counters: {reason.detail if reason else 'not read'}"
    none_there = reason is not None and reason.kind is FailureKind.NOT_APPLICABLE
    kind = FailureKind.NOT_APPLICABLE if none_there else FailureKind.DEPENDENCY
    raise MeasurementError(Failure(kind=kind, where=subject, detail=detail), ASK)


async def sample_again(
    setting: Setting,
    firsts: Mapping[str, tuple[PortIndex, Observed[PortCounters]]],
    deadline: float,
    *,
    asked: Collection[str] | None = None,
) -> tuple[Measurement, ...]:
    """Sample ports a second time, all in one question.

    Args:
        setting: of the run.
        firsts: by subject, the port and the first sample; at least one.
        deadline: absolute, monotonic seconds.
        asked: the fields that the first sample asked for, without alternatives; None: all.

    Returns:
        `port_rates` of every subject, known or not.
    """
    clock, snmp = setting.doors.clock, setting.doors.snmp
    keys = tuple(FactKey("port_rates", subject) for subject in firsts)
    try:
        driver = driver_of(setting)
        specs = driver.groups.get("port_counters", ())
        oids = uptime_oids(driver)
        for index, _ in firsts.values():
            wanted = (spec for spec in specs if asked is None or spec.field in asked)
            oids += oids_of(wanted, index, first_only=asked is not None)
        await wait_for_sample(setting, max(sample.at for _, sample in firsts.values()), deadline)
        answers = await snmp.get(oids, deadline=deadline)
    except MeasurementError as error:
        return none_of(keys, error, clock.now())
    at = clock.now()
    return tuple(
        built(
            FactKey("port_rates", subject),
            partial(rates_between, setting, answers, index, sample, at),
            f"{source_of(snmp.node, specs, 'in_octets', index)}, two samples",
            at,
        )
        for subject, (index, sample) in firsts.items()
    )


async def wait_for_sample(setting: Setting, first_at: datetime, deadline: float) -> None:
    """Let the time between two samples pass.

    Raises:
        MeasurementError: OUT_OF_TIME: the deadline comes before it.
    """
    clock = setting.doors.clock
    passed_s = (clock.now() - first_at).total_seconds()
    when = clock.monotonic() + max(0.0, setting.sample_interval_s - passed_s)
    if when >= deadline:
        detail = f"two samples have to be {setting.sample_interval_s:g} s apart; no time for that"
        failure = Failure(
            kind=FailureKind.OUT_OF_TIME, where=setting.doors.snmp.node, detail=detail
        )
        raise MeasurementError(failure, ASK)
    recorder = setting.doors.recorder
    exchange = recorder.begin(WAIT, "clock", "time between two samples of the counters")
    await clock.sleep_until(when)
    recorder.end(exchange, round_trips=0)


def rates_between(
    setting: Setting,
    answers: Mapping[Oid, SnmpValue],
    index: PortIndex,
    sample: Observed[PortCounters],
    at: datetime,
) -> PortRates:
    """Turn the first sample and the second answer into rates.

    Raises:
        MeasurementError: INCOMPLETE: the node restarted in between; or no counter came.
    """
    system = node_times(setting, answers)
    fields = fields_of(setting, "port_counters", answers, index)
    second = port_counters(fields, system.needed_number("uptime_s"))
    passed_s = elapsed_s(sample.value, second)
    if passed_s is None:
        detail = "the node restarted between the two samples, its counters began anew"
        failure = Failure(kind=FailureKind.INCOMPLETE, where=fields.node, detail=detail)
        raise MeasurementError(failure, ASK)
    # An agent whose uptime stands still (refreshed rarely) is measured by our own clock.
    return rates(sample.value, second, passed_s or (at - sample.at).total_seconds())
