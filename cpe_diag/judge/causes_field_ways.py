"""Causes that a laptop on site shows beyond its wire: ways, names, pages."""

from __future__ import annotations

from typing import Final

from cpe_diag.domain.verdict import Destination, FaultDomain
from cpe_diag.judge.cause import Cause, Sign, must, must_not, when
from cpe_diag.judge.causes_field import OPERATIONS, OURS

SECOND: Final = Destination.SECOND_LINE
NOTHING: Final = (
    "wall_nothing_beyond",
    "wall_pages_fail",
    "home_nothing_beyond",
    "home_pages_fail",
)


def _told_at_the_wall(where: str, finding: str) -> tuple[Sign, ...]:
    """Let the wall port tell it where it shows it too: the same is one fault, not two."""
    return (when(finding, -4.0),) if where == "home" else ()


CAUSES_FIELD_WAYS: Final[tuple[Cause, ...]] = (
    *(
        Cause(
            id=f"{where}_way_ends",
            domain=FaultDomain.NETWORK,
            destination=OPERATIONS,
            title=f"Seen {words}, the way ends in the operator's network",
            needs=(must(f"{where}_way_ends_further"),),
            supports=(
                when(f"{where}_way_ends_further", 4.6),
                when(f"{where}_nothing_beyond", 0.6),
            ),
            against=_told_at_the_wall(where, "wall_way_ends_further"),
            explains=("wall_way_ends_further", "home_way_ends_further", *NOTHING),
            next_action="Look at routes and filters behind the hop that the finding names.",
            tell_customer=OURS,
            source="RFC 792: a router answers for the packets that end there; RFC 1812, 5.3.1",
        )
        for where, words in (("wall", "from the wall port"), ("home", "from the home"))
    ),
    Cause(
        id="home_two_routers",
        domain=FaultDomain.ROUTER,
        destination=SECOND,
        title="Two routers of the home stand one behind the other",
        needs=(must("home_second_router"),),
        supports=(when("home_second_router", 4.4),),
        explains=("home_second_router",),
        next_action="Make one of the two an access point (bridge), or take it out.",
        tell_customer=(
            "There are two routers in your home, one behind the other. Please let us set one of"
            " them up anew with you."
        ),
        source="RFC 1918; RFC 7021: what breaks behind two translations of addresses",
    ),
    Cause(
        id="wall_names_by_another",
        domain=FaultDomain.NETWORK,
        destination=OPERATIONS,
        title="In the operator's network somebody answers questions to other resolvers",
        needs=(must("wall_names_taken"),),
        supports=(when("wall_names_taken", 4.4),),
        explains=("wall_names_taken", "home_names_taken"),
        next_action="Find what takes UDP port 53 on the way; the hop that the finding names is"
        " where the answer comes from. Is it meant to?",
        tell_customer=OURS,
        source="B. Liu and others, Who Is Answering My Queries, USENIX Security 2018",
    ),
    Cause(
        id="router_takes_names",
        domain=FaultDomain.ROUTER,
        destination=SECOND,
        title="The router answers questions to other resolvers itself",
        needs=(must("home_names_taken"), must("home_names_taken_near")),
        supports=(when("home_names_taken", 4.4),),
        explains=(
            *("home_names_taken", "home_names_taken_near"),
            *("home_names_invented", "home_names_invented_near"),
        ),
        next_action="Look for a DNS redirection in the router: parental control, a filter, or"
        " somebody else's setting.",
        tell_customer=(
            "Your router answers in place of the name service that was asked. We look at its"
            " settings with you."
        ),
        source="B. Liu and others, Who Is Answering My Queries, USENIX Security 2018",
    ),
    *(
        Cause(
            id=f"{where}_invented_names",
            domain=FaultDomain.NETWORK,
            destination=OPERATIONS,
            title="The operator's resolver gives addresses for names that do not exist",
            needs=(
                must(f"{where}_names_invented"),
                *((must_not("home_names_invented_near"),) if where == "home" else ()),
            ),
            supports=(when(f"{where}_names_invented", 4.2),),
            against=(
                *((when("home_names_taken", -3.0),) if where == "home" else ()),
                *_told_at_the_wall(where, "wall_names_invented"),
            ),
            explains=("wall_names_invented", "home_names_invented"),
            next_action="Switch off the rewriting of NXDOMAIN in the resolver.",
            tell_customer=OURS,
            source="RFC 8020: NXDOMAIN means that there is nothing; SAC 032 of ICANN's SSAC",
        )
        for where in ("wall", "home")
    ),
    Cause(
        id="router_invents_names",
        domain=FaultDomain.ROUTER,
        destination=SECOND,
        title="Behind the router names that do not exist have addresses; at the wall port not",
        needs=(must("home_names_invented"), must("home_names_invented_near")),
        supports=(when("home_names_invented", 4.2),),
        against=(when("home_names_taken", -3.0),),
        explains=("home_names_invented", "home_names_invented_near"),
        next_action="Look for a DNS redirection or a filter in the router.",
        tell_customer="Your router answers for names that do not exist. We look at its settings"
        " with you.",
        source="RFC 8020; enclosure: the same name asked from the wall port and from the LAN",
    ),
    *(
        Cause(
            id=f"{where}_walled_in",
            domain=FaultDomain.NETWORK,
            destination=Destination.ACCOUNTS,
            title="The line is held in the operator's walled garden",
            needs=(
                must(f"{where}_walled"),
                *((must_not("home_walled_near"),) if where == "home" else ()),
            ),
            supports=(when(f"{where}_walled", 4.4),),
            against=_told_at_the_wall(where, "wall_walled"),
            explains=(
                *("wall_walled", "home_walled", "wall_pages_fail", "home_pages_fail"),
                *("wall_names_invented", "home_names_invented", "wall_names_taken"),
                "home_names_taken",
            ),
            next_action="Look why this line is held there: a bill, a registration, a block.",
            tell_customer="Your line is held back in our network. We look why.",
            source="RFC 8952: a captive portal gives its own page in the place of another",
        )
        for where in ("wall", "home")
    ),
    Cause(
        id="router_walls_in",
        domain=FaultDomain.ROUTER,
        destination=SECOND,
        title="The router gives a page of its own in the place of others",
        needs=(must("home_walled"), must("home_walled_near")),
        supports=(when("home_walled", 4.4),),
        explains=(
            *("home_walled", "home_walled_near", "home_pages_fail"),
            *("home_names_taken", "home_names_taken_near"),
        ),
        next_action="Open that page: a first set-up, a guest network, or parental control.",
        tell_customer="Your router wants something of you first. We go through it with you.",
        source="RFC 8952; enclosure: the same page from the wall port, or an address of homes",
    ),
)
