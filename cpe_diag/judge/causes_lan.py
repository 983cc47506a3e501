"""Causes between a device and its router: who keeps it out, who leads it astray."""

from __future__ import annotations

from typing import Final

from cpe_diag.domain.verdict import Destination, FaultDomain
from cpe_diag.judge.cause import DROPS, ONE_DEVICE, SLOW, Cause, must, must_not, when

KEPT_OUT: Final = (
    "device_no_lease",
    "device_elsewhere",
    "device_address_foreign",
    "device_absent",
    "device_unanswering",
    "device_idle",
    "device_gets_no_pages",
    "device_sends_elsewhere",
    "only_one_device_affected",
)
"""What a device shows that its router does not let in."""

CAUSES_LAN: Final[tuple[Cause, ...]] = (
    Cause(
        id="router_ignores_device",
        domain=FaultDomain.ROUTER,
        destination=Destination.SECOND_LINE,
        title="The router is set not to serve this device, or leaves its requests unanswered",
        supports=(when("device_refused", 6.0), when("device_dhcp_unanswered", 4.5)),
        against=(
            when("lan_dhcp_not_serving", -4.0),
            when("lan_pool_exhausted", -3.0),
            when("device_outside_home", -4.0),
            when("device_port_cut", -4.0),
            when("device_loss", -3.0),
            when("device_dozes", -3.0),
        ),
        explains=("device_refused", "device_dhcp_unanswered", *KEPT_OUT),
        shifts=((ONE_DEVICE, 1.0),),
        next_action="Look for the device in the router's access control (lists of hardware"
        " addresses, parental control, reserved addresses), and take it off.",
        tell_customer="Your router is set not to let this device in. We will look at the setting"
        " together with you.",
        source="dnsmasq(8), dhcp-host and dhcp-ignore; RFC 2131, section 3.1: a DHCPDISCOVER that"
        " arrives at a server that serves others, and gets no DHCPOFFER",
    ),
    Cause(
        id="router_port_setting",
        domain=FaultDomain.ROUTER,
        destination=Destination.SECOND_LINE,
        title="The router's socket for this device is set apart from the home network",
        supports=(when("device_outside_home", 6.0),),
        explains=("device_outside_home", "device_dhcp_unanswered", *KEPT_OUT),
        shifts=((ONE_DEVICE, 1.0),),
        next_action="Put the socket back into the home's network (bridge, VLAN, port for"
        " television), or have the customer use another socket.",
        tell_customer="The socket of your router that this device uses is set up for something"
        " else. Please use another socket; we will put the setting right.",
        source="sysfs of Linux (brif, brport/state): the device's frames come in on a socket, and"
        " not in the home's bridge",
    ),
    Cause(
        id="router_drops_device",
        domain=FaultDomain.ROUTER,
        destination=Destination.SECOND_LINE,
        title="The router does not pass on what this device sends or gets",
        supports=(when("router_swallows_device", 5.0),),
        against=(
            when("router_holds_device", -5.0),
            when("forwarding_off", -5.0),
            when("forwarding_blocked", -5.0),
            when("nat_missing", -3.0),
            when("router_drops_web", -4.0),
            when("lan_duplicate_address", -4.0),
        ),
        explains=(
            "router_swallows_device",
            "device_takes_no_answers",
            "device_answers_arp_alone",
            "device_connects_in_vain",
            "device_no_way_out",
            *KEPT_OUT,
        ),
        shifts=((ONE_DEVICE, 1.0),),
        next_action="Look for rules for this device in the router: parental control, access"
        " control, fixed entries of addresses (ARP), routes of its own (VPN); restart it else.",
        tell_customer="Your device asks your router, and the router does not pass it on. We will"
        " look for the setting.",
        source="by enclosure: frames for the world come in from the device, and its table of"
        " connections (nf_conntrack) has none of them, or their answers are not sent to it",
    ),
    Cause(
        id="lan_rogue_ra",
        domain=FaultDomain.DEVICE,
        destination=Destination.DEVICE_SUPPORT,
        title="Another device in the home announces itself as its IPv6 router",
        needs=(must("lan_rogue_router"),),
        supports=(when("lan_rogue_router", 5.5),),
        explains=(
            "lan_rogue_router",
            "device_gets_no_pages",
            "device_no_way_out",
            "only_one_device_affected",
        ),
        next_action="Find the device by its hardware address (often a computer that shares its"
        " connection, or a second router); have its sharing switched off, or plug it in by its WAN"
        " socket.",
        tell_customer="Another device in your home says that it is your router, and leads the"
        " others astray. Please switch off its shared connection, or unplug it.",
        source="RFC 4861, section 6.2, and RFC 6104 (rogue router advertisements): an"
        " advertisement with a lifetime that is not the router's",
    ),
    Cause(
        id="device_proxy",
        domain=FaultDomain.DEVICE,
        destination=Destination.DEVICE_SUPPORT,
        title="The device asks a proxy for its pages, and the proxy does not answer",
        needs=(must("device_asks_one_proxy"), must("device_gets_no_pages")),
        supports=(when("device_asks_one_proxy", 4.5),),
        explains=(
            "device_asks_one_proxy",
            "device_gets_no_pages",
            "device_connects_in_vain",
            "only_one_device_affected",
        ),
        shifts=((ONE_DEVICE, 1.0),),
        next_action="Have the customer switch the proxy off in the device's network settings.",
        tell_customer="Your device is set to ask for all pages at a proxy, for example of an"
        " office, which cannot be reached from here. Please switch the proxy off.",
        source="RFC 9110, section 3.7: a client with a proxy sends all its requests to it; in the"
        " router's table every connection goes to one host, at a port of no pages",
    ),
    Cause(
        id="device_tunnel",
        domain=FaultDomain.DEVICE,
        destination=Destination.DEVICE_SUPPORT,
        title="The device sends all through a tunnel (VPN) whose other end does not answer",
        needs=(must("device_tunnels_in_vain"), must("device_gets_no_pages")),
        supports=(when("device_tunnels_in_vain", 4.5),),
        explains=(
            "device_tunnels_in_vain",
            "device_gets_no_pages",
            "device_connects_in_vain",
            "device_idle",
            "device_no_way_out",
            "only_one_device_affected",
        ),
        shifts=((ONE_DEVICE, 1.0),),
        next_action="Have the customer switch the VPN on the device off, and try again.",
        tell_customer="Your device sends everything through a VPN that does not answer. Please"
        " switch the VPN off and try again.",
        source="in the router's table all goes to one host without connections (UDP, ESP, GRE),"
        " and nothing comes back",
    ),
    Cause(
        id="device_power_saving",
        domain=FaultDomain.DEVICE,
        destination=Destination.DEVICE_SUPPORT,
        title="The device falls asleep for moments, as by power saving of its network card",
        needs=(must("device_dozes"), must_not("device_absent")),
        supports=(when("device_dozes", 5.0),),
        against=(when("wifi_signal_weak", -3.0), when("router_strained", -2.0)),
        explains=(
            "device_dozes",
            "device_loss",
            "device_delay",
            "device_rate_low",
            "device_unanswering",
            "device_elsewhere",
            "device_gets_no_pages",
            "device_takes_no_answers",
            "only_one_device_affected",
        ),
        shifts=((ONE_DEVICE, 1.0), (DROPS, 1.0), (SLOW, 0.5)),
        next_action="Have the customer switch off power saving of the network card (energy"
        " efficient Ethernet, Wi-Fi power saving), and update its driver.",
        tell_customer="Your device goes to sleep for moments while it is used. Please switch off"
        " the power saving of its network card.",
        source="pings in a row: answered and unanswered in long spells, on a socket that keeps"
        " its link (the runs test of Wald and Wolfowitz, 1940)",
    ),
)
