"""Causes that are told by where the fault lies: between the last point good and the first bad.

They name no part; a known cause that stands explains the same findings with more weight.
"""

from __future__ import annotations

from typing import Final

from cpe_diag.domain.verdict import Destination, FaultDomain
from cpe_diag.judge.cause import NO_INTERNET, SITE, Cause, must, must_not, unless, when

CAUSES_ENCLOSED: Final[tuple[Cause, ...]] = (
    Cause(
        id="site_way_unexplained",
        domain=FaultDomain.NETWORK,
        destination=Destination.NETWORK_OPERATIONS,
        title="A site that others reach is out of reach, or late, for our side and the home alike",
        needs=(must("site_lost_here"),),
        supports=(when("site_lost_here", 4.2),),
        against=(
            when("site_way_missing", -3.0),
            when("platform_turns_us_away", -5.0),
            when("platform_certificate_bad", -5.0),
            when("tls_held_back", -5.0),
            when("resolver_lies", -5.0),
            when("platform_one_family", -5.0),
        ),
        explains=(
            "site_lost_here",
            "platform_fails_only_here",
            "platform_slow",
            "platform_uneven",
            "platform_unreachable",
            "platform_long_packets_lost",
            "platform_tls_fails",
            "platform_name_fails",
            "platform_fails_from_home",
            "platform_fails",
        ),
        shifts=((SITE, 0.3),),
        where=True,
        next_action="Trace the way to the site from our side and from elsewhere: routes, peering"
        " and filters of ours; then ask the site's owner whether he drops our address range.",
        tell_customer="The site works elsewhere, and cannot be reached from our network. Our"
        " engineers are informed; your equipment is well.",
        source="enclosure: the reference is good from our side and the home, the site is silent or"
        " late to both, and a vantage outside of our network gets it",
    ),
    Cause(
        id="secure_web_blocked",
        domain=FaultDomain.NETWORK,
        destination=Destination.NETWORK_OPERATIONS,
        title="A filter on the operator's side drops TLS where plain HTTP passes",
        needs=(must("tls_held_back"),),
        supports=(when("tls_held_back", 5.5), when("tls_from_home_held_back", 1.0)),
        explains=(
            "tls_held_back",
            "tls_from_home_held_back",
            "platform_unreachable",
            "platform_one_family",
            "platform_fails_from_home",
            "platform_fails_only_here",
            "platform_errors",
        ),
        shifts=((SITE, 0.3),),
        next_action="Look for a filter on TCP port 443 beyond the edge, by both families.",
        tell_customer="Secure pages do not get through a part of our network. Our engineers are"
        " informed; the site itself is well, and so is your equipment.",
        source="the reference's plain page comes and its TLS does not, from our own side as well",
    ),
    Cause(
        id="service_blocked",
        domain=FaultDomain.NETWORK,
        destination=Destination.NETWORK_OPERATIONS,
        title="What the router sends for names or pages is lost between it and the operator's"
        " servers, where pings pass",
        needs=(must_not("operator_reference_fails"),),
        supports=(when("names_held_back", 5.0), when("web_held_back", 4.2)),
        against=(
            when("conntrack_full", -3.0),
            when("chosen_resolver_dead", -1.0),
            when("lan_wan_overlap", -3.0),
            when("wan_behind_router", -2.0),
        ),
        explains=(
            "names_held_back",
            "web_held_back",
            "router_direct_dns_fails",
            "router_dns_fails",
            "router_http_fails",
            "chosen_resolver_dead",
            "platform_fails_from_home",
        ),
        next_action="Look for a filter at the edge, or beyond it, on UDP and TCP port 53 or TCP"
        " port 80 for this home's address; ask a neighbour whether it is alone.",
        tell_customer="Part of your traffic is held back in our network. Our engineers are"
        " informed; your equipment is well.",
        source="enclosure: the router's pings come back, one service of it does not, no rule of"
        " the router ends it, and the same service is good from the operator's side",
    ),
    Cause(
        id="router_mute",
        domain=FaultDomain.ROUTER,
        destination=Destination.SECOND_LINE,
        title="The router has a link and sends nothing: it hangs, or has lost address or route",
        needs=(
            must("home_mute"),
            must_not("operator_reference_fails"),
            must_not("port_down"),
            must_not("mac_in_wrong_vlan"),
        ),
        supports=(when("home_mute", 4.0),),
        against=(
            when("lights_off", -4.0),
            when("wan_cable_out", -4.0),
            when("port_locked", -4.0),
            when("node_silent", -2.0),
            unless("router_unreachable", -4.0),
        ),
        explains=("home_mute", "router_unreachable", "port_idle", "router_hung"),
        shifts=((NO_INTERNET, 0.2),),
        next_action="Have the router restarted; if it comes back, look at how it takes its address"
        " and its default route, and replace it if it hangs again.",
        tell_customer="Your router is connected to our network and says nothing any more. Please"
        " pull its power plug, wait ten seconds and plug it in again.",
        source="enclosure: neighbours on the node answer, the router's link is up and its address"
        " was learned, and no frame comes from it while it is spoken to",
    ),
    Cause(
        id="network_unexplained",
        domain=FaultDomain.NETWORK,
        destination=Destination.NETWORK_OPERATIONS,
        title="The fault lies between the access node and the operator's edge, or in what is set"
        " there for this home",
        needs=(
            must("home_cut_off"),
            must_not("operator_reference_fails"),
            must_not("port_down"),
            must_not("mac_in_wrong_vlan"),
        ),
        supports=(when("home_cut_off", 3.8),),
        against=(
            when("lights_off", -3.0),
            when("wan_cable_out", -4.0),
            when("dhcp_server_silent", -4.0),
            when("dhcp_pool_empty", -4.0),
            when("node_silent", -2.0),
            unless("router_unreachable", -4.0),
        ),
        explains=("home_cut_off", "router_unreachable", "port_idle", "router_hung"),
        shifts=((NO_INTERNET, 0.2),),
        where=True,
        next_action="Compare the edge's neighbour table, session and filters of this home with the"
        " hardware address that the node has learned; look at filters of the port.",
        tell_customer="Your router sends to our network, and gets no answer through. We look for"
        " the reason on our side first.",
        source="enclosure: the neighbours on the node answer our side, the home's frames arrive at"
        " the node in the right VLAN, and nothing comes back from the home's address",
    ),
)
