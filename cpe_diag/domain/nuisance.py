"""How much measuring bothers the customer."""

from __future__ import annotations

from enum import StrEnum


class Nuisance(StrEnum):
    """What the customer may notice of a measurement, from nothing to an interruption."""

    NONE = "none"
    """Reading, or a few packets: nobody notices."""
    NOTICED = "noticed"
    """It loads the line or takes a radio off its channel for seconds: a call may stutter."""
    DISRUPTIVE = "disruptive"
    """It interrupts the connection, if only for a moment; it comes last and is announced."""
