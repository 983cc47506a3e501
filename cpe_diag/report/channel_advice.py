"""Which channel a radio should use: from a scan of the air, with numbers and reasons.

The cost of a channel is the sum over the neighbours of how much of it they fill, times how loud
they are. Of that, half is for the primary 20 MHz, on which a radio waits for everybody, and half
for the whole width, of which it can leave a busy part out (IEEE 802.11-2020, clause 10.23, EDCA
channel access of VHT stations). So one more neighbour, or a louder one, never makes a channel
better.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.field_air_facts import FieldAir
from cpe_diag.domain.field_facts import PluggedInto
from cpe_diag.domain.missing import known
from cpe_diag.domain.wifi_facts import AirScan, WifiStatus
from cpe_diag.report.channel_plan import (
    LISTEN_S,
    NARROWEST_MHZ,
    Span,
    candidates,
    centre_of,
    listen_s,
    overlap,
    span,
)
from cpe_diag.report.laptop_air import seen_by_laptop
from cpe_diag.report.phrases import counted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cpe_diag.domain.evidence import Evidence
    from cpe_diag.domain.wifi_facts import AirNeighbour, Radio

# IEEE 802.11-2020, clause 17, CCA requirements: a radio waits for what it can decode at -82 dBm or
# louder, so such a neighbour takes air time, and one heard without a level counts as that loud.
SHARES_AT_DBM: Final = -82
# Below it nothing of a neighbour can be decoded: the noise of 20 MHz at 290 K and a receiver that
# adds 9 dB (kTB is -101 dBm) is -92 dBm.
FLOOR_DBM: Final = -92
# Proposals of this project, no published consensus was found: 10 dB count as one; a channel is
# changed only for a gain of two, for each change interrupts everybody on Wi-Fi.
DB_PER_POINT: Final = 10
WORTH_MOVING: Final = 2.0
# Proposal: what waiting for radar, and having to leave when it comes, is worth in the same points.
RADAR_COST: Final = 3.0
WEATHER_RADAR_COST: Final = 6.0
# Proposal: a half as wide channel is advised where the present width costs more than this, and
# the narrower one not half as much.
CROWDED: Final = 6.0

BAND_WORDS: Final[Mapping[str, str]] = {"2g": "2.4 GHz", "5g": "5 GHz", "6g": "6 GHz"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelOption:
    """One channel as it would be: how many share its air, the loudest, the wait for radar.

    `cost` counts neighbours by share and loudness, and radar; less is better.
    """

    channel: int
    width_mhz: int
    cost: float
    sharing: int
    loudest_dbm: int | None
    radar_wait_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelAdvice:
    """What to do with one radio's channel; `options` are sorted, the best first.

    `channel` and `width_mhz` are what to set where `move` is true, else what it has; `reasons`
    are sentences with the numbers.
    """

    radio: str
    band: str
    now: ChannelOption
    move: bool
    channel: int
    width_mhz: int
    options: tuple[ChannelOption, ...]
    reasons: tuple[str, ...]


def channel_advice(wifi: WifiStatus, scan: AirScan) -> tuple[ChannelAdvice, ...]:
    """Advise on the channel of every radio that is on the air and whose band was scanned.

    Args:
        wifi: the radios, with what their country lets them use where that is known.
        scan: who else was heard.

    Returns:
        One advice for each such radio, in their order.
    """
    return tuple(
        advice for radio in wifi.radios if (advice := _advice(radio, scan.neighbours)) is not None
    )


def advice_in(evidence: Evidence) -> tuple[ChannelAdvice, ...]:
    """Advise from what a run has seen.

    Args:
        evidence: with the radios and a scan, or without.

    Returns:
        As `channel_advice`, by the router's own scan, else by that of a laptop on site; empty
        where neither was read.
    """
    wifi = evidence.value(WifiStatus, "router_wifi", "router")
    scan = evidence.value(AirScan, "air_scan", "router")
    if wifi is not None and scan is not None:
        return channel_advice(wifi, scan)
    air = evidence.value(FieldAir, "field_air", PluggedInto.WIFI.value)
    seen = None if air is None else seen_by_laptop(air)
    return () if seen is None else channel_advice(*seen)


def advice_words(advice: ChannelAdvice) -> str:
    """Say an advice in one line.

    Args:
        advice: for one radio.

    Returns:
        For example `2.4 GHz: move from channel 6 to 1 (20 MHz): channel 6: 3 networks ...`.
    """
    todo = f"stay on channel {advice.now.channel}"
    if advice.move:
        todo = f"move from channel {advice.now.channel} to {advice.channel}"
        todo += f" ({advice.width_mhz} MHz)"
    return f"{BAND_WORDS.get(advice.band, advice.band)}: {todo}: {'; '.join(advice.reasons)}"


def _advice(radio: Radio, neighbours: Sequence[AirNeighbour]) -> ChannelAdvice | None:
    band, channel = known(radio.band), known(radio.channel)
    if not radio.on_air or band is None or channel is None:
        return None
    width = known(radio.width_mhz) or NARROWEST_MHZ
    heard = [one for one in neighbours if _band(one) == band]
    now = _option(band, channel, width, heard)
    # Where we stand, the wait for radar is over; to leave for that alone would gain nothing.
    now = replace(now, cost=now.cost - _radar_cost(now.radar_wait_s))
    # IEEE 802.11-2020, clause 11, 20/40 MHz BSS operation: 40 MHz at 2.4 GHz leave no room.
    wished = NARROWEST_MHZ if band == "2g" else width
    usable = known(radio.usable_channels)
    options = _options(band, wished, usable, heard)
    narrow = width > wished and bool(options)
    best = min((*options, now), key=lambda one: one.cost)
    if wished > NARROWEST_MHZ and best.cost > CROWDED:
        half = _options(band, wished // 2, usable, heard)
        if half and half[0].cost <= best.cost / 2:
            options, narrow = half, True
    best = options[0] if narrow else best
    move = narrow or now.cost - best.cost >= WORTH_MOVING
    chosen = best if move else now
    return ChannelAdvice(
        radio=radio.name,
        band=band,
        now=now,
        move=move,
        channel=chosen.channel,
        width_mhz=chosen.width_mhz,
        options=options,
        reasons=_reasons(now, chosen, narrow=narrow),
    )


def _band(one: AirNeighbour) -> str:
    """Give the band of a neighbour; of an old scan that does not say, by its channel number."""
    return known(one.band) or ("2g" if one.channel <= 14 else "5g")  # noqa: PLR2004 - IEEE 802.11


def _options(
    band: str, width_mhz: int, usable: tuple[int, ...] | None, heard: Sequence[AirNeighbour]
) -> tuple[ChannelOption, ...]:
    found = (_option(band, one, width_mhz, heard) for one in candidates(band, width_mhz, usable))
    return tuple(sorted(found, key=lambda one: (one.cost, one.radar_wait_s, one.channel)))


def _option(
    band: str, channel: int, width_mhz: int, heard: Sequence[AirNeighbour]
) -> ChannelOption:
    filled = span(band, centre_of(band, channel, width_mhz), width_mhz)
    primary = span(band, channel, NARROWEST_MHZ)
    shares = [
        (one, (overlap(filled, theirs) + overlap(primary, theirs)) / 2)
        for one in heard
        for theirs in (_filled(band, one),)
    ]
    levels = [_level(one) for one, share in shares if share > 0]
    wait_s = listen_s(filled) if band == "5g" else 0
    cost = math.fsum(share * _points(one) for one, share in shares)
    return ChannelOption(
        channel=channel,
        width_mhz=width_mhz,
        cost=round(cost, 3) + _radar_cost(wait_s),
        sharing=sum(level >= SHARES_AT_DBM for level in levels),
        loudest_dbm=max(levels, default=None),
        radar_wait_s=wait_s,
    )


def _radar_cost(wait_s: int) -> float:
    if wait_s > LISTEN_S:
        return WEATHER_RADAR_COST
    return RADAR_COST if wait_s else 0.0


def _filled(band: str, one: AirNeighbour) -> Span:
    width = known(one.width_mhz) or NARROWEST_MHZ
    centre = known(one.centre_channel)
    return span(band, one.channel if centre is None else centre, width)


def _level(one: AirNeighbour) -> int:
    heard = known(one.signal_dbm)
    return SHARES_AT_DBM if heard is None else heard


def _points(one: AirNeighbour) -> float:
    return max(_level(one) - FLOOR_DBM, 0) / DB_PER_POINT


def _reasons(now: ChannelOption, chosen: ChannelOption, *, narrow: bool) -> tuple[str, ...]:
    told = [f"channel {now.channel}: {_air(now)}"]
    if chosen.channel != now.channel or chosen.width_mhz != now.width_mhz:
        told.append(f"channel {chosen.channel} ({chosen.width_mhz} MHz): {_air(chosen)}")
    else:
        told.append("no other channel is better by enough to interrupt everybody on Wi-Fi")
    if narrow:
        told.append(f"{chosen.width_mhz} MHz in place of {now.width_mhz} leave room for others")
    if chosen.radar_wait_s and chosen.channel != now.channel:
        told.append(f"the radio is silent for {chosen.radar_wait_s} s first, to listen for radar")
    return tuple(told)


def _air(option: ChannelOption) -> str:
    if option.loudest_dbm is None:
        return "nobody else heard"
    return (
        f"{counted(option.sharing, 'network')} loud enough to wait for,"
        f" the loudest at {option.loudest_dbm} dBm"
    )
