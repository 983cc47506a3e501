"""What the probes of the access node share: which port to ask for, and how to say what came."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey, Measurement, not_observed
from cpe_diag.domain.failures import Failure, FailureKind, MeasurementError
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.observations import Observed
from cpe_diag.driver_kit.access_facts import Fields
from cpe_diag.driver_kit.capability import CapabilityState
from cpe_diag.driver_kit.decode import decode_group
from cpe_diag.driver_kit.port_index import NODE

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from cpe_diag.domain.subscriber import Technology
    from cpe_diag.driver_kit.access import AccessDriver, ObjectSpec
    from cpe_diag.driver_kit.port_index import PortIndex
    from cpe_diag.ports import Oid, SnmpValue
    from cpe_diag.probes.probe import Setting

ASK: Final = "snmp.get"
"""The operation's name in failures that come before anything is sent."""


def driver_of(setting: Setting) -> AccessDriver:
    """Give the driver of the subscriber's node.

    Raises:
        MeasurementError: NOT_CONFIGURED: no node, or no driver for it.
    """
    node = setting.subscriber.node
    if node is None:
        raise not_configured(
            f"subscriber {setting.subscriber.id}", "the inventory names no access node"
        )
    if setting.access_driver is None:
        raise not_configured(f"node {node.id}", "no access driver is named or fits the node")
    return setting.access_driver


async def port_of(setting: Setting, deadline: float) -> PortIndex:
    """Locate the subscriber's port.

    Raises:
        MeasurementError: NOT_CONFIGURED: no node, driver or port, or a name that the driver
            does not know; or what `PortFinder.find` says of the node.
    """
    driver = driver_of(setting)
    port = setting.subscriber.port
    if isinstance(port, Missing):
        raise not_configured(
            f"subscriber {setting.subscriber.id}", "the inventory names no port of the node"
        )
    return await setting.finder.find(driver, port, technology_word(setting), deadline)


def technology_word(setting: Setting) -> str | None:
    """Give the word for how the subscriber is connected, None where nobody says."""
    technology = setting.subscriber.technology
    return None if isinstance(technology, Missing) else technology.value


def has_technology(setting: Setting, technologies: Collection[Technology]) -> bool | None:
    """Tell whether the subscriber is connected in one of these ways; None: nobody says."""
    technology = setting.subscriber.technology
    return None if isinstance(technology, Missing) else technology in technologies


def not_configured(where: str, detail: str) -> MeasurementError:
    """Make the error that says what the inventory or the configuration leaves open."""
    failure = Failure(kind=FailureKind.NOT_CONFIGURED, where=where, detail=detail)
    return MeasurementError(failure, ASK)


def oids_of(
    specs: Iterable[ObjectSpec], index: PortIndex, *, first_only: bool = False
) -> tuple[Oid, ...]:
    """Give the oids of objects for one port, each once.

    An object of which the port's name does not give a part of the index cannot be asked for.

    Args:
        specs: objects of a group.
        index: which port.
        first_only: leave out the alternatives of a field.

    Returns:
        The oids, in the order of the objects.
    """
    oids: dict[Oid, None] = {}
    fields = set()
    for spec in specs:
        oid = spec.at(index)
        if (first_only and spec.field in fields) or "{" in oid:
            continue
        fields.add(spec.field)
        oids[oid] = None
        if spec.witness:
            oids[index.fill(spec.witness)] = None
    return tuple(oids)


def uptime_oids(driver: AccessDriver) -> tuple[Oid, ...]:
    """Give the oids of the node's uptime and clock, which date counters and changes."""
    specs = driver.groups.get("node_system", ())
    return oids_of((spec for spec in specs if spec.field in {"uptime_s", "clock_s"}), NODE)


def node_times(setting: Setting, answers: Mapping[Oid, SnmpValue]) -> Fields:
    """Decode the node's own uptime and clock."""
    return fields_of(setting, "node_system", answers, NODE)


def fields_of(
    setting: Setting, group: str, answers: Mapping[Oid, SnmpValue], index: PortIndex
) -> Fields:
    """Decode a group of the subscriber's node for one port.

    Raises:
        MeasurementError: NOT_CONFIGURED, as for `driver_of`.
    """
    specs = driver_of(setting).groups.get(group, ())
    return Fields(decode_group(specs, answers, index), setting.doors.snmp.node, group)


def group_specs(setting: Setting, group: str) -> tuple[ObjectSpec, ...]:
    """Give the objects of a group that the driver says it can read.

    Raises:
        MeasurementError: NOT_CONFIGURED, as for `driver_of`; NOT_APPLICABLE where the driver
            says that its nodes have no such thing, UNSUPPORTED where it does not read it yet.
    """
    driver = driver_of(setting)
    capability = driver.capabilities.get(group)
    if capability is not None and capability.state is CapabilityState.DONE:
        return driver.groups.get(group, ())
    reason = capability.reason if capability else "it does not say why"
    detail = f"driver {driver.id} reads no {group}: {reason}"
    error = unsupported(setting, detail)
    if capability is not None and capability.state is CapabilityState.EXEMPT:
        failure = replace(error.failure, kind=FailureKind.NOT_APPLICABLE)
        error = MeasurementError(failure, ASK)
    raise error


def not_applicable(setting: Setting) -> MeasurementError:
    """Make the error for a question that does not arise for the subscriber's technology."""
    detail = f"a subscriber on {setting.subscriber.technology} has nothing of the kind"
    where = f"subscriber {setting.subscriber.id}"
    failure = Failure(kind=FailureKind.NOT_APPLICABLE, where=where, detail=detail)
    return MeasurementError(failure, ASK)


def unsupported(setting: Setting, detail: str) -> MeasurementError:
    """Make the error for what this node or this kind of line does not have."""
    node = setting.doors.snmp.node
    return MeasurementError(Failure(kind=FailureKind.UNSUPPORTED, where=node, detail=detail), ASK)


def source_of(node: str, specs: Sequence[ObjectSpec], field: str, index: PortIndex) -> str:
    """Name device and question: `SNMP an-1 IF-MIB ifOperStatus.1007`."""
    for spec in specs:
        if spec.field == field:
            # A source begins with the names of the MIB and of the object.
            named = " ".join(spec.source.split(",")[0].split()[:2])
            suffix = f".{index.label}" if "{" in spec.oid else ".0"
            return f"SNMP {node} {named}{suffix}"
    return f"SNMP {node}"


def table_source(node: str, specs: Sequence[ObjectSpec], row: str) -> str:
    """Name device, MIBs and row of a fact of many objects: `SNMP an-1 VDSL2-LINE-MIB, line 7`."""
    # A source begins with the name of the MIB.
    mibs = dict.fromkeys(spec.source.split()[0] for spec in specs)
    return f"SNMP {node} {' and '.join(mibs)}, {row}"


def known(key: FactKey, value: object, source: str, at: datetime) -> Measurement:
    """Make the measurement of a fact that was observed."""
    return Measurement(key=key, observation=Observed(value=value, source=source, at=at))


def built(key: FactKey, build: Callable[[], object], source: str, at: datetime) -> Measurement:
    """Make the measurement of a fact that `build` gives, or refuses with a MeasurementError."""
    try:
        return known(key, build(), source, at)
    except MeasurementError as error:
        return not_observed(key, error.failure, error.operation, at)


def none_of(
    keys: Iterable[FactKey], error: MeasurementError, at: datetime
) -> tuple[Measurement, ...]:
    """Make the measurements that say of every key why it is not known."""
    return tuple(not_observed(key, error.failure, error.operation, at) for key in keys)
