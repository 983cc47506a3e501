"""Causes that packets which come unevenly to a laptop on site show."""

from __future__ import annotations

from typing import Final

from cpe_diag.domain.verdict import Destination, FaultDomain
from cpe_diag.judge.cause import Cause, must, must_not, when
from cpe_diag.judge.causes_field import OPERATIONS, OURS

CAUSES_FIELD_JITTER: Final[tuple[Cause, ...]] = (
    Cause(
        id="wall_uneven",
        domain=FaultDomain.NETWORK,
        destination=OPERATIONS,
        title="At the wall port packets come unevenly from the operator's reference",
        needs=(must("wall_jitters"),),
        supports=(when("wall_jitters", 4.2),),
        against=(when("wall_half_duplex", -2.0),),
        explains=("wall_jitters", "home_jitters"),
        next_action="Look from where on it is uneven: this port and line, or what comes behind the"
        " next hop; then at errors, retransmissions and shared media there.",
        tell_customer=OURS,
        source="RFC 3393; ITU-T Y.1541, class 0; control: packets of the laptop to itself",
    ),
    Cause(
        id="router_uneven",
        domain=FaultDomain.ROUTER,
        destination=Destination.SECOND_LINE,
        title="Behind the router packets come unevenly; at the wall port they do not",
        needs=(must("home_jitters"), must_not("wall_jitters")),
        supports=(when("home_jitters", 4.4),),
        against=(when("home_half_duplex", -2.0),),
        explains=("home_jitters",),
        next_action="Look at the router's load and queue management (SQM); then replace it.",
        tell_customer="Your line is good up to the wall socket; your router passes data on"
        " unevenly. We look after it.",
        source="RFC 3393; enclosure: the same packets from the wall port and from the LAN",
    ),
)
