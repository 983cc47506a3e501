"""Builds the lab's DSL lines: a healthy one for a home, a silent one for a port without a home."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpe_diag.lab.dsl_state import DslDirection, DslLine

if TYPE_CHECKING:
    import random


def healthy_line(standard: str, down_bps: int, up_bps: int, rng: random.Random) -> DslLine:
    """Make a line that trained above the service's rates, its margin well over the 6 dB target.

    Args:
        standard: `vdsl2` or `adsl`.
        down_bps: what the service promises towards the home.
        up_bps: what it promises from the home.
        rng: the lab's noise.
    """
    vdsl2 = standard == "vdsl2"
    down_rate_bps = round(down_bps * rng.uniform(1.05, 1.15))
    up_rate_bps = round(up_bps * rng.uniform(1.05, 1.15))
    return DslLine(
        standard=standard,
        down=DslDirection(
            rate_bps=down_rate_bps,
            attainable_bps=round(down_rate_bps * rng.uniform(1.1, 1.25)),
            snr_margin_db=round(rng.uniform(9.0, 13.0), 1),
            attenuation_db=round(rng.uniform(9.0, 15.0) if vdsl2 else rng.uniform(16.0, 25.0), 1),
            output_power_dbm=round(rng.uniform(12.0, 14.0) if vdsl2 else 18.4, 1),
        ),
        up=DslDirection(
            rate_bps=up_rate_bps,
            attainable_bps=round(up_rate_bps * rng.uniform(1.1, 1.25)),
            snr_margin_db=round(rng.uniform(8.5, 12.0), 1),
            attenuation_db=round(rng.uniform(6.0, 12.0) if vdsl2 else rng.uniform(9.0, 14.0), 1),
            output_power_dbm=round(rng.uniform(4.0, 7.0) if vdsl2 else 12.1, 1),
        ),
        errored_s_per_hour=round(rng.uniform(0.0, 4.0), 1),
        code_violations_per_hour=round(rng.uniform(0.0, 20.0), 1),
        full_inits_previous_day=rng.randint(0, 1),
        retrain_s=3.0 if vdsl2 else 2.0,
    )


def idle_line(standard: str) -> DslLine:
    """Make the line of a DSL port that nobody is connected to: it has its rows and no signal."""
    return DslLine(
        standard=standard,
        down=_silence(),
        up=_silence(),
        errored_s_per_hour=0.0,
        code_violations_per_hour=0.0,
        full_inits_previous_day=0,
    )


def _silence() -> DslDirection:
    return DslDirection(
        rate_bps=0,
        attainable_bps=0,
        snr_margin_db=0.0,
        attenuation_db=0.0,
        output_power_dbm=0.0,
    )
