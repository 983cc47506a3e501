"""Reads `router_system`: model, firmware, uptime, load, memory and connection tracking."""

from __future__ import annotations

from typing import Final

from cpe_diag.probes.asking import reading

PROBE: Final = reading(
    "router_system",
    "Router health",
    "model, firmware, uptime, load, memory and connection tracking",
)
