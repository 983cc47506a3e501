"""Which MAC addresses a node has learned on one port, and where it has learned the router's.

The forwarding table may hold thousands of entries: it is read within the VLANs of the port only,
and at most `READS` times `ROWS` of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import Failure, FailureKind, MeasurementError
from cpe_diag.domain.missing import known
from cpe_diag.driver_kit.decode import decode
from cpe_diag.driver_kit.mac_address import mac_index, mac_of_index, octets_of
from cpe_diag.driver_kit.port_index import IF_INDEX
from cpe_diag.probes.node_port import driver_of

if TYPE_CHECKING:
    from cpe_diag.driver_kit.access import ObjectSpec
    from cpe_diag.driver_kit.port_index import PortIndex
    from cpe_diag.probes.probe import Setting

ROWS: Final = 50
READS: Final = 10
"""GETBULKs for one VLAN: 500 entries, 0.3 s at 30 ms of round trip."""

OPERATION: Final = "snmp.getbulk"
BASE_PORT: Final = "base_port"


@dataclass(frozen=True, slots=True, kw_only=True)
class MacsOnPort:
    """What was learned on a port.

    `complete` False: the VLANs hold more entries than were read. `router_elsewhere` names where
    else the router's MAC is learned (`ifIndex 7`), None where it is on this port or nowhere.
    """

    macs: tuple[str, ...]
    complete: bool
    router_here: bool
    router_elsewhere: str | None


async def macs_on_port(setting: Setting, port: PortIndex, deadline: float) -> MacsOnPort:
    """Read the forwarding table for one port.

    Args:
        setting: of the subscriber; the router's MAC and the service's VLAN where they are known.
        port: the subscriber's.
        deadline: absolute, monotonic seconds.

    Returns:
        What is learned there.

    Raises:
        MeasurementError: UNSUPPORTED: the driver reads no forwarding table of this port, or the
            node shows no such bridge port; or how an answer failed.
    """
    table = _Table(setting, port, deadline)
    own = await table.own_bridge_port()
    vlans = {known(setting.subscriber.service.vlan), await table.vlan_of(own)} - {None}
    macs: set[str] = set()
    complete = bool(vlans)
    for vlan in sorted(one for one in vlans if one is not None):
        found, ended = await table.learned(own, vlan)
        macs |= found
        complete = complete and ended
    written = known(setting.subscriber.router_mac)
    router = octets_of(written) if written else None
    at = await table.port_of_mac(router, known(setting.subscriber.service.vlan)) if router else ()
    elsewhere = [one for one in at if one != own]
    return MacsOnPort(
        macs=tuple(sorted(macs)),
        complete=complete,
        router_here=own in at,
        router_elsewhere=await table.name_of(elsewhere[0]) if elsewhere else None,
    )


class _Table:
    """The objects of a driver's `learned_macs` for one port."""

    def __init__(self, setting: Setting, port: PortIndex, deadline: float) -> None:
        group = driver_of(setting).groups.get("learned_macs", ())
        self.specs: dict[str, ObjectSpec] = {spec.field: spec for spec in reversed(group)}
        self.snmp = setting.doors.snmp
        self.port = port
        self.deadline = deadline
        if port.if_index is None or "base_port_if_index" not in self.specs:
            raise self.failed("the forwarding table does not speak of this port")

    def failed(self, detail: str) -> MeasurementError:
        failure = Failure(kind=FailureKind.UNSUPPORTED, where=self.snmp.node, detail=detail)
        return MeasurementError(failure, OPERATION)

    async def get(self, field: str, **parts: str) -> int | None:
        """Read one object, or None where the driver or the node has none."""
        spec = self.specs.get(field)
        if spec is None:
            return None
        port = self.port
        for name, text in parts.items():
            port = port.with_part(name, text)
        oid = spec.at(port)
        value = decode(spec, (await self.snmp.get((oid,), deadline=self.deadline))[oid])
        return value if isinstance(value, int) else None

    async def own_bridge_port(self) -> int:
        """Find the port's number in the bridge: as its name says, or in the bridge's own table."""
        named = self.port.parts.get(BASE_PORT)
        wanted = self.port.if_index
        if named is not None and await self.get("base_port_if_index") == wanted:
            return int(named)
        column = self.specs["base_port_if_index"].oid.split(".{")[0]
        after = ""
        for _ in range(READS):
            rows = await self.snmp.next_rows(
                column, after=after, max_rows=ROWS, deadline=self.deadline
            )
            for oid, value in rows:
                after = oid.removeprefix(f"{column}.")
                if value == wanted:
                    return int(after.split(".")[0])
            if len(rows) < ROWS:
                break
        raise self.failed(f"the node's bridge has no port with the {IF_INDEX} {wanted}")

    async def vlan_of(self, bridge_port: int) -> int | None:
        return await self.get("port_vlan", base_port=str(bridge_port))

    async def name_of(self, bridge_port: int) -> str:
        held = await self.get("base_port_if_index", base_port=str(bridge_port))
        return f"bridge port {bridge_port}" if held is None else f"ifIndex {held}"

    async def learned(self, bridge_port: int, vlan: int) -> tuple[set[str], bool]:
        """Give the MACs of a VLAN on a bridge port, and whether all of the VLAN was read."""
        spec = self.specs.get("port_in_vlan")
        if spec is None or not spec.oid.endswith(".{vlan}.{mac}"):
            return set(), False
        column = spec.oid.split(".{")[0]
        macs: set[str] = set()
        after = str(vlan)
        for _ in range(READS):
            rows = await self.snmp.next_rows(
                column, after=after, max_rows=ROWS, deadline=self.deadline
            )
            for oid, value in rows:
                after = oid.removeprefix(f"{column}.")
                index = tuple(int(part) for part in after.split("."))
                if index[0] != vlan:
                    return macs, True
                mac = mac_of_index(index)
                if value == bridge_port and mac is not None:
                    macs.add(mac)
            if len(rows) < ROWS:
                return macs, True
        return macs, False

    async def port_of_mac(self, mac: tuple[int, ...], vlan: int | None) -> tuple[int, ...]:
        """Give the bridge ports where a MAC is learned, in the service's VLAN or in any."""
        index = mac_index(mac)
        at = None
        if vlan is not None:
            at = await self.get("port_in_vlan", vlan=str(vlan), mac=index)
        if at is None:
            at = await self.get("port_in_any_vlan", mac=index)
        return () if at is None else (at,)
