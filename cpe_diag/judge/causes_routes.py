"""Causes in where the router sends the home's packets: its routes, its forwards, its queues."""

from __future__ import annotations

from typing import Final

from cpe_diag.domain.verdict import Destination, FaultDomain
from cpe_diag.judge.cause import SITE, SLOW, Cause, must, must_not, when

CAUSES_ROUTES: Final[tuple[Cause, ...]] = (
    Cause(
        id="edge_route_to_site",
        domain=FaultDomain.NETWORK,
        destination=Destination.NETWORK_OPERATIONS,
        title="The operator's network has no way to the site, which is well elsewhere",
        needs=(must("site_way_missing"),),
        supports=(when("site_way_missing", 4.6),),
        against=(when("router_sends_astray", -6.0), when("router_drops_site", -6.0)),
        explains=(
            "site_way_missing",
            "platform_unreachable",
            "platform_fails_only_here",
            "platform_fails_from_home",
            "platform_one_family",
            "platform_fails",
        ),
        shifts=((SITE, 0.3),),
        next_action="Look at the edge's routes to the site's network and at filters; trace the"
        " way there from the edge.",
        tell_customer="The way from our network to this site is broken. Our engineers are"
        " correcting that; your connection is well.",
        source="RFC 1812, section 5.2.7.1 (destination unreachable), while a vantage elsewhere is"
        " served",
    ),
    Cause(
        id="router_static_route",
        domain=FaultDomain.ROUTER,
        destination=Destination.SECOND_LINE,
        title="A route or a rule of the router's sends the home's traffic where nobody takes it",
        needs=(must("router_sends_astray"),),
        supports=(when("router_sends_astray", 6.0),),
        explains=(
            "router_sends_astray",
            "internet_unreachable",
            "internet_loss",
            "router_direct_dns_fails",
            "router_dns_fails",
            "router_http_fails",
            "chosen_resolver_dead",
            "nat_missing",
            "router_loses_home",
            "ipv6_unreachable",
            "ipv6_prefix_unreachable",
            "platform_fails_from_home",
            "device_unanswering",
            "device_connects_in_vain",
            "device_gets_no_pages",
            "device_no_way_out",
            "home_connects_in_vain",
            "home_heard_in_vain",
            "home_ipv6_in_vain",
            "home_lost_in_router",
        ),
        next_action="Take the route (or the tunnel or rule that sets it) out of the router's"
        " settings; look whether somebody still needs it.",
        tell_customer="A setting of your router sends part of your traffic the wrong way. We will"
        " correct it with you.",
        source="ip-route(8), ip-rule(8): the longest prefix of the first table that knows a way",
    ),
    Cause(
        id="router_port_forward",
        domain=FaultDomain.ROUTER,
        destination=Destination.SECOND_LINE,
        title="A port forward of the router's takes what the home sends to the world",
        needs=(must("router_diverts_pages"),),
        supports=(when("router_diverts_pages", 5.5),),
        explains=(
            "router_diverts_pages",
            "platform_fails_from_home",
            "device_unanswering",
            "device_connects_in_vain",
            "device_gets_no_pages",
            "device_no_way_out",
            "device_dns_dead",
        ),
        next_action="Restrict the forward to what comes in by the WAN, or to the WAN's address.",
        tell_customer=(
            "A setting of your router that lets others reach one of your devices also takes what"
            " your own devices send out. We will correct it with you."
        ),
        source="nft(8), NAT STATEMENTS: dnat at prerouting, with nothing that spares the home",
    ),
    Cause(
        id="router_unexplained",
        domain=FaultDomain.ROUTER,
        destination=Destination.SECOND_LINE,
        title="The router's own traffic comes back, the home's is lost in the router",
        where=True,
        needs=(must_not("internet_unreachable"),),
        supports=(when("router_loses_home", 4.4), when("home_lost_in_router", 4.4)),
        explains=(
            "router_loses_home",
            "home_lost_in_router",
            "home_connects_in_vain",
            "home_heard_in_vain",
            "home_ipv6_in_vain",
            "home_stalls",
            "device_unanswering",
            "device_connects_in_vain",
            "device_gets_no_pages",
            "device_no_way_out",
        ),
        next_action="Look at its rules of translation (a fixed address that is no longer its own,"
        " a zone without one) and at add-ons; restore a backup.",
        tell_customer="Your router gets through itself, and does not pass on what your devices"
        " ask for. We will correct its settings with you.",
        source="enclosure: the same packets with the router's own address return, its rules"
        " translate the home's; or every page comes to the router itself, and few to several"
        " devices of the home (nf_conntrack, or frames heard on the home's side)",
    ),
    Cause(
        id="router_translation_wrong",
        domain=FaultDomain.ROUTER,
        destination=Destination.SECOND_LINE,
        title="The router sends everything with a fixed address that is not its own",
        needs=(must("router_translates_wrongly"),),
        supports=(when("router_translates_wrongly", 6.0),),
        explains=(
            "router_translates_wrongly",
            "router_loses_home",
            "nat_missing",
            "gateway_unreachable",
            "internet_unreachable",
            "router_direct_dns_fails",
            "router_dns_fails",
            "router_http_fails",
            "chosen_resolver_dead",
            "platform_fails_from_home",
            "device_unanswering",
            "device_connects_in_vain",
            "device_gets_no_pages",
            "device_no_way_out",
        ),
        next_action="Let it translate to the address of its WAN (masquerade); ask whether the line"
        " once had a fixed address.",
        tell_customer="Your router uses an address that is no longer yours. We will correct its"
        " settings with you.",
        source="nft(8), NAT STATEMENTS: snat to an address that the WAN does not have, and no"
        " answer to it",
    ),
    Cause(
        id="router_bandwidth_control",
        domain=FaultDomain.ROUTER,
        destination=Destination.SECOND_LINE,
        title="The router is set to let through far less than what was sold",
        needs=(must("router_shapes_low"),),
        supports=(when("router_shapes_low", 5.0),),
        explains=(
            "router_shapes_low",
            "access_rate_low",
            "access_train_slow",
            "latency_under_load",
            "device_rate_low",
            "device_delay",
            "device_loss",
        ),
        shifts=((SLOW, 0.7),),
        next_action="Switch its bandwidth control (QoS, SQM) off, or set it to the line's rate.",
        tell_customer="Your router is set to hold your traffic back. We will change it with you.",
        source="tc-tbf(8), tc-htb(8), tc-cake(8): a queue with a rate, beside what was sold",
    ),
)
