"""The lab's IF-MIB (RFC 2863)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.lab.links import last_change, link_speed_bps
from cpe_diag.lab.mib import (
    Column,
    MibValue,
    OidParts,
    counter32,
    counter64,
    gauge,
    integer,
    mac_octets,
    octets,
    parts,
    text,
    ticks,
)
from cpe_diag.lab.node_face import number_of, octets_of, port_columns, scalar
from cpe_diag.lab.orders import set_admin
from cpe_diag.lab.profiles import trained_rate_bps

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cpe_diag.lab.node_face import NodeFace, PortReader
    from cpe_diag.lab.world import AccessPort

# IF-MIB ifNumber, ifEntry, ifXEntry (RFC 2863, 6).
IF_NUMBER: Final = parts("1.3.6.1.2.1.2.1")
IF_ENTRY: Final = parts("1.3.6.1.2.1.2.2.1")
IF_X_ENTRY: Final = parts("1.3.6.1.2.1.31.1.1.1")

# IANAifType-MIB: ethernetCsmacd(6), adsl(94), docsCableMaclayer(127), docsCableDownstream(128),
# docsCableUpstreamChannel(205), gpon(250), vdsl2(251).
IF_TYPE: Final = {
    "ethernet": 6,
    "uplink": 6,
    "adsl": 94,
    "mac_domain": 127,
    "downstream": 128,
    "upstream": 205,
    "pon": 250,
    "vdsl2": 251,
}

# RFC 2863: ifAdminStatus and ifOperStatus up(1), down(2).
UP: Final = 1
DOWN: Final = 2

# RFC 2863: ifAlias is a DisplayString of at most 64 octets.
ALIAS_LIMIT: Final = 64

PACKET_OCTETS: Final = 700
"""Mean length of a packet in the lab, from which packets are counted."""


def interface_columns(face: NodeFace) -> tuple[Column, ...]:
    """Give ifTable and ifXTable; ifAdminStatus and ifAlias of subscriber ports can be set."""
    ports = face.interfaces()
    rows: Sequence[OidParts] = [(if_index,) for if_index in sorted(ports)]

    def write_admin(index: OidParts, value: MibValue) -> None:
        # RFC 2863: testing(3) is not supported.
        admin_up = number_of(value, (UP, DOWN)) == UP
        set_admin(face.world, ports[index[0]], admin_up=admin_up)

    def write_alias(index: OidParts, value: MibValue) -> None:
        ports[index[0]].alias = octets_of(value, ALIAS_LIMIT)

    return (
        scalar("ifNumber", IF_NUMBER, lambda: integer(len(ports))),
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
    """Give the present speed: 0 on a DSL line that is not trained.

    The D-Link switch says 0 of every port without a link (recording switch_dlink-des3200).
    """
    if port.line is not None:
        return trained_rate_bps(port, port.line, "down") if face.oper_up(port) else 0
    if face.node.model == "dlink_des" and not face.oper_up(port):
        return 0
    return link_speed_bps(port)


def _descr(port: AccessPort) -> str:
    return port.descr or f"{port.technology} port {port.name}"


def _last_change_s(face: NodeFace, port: AccessPort) -> float:
    """Give sysUpTime at the last change of the operational state."""
    return last_change(face.world, port) - face.node.booted_at


def _if_readers(
    face: NodeFace,
) -> tuple[tuple[int, str, PortReader], ...]:
    return (
        (1, "ifIndex", lambda port, _: integer(port.if_index)),
        (2, "ifDescr", lambda port, _: text(_descr(port))),
        (3, "ifType", lambda port, _: integer(IF_TYPE[port.technology])),
        (4, "ifMtu", lambda _port, _: integer(1500)),
        (5, "ifSpeed", lambda port, _: gauge(_speed_bps(face, port))),
        (6, "ifPhysAddress", lambda port, _: octets(mac_octets(port.mac))),
        (8, "ifOperStatus", lambda port, _: integer(UP if face.oper_up(port) else DOWN)),
        (9, "ifLastChange", lambda port, _: ticks(_last_change_s(face, port))),
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
) -> tuple[tuple[int, str, PortReader], ...]:
    return (
        (1, "ifName", lambda port, _: text(port.if_name or port.name)),
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
