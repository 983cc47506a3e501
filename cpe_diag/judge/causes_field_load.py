"""Causes that a laptop on site shows by loading the line."""

from __future__ import annotations

from typing import Final

from cpe_diag.domain.verdict import Destination, FaultDomain
from cpe_diag.judge.cause import Cause, must, must_not, when
from cpe_diag.judge.causes_field import OPERATIONS, OURS

CAUSES_FIELD_LOAD: Final[tuple[Cause, ...]] = (
    Cause(
        id="wall_slow",
        domain=FaultDomain.NETWORK,
        destination=OPERATIONS,
        title="At the wall port the line lets through much less than was sold",
        needs=(must("wall_rate_low"),),
        supports=(when("wall_rate_low", 4.4),),
        explains=("wall_rate_low", "home_rate_low"),
        next_action="Check profile, shaper and errors of this port, and the load of its uplink.",
        tell_customer=OURS,
        source="RFC 6349: TCP throughput against what the path should carry",
    ),
    Cause(
        id="wall_bloated",
        domain=FaultDomain.NETWORK,
        destination=OPERATIONS,
        title="At the wall port packets wait too long while the line is full",
        needs=(must("wall_bloated"),),
        supports=(when("wall_bloated", 4.2),),
        explains=("wall_bloated", "home_bloated"),
        next_action="Make the queue of this subscriber's shaper shorter, or manage it (RFC 8289,"
        " RFC 8290).",
        tell_customer=OURS,
        source="J. Gettys and K. Nichols, Bufferbloat, 2011; RFC 7567",
    ),
    Cause(
        id="router_slow",
        domain=FaultDomain.ROUTER,
        destination=Destination.SECOND_LINE,
        title="Behind the router much less comes through than at the wall port",
        needs=(must("home_rate_low"), must_not("wall_rate_low")),
        supports=(when("home_rate_low", 4.6),),
        against=(
            when("wall_link_slow", -3.0),
            when("wall_half_duplex", -3.0),
            when("home_half_duplex", -3.0),
        ),
        explains=("home_rate_low",),
        next_action="Look for a limit in the router (QoS, a slow port), then replace it.",
        tell_customer="Your line is good up to the wall socket; your router is too slow. We look"
        " after it.",
        source="enclosure: the same load from the wall port and from the LAN",
    ),
    Cause(
        id="router_bloated",
        domain=FaultDomain.ROUTER,
        destination=Destination.SECOND_LINE,
        title="In the router packets wait too long while the line is full",
        needs=(must("home_bloated"), must_not("wall_bloated")),
        supports=(when("home_bloated", 4.4),),
        explains=("home_bloated",),
        next_action="Switch on the router's queue management (SQM), or replace it.",
        tell_customer="Your router lets data wait too long while much is going on. We look after"
        " it.",
        source="enclosure: the same load from the wall port and from the LAN; RFC 7567",
    ),
)
