"""The channels of Wi-Fi: where they lie, which of them do not overlap, and which wait for radar.

IEEE 802.11-2020, annex E, tables of operating classes; ETSI EN 300 328 (2.4 GHz) and EN 301 893
(5 GHz). Frequencies in MHz.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

NARROWEST_MHZ: Final = 20

# IEEE 802.11-2020, annex E: channel centre = start + 5 MHz x number.
_START_MHZ: Final[Mapping[str, int]] = {"2g": 2407, "5g": 5000, "6g": 5950}
_STEP_MHZ: Final = 5

# IEEE 802.11-2020, clause 16, operating channels: networks 25 MHz apart do not disturb each
# other. EN 300 328 lets 1 to 13 be used, but nearly all networks stand on these three, and one
# between them disturbs two.
_APART_2G: Final = (1, 6, 11)

# IEEE 802.11-2020, annex E: the first channel of each block of 80 MHz at 5 GHz. The block at 149
# is not open to every network in Europe (EN 300 440): only where the router says so.
_BLOCKS_5G: Final = (36, 52, 100, 116, 132, 149)
_EVERYWHERE_5G: Final = (36, 40, 44, 48)
_CHANNELS_IN_80: Final = 4
_CHANNEL_STEP: Final = 4
# IEEE 802.11ax-2021, clause 26.17.2: preferred scanning channels, one in each block of 80 MHz.
_PREFERRED_6G: Final = range(5, 230, 16)

# EN 301 893, 4.2.6: radar has precedence in 5,250 to 5,350 and 5,470 to 5,725 MHz; annex D: an
# access point listens for 60 s before it sends there, and for 10 minutes where its channel
# touches 5,600 to 5,650 MHz (weather radar). The FCC's U-NII-2 bands are the same (47 CFR 15.407).
_RADAR_MHZ: Final = ((5250, 5350), (5470, 5725))
_WEATHER_MHZ: Final = (5600, 5650)
LISTEN_S: Final = 60
_LISTEN_WEATHER_S: Final = 600

Span = tuple[float, float]


def span(band: str, centre_channel: int, width_mhz: int) -> Span:
    """Give what a network fills.

    Args:
        band: `2g`, `5g` or `6g`.
        centre_channel: the channel number of its middle.
        width_mhz: how wide it is.

    Returns:
        Its lower and upper end in MHz.
    """
    centre = _START_MHZ.get(band, _START_MHZ["5g"]) + _STEP_MHZ * centre_channel
    return centre - width_mhz / 2, centre + width_mhz / 2


def centre_of(band: str, channel: int, width_mhz: int) -> int:
    """Give the middle of the block that a primary channel belongs to.

    Args:
        band: as above.
        channel: the primary channel.
        width_mhz: 20, 40, 80 or 160.

    Returns:
        A channel number; the channel itself for 20 MHz and at 2.4 GHz.
    """
    if width_mhz <= NARROWEST_MHZ or band == "2g":
        return channel
    first = 1 if band == "6g" else 149 if channel >= 149 else 36 if channel < 100 else 100  # noqa: PLR2004 - annex E
    many = width_mhz // NARROWEST_MHZ
    block = (channel - first) // (_CHANNEL_STEP * many)
    return first + block * _CHANNEL_STEP * many + 2 * (many - 1)


def overlap(one: Span, other: Span) -> float:
    """Give the share of one span that another fills, 0 to 1."""
    shared = min(one[1], other[1]) - max(one[0], other[0])
    return max(shared, 0.0) / (one[1] - one[0])


def candidates(band: str, width_mhz: int, usable: tuple[int, ...] | None) -> tuple[int, ...]:
    """Give the primary channels worth a thought.

    Args:
        band: as above.
        width_mhz: how wide the radio is.
        usable: what the router says its country lets it use; None where it does not say, and
            then only what every country lets it use is given.

    Returns:
        Channels in their order; only those whose whole block may be used.
    """
    if band == "2g":
        return tuple(one for one in _APART_2G if usable is None or one in usable)
    if band == "6g":
        return tuple(one for one in _PREFERRED_6G if usable is not None and one in usable)
    allowed = _EVERYWHERE_5G if usable is None else usable
    return tuple(
        channel
        for block in _BLOCKS_5G
        for channel in range(block, block + _CHANNEL_STEP * _CHANNELS_IN_80, _CHANNEL_STEP)
        if all(one in allowed for one in _filled(channel, width_mhz))
    )


def _filled(channel: int, width_mhz: int) -> tuple[int, ...]:
    """Give the channels of 20 MHz that a network at 5 GHz fills."""
    many = max(width_mhz // NARROWEST_MHZ, 1)
    first = centre_of("5g", channel, width_mhz) - 2 * (many - 1)
    return tuple(first + _CHANNEL_STEP * step for step in range(many))


def listen_s(filled: Span) -> int:
    """Give how long an access point must listen for radar before it may send.

    Args:
        filled: what it would fill.

    Returns:
        Seconds; 0 where radar has no precedence.
    """
    if overlap(filled, _WEATHER_MHZ) > 0:
        return _LISTEN_WEATHER_S
    return LISTEN_S if any(overlap(filled, radar) > 0 for radar in _RADAR_MHZ) else 0
