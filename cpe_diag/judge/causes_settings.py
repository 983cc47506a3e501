"""Causes in the port's settings and its cable, and what floods it from the home."""

from __future__ import annotations

from typing import Final

from cpe_diag.domain.verdict import Destination, FaultDomain
from cpe_diag.judge.cause import (
    DROPS,
    NO_INTERNET,
    ON_ETHERNET,
    SITE,
    SLOW,
    Cause,
    must,
    must_not,
    when,
)

CAUSES_SETTINGS: Final[tuple[Cause, ...]] = (
    Cause(
        id="wrong_profile",
        domain=FaultDomain.NETWORK,
        destination=Destination.NETWORK_OPERATIONS,
        title="The port has another profile than the service that was sold",
        needs=(must("profile_wrong"),),
        supports=(when("profile_wrong", 4.6), when("line_rate_low", 0.7)),
        explains=("profile_wrong", "line_rate_low", "port_speed_low"),
        shifts=((SLOW, 1.2), (NO_INTERNET, -1.0), (SITE, -1.0)),
        next_action="Put the profile of the service on the port.",
        tell_customer="A setting of your connection on our side is wrong. We are correcting it.",
        source="the node's profile of the port against the service in the inventory",
    ),
    Cause(
        id="port_security_lock",
        domain=FaultDomain.NETWORK,
        destination=Destination.SECOND_LINE,
        title="Port security has locked the port",
        needs=(must("port_locked"),),
        supports=(when("port_locked", 6.0),),
        explains=(
            "port_locked",
            "port_down",
            "ethernet_link_down",
            "port_changed",
            "port_idle",
            "no_mac_learned",
            "router_unreachable",
            "wan_down",
            "wan_dhcp_unanswered",
            "wan_pppoe_unanswered",
        ),
        next_action="Ask what was plugged in; clear the lock, or raise the number of allowed"
        " devices.",
        tell_customer="A protection in our network has locked your connection, because more or"
        " other devices were seen on it than we know. We will unlock it.",
        source="the vendor's port-security state of the port",
    ),
    Cause(
        id="port_security",
        domain=FaultDomain.NETWORK,
        destination=Destination.SECOND_LINE,
        title="The access node throws away what this home sends: its port is bound to another"
        " router, or does not forward",
        needs=(must("port_takes_no_frames"), must_not("operator_reference_fails")),
        supports=(when("port_takes_no_frames", 5.0),),
        against=(when("lights_off", -3.0), when("neighbours_suffer", -1.0)),
        explains=(
            *("port_takes_no_frames", "no_mac_learned", "router_unreachable", "router_hung"),
            *("wan_down", "wan_dhcp_unanswered", "wan_pppoe_unanswered", "port_idle"),
        ),
        shifts=((NO_INTERNET, 0.2),),
        next_action="Look at what the port allows: a fixed or first-seen hardware address, 802.1X,"
        " a filter, or spanning tree; bind it to the router that is there now.",
        tell_customer="Our network does not accept what your router sends, perhaps because it was"
        " exchanged. We are correcting that on our side.",
        source="IEEE 802.1Q, section 8.7: whole frames come in by the port, and their sender is"
        " not learned",
    ),
    Cause(
        id="cable_pair_broken",
        domain=FaultDomain.NETWORK,
        destination=Destination.FIELD_TECHNICIAN,
        title="A pair of the Ethernet cable to the home is broken",
        technologies=ON_ETHERNET,
        needs=(must("cable_pair_bad"),),
        supports=(
            when("cable_pair_bad", 5.0),
            when("port_speed_low", 0.7),
        ),
        explains=(
            "cable_pair_bad",
            "port_speed_low",
            "port_down",
            "ethernet_link_down",
            "port_changed",
            "port_errors_growing",
            "no_mac_learned",
            "router_unreachable",
            "wan_no_carrier",
            "wan_link_flaps",
            "gateway_loss",
            "way_in_loss",
            "internet_loss",
        ),
        shifts=((SLOW, 0.5), (DROPS, 0.5)),
        next_action="Send a technician to the place that the cable test names.",
        tell_customer="The cable to your home is damaged. We know where, and a technician will"
        " mend it.",
        source="time-domain reflectometry by the access switch",
    ),
    Cause(
        id="port_power_fault",
        domain=FaultDomain.NETWORK,
        destination=Destination.FIELD_TECHNICIAN,
        title="The port cannot feed the device at its end (PoE)",
        needs=(must("port_power_fault"), must("port_down")),
        supports=(when("port_power_fault", 5.0),),
        explains=(
            "port_power_fault",
            "port_down",
            "ethernet_link_down",
            "port_changed",
            "no_mac_learned",
            "router_unreachable",
        ),
        next_action="Check cable and device for a short circuit, and the power budget of the"
        " switch.",
        tell_customer="The device at your end gets no power over its cable. A technician will look"
        " at it.",
        source="POWER-ETHERNET-MIB pethPsePortDetectionStatus fault(4), RFC 3621",
    ),
    Cause(
        id="home_loop",
        domain=FaultDomain.DEVICE,
        destination=Destination.DEVICE_SUPPORT,
        title="Two sockets in the home are plugged into each other",
        needs=(must("broadcast_storm"),),
        supports=(when("broadcast_storm", 5.0),),
        explains=(
            "broadcast_storm",
            "port_saturated",
            "router_strained",
            "gateway_loss",
            "way_in_loss",
            "internet_loss",
            "latency_high",
        ),
        shifts=((SLOW, 0.5),),
        next_action="Have the customer unplug all cables but the one to the wall, and put them"
        " back one by one.",
        tell_customer="Somewhere in your home a cable seems to be plugged into two sockets of the"
        " same network. Please unplug the cables one by one until it works again.",
        source="IF-MIB ifHCInBroadcastPkts (RFC 2863)",
    ),
)
