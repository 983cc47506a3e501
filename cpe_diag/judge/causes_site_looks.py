"""Causes at a third party that show only to who goes on as a browser does."""

from __future__ import annotations

from typing import Final

from cpe_diag.domain.verdict import Destination, FaultDomain
from cpe_diag.judge.cause import Cause, must, unless, when
from cpe_diag.judge.causes_platform import GOOD_ELSEWHERE, SHIFTS

CAUSES_SITE_LOOKS: Final[tuple[Cause, ...]] = (
    Cause(
        id="platform_redirect_loop",
        domain=FaultDomain.PLATFORM,
        destination=Destination.PLATFORM_STATUS,
        title="The site sends its visitors in circles, or to where nothing is",
        needs=(must("platform_redirects_badly"),),
        supports=(
            when("platform_redirects_badly", 5.2),
            unless("platform_fails_only_here", 0.5),
        ),
        against=(GOOD_ELSEWHERE,),
        explains=(
            *("platform_redirects_badly", "platform_errors", "platform_empty"),
            *("platform_fails_from_home", "platform_fails", "device_misses_site"),
        ),
        shifts=SHIFTS,
        next_action="Tell the site's owner from which page to which his redirects lead, and how"
        " the last one ends.",
        tell_customer="The site itself is set up wrongly at the moment: it sends its visitors on"
        " without end, or to a place that does not exist. Your connection and our network are"
        " working; please try again later.",
        source="RFC 9110, section 15.4 (a client should detect cyclical redirections); the Fetch"
        " standard, HTTP-redirect fetch: an error after 20; followed with the site's cookies",
    ),
    Cause(
        id="platform_sends_home_away",
        domain=FaultDomain.PLATFORM,
        destination=Destination.PLATFORM_STATUS,
        title="The site sends the home on to another place, and gives others its page",
        needs=(must("platform_sends_home_away"),),
        supports=(when("platform_sends_home_away", 4.2),),
        explains=("platform_sends_home_away", "platform_fails_from_home"),
        shifts=SHIFTS,
        next_action="Open the site by the home's address and look where it leads: a login, a check"
        " for robots, a page for another country; then ask its owner.",
        tell_customer="The site sends visitors from your connection to another page, which others"
        " do not see. Your connection and our network are working; the owner of the site can say"
        " why.",
        source="RFC 9110, section 15.4: a redirect at each look from the home and none from the"
        " operator's side, over TLS, so that it is the site's own word",
    ),
    Cause(
        id="platform_part_down",
        domain=FaultDomain.PLATFORM,
        destination=Destination.PLATFORM_STATUS,
        title="The site's page comes, and something that it needs from another place does not",
        needs=(must("platform_parts_fail"),),
        supports=(when("platform_parts_fail", 4.6), unless("platform_fails_only_here", 0.3)),
        against=(GOOD_ELSEWHERE, when("resolver_lies", -3.0)),
        explains=("platform_parts_fail", "platform_fails_from_home"),
        shifts=SHIFTS,
        next_action="Tell the site's owner which script, style or host of his does not answer;"
        " look whether it is good outside of our network.",
        tell_customer="The site opens, but a part that it needs is out of order at the moment, so"
        " that it may stay empty or not react. Your connection and our network are working;"
        " please try again later.",
        source="the HTML standard, 4.12.1 and 4.2.4: scripts and style sheets that block; twice"
        " without an answer from here, while the reference is good",
    ),
    Cause(
        id="platform_login_down",
        domain=FaultDomain.PLATFORM,
        destination=Destination.PLATFORM_STATUS,
        title="The site's first page comes, and what its users need behind it fails",
        needs=(must("platform_also_fails"),),
        supports=(when("platform_also_fails", 4.6),),
        against=(when("resolver_lies", -3.0),),
        explains=("platform_also_fails", "platform_fails_from_home"),
        shifts=SHIFTS,
        next_action="Look at the site's own status page and tell its owner which address fails.",
        tell_customer="The site's first page opens, but what is behind it is out of order at the"
        " moment, for others as well. Your connection and our network are working; please try"
        " again later.",
        source="an address that the operator has named, twice without a good answer from here,"
        " while the first page and the reference come",
    ),
    Cause(
        id="platform_media_slow",
        domain=FaultDomain.PLATFORM,
        destination=Destination.PLATFORM_STATUS,
        title="The site's first page comes, and what its users want of it comes too slowly",
        needs=(must("platform_also_slow"),),
        supports=(when("platform_also_slow", 4.2),),
        explains=("platform_also_slow", "platform_fails_from_home"),
        shifts=SHIFTS,
        next_action="Tell the site's owner how slowly it comes from here; look at our ways to it,"
        " and whether other networks get it sooner.",
        tell_customer="The site sends its films or files too slowly at the moment, to others as"
        " well. Your connection and our network are working; please try again later.",
        source="an address that the operator has named, twice below what films need, while the"
        " first page and the reference come",
    ),
    Cause(
        id="platform_front_down",
        domain=FaultDomain.PLATFORM,
        destination=Destination.PLATFORM_STATUS,
        title="Some of the site's machines fail; who meets one of them gets no page",
        needs=(must("platform_front_fails"),),
        supports=(when("platform_front_fails", 4.8),),
        explains=(
            *("platform_front_fails", "platform_uneven", "platform_slow", "platform_unreachable"),
            *("platform_refuses", "platform_errors", "platform_certificate_bad"),
            *("platform_turns_us_away", "platform_one_family", "platform_tls_fails"),
            *("platform_long_packets_lost", "platform_fails_only_here"),
            *("platform_fails_from_home", "platform_fails", "site_lost_here"),
        ),
        shifts=SHIFTS,
        next_action="Tell the site's owner which of its addresses fails, and how.",
        tell_customer="One of the machines of the site is out of order at the moment. Your"
        " connection and our network are working; please try once more, or later.",
        source="RFC 1035, section 3.2.1: a name may have several addresses; asked at each from"
        " here, one fails and another of the same family serves, while the reference is good",
    ),
)
