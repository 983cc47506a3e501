"""The private tables of a D-Link DES-3200: port settings, port security, DHCP snooping.

Columns and values at rest are those of recording switch_dlink-des3200.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.lab.home_state import GhostHome
from cpe_diag.lab.links import learned_mac, wan_up
from cpe_diag.lab.mib import (
    Column,
    MibValue,
    OidParts,
    address_octets,
    integer,
    mac_octets,
    octets,
    parts,
    text,
)
from cpe_diag.lab.mib_dlink_cable import over_ports
from cpe_diag.lab.node_face import number_of
from cpe_diag.lab.orders import clear_binding, set_admin, set_speed, unlock
from cpe_diag.lab.plans import vlan_name

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cpe_diag.lab.node_face import NodeFace
    from cpe_diag.lab.world import AccessPort

# DLINK-PORT-SECURITY-MIB swPortSecPortEntry; IP-MAC-BIND-MIB: ports, blocked entries and DHCP
# snooping entries.
SECURITY_ENTRY: Final = parts("1.3.6.1.4.1.171.12.63.3.1.1.1")
BINDING_PORT_ENTRY: Final = parts("1.3.6.1.4.1.171.12.23.3.2.1")
BLOCKED_ENTRY: Final = parts("1.3.6.1.4.1.171.12.23.4.2.1")
SNOOPING_ENTRY: Final = parts("1.3.6.1.4.1.171.12.23.4.3.1")
# L2MGMT-MIB of the DES-3200-18 C1, which is in a tree of the model: swL2PortCtrlEntry.
PORT_CTRL_ENTRY: Final = parts("1.3.6.1.4.1.171.11.113.3.1.2.3.2.1")
COPPER: Final = 1

# swL2PortCtrlAdminState: disabled(2), enabled(3). swL2PortCtrlNwayState by the lab's words.
ADMIN_DISABLED: Final = 2
ADMIN_ENABLED: Final = 3
NWAY: Final[Mapping[str, int]] = {
    "auto": 2,
    "10_half": 3,
    "10_full": 4,
    "100_half": 5,
    "100_full": 6,
    "1000_full": 8,
}

# swPortSecPortAdmState: enabled(1), disabled(2); ...LockAddrMode deleteOnReset(3);
# ...ClearCtrl: other(1), start(2).
SECURITY_ON: Final = 1
SECURITY_OFF: Final = 2
DELETE_ON_RESET: Final = 3
CLEAR_OTHER: Final = 1
CLEAR_START: Final = 2
MOST_ADDRESSES: Final = 1
# swIpMacBindingPortARPInspection: disabled(1), strict(2).
INSPECTION_OFF: Final = 1
INSPECTION_STRICT: Final = 2

LEASE_S: Final = 86_400
# swIpMacBindingBlockedType: blockByAddrBind(2), delete(3).
BLOCKED: Final = 2
DELETE: Final = 3


def dlink_columns(face: NodeFace) -> tuple[Column, ...]:
    """Give the private tables; settings and unlocking can be set."""
    return (
        *_setting_columns(face),
        *_security_columns(face),
        *_blocked_columns(face),
        *_snooping_columns(face),
    )


def _setting_columns(face: NodeFace) -> tuple[Column, ...]:
    world = face.world
    word_of = {number: word for word, number in NWAY.items()}

    def write_admin(port: AccessPort, value: MibValue) -> None:
        admin_up = number_of(value, (ADMIN_DISABLED, ADMIN_ENABLED)) == ADMIN_ENABLED
        set_admin(world, port, admin_up=admin_up)

    def write_nway(port: AccessPort, value: MibValue) -> None:
        set_speed(world, port, word_of[number_of(value, word_of)])

    return (
        over_ports(
            face,
            (*PORT_CTRL_ENTRY, 4),
            "swL2PortCtrlAdminState",
            lambda port: ADMIN_ENABLED if port.admin_up else ADMIN_DISABLED,
            write=write_admin,
            suffix=(COPPER,),
        ),
        over_ports(
            face,
            (*PORT_CTRL_ENTRY, 5),
            "swL2PortCtrlNwayState",
            lambda port: NWAY[port.speed_setting],
            write=write_nway,
            suffix=(COPPER,),
        ),
    )


def _security_columns(face: NodeFace) -> tuple[Column, ...]:
    def write_clear(port: AccessPort, value: MibValue) -> None:
        if number_of(value, (CLEAR_OTHER, CLEAR_START)) == CLEAR_START:
            unlock(face.world, port)

    prefix = "swPortSecPort"
    return (
        over_ports(
            face, (*SECURITY_ENTRY, 2), f"{prefix}MaxLernAddr", lambda _port: MOST_ADDRESSES
        ),
        over_ports(
            face, (*SECURITY_ENTRY, 3), f"{prefix}LockAddrMode", lambda _port: DELETE_ON_RESET
        ),
        over_ports(
            face,
            (*SECURITY_ENTRY, 4),
            f"{prefix}AdmState",
            lambda port: SECURITY_ON if port.security_on else SECURITY_OFF,
        ),
        over_ports(
            face,
            (*SECURITY_ENTRY, 5),
            f"{prefix}ClearCtrl",
            lambda _port: CLEAR_OTHER,
            write=write_clear,
        ),
    )


def _blocked_columns(face: NodeFace) -> tuple[Column, ...]:
    """Give the devices that the switch keeps out, by VLAN and MAC address; they can be deleted."""

    def entries() -> dict[OidParts, AccessPort]:
        found: dict[OidParts, AccessPort] = {}
        for port in face.node.ports.values():
            home = face.world.home_on(port)
            if home is not None and port.locked and face.oper_up(port):
                found[port.vlan, *mac_octets(home.wan_mac)] = port
        return found

    def write_forget(port: AccessPort, value: MibValue) -> None:
        if number_of(value, (CLEAR_OTHER, CLEAR_START)) == CLEAR_START:
            clear_binding(face.world, port)

    def write_type(index: OidParts, value: MibValue) -> None:
        number_of(value, (DELETE,))
        unlock(face.world, entries()[index])

    return (
        over_ports(
            face,
            (*BINDING_PORT_ENTRY, 16),
            "swIpMacBindingPortARPInspection",
            lambda port: INSPECTION_STRICT if port.security_on else INSPECTION_OFF,
        ),
        over_ports(
            face,
            (*BINDING_PORT_ENTRY, 6),
            "swIpMacBindingPortDHCPSnoopEntryClearAction",
            lambda _port: CLEAR_OTHER,
            write=write_forget,
        ),
        Column(
            name="swIpMacBindingBlockedVlanName",
            oid=(*BLOCKED_ENTRY, 3),
            rows=lambda: sorted(entries()),
            read=lambda index: text(vlan_name(entries()[index].vlan)),
        ),
        Column(
            name="swIpMacBindingBlockedPort",
            oid=(*BLOCKED_ENTRY, 4),
            rows=lambda: sorted(entries()),
            read=lambda index: integer(entries()[index].if_index),
        ),
        Column(
            name="swIpMacBindingBlockedType",
            oid=(*BLOCKED_ENTRY, 5),
            rows=lambda: sorted(entries()),
            read=lambda _index: integer(BLOCKED),
            write=write_type,
        ),
    )


def _snooping_columns(face: NodeFace) -> tuple[Column, ...]:
    """Give the addresses that homes were seen to take: of their service, and of management."""

    def entries() -> dict[OidParts, AccessPort]:
        found: dict[OidParts, AccessPort] = {}
        for port in face.node.ports.values():
            home = face.world.home_on(port)
            if home is None or learned_mac(face.world, port) is None:
                continue
            if isinstance(home, GhostHome):
                found[tuple(address_octets(home.wan_address))] = port
                continue
            found[tuple(address_octets(home.address))] = port
            if wan_up(face.world, home):
                found[tuple(address_octets(home.wan_address))] = port
        return found

    def column(number: int, name: str, read: Callable[[AccessPort], MibValue]) -> Column:
        return Column(
            name=name,
            oid=(*SNOOPING_ENTRY, number),
            rows=lambda: sorted(entries()),
            read=lambda index: read(entries()[index]),
        )

    def mac(port: AccessPort) -> MibValue:
        return octets(mac_octets(learned_mac(face.world, port) or "00:00:00:00:00:00"))

    prefix = "swIpMacBindingDHCPSnoop"
    return (
        column(2, f"{prefix}MacAddress", mac),
        column(3, f"{prefix}LeaseTime", lambda _port: integer(LEASE_S)),
        column(4, f"{prefix}Port", lambda port: integer(port.if_index)),
    )
