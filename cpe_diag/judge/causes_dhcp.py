"""Causes at the operator's DHCP server."""

from __future__ import annotations

from typing import Final

from cpe_diag.domain.verdict import Destination, FaultDomain
from cpe_diag.judge.cause import Cause, must, unless, when

WITHOUT_ADDRESS: Final = (
    "home_without_address",
    "wan_dhcp_unanswered",
    "wan_down",
    "router_unreachable",
    "gateway_unreachable",
    "internet_unreachable",
    "router_dns_fails",
    "router_direct_dns_fails",
    "router_http_fails",
    "platform_fails_from_home",
)
"""What follows from a router that was given no address."""

CAUSES_DHCP: Final[tuple[Cause, ...]] = (
    Cause(
        id="dhcp_no_offer",
        domain=FaultDomain.NETWORK,
        destination=Destination.NETWORK_OPERATIONS,
        title="The router asks for an address and the operator's server offers none",
        needs=(must("home_without_address"),),
        supports=(
            when("wan_dhcp_unanswered", 4.2),
            when("dhcp_server_silent", 4.8),
            unless("mac_in_wrong_vlan", 0.8),
        ),
        against=(
            when("port_vlan_wrong", -1.5),
            when("dhcp_pool_empty", -4.0),
            # A server that knows its clients is silent to others, and to our question for nobody.
            when("router_mac_absent", -3.0),
            when("home_on_the_line", -3.0),
            unless("dhcp_server_silent", -1.0),
        ),
        explains=("dhcp_server_silent", *WITHOUT_ADDRESS),
        next_action="Check that this port's order is finished; then DHCP server, relay and"
        " option 82.",
        tell_customer="Your router gets no address from our network. We are correcting that on"
        " our side.",
        source="RFC 2131, section 3.1: DISCOVER without OFFER, by the router or as a relay asks",
    ),
    Cause(
        id="dhcp_pool_exhausted",
        domain=FaultDomain.NETWORK,
        destination=Destination.NETWORK_OPERATIONS,
        title="The operator's DHCP server has no free address for the router",
        needs=(must("home_without_address"), must("dhcp_pool_empty")),
        supports=(
            when("dhcp_pool_empty", 4.8),
            when("wan_dhcp_unanswered", 1.5),
            unless("mac_in_wrong_vlan", 0.8),
        ),
        against=(when("port_vlan_wrong", -1.5),),
        explains=("dhcp_pool_empty", *WITHOUT_ADDRESS),
        next_action="Widen the range of this subnet at the DHCP server, or end leases that nobody"
        " uses; look for one home that takes many.",
        tell_customer="Your router gets no address from our network. We are correcting that on"
        " our side.",
        source="RFC 2131, sections 4.3.1 (no address available: no OFFER) and 4.3.5 (INFORM is"
        " answered without an address)",
    ),
)
