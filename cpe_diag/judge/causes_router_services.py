"""Causes in what the router serves the home with, which its way to the operator does not show."""

from __future__ import annotations

from typing import Final

from cpe_diag.domain.verdict import Destination, FaultDomain
from cpe_diag.judge.cause import Cause, must, must_not, when

DEVICES_CUT_OFF: Final = (
    "device_absent",
    "device_no_lease",
    "device_unanswering",
    "device_idle",
    "device_no_way_out",
    "device_elsewhere",
)

CAUSES_ROUTER_SERVICES: Final[tuple[Cause, ...]] = (
    Cause(
        id="lan_interface_down",
        domain=FaultDomain.ROUTER,
        destination=Destination.SECOND_LINE,
        title="The home network is switched off at the router",
        needs=(must("lan_switched_off"),),
        supports=(when("lan_switched_off", 6.0),),
        explains=(
            "lan_switched_off",
            "ipv6_no_prefix",
            "ipv6_unreachable",
            "lan_dhcp_not_serving",
            "router_dns_fails",
            "nat_missing",
            *DEVICES_CUT_OFF,
        ),
        next_action="Switch the LAN bridge on again; a restart of the router does it too.",
        tell_customer="The home network of your router is switched off. We will switch it on again"
        " with you.",
        source="netdevice(7), IFF_UP: a device that is switched off passes no frame",
    ),
    Cause(
        id="lan_dhcp_wrong_options",
        domain=FaultDomain.ROUTER,
        destination=Destination.SECOND_LINE,
        title="The router's DHCP server sends the home's devices to a wrong gateway",
        needs=(must("lan_wrong_gateway"),),
        supports=(when("lan_wrong_gateway", 5.5),),
        explains=("lan_wrong_gateway", *DEVICES_CUT_OFF),
        next_action="Let its DHCP server name the router itself; have the devices reconnect.",
        tell_customer="Your router tells your devices a wrong way to the internet. We will correct"
        " its settings with you; your devices then need to reconnect.",
        source="RFC 2132, section 3.5 (router option): the address that it names is not its own",
    ),
    Cause(
        id="lan_dhcp_range",
        domain=FaultDomain.ROUTER,
        destination=Destination.SECOND_LINE,
        title="The router is set to hand out addresses of another network than its own",
        needs=(must("lan_pool_elsewhere"),),
        supports=(when("lan_pool_elsewhere", 5.5),),
        explains=(
            "lan_pool_elsewhere",
            "lan_dhcp_not_serving",
            "device_address_foreign",
            *DEVICES_CUT_OFF,
        ),
        next_action="Put its range of addresses into the network that it has in the home; have the"
        " devices reconnect.",
        tell_customer="Your router hands out addresses that do not fit it. We will correct its"
        " settings with you; your devices then need to reconnect.",
        source="dnsmasq(8), dhcp-range; RFC 2131, section 4.3.1: an address is of the network that"
        " the request came from",
    ),
    Cause(
        id="router_no_route",
        domain=FaultDomain.ROUTER,
        destination=Destination.SECOND_LINE,
        title="The router has an address, and no default route",
        needs=(must("router_no_route"),),
        supports=(when("router_no_route", 5.5),),
        explains=(
            "router_no_route",
            "gateway_unreachable",
            "internet_unreachable",
            "router_dns_fails",
            "router_direct_dns_fails",
            "router_http_fails",
            "platform_fails_from_home",
            "ipv6_unreachable",
        ),
        next_action="Have it take its address anew, or restart it; look for a fixed route.",
        tell_customer="Your router has lost its way to our network. We will mend that with you.",
        source="RFC 1812, section 5.2.4.3; RFC 2132, section 3.5: an address without a router",
    ),
    Cause(
        id="router_blocklist",
        domain=FaultDomain.ROUTER,
        destination=Destination.SECOND_LINE,
        title="A list on the router, or at the name service that it is set to ask, withholds the"
        " site",
        needs=(must("router_withholds_site"), must_not("router_direct_dns_fails")),
        supports=(when("router_withholds_site", 6.5),),
        explains=(
            "router_withholds_site",
            "router_names_lie",
            "router_dns_fails",
            "platform_name_fails",
            "platform_unreachable",
            "platform_fails_from_home",
            "platform_fails_only_here",
            "device_misses_site",
        ),
        next_action="Look for the name in the router's block lists and parental controls, and at"
        " which name service it is set to ask; take the name off with the customer's consent.",
        tell_customer="A list on your router, for example against advertisements or for children,"
        " blocks this site. We can take the site off it with you.",
        source="dnsmasq(8), address; RFC 8499, section 7 (response policy zones): it gives every"
        " other name its address, and this one none, while others give it one and the site opens",
    ),
)
