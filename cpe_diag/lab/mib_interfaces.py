"""The lab's system group, IF-MIB and EtherLike-MIB."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cpe_diag.lab.mib import (
    Column,
    MibValue,
    OidParts,
    Syntax,
    WriteRefusedError,
    counter32,
    counter64,
    gauge,
    integer,
    mac_octets,
    object_id,
    octets,
    parts,
    text,
    ticks,
)
from cpe_diag.lab.world import AccessNodeState, World, count_traffic, port_up

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cpe_diag.lab.world import AccessPort, PortCounts

# SNMPv2-MIB system group (RFC 3418, 2).
SYSTEM: Final = parts("1.3.6.1.2.1.1")
# IF-MIB ifNumber, ifEntry, ifXEntry (RFC 2863, 6).
IF_NUMBER: Final = parts("1.3.6.1.2.1.2.1")
IF_ENTRY: Final = parts("1.3.6.1.2.1.2.2.1")
IF_X_ENTRY: Final = parts("1.3.6.1.2.1.31.1.1.1")
# EtherLike-MIB dot3StatsEntry (RFC 3635, 4).
DOT3_STATS_ENTRY: Final = parts("1.3.6.1.2.1.10.7.2.1")

# IANAifType-MIB: ethernetCsmacd(6), adsl(94), vdsl2(251).
IF_TYPE: Final = {"ethernet": 6, "uplink": 6, "adsl": 94, "vdsl2": 251}

# RFC 2863: ifAdminStatus and ifOperStatus up(1), down(2).
UP: Final = 1
DOWN: Final = 2

# RFC 3635: dot3StatsDuplexStatus unknown(1), halfDuplex(2), fullDuplex(3).
DUPLEX: Final = {"half": 2, "full": 3}

# RFC 2863: ifAlias is a DisplayString of at most 64 octets; RFC 3418: sysContact and its
# neighbours at most 255.
ALIAS_LIMIT: Final = 64
TEXT_LIMIT: Final = 255

PACKET_OCTETS: Final = 700
"""Mean length of a packet in the lab, from which packets are counted."""


@dataclass(frozen=True, slots=True)
class NodeFace:
    """One node as its agent shows it: the world, the node, and its interfaces by ifIndex."""

    world: World
    node: AccessNodeState

    def interfaces(self) -> dict[int, AccessPort]:
        """Give all interfaces, subscriber ports and uplinks."""
        return self.node.ports | self.node.uplinks

    def oper_up(self, port: AccessPort) -> bool:
        """Tell whether an interface is up; the uplink is whenever the agent can be asked."""
        return port.technology == "uplink" or port_up(self.world, port)

    def uptime_s(self) -> float:
        """Give the seconds since the node started."""
        return self.world.now() - self.node.booted_at


def scalar(
    name: str,
    oid: OidParts,
    read: Callable[[], MibValue],
    write: Callable[[OidParts, MibValue], None] | None = None,
) -> Column:
    """Make a scalar: a column with the one row 0."""
    rows: Sequence[OidParts] = ((0,),)
    return Column(name=name, oid=oid, rows=lambda: rows, read=lambda _index: read(), write=write)


def octets_of(value: MibValue, limit: int) -> str:
    """Take text out of a SET.

    Raises:
        WriteRefusedError: not octets, too long, or no text.
    """
    if value.syntax is not Syntax.OCTETS or not isinstance(value.content, bytes):
        reason = "wrongType"
        raise WriteRefusedError(reason)
    try:
        content = value.content.decode()
    except UnicodeDecodeError:
        reason = "wrongValue"
        raise WriteRefusedError(reason) from None
    if len(value.content) > limit:
        reason = "wrongValue"
        raise WriteRefusedError(reason)
    return content


def system_columns(face: NodeFace) -> tuple[Column, ...]:
    """Give the system group; sysContact, sysName and sysLocation can be set."""
    node = face.node

    def writer(attribute: str) -> Callable[[OidParts, MibValue], None]:
        return lambda _index, value: setattr(node, attribute, octets_of(value, TEXT_LIMIT))

    return (
        scalar("sysDescr", (*SYSTEM, 1), lambda: text(node.sys_descr)),
        scalar("sysObjectID", (*SYSTEM, 2), lambda: object_id(node.sys_object_id)),
        scalar("sysUpTime", (*SYSTEM, 3), lambda: ticks(face.uptime_s())),
        scalar("sysContact", (*SYSTEM, 4), lambda: text(node.sys_contact), writer("sys_contact")),
        scalar("sysName", (*SYSTEM, 5), lambda: text(node.sys_name), writer("sys_name")),
        scalar(
            "sysLocation", (*SYSTEM, 6), lambda: text(node.sys_location), writer("sys_location")
        ),
        # RFC 3418: 2 (datalink) + 4 (internet) gives 6.
        scalar("sysServices", (*SYSTEM, 7), lambda: integer(6)),
        scalar("ifNumber", IF_NUMBER, lambda: integer(len(face.interfaces()))),
    )


def port_columns(
    face: NodeFace,
    entry: OidParts,
    ports: dict[int, AccessPort],
    readers: Sequence[tuple[int, str, Callable[[AccessPort, PortCounts], MibValue]]],
) -> tuple[Column, ...]:
    """Make columns that are indexed by ifIndex.

    Args:
        face: the node.
        entry: the table's entry.
        ports: by ifIndex; the rows.
        readers: for each column its number, name, and how a port and its counts give the value.
    """
    rows: Sequence[OidParts] = [(if_index,) for if_index in sorted(ports)]

    def cell(
        read: Callable[[AccessPort, PortCounts], MibValue],
    ) -> Callable[[OidParts], MibValue]:
        def read_cell(index: OidParts) -> MibValue:
            port = ports[index[0]]
            return read(port, count_traffic(face.world, port))

        return read_cell

    return tuple(
        Column(name=name, oid=(*entry, number), rows=lambda: rows, read=cell(read))
        for number, name, read in readers
    )


def set_admin_status(face: NodeFace, port: AccessPort, value: MibValue) -> None:
    """Switch a port on or off, as SET of ifAdminStatus does.

    Raises:
        WriteRefusedError: neither up(1) nor down(2); testing(3) is not supported.
    """
    if value.syntax is not Syntax.INTEGER:
        reason = "wrongType"
        raise WriteRefusedError(reason)
    if value.content not in {UP, DOWN}:
        reason = "wrongValue"
        raise WriteRefusedError(reason)
    admin_up = value.content == UP
    if admin_up == port.admin_up:
        return
    now = face.world.now()
    count_traffic(face.world, port)
    port.admin_up = admin_up
    port.changed_at = now
    if admin_up:
        port.showtime_at = now + (port.line.retrain_s if port.line is not None else 0.0)
        if port.line is not None:
            port.line.full_inits_15min += 1


def interface_columns(face: NodeFace) -> tuple[Column, ...]:
    """Give ifTable and ifXTable; ifAdminStatus and ifAlias of subscriber ports can be set."""
    ports = face.interfaces()
    rows: Sequence[OidParts] = [(if_index,) for if_index in sorted(ports)]

    def write_admin(index: OidParts, value: MibValue) -> None:
        set_admin_status(face, ports[index[0]], value)

    def write_alias(index: OidParts, value: MibValue) -> None:
        ports[index[0]].alias = octets_of(value, ALIAS_LIMIT)

    return (
        *port_columns(face, IF_ENTRY, ports, _if_readers(face)),
        *port_columns(face, IF_X_ENTRY, ports, _if_x_readers(face)),
        Column(
            name="ifAdminStatus",
            oid=(*IF_ENTRY, 7),
            rows=lambda: rows,
            read=lambda index: integer(UP if ports[index[0]].admin_up else DOWN),
            write=write_admin,
        ),
        Column(
            name="ifAlias",
            oid=(*IF_X_ENTRY, 18),
            rows=lambda: rows,
            read=lambda index: text(ports[index[0]].alias),
            write=write_alias,
        ),
    )


def _speed_bps(face: NodeFace, port: AccessPort) -> int:
    """Give the present speed: 0 on a DSL line that is not trained."""
    if port.line is not None:
        return port.line.down.rate_bps if face.oper_up(port) else 0
    return port.speed_bps


def _if_readers(
    face: NodeFace,
) -> tuple[tuple[int, str, Callable[[AccessPort, PortCounts], MibValue]], ...]:
    return (
        (1, "ifIndex", lambda port, _: integer(port.if_index)),
        (2, "ifDescr", lambda port, _: text(f"{port.technology} port {port.name}")),
        (3, "ifType", lambda port, _: integer(IF_TYPE[port.technology])),
        (4, "ifMtu", lambda _port, _: integer(1500)),
        (5, "ifSpeed", lambda port, _: gauge(_speed_bps(face, port))),
        (6, "ifPhysAddress", lambda port, _: octets(mac_octets(port.mac))),
        (8, "ifOperStatus", lambda port, _: integer(UP if face.oper_up(port) else DOWN)),
        (9, "ifLastChange", lambda port, _: ticks(port.changed_at - face.node.booted_at)),
        (10, "ifInOctets", lambda _, c: counter32(c.in_octets)),
        (11, "ifInUcastPkts", lambda _, c: counter32(c.in_octets / PACKET_OCTETS)),
        (13, "ifInDiscards", lambda _, c: counter32(c.in_discards)),
        (14, "ifInErrors", lambda _, c: counter32(c.in_errors)),
        (15, "ifInUnknownProtos", lambda _port, _: counter32(0)),
        (16, "ifOutOctets", lambda _, c: counter32(c.out_octets)),
        (17, "ifOutUcastPkts", lambda _, c: counter32(c.out_octets / PACKET_OCTETS)),
        (19, "ifOutDiscards", lambda _, c: counter32(c.out_discards)),
        (20, "ifOutErrors", lambda _, c: counter32(c.out_errors)),
    )


def _if_x_readers(
    face: NodeFace,
) -> tuple[tuple[int, str, Callable[[AccessPort, PortCounts], MibValue]], ...]:
    return (
        (1, "ifName", lambda port, _: text(port.name)),
        (2, "ifInMulticastPkts", lambda _, c: counter32(c.in_octets / PACKET_OCTETS / 500)),
        (3, "ifInBroadcastPkts", lambda _, c: counter32(c.in_octets / PACKET_OCTETS / 900)),
        (4, "ifOutMulticastPkts", lambda _, c: counter32(c.out_octets / PACKET_OCTETS / 500)),
        (5, "ifOutBroadcastPkts", lambda _, c: counter32(c.out_octets / PACKET_OCTETS / 900)),
        (6, "ifHCInOctets", lambda _, c: counter64(c.in_octets)),
        (7, "ifHCInUcastPkts", lambda _, c: counter64(c.in_octets / PACKET_OCTETS)),
        (8, "ifHCInMulticastPkts", lambda _, c: counter64(c.in_octets / PACKET_OCTETS / 500)),
        (9, "ifHCInBroadcastPkts", lambda _, c: counter64(c.in_octets / PACKET_OCTETS / 900)),
        (10, "ifHCOutOctets", lambda _, c: counter64(c.out_octets)),
        (11, "ifHCOutUcastPkts", lambda _, c: counter64(c.out_octets / PACKET_OCTETS)),
        (12, "ifHCOutMulticastPkts", lambda _, c: counter64(c.out_octets / PACKET_OCTETS / 500)),
        (13, "ifHCOutBroadcastPkts", lambda _, c: counter64(c.out_octets / PACKET_OCTETS / 900)),
        # RFC 2863: ifLinkUpDownTrapEnable enabled(1).
        (14, "ifLinkUpDownTrapEnable", lambda _port, _: integer(1)),
        # RFC 2863: ifHighSpeed counts in 1,000,000 bit/s, rounded.
        (15, "ifHighSpeed", lambda port, _: gauge(round(_speed_bps(face, port) / 1_000_000))),
        # SNMPv2-TC TruthValue: true(1), false(2).
        (16, "ifPromiscuousMode", lambda _port, _: integer(2)),
        (17, "ifConnectorPresent", lambda _port, _: integer(1)),
        (19, "ifCounterDiscontinuityTime", lambda _port, _: ticks(0)),
    )


def ethernet_columns(face: NodeFace) -> tuple[Column, ...]:
    """Give dot3StatsTable for the Ethernet interfaces of the node: ports or uplinks."""
    ports = {
        if_index: port
        for if_index, port in face.interfaces().items()
        if port.technology in {"ethernet", "uplink"}
    }
    readers: tuple[tuple[int, str, Callable[[AccessPort, PortCounts], MibValue]], ...] = (
        (1, "dot3StatsIndex", lambda port, _: integer(port.if_index)),
        # Every eighth bad frame ends in the middle of an octet as well.
        (2, "dot3StatsAlignmentErrors", lambda _, c: counter32(c.fcs_errors / 8)),
        (3, "dot3StatsFCSErrors", lambda _, c: counter32(c.fcs_errors)),
        (4, "dot3StatsSingleCollisionFrames", lambda _port, _: counter32(0)),
        (5, "dot3StatsMultipleCollisionFrames", lambda _port, _: counter32(0)),
        (8, "dot3StatsLateCollisions", lambda _, c: counter32(c.late_collisions)),
        (9, "dot3StatsExcessiveCollisions", lambda _port, _: counter32(0)),
        (10, "dot3StatsInternalMacTransmitErrors", lambda _port, _: counter32(0)),
        (13, "dot3StatsFrameTooLongs", lambda _port, _: counter32(0)),
        (16, "dot3StatsInternalMacReceiveErrors", lambda _port, _: counter32(0)),
        (
            19,
            "dot3StatsDuplexStatus",
            lambda port, _: integer(DUPLEX[port.duplex] if face.oper_up(port) else 1),
        ),
    )
    return port_columns(face, DOT3_STATS_ENTRY, ports, readers)
