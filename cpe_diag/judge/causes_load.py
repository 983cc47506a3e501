"""Causes by which packets are lost or late, or too few come through: core, access line, home."""

from __future__ import annotations

from typing import Final

from cpe_diag.domain.verdict import Destination, FaultDomain
from cpe_diag.judge.cause import (
    DROPS,
    NO_INTERNET,
    ONE_DEVICE,
    SITE,
    SLOW,
    WIFI_TROUBLE,
    Cause,
    must,
    must_not,
    unless,
    when,
)

OF_A_LINE: Final = ((SLOW, 0.5), (DROPS, 0.5), (WIFI_TROUBLE, -0.5))
OF_A_LINK: Final = ((SLOW, 0.5), (DROPS, 0.3), (ONE_DEVICE, 0.5), (SITE, -1.0))

CAUSES_LOAD: Final[tuple[Cause, ...]] = (
    Cause(
        id="core_loss",
        domain=FaultDomain.NETWORK,
        destination=Destination.NETWORK_OPERATIONS,
        title="Packets are lost beyond the operator's edge",
        needs=(must("internet_loss"), must_not("gateway_loss")),
        supports=(when("internet_loss", 4.5), unless("gateway_loss", 1.0)),
        explains=(
            "internet_loss",
            "internet_delay",
            "world_far",
            "world_slow",
            "access_rate_low",
            "router_http_fails",
            "operator_reference_fails",
        ),
        shifts=OF_A_LINE,
        next_action="Check the links between edge and core for errors and congestion.",
        tell_customer="Part of your traffic is lost in our network. Our engineers are informed.",
        source="no loss to the edge, loss to the reference host beyond it, by Fisher's exact test",
    ),
    Cause(
        id="core_delay",
        domain=FaultDomain.NETWORK,
        destination=Destination.NETWORK_OPERATIONS,
        title="The way beyond the operator's edge is too slow",
        needs=(must("internet_delay"),),
        supports=(
            when("internet_delay", 4.5),
            when("world_far", 1.5),
            unless("latency_high", 0.5),
            unless("gateway_jitter", 0.3),
        ),
        explains=(
            "internet_delay",
            "access_rate_low",
            "router_http_fails",
            "operator_reference_fails",
            "platform_slow",
        ),
        shifts=OF_A_LINE,
        next_action="Check routes and congestion between edge and core: a detour, or a full link.",
        tell_customer="Your traffic is slowed down in our network. Our engineers are informed.",
        source="RFC 2681: round trips to the edge against those to the reference behind it",
    ),
    Cause(
        id="uplink_congested",
        domain=FaultDomain.NETWORK,
        destination=Destination.NETWORK_OPERATIONS,
        title="The uplink of the access node is full",
        supports=(
            when("neighbours_suffer", 5.0),
            when("gateway_loss", 0.5),
            when("latency_high", 0.5),
        ),
        against=(unless("neighbours_suffer", -2.0), when("port_saturated", -1.0)),
        explains=(
            "neighbours_suffer",
            "gateway_loss",
            "way_in_loss",
            "gateway_jitter",
            "latency_high",
            "internet_loss",
            "internet_delay",
            "access_rate_low",
            "access_train_slow",
            "latency_under_load",
            "router_http_fails",
        ),
        shifts=OF_A_LINE,
        next_action="Check the load of the node's uplink; widen it, or move homes elsewhere.",
        tell_customer="Our network is very busy in your area at the moment. Our engineers are"
        " informed; it is nothing in your home.",
        source="IF-MIB octet counters of the uplink; the same loss or delay of several homes",
    ),
    Cause(
        id="uplink_flapping",
        domain=FaultDomain.NETWORK,
        destination=Destination.NETWORK_OPERATIONS,
        title="What the homes of this access node share, its uplink first, fails for moments",
        needs=(must("ways_flap"),),
        supports=(when("ways_flap", 5.2), when("neighbours_suffer", 0.5)),
        explains=(
            *("ways_flap", "neighbours_suffer", "gateway_loss", "way_in_loss", "gateway_jitter"),
            *("latency_high", "internet_loss", "internet_delay", "gateway_unreachable"),
            *("internet_unreachable", "router_direct_dns_fails", "router_dns_fails"),
            *("router_http_fails", "router_unreachable", "router_hung", "access_rate_low"),
            *("resolver_drops", "flows_lost", "home_away_at_times"),
        ),
        shifts=((DROPS, 0.7),),
        next_action="Look at the link and the optics of the node's uplink, at its log, and at the"
        " ring or protection that it belongs to.",
        tell_customer="The connection of your area is lost for moments. Our engineers are"
        " informed; it is nothing in your home.",
        source="RFC 2680: packets to several homes of one node lost at the same moments, those to"
        " the reference answered",
    ),
    Cause(
        id="access_loss",
        domain=FaultDomain.NETWORK,
        destination=Destination.FIELD_TECHNICIAN,
        title="Packets are lost on the line between the home and the operator's edge",
        supports=(
            when("gateway_loss", 4.0),
            # Less than what the router itself sees: one that is too busy leaves pings unanswered.
            when("way_in_loss", 3.6),
            unless("neighbours_suffer", 0.7),
            unless("port_saturated", 0.3),
        ),
        against=(when("neighbours_suffer", -4.0), when("port_saturated", -2.0)),
        explains=(
            "gateway_loss",
            "way_in_loss",
            "router_hung",
            "internet_loss",
            "access_rate_low",
            "gateway_jitter",
            "router_http_fails",
            "router_dns_fails",
            "router_direct_dns_fails",
            "platform_fails_from_home",
        ),
        shifts=OF_A_LINE,
        next_action="Check the port's counters over a day; have cable, plugs and optics checked.",
        tell_customer="Part of your traffic is lost on the line to your home. We are taking care"
        " of it, and will agree on a time with you if a technician has to come.",
        source="RFC 2680: loss to the edge and to the reference behind it, neighbours are well",
    ),
    Cause(
        id="access_delay",
        domain=FaultDomain.NETWORK,
        destination=Destination.NETWORK_OPERATIONS,
        title="The line between the home and the operator's edge is slow to answer",
        supports=(
            when("latency_high", 3.8),
            when("gateway_jitter", 3.8),
            unless("neighbours_suffer", 0.5),
            unless("port_saturated", 0.3),
        ),
        against=(
            when("neighbours_suffer", -4.0),
            when("port_saturated", -3.0),
            when("router_strained", -1.5),
        ),
        explains=(
            "latency_high",
            "gateway_jitter",
            "access_rate_low",
            "latency_under_load",
            "router_http_fails",
            "platform_slow",
        ),
        shifts=OF_A_LINE,
        next_action="Check the line's interleaving and profile, and queues between node and edge.",
        tell_customer="Your line answers too slowly. We are correcting that on our side.",
        source="RFC 2681 and RFC 3393: round trips of an idle line and their variation",
    ),
    Cause(
        id="access_rate",
        domain=FaultDomain.NETWORK,
        destination=Destination.NETWORK_OPERATIONS,
        title="The line lets through much less than what was sold",
        supports=(
            when("access_train_slow", 4.0),
            when("access_rate_low", 3.8),
            when("latency_under_load", 0.5),
            unless("port_saturated", 0.3),
        ),
        against=(
            when("port_saturated", -2.0),
            when("neighbours_suffer", -2.0),
            unless("access_rate_low", -4.0),
        ),
        explains=(
            "access_rate_low",
            "access_train_slow",
            "latency_under_load",
            "latency_high",
            "gateway_jitter",
            "gateway_loss",
            "way_in_loss",
            "internet_loss",
            "internet_delay",
            "router_http_fails",
        ),
        shifts=((SLOW, 1.0), (NO_INTERNET, -1.5), (SITE, -1.0), (ONE_DEVICE, -1.0)),
        next_action="Check shaper and profile of this subscriber on node and edge against what"
        " was sold.",
        tell_customer="Your line lets through less than it should. We are correcting its settings"
        " on our side.",
        source="RFC 6349: throughput of TCP against what was sold; the same file is fast from"
        " the operator's side",
    ),
    Cause(
        id="home_loss",
        domain=FaultDomain.DEVICE,
        destination=Destination.DEVICE_SUPPORT,
        title="Packets are lost between the router and the device",
        needs=(must("device_loss"),),
        supports=(when("device_loss", 4.2), unless("gateway_loss", 0.3)),
        explains=("device_loss", "device_delay", "device_rate_low", "device_unanswering"),
        shifts=OF_A_LINK,
        next_action="Have the customer use another cable or socket, or go nearer to the router.",
        tell_customer="Part of the traffic is lost between your router and your device. Please try"
        " another cable, or go nearer to the router.",
        source="RFC 2680: loss from the router to the device, by the exact binomial test",
    ),
    Cause(
        id="home_delay",
        domain=FaultDomain.DEVICE,
        destination=Destination.DEVICE_SUPPORT,
        title="The link between the router and the device is slow to answer",
        needs=(must("device_delay"),),
        supports=(
            when("device_delay", 4.0),
            unless("latency_high", 0.3),
            unless("gateway_jitter", 0.3),
        ),
        explains=("device_delay", "device_rate_low", "device_unanswering"),
        shifts=OF_A_LINK,
        next_action="Have the customer connect the device directly to the router by a cable; ask"
        " for repeaters and powerline adapters in between.",
        tell_customer="The connection between your router and your device is slow to answer."
        " Please connect it directly to the router once, without a repeater in between.",
        source="RFC 2681: round trips from the router to the device, those of the line being good",
    ),
    Cause(
        id="home_rate",
        domain=FaultDomain.DEVICE,
        destination=Destination.DEVICE_SUPPORT,
        title="The link between the router and the device lets through too little",
        needs=(must("device_rate_low"),),
        supports=(when("device_rate_low", 4.2), unless("access_rate_low", 0.5)),
        explains=("device_rate_low", "device_delay", "device_loss", "device_unanswering"),
        shifts=OF_A_LINK,
        next_action="Have the customer use another cable or socket, or stand nearer to the router:"
        " the line is faster than the way from the router to the device.",
        tell_customer="Your line is faster than the connection between your router and your"
        " device. Please try another cable, or go nearer to the router.",
        source="Sundaresan, Feamster and Teixeira, PAM 2016: the home's link against the access"
        " link, both seen from the router; dispersion of large packets",
    ),
)
