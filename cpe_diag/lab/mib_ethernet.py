"""The lab's EtherLike-MIB (RFC 3635), and of MAU-MIB (RFC 4836) whether speed is negotiated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.lab.links import link_duplex, link_speed_bps
from cpe_diag.lab.mib import Column, MibValue, OidParts, counter32, integer, parts
from cpe_diag.lab.node_face import number_of, port_columns
from cpe_diag.lab.orders import set_speed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cpe_diag.lab.node_face import NodeFace, PortReader

# MAU-MIB ifMauAutoNegEntry (RFC 4836), indexed by ifIndex and the number of the MAU.
MAU_AUTO_NEG_ENTRY: Final = parts("1.3.6.1.2.1.26.5.1.1")
FIRST_MAU: Final = 1
# ifMauAutoNegAdminStatus: enabled(1), disabled(2).
ENABLED: Final = 1
DISABLED: Final = 2

# EtherLike-MIB dot3StatsEntry (RFC 3635, 4).
DOT3_STATS_ENTRY: Final = parts("1.3.6.1.2.1.10.7.2.1")

# RFC 3635: dot3StatsDuplexStatus unknown(1), halfDuplex(2), fullDuplex(3).
UNKNOWN: Final = 1
DUPLEX: Final = {"half": 2, "full": 3}


def ethernet_columns(face: NodeFace) -> tuple[Column, ...]:
    """Give dot3StatsTable for the Ethernet interfaces of the node: ports or uplinks."""
    ports = {
        if_index: port
        for if_index, port in face.interfaces().items()
        if port.technology in {"ethernet", "uplink"}
    }
    readers: tuple[tuple[int, str, PortReader], ...] = (
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
            lambda port, _: integer(DUPLEX[link_duplex(port)] if face.oper_up(port) else UNKNOWN),
        ),
    )
    return port_columns(face, DOT3_STATS_ENTRY, ports, readers)


def negotiation_columns(face: NodeFace) -> tuple[Column, ...]:
    """Give ifMauAutoNegAdminStatus, which can be set: off, a port keeps the speed that it has."""
    ports = {number: port for number, port in face.node.ports.items() if port.line is None}
    rows: Sequence[OidParts] = [(number, FIRST_MAU) for number in sorted(ports)]

    def write(index: OidParts, value: MibValue) -> None:
        port = ports[index[0]]
        wanted = number_of(value, (ENABLED, DISABLED))
        if wanted == ENABLED:
            set_speed(face.world, port, "auto")
        elif port.speed_setting == "auto":
            mbps = link_speed_bps(port) // 1_000_000
            set_speed(face.world, port, f"{mbps}_{link_duplex(port)}")

    return (
        Column(
            name="ifMauAutoNegAdminStatus",
            oid=(*MAU_AUTO_NEG_ENTRY, 1),
            rows=lambda: rows,
            read=lambda index: integer(
                ENABLED if ports[index[0]].speed_setting == "auto" else DISABLED
            ),
            write=write,
        ),
    )
