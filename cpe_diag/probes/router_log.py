"""Reads `router_log`: what the log says of sessions, Wi-Fi, memory and link."""

from __future__ import annotations

from typing import Final

from cpe_diag.probes.asking import reading

PROBE: Final = reading(
    "router_log", "Router log", "what the log says of sessions, Wi-Fi, memory and link"
)
