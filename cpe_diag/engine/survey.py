"""Looks at the node before a change is planned: present values, and what the guard wants to know.

Everything is read with exact questions or bounded ones; what a node does not tell is Missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import FailureKind, MeasurementError
from cpe_diag.domain.missing import Maybe, Missing, known
from cpe_diag.driver_kit.port_index import NODE
from cpe_diag.engine.forwarding import MacsOnPort, macs_on_port
from cpe_diag.ports import Oid, SnmpValue
from cpe_diag.probes.node_port import driver_of, fields_of, oids_of

if TYPE_CHECKING:
    from cpe_diag.driver_kit.port_index import PortIndex
    from cpe_diag.probes.probe import Setting

IF_TYPE: Final = "1.3.6.1.2.1.2.2.1.3"
"""IF-MIB ifType, RFC 2863."""
IF_DESCR: Final = "1.3.6.1.2.1.2.2.1.2"
"""IF-MIB ifDescr, RFC 2863."""
IF_NAME: Final = "1.3.6.1.2.1.31.1.1.1.1"
"""IF-MIB ifName, RFC 2863."""
LLDP_REMOTE_NAME: Final = "1.0.8802.1.1.2.1.4.1.1.9"
"""LLDP-MIB lldpRemSysName, IEEE 802.1AB-2005; index: time mark, local port number, number."""
LLDP_LOCAL_PORT: Final = "1.0.8802.1.1.2.1.3.7.1.3"
"""LLDP-MIB lldpLocPortId, IEEE 802.1AB-2005; index: local port number."""

LLDP_ROWS: Final = 50
"""One GETBULK: an access node has a handful of neighbours that speak LLDP."""
_LLDP_INDEX: Final = 3
_LLDP_PORTS: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class PortSurvey:
    """What was read. `present` holds the objects of the plan as they are now.

    `macs` is Missing where the forwarding table does not speak of this port. `neighbours` are the
    names of LLDP neighbours on the port, `names` what the node calls the port itself.
    """

    present: Mapping[Oid, SnmpValue]
    system_name: Maybe[str]
    object_id: Maybe[str]
    description: Maybe[str]
    alias: Maybe[str]
    if_type: Maybe[int]
    ont_serial: Maybe[str]
    macs: Maybe[MacsOnPort]
    neighbours: Maybe[tuple[str, ...]]
    names: tuple[str, ...] = ()


async def survey(
    setting: Setting, port: PortIndex, objects: tuple[Oid, ...], deadline: float
) -> PortSurvey:
    """Read what a plan and its guard need.

    Args:
        setting: of the subscriber.
        port: the subscriber's.
        objects: of the plan.
        deadline: absolute, monotonic seconds.

    Returns:
        What was read.

    Raises:
        MeasurementError: the node does not answer the first question, or there is no driver.
    """
    driver = driver_of(setting)
    names = [one for one in driver.groups.get("port_status", ()) if one.field in {"alias", "name"}]
    serial = [one for one in driver.groups.get("ont_state", ()) if one.field == "serial"]
    if_type = () if port.if_index is None else (f"{IF_TYPE}.{port.if_index}",)
    own = tuple(f"{oid}.{port.if_index}" for oid in (IF_NAME, IF_DESCR)) if if_type else ()
    answers = await setting.doors.snmp.get(
        (
            *oids_of(driver.groups.get("node_system", ()), NODE),
            *oids_of((*names, *serial), port),
            *if_type,
            *(oid for oid in own if oid not in oids_of(names, port)),
            *objects,
        ),
        deadline=deadline,
    )
    system = fields_of(setting, "node_system", answers, NODE)
    status = fields_of(setting, "port_status", answers, port)
    kind = answers.get(if_type[0]) if if_type else None
    called = (answers.get(oid) for oid in own)
    return PortSurvey(
        names=tuple(one.decode("utf-8", "replace") for one in called if isinstance(one, bytes)),
        present={oid: answers[oid] for oid in objects},
        system_name=system.text("name"),
        object_id=system.text("object_id"),
        description=system.text("description"),
        alias=status.text("alias"),
        if_type=kind if isinstance(kind, int) else Missing(why=FailureKind.UNSUPPORTED),
        ont_serial=fields_of(setting, "ont_state", answers, port).text("serial"),
        macs=await _macs(setting, port, deadline),
        neighbours=await _neighbours(setting, port, known(status.text("name")), deadline),
    )


async def _macs(setting: Setting, port: PortIndex, deadline: float) -> Maybe[MacsOnPort]:
    try:
        return await macs_on_port(setting, port, deadline)
    except MeasurementError as error:
        return Missing(why=error.failure.kind)


async def _neighbours(
    setting: Setting, port: PortIndex, name: str | None, deadline: float
) -> Maybe[tuple[str, ...]]:
    """Give the LLDP neighbours on the port; local port numbers have names of their own."""
    snmp = setting.doors.snmp
    try:
        rows = await snmp.next_rows(
            LLDP_REMOTE_NAME, after="", max_rows=LLDP_ROWS, deadline=deadline
        )
        heard: dict[str, list[str]] = {}
        for oid, value in rows:
            index = oid.removeprefix(f"{LLDP_REMOTE_NAME}.").split(".")
            if len(index) == _LLDP_INDEX and isinstance(value, bytes):
                heard.setdefault(index[1], []).append(value.decode("utf-8", "replace"))
        asked = {number: f"{LLDP_LOCAL_PORT}.{number}" for number in list(heard)[:_LLDP_PORTS]}
        names = await snmp.get(tuple(asked.values()), deadline=deadline) if asked else {}
    except MeasurementError as error:
        return Missing(why=error.failure.kind)
    own = {name.encode() if name else None, *(text.encode() for text in port.parts.values())}
    return tuple(
        neighbour or "without a name"
        for number, oid in asked.items()
        if number in port.parts.values() or names[oid] in own - {None}
        for neighbour in heard[number]
    )
