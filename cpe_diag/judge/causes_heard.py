"""Causes in the router that are told by who is heard at its ports, or that nobody is."""

from __future__ import annotations

from typing import Final

from cpe_diag.domain.verdict import Destination, FaultDomain
from cpe_diag.judge.cause import Cause, must, must_not, when

UNSERVED: Final = (
    *("home_without_address", "dhcp_server_silent", "router_unreachable", "router_hung"),
    *("gateway_unreachable", "internet_unreachable", "home_mute", "home_seeks_edge"),
    "home_unheard",
)
"""Nobody at the port has an address: a server gives none to those whom it does not know, nor to
our question for nobody (RFC 2131, section 4.3.1)."""

CAUSES_HEARD: Final[tuple[Cause, ...]] = (
    Cause(
        id="wan_cable_in_lan_port",
        domain=FaultDomain.ROUTER,
        destination=Destination.SECOND_LINE,
        title="The cable from the wall is in one of the router's sockets for the home",
        needs=(must("home_on_the_line"), must("router_mac_absent")),
        supports=(when("home_on_the_line", 5.5), when("router_mac_absent", 2.5)),
        explains=("home_on_the_line", "router_mac_absent", *UNSERVED),
        next_action="Have the cable from the wall plugged into the router's socket for the"
        " internet (WAN); the home's devices then need to reconnect.",
        tell_customer="The cable from the wall seems to be in a wrong socket of your router."
        " Please plug it into the socket for the internet, which often has another colour.",
        source="IEEE 802.1Q, section 8.7: a bridge passes the home's own senders on; the router's"
        " address for the wall is at another socket, and is not heard",
    ),
    Cause(
        id="router_bridge_mode",
        domain=FaultDomain.ROUTER,
        destination=Destination.SECOND_LINE,
        title="The router does not route: the home's devices speak on the line themselves",
        needs=(must("home_on_the_line"), must_not("router_mac_absent")),
        supports=(when("home_on_the_line", 6.0),),
        explains=("home_on_the_line", *UNSERVED),
        next_action="Have the router set from bridge to router mode at its own page, or reset to"
        " its delivery state; where another router is behind it, register that one's address.",
        tell_customer="Your router is set to pass everything through instead of serving your home."
        " Please set it to router mode, or reset it; we help you with that.",
        source="RFC 1812, section 4.2.1: behind a router one sender is heard; here its devices are"
        " heard beside it",
    ),
    Cause(
        id="router_wan_mac",
        domain=FaultDomain.ROUTER,
        destination=Destination.SECOND_LINE,
        title="Not the router that we know speaks at the port, but another device",
        needs=(must("router_mac_absent"), must_not("home_on_the_line")),
        supports=(when("router_mac_absent", 6.0),),
        explains=("router_mac_absent", *UNSERVED),
        next_action="Ask whether the router was exchanged, or a device plugged in instead of it:"
        " register its hardware address, or have the router's own one set again.",
        tell_customer="At your connection we hear another device than the router that we know."
        " Please tell us whether the router was exchanged, or a computer is connected instead.",
        source="IEEE 802.3, section 3.2.5 (source address): the sender is not the router of the"
        " inventory; servers give addresses to those whom they know (RFC 2131, section 4.3.1)",
    ),
    Cause(
        id="router_ports_burnt",
        domain=FaultDomain.ROUTER,
        destination=Destination.SECOND_LINE,
        title="None of the router's sockets for the home finds a link",
        needs=(must("home_ports_dark"), must_not("lan_switched_off")),
        supports=(when("home_ports_dark", 5.0),),
        explains=("home_ports_dark", "home_unheard", "device_absent", "device_unanswering"),
        next_action="Have a device plugged straight into each socket with another cable: where"
        " none lights up, replace the router; else look at the switch, or the sockets' settings.",
        tell_customer="Nothing in your home has a link to your router. Please plug a computer"
        " straight into the router with another cable; if no light comes on, it has to be"
        " replaced.",
        source="sysfs-class-net, carrier: no link on any port of the home's bridge, nobody on the"
        " Wi-Fi, and the caller says that all devices are affected",
    ),
)
