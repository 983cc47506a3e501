"""Three ports beside the subscriber's, as controls: is it only this port, or the node?"""

from __future__ import annotations

from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey
from cpe_diag.domain.failures import MeasurementError
from cpe_diag.domain.missing import known
from cpe_diag.driver_kit.access_facts import port_counters, port_status
from cpe_diag.driver_kit.port_lookups import applies
from cpe_diag.driver_kit.port_names import OPERATION, others_in_service
from cpe_diag.probes.node_port import (
    built,
    driver_of,
    fields_of,
    node_times,
    none_of,
    not_configured,
    oids_of,
    port_of,
    source_of,
    technology_word,
    uptime_oids,
)
from cpe_diag.probes.probe import Probe, Setting

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cpe_diag.domain.evidence import Evidence, Measurement
    from cpe_diag.domain.port_facts import PortCounters, PortStatus
    from cpe_diag.driver_kit.access import Lookup
    from cpe_diag.driver_kit.port_index import PortIndex
    from cpe_diag.ports import Oid, SnmpValue

HOW_MANY: Final = 3
"""Enough to tell "this port" from "this node", few enough for one question."""

NOBODY: Final[tuple[FactKey, ...]] = (
    FactKey("port_status", "neighbour/none"),
    FactKey("port_counters", "neighbour/none"),
)
"""What comes back, not known, when there is no port to compare with."""

MOST_CANDIDATES: Final = 40
"""Ports whose rows are looked for among those already read, where others would cost a search."""

_GROUPS: Final = ("port_status", "port_counters")

ASKED: Final = frozenset(
    {
        *("admin_up", "oper", "last_change_s", "changed_at_s", "up_at_s", "down_at_s"),
        *("in_octets", "out_octets", "in_errors", "fcs_errors"),
    }
)
"""What a control has to tell. A neighbour's label is another customer's; without the rest three
ports take one request."""


def subject(index: PortIndex) -> str:
    """Give the subject of a neighbour's facts: `neighbour/1008`."""
    return f"neighbour/{index.label}"


async def choose(setting: Setting, deadline: float) -> tuple[PortIndex, ...]:
    """Choose the ports that the subscriber's is compared with.

    Raises:
        MeasurementError: NOT_CONFIGURED: the inventory knows no other port that the node has, or
            as for `port_of`.
    """
    own = await port_of(setting, deadline)
    driver = driver_of(setting)
    technology = technology_word(setting)
    lookups = tuple(lookup for lookup in driver.lookups if not lookup.optional)
    searched = any(lookup.column for lookup in lookups)
    count = MOST_CANDIDATES if searched else HOW_MANY
    others = others_in_service(driver, setting.node_ports, own, count, technology=technology)
    chosen = await _placed(setting, lookups, others, deadline)
    if others and searched and not chosen:
        # One search, whose rows place the others too.
        try:
            await setting.finder.find(driver, others[0].name, technology, deadline, whole=False)
        except MeasurementError as error:
            if error.operation != OPERATION:
                raise
        chosen = await _placed(setting, lookups, others, deadline)
    if not chosen:
        raise not_configured(
            setting.doors.snmp.node, "the inventory knows no other port of the node in service"
        )
    return chosen


async def _placed(
    setting: Setting, lookups: Sequence[Lookup], others: Sequence[PortIndex], deadline: float
) -> tuple[PortIndex, ...]:
    """Complete ports in one question for all, and give those of which every part is known."""
    indexes = await setting.finder.find_beside(lookups, others, deadline)
    whole = (one for one in indexes if not any(applies(lookup, one) for lookup in lookups))
    return tuple(islice(whole, HOW_MANY))


async def _run(setting: Setting, _: Evidence, deadline: float) -> tuple[Measurement, ...]:
    clock = setting.doors.clock
    keys = NOBODY
    try:
        chosen = await choose(setting, deadline)
        keys = tuple(FactKey(group, subject(index)) for index in chosen for group in _GROUPS)
        driver = driver_of(setting)
        oids = uptime_oids(driver)
        for index in chosen:
            for group in _GROUPS:
                specs = (spec for spec in driver.groups.get(group, ()) if spec.field in ASKED)
                oids += oids_of(specs, index, first_only=True)
        answers = await setting.doors.snmp.get(oids, deadline=deadline)
    except MeasurementError as error:
        return none_of(keys, error, clock.now())
    at = clock.now()
    node = setting.doors.snmp.node
    measurements: list[Measurement] = []
    for index in chosen:
        for group, field, build in (
            ("port_status", "oper", _status),
            ("port_counters", "in_octets", _counters),
        ):
            source = source_of(node, driver.groups.get(group, ()), field, index)
            fact = partial(build, setting, answers, index)
            measurements.append(built(FactKey(group, subject(index)), fact, source, at))
    return tuple(measurements)


def _status(setting: Setting, answers: Mapping[Oid, SnmpValue], index: PortIndex) -> PortStatus:
    times = node_times(setting, answers)
    fields = fields_of(setting, "port_status", answers, index)
    uptime_s, clock_s = known(times.number("uptime_s")), known(times.number("clock_s"))
    return port_status(fields, index.if_index, uptime_s, clock_s)


def _counters(
    setting: Setting, answers: Mapping[Oid, SnmpValue], index: PortIndex
) -> PortCounters:
    system = node_times(setting, answers)
    fields = fields_of(setting, "port_counters", answers, index)
    return port_counters(fields, system.needed_number("uptime_s"))


PROBE: Final = Probe(
    id="neighbour_ports",
    title="Neighbouring ports",
    asks="the access node, about three ports beside the subscriber's",
    gives=(FactKey("port_status", "neighbour/*"), FactKey("port_counters", "neighbour/*")),
    after=(),
    run=_run,
    cost_s=0.1,
)
