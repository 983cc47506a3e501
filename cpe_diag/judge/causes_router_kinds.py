"""Causes in the router that say what it does amiss, where a wider cause says that it does.

Each `brings` the wider cause about: where both stand, the one that tells more leads.
"""

from __future__ import annotations

from typing import Final

from cpe_diag.domain.verdict import Destination, FaultDomain
from cpe_diag.judge.cause import Cause, must, when

OF_NAMES: Final = (
    *("router_names_lie", "router_withholds_site", "site_led_elsewhere", "router_dns_fails"),
    *("router_http_fails", "platform_fails_from_home", "site_other_for_home"),
)
OF_RULES: Final = (
    *("forwarding_blocked", "router_drops_port", "router_drops_ipv6", "router_drops_site"),
    *("router_diverts_pages", "router_holds_device", "device_gets_no_pages"),
)
OF_LOSS: Final = (
    *("home_lost_in_router", "home_heard_in_vain", "home_connects_in_vain", "home_stalls"),
    *("home_ipv6_in_vain", "router_loses_home", "router_sends_astray"),
)
OF_WAYS: Final = (
    *OF_LOSS,
    *("ipv6_unreachable", "one_family_amiss", "router_http_fails", "internet_delay"),
    *("latency_high", "access_rate_low", "access_train_slow", "latency_under_load"),
)
OF_DEVICE: Final = (
    *("device_unanswering", "device_no_way_out", "device_answers_arp_alone"),
    *("device_gets_no_pages", "device_suffers_alone", "router_swallows_device"),
    *("device_elsewhere", "device_idle", "device_absent"),
)


def _router(  # noqa: PLR0913 - what differs from one to another
    cause: str,
    finding: str,
    title: str,
    *,
    do: str,
    tell: str,
    source: str,
    explains: tuple[str, ...],
    brings: tuple[str, ...],
    weight: float = 6.5,
) -> Cause:
    return Cause(
        id=cause,
        domain=FaultDomain.ROUTER,
        destination=Destination.SECOND_LINE,
        title=title,
        needs=(must(finding),),
        supports=(when(finding, weight),),
        explains=(finding, *explains),
        brings=brings,
        next_action=do,
        tell_customer=tell,
        source=source,
    )


