"""Causes in the operator's services: addresses, sessions, names, the way beyond the edge."""

from __future__ import annotations

from typing import Final

from cpe_diag.domain.verdict import Destination, FaultDomain
from cpe_diag.judge.cause import SITE, Cause, must, must_not, unless, when

CAUSES_SERVICE: Final[tuple[Cause, ...]] = (
    Cause(
        id="pppoe_no_server",
        domain=FaultDomain.NETWORK,
        destination=Destination.NETWORK_OPERATIONS,
        title="No PPPoE server answers the router",
        needs=(must("wan_pppoe_unanswered"),),
        supports=(when("wan_pppoe_unanswered", 4.2), unless("mac_in_wrong_vlan", 0.8)),
        against=(when("port_vlan_wrong", -1.5),),
        explains=(
            "wan_pppoe_unanswered",
            "wan_down",
            "gateway_unreachable",
            "internet_unreachable",
            "router_dns_fails",
            "router_direct_dns_fails",
            "router_http_fails",
        ),
        next_action="Check the PPPoE concentrator and the VLAN between it and this port.",
        tell_customer="Your router cannot log in to our network, because a server of ours does"
        " not answer. We are correcting that.",
        source="RFC 2516, section 5: PADI without PADO",
    ),
    Cause(
        id="auth_refused",
        domain=FaultDomain.NETWORK,
        destination=Destination.ACCOUNTS,
        title="The operator's server refuses the router's user name or password",
        needs=(must("ppp_auth_refused"),),
        supports=(when("ppp_auth_refused", 6.0),),
        against=(when("pppoe_login_wrong", -5.0),),
        explains=(
            "ppp_auth_refused",
            "wan_down",
            "gateway_unreachable",
            "internet_unreachable",
            "router_dns_fails",
            "router_direct_dns_fails",
            "router_http_fails",
        ),
        next_action="Check the account's state and the user name that the router presents.",
        tell_customer="Our network does not accept your router's login. Our colleagues are"
        " checking your account's settings and will get back to you.",
        source="RFC 1994 (CHAP), RFC 1334 (PAP): Failure, Nak",
    ),
    Cause(
        id="session_stale",
        domain=FaultDomain.NETWORK,
        destination=Destination.SECOND_LINE,
        title="The router holds a session that the operator's edge no longer knows",
        needs=(must_not("wan_down"), must("gateway_unreachable")),
        supports=(when("gateway_unreachable", 5.5), unless("port_down", 0.5)),
        against=(when("router_strained", -1.0), when("operator_reference_fails", -1.0)),
        explains=(
            "gateway_unreachable",
            "internet_unreachable",
            "router_dns_fails",
            "router_direct_dns_fails",
            "router_http_fails",
            "platform_fails_from_home",
        ),
        next_action="Clear the session on the edge, or have the router renew its address.",
        tell_customer="Your router's connection to our network has to be set up anew. We will"
        " do that with you now.",
        source="RFC 2131, section 4.4.5; the WAN is up while its gateway does not answer",
    ),
    Cause(
        id="dns_resolver",
        domain=FaultDomain.NETWORK,
        destination=Destination.NETWORK_OPERATIONS,
        title="The operator's name servers do not answer",
        supports=(
            when("resolver_drops", 9.0),
            when("resolver_turns_home_away", 6.0),
            when("operator_dns_fails", 3.5),
            when("router_direct_dns_fails", 3.0),
            unless("internet_unreachable", 0.7),
            unless("gateway_unreachable", 0.3),
        ),
        against=(unless("router_direct_dns_fails", -3.0), unless("operator_dns_fails", -2.0)),
        explains=(
            "operator_dns_fails",
            "resolver_drops",
            "resolver_turns_home_away",
            "resolver_slow",
            "router_direct_dns_fails",
            "router_dns_fails",
            "router_http_fails",
            "operator_reference_fails",
            "platform_name_fails",
            "platform_fails_from_home",
        ),
        next_action="Check the resolvers; open or join the incident.",
        tell_customer="Our name service is disturbed, so that sites do not open. Our engineers"
        " are informed.",
        source="RFC 1035, section 4.1.1 (SERVFAIL, REFUSED) or silence, from two places",
    ),
    Cause(
        id="route_beyond_edge",
        domain=FaultDomain.NETWORK,
        destination=Destination.NETWORK_OPERATIONS,
        title="The way from the customer's address to the internet is broken beyond the edge",
        needs=(must("internet_unreachable"), must_not("gateway_unreachable")),
        # No neighbour is its control: our pings to neighbours tell of their way in, not of what
        # they reach themselves, and their routers are not ours to ask. A second subscriber of the
        # node who meets it confirms it as an incident of the area.
        supports=(
            when("internet_unreachable", 2.8),
            # The edge and the operator's own answer the router, the world neither it nor us.
            when("world_out_of_reach", 7.0),
            unless("operator_reference_fails", 1.5),
            when("platform_fails_from_home", 0.5),
        ),
        against=(when("operator_reference_fails", -4.0), when("router_sends_astray", -6.0)),
        explains=(
            "world_out_of_reach",
            "operator_reference_fails",
            "internet_unreachable",
            "router_dns_fails",
            "router_direct_dns_fails",
            "router_http_fails",
            "platform_unreachable",
            "platform_fails",
            "platform_fails_from_home",
        ),
        shifts=((SITE, 0.3),),
        next_action="Check routes and filters for the customer's address range at the edge.",
        tell_customer="Your traffic does not find its way beyond our network. Our engineers are"
        " correcting that.",
        source="the gateway answers, the reference does not, from our side it is good",
    ),
)
