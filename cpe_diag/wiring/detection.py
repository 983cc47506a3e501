"""Which driver reads a node that the inventory names none for: what the node says of itself.

sysObjectID and sysDescr are asked once and remembered; a node that says something else later
(it was exchanged) is noticed in the same run, and asked anew in the next.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import DefinitionError, MeasurementError
from cpe_diag.domain.missing import known
from cpe_diag.domain.port_facts import NodeSystem
from cpe_diag.domain.subscriber import DSL, PON, Technology
from cpe_diag.wiring.access_drivers import access_driver_named

if TYPE_CHECKING:
    from datetime import datetime

    from cpe_diag.domain.evidence import Evidence
    from cpe_diag.domain.subscriber import Subscriber
    from cpe_diag.driver_kit.access import AccessDriver
    from cpe_diag.ports import Clock, Doors, PortMemory, SnmpReader
    from cpe_diag.wiring.config import Config

SYS_DESCR: Final = "1.3.6.1.2.1.1.1.0"
SYS_OBJECT_ID: Final = "1.3.6.1.2.1.1.2.0"
"""SNMPv2-MIB, RFC 3418."""

REMEMBERED_FOR: Final = timedelta(days=7)
WITHIN_S: Final = 6.0
"""A node that has not said who it is by then is read by the subscriber's technology."""


def by_technology(subscriber: Subscriber) -> str | None:
    """Give the driver that reads any node of a technology, or None where there is none.

    Args:
        subscriber: whose technology decides; Ethernet has IF-MIB, DSL its line tables, DOCSIS its
            own MIBs; no standard MIB reads a PON.

    Returns:
        A driver's id.
    """
    technology = known(subscriber.technology)
    if technology is None or technology in PON:
        return None
    if technology in DSL:
        return "generic_dsl"
    return "docsis_cmts" if technology is Technology.DOCSIS else "generic_ifmib"


async def detected_driver(
    config: Config, subscriber: Subscriber, doors: Doors, memory: PortMemory
) -> AccessDriver | None:
    """Find the driver of a node for which the inventory names none.

    Args:
        config: names further folders of drivers.
        subscriber: whose node it is.
        doors: to ask the node.
        memory: what was found before.

    Returns:
        The driver that fits what the node says of itself, else the technology's, else None.

    Raises:
        DefinitionError: a driver's file is wrong.
    """
    if subscriber.node is None:
        return None
    named = await recognised(config, subscriber.node.id, doors.snmp, doors.clock, memory)
    named = named or by_technology(subscriber)
    return None if named is None else access_driver_named(config, named)


async def recognised(
    config: Config, node: str, snmp: SnmpReader, clock: Clock, memory: PortMemory
) -> str | None:
    """Name the driver that fits what a node says of itself, as it was remembered or is asked now.

    Args:
        config: names further folders of drivers.
        node: the node's id.
        snmp: to ask it.
        clock: of the door.
        memory: what was found before.

    Returns:
        The driver's id; None where none fits, or the node did not say who it is.

    Raises:
        DefinitionError: a driver's file is wrong.
    """
    held = _remembered(config, node, memory, clock.now())
    if held is not None:
        return held
    try:
        answers = await snmp.get((SYS_OBJECT_ID, SYS_DESCR), deadline=clock.monotonic() + WITHIN_S)
    except MeasurementError:
        return None  # the probes ask the node themselves, and say how it failed
    object_id, descr = answers[SYS_OBJECT_ID], answers[SYS_DESCR]
    identity = object_id if isinstance(object_id, str) else ""
    words = descr.decode("utf-8", "replace") if isinstance(descr, bytes) else ""
    # All rules of the judge come with it; a sweep whose nodes name their drivers needs none.
    from cpe_diag.wiring.knowledge import fitting_driver

    driver = fitting_driver(config, identity, words)
    if driver is None:
        return None
    memory.keep(node, SYS_OBJECT_ID, "driver", driver.id, clock.now())
    memory.keep(node, SYS_OBJECT_ID, "identity", identity, clock.now())
    return driver.id


def remembered_driver(
    config: Config, subscriber: Subscriber, memory: PortMemory, now: datetime
) -> AccessDriver | None:
    """Give the driver of a node for which the inventory names none, and ask nobody.

    Args:
        config: names further folders of drivers.
        subscriber: whose node it is.
        memory: what was found before.
        now: in UTC.

    Returns:
        The driver that was found not long ago, else the technology's, else None.

    Raises:
        DefinitionError: a driver's file is wrong.
    """
    if subscriber.node is None:
        return None
    named = _remembered(config, subscriber.node.id, memory, now) or by_technology(subscriber)
    return None if named is None else access_driver_named(config, named)


def _remembered(config: Config, node: str, memory: PortMemory, now: datetime) -> str | None:
    held = memory.recall(node, SYS_OBJECT_ID, "driver")
    fresh = held is not None and now - held.at < REMEMBERED_FOR
    return held.index if held is not None and fresh and _is_there(held.index, config) else None


def _is_there(driver: str, config: Config) -> bool:
    try:
        access_driver_named(config, driver)
    except DefinitionError:
        return False
    return True


def forget_exchanged_node(
    subscriber: Subscriber, evidence: Evidence, doors: Doors, memory: PortMemory
) -> None:
    """Forget a node's driver where the node has said in this run that it is another one.

    Args:
        subscriber: whose node it is.
        evidence: what the run has seen.
        doors: for the time of day.
        memory: what was found before.
    """
    if subscriber.node is None or subscriber.node.driver is not None:
        return
    system = evidence.value(NodeSystem, "node_system", "node")
    said = known(system.object_id) if system else None
    held = memory.recall(subscriber.node.id, SYS_OBJECT_ID, "identity")
    if said is not None and held is not None and held.index != said:
        memory.keep(subscriber.node.id, SYS_OBJECT_ID, "driver", "", doors.clock.now())
