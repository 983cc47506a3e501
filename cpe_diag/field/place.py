"""Finds out where the laptop is plugged in, by who offers what there."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.field_facts import PluggedInto

if TYPE_CHECKING:
    from cpe_diag.domain.field_facts import FieldDhcp, FieldPppoe

OF_HOMES: Final = tuple(
    IPv4Network(one) for one in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
)
"""RFC 1918: what home routers give out. Operators that share addresses use RFC 6598."""


def place_of(dhcp: FieldDhcp, pppoe: FieldPppoe) -> PluggedInto | None:
    """Tell where a cable ends.

    Args:
        dhcp: who offers addresses there.
        pppoe: who offers sessions there.

    Returns:
        The wall port where the operator answers, beside whomever; the router's LAN where only
        addresses of homes are offered; None where nobody answers.
    """
    homes = [_of_a_home(one.address) for one in dhcp.offers]
    if pppoe.offers or not all(homes):
        return PluggedInto.WALL_PORT
    return PluggedInto.ROUTER_LAN if homes else None


def _of_a_home(address: str) -> bool:
    return any(IPv4Address(address) in network for network in OF_HOMES)
