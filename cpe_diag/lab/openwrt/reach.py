"""What a packet of the router meets on its way: decided from the lab's state, once per packet."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address
from typing import TYPE_CHECKING

from cpe_diag.lab.links import edge_loss, forwards
from cpe_diag.lab.openwrt import home

if TYPE_CHECKING:
    from cpe_diag.lab.openwrt.machine import Machine
    from cpe_diag.lab.world import Site


class Outcome(StrEnum):
    """What became of one packet."""

    ANSWERED = "answered"
    LOST = "lost"
    """No answer comes."""
    NO_ROUTE = "no_route"
    """The kernel has no way there: `Network is unreachable`."""
    NO_NEIGHBOUR = "no_neighbour"
    """Nobody on the LAN has the address: silence, then `Host is unreachable`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trip:
    """One packet's fate; `rtt_s` in seconds, of use only when it was answered."""

    outcome: Outcome
    rtt_s: float = 0.0


# Round trips at home, in seconds: an idle Ethernet, an idle Wi-Fi.
LAN_RTT_S = 0.0006
WIFI_RTT_S = 0.003

# Below this signal a station loses packets: about 0.04 more of them per dB.
WEAK_SIGNAL_DBM = -75
LOSS_PER_DB = 0.04

LOST = Trip(outcome=Outcome.LOST)


def site_named(machine: Machine, text: str) -> Site | None:
    """Give the web host of this name or address."""
    sites = (machine.world.reference, machine.world.platform)
    return next((site for site in sites if text in (site.name, site.address)), None)


# RFC 791, section 3.1, and RFC 792: what is added to the data of an echo request, in bytes.
HEADERS_BYTES = 28


def send(
    machine: Machine, address: str, protocol: str, *, source: str = "", size: int = 0
) -> Trip:
    """Send one packet (`icmp`, `udp` or `tcp`) to an address and say what became of it.

    `source` is one of the router's own addresses, or nothing; `size` is of its data, in bytes.
    """
    router = machine.router
    interface = home.lan_interface(machine)
    if address in (str(interface.ip), "127.0.0.1") or (
        address == router.wan_address and home.session_up(machine)
    ):
        return Trip(outcome=Outcome.ANSWERED, rtt_s=0.0002)
    if ip_address(address) in interface.network:
        return _to_device(machine, address, protocol)
    if not home.session_up(machine):
        return Trip(outcome=Outcome.NO_ROUTE)
    if source == str(interface.ip) and not router.translates:
        return LOST
    # What is larger than the router's own link leaves in pieces that fill it.
    if min(size + HEADERS_BYTES, router.wan_mtu) > router.path_mtu:
        return LOST
    return _to_the_outside(machine, address, protocol)


def _to_the_outside(machine: Machine, address: str, protocol: str) -> Trip:
    router = machine.router
    if not forwards(machine.world, router) or machine.loses(
        ("edge", address, protocol), edge_loss(machine.world, router)
    ):
        return LOST
    rtt_s = machine.world.rtt_s + 0.002 + router.queue_delay_s
    if address == router.wan_gateway:
        return Trip(outcome=Outcome.ANSWERED, rtt_s=rtt_s)
    lost = machine.loses(("core", address, protocol), machine.world.core_loss)
    if not lost and address == machine.world.resolver.address:
        return Trip(outcome=Outcome.ANSWERED, rtt_s=rtt_s + 0.001)
    site = site_named(machine, address)
    if lost or site is None or not site.reachable_from_homes:
        return LOST
    return Trip(outcome=Outcome.ANSWERED, rtt_s=rtt_s + 0.006)


def _to_device(machine: Machine, address: str, protocol: str) -> Trip:
    for device in machine.router.devices:
        if home.used_address(machine, device) != address or not home.present(machine, device):
            continue
        if not device.answers_ping:
            return LOST
        if device.attach in home.lan_ports(machine):
            return Trip(outcome=Outcome.ANSWERED, rtt_s=LAN_RTT_S)
        loss = max(0, WEAK_SIGNAL_DBM - device.signal_dbm) * LOSS_PER_DB
        if machine.loses(("air", address, protocol), loss):
            return LOST
        return Trip(outcome=Outcome.ANSWERED, rtt_s=WIFI_RTT_S * (1 + 20 * device.retry_ratio))
    return Trip(outcome=Outcome.NO_NEIGHBOUR)
