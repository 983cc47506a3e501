"""Which MAC addresses the node has learned on the subscriber's port, and in which VLAN.

A forwarding table may hold thousands of entries, so it is never walked. Where the router's MAC is
known, it is asked for by name, in the service's VLAN and in any; what else is on the port is
looked for in one bounded part of the service's VLAN.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey
from cpe_diag.domain.failures import Failure, FailureKind, MeasurementError
from cpe_diag.domain.missing import Maybe, Missing, known
from cpe_diag.domain.port_facts import LearnedMac, LearnedMacs
from cpe_diag.driver_kit.access import ObjectSpec
from cpe_diag.driver_kit.decode import NOT_MEASURED, decode
from cpe_diag.driver_kit.mac_address import mac_index, mac_of_index, mac_text, octets_of
from cpe_diag.probes.node_port import (
    ASK,
    group_specs,
    none_of,
    not_configured,
    port_of,
    unsupported,
)
from cpe_diag.probes.node_port import known as observed
from cpe_diag.probes.probe import Probe, Setting

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import Evidence, Measurement
    from cpe_diag.ports import Oid, SnmpValue

KEY: Final = FactKey("learned_macs", "port")

# Rows of one GETBULK: the bound of the door, and about what one packet carries.
_ROWS: Final = 50

# GETBULKs through the service's VLAN where the router's MAC is not known (150 entries), and
# where it is (only to see whether another device sits on the port).
_SCANS_UNKNOWN: Final = 3
_SCANS_KNOWN: Final = 1

# GETBULKs through dot1dBasePortIfIndex: 100 bridge ports.
_MAPPING_READS: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class _Search:
    """What is looked for: the driver's objects by field, and what the inventory knows."""

    setting: Setting
    deadline: float
    specs: Mapping[str, ObjectSpec]
    if_index: int
    vlan: int | None
    mac: tuple[int, ...] | None

    def oid(self, field: str, **parts: object) -> Oid | None:
        """Fill the placeholders of an object, or None where the driver has no such object."""
        spec = self.specs.get(field)
        if spec is None:
            return None
        oid = spec.oid
        for name, value in parts.items():
            oid = oid.replace(f"{{{name}}}", str(value))
        return oid

    async def get(self, wanted: Mapping[str, Oid | None]) -> dict[str, Maybe[int]]:
        """Read objects by field; UNSUPPORTED ones and sentinels are Missing."""
        oids = {field: oid for field, oid in wanted.items() if oid is not None}
        answers: Mapping[Oid, SnmpValue] = {}
        if oids:
            answers = await self.setting.doors.snmp.get(
                tuple(oids.values()), deadline=self.deadline
            )
        values = {
            field: decode(self.specs[field], answers.get(oid)) for field, oid in oids.items()
        }
        return {
            field: value if isinstance(value, (int, Missing)) else NOT_MEASURED
            for field, value in values.items()
        }

    async def rows(
        self, field: str, after: str, max_rows: int
    ) -> list[tuple[tuple[int, ...], int]]:
        """Read rows of a column: indexes (after the column) and values that are numbers."""
        column = self.specs[field].oid.split(".{")[0]
        found = await self.setting.doors.snmp.next_rows(
            column, after=after, max_rows=max_rows, deadline=self.deadline
        )
        return [
            (tuple(int(part) for part in oid[len(column) + 1 :].split(".")), value)
            for oid, value in found
            if isinstance(value, int)
        ]


async def _search(setting: Setting, deadline: float) -> _Search:
    subscriber = setting.subscriber
    if_index = (await port_of(setting, deadline)).if_index
    if if_index is None:
        raise unsupported(setting, "the port has no interface of its own in the forwarding table")
    specs = {spec.field: spec for spec in reversed(group_specs(setting, "learned_macs"))}
    vlan, written = known(subscriber.service.vlan), known(subscriber.router_mac)
    mac = octets_of(written) if written else None
    if written and mac is None:
        raise not_configured(f"subscriber {subscriber.id}", f"{written!r} is no MAC address")
    if mac is None and vlan is None:
        detail = "neither the router's MAC nor the service's VLAN is in the inventory"
        raise not_configured(f"subscriber {subscriber.id}", detail)
    return _Search(
        setting=setting, deadline=deadline, specs=specs, if_index=if_index, vlan=vlan, mac=mac
    )


def _failed(setting: Setting, kind: FailureKind, detail: str) -> MeasurementError:
    failure = Failure(kind=kind, where=setting.doors.snmp.node, detail=detail)
    return MeasurementError(failure, ASK)


async def _run(setting: Setting, _: Evidence, deadline: float) -> tuple[Measurement, ...]:
    clock, node = setting.doors.clock, setting.doors.snmp.node
    try:
        search = await _search(setting, deadline)
        if search.mac is not None:
            entries = await _by_name(search, search.mac)
        else:
            entries = await _by_vlan(search, _SCANS_UNKNOWN)
    except MeasurementError as error:
        return none_of((KEY,), error, clock.now())
    source = f"SNMP {node} forwarding table, port {search.if_index}, VLAN {search.vlan or 'any'}"
    return (observed(KEY, LearnedMacs(entries=entries), source, clock.now()),)