CAUSES_ROUTER_KINDS: Final[tuple[Cause, ...]] = (
    _router(
        "router_captive_portal",
        "router_asks_guests",
        "The router asks the home's own devices to log in, as it would ask guests",
        do="Switch the router's portal off for the home's network, or move it to the guests'.",
        tell="Your router's login page for guests is switched on for your own network. We can"
        " switch it off, or you can log in on that page once.",
        source="RFC 8952: captive portals; nft(8), redirect: all else ends",
        explains=OF_RULES,
        brings=("router_firewall", "router_diverts_pages"),
    ),
    _router(
        "router_ipv6_filter",
        "router_deaf_by_ipv6",
        "The router takes no ICMPv6 from the home, without which nobody finds it by IPv6",
        do="Let the router take neighbour discovery (ICMPv6 types 133 to 136) from the home; a"
        " setting against pings may drop it.",
        tell=(
            "A protection in your router also holds back something that addresses of the new"
            " kind (IPv6) cannot do without. We can correct it."
        ),
        source="RFC 4890, section 4.4.1: what must not be dropped",
        explains=(*OF_WAYS, "router_drops_ipv6"),
        brings=("router_firewall", "ipv6_route"),
    ),
    _router(
        "router_wan_settings",
        "home_asks_wrongly",
        "The router is set up for another line: an old fixed address, or a way to dial in",
        do="Have the customer set the router's WAN to what the line is (mostly: address by DHCP),"
        " without a fixed address and without PPPoE.",
        tell=(
            "Your router is still set up for another provider. Please set its internet"
            " connection to automatic; we will help you with it."
        ),
        source="RFC 826 and RFC 2516, section 5.1: questions for a gateway or a concentrator that"
        " nobody here is; the edge that the DHCP server names answers",
        explains=(
            *("home_seeks_edge", "router_unreachable", "home_without_address", "port_idle"),
            *("home_mute", "home_cut_off"),
        ),
        brings=("router_mute", "router_hung"),
    ),
    _router(
        "router_ttl",
        "router_lets_die",
        "A rule of the router's lets packets live for too few hops",
        do="Remove the rule that sets the TTL of what leaves the router.",
        tell=(
            "A rule in your router has what you send run out before it arrives. We can remove it."
        ),
        source="RFC 791, section 3.2: TTL; who drops it at its end says so (RFC 792)",
        explains=(
            *OF_WAYS,
            *("internet_unreachable", "world_amiss_for_home", "world_out_of_reach"),
        ),
        brings=("route_beyond_edge", "core_congested"),
    ),
    _router(
        "router_ip_blocklist",
        "router_lists_addresses",
        "A list of addresses in the router has taken up the site's",
        do="Take the site's addresses off the router's list, or leave the list that it fetches.",
        tell="Your router fetches a list of bad addresses, and the site's are on it by mistake."
        " We can take them off.",
        source="nft(8), named sets; ipset(8): what is on a list is dropped",
        explains=(*OF_RULES, *OF_NAMES),
        brings=("router_firewall",),
    ),
    _router(
        "router_flood_protection",
        "router_limits_begun",
        "The router takes the home's own connections for a flood",
        do="Raise or switch off the limit for new connections of the home in the router.",
        tell="Your router's protection against floods holds back your own devices. We can change"
        " that setting.",
        source="nft(8), limit rate over; iptables-extensions(8), hashlimit",
        explains=(*OF_LOSS, *OF_RULES),
        brings=("router_unexplained", "router_firewall", "router_loses_home"),
    ),
    _router(
        "router_flow_offload",
        "router_forgets_begun",
        "Connections stand still in the router after their first packets",
        do="Switch off the acceleration (flow offload) of the router, then look again; renew its"
        " firmware.",
        tell=(
            "Your router loses connections shortly after they begin, mostly by a setting that is"
            " to make it faster. We can switch that off, and look for newer software."
        ),
        source="Documentation/networking/nf_flowtable.rst: later packets take another way in the"
        " router; what is begun stands still, what the router fetches itself comes",
        explains=OF_LOSS,
        brings=("router_unexplained",),
    ),
    _router(
        "router_tunnel",
        "router_tunnels_home",
        "The router sends the home through a tunnel whose other end is gone",
        do="Switch the tunnel (VPN) in the router off, or renew what it is set to.",
        tell="Your router sends everything through a VPN that does not answer any more. Please"
        " switch it off in the router, or ask whoever provides it.",
        source="ip-link(8), tunnels; wg(8): by which device the home's traffic leaves",
        explains=OF_WAYS,
        brings=("router_static_route", "router_unexplained"),
    ),
    _router(
        "router_load_balance",
        "router_shares_lines",
        "The router shares connections between two lines, and one of them is dead",
        do="Take the dead line out of the router's sharing, or let it watch whether it works.",
        tell="Your router shares your connections between two lines, and one of them does not"
        " work. Please switch off the second line in the router until it does.",
        source="ip-rule(8), fwmark: which connection takes which table; some come about, some not",
        explains=OF_WAYS,
        brings=("router_unexplained", "router_static_route"),
    ),
    _router(
        "router_failover_stuck",
        "router_stays_elsewhere",
        "The router uses its spare way though its line is well again",
        do="Let the router go back to its line (restart its multi-WAN service), check how it"
        " tells that the line is well.",
        tell="Your router still uses its mobile connection, though your line is well. A restart"
        " of the router brings it back to the line.",
        source="ip-route(8), the default route of the main table; RFC 6888 for what a mobile"
        " network shares",
        explains=OF_WAYS,
        brings=("ipv6_route", "access_rate", "router_static_route"),
    ),
    _router(
        "router_dns_limit",
        "router_turns_names_away",
        "The router's name service runs, and refuses what it is asked",
        do="Raise the number of names that the router asks for at once and find the device that"
        " asks so much; look whether it knows any server to ask.",
        tell="Your router looks up too many names at once and refuses more. A restart helps for"
        " a while; we look which device asks so much.",
        source="dnsmasq(8), --dns-forward-max: beyond so many it answers REFUSED",
        explains=OF_NAMES,
        brings=("router_dns",),
    ),
    _router(
        "router_dns_rebind",
        "router_takes_for_private",
        "The router takes the site's address for one inside a home, and withholds it",
        do="Except the site's name in the router's protection against DNS rebinding.",
        tell="Your router withholds the site, because it takes its address for one inside a home."
        " We can make an exception in the router.",
        source="dnsmasq(8), --stop-dns-rebind and --rebind-domain-ok",
        explains=OF_NAMES,
        brings=("router_blocklist", "router_dns"),
    ),
    _router(
        "router_dns_hijacked",
        "router_asks_strangers",
        "The router asks a stranger's name server, which leads to false places",
        do="Set the router's name servers back, change its password, renew its firmware, switch"
        " off its administration from outside.",
        tell=(
            "Your router was changed so that names lead to false pages. Please enter no"
            " passwords until we have set it back with you, and please change your router's"
            " password then."
        ),
        source="MITRE ATT&CK T1584.002, T1557: name servers changed in home routers; its server is"
        " not ours, and says what is not so",
        explains=OF_NAMES,
        brings=("router_dns",),
    ),
    _router(
        "router_host_entry",
        "router_knows_old_address",
        "The router has an old address of its own for the site",
        do="Remove the site's line from the router's list of names (hosts).",
        tell="In your router's list of names stands an old address for the site. We can remove"
        " it.",
        source="hosts(5); dnsmasq(8), --host-record: such lines come before what is asked for",
        explains=OF_NAMES,
        brings=("router_dns",),
    ),
    _router(
        "router_lan_mask",
        "lan_mask_narrow",
        "The mask of the router's home network is too narrow for its devices",
        do="Set the mask of the router's home network to 255.255.255.0.",
        tell="Your router's home network is set too narrow: your devices have no place in it. We"
        " can correct the setting.",
        source="RFC 950: who has no place within the mask is not sought in the home",
        explains=("lan_pool_elsewhere", "home_unheard", "device_address_foreign", *OF_LOSS),
        brings=("lan_dhcp_range",),
    ),
    _router(
        "router_port_blocked",
        "device_port_cut",
        "The router's socket for this device hears it, and passes nothing on",
        do="Look for a loop at that socket (two ways to one device), then switch the port's state"
        " back (spanning tree).",
        tell="Your router has blocked a socket, mostly because a device had two ways to it at"
        " once. Please unplug one of its two connections.",
        source="IEEE 802.1D, port states; bridge(8): blocking, listening",
        explains=("device_port_cut", *OF_DEVICE),
        brings=("router_port_setting",),
    ),
    _router(
        "router_binding",
        "device_pinned",
        "The router holds the device's address bound to another network card",
        do="Remove or renew the device's binding (static ARP, DHCP reservation) in the router.",
        tell=(
            "Your router still keeps this device's address for a part of it that was exchanged."
            " We can correct that."
        ),
        source="ip-neighbour(8): PERMANENT",
        explains=OF_DEVICE,
        brings=("router_drops_device", "device_firewall"),
    ),
    _router(
        "router_nat_ports",
        "router_keeps_few_ports",
        "The router uses few of the ports that the home may have",
        do="Let the router's translation use all ranges of ports that the operator leaves it.",
        tell="Your router uses only a small part of what it may use for new connections. We can"
        " correct the setting.",
        source="RFC 7597, section 5.1: several ranges of ports for each home; iptables and nft use"
        " the first alone",
        explains=("router_connects_in_vain", "world_amiss_for_home", *OF_LOSS),
        brings=("cgn_ports_exhausted", "router_static_route"),
    ),
    _router(  # less: that our server answers this home later than us is not excluded
        "router_dns_slow",
        "router_names_late",
        "The router waits long for each name before it says it",
        do="Look at whom the router asks for names, and in which order: a filter, a second server"
        " that is dead, or DNS over TLS. Let it ask the operator's resolver directly.",
        tell="Your router waits before it looks up a site's name: pages begin late and are then"
        " quick. We can correct that in the router.",
        source="RFC 1035, section 7.2; dnsmasq(8), --strict-order, --all-servers: a forwarder that"
        " asks one after the other waits for each that is silent",
        explains=("access_rate_low", "platform_slow", *OF_NAMES),
        brings=("dns_resolver_slow",),
        weight=4.2,
    ),
    _router(
        "router_setup_wizard",
        "router_awaits_setup",
        "The router waits to be set up: it leads every name to itself and lets nothing pass",
        do="Have the setup page of the router opened and gone through, with the operator's"
        " settings; where it had been set up before, ask who has reset it.",
        tell="Your router has been reset and waits to be set up. Please open its setup page in a"
        " browser; we go through it with you.",
        source="RFC 8952, section 2: a captive portal of the router's own; its own address for"
        " every name, and a rule that ends all that the home begins",
        explains=(*OF_NAMES, *OF_RULES),
        brings=("router_firewall", "router_dns", "router_captive_portal"),
    ),
)
