"""Causes between the home and the operator's edge that the router itself can tell."""

from __future__ import annotations

from typing import Final

from cpe_diag.domain.verdict import Destination, FaultDomain
from cpe_diag.judge.cause import DROPS, SLOW, Cause, must, must_not, unless, when

NO_WAY_FROM_HOME: Final = ("device_unanswering", "platform_fails_from_home")
DROPPED: Final = (
    "router_drops_port",
    "router_drops_names",
    "router_drops_pings",
    "router_drops_web",
    "router_drops_ipv6",
    "router_holds_device",
    "router_drops_site",
    "device_dns_dead",
    "device_idle",
    "device_connects_in_vain",
    "device_gets_no_pages",
)

CAUSES_WAY_OUT: Final[tuple[Cause, ...]] = (
    Cause(
        id="nat_missing",
        domain=FaultDomain.ROUTER,
        destination=Destination.SECOND_LINE,
        title="The router sends the home's packets out without translating their addresses",
        needs=(must("nat_missing"),),
        supports=(when("nat_missing", 6.0),),
        explains=("nat_missing", *NO_WAY_FROM_HOME),
        next_action="Switch address translation (NAT) on again for the WAN, or restore a backup.",
        tell_customer="Your router does not pass your devices' traffic on as it should. We will"
        " correct its settings with you.",
        source="RFC 3022, section 2.1: no way leads back to private addresses; the router's own"
        " packets return, those with its address in the home do not",
    ),
    Cause(
        id="router_firewall",
        domain=FaultDomain.ROUTER,
        destination=Destination.SECOND_LINE,
        title="The router works, but its own rules hold traffic of the home back",
        supports=(
            when("forwarding_off", 6.0),
            when("forwarding_blocked", 6.0),
            when("router_drops_port", 6.0),
            when("router_holds_device", 6.0),
            when("router_drops_site", 6.0),
            when("router_drops_ipv6", 5.0),
        ),
        explains=(
            "forwarding_off",
            "forwarding_blocked",
            "nat_missing",
            "device_no_way_out",
            *DROPPED,
            *NO_WAY_FROM_HOME,
        ),
        next_action="Put its forwarding and firewall back to what they were; a restart may do.",
        tell_customer="Your router holds your devices' traffic back. We will correct its settings"
        " with you.",
        source="ip-sysctl.rst of Linux (ip_forward); nft(8): a rule at a hook on the way"
        " that ends what the home, a device or the router itself need",
    ),
    Cause(
        id="router_mtu",
        domain=FaultDomain.ROUTER,
        destination=Destination.SECOND_LINE,
        title="The router's WAN is set to a packet size that does not fit the line",
        needs=(must("wan_mtu_wrong"),),
        supports=(
            when("wan_mtu_wrong", 4.2),
            when("pppoe_mtu_large", 2.2),
            when("large_packets_lost", 1.0),
        ),
        explains=("wan_mtu_wrong", "pppoe_mtu_large", "large_packets_lost", "router_http_fails"),
        shifts=((SLOW, 0.5),),
        next_action="Set the WAN's MTU to what the line takes (1500, with PPPoE 1492).",
        tell_customer="A setting of your router does not fit our network, so that some sites do"
        " not load. We will correct it with you.",
        source="RFC 894 (1500), RFC 2516, section 7 (1492), RFC 4638 (PPPoE of 1500)",
    ),
    Cause(
        id="mtu_black_hole",
        domain=FaultDomain.NETWORK,
        destination=Destination.NETWORK_OPERATIONS,
        title="Large packets are lost on the operator's side, and nobody says so",
        supports=(
            when("large_packets_lost", 5.5),
            when("way_in_narrow", 5.5),
            unless("wan_mtu_wrong", 0.5),
        ),
        against=(when("wan_mtu_wrong", -5.0),),
        explains=(
            "large_packets_lost",
            "way_in_narrow",
            "router_hung",
            "router_http_fails",
            "platform_fails_from_home",
        ),
        shifts=((SLOW, 0.3),),
        next_action="Look for a link with a smaller MTU, and for a filter that drops ICMP errors.",
        tell_customer=(
            "What is sent in larger pieces is lost in our network, so that some sites do not"
            " load. Our engineers are correcting that."
        ),
        source="RFC 2923, section 2.1: black hole detection; RFC 1191",
    ),
    Cause(
        id="double_nat",
        domain=FaultDomain.ROUTER,
        destination=Destination.SECOND_LINE,
        title="Another router of the customer's stands before this one",
        needs=(must("wan_behind_router"),),
        supports=(when("wan_behind_router", 4.2),),
        explains=("wan_behind_router",),
        next_action="Have the other router taken out or bridged; this one belongs to the wall.",
        tell_customer="There is a second router between the wall and yours. Please connect yours"
        " straight to the wall, or tell us what the other one is for.",
        source="RFC 1918: the WAN has an address that the operator does not give",
    ),
    Cause(
        id="lan_wan_same_prefix",
        domain=FaultDomain.ROUTER,
        destination=Destination.SECOND_LINE,
        title="The home uses the same addresses as the line to the operator",
        needs=(must("lan_wan_overlap"),),
        supports=(when("lan_wan_overlap", 6.0),),
        explains=(
            "lan_wan_overlap",
            "wan_behind_router",
            "gateway_unreachable",
            "internet_unreachable",
            "router_dns_fails",
            "router_direct_dns_fails",
            "router_http_fails",
            "nat_missing",
        ),
        next_action="Give the home another range of addresses, for example 192.168.50.0/24.",
        tell_customer="Your home network uses addresses that our network uses too. We will give"
        " it other ones with you; your devices then need a restart.",
        source="RFC 1812, section 5.2.4.3: of two routes of the same length one is never used",
    ),
    Cause(
        id="router_clock",
        domain=FaultDomain.ROUTER,
        destination=Destination.SECOND_LINE,
        title="The router's clock is wrong",
        needs=(must("router_clock_wrong"),),
        supports=(when("router_clock_wrong", 4.2), when("clock_fails_names", 2.5)),
        explains=(
            "router_clock_wrong",
            "clock_fails_names",
            "router_dns_fails",
            "router_http_fails",
            "platform_fails_from_home",
        ),
        shifts=((SLOW, -0.5), (DROPS, -0.5)),
        bystander=True,
        next_action="Have it take the time anew (NTP); look whether its time server answers.",
        tell_customer="Your router's clock is wrong, so that secure connections of its own fail."
        " We will set it right with you.",
        source="RFC 5280, section 4.1.2.5 (validity of certificates); RFC 4034, section 3.1.5"
        " (times of signatures); RFC 4035, section 5.5 (what does not validate is SERVFAIL)",
    ),
    Cause(
        id="router_dns_setting",
        domain=FaultDomain.ROUTER,
        destination=Destination.SECOND_LINE,
        title="The router asks a name server of its own choice, which does not answer",
        needs=(
            must("chosen_resolver_dead"),
            must("router_dns_fails"),
            must_not("router_direct_dns_fails"),
        ),
        supports=(when("chosen_resolver_dead", 6.0), when("router_dns_fails", 1.0)),
        against=(when("line_names_dead_resolver", -9.0),),
        explains=(
            "chosen_resolver_dead",
            "router_dns_fails",
            "router_http_fails",
            "platform_fails_from_home",
        ),
        next_action="Let the router use the name servers that the line gives it.",
        tell_customer="Your router is set to a name service that does not answer. We will set it"
        " to ours with you.",
        source="RFC 2132, section 3.8: the servers that DHCP gives answer, those that are set do"
        " not",
    ),
)
