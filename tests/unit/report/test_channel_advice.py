"""Advice on channels: never onto a channel that may not be used, never for nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpe_diag.domain.missing import NOT_ASKED
from cpe_diag.domain.wifi_facts import AirNeighbour, AirScan, Radio, WifiStatus
from cpe_diag.report.channel_advice import (
    WORTH_MOVING,
    ChannelAdvice,
    ChannelOption,
    advice_words,
    channel_advice,
)
from cpe_diag.report.channel_plan import centre_of, listen_s, span

if TYPE_CHECKING:
    from collections.abc import Sequence

ETSI = {
    "2g": tuple(range(1, 14)),
    "5g": (*range(36, 65, 4), *range(100, 141, 4)),
    "6g": tuple(range(1, 94, 4)),
}


def radio(band: str, channel: int, width: int, usable: tuple[int, ...] | None = None) -> Radio:
    """Make a radio on the air."""
    return Radio(
        name=f"radio-{band}",
        band=band,
        enabled=True,
        on_air=True,
        channel=channel,
        width_mhz=width,
        tx_power_dbm=20.0,
        noise_dbm=-92.0,
        busy_percent=12.0,
        usable_channels=NOT_ASKED if usable is None else usable,
    )


def neighbour(
    band: str, channel: int, signal_dbm: int, width: int = 20, number: int = 0
) -> AirNeighbour:
    """Make a neighbour."""
    return AirNeighbour(
        bssid=f"02:00:5e:30:00:{number:02x}",
        ssid="",
        channel=channel,
        signal_dbm=signal_dbm,
        band=band,
        width_mhz=width,
        centre_channel=centre_of(band, channel, width),
    )


def advise(one: Radio, heard: Sequence[AirNeighbour]) -> ChannelAdvice:
    """Advise on one radio."""
    (found,) = channel_advice(
        WifiStatus(radios=(one,), networks=()), AirScan(neighbours=tuple(heard))
    )
    return found


LEVELS = st.integers(-95, -20)
NEIGHBOURS_2G = st.lists(
    st.builds(neighbour, st.just("2g"), st.integers(1, 13), LEVELS), max_size=12
)
NEIGHBOURS_5G = st.lists(
    st.builds(
        neighbour,
        st.just("5g"),
        st.sampled_from(ETSI["5g"]),
        LEVELS,
        st.sampled_from((20, 40, 80)),
    ),
    max_size=12,
)
RADIOS_2G = st.builds(radio, st.just("2g"), st.integers(1, 13), st.just(20), st.just(ETSI["2g"]))
RADIOS_5G = st.builds(
    radio,
    st.just("5g"),
    st.sampled_from(ETSI["5g"][:-1]),
    st.sampled_from((20, 40, 80)),
    st.just(ETSI["5g"]),
)


@given(RADIOS_2G, NEIGHBOURS_2G)
def test_at_2_4_ghz_only_channels_that_do_not_overlap_are_advised(
    one: Radio, heard: list[AirNeighbour]
) -> None:
    """A network on channel 3 disturbs those on 1 and on 6, and they disturb it."""
    advice = advise(one, heard)
    assert {option.channel for option in advice.options} == {1, 6, 11}
    assert advice.width_mhz == 20
    if advice.move:
        assert advice.channel in {1, 6, 11}


@given(st.one_of(RADIOS_2G, RADIOS_5G), NEIGHBOURS_2G, NEIGHBOURS_5G)
def test_a_move_is_worth_it_and_a_stay_is_where_it_is(
    one: Radio, low: list[AirNeighbour], high: list[AirNeighbour]
) -> None:
    """Every change of channel interrupts everybody on Wi-Fi."""
    advice = advise(one, [*low, *high])
    chosen = {option.channel: option for option in advice.options}
    if not advice.move:
        assert (advice.channel, advice.width_mhz) == (one.channel, one.width_mhz)
    elif advice.width_mhz == one.width_mhz:
        assert advice.now.cost - chosen[advice.channel].cost >= WORTH_MOVING
    assert advice.channel in chosen or not advice.move


@given(RADIOS_5G, NEIGHBOURS_5G, st.permutations(range(12)))
def test_the_order_in_which_neighbours_were_heard_changes_nothing(
    one: Radio, heard: list[AirNeighbour], order: list[int]
) -> None:
    """Two runs of the same home must not send its Wi-Fi to and fro."""
    shuffled = [heard[place] for place in order if place < len(heard)]
    assert advise(one, heard).options == advise(one, shuffled).options


@given(RADIOS_5G, NEIGHBOURS_5G, st.sampled_from(ETSI["5g"]), LEVELS)
def test_one_more_neighbour_never_makes_a_channel_better(
    one: Radio, heard: list[AirNeighbour], channel: int, level: int
) -> None:
    """A cost that falls when the air fills would send people into the crowd."""
    before = {option.channel: option.cost for option in _all(one, heard)}
    after = _all(one, [*heard, neighbour("5g", channel, level)])
    assert all(option.cost >= before[option.channel] for option in after)


@given(RADIOS_5G, NEIGHBOURS_5G.filter(bool), st.integers(1, 40))
def test_a_louder_neighbour_never_makes_a_channel_better(
    one: Radio, heard: list[AirNeighbour], louder: int
) -> None:
    """The same, for loudness."""
    first = heard[0]
    assert isinstance(first.signal_dbm, int)
    loud = [replace(first, signal_dbm=first.signal_dbm + louder), *heard[1:]]
    before = {option.channel: option.cost for option in _all(one, heard)}
    assert all(option.cost >= before[option.channel] for option in _all(one, loud))


def _all(one: Radio, heard: Sequence[AirNeighbour]) -> tuple[ChannelOption, ...]:
    return advise(replace(one, width_mhz=20), heard).options


@given(RADIOS_5G, NEIGHBOURS_5G)
def test_a_channel_that_waits_for_radar_is_taken_only_where_it_is_better(
    one: Radio, heard: list[AirNeighbour]
) -> None:
    """It is silent for a minute at every start, and must be left when radar comes."""
    advice = advise(one, heard)
    if advice.move and advice.options[0].radar_wait_s:
        calm = [option.cost for option in advice.options if not option.radar_wait_s]
        assert advice.options[0].cost < min(calm)


@given(st.sampled_from(("2g", "5g", "6g")), st.data())
def test_an_empty_air_moves_nobody(band: str, data: st.DataObject) -> None:
    """Nothing is mended that is not broken, nor a wait for radar left that is over."""
    channel = data.draw(st.sampled_from(ETSI[band]))
    advice = advise(radio(band, channel, 20, ETSI[band]), [])
    assert not advice.move


def test_three_loud_neighbours_send_the_radio_to_the_free_channel() -> None:
    """The everyday case, with its numbers."""
    heard = [
        neighbour("2g", 6, level, number=place) for place, level in enumerate((-48, -60, -71))
    ]
    heard.append(neighbour("2g", 1, -84, number=9))
    advice = advise(radio("2g", 6, 20, ETSI["2g"]), heard)
    assert (advice.move, advice.channel) == (True, 11)
    assert advice_words(advice) == (
        "2.4 GHz: move from channel 6 to 11 (20 MHz): channel 6: 3 networks loud enough to wait"
        " for, the loudest at -48 dBm; channel 11 (20 MHz): nobody else heard"
    )


def test_a_wide_neighbour_counts_on_every_channel_that_it_fills() -> None:
    """A scan that looks only at primary channels calls 44 free."""
    heard = [neighbour("5g", 36, -50, width=80)]
    advice = advise(radio("5g", 44, 20, ETSI["5g"]), heard)
    assert advice.now.sharing == 1
    assert {option.channel for option in advice.options if not option.sharing} == {
        52, 56, 60, 64, 100, 104, 108, 112, 116, 120, 124, 128, 132, 136, 140,
    }  # fmt: skip


def test_where_the_country_is_not_known_only_what_every_country_allows_is_advised() -> None:
    """A channel that may not be used takes the radio off the air."""
    heard = [neighbour("5g", 36, -50, width=80)]
    advice = advise(radio("5g", 36, 80), heard)
    assert {option.channel for option in advice.options} == {36, 40, 44, 48}
    assert not advice.move


def test_a_wide_radio_moves_its_primary_channel_away_from_the_crowd() -> None:
    """It waits on its primary 20 MHz for everybody; of the rest it leaves out what is busy."""
    heard = [neighbour("5g", 36, -55, number=number) for number in range(5)]
    advice = advise(radio("5g", 36, 80), heard)
    assert (advice.move, advice.channel, advice.width_mhz) == (True, 40, 80)


def test_40_mhz_at_2_4_ghz_are_given_back() -> None:
    """They fill two of the three channels that there are."""
    advice = advise(radio("2g", 1, 40, ETSI["2g"]), [neighbour("2g", 1, -60)])
    assert (advice.move, advice.channel, advice.width_mhz) == (True, 6, 20)


def test_a_crowded_band_is_shared_by_narrower_networks() -> None:
    """At 80 MHz it would wait for six homes; at 40 MHz it waits for nobody."""
    heard = [
        neighbour("5g", channel, -45, width=40, number=place)
        for place, channel in enumerate((36, 52, 100, 116) * 6)
    ]
    advice = advise(radio("5g", 36, 80, ETSI["5g"]), heard)
    assert (advice.move, advice.channel, advice.width_mhz) == (True, 44, 40)
    assert any("leave room" in reason for reason in advice.reasons)


@pytest.mark.parametrize(
    ("channel", "width", "wait_s"),
    [
        (36, 80, 0),
        (52, 20, 60),
        (44, 160, 60),
        (100, 80, 60),
        (116, 80, 600),
        (124, 20, 600),
        (149, 80, 0),
        (140, 20, 60),
        (132, 20, 60),
    ],
)
def test_the_wait_for_radar_is_as_the_standard_says(channel: int, width: int, wait_s: int) -> None:
    """EN 301 893, annex D: a minute, and ten where weather radar may be."""
    assert listen_s(span("5g", centre_of("5g", channel, width), width)) == wait_s


def test_a_radio_that_is_off_the_air_gets_no_advice() -> None:
    """Nobody has listened on it, so silence would read as free air."""
    off = replace(radio("2g", 6, 20), on_air=False)
    assert channel_advice(WifiStatus(radios=(off,), networks=()), AirScan(neighbours=())) == ()