async def _by_name(search: _Search, mac: tuple[int, ...]) -> tuple[LearnedMac, ...]:
    """Ask for the router's MAC, then for whom else the port holds."""
    index = mac_index(mac)
    wanted = {"port_in_any_vlan": search.oid("port_in_any_vlan", mac=index)}
    if search.vlan is not None:
        for field in ("port_in_vlan", "if_index_in_vlan"):
            wanted[field] = search.oid(field, vlan=search.vlan, mac=index)
    found = await search.get(wanted)
    if search.vlan is not None and _number(found, "if_index_in_vlan") == search.if_index:
        return (LearnedMac(mac=mac_text(mac), vlan=search.vlan),)
    learned = _number(found, "port_in_vlan")
    elsewhere = _number(found, "port_in_any_vlan")
    bridge_port = learned or elsewhere
    if bridge_port is not None:
        told = await search.get(
            {
                "base_port_if_index": search.oid("base_port_if_index", base_port=bridge_port),
                "port_vlan": search.oid("port_vlan", base_port=bridge_port),
            }
        )
        if _number(told, "base_port_if_index") == search.if_index:
            vlan = search.vlan if learned and search.vlan else _other_vlan(search, told)
            beside = await _beside(search, bridge_port) if learned and search.vlan else ()
            return (
                LearnedMac(mac=mac_text(mac), vlan=vlan),
                *(LearnedMac(mac=one, vlan=vlan) for one in beside if one != mac_text(mac)),
            )
    if search.vlan is None and "port_in_any_vlan" in search.specs:
        # No port, or another one, has the router's MAC in any VLAN.
        return await _nothing(search, proven=bridge_port is not None)
    return await _by_vlan(search, _SCANS_KNOWN, proven=bridge_port is not None)


async def _beside(search: _Search, bridge_port: int) -> tuple[str, ...]:
    """Give whom else the port holds in the first part of the service's VLAN; () is no proof.

    That the router is there has been told: what fails here takes nothing from it.
    """
    try:
        rows = await search.rows("port_in_vlan", str(search.vlan), _ROWS)
    except MeasurementError:
        return ()
    here = (index for index, port in rows if index[0] == search.vlan and port == bridge_port)
    return tuple(mac for index in here if (mac := mac_of_index(index)) is not None)


def _number(values: Mapping[str, Maybe[int]], field: str) -> int | None:
    value = values.get(field)
    return value if isinstance(value, int) else None


def _other_vlan(search: _Search, told: Mapping[str, Maybe[int]]) -> Maybe[int]:
    """Say in which VLAN a MAC is that is not in the service's: the port's own, or unknown."""
    own = told.get("port_vlan", NOT_MEASURED)
    return NOT_MEASURED if own == search.vlan else own


async def _by_vlan(search: _Search, scans: int, *, proven: bool = False) -> tuple[LearnedMac, ...]:
    """Look through a bounded part of the service's VLAN for entries on the port.

    Raises:
        MeasurementError: INCOMPLETE: the VLAN holds more than the bound and the router's MAC is
            not known, or the table cannot be read by VLAN, so that nothing can be said;
            UNSUPPORTED: the node shows no such table.
    """
    if "port_in_vlan" not in search.specs:
        detail = "this node can be asked for one MAC only; others on the port are not known"
        raise _failed(search.setting, FailureKind.INCOMPLETE, detail)
    entries: list[tuple[tuple[int, ...], int]] = []
    after, ended = str(search.vlan), False
    for _ in range(scans):
        rows = await search.rows("port_in_vlan", after, _ROWS)
        proven = proven or bool(rows)
        inside = [row for row in rows if row[0][0] == search.vlan]
        entries.extend(inside)
        ended = len(inside) < _ROWS
        if ended:
            break
        after = ".".join(str(part) for part in inside[-1][0])
    own = await _own_bridge_port(search, {port for _, port in entries})
    macs = [mac_of_index(index) for index, port in entries if port == own]
    if not (macs or ended or search.mac):
        detail = f"VLAN {search.vlan} holds more than {len(entries)} addresses; not all were read"
        raise _failed(search.setting, FailureKind.INCOMPLETE, detail)
    if not macs:
        return await _nothing(search, proven=proven)
    vlan: Maybe[int] = NOT_MEASURED if search.vlan is None else search.vlan
    return tuple(LearnedMac(mac=mac, vlan=vlan) for mac in macs if mac is not None)


async def _own_bridge_port(search: _Search, ports: set[int]) -> int | None:
    """Find which of these bridge ports is the subscriber's; None where none of them is."""
    if not ports:
        return None
    after, last = min(ports) - 1, max(ports)
    for _ in range(_MAPPING_READS):
        rows = await search.rows(
            "base_port_if_index", str(after) if after else "", min(_ROWS, last - after)
        )
        for index, if_index in rows:
            if if_index == search.if_index:
                return index[0]
        after = rows[-1][0][0] if rows else last
        if after >= last:
            return None
    detail = f"the node has more bridge ports than were read (up to {after})"
    raise _failed(search.setting, FailureKind.INCOMPLETE, detail)


async def _nothing(search: _Search, *, proven: bool) -> tuple[LearnedMac, ...]:
    """Say that nothing is learned, after making sure that there is a table that could tell.

    Raises:
        MeasurementError: UNSUPPORTED: the node shows no forwarding entry at all.
    """
    for field in ("port_in_vlan", "port_in_any_vlan"):
        if not proven and field in search.specs:
            proven = bool(await search.rows(field, "", 1))
    if not proven:
        detail = "the node shows no forwarding entries at all; it may not have the table"
        raise _failed(search.setting, FailureKind.UNSUPPORTED, detail)
    return ()


PROBE: Final = Probe(
    id="learned_macs",
    title="Devices learned on the port",
    asks="the access node, about its forwarding table",
    gives=(KEY,),
    after=(),
    run=_run,
    cost_s=0.1,
)
