"""Causes at a third party: a site that is down, slow, failing, or without an address."""

from __future__ import annotations

from typing import Final

from cpe_diag.domain.verdict import Destination, FaultDomain
from cpe_diag.judge.cause import (
    DROPS,
    NO_INTERNET,
    ONE_DEVICE,
    SITE,
    SLOW,
    WIFI_TROUBLE,
    Cause,
    must,
    unless,
    when,
)

SHIFTS: Final = (
    (SITE, 1.0),
    (NO_INTERNET, -1.0),
    (SLOW, -0.7),
    (DROPS, -1.0),
    (WIFI_TROUBLE, -0.7),
    (ONE_DEVICE, -0.7),
)

GOOD_ELSEWHERE: Final = when("platform_fails_only_here", -6.0)
"""Whoever is served elsewhere finds a site that is not out of order."""

KNOWN_WAYS: Final = (
    "platform_name_fails",
    "platform_name_wrong",
    "platform_unreachable",
    "platform_refuses",
    "platform_errors",
    "platform_certificate_bad",
    "platform_one_family",
    "platform_turns_us_away",
    "platform_slow",
    "platform_long_packets_lost",
    "platform_tls_fails",
)
"""How a site is known to fail: each has a cause of its own."""

CAUSES_PLATFORM: Final[tuple[Cause, ...]] = (
    Cause(
        id="platform_down",
        domain=FaultDomain.PLATFORM,
        destination=Destination.PLATFORM_STATUS,
        title="Nobody at the site answers",
        needs=(must("platform_unreachable"),),
        supports=(when("platform_unreachable", 5.0), unless("platform_fails_only_here", 0.5)),
        against=(
            GOOD_ELSEWHERE,
            when("platform_refuses", -4.0),
            when("platform_name_wrong", -4.0),
        ),
        explains=("platform_unreachable", "platform_fails_from_home", "platform_fails"),
        shifts=SHIFTS,
        next_action="Point to the site's own status page; watch it from here.",
        tell_customer="The site itself is out of order at the moment. Your connection and our"
        " network are working; please try again later.",
        source="no connection from our side while the reference host is good",
    ),
    Cause(
        id="platform_error",
        domain=FaultDomain.PLATFORM,
        destination=Destination.PLATFORM_STATUS,
        title="The site answers with errors of its own",
        needs=(must("platform_errors"),),
        supports=(when("platform_errors", 5.0), unless("platform_fails_only_here", 0.5)),
        against=(GOOD_ELSEWHERE,),
        explains=(
            "platform_errors",
            "platform_errs_at_times",
            "platform_empty",
            "platform_page_unfit",
            "platform_forbids_everybody",
            "platform_turns_us_away",
            "platform_fails_from_home",
            "platform_fails",
        ),
        shifts=SHIFTS,
        next_action="Point to the site's own status page; watch it from here.",
        tell_customer="The site itself reports an error at the moment. Your connection and our"
        " network are working; please try again later.",
        source="RFC 9110, section 15.6: server errors, while the reference host is good",
    ),
    Cause(
        id="platform_slow",
        domain=FaultDomain.PLATFORM,
        destination=Destination.PLATFORM_STATUS,
        title="The site answers too slowly, or not every time",
        needs=(must("platform_slow"),),
        supports=(when("platform_slow", 5.0),),
        against=(when("site_lost_here", -6.0),),
        explains=(
            "platform_slow",
            "platform_uneven",
            "platform_fails_from_home",
            "platform_fails",
        ),
        shifts=SHIFTS,
        next_action="Point to the site's own status page; watch it from here.",
        tell_customer="The site itself is slow at the moment. Your connection and our network"
        " are working; please try again later.",
        source="the page takes long from our side while the reference host is quick",
    ),
    Cause(
        id="platform_name",
        domain=FaultDomain.PLATFORM,
        destination=Destination.PLATFORM_STATUS,
        title="The site's name has no address, or a wrong one",
        needs=(must("platform_name_bad"),),
        supports=(when("platform_name_fails", 5.0), when("platform_name_wrong", 6.5)),
        against=(when("resolver_lies", -5.0),),
        explains=(
            "platform_name_bad",
            "platform_name_fails",
            "platform_name_wrong",
            "platform_one_family",
            "platform_unreachable",
            "platform_refuses",
            "platform_errors",
            "platform_certificate_bad",
            "platform_fails_from_home",
            "platform_fails",
        ),
        shifts=SHIFTS,
        next_action="Check the spelling of the name, then point to the site's owner.",
        tell_customer="The name of the site cannot be found at the moment. Please check that it is"
        " spelt correctly; if so, the owner of the site has to correct it.",
        source="RFC 1035 NXDOMAIN or SERVFAIL while the reference's name has an address",
    ),
    Cause(
        id="platform_unexplained",
        domain=FaultDomain.PLATFORM,
        destination=Destination.PLATFORM_STATUS,
        title="The site fails from everywhere, in no one known way",
        needs=(must("platform_fails"),),
        supports=(when("platform_fails", 4.0), unless("platform_fails_only_here", 0.5)),
        against=(
            GOOD_ELSEWHERE,
            when("resolver_lies", -5.0),
            *(when(finding, -5.0) for finding in KNOWN_WAYS),
        ),
        explains=("platform_fails", "platform_fails_from_home"),
        shifts=SHIFTS,
        where=True,
        next_action="Point to the site's own status page; watch it from here. Give its owner the"
        " ways in which it failed.",
        tell_customer="The site itself is out of order at the moment. Your connection and our"
        " network are working; please try again later.",
        source="it fails from two places at least, from each of which the reference host is good",
    ),
)
