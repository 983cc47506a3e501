"""Causes in the operator's access network: the node, the port, the line to the home."""

from __future__ import annotations

from typing import Final

from cpe_diag.domain.subscriber import DSL, Technology
from cpe_diag.domain.verdict import Destination, FaultDomain
from cpe_diag.judge.cause import (
    DROPS,
    NO_INTERNET,
    SITE,
    SLOW,
    Cause,
    must,
    must_not,
    unless,
    when,
)

ETHERNET: Final = frozenset({Technology.ETHERNET})
COPPER: Final = DSL | ETHERNET

CAUSES_ACCESS: Final[tuple[Cause, ...]] = (
    Cause(
        id="node_outage",
        domain=FaultDomain.NETWORK,
        destination=Destination.NETWORK_OPERATIONS,
        title="The access node, or a part of it, is out of service",
        supports=(
            when("node_dark", 4.2),
            when("neighbours_down", 5.0),
            when("node_silent", 2.0),
            when("router_unreachable", 0.7),
            when("node_restarted", 2.5),
        ),
        against=(
            unless("router_unreachable", -5.0),
            unless("neighbours_down", -2.0),
            unless("port_down", -2.5),
            when("lights_off", -1.2),
        ),
        explains=(
            "node_dark",
            "node_silent",
            "node_restarted",
            "neighbours_down",
            "port_down",
            "ethernet_link_down",
            "port_changed",
            "line_out_of_sync",
            "line_signal_lost",
            "router_unreachable",
            "no_mac_learned",
            "lights_off",
        ),
        next_action="Open or join the incident for this access node; check its power and uplink."
        " If other homes on it work, check our own SNMP access to it instead.",
        tell_customer="There is a disturbance in our network in your area. Our engineers are"
        " informed; there is nothing that you need to do.",
        source="SNMP and the customer's router are both away while our own side is well, or"
        " several ports went down together",
    ),
    Cause(
        id="node_agent_silent",
        domain=FaultDomain.NETWORK,
        destination=Destination.NETWORK_OPERATIONS,
        title="The access node carries traffic but leaves our SNMP questions unanswered",
        needs=(must("node_silent"), must_not("router_unreachable")),
        supports=(
            when("node_silent", 2.0),
            unless("router_unreachable", 2.0),
            unless("internet_unreachable", 0.5),
        ),
        explains=("node_silent",),
        bystander=True,
        shifts=((SLOW, -1.5), (DROPS, -1.5)),
        next_action="Check the SNMP agent of the access node, and whether our community or user"
        " is still accepted there (SNMPv2c stays silent on a wrong community).",
        tell_customer="One of our own systems does not answer us. We are checking that; it does"
        " not affect your service, and it is nothing in your home.",
        source="RFC 3584, section 5.2.1: an agent drops a v2c message with a wrong community",
    ),
    Cause(
        id="port_shut",
        domain=FaultDomain.NETWORK,
        destination=Destination.SECOND_LINE,
        title="The subscriber's port is switched off on the access node",
        needs=(must("port_admin_down"),),
        supports=(when("port_admin_down", 7.0),),
        explains=(
            "port_admin_down",
            "port_down",
            "ethernet_link_down",
            "port_changed",
            "line_out_of_sync",
            "line_signal_lost",
            "no_mac_learned",
            "router_unreachable",
        ),
        next_action="Find out why the port is shut (order, bill, abuse, mistake); open it if there"
        " is no reason.",
        tell_customer="Your connection is switched off on our side at the moment. We are finding"
        " out why and will switch it on again as soon as we may.",
        source="IF-MIB ifAdminStatus (RFC 2863)",
    ),
    Cause(
        id="line_cut",
        domain=FaultDomain.NETWORK,
        destination=Destination.FIELD_TECHNICIAN,
        title="The line between the access node and the home is interrupted",
        technologies=COPPER,
        needs=(must("port_down"), must_not("port_admin_down")),
        supports=(
            when("port_down", 2.0),
            when("line_signal_lost", 4.0),
            unless("far_end_power_lost", 0.7),
            unless("lights_off", 2.0),
            unless("neighbours_down", 0.3),
        ),
        against=(
            when("far_end_power_lost", -6.0),
            when("lights_off", -2.5),
            when("neighbours_down", -4.0),
            unless("line_signal_lost", -2.5),
            unless("router_unreachable", -4.0),
        ),
        explains=(
            "port_down",
            "ethernet_link_down",
            "port_changed",
            "line_out_of_sync",
            "line_signal_lost",
            "no_mac_learned",
            "router_unreachable",
        ),
        next_action="Send a technician to measure the line from the access node to the wall.",
        tell_customer="The line to your home is interrupted. A technician has to look at it; we"
        " will agree on a time with you.",
        source="RFC 5650 xdsl2LineStatusXtur: LOS without LPR",
    ),
    Cause(
        id="line_noise",
        domain=FaultDomain.NETWORK,
        destination=Destination.FIELD_TECHNICIAN,
        title="The DSL line is disturbed",
        technologies=DSL,
        needs=(must_not("line_out_of_sync"),),
        supports=(
            when("line_margin_low", 4.0),
            when("line_errors_high", 3.5),
            when("line_retraining", 0.7),
        ),
        against=(unless("line_margin_low", -0.5), unless("line_errors_high", -0.5)),
        explains=(
            "line_margin_low",
            "line_errors_high",
            "line_rate_low",
            "line_retraining",
            "port_errors_growing",
            "port_changed",
            "wan_link_flaps",
            "gateway_loss",
            "internet_loss",
            "latency_high",
        ),
        shifts=((SLOW, 0.7), (DROPS, 1.0)),
        next_action="Send a technician to look for the disturbance: joints, wiring in the home,"
        " a power supply close by.",
        tell_customer="Something disturbs the line to your home. A technician will find and mend"
        " it; we will agree on a time with you.",
        source="RFC 5650 noise margin and errored seconds",
    ),
    Cause(
        id="line_retrains",
        domain=FaultDomain.NETWORK,
        destination=Destination.FIELD_TECHNICIAN,
        title="The DSL line loses its connection again and again",
        technologies=DSL,
        needs=(must("line_retraining"),),
        supports=(when("line_retraining", 5.0), when("wan_link_flaps", 0.5)),
        against=(
            when("line_margin_low", -1.5),
            when("line_errors_high", -1.0),
            when("router_restarted", -1.5),
            when("router_crash_logged", -2.0),
        ),
        explains=(
            "line_retraining",
            "port_changed",
            "port_down",
            "wan_link_flaps",
            "line_errors_high",
        ),
        shifts=((DROPS, 1.0),),
        next_action="Have the line's profile checked, then send a technician to the joints.",
        tell_customer="The line to your home loses its connection from time to time. We are taking"
        " care of it.",
        source="RFC 5650 xdsl2PMLInitCurr15MFullInits",
    ),
    Cause(
        id="line_rate_low",
        domain=FaultDomain.NETWORK,
        destination=Destination.NETWORK_OPERATIONS,
        title="The line runs slower than the service that was sold",
        supports=(
            when("line_rate_low", 5.5),
            when("port_speed_low", 5.0),
        ),
        against=(
            when("line_margin_low", -2.5),
            when("line_errors_high", -2.0),
            when("port_duplex_wrong", -2.0),
        ),
        explains=("line_rate_low", "port_speed_low"),
        shifts=((SLOW, 1.0), (NO_INTERNET, -1.5), (SITE, -1.5)),
        next_action="Check the line profile against the service; correct it or offer what the"
        " line can carry.",
        tell_customer="Your line runs slower than it should. We are correcting its settings on"
        " our side.",
        source="RFC 5650 xdsl2ChStatusActDataRate against the service in the inventory",
    ),
    Cause(
        id="port_errors",
        domain=FaultDomain.NETWORK,
        destination=Destination.FIELD_TECHNICIAN,
        title="Packets arrive damaged on the subscriber's port",
        needs=(must("port_errors_growing"),),
        supports=(when("port_errors_growing", 4.2), unless("neighbours_have_errors", 0.5)),
        against=(when("neighbours_have_errors", -2.5),),
        explains=("port_errors_growing", "gateway_loss", "internet_loss", "router_http_fails"),
        shifts=((SLOW, 0.7), (DROPS, 0.7)),
        next_action="Have cable, plugs and optics of this port checked.",
        tell_customer="Data is damaged on the line to your home. A technician will check the"
        " cable and plugs.",
        source="EtherLike-MIB dot3StatsFCSErrors (RFC 3635)",
    ),
    Cause(
        id="duplex_mismatch",
        domain=FaultDomain.NETWORK,
        destination=Destination.NETWORK_OPERATIONS,
        title="The two ends of the Ethernet link disagree on duplex",
        technologies=ETHERNET,
        needs=(must("port_duplex_wrong"),),
        supports=(when("port_duplex_wrong", 5.5),),
        explains=(
            "port_duplex_wrong",
            "port_errors_growing",
            "port_speed_low",
            "gateway_loss",
            "internet_loss",
            "latency_high",
            "router_http_fails",
        ),
        shifts=((SLOW, 0.7),),
        next_action="Set both ends of the link to auto-negotiation.",
        tell_customer="A setting of your connection on our side is wrong. We are correcting it.",
        source="EtherLike-MIB dot3StatsDuplexStatus, dot3StatsLateCollisions (RFC 3635)",
    ),
    Cause(
        id="wrong_vlan",
        domain=FaultDomain.NETWORK,
        destination=Destination.NETWORK_OPERATIONS,
        title="The port puts the customer's traffic into the wrong VLAN",
        supports=(
            when("mac_in_wrong_vlan", 6.0),
            when("port_vlan_wrong", 3.2),
            when("wan_down", 1.0),
            when("wan_dhcp_unanswered", 1.5),
            when("wan_pppoe_unanswered", 1.5),
        ),
        against=(
            unless("wan_down", -3.0),
            unless("mac_in_wrong_vlan", -3.0),
            unless("port_vlan_wrong", -3.0),
        ),
        explains=(
            "mac_in_wrong_vlan",
            "port_vlan_wrong",
            "wan_down",
            "wan_dhcp_unanswered",
            "wan_pppoe_unanswered",
            "gateway_unreachable",
            "internet_unreachable",
        ),
        next_action="Correct the VLAN of the port to that of the service.",
        tell_customer="A setting of your connection on our side is wrong. We are correcting it.",
        source="Q-BRIDGE-MIB dot1qTpFdbPort (RFC 4363) against the VLAN in the inventory",
    ),
)
