"""The lab's BRIDGE-MIB and Q-BRIDGE-MIB: which MAC address was learned on which port."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.lab.links import learned_mac
from cpe_diag.lab.mib import (
    Column,
    OidParts,
    bits,
    counter32,
    gauge,
    integer,
    mac_octets,
    octets,
    parts,
    text,
)
from cpe_diag.lab.node_face import number_of, scalar
from cpe_diag.lab.orders import set_vlan
from cpe_diag.lab.plans import vlan_name

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from cpe_diag.lab.mib import MibValue
    from cpe_diag.lab.node_face import NodeFace
    from cpe_diag.lab.world import AccessPort

# BRIDGE-MIB dot1dBase, dot1dBasePortEntry, dot1dTpFdbEntry (RFC 4188, 4).
DOT1D_BASE: Final = parts("1.3.6.1.2.1.17.1")
DOT1D_BASE_PORT_ENTRY: Final = parts("1.3.6.1.2.1.17.1.4.1")
DOT1D_TP_AGING_TIME: Final = parts("1.3.6.1.2.1.17.4.2")
DOT1D_TP_FDB_ENTRY: Final = parts("1.3.6.1.2.1.17.4.3.1")
# Q-BRIDGE-MIB dot1qFdbEntry, dot1qTpFdbEntry, dot1qVlanStaticEntry, dot1qPortVlanEntry
# (RFC 4363, 5).
DOT1Q_FDB_ENTRY: Final = parts("1.3.6.1.2.1.17.7.1.2.1.1")
DOT1Q_TP_FDB_ENTRY: Final = parts("1.3.6.1.2.1.17.7.1.2.2.1")
DOT1Q_VLAN_STATIC_ENTRY: Final = parts("1.3.6.1.2.1.17.7.1.4.3.1")
DOT1Q_PORT_VLAN_ENTRY: Final = parts("1.3.6.1.2.1.17.7.1.4.5.1")

# IEEE 802.1Q: 0 is no VLAN and 4095 is reserved (RFC 4363, VlanIndex).
VLANS: Final = range(1, 4095)

# RFC 4188 and 4363: status learned(3).
LEARNED: Final = 3

EDGE_MAC: Final = "02:00:5e:ff:00:01"
"""The operator's edge, learned on the uplink in every VLAN."""


def bridge_port(face: NodeFace, if_index: int) -> int:
    """Give the bridge port number: the ports from 1 on, then the uplink."""
    if if_index in face.node.uplinks:
        return len(face.node.ports) + 1
    return sorted(face.node.ports).index(if_index) + 1


