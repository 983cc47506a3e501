"""Causes at a third party of which a second look tells the part that is broken."""

from __future__ import annotations

from typing import Final

from cpe_diag.domain.verdict import Destination, FaultDomain
from cpe_diag.judge.cause import Cause, must, unless, when
from cpe_diag.judge.causes_platform import GOOD_ELSEWHERE, SHIFTS

OF_ALL: Final = ("platform_fails_from_home", "platform_fails")

CAUSES_SITE_FAULTS: Final[tuple[Cause, ...]] = (
    Cause(
        id="platform_mtu",
        domain=FaultDomain.PLATFORM,
        destination=Destination.PLATFORM_STATUS,
        title="The site's long packets do not arrive; its pages begin and stand still",
        needs=(must("platform_long_packets_lost"),),
        supports=(when("platform_long_packets_lost", 5.5),),
        against=(GOOD_ELSEWHERE,),
        explains=(
            "platform_long_packets_lost",
            "platform_unreachable",
            "platform_slow",
            "platform_uneven",
            "platform_errors",
            *OF_ALL,
        ),
        shifts=SHIFTS,
        next_action="Tell the site's owner that packets longer than what a tunnel of his takes"
        " are lost, and that no ICMP says so (RFC 2923, section 2.1).",
        tell_customer="The site itself is out of order at the moment. Your connection and our"
        " network are working; please try again later.",
        source="RFC 2923, section 2.1: black holes; RFC 9293, section 3.7.1: asked for small"
        " segments the site answers, and the reference comes in packets of any length",
    ),
    Cause(
        id="platform_tls_broken",
        domain=FaultDomain.PLATFORM,
        destination=Destination.PLATFORM_STATUS,
        title="The site takes connections, and breaks off every handshake of TLS",
        needs=(must("platform_tls_fails"),),
        supports=(when("platform_tls_fails", 5.2), unless("platform_fails_only_here", 0.5)),
        against=(GOOD_ELSEWHERE,),
        explains=(
            "platform_tls_fails",
            "platform_errors",
            "platform_unreachable",
            "platform_turns_us_away",
            *OF_ALL,
        ),
        shifts=SHIFTS,
        next_action="Tell the site's owner that TLS fails before a certificate is shown.",
        tell_customer="The site cannot set up secure connections at the moment. Your connection"
        " and our network are working; please try again later.",
        source="RFC 8446, section 2: no ServerHello comes, while TLS with the reference is good",
    ),
)
