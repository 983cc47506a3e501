"""Thresholds of outages: what fell together, and when."""

from __future__ import annotations

from typing import Final

from cpe_diag.judge.threshold import PROPOSAL, Threshold

THRESHOLDS_OUTAGES: Final[tuple[Threshold, ...]] = (
    Threshold(
        id="outage_least",
        value=5.0,
        unit="ports of one group",
        source=PROPOSAL + ": the line this project draws between one home and the network",
        meaning="at least so many that fell together are a fault of what they share",
    ),
    Threshold(
        id="outage_undated_share",
        value=0.9,
        unit="share of the group",
        source=PROPOSAL + "; without times nobody can tell an outage from empty homes",
        meaning="at least so much of a group is down, where the node tells no times",
    ),
    Threshold(
        id="outage_oldest_s",
        value=172_800.0,
        unit="s",
        source=PROPOSAL + "; an outage of two days has long been a case, seasonal homes have not",
        meaning="what went down longer ago is an outage only where all of a group is down",
    ),
    Threshold(
        id="outage_node_start_s",
        value=300.0,
        unit="s",
        source=PROPOSAL + "; ports that stayed dark when a node started share its time",
        meaning="what went down this near the node's start counts only where all of a group is"
        " down",
    ),
    Threshold(
        id="outage_moment_s",
        value=30.0,
        unit="s",
        source=PROPOSAL + "; agents date changes by the second, OLTs by their polling",
        meaning="what happened within this happened at one moment, such as a power cut",
    ),
    Threshold(
        id="outage_lone_per_day",
        value=1.0,
        unit="times a day and home",
        source=PROPOSAL + ": people who switch off, modems that restart",
        meaning="so often a home goes dark by itself",
    ),
    Threshold(
        id="outage_chance",
        value=1e-6,
        unit="probability",
        source=PROPOSAL + "; a node has 10,000 windows of 30 s in three and a half days",
        meaning="a cluster of falls that is less likely by chance has one cause",
    ),
    Threshold(
        id="outage_case_s",
        value=3600.0,
        unit="s",
        source=PROPOSAL + ": falls of one outage are minutes apart, two outages hours",
        meaning="outages of one group that begin within the same so many seconds are one case",
    ),
)
