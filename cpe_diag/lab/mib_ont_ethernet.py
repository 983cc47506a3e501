"""The lab's HUAWEI-XPON-MIB, by Ethernet port of an ONT: each ONT has one, where the router is.

The index is the ifIndex of the PON port, the ONT's id, and 1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.lab.home_state import GhostHome
from cpe_diag.lab.links import link_duplex, link_speed_bps
from cpe_diag.lab.mib import Column, integer, parts
from cpe_diag.lab.mib_ont import INVALID, Onts
from cpe_diag.lab.node_face import number_of
from cpe_diag.lab.orders import set_vlan

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpe_diag.lab.mib import MibValue
    from cpe_diag.lab.mib_ont import OntReader
    from cpe_diag.lab.node_face import NodeFace
    from cpe_diag.lab.world import AccessPort

# hwGponDeviceOntEthernetPortCfgEntry (HUAWEI-XPON-MIB V2.14).
PORT_ENTRY: Final = parts("1.3.6.1.4.1.2011.6.128.1.1.2.62.1")
FIRST_PORT: Final = (1,)

# hwGponDeviceOntEthernetNegotiate: on(1), off(2); ...OperateStatus: on(1), off(2).
ON: Final = 1
OFF: Final = 2
# ...DuplexMode: half(1), full(2), autohalf(4), autofull(5).
DUPLEX: Final = {("half", False): 1, ("full", False): 2, ("half", True): 4, ("full", True): 5}
# ...Speed: speed10M(1), speed100M(2), speed1000M(3), autospeed10M(5) to autospeed1000M(7).
SPEED: Final = {
    (10, False): 1,
    (100, False): 2,
    (1000, False): 3,
    (10, True): 5,
    (100, True): 6,
    (1000, True): 7,
}
# ...OnlineState: linkup(1), linkdown(2).
LINK_UP: Final = 1
LINK_DOWN: Final = 2

VLANS: Final = range(1, 4095)


def ont_ethernet_columns(face: NodeFace) -> tuple[Column, ...]:
    """Give the table of the ONTs' Ethernet ports; the native VLAN can be set."""
    onts = Onts(face)
    world = face.world

    def linked(port: AccessPort) -> bool:
        home = world.home_on(port)
        return isinstance(home, GhostHome) or (home is not None and home.wan_cable_ok)

    def of_link(value: Callable[[AccessPort], int], otherwise: int = INVALID) -> OntReader:
        def read(port: AccessPort, _ont: object, now: object) -> MibValue:
            del now
            return integer(value(port) if linked(port) else otherwise)

        return _while_online(read)

    def write_vlan(port: AccessPort, value: MibValue) -> None:
        set_vlan(world, port, number_of(value, VLANS))

    def vlan(port: AccessPort) -> int:
        return port.vlan if port.learned_vlan is None else port.learned_vlan

    prefix = "hwGponDeviceOntEthernet"
    readers: tuple[tuple[int, str, OntReader], ...] = (
        (2, f"{prefix}Negotiate", lambda port, _o, _c: integer(ON if _auto(port) else OFF)),
        (3, f"{prefix}DuplexMode", of_link(lambda port: DUPLEX[link_duplex(port), _auto(port)])),
        (4, f"{prefix}Speed", of_link(lambda port: SPEED[_mbps(port), _auto(port)])),
        (5, f"{prefix}OperateStatus", lambda *_: integer(ON)),
        (22, f"{prefix}OnlineState", of_link(lambda _port: LINK_UP, LINK_DOWN)),
    )
    return (
        *(onts.column(PORT_ENTRY, *reader, suffix=FIRST_PORT) for reader in readers),
        onts.column(
            PORT_ENTRY,
            7,
            f"{prefix}VlanDefault",
            lambda port, _o, _c: integer(vlan(port)),
            write=write_vlan,
            suffix=FIRST_PORT,
        ),
    )


def _while_online(read: OntReader) -> OntReader:
    """Answer as the OLT does of an ONT that it cannot ask: the query failed."""
    return lambda port, ont, now: read(port, ont, now) if now.online else integer(INVALID)


def _auto(port: AccessPort) -> bool:
    return port.speed_setting == "auto"


def _mbps(port: AccessPort) -> int:
    return link_speed_bps(port) // 1_000_000
