"""Reads `router_wifi`: radios, SSIDs, channels, and what is really on air."""

from __future__ import annotations

from typing import Final

from cpe_diag.probes.asking import reading

PROBE: Final = reading(
    "router_wifi", "Radios and networks", "radios, SSIDs, channels, and what is really on air"
)
