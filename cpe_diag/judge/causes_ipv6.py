"""Causes that hit IPv6 alone: sites that have both families begin late."""

from __future__ import annotations

from typing import Final

from cpe_diag.domain.verdict import Destination, FaultDomain
from cpe_diag.judge.cause import Cause, must, must_not, when

CAUSES_IPV6: Final[tuple[Cause, ...]] = (
    Cause(
        id="ipv6_prefix_missing",
        domain=FaultDomain.NETWORK,
        destination=Destination.NETWORK_OPERATIONS,
        title="The router asks for an IPv6 prefix for the home, and is given none",
        needs=(must("ipv6_no_prefix"),),
        supports=(when("ipv6_no_prefix", 4.2),),
        explains=("ipv6_no_prefix", "home_ipv6_in_vain"),
        next_action="Look at the DHCPv6 server and its pool of prefixes for this line.",
        tell_customer="Your home gets no addresses of the new kind (IPv6) from us. Our engineers"
        " are correcting that.",
        source="RFC 7084, WPD-1 and L-2; RFC 8415, section 6.3",
    ),
    Cause(
        id="router_old_prefix",
        domain=FaultDomain.ROUTER,
        destination=Destination.SECOND_LINE,
        title="The router announces a prefix of IPv6 to the home that is no longer its own",
        needs=(must("router_prefix_old"),),
        supports=(when("router_prefix_old", 5.5), when("home_ipv6_in_vain", 0.5)),
        explains=(
            "router_prefix_old",
            "ipv6_prefix_unreachable",
            "home_ipv6_in_vain",
            "device_gets_no_pages",
        ),
        next_action="Have it take its prefix anew, or restart it; look for a prefix that was set"
        " by hand, and at its firmware's notes on changed prefixes.",
        tell_customer="Your router gives your devices addresses of the new kind (IPv6) that you"
        " had before. A restart of the router mends that; we look at its settings with you.",
        source="RFC 8978 (flash renumbering); RFC 8415, section 6.3: the home's addresses"
        " are not of the prefix that was handed out, and nothing comes back to them",
    ),
    Cause(
        id="ipv6_route",
        domain=FaultDomain.NETWORK,
        destination=Destination.NETWORK_OPERATIONS,
        title="The operator's network does not carry this line's IPv6",
        needs=(must_not("internet_unreachable"),),
        supports=(when("ipv6_unreachable", 4.2), when("ipv6_prefix_unreachable", 5.0)),
        against=(when("router_sends_astray", -6.0), when("router_prefix_old", -6.0)),
        explains=("ipv6_unreachable", "ipv6_prefix_unreachable", "home_ipv6_in_vain"),
        next_action="Look at the IPv6 routes to and from this line's prefix, on both sides.",
        tell_customer="Our network does not carry your traffic of the new kind (IPv6). Our"
        " engineers are correcting that.",
        source="the router has an IPv6 address, and reaches by IPv4 what it does not reach by"
        " IPv6 (RFC 6724); or with its own address what it does not reach with the home's (RFC"
        " 8415, section 6.3)",
    ),
)
