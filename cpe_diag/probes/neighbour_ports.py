"""Three ports beside the subscriber's, as controls: is it only this port, or the node?"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey
from cpe_diag.domain.failures import MeasurementError
from cpe_diag.domain.missing import Missing
from cpe_diag.driver_kit.access_facts import port_counters, port_status
from cpe_diag.driver_kit.port_names import nearest_in_service
from cpe_diag.probes.node_port import (
    built,
    driver_of,
    fields_of,
    none_of,
    not_configured,
    oids_of,
    port_of,
    source_of,
    uptime_oids,
)
from cpe_diag.probes.probe import Probe, Setting

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpe_diag.domain.evidence import Evidence, Measurement
    from cpe_diag.domain.port_facts import PortCounters, PortStatus
    from cpe_diag.ports import Oid, SnmpValue

HOW_MANY: Final = 3
"""Enough to tell "this port" from "this node", few enough for one question."""

NOBODY: Final[tuple[FactKey, ...]] = (
    FactKey("port_status", "neighbour/none"),
    FactKey("port_counters", "neighbour/none"),
)
"""What comes back, not known, when there is no port to compare with."""

_GROUPS: Final = ("port_status", "port_counters")

# A neighbour's label is another customer's; without it three ports take two requests, not three.
_LEFT_OUT: Final = "alias"


def subject(if_index: int) -> str:
    """Give the subject of a neighbour's facts: `neighbour/1008`."""
    return f"neighbour/{if_index}"


def _choose(setting: Setting) -> tuple[int, ...]:
    own = port_of(setting)
    driver = driver_of(setting)
    chosen = nearest_in_service(driver, setting.node_ports, own, HOW_MANY)
    if not chosen:
        raise not_configured(
            setting.doors.snmp.node, "the inventory knows no other port of the node in service"
        )
    return chosen


async def _run(setting: Setting, _: Evidence, deadline: float) -> tuple[Measurement, ...]:
    clock = setting.doors.clock
    keys = NOBODY
    try:
        chosen = _choose(setting)
        keys = tuple(FactKey(group, subject(index)) for index in chosen for group in _GROUPS)
        driver = driver_of(setting)
        oids = uptime_oids(driver)
        for if_index in chosen:
            for group in _GROUPS:
                specs = (spec for spec in driver.groups.get(group, ()) if spec.field != _LEFT_OUT)
                oids += oids_of(specs, if_index, first_only=True)
        answers = await setting.doors.snmp.get(oids, deadline=deadline)
    except MeasurementError as error:
        return none_of(keys, error, clock.now())
    at = clock.now()
    node = setting.doors.snmp.node
    measurements: list[Measurement] = []
    for if_index in chosen:
        for group, field, build in (
            ("port_status", "oper", _status),
            ("port_counters", "in_octets", _counters),
        ):
            source = source_of(node, driver.groups.get(group, ()), field, if_index)
            fact = partial(build, setting, answers, if_index)
            measurements.append(built(FactKey(group, subject(if_index)), fact, source, at))
    return tuple(measurements)


def _status(setting: Setting, answers: Mapping[Oid, SnmpValue], if_index: int) -> PortStatus:
    uptime = fields_of(setting, "node_system", answers, 0).number("uptime_s")
    fields = fields_of(setting, "port_status", answers, if_index)
    return port_status(fields, if_index, None if isinstance(uptime, Missing) else uptime)


def _counters(setting: Setting, answers: Mapping[Oid, SnmpValue], if_index: int) -> PortCounters:
    system = fields_of(setting, "node_system", answers, 0)
    fields = fields_of(setting, "port_counters", answers, if_index)
    return port_counters(fields, system.needed_number("uptime_s"))


PROBE: Final = Probe(
    id="neighbour_ports",
    title="Neighbouring ports",
    asks="the access node, about three ports beside the subscriber's",
    gives=(FactKey("port_status", "neighbour/*"), FactKey("port_counters", "neighbour/*")),
    after=(),
    run=_run,
)
