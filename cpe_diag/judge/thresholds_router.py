"""Thresholds of the home router and its way out."""

from __future__ import annotations

from typing import Final

from cpe_diag.judge.threshold import PROPOSAL, Threshold

THRESHOLDS_ROUTER: Final[tuple[Threshold, ...]] = (
    Threshold(
        id="ttl_least",
        value=30,
        unit="hops",
        source="RFC 1122, section 3.2.1.7 (must be large enough for the diameter of the internet)"
        " and RFC 1700 (64 by default): few ways are longer than 30 hops (traceroute(8), -m)",
        meaning="what is given fewer hops does not reach all of the world",
    ),
    Threshold(
        id="nat_ports_least",
        value=64.0,
        unit="ports",
        source="RFC 6269, section 4: pages alone open tens of connections at a time; RFC 7597,"
        " appendix A: shares of a shared address have hundreds of ports",
        meaning="a rule that keeps a home to fewer is soon out of them",
    ),
    Threshold(
        id="router_clock_s",
        value=3600.0,
        unit="s",
        source="BIND 9 ARM, dnssec-signzone -s: signatures start an hour ago, for clocks that are"
        " off; TLS certificates of public authorities are dated back as far",
        meaning="a clock that is off by more makes good certificates and signatures look wrong",
    ),
    Threshold(
        id="wan_mtu_short_bytes",
        value=20.0,
        unit="bytes",
        source="RFC 2516, section 7 (8 bytes of PPPoE); RFC 4213, section 3.2 (20 of a tunnel)",
        meaning="an MTU that is shorter than the line's by more was set by mistake",
    ),
    Threshold(
        id="router_restart_recent_s",
        value=900.0,
        unit="s",
        source=PROPOSAL + "; one 15-minute interval of RFC 3593",
        meaning="a router that has been up for less was restarted just now",
    ),
    Threshold(
        id="router_load",
        value=3.0,
        unit="processes (1-minute load average)",
        source=PROPOSAL + "; home routers have one to four cores",
        meaning="more work waits than the router can do",
    ),
    Threshold(
        id="router_memory_share",
        value=0.05,
        unit="share of the memory",
        source=PROPOSAL,
        meaning="less available memory than this makes a router fail at random",
    ),
    Threshold(
        id="conntrack_share",
        value=0.95,
        unit="share of the table",
        source=PROPOSAL + "; Linux drops new flows at nf_conntrack_max (kernel documentation)",
        meaning="a connection table as full as this drops new connections",
    ),
    Threshold(
        id="wan_link_losses",
        value=2.0,
        unit="losses in the log excerpt",
        source=PROPOSAL,
        meaning="a WAN link that was lost so often comes and goes",
    ),
    Threshold(
        id="router_crash_recent_s",
        value=86_400.0,
        unit="s",
        source=PROPOSAL,
        meaning="a crash that the router started from less than this ago is today's trouble",
    ),
    Threshold(
        id="change_again_s",
        value=900.0,
        unit="s",
        source=PROPOSAL + ": the time that second line has for a case; a caller that has not "
        "heard of the end of a change asks again within it",
        meaning="a change that was begun less than this ago is done again only on somebody's word",
    ),
)
