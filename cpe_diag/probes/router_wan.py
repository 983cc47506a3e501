"""Reads `router_wan`: the router's own view of its way to the operator."""

from __future__ import annotations

from typing import Final

from cpe_diag.probes.asking import reading

PROBE: Final = reading(
    "router_wan", "WAN session", "the router's own view of its way to the operator"
)
