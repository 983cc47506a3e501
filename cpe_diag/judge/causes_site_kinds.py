"""Causes at a third party that say in which way it fails, where a wider cause says that it does.

Each `brings` the wider cause about: where both stand, the one that tells more leads.
"""

from __future__ import annotations

from typing import Final

from cpe_diag.domain.verdict import Destination, FaultDomain
from cpe_diag.judge.cause import Cause, must, when
from cpe_diag.judge.causes_platform import SHIFTS

OF_A_SITE: Final = (
    *("platform_errors", "platform_slow", "platform_uneven", "platform_unreachable"),
    *("platform_fails", "platform_fails_from_home", "platform_fails_only_here"),
    *("platform_turns_us_away", "platform_forbids_everybody", "platform_refuses"),
    *("platform_one_family", "platform_empty", "platform_page_unfit", "platform_errs_at_times"),
    *("platform_redirects_badly", "platform_front_fails", "platform_tls_fails"),
    *("site_amiss", "site_lost_here", "device_misses_site", "site_other_for_home"),
    "platform_certificate_bad",
)
"""What no one has to wonder about once it is known how a site fails."""
WIDER: Final = (
    *("platform_error", "platform_slow", "platform_down", "platform_refused"),
    *("platform_one_family", "platform_blocks_us", "platform_redirect_loop"),
    "platform_certificate",
    *("platform_front_down", "platform_sends_home_away", "site_way_unexplained"),
)


def _site(  # noqa: PLR0913 - what differs from site to site
    cause: str, finding: str, title: str, *, do: str, tell: str, source: str, weight: float = 5.5
) -> Cause:
    return Cause(
        id=cause,
        domain=FaultDomain.PLATFORM,
        destination=Destination.PLATFORM_STATUS,
        title=title,
        needs=(must(finding),),
        supports=(when(finding, weight),),
        explains=(finding, *(one for one in OF_A_SITE if one != finding)),
        shifts=SHIFTS,
        brings=WIDER,
        next_action=do,
        tell_customer=f"{tell} Your connection and our network are working.",
        source=source,
    )


