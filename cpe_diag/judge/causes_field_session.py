"""Causes that a PPPoE session from the wall port shows."""

from __future__ import annotations

from typing import Final

from cpe_diag.domain.verdict import Destination, FaultDomain
from cpe_diag.judge.cause import Cause, must, must_not, when
from cpe_diag.judge.causes_field import OPERATIONS, OURS

CAUSES_FIELD_SESSION: Final[tuple[Cause, ...]] = (
    Cause(
        id="wall_session_refused",
        domain=FaultDomain.NETWORK,
        destination=OPERATIONS,
        title="At the wall port the concentrator offers sessions and gives none",
        needs=(must("wall_session_withheld"),),
        supports=(when("wall_session_withheld", 4.6),),
        explains=("wall_session_withheld",),
        next_action="Look at the concentrator's limits: sessions of this port, this MAC, in all.",
        tell_customer=OURS,
        source="RFC 2516, sections 5.3 and 5.4: PADR without PADS, or with an error tag",
    ),
    Cause(
        id="wall_session_breaks",
        domain=FaultDomain.NETWORK,
        destination=OPERATIONS,
        title="At the wall port a session opens, and its link does not come up or does not stay",
        needs=(must("wall_link_not_agreed"),),
        supports=(when("wall_link_not_agreed", 4.4),),
        explains=("wall_link_not_agreed",),
        next_action="Look at PPP on the concentrator for this session: LCP, MTU, its log.",
        tell_customer=OURS,
        source="RFC 1661, section 3.4: the link must be established before anything else",
    ),
    Cause(
        id="wall_accounts_silent",
        domain=FaultDomain.NETWORK,
        destination=OPERATIONS,
        title="Nobody answers the login at the wall port: the server of accounts is silent",
        needs=(must("wall_login_unanswered"),),
        supports=(when("wall_login_unanswered", 4.4),),
        explains=("wall_login_unanswered",),
        next_action="Check RADIUS between the concentrator and the server of accounts.",
        tell_customer=OURS,
        source="RFC 1334, section 2.2; RFC 1994, section 4: each login is answered",
    ),
    Cause(
        id="wall_auth_refused",
        domain=FaultDomain.NETWORK,
        destination=Destination.ACCOUNTS,
        title="The service's own login is refused, also without the customer's router",
        needs=(must("wall_login_refused"),),
        supports=(when("wall_login_refused", 6.0),),
        explains=("wall_login_refused",),
        next_action="Check the account's state, sessions that it still holds, and its password.",
        tell_customer="Our network does not accept the login of your line. It is not your"
        " router; our colleagues are checking your account and will get back to you.",
        source="RFC 1334, section 2.2 (Nak), RFC 1994, section 4 (Failure); enclosure: the"
        " laptop in the router's place",
    ),
    Cause(
        id="wall_session_no_address",
        domain=FaultDomain.NETWORK,
        destination=OPERATIONS,
        title="The login is taken at the wall port, and no address is given",
        needs=(must("wall_session_bare"),),
        supports=(when("wall_session_bare", 4.6),),
        explains=("wall_session_bare",),
        next_action="Look at the pool of addresses, and at what the account's profile gives.",
        tell_customer=OURS,
        source="RFC 1332, section 3.3: the other end gives the address that is asked for as 0",
    ),
    Cause(
        id="router_opens_no_session",
        domain=FaultDomain.ROUTER,
        destination=Destination.SECOND_LINE,
        title="At the wall port the line's session opens; behind the router there is nothing",
        needs=(
            must("home_nothing_beyond"),
            must_not("wall_session_bare"),
            must_not("home_way_ends_further"),
        ),
        supports=(
            when("home_nothing_beyond", 4.8),
            when("home_pages_fail", 0.4),
            when("home_without_session", 0.8),
        ),
        explains=("home_without_session", "home_nothing_beyond", "home_pages_fail"),
        next_action="The line is good: look at the login and the WAN settings of the router.",
        tell_customer="Your line is good up to the wall socket. It is your router, and we look"
        " after it.",
        source="enclosure: a session from the wall port, with the service's own login, while no"
        " packet of the home's passes the router",
    ),
)
