"""What the lab holds of a DSL line."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True, kw_only=True)
class DslDirection:
    """One direction of a DSL line: bit/s, dB, dBm; what an unharmed line would show."""

    rate_bps: int
    attainable_bps: int
    snr_margin_db: float
    attenuation_db: float
    output_power_dbm: float


@dataclass(slots=True, kw_only=True)
class DslLine:
    """A DSL line: its quality and how fast it collects errors (per hour, while in showtime)."""

    standard: str
    """`vdsl2` or `adsl`."""
    down: DslDirection
    up: DslDirection
    errored_s_per_hour: float = 2.0
    severely_errored_s_per_hour: float = 0.0
    code_violations_per_hour: float = 12.0
    full_inits_15min: int = 0
    full_inits_previous_day: int = 1
    retrain_s: float = 3.0
    """How long a training takes after power or signal returns."""
