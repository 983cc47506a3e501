"""Thresholds of what spoils a part of the traffic only."""

from __future__ import annotations

from typing import Final

from cpe_diag.judge.threshold import PROPOSAL, Threshold

THRESHOLDS_PART_TRAFFIC: Final[tuple[Threshold, ...]] = (
    Threshold(
        id="lan_shout_bps",
        value=6e6,
        unit="bit/s",
        source="RFC 9119, section 3.1.2; IEEE 802.11, OFDM: 6 Mbit/s is the lowest rate, which"
        " what is sent to all goes by",
        meaning="so much to all fills a radio's time by itself",
    ),
    Threshold(
        id="lan_loop_octets",
        value=400.0,
        unit="octets",
        source=PROPOSAL + "; RFC 826 and RFC 2131: questions to all have some 60 to 350 octets",
        meaning="frames to all that are longer on average are somebody's stream, and no loop",
    ),
    Threshold(
        id="lan_loop_frames",
        value=300.0,
        unit="frames/s",
        source=PROPOSAL + ": who seeks others sends a few frames to all in a second; in a loop"
        " each comes again as fast as the wire lets it",
        meaning="so many frames to all, of no device that is known, go round in the home",
    ),
    Threshold(
        id="lan_shout_frames",
        value=1000.0,
        unit="frames/s",
        source="IEEE 802.11, DSSS at 1 Mbit/s: a preamble of 192 us and the 64 bytes of the least"
        " frame take 0.7 ms",
        meaning="so many frames to all fill a radio's time by themselves",
    ),
    Threshold(
        id="nat_tcp_kept_s",
        value=95.0,
        unit="s",
        source="RFC 5626, section 4.4.1: a quiet connection is kept alive every 95 to 120 s",
        meaning="a router that forgets connections sooner breaks those that are kept alive",
    ),
    Threshold(
        id="nat_datagrams_kept_s",
        value=24.0,
        unit="s",
        source="RFC 5626, section 4.4.2: a quiet flow of datagrams is kept alive every 24 to 29 s",
        meaning="a router that forgets flows sooner breaks those that are kept alive",
    ),
)
