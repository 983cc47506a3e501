"""Reads `air_scan`: access points of neighbours that the router hears."""

from __future__ import annotations

from typing import Final

from cpe_diag.probes.asking import reading

PROBE: Final = reading(
    "air_scan", "Other networks in the air", "access points of neighbours that the router hears"
)
