"""Causes at a third party that a further look tells: certificate, family, whom it serves."""

from __future__ import annotations

from typing import Final

from cpe_diag.domain.verdict import Destination, FaultDomain
from cpe_diag.judge.cause import Cause, must, unless, when
from cpe_diag.judge.causes_platform import GOOD_ELSEWHERE, SHIFTS

CAUSES_SITES: Final[tuple[Cause, ...]] = (
    Cause(
        id="platform_certificate",
        domain=FaultDomain.PLATFORM,
        destination=Destination.PLATFORM_STATUS,
        title="The site's certificate is not acceptable",
        needs=(must("platform_certificate_bad"),),
        supports=(when("platform_certificate_bad", 5.0),),
        explains=(
            "platform_certificate_bad",
            "platform_errors",
            "platform_fails_only_here",
            "platform_fails_from_home",
            "platform_fails",
        ),
        shifts=SHIFTS,
        next_action="Tell the site's owner which certificate it is, and since when; nobody should"
        " be advised to go on past the browser's warning.",
        tell_customer="The site cannot prove that it is genuine at the moment, so that your"
        " browser warns you. Please do not go on there; the owner of the site has to"
        " correct it. Your connection and our network are working.",
        source="RFC 5280, section 6; RFC 9525, section 6: read from the operator's side",
    ),
    Cause(
        id="platform_refused",
        domain=FaultDomain.PLATFORM,
        destination=Destination.PLATFORM_STATUS,
        title="The site's host is there and refuses connections",
        needs=(must("platform_refuses"),),
        supports=(when("platform_refuses", 5.0), unless("platform_fails_only_here", 0.5)),
        against=(GOOD_ELSEWHERE,),
        explains=(
            "platform_refuses",
            "platform_unreachable",
            "platform_turns_us_away",
            "platform_fails_from_home",
            "platform_fails",
        ),
        shifts=SHIFTS,
        next_action="Point to the site's own status page; watch it from here.",
        tell_customer="The site itself is out of order at the moment. Your connection and our"
        " network are working; please try again later.",
        source="RFC 9293, section 3.10.7.1: RST to a SYN, while the reference host is good",
    ),
    Cause(
        id="platform_one_family",
        domain=FaultDomain.PLATFORM,
        destination=Destination.PLATFORM_STATUS,
        title="The site serves only one of IPv4 and IPv6; browsers go on with it a quarter of a"
        " second later, other programs may fail",
        needs=(must("platform_one_family"),),
        supports=(when("platform_one_family", 5.5),),
        explains=(
            "platform_one_family",
            "platform_unreachable",
            "platform_refuses",
            "platform_errors",
            "platform_turns_us_away",
            "platform_fails_only_here",
            "platform_fails_from_home",
            "platform_fails",
        ),
        shifts=SHIFTS,
        next_action="Tell the site's owner which family fails. A browser that tries both (RFC"
        " 8305) opens it; a device or program that does not can be told to use the other.",
        tell_customer="The site answers over one of the two kinds of internet addresses only. An"
        " up-to-date browser opens it all the same; the owner of the site has to correct it.",
        source="RFC 8305, section 5: connection attempts 250 ms apart; the reference is good by"
        " both families",
    ),
    Cause(
        id="platform_blocks_us",
        domain=FaultDomain.PLATFORM,
        destination=Destination.PLATFORM_STATUS,
        title="The site serves others and turns our addresses away",
        needs=(must("platform_turns_us_away"), must("platform_fails_only_here")),
        supports=(when("platform_turns_us_away", 3.0), when("platform_fails_only_here", 3.0)),
        against=(when("platform_one_family", -4.0),),
        explains=(
            "platform_turns_us_away",
            "platform_fails_only_here",
            "platform_refuses",
            "platform_unreachable",
            "platform_errors",
            "platform_fails_from_home",
            "platform_fails",
        ),
        shifts=SHIFTS,
        next_action="Ask the site's owner to take our address range off the list; have abuse"
        " reports about that range looked at.",
        tell_customer="The site does not accept visitors from our network at the moment, though it"
        " works elsewhere. We are asking its owner to change that.",
        source="RFC 9110, 15.5.4; RFC 7725; RFC 9293, 3.10.7.1: from two places of ours, while a"
        " vantage elsewhere is served",
    ),
)
