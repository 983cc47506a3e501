"""Causes that a laptop on site shows by joining a stream of television."""

from __future__ import annotations

from typing import Final

from cpe_diag.domain.verdict import Destination, FaultDomain
from cpe_diag.judge.cause import Cause, must, must_not, when
from cpe_diag.judge.causes_field import OPERATIONS, OURS

CAUSES_FIELD_STREAM: Final[tuple[Cause, ...]] = (
    Cause(
        id="wall_no_stream",
        domain=FaultDomain.NETWORK,
        destination=OPERATIONS,
        title="At the wall port television does not come",
        needs=(must("wall_stream_missing"),),
        supports=(when("wall_stream_missing", 4.2),),
        explains=("wall_stream_missing", "home_stream_missing"),
        next_action="Look at IGMP snooping, the multicast VLAN and the groups of this port.",
        tell_customer=OURS,
        source="RFC 3376: a group that is joined is sent to",
    ),
    Cause(
        id="wall_broken_stream",
        domain=FaultDomain.NETWORK,
        destination=OPERATIONS,
        title="At the wall port television comes with gaps",
        needs=(must("wall_stream_broken"),),
        supports=(when("wall_stream_broken", 4.2),),
        explains=("wall_stream_broken", "home_stream_broken"),
        next_action="Look at errors and drops of this port, and at the same group at the node.",
        tell_customer=OURS,
        source="ETSI TR 101 290, 5.2.1: continuity count errors are of the first priority",
    ),
    Cause(
        id="router_no_stream",
        domain=FaultDomain.ROUTER,
        destination=Destination.SECOND_LINE,
        title="Behind the router television does not come; at the wall port it does",
        needs=(must("home_stream_missing"), must_not("wall_stream_missing")),
        supports=(when("home_stream_missing", 4.4),),
        explains=("home_stream_missing",),
        next_action="Switch on the router's IGMP proxy, or the socket for television.",
        tell_customer="Television comes up to your wall socket. Your router does not pass it on;"
        " we correct that.",
        source="RFC 4605: IGMP proxying; enclosure: the same group from both sides",
    ),
    Cause(
        id="router_breaks_stream",
        domain=FaultDomain.ROUTER,
        destination=Destination.SECOND_LINE,
        title="Behind the router television has gaps; at the wall port it has none",
        needs=(must("home_stream_broken"), must_not("wall_stream_broken")),
        supports=(when("home_stream_broken", 4.4),),
        explains=("home_stream_broken",),
        next_action="Try another socket and cable at the router; then replace it.",
        tell_customer="Television comes well up to your wall socket; your router loses some of"
        " it. We look after it.",
        source="ETSI TR 101 290, 5.2.1; enclosure: the same group from both sides",
    ),
)
