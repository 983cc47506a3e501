"""Durations, rates, sizes and shares in the words of a person."""

from __future__ import annotations

from typing import Final

MINUTE_S: Final = 60.0
HOUR_S: Final = 60 * MINUTE_S
DAY_S: Final = 24 * HOUR_S

_UNITS: Final = ((DAY_S, "d"), (HOUR_S, "h"), (MINUTE_S, "min"))

_STEPS: Final = ((1e9, "G"), (1e6, "M"), (1e3, "k"))
"""SI prefixes: data rates count in powers of ten."""

_BINARY_STEPS: Final = ((2**30, "GiB"), (2**20, "MiB"), (2**10, "KiB"))

_FINE_BELOW_S: Final = 10.0
"""Below this, tenths of a second matter to a reader."""


def duration(seconds: float) -> str:
    """Say how long: `31 ms`, `2.4 s`, `12 s`, `3 min`, `5 h`, `3 d`.

    Args:
        seconds: how long; below zero counts as zero.

    Returns:
        One number and its unit, rounded down from minutes on.
    """
    seconds = max(seconds, 0.0)
    for size, unit in _UNITS:
        if seconds >= size:
            return f"{int(seconds / size)} {unit}"
    if seconds >= _FINE_BELOW_S:
        return f"{seconds:.0f} s" if seconds < MINUTE_S - 0.5 else "1 min"
    if seconds >= 1:
        return f"{_short(seconds)} s"
    return f"{seconds * 1000:.0f} ms" if seconds else "0 s"


def age(seconds: float) -> str:
    """Say how long ago: `now`, `12 s ago`, `3 min ago`.

    Args:
        seconds: how long ago; below one second is now.

    Returns:
        Words without a fraction.
    """
    if seconds < 1:
        return "now"
    if seconds < MINUTE_S:
        return f"{int(seconds)} s ago"
    return f"{duration(seconds)} ago"


def rate(bits_per_s: float) -> str:
    """Say a data rate: `1 Gbit/s`, `48.2 Mbit/s`, `900 bit/s`.

    Args:
        bits_per_s: bit/s.

    Returns:
        Three digits at most, and the unit.
    """
    for size, prefix in _STEPS:
        if bits_per_s >= size:
            return f"{_short(bits_per_s / size)} {prefix}bit/s"
    return f"{_short(bits_per_s)} bit/s"


def size(count_bytes: float) -> str:
    """Say an amount of memory or data: `256 MiB`.

    Args:
        count_bytes: bytes.

    Returns:
        Three digits at most, and the unit.
    """
    for step, unit in _BINARY_STEPS:
        if count_bytes >= step:
            return f"{_short(count_bytes / step)} {unit}"
    return f"{_short(count_bytes)} B"


def percent(share: float) -> str:
    """Say a share of one: `93 %`.

    A share below one never reads as the whole, and one above zero never as nothing.

    Args:
        share: 0 to 1.

    Returns:
        A whole number and the sign; `below 1 %`, `above 99 %` at the ends.
    """
    if 0 < share < 0.01:  # noqa: PLR2004 - one percent
        return "below 1 %"
    if 0.99 < share < 1:  # noqa: PLR2004 - 99 percent
        return "above 99 %"
    return f"{share * 100:.0f} %"


def _short(number: float) -> str:
    text = f"{number:.0f}" if number >= 100 else f"{number:.1f}"  # noqa: PLR2004 - three digits
    return text.removesuffix(".0")
