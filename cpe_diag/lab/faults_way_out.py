"""Faults of what the home's router does with the home's packets, and of its settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.lab.fault import Fault
from cpe_diag.lab.fault_desk import Change, to

if TYPE_CHECKING:
    from cpe_diag.lab.home_state import HomeRouter
    from cpe_diag.lab.world import World


def _nat_missing(_world: World, router: HomeRouter) -> list[Change]:
    return to(router, translates=False)


def _forwarding_off(_world: World, router: HomeRouter) -> list[Change]:
    return to(router, forwards=False)


def _router_firewall(_world: World, router: HomeRouter) -> list[Change]:
    return to(router, home_shut_in=True)


def _router_clock(_world: World, router: HomeRouter) -> list[Change]:
    """It has started without a time server, at the date of its firmware."""
    return to(router, clock_offset_s=-400.0 * 86_400)


def _router_dns_setting(_world: World, router: HomeRouter) -> list[Change]:
    """RFC 5737: an address at which nobody answers."""
    return to(router, dns_servers=("192.0.2.99",))


def _router_mtu(_world: World, router: HomeRouter) -> list[Change]:
    return to(router, wan_mtu=576)


def _double_nat(_world: World, router: HomeRouter) -> list[Change]:
    return to(router, wan_address="192.168.100.23", wan_gateway="192.168.100.1")


def _lan_wan_same_prefix(_world: World, router: HomeRouter) -> list[Change]:
    return to(router, wan_address="192.168.1.23", wan_gateway="192.168.1.254")


WAY_OUT_FAULTS: Final = (
    Fault(
        id="nat_missing",
        title="The router sends the home's packets out without translating their addresses.",
        domain="router",
        cause="nat_missing",
        changes=_nat_missing,
    ),
    Fault(
        id="forwarding_off",
        title="The router's kernel is told to forward nothing.",
        domain="router",
        cause="router_firewall",
        changes=_forwarding_off,
    ),
    Fault(
        id="router_firewall",
        title="A rule of the router's firewall drops whatever comes from the home.",
        domain="router",
        cause="router_firewall",
        changes=_router_firewall,
    ),
    Fault(
        id="router_clock",
        title="The router's clock is more than a year behind.",
        domain="router",
        cause="router_clock",
        changes=_router_clock,
    ),
    Fault(
        id="router_dns_setting",
        title="The router is set to ask a name server that is dead.",
        domain="router",
        cause="router_dns_setting",
        changes=_router_dns_setting,
    ),
    Fault(
        id="router_mtu",
        title="The router's WAN is set to packets of 576 bytes.",
        domain="router",
        cause="router_mtu",
        changes=_router_mtu,
        protocols=("dhcp",),
    ),
    Fault(
        id="double_nat",
        title="Another router of the customer's stands before the router.",
        domain="router",
        cause="double_nat",
        changes=_double_nat,
        protocols=("dhcp",),
    ),
    Fault(
        id="lan_wan_same_prefix",
        title="The router's WAN is given an address of the home's own range.",
        domain="router",
        cause="lan_wan_same_prefix",
        changes=_lan_wan_same_prefix,
        protocols=("dhcp",),
    ),
)
