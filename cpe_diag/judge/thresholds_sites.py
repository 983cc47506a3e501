"""Thresholds of names and sites."""

from __future__ import annotations

from typing import Final

from cpe_diag.judge.threshold import PROPOSAL, Threshold

THRESHOLDS_SITES: Final[tuple[Threshold, ...]] = (
    Threshold(
        id="flows_lost_least",
        value=2,
        unit="questions",
        source="reasoned: each is sent twice within its time (busybox networking/nslookup.c); one"
        " may be bad luck where a packet of 10 is lost (binomial: 1 of 6 trials of 20), two are"
        " not (1 of 60)",
        meaning="so many questions of 20 without an answer, while others have one, are a share",
    ),
    Threshold(
        id="flows_pings_share",
        value=0.2,
        unit="ratio",
        source=PROPOSAL,
        meaning="where the share of pings that are lost is more than this share of the questions'"
        " share, packets are lost and no flows",
    ),
    Threshold(
        id="resolver_slow_s",
        value=1.0,
        unit="s",
        source="Microsoft KB 2834226: a client asks again after 1 s without an answer",
        meaning="a resolver that takes longer, for a name that it has just fetched, is late",
    ),
    Threshold(
        id="site_far_s",
        value=0.3,
        unit="s",
        source="ITU-T G.114, table A.1: 5 us per km of fibre; the furthest place on earth is"
        " 20,000 km away, 0.2 s there and back, and half as much again where the way is not"
        " straight",
        meaning="a site that accepts connections later is no place that visitors are led to",
    ),
    Threshold(
        id="site_notice_share",
        value=0.1,
        unit="ratio",
        source=PROPOSAL,
        meaning="a page with less of what others get is a notice in place of the site",
    ),
    Threshold(
        id="platform_slow_s",
        value=3.0,
        unit="s",
        source=PROPOSAL,
        meaning="a page that takes longer is slow",
    ),
    Threshold(
        id="media_low_bps",
        value=1.5e6,
        unit="bit/s",
        source="Netflix, Internet Connection Speed Recommendations (help.netflix.com/en/node/306):"
        " 1.5 Mbit/s is the least that is recommended",
        meaning="what comes more slowly from a site is of no use for films",
    ),
    Threshold(
        id="platform_lost_s",
        value=0.9,
        unit="s",
        source="RFC 6298, section 2: whoever has lost its first packet sends it again after 1 s;"
        " what is measured beside it is not exact",
        meaning="a page that comes so much later than the reference's has waited for a packet",
    ),
    Threshold(
        id="platform_connect_loss",
        value=0.25,
        unit="ratio",
        source="binomial: of 12 connections 3 are lost in 1 of 50 trials at a loss of 5%, in all"
        " but 1 of 50 at one of 50%",
        meaning="a site at which so many connections are not answered loses packets",
    ),
    Threshold(
        id="platform_again_s",
        value=0.15,
        unit="s",
        source="Linux, include/net/tcp.h, TCP_RTO_MIN: 0.2 s until a packet is sent again; less"
        " what the control may differ by",
        meaning="a page that comes so much later than the reference's may have waited",
    ),
    Threshold(
        id="platform_lost_share",
        value=0.5,
        unit="ratio",
        source=PROPOSAL,
        meaning="a site of whose pages so many wait for packets, or do not come, is uneven",
    ),
)