def bridge_columns(face: NodeFace) -> tuple[Column, ...]:
    """Give the bridge scalars, port tables and forwarding tables.

    The forwarding database id is the VLAN id (independent VLAN learning).
    """
    interfaces = face.interfaces()
    base_port_of = {if_index: bridge_port(face, if_index) for if_index in interfaces}
    if_index_of = {number: if_index for if_index, number in base_port_of.items()}
    port_rows: Sequence[OidParts] = [(number,) for number in sorted(if_index_of)]

    def entries() -> dict[tuple[int, OidParts], int]:
        return _learned(face, base_port_of)

    def by_mac() -> dict[OidParts, int]:
        return {mac: number for (_vlan, mac), number in entries().items()}

    def pvid(number: int) -> int:
        return _vlan(interfaces[if_index_of[number]])

    def write_pvid(index: OidParts, value: MibValue) -> None:
        port = interfaces[if_index_of[index[0]]]
        set_vlan(face.world, port, number_of(value, VLANS))

    def over_ports(name: str, oid: OidParts, read: Callable[[int], MibValue]) -> Column:
        return Column(
            name=name, oid=oid, rows=lambda: port_rows, read=lambda index: read(index[0])
        )

    def fdb(name: str, column: int, read: Callable[[OidParts], MibValue]) -> Column:
        return Column(
            name=name,
            oid=(*DOT1D_TP_FDB_ENTRY, column),
            rows=lambda: sorted(by_mac()),
            read=read,
        )

    def q_fdb(name: str, column: int, read: Callable[[OidParts], MibValue]) -> Column:
        return Column(
            name=name,
            oid=(*DOT1Q_TP_FDB_ENTRY, column),
            rows=lambda: sorted((vlan, *mac) for vlan, mac in entries()),
            read=read,
        )

    return (
        scalar(
            "dot1dBaseBridgeAddress",
            (*DOT1D_BASE, 1),
            lambda: octets(mac_octets(face.node.bridge_mac)),
        ),
        scalar("dot1dBaseNumPorts", (*DOT1D_BASE, 2), lambda: integer(len(port_rows))),
        # RFC 4188: dot1dBaseType transparent-only(2).
        scalar("dot1dBaseType", (*DOT1D_BASE, 3), lambda: integer(2)),
        over_ports("dot1dBasePort", (*DOT1D_BASE_PORT_ENTRY, 1), integer),
        over_ports(
            "dot1dBasePortIfIndex",
            (*DOT1D_BASE_PORT_ENTRY, 2),
            lambda number: integer(if_index_of[number]),
        ),
        over_ports(
            "dot1dBasePortDelayExceededDiscards",
            (*DOT1D_BASE_PORT_ENTRY, 4),
            lambda _number: counter32(0),
        ),
        over_ports(
            "dot1dBasePortMtuExceededDiscards",
            (*DOT1D_BASE_PORT_ENTRY, 5),
            lambda _number: counter32(0),
        ),
        # RFC 4188: 300 s is the recommended ageing time.
        scalar("dot1dTpAgingTime", DOT1D_TP_AGING_TIME, lambda: integer(300)),
        fdb("dot1dTpFdbAddress", 1, lambda index: octets(bytes(index))),
        fdb("dot1dTpFdbPort", 2, lambda index: integer(by_mac()[index])),
        fdb("dot1dTpFdbStatus", 3, lambda _index: integer(LEARNED)),
        Column(
            name="dot1qFdbDynamicCount",
            oid=(*DOT1Q_FDB_ENTRY, 2),
            rows=lambda: sorted({(vlan,) for vlan, _mac in entries()}),
            read=lambda index: counter32(sum(1 for vlan, _mac in entries() if vlan == index[0])),
        ),
        q_fdb("dot1qTpFdbPort", 2, lambda index: integer(entries()[index[0], index[1:]])),
        q_fdb("dot1qTpFdbStatus", 3, lambda _index: integer(LEARNED)),
        Column(
            name="dot1qPvid",
            oid=(*DOT1Q_PORT_VLAN_ENTRY, 1),
            rows=lambda: port_rows,
            read=lambda index: gauge(pvid(index[0])),
            write=write_pvid,
        ),
        # RFC 4363: dot1qPortAcceptableFrameTypes admitAll(1).
        over_ports(
            "dot1qPortAcceptableFrameTypes",
            (*DOT1Q_PORT_VLAN_ENTRY, 2),
            lambda _number: integer(1),
        ),
    )


def vlan_columns(face: NodeFace) -> tuple[Column, ...]:
    """Give dot1qVlanStaticTable: homes are untagged members of the one VLAN that is set on them.

    The uplink is a tagged member of all.
    """
    size = (bridge_port(face, next(iter(face.node.uplinks))) + 7) // 8

    def rows() -> Sequence[OidParts]:
        return sorted({(_vlan(port),) for port in face.node.ports.values()})

    def untagged(vlan: int) -> list[int]:
        ports = face.node.ports.items()
        return [bridge_port(face, number) for number, port in ports if _vlan(port) == vlan]

    def tagged() -> list[int]:
        return [bridge_port(face, number) for number in face.node.uplinks]

    def column(number: int, name: str, read: Callable[[int], MibValue]) -> Column:
        return Column(
            name=name,
            oid=(*DOT1Q_VLAN_STATIC_ENTRY, number),
            rows=rows,
            read=lambda index: read(index[0]),
        )

    return (
        column(1, "dot1qVlanStaticName", lambda vlan: text(vlan_name(vlan))),
        column(
            2,
            "dot1qVlanStaticEgressPorts",
            lambda vlan: _port_list([*untagged(vlan), *tagged()], size),
        ),
        column(4, "dot1qVlanStaticUntaggedPorts", lambda vlan: _port_list(untagged(vlan), size)),
    )


def _vlan(port: AccessPort) -> int:
    return port.vlan if port.learned_vlan is None else port.learned_vlan


def _port_list(base_ports: Sequence[int], size: int) -> MibValue:
    """Make a PortList: port 1 is the first bit of the first octet (RFC 4363, 5)."""
    return bits(*(number - 1 for number in base_ports), length=size)


def _learned(face: NodeFace, base_port_of: Mapping[int, int]) -> dict[tuple[int, OidParts], int]:
    """Give (VLAN, MAC) -> bridge port of everything that the node has learned."""
    found: dict[tuple[int, OidParts], int] = {}
    edge = tuple(mac_octets(EDGE_MAC))
    for port in face.node.ports.values():
        mac = learned_mac(face.world, port)
        if mac is None:
            continue
        found[_vlan(port), tuple(mac_octets(mac))] = base_port_of[port.if_index]
        for uplink in face.node.uplinks:
            found[port.vlan, edge] = base_port_of[uplink]
    return found
