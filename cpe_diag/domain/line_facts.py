"""Facts about a DSL line. Words and units follow VDSL2-LINE-MIB (RFC 5650) and ADSL-LINE-MIB."""

from __future__ import annotations

from dataclasses import dataclass

from cpe_diag.domain.missing import Maybe


@dataclass(frozen=True, slots=True, kw_only=True)
class LineDirection:
    """One direction of a DSL line: rates in bit/s, margin and attenuation in dB, power in dBm."""

    rate_bps: Maybe[int]
    attainable_bps: Maybe[int]
    snr_margin_db: Maybe[float]
    attenuation_db: Maybe[float]
    output_power_dbm: Maybe[float]


@dataclass(frozen=True, slots=True, kw_only=True)
class LineErrors:
    """Seconds and events counted in the current 15-minute interval, as the customer's end sees it.

    ES, SES, UAS in seconds; `code_violations` are CRC anomalies; `full_inits` are retrains;
    `elapsed_s` is how much of the interval has passed.
    """

    elapsed_s: Maybe[int]
    errored_s: Maybe[int]
    severely_errored_s: Maybe[int]
    unavailable_s: Maybe[int]
    code_violations: Maybe[int]
    full_inits: Maybe[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class LineBand:
    """Attenuation of one band of a VDSL2 line: `us0` to `us4`, `ds1` to `ds4` (RFC 5650)."""

    band: str
    attenuation_db: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LineGrowth:
    """Fact `line_growth`: what two samples of the line's counts say of the time between them.

    ES and SES in seconds within `interval_s`. A count that began anew (a new 15-minute interval,
    a reset) makes the field Missing(incomplete), never a negative or a huge number.
    """

    interval_s: float
    errored_s: Maybe[int]
    severely_errored_s: Maybe[int]
    unavailable_s: Maybe[int]
    code_violations: Maybe[int]
    full_inits: Maybe[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class LineQuality:
    """Fact `line_quality`: is the DSL line trained, how well, and what it has suffered.

    `in_sync` is showtime. `far_end_power_lost` is the modem's dying gasp (LPR, loss of power);
    `loss_of_signal` is LOS seen by the node. `standard` is `vdsl2`, `adsl` or `gfast`. `bands`
    holds the bands whose attenuation the node tells.
    """

    standard: str
    in_sync: bool
    far_end_power_lost: Maybe[bool]
    loss_of_signal: Maybe[bool]
    down: LineDirection
    up: LineDirection
    errors: LineErrors
    full_inits_previous_day: Maybe[int]
    bands: tuple[LineBand, ...] = ()
