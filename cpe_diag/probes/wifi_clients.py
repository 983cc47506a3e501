"""Reads `wifi_clients`: who is associated, with signal and rates."""

from __future__ import annotations

from typing import Final

from cpe_diag.probes.asking import reading

PROBE: Final = reading(
    "wifi_clients", "Wi-Fi stations", "who is associated, with signal and rates"
)
