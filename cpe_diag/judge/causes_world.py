"""Causes beyond the operator's edge that several places of the world suffer from alike."""

from __future__ import annotations

from typing import Final

from cpe_diag.domain.verdict import Destination, FaultDomain
from cpe_diag.judge.cause import DROPS, NO_INTERNET, SITE, SLOW, Cause, must, must_not, when

HURT: Final = (
    "router_http_fails",
    "platform_slow",
    "platform_uneven",
    "platform_unreachable",
    "platform_fails",
    "platform_fails_from_home",
    "home_connects_in_vain",
    "home_heard_in_vain",
    "home_ipv6_in_vain",
    "home_stalls",
    "home_lost_in_router",
    "device_connects_in_vain",
    "device_gets_no_pages",
    "device_no_way_out",
)

CAUSES_WORLD: Final[tuple[Cause, ...]] = (
    Cause(
        id="core_congested",
        domain=FaultDomain.NETWORK,
        destination=Destination.NETWORK_OPERATIONS,
        title="The operator's way to the world is full, or loses packets",
        needs=(must_not("gateway_loss"),),
        supports=(
            when("world_slow", 4.8),
            when("core_queued", 4.6),
            when("core_rate_low", 4.0),
            when("internet_loss", 0.5),
        ),
        against=(
            when("conntrack_full", -3.0),
            when("neighbours_suffer", -1.0),
            when("world_far", -5.0),
        ),
        explains=(
            *("world_slow", "core_queued", "core_rate_low", "internet_loss", "internet_delay"),
            "access_rate_low",
            *("operator_reference_fails", "site_lost_here", "latency_under_load"),
            *HURT,
        ),
        shifts=((SLOW, 0.5), (DROPS, 0.3), (SITE, 0.3)),
        next_action="Look at the load and the errors of the ways to other networks: transit,"
        " peering, the border routers; move traffic to another one.",
        tell_customer="Our connections to other networks are very busy at the moment. Our"
        " engineers are informed; it is nothing in your home.",
        source="RFC 2681, RFC 2680: several places of different owners are slow or lossy from the"
        " operator's side and from the router alike, the way to the edge is good",
    ),
    Cause(
        id="cgn_ports_exhausted",
        domain=FaultDomain.NETWORK,
        destination=Destination.NETWORK_OPERATIONS,
        title="New connections of this home are lost behind the operator's edge: its shared"
        " address has no ports left, or something there limits them",
        needs=(must("router_connects_in_vain"), must_not("operator_reference_fails")),
        supports=(when("router_connects_in_vain", 5.0), when("flows_lost", 0.5)),
        against=(
            when("access_train_slow", -4.0),  # whoever waits in a full line comes late
            when("pages_are_anothers", -3.0),
            when("router_keeps_few_ports", -6.0),
            when("wan_behind_router", -2.0),
            when("router_strained", -1.0),
        ),
        explains=(
            *("router_connects_in_vain", "flows_lost", "web_held_back", "internet_loss"),
            *("tls_from_home_held_back", "access_rate_low", "resolver_turns_home_away"),
            *("router_direct_dns_fails", "router_dns_fails", "chosen_resolver_dead"),
            *HURT,
        ),
        shifts=((SLOW, 0.5), (NO_INTERNET, 0.2), (SITE, 0.2)),
        next_action="Look at the edge's translation of addresses for this home: ports in use of"
        " its share, limits of sessions, and each of the parallel ways behind it.",
        tell_customer="Part of your connections gets lost in our network. Our engineers are"
        " informed; your equipment is well.",
        source="RFC 6888, REQ-4 and REQ-5 (limits of ports and state for each subscriber); RFC"
        " 6269, section 5: connections fail, those that are open and pings do not",
    ),
    Cause(
        id="walled_garden",
        domain=FaultDomain.NETWORK,
        destination=Destination.ACCOUNTS,
        title="The operator's edge gives this home a page of its own in place of every other",
        needs=(must("pages_are_anothers"),),
        supports=(when("pages_are_anothers", 5.5),),
        explains=(
            *("pages_are_anothers", "internet_unreachable", "internet_loss", "web_held_back"),
            *("tls_held_back", "tls_from_home_held_back", "router_connects_in_vain"),
            *("router_loses_home", "ipv6_unreachable", "ipv6_prefix_unreachable", "flows_lost"),
            *("names_held_back", "router_direct_dns_fails", "resolver_turns_home_away"),
            *HURT,
        ),
        shifts=((NO_INTERNET, 0.3),),
        next_action="Look at the account: unpaid, paused, in quarantine, or not yet accepted? If"
        " it is in order, take the redirect of this home off the edge and renew its session.",
        tell_customer="Our network leads your pages to one of our own. We are looking at your"
        " account's settings, and will take that away if it is in order.",
        source="RFC 8952, section 2 (captive portals): places with nothing in common answer the"
        " router alike, and not the operator's side",
    ),
)
