"""The ports beside the subscriber's: did it go down alone, or with what it shares with others?

One GET asks for the state of the subscriber's port and of about ten others, and when it changed.
Only where some are down a second question asks whether the operator has shut them, and when and
why they went down: a port that is up is not shut (RFC 2863, ifOperStatus), and needs no reason.
Ports whose rows only the node can tell (modems by their MAC address) cost one more GET, for all of
them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey
from cpe_diag.domain.failures import MeasurementError
from cpe_diag.domain.missing import Missing, known
from cpe_diag.domain.sibling_facts import Siblings
from cpe_diag.domain.subscriber import NodePort
from cpe_diag.driver_kit.port_lookups import lookups_for
from cpe_diag.driver_kit.sibling_choice import PlacedPort, choose_siblings, placed, splitter_group
from cpe_diag.driver_kit.sibling_facts import StateReader
from cpe_diag.probes.node_port import (
    driver_of,
    none_of,
    not_configured,
    oids_of,
    port_of,
    table_source,
    unsupported,
    uptime_oids,
)
from cpe_diag.probes.node_port import known as known_fact
from cpe_diag.probes.probe import Probe, Setting

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from cpe_diag.domain.evidence import Evidence, Measurement
    from cpe_diag.driver_kit.access import ObjectSpec
    from cpe_diag.driver_kit.port_index import PortIndex
    from cpe_diag.ports import Oid, SnmpValue

MOST_OBJECTS: Final = 31
"""With sysUpTime one request of the door."""
MOST_LATER: Final = 2 * MOST_OBJECTS
"""OLTs that tell the state, the moment and the reason in three objects; then two requests."""
MOST_SIBLINGS: Final = 10
MOST_CANDIDATES: Final = 40
"""Ports whose rows are looked for among those already read, where others would cost a search."""

SIBLINGS: Final = FactKey("siblings", "node")


async def _run(setting: Setting, _: Evidence, deadline: float) -> tuple[Measurement, ...]:
    clock, snmp = setting.doors.clock, setting.doors.snmp
    try:
        driver = driver_of(setting)
        reader = StateReader(driver, snmp.node)
        ports = await _ports(setting, reader, deadline)
        asked = (*uptime_oids(driver), *_fitting(reader.state, ports))
        answers = dict(await snmp.get(asked, deadline=deadline))
        down = tuple(_down(reader, ports, answers))
        specs = _specs_of_down(setting, reader, reader.since(down, answers))
        more = _fitting(specs, down, MOST_LATER)
        unasked = tuple(oid for oid in more if oid not in answers)
        if unasked:
            answers |= await snmp.get(unasked, deadline=deadline)
    except MeasurementError as error:
        return none_of((SIBLINGS,), error, clock.now())
    times = reader.times(answers, ports)
    states = (reader.read(port, answers, times) for port in ports)
    fact = Siblings(
        own=ports[0].index.name,
        ports=tuple(state for state in states if state is not None),
        in_service=sum(port.in_service for port in setting.node_ports),
        dated=times.dated,
    )
    source = table_source(snmp.node, reader.state, f"{len(ports)} ports")
    return (known_fact(SIBLINGS, fact, source, clock.now()),)


async def _ports(setting: Setting, reader: StateReader, deadline: float) -> Sequence[PlacedPort]:
    """Choose the ports, the subscriber's first, each with every part of its index.

    Raises:
        MeasurementError: NOT_CONFIGURED: the inventory knows no other port; UNSUPPORTED: the
            driver tells no states; or as for `port_of`.
    """
    driver = driver_of(setting)
    own = _own(setting, await port_of(setting, deadline))
    if not reader.state:
        raise unsupported(setting, f"driver {driver.id} does not tell the states of ports")
    node = setting.subscriber.node
    uplinks = node.uplinks if node else ()
    technology = known(setting.subscriber.technology)
    others = [
        place
        for port in setting.node_ports
        if port.in_service and port.port not in uplinks
        if (place := placed(driver, port, technology)) is not None
    ]
    each = max(len(oids_of(reader.state, own.index, first_only=True)), 1)
    room = (MOST_OBJECTS - len(uptime_oids(driver)) + 1) // each - 1
    most = min(MOST_SIBLINGS, room)
    lookups = lookups_for(driver, reader.all)
    searched = any(lookup.column for lookup in lookups)
    likely = choose_siblings(own, others, MOST_CANDIDATES if searched else most)
    if not likely:
        raise not_configured(
            setting.doors.snmp.node, "the inventory knows no other port of the node in service"
        )
    indexes = await setting.finder.find_beside(
        lookups, [place.index for place in likely], deadline
    )
    placed_rows = [
        replace(place, index=index)
        for place, index in zip(likely, indexes, strict=True)
        if oids_of(reader.state, index)
    ]
    if not placed_rows:
        raise unsupported(setting, "where its other ports are is not known without a search")
    return (own, *choose_siblings(own, placed_rows, most))


def _own(setting: Setting, index: PortIndex) -> PlacedPort:
    splitter = known(setting.subscriber.splitter)
    port = NodePort(port=index.name, in_service=True, splitter=splitter)
    return PlacedPort(port=port, index=index, groups=(*splitter_group(port), *index.groups))


def _fitting(
    specs: Sequence[ObjectSpec], ports: Iterable[PlacedPort], most: int = MOST_OBJECTS
) -> tuple[Oid, ...]:
    """Give the objects of as many ports as may be asked at once, the first ports first."""
    oids: dict[Oid, None] = {}
    for port in ports:
        more = oids_of(specs, port.index, first_only=True)
        if len(oids.keys() | set(more)) > most:
            break
        oids |= dict.fromkeys(more)
    return tuple(oids)


def _down(
    reader: StateReader, ports: Iterable[PlacedPort], answers: Mapping[Oid, SnmpValue]
) -> Iterable[PlacedPort]:
    """Give the ports that a first answer shows, and does not show to be up."""
    times = reader.times(answers)
    for port in ports:
        state = reader.read(port, answers, times)
        told = any(answers.get(oid) is not None for oid in oids_of(reader.state, port.index))
        if told and (state is None or not state.up):
            yield port


def _specs_of_down(
    setting: Setting, reader: StateReader, since: Sequence[ObjectSpec]
) -> tuple[ObjectSpec, ...]:
    technology = setting.subscriber.technology
    words = None if isinstance(technology, Missing) else technology.value
    causes = (spec for specs in reader.causes(words) for spec in specs)
    return (*reader.shut, *since, *causes)


PROBE: Final = Probe(
    id="siblings",
    title="Ports beside the subscriber's",
    asks="the access node, about some ten ports that share a splitter, a card or the node",
    gives=(SIBLINGS,),
    after=(),
    run=_run,
    cost_s=0.1,
)