CAUSES_SITE_KINDS: Final[tuple[Cause, ...]] = (
    _site(
        "platform_page_missing",
        "platform_page_gone",
        "The site's server works, and its page is not there",
        do="Ask which address the caller has opened; tell the site's owner that it is not found.",
        tell="The page is not found at the site any more: it was moved or removed. Please try the"
        " site's start page, or look it up anew.",
        source="RFC 9110, sections 15.5.5 (404) and 15.5.11 (410), from all vantages",
    ),
    _site(
        "platform_auth_required",
        "platform_asks_who",
        "The site asks everybody for a name and a password",
        do="Ask whether the caller has a login of the site; tell its owner of it.",
        tell="The site lets nobody in without a name and a password at the moment. If you have"
        " none for it, only its owner can let you in.",
        source="RFC 9110, section 15.5.2 (401), from all vantages",
    ),
    _site(
        "platform_rate_limits_us",
        "platform_counts_us",
        "The site says that too many requests come from our network",
        do="Tell network operations: the site counts our customers as one, its owner has to hear"
        " which addresses they share.",
        tell="The site takes only so many visits from one network, and counts many of our"
        " customers as one. We will ask its owner; please try again later.",
        source="RFC 6585, section 4 (429 Too Many Requests)",
    ),
    _site(
        "platform_maintenance",
        "platform_is_maintained",
        "The site is being maintained",
        do="Point to the site's own status page; nothing is to be done but to wait.",
        tell="The site is being maintained and says so itself. Please try again later.",
        source="RFC 9110, section 15.6.4 (503: overload or scheduled maintenance), at the end of a"
        " redirect that everybody gets",
    ),
    _site(
        "platform_suspended",
        "platform_suspended",
        "A host's notice stands in the place of the site",
        do="Tell the site's owner that his host shows a notice in place of the site.",
        tell="The company that hosts the site has taken it off, and shows a notice in its place."
        " Only the site's owner can change that.",
        source="the page's own words, with a status of 200",
    ),
    _site(
        "platform_geolocation",
        "platform_denies_place",
        "The site takes our customers for people of another country",
        do="Have network operations correct where our addresses are said to be (RFC 8805), and"
        " write to the site's owner.",
        tell="The site believes that you are in another country, because of an old list. We will"
        " ask for a correction; that can take some days.",
        source="RFC 8805 (where addresses are); a redirect to a notice from here, and the page"
        " elsewhere",
    ),
    _site(
        "platform_redirect_broken",
        "platform_redirects_nameless",
        "The site sends its visitors on to a name that does not exist",
        do="Tell the site's owner from where to which name he redirects, and that it has no"
        " address.",
        tell="The site sends its visitors to a name that does not exist. Please try again later.",
        source="RFC 9110, section 15.4; RFC 1035, section 4.1.1 (name error)",
    ),
    _site(
        "platform_empty_page",
        "platform_page_empty",
        "The site answers well, with nothing in its page",
        do="Tell the site's owner that his pages are empty since when; his program fails.",
        tell="The site's pages are empty at the moment. Please try again later.",
        source="RFC 9110, section 15.3.1: 200 with a body of no octet, at each look",
    ),
    _site(
        "platform_empty_reply",
        "platform_hangs_up",
        "The site takes requests and hangs up without a word",
        do="Tell the site's owner that his front ends each connection without an answer.",
        tell="The site takes your request and ends the connection without a word. Please try"
        " again later.",
        source="libcurl-errors(3), CURLE_GOT_NOTHING: no octet came back",
    ),
    _site(
        "platform_bad_http",
        "platform_speaks_no_http",
        "The site answers with something that is no HTTP",
        do="Tell the site's owner what his server sends before the status line.",
        tell="The site's program answers in a way that no browser understands. Please try again"
        " later.",
        source="RFC 9112, section 4 (status line); curl's exit code 1, HTTP/0.9 when not allowed",
    ),
    _site(
        "platform_region_down",
        "platform_fails_near",
        "The site's server for our part of the world fails, others serve",
        do="Tell the site's owner which address fails for us; it serves elsewhere.",
        tell="The site's server that is nearest to us is out of order; elsewhere it works. Please"
        " try again later.",
        source="RFC 9110, section 15.6, here; the page elsewhere",
    ),
    _site(
        "platform_far_away",
        "platform_far",
        "The site is served from the other end of the world",
        do="Point to the site's own status page: its server near us may be under repair.",
        tell="The site is served from very far away at the moment, so that everything there takes"
        " longer.",
        source="ITU-T G.114, table A.1: 5 us per km of fibre",
    ),
    _site(
        "platform_name_slow",
        "platform_name_late",
        "The name servers of the site's owner are slow",
        do="Tell the site's owner that his name servers take seconds to answer.",
        tell="The servers that know the site's address answer late, so that it takes long until"
        " the site begins to open.",
        source="RFC 1034, section 5.3.3: a resolver asks the owner's servers, others' are quick",
    ),
    _site(
        "platform_one_address_dead",
        "platform_address_dead",
        "Nobody is at one of the site's addresses any more",
        do="Tell the site's owner which of the addresses of his name is dead.",
        tell="One of the site's addresses leads to nobody. Please try once more, or later.",
        source="RFC 1035, section 3.2.1: a name may have several addresses; asked at each",
    ),
    _site(
        "platform_tls_slow",
        "platform_keys_late",
        "The site is slow to open a secure connection",
        do="Tell the site's owner that TLS takes seconds at his front, and plain pages do not.",
        tell="The site takes very long to open a secure connection. Please try again later.",
        source="RFC 8446, section 2: the handshake; the same page without TLS as its control",
    ),
    _site(
        "platform_crash_loop",
        "platform_comes_and_goes",
        "The site's server ends and is started again and again",
        do="Tell the site's owner that his server refuses and serves in turn.",
        tell="The site's server stops and starts again and again. Please try again later.",
        source="RFC 9293, section 3.10.7.1: nobody listens at a port that resets; it serves"
        " seconds before or after",
    ),
    _site(
        "platform_queue_full",
        "platform_takes_few",
        "The site is too busy to take its visitors in",
        do="Point to the site's own status page: its server takes connections late or not.",
        tell="The site has more visitors than it takes in at the moment. Please try again later.",
        source="listen(2), backlog; RFC 6298, section 2.1: a second SYN after 1 s is taken",
    ),
    _site(
        "platform_balancer",
        "platform_hears_some",
        "The site gives some connections to a server that hangs",
        do="Tell the site's owner which share of connections to his address is never accepted.",
        tell="Some of the site's machines hang, so that it opens at one time and not at another."
        " Please try again.",
        source="RFC 2992: shared by the connection; some are accepted at once, others never, while"
        " those to other places come about",
    ),
    _site(
        "platform_certificate_partly",
        "platform_certificate_partly",
        "The site's certificate is over at one of its addresses, and good at the other",
        do="Tell the site's owner which of his addresses still shows the old certificate.",
        tell="One of the site's servers shows an identity that is out of date, so that it opens"
        " at one time and not at another. Please do not go past the warning; try again later.",
        source="RFC 5280, section 4.1.2.5 (validity): asked by IPv4 and by IPv6",
        weight=6.0,
    ),
    _site(
        "platform_ipv6_old_server",
        "platform_name_at_anothers",
        "One of the site's addresses leads to somebody else's server",
        do="Tell the site's owner which of his name's addresses (A, AAAA) is an old one.",
        tell="One of the site's addresses leads to a server that is not its own any more. Please"
        " do not go past the warning; its owner has to correct it.",
        source="RFC 6125, section 6 (names of a certificate): asked by IPv4 and by IPv6",
        weight=6.0,
    ),
)
