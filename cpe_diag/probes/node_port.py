"""What the probes of the access node share: which port to ask for, and how to say what came."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey, Measurement, not_observed
from cpe_diag.domain.failures import Failure, FailureKind, MeasurementError
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.observations import Observed
from cpe_diag.driver_kit.access_facts import Fields
from cpe_diag.driver_kit.decode import decode_group
from cpe_diag.driver_kit.port_names import if_index_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from cpe_diag.driver_kit.access import AccessDriver, ObjectSpec
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


def port_of(setting: Setting) -> int:
    """Give the ifIndex of the subscriber's port.

    Raises:
        MeasurementError: NOT_CONFIGURED: no node, driver or port, or a name that the driver
            does not know.
    """
    driver = driver_of(setting)
    port = setting.subscriber.port
    if isinstance(port, Missing):
        raise not_configured(
            f"subscriber {setting.subscriber.id}", "the inventory names no port of the node"
        )
    return if_index_of(driver, port)


def not_configured(where: str, detail: str) -> MeasurementError:
    """Make the error that says what the inventory or the configuration leaves open."""
    failure = Failure(kind=FailureKind.NOT_CONFIGURED, where=where, detail=detail)
    return MeasurementError(failure, ASK)


def oids_of(
    specs: Iterable[ObjectSpec], if_index: int, *, first_only: bool = False
) -> tuple[Oid, ...]:
    """Give the oids of objects for one interface, each once.

    Args:
        specs: objects of a group.
        if_index: which interface.
        first_only: leave out the alternatives of a field.

    Returns:
        The oids, in the order of the objects.
    """
    oids: dict[Oid, None] = {}
    fields = set()
    for spec in specs:
        if first_only and spec.field in fields:
            continue
        fields.add(spec.field)
        oids[spec.at(if_index)] = None
    return tuple(oids)


def uptime_oids(driver: AccessDriver) -> tuple[Oid, ...]:
    """Give the oid of the node's uptime, which dates counters."""
    specs = driver.groups.get("node_system", ())
    return oids_of((spec for spec in specs if spec.field == "uptime_s"), 0)


def fields_of(
    setting: Setting, group: str, answers: Mapping[Oid, SnmpValue], if_index: int
) -> Fields:
    """Decode a group of the subscriber's node for one interface.

    Raises:
        MeasurementError: NOT_CONFIGURED, as for `driver_of`.
    """
    specs = driver_of(setting).groups.get(group, ())
    return Fields(decode_group(specs, answers, if_index), setting.doors.snmp.node, group)


def source_of(node: str, specs: Sequence[ObjectSpec], field: str, if_index: int) -> str:
    """Name device and question: `SNMP an-1 IF-MIB ifOperStatus.1007`."""
    for spec in specs:
        if spec.field == field:
            # A source begins with the names of the MIB and of the object.
            named = " ".join(spec.source.split(",")[0].split()[:2])
            suffix = f".{if_index}" if "{if_index}" in spec.oid else ".0"
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
