"""What the router knows of its home and of its way out, derived from the lab's state."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Interface, ip_interface
from typing import TYPE_CHECKING

from cpe_diag.lab.links import wan_carrier, wan_up
from cpe_diag.lab.openwrt.radios import Bss, all_bss

if TYPE_CHECKING:
    from cpe_diag.lab.home_state import HomeDevice
    from cpe_diag.lab.openwrt.machine import Machine

# OpenWrt's defaults for /etc/config/dhcp, section lan.
DEFAULT_START = 100
DEFAULT_LIMIT = 150
LEASE_S = 43200

# netifd: how long after the link a DHCP or PPPoE session stands (recordings: 5 to 7 s; the lab
# is quicker because its lines train quicker).
SESSION_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """One line of /tmp/dhcp.leases; `expires_s` in Unix seconds of the router's clock."""

    mac: str
    address: str
    host: str
    expires_s: int


def option(machine: Machine, config: str, section: str, name: str, default: str) -> str:
    """Give one committed option as text."""
    value = machine.router.uci.get(config, {}).get(section, {}).get(name, default)
    return value if isinstance(value, str) else " ".join(value)


def wan_device(machine: Machine) -> str:
    """Give the name of the WAN socket's device."""
    return option(machine, "network", "wan", "device", "wan")


def wan_layer3(machine: Machine) -> str:
    """Give the device that carries the WAN address."""
    return "pppoe-wan" if machine.router.wan_protocol == "pppoe" else wan_device(machine)


def lan_ports(machine: Machine) -> tuple[str, ...]:
    """Give the names of the LAN sockets."""
    for section in machine.router.uci.get("network", {}).values():
        if section.get("name") == "br-lan":
            ports = section.get("ports", [])
            return tuple(ports.split() if isinstance(ports, str) else ports)
    return ("lan1", "lan2", "lan3", "lan4")


def lan_interface(machine: Machine) -> IPv4Interface:
    """Give the router's own LAN address with its prefix."""
    address = option(machine, "network", "lan", "ipaddr", "192.168.1.1").split("/")[0]
    mask = option(machine, "network", "lan", "netmask", "255.255.255.0")
    interface = ip_interface(f"{address}/{mask}")
    if not isinstance(interface, IPv4Interface):
        message = f"the LAN address of {machine.router.subscriber} is not IPv4"
        raise TypeError(message)
    return interface


def carrier(machine: Machine, device: str) -> bool:
    """Whether a socket or bridge has a link."""
    if device in (wan_device(machine), "pppoe-wan"):
        return wan_carrier(machine.world, machine.router)
    if device in lan_ports(machine):
        return any(home.on and home.attach == device for home in machine.router.devices)
    return True


def session_up(machine: Machine) -> bool:
    """Whether the WAN holds an address."""
    world, router = machine.world, machine.router
    return wan_up(world, router) and world.now() >= session_since(machine)


def session_since(machine: Machine) -> float:
    """Give when the present WAN session started, or will start."""
    port = machine.world.port_of(machine.router)
    started = max(port.showtime_at, port.changed_at, machine.router.booted_at)
    return started + SESSION_S


def bss_of(machine: Machine, device: HomeDevice) -> Bss | None:
    """Give the SSID on air that a device uses, or would use; None: wired, or not on air."""
    return next((bss for bss in all_bss(machine) if bss.section == device.attach), None)


def associated(machine: Machine, device: HomeDevice) -> bool:
    """Whether a Wi-Fi device is let in."""
    return device.on and not device.wrong_password and bss_of(machine, device) is not None


def present(machine: Machine, device: HomeDevice) -> bool:
    """Whether a device is on the LAN."""
    if device.attach in lan_ports(machine):
        return device.on
    return associated(machine, device)


def dhcp_enabled(machine: Machine) -> bool:
    """Whether the router is meant to hand out addresses and its server runs."""
    ignored = option(machine, "dhcp", "lan", "ignore", "0") == "1"
    return machine.router.dnsmasq_running and not ignored


def dhcp_address(machine: Machine, device: HomeDevice) -> str | None:
    """Give the address that the router hands to a device; None: it hands it none."""
    router = machine.router
    if not dhcp_enabled(machine) or device.static_address is not None:
        return None
    if router.dhcp_pool_exhausted or router.rogue_dhcp is not None:
        return None
    if device.address is not None:
        return device.address
    network = lan_interface(machine).network
    start = int(option(machine, "dhcp", "lan", "start", str(DEFAULT_START)))
    return str(network[start + 11 + router.devices.index(device)])


def used_address(machine: Machine, device: HomeDevice) -> str | None:
    """Give the address that a device has; None: none, or one it gave itself."""
    if device.static_address is not None:
        return device.static_address
    handed = dhcp_address(machine, device)
    if handed is not None:
        return handed
    rogue = machine.router.rogue_dhcp
    if rogue is None:
        return None
    network = ip_interface(f"{rogue}/24").network
    return str(network[50 + machine.router.devices.index(device)])


def leases(machine: Machine) -> list[Lease]:
    """Give the addresses that are handed out."""
    router = machine.router
    now_s = int(machine.wall_clock_s())
    given = [
        Lease(
            mac=device.mac,
            address=address,
            host=device.name.replace(" ", "-") or "*",
            expires_s=now_s + LEASE_S - 600 * (index + 1),
        )
        for index, device in enumerate(router.devices)
        if present(machine, device) and (address := dhcp_address(machine, device)) is not None
    ]
    if not (router.dhcp_pool_exhausted and dhcp_enabled(machine)):
        return given
    network = lan_interface(machine).network
    start = int(option(machine, "dhcp", "lan", "start", str(DEFAULT_START)))
    limit = int(option(machine, "dhcp", "lan", "limit", str(DEFAULT_LIMIT)))
    return [
        Lease(
            mac=f"02:00:5e:10:{index // 256:02x}:{index % 256:02x}",
            address=str(network[start + index]),
            host="*",
            expires_s=now_s + LEASE_S - 60 * (index + 1),
        )
        for index in range(limit)
    ]


def neighbours(machine: Machine) -> list[tuple[str, str, str, str]]:
    """Give the neighbour table: address, device, MAC, state."""
    table: list[tuple[str, str, str, str]] = []
    if session_up(machine) and machine.router.wan_protocol != "pppoe":
        router = machine.router
        if router.session_stale:
            table.append((router.wan_gateway, wan_device(machine), "", "FAILED"))
        else:
            table.append((router.wan_gateway, wan_device(machine), GATEWAY_MAC, "REACHABLE"))
    network = lan_interface(machine).network
    for device in machine.router.devices:
        address = used_address(machine, device)
        if address is None or ip_interface(address).ip not in network:
            continue
        if present(machine, device):
            table.append((address, "br-lan", device.mac, "REACHABLE"))
        else:
            table.append((address, "br-lan", "", "FAILED"))
    return table


# RFC 7042 section 2.1.2: MAC addresses for documentation.
GATEWAY_MAC = "00:00:5e:00:53:01"
