"""Causes in the operator's resolver beside its silence: it is late, or says what is not true."""

from __future__ import annotations

from typing import Final

from cpe_diag.domain.verdict import Destination, FaultDomain
from cpe_diag.judge.cause import DROPS, SITE, SLOW, Cause, must, unless, when

NO_NAMES: Final = ("router_dns_fails", "router_http_fails", "platform_fails_from_home")
"""What follows in the home wherever a name server that it needs is not there."""

CAUSES_NAMES: Final[tuple[Cause, ...]] = (
    Cause(
        id="dns_resolver_slow",
        domain=FaultDomain.NETWORK,
        destination=Destination.NETWORK_OPERATIONS,
        title="The operator's name servers answer late",
        needs=(must("resolver_slow"),),
        supports=(
            when("resolver_slow", 5.0),
            unless("internet_unreachable", 0.3),
            unless("internet_loss", 0.3),
        ),
        against=(when("internet_loss", -1.5), when("resolver_drops", -5.0)),
        explains=(
            "resolver_slow",
            "router_dns_fails",
            "router_direct_dns_fails",
            "router_http_fails",
            "platform_fails_from_home",
        ),
        shifts=((SLOW, 0.5), (SITE, 0.3)),
        next_action="Look at the resolvers' load and at what they ask themselves.",
        tell_customer="Our name service answers late, so that sites take long to open. Our"
        " engineers are informed.",
        source="RFC 1034, section 5.3.1, and Microsoft KB 2834226: clients ask again after 1 s",
    ),
    Cause(
        id="dns_resolver_lies",
        domain=FaultDomain.NETWORK,
        destination=Destination.NETWORK_OPERATIONS,
        title="The operator's name servers give a wrong address",
        needs=(must("resolver_lies"),),
        supports=(when("resolver_lies", 6.5),),
        explains=(
            "resolver_lies",
            "operator_reference_fails",
            "router_http_fails",
            "platform_name_fails",
            "platform_unreachable",
            "platform_refuses",
            "platform_errors",
            "platform_certificate_bad",
            "platform_turns_us_away",
            "platform_fails_only_here",
            "platform_fails_from_home",
        ),
        next_action="Compare the resolvers' answer with the zone's; empty their cache of the name."
        " See first whether the name is blocked on purpose.",
        tell_customer="Our name service gives a wrong address at the moment, so that sites do not"
        " open. Our engineers are informed.",
        source="ooni/spec, ts-017, dns_consistency and E001: it tells an address that does not"
        " serve the name over TLS, while the known one does",
    ),
    Cause(
        id="dhcp_old_resolver",
        domain=FaultDomain.NETWORK,
        destination=Destination.NETWORK_OPERATIONS,
        title="The line gives the router a name server that does not answer",
        needs=(must("line_names_dead_resolver"),),
        supports=(
            when("line_names_dead_resolver", 5.5),
            when("router_dns_fails", 1.0),
        ),
        explains=(
            "line_names_dead_resolver",
            "chosen_resolver_dead",
            *NO_NAMES,
        ),
        next_action="Correct the name servers that the DHCP server (or the PPPoE server) names to"
        " subscribers; the homes learn of it when they renew their addresses.",
        tell_customer="Our network gives your router the address of a name service that is not"
        " there any more. Our engineers are correcting that; a restart of your router helps then.",
        source="RFC 2132, section 3.8 (option 6), RFC 1877 (PPP): the line names it, nobody has"
        " set it, and it does not answer, while the operator's resolver does",
    ),
    Cause(
        id="router_gives_wrong_dns",
        domain=FaultDomain.ROUTER,
        destination=Destination.SECOND_LINE,
        title="The router sends the home's devices to a name server that does not serve them",
        needs=(must("home_resolver_dead"),),
        supports=(when("home_resolver_dead", 5.5),),
        explains=("home_resolver_dead", "device_dns_dead", "device_gets_no_pages"),
        next_action="Let its DHCP server name the router itself; have the devices reconnect.",
        tell_customer="Your router tells your devices to ask a name service that does not answer."
        " We will correct its settings with you; your devices then need to reconnect.",
        source="RFC 2132, section 3.8: its DHCP server names one that does not answer the router,"
        " while the router gets names itself",
    ),
    Cause(
        id="uplink_member_dead",
        domain=FaultDomain.NETWORK,
        destination=Destination.NETWORK_OPERATIONS,
        title="A share of the flows is lost on the operator's side, as where one way of several"
        " is dead",
        needs=(must("flows_lost"),),
        supports=(when("flows_lost", 5.5), unless("operator_dns_fails", 0.3)),
        explains=(
            "flows_lost",
            "router_direct_dns_fails",
            "platform_uneven",
            "platform_slow",
            "names_held_back",
            "web_held_back",
            "resolver_slow",
            "access_rate_low",
            "ipv6_unreachable",
            *NO_NAMES,
        ),
        shifts=((SLOW, 0.5), (DROPS, 0.3)),
        next_action="Look at each link of the bundles between access node and edge, and at ways of"
        " equal cost: one of them passes nothing and is still used. Ask a neighbour.",
        tell_customer="A part of your connections is lost in our network. Our engineers are"
        " informed; your equipment is well.",
        source="IEEE 802.1AX-2020, section 6.2.4, and RFC 2992: a flow stays on one way of"
        " several; pings, which are one flow, pass",
    ),
)
