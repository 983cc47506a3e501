"""Reads `router_lan`: LAN ports, leases, neighbours, DHCP and DNS services of the router."""

from __future__ import annotations

from typing import Final

from cpe_diag.probes.asking import reading

PROBE: Final = reading(
    "router_lan",
    "Home network",
    "LAN ports, leases, neighbours, DHCP and DNS services of the router",
)
