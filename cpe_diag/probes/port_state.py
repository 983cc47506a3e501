"""The subscriber's port in one question: node, state, speed and counters at the same moment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import Evidence, FactKey, Measurement, not_observed
from cpe_diag.domain.failures import Failure, FailureKind, MeasurementError
from cpe_diag.domain.missing import Maybe, Missing
from cpe_diag.domain.missing import known as known_value
from cpe_diag.domain.path_facts import Reachability
from cpe_diag.driver_kit.access_facts import node_system, port_counters, port_speed, port_status
from cpe_diag.driver_kit.port_index import NODE
from cpe_diag.probes.node_port import (
    built,
    driver_of,
    fields_of,
    group_specs,
    known,
    node_times,
    none_of,
    oids_of,
    port_of,
    source_of,
)
from cpe_diag.probes.probe import Probe, Setting

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from cpe_diag.driver_kit.access_facts import Fields
    from cpe_diag.driver_kit.port_index import PortIndex
    from cpe_diag.ports import Oid, SnmpValue

NODE_SYSTEM: Final = FactKey("node_system", "node")
REACHABILITY: Final = FactKey("reachability", "node")
STATUS: Final = FactKey("port_status", "port")
SPEED: Final = FactKey("port_speed", "port")
COUNTERS: Final = FactKey("port_counters", "port")

# The node stayed silent or nothing can be there: that is what reachability is about. A refusal
# of our credentials or a failure on our own side is not.
_NOT_REACHED: Final = frozenset(
    {FailureKind.SILENT, FailureKind.REFUSED, FailureKind.UNREACHABLE, FailureKind.HUNG}
)

# The node answered, though not usefully.
_ANSWERED: Final = frozenset(
    {
        FailureKind.DEVICE_ERROR,
        FailureKind.UNPARSEABLE,
        FailureKind.INCOMPLETE,
        FailureKind.UNSUPPORTED,
    }
)


async def _run(setting: Setting, _: Evidence, deadline: float) -> tuple[Measurement, ...]:
    clock, snmp = setting.doors.clock, setting.doors.snmp
    try:
        driver = driver_of(setting)
    except MeasurementError as error:
        return none_of(PROBE.gives, error, clock.now())
    oids = oids_of(driver.groups.get("node_system", ()), NODE)
    index: PortIndex | None = None
    unknown_port: MeasurementError | None = None
    try:
        index = await port_of(setting, deadline)
        for group in ("port_status", "port_speed", "port_counters"):
            oids += oids_of(driver.groups.get(group, ()), index)
    except MeasurementError as error:
        unknown_port = error
    asked_at = clock.monotonic()
    try:
        answers = await snmp.get(oids, deadline=deadline)
    except MeasurementError as error:
        at = clock.now()
        rest = (key for key in PROBE.gives if key != REACHABILITY)
        return (_not_reached(setting, error, at), *none_of(rest, error, at))
    at = clock.now()
    took_s = clock.monotonic() - asked_at
    node = (_reached(setting, took_s, at), _system(setting, answers, at))
    if index is None:
        ports = (STATUS, SPEED, COUNTERS)
        return node if unknown_port is None else (*node, *none_of(ports, unknown_port, at))
    return (*node, *_port(setting, answers, index, at))


def _target(setting: Setting) -> str:
    node = setting.subscriber.node
    return node.snmp.address if node else setting.doors.snmp.node


def _reachability(
    setting: Setting, rtt_s: Maybe[float], source: str, at: datetime, *, reachable: bool
) -> Measurement:
    fact = Reachability(reachable=reachable, method="snmp", target=_target(setting), rtt_s=rtt_s)
    return known(REACHABILITY, fact, source, at)


def _reached(setting: Setting, took_s: float, at: datetime) -> Measurement:
    source = f"SNMP {setting.doors.snmp.node} answered"
    return _reachability(setting, round(took_s, 4), source, at, reachable=True)


def _not_reached(setting: Setting, error: MeasurementError, at: datetime) -> Measurement:
    failure = error.failure
    nothing = Missing(why=failure.kind)
    # The failure's words stay: a v2c agent that refuses our community is silent too.
    source = f"SNMP {setting.doors.snmp.node}: {failure.detail}"
    if failure.kind in _NOT_REACHED:
        return _reachability(setting, nothing, source, at, reachable=False)
    if failure.kind in _ANSWERED:
        return _reachability(setting, nothing, source, at, reachable=True)
    return not_observed(REACHABILITY, failure, error.operation, at)


def _system(setting: Setting, answers: Mapping[Oid, SnmpValue], at: datetime) -> Measurement:
    fields = node_times(setting, answers)
    specs = driver_of(setting).groups.get("node_system", ())
    source = source_of(fields.node, specs, "uptime_s", NODE)
    return built(NODE_SYSTEM, lambda: node_system(fields), source, at)


def _port(
    setting: Setting, answers: Mapping[Oid, SnmpValue], index: PortIndex, at: datetime
) -> tuple[Measurement, ...]:
    groups = driver_of(setting).groups
    status = fields_of(setting, "port_status", answers, index)
    if all(answers.get(oid) is None for oid in oids_of(groups.get("port_status", ()), index)):
        return none_of((STATUS, SPEED, COUNTERS), _no_interface(status.node, index), at)
    system = node_times(setting, answers)
    speed = fields_of(setting, "port_speed", answers, index)
    counters = fields_of(setting, "port_counters", answers, index)
    uptime_s, clock_s = (
        known_value(system.number("uptime_s")),
        known_value(system.number("clock_s")),
    )

    def source(group: str, field: str) -> str:
        return source_of(status.node, groups.get(group, ()), field, index)

    def told(group: str, fields: Fields) -> Fields:
        group_specs(setting, group)  # says why, where this kind of node has no such thing
        return fields

    return (
        built(
            STATUS,
            lambda: port_status(status, index.if_index, uptime_s, clock_s),
            source("port_status", "oper"),
            at,
        ),
        built(
            SPEED,
            lambda: port_speed(told("port_speed", speed)),
            source("port_speed", "speed_bps"),
            at,
        ),
        built(
            COUNTERS,
            lambda: port_counters(
                told("port_counters", counters), system.needed_number("uptime_s")
            ),
            source("port_counters", "in_octets"),
            at,
        ),
    )


def _no_interface(node: str, index: PortIndex) -> MeasurementError:
    failure = Failure(
        kind=FailureKind.UNSUPPORTED,
        where=node,
        detail=f"the node has no port {index.name} (index {index.label})",
        next_step="compare the port in the inventory with the node",
    )
    return MeasurementError(failure, "snmp.get")


PROBE: Final = Probe(
    id="port_state",
    title="Port on the access node",
    asks="the access node, about itself and the subscriber's port",
    gives=(NODE_SYSTEM, REACHABILITY, STATUS, SPEED, COUNTERS),
    after=(),
    run=_run,
    cost_s=0.1,
)
