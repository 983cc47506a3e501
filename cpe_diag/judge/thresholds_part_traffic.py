"""Thresholds of what spoils a part of the traffic only."""

from __future__ import annotations

from typing import Final

from cpe_diag.judge.threshold import Threshold

THRESHOLDS_PART_TRAFFIC: Final[tuple[Threshold, ...]] = (
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
