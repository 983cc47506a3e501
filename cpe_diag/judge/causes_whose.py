"""Last resorts: whose fault it is where no cause fits, by where the good ends and the bad begins.

One for each side. A sign is anything unusual that is seen between two points of the way that are
otherwise good; what follows from something nearer to the operator's core counts nothing (see
`explaining`), so that the first bad stretch speaks. They name no mechanism, and lead only where no
cause does (see `competing`): their weights need no balance with those of causes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.verdict import Destination, FaultDomain
from cpe_diag.judge.cause import ONE_DEVICE, SITE, Cause, unless, when

if TYPE_CHECKING:
    from cpe_diag.judge.cause import Sign

SIGN: Final = 3.8
"""One sign of a side is enough where nothing speaks for another side: 69 %."""
HINT: Final = 2.0
"""One is not enough alone, but beside its control."""
WHOSEVER: Final = 0.5
"""It speaks for several sides as much, and keeps a verdict from saying that nothing is wrong."""
CONTROL: Final = 1.5
"""What is good where it would be bad if the fault were another's."""
ELSEWHERE: Final = -2.5
"""What can be seen of a side all the same while the fault is another's."""

CORE_SEEN: Final = (
    *("operator_dns_fails", "dhcp_server_silent", "dhcp_pool_empty"),
    *("resolver_lies", "resolver_drops", "resolver_slow", "resolver_turns_home_away"),
    *("core_queued", "core_rate_low", "world_slow", "world_out_of_reach", "flows_lost"),
    *("tls_held_back", "site_way_missing", "site_lost_here", "reference_amiss"),
    "packets_overtake",
)
"""Seen from the operator's own side."""
NODE_SEEN: Final = (
    *("node_dark", "node_fell", "card_fell", "branch_fell", "group_down", "neighbours_down"),
    *("neighbours_have_errors", "neighbours_suffer", "ways_flap", "node_silent"),
    *("port_locked", "mac_in_wrong_vlan", "port_takes_no_frames"),
    *("port_vlan_wrong", "port_flaps", "port_flapped", "port_errors_growing"),
    *("port_duplex_wrong", "port_speed_low", "port_power_fault", "profile_wrong"),
    *("cable_pair_bad", "line_out_of_sync", "line_signal_lost", "line_margin_low"),
    *("line_errors_high", "line_retraining", "line_rate_low"),
    *("ont_signal_lost", "ont_not_accepted", "optical_low", "optical_high"),
    *("modem_offline", "modem_ranging", "modem_denied", "modem_partial_service"),
    *("upstream_snr_low", "upstream_codewords_lost", "ranging_timeouts"),
    *("downstream_level_bad", "downstream_mer_low"),
)
"""Told by the access node of the line and of its neighbours."""
WAY_SEEN: Final = (
    *("way_in_loss", "way_in_narrow", "home_cut_off"),
    *("home_seeks_address", "offered_edge_silent", "home_answers_elsewhere"),
    *("wan_dhcp_unanswered", "wan_pppoe_unanswered", "ppp_auth_refused", "wan_down"),
    *("gateway_unreachable", "gateway_loss", "latency_high", "gateway_jitter"),
    *("access_rate_low", "access_train_slow", "large_packets_lost"),
    *("internet_unreachable", "internet_loss", "internet_delay"),
    *("names_held_back", "web_held_back", "pages_are_anothers"),
    *("ipv6_no_prefix", "ipv6_unreachable", "ipv6_prefix_unreachable", "port_filled_unasked"),
    *("one_family_amiss", "home_sends_in_vain", "node_cut_off", "ipv6_without_way"),
)
"""Seen between the operator's side and the router, by either of them."""
OWN_TRIES: Final = (
    *("router_direct_dns_fails", "router_http_fails", "router_connects_in_vain"),
    *("tls_from_home_held_back", "world_amiss_for_home"),
)
"""Tried by the router: it may be its own rules that end them, which must have been read."""
IN_ROUTER: Final = (
    *("home_mute", "home_fell_mute", "home_family_in_vain"),
    *("home_seeks_edge", "router_strained", "conntrack_full", "router_crash_logged"),
    *("router_restarted", "router_clock_wrong", "wan_no_carrier", "wan_link_flaps"),
    *("wan_behind_router", "lan_wan_overlap", "wan_mtu_wrong", "pppoe_mtu_large"),
    *("pppoe_login_wrong", "chosen_resolver_dead", "home_resolver_dead", "router_names_lie"),
    "router_names_late",
    *("dns_forwarder_stopped", "router_withholds_site"),
    *("forwarding_off", "forwarding_blocked", "nat_missing", "router_drops_port"),
    *("router_drops_names", "router_drops_pings", "router_drops_web", "router_drops_ipv6"),
    *("router_holds_device", "router_drops_site", "router_no_route", "router_sends_astray"),
    *("router_diverts_pages", "router_translates_wrongly", "router_loses_home"),
    "router_keeps_few_ports",
    *("router_shapes_low", "router_prefix_old", "router_forgets_connections"),
    *("router_takes_secure_pages", "home_lost_in_router", "firmware_issue_known"),
    *("lan_switched_off", "lan_wrong_gateway", "lan_pool_elsewhere", "lan_dhcp_not_serving"),
    *("lan_pool_exhausted", "wifi_disabled", "wifi_radio_dead", "wifi_busy"),
    *("device_outside_home", "device_port_cut", "device_refused", "router_swallows_device"),
    *("device_pinned", "home_unheard", "site_led_elsewhere", "lights_off", "wan_cable_out"),
    *("router_leaves_elsewhere", "router_mac_absent", "home_on_the_line"),
    "home_ports_dark",
)
"""Read in the router, or lost between its two sides."""
DARK: Final = ("port_down", "ethernet_link_down", "port_idle", "router_unreachable")
"""What a router shows that has no power, or whose cable is out."""
HOME_TRIES: Final = (
    *("router_dns_fails", "home_connects_in_vain", "home_heard_in_vain", "home_ipv6_in_vain"),
    "home_stalls",
)
"""Tried by the home through the router: its own tries beyond it must have come about."""
AT_DEVICE: Final = (
    *("device_absent", "device_address_foreign", "device_no_lease", "device_elsewhere"),
    *("device_port_mute", "device_dns_dead", "device_no_way_out", "device_idle"),
    *("device_takes_no_answers", "device_answers_arp_alone", "device_sends_elsewhere"),
    *("device_misses_site", "device_connects_in_vain", "device_gets_no_pages"),
    *("device_leaves_site", "device_fails_at_site", "device_fails_in_part"),
    *("device_dhcp_unanswered", "device_mask_wrong", "device_fixed_address_mute"),
    *("device_dozes", "device_asks_one_proxy", "device_tunnels_in_vain"),
    *("device_loss", "device_delay", "device_rate_low", "device_large_lost"),
    *("wifi_wrong_password", "wifi_signal_weak", "wifi_disconnects"),
    *("lan_rogue_dhcp", "lan_rogue_router", "lan_duplicate_address", "lan_port_errors"),
    *("lan_link_flaps", "broadcast_storm", "home_shouted_down", "port_saturated"),
    "device_suffers_alone",
)
"""Seen of one device, or done by one, while the router is well."""
AT_SITE: Final = (
    *("platform_unreachable", "platform_errors", "platform_forbids_everybody"),
    *("platform_slow", "platform_fails", "platform_refuses", "platform_certificate_bad"),
    *("platform_one_family", "platform_turns_us_away", "platform_long_packets_lost"),
    *("platform_tls_fails", "platform_redirects_badly", "platform_sends_home_away"),
    *("platform_page_unfit", "platform_parts_fail", "platform_front_fails"),
    *("platform_also_fails", "platform_also_slow"),
    *("platform_uneven", "platform_errs_at_times", "platform_empty"),
    *("platform_name_fails", "platform_name_wrong"),
)
"""Seen of the site, from where the reference is good."""


def _each(findings: tuple[str, ...], weight: float = SIGN) -> tuple[Sign, ...]:
    return tuple(when(finding, weight) for finding in findings)


CAUSES_WHOSE: Final[tuple[Cause, ...]] = (
    Cause(
        id="network_side_unexplained",
        domain=FaultDomain.NETWORK,
        destination=Destination.NETWORK_OPERATIONS,
        title="The fault lies on the operator's side, up to the router's WAN socket; what it is,"
        " is not known",
        supports=(
            *_each((*CORE_SEEN, *NODE_SEEN, *WAY_SEEN)),
            *_each(OWN_TRIES, HINT),
            unless("router_drops_port", CONTROL),
            unless("router_dns_fails", CONTROL / 2),
            when("site_other_for_home", WHOSEVER),
            when("home_away_at_times", WHOSEVER),
        ),
        against=(when("operator_reference_fails", -HINT),),  # it may be our own side alone
        explains=(
            *CORE_SEEN,
            *NODE_SEEN,
            *WAY_SEEN,
            *OWN_TRIES,
            *("operator_reference_fails", "router_dns_fails", "router_unreachable"),
            *("port_idle", "no_mac_learned", "home_without_address", "home_seeks_edge"),
            "home_away_at_times",
        ),
        where=True,
        last_resort=True,
        next_action="Begin at the first stretch of the way that is not good, and measure it from"
        " both of its ends; compare with a neighbour's line.",
        tell_customer="The fault lies in our network, and your own devices are well as far as we"
        " can see. Our engineers look for its cause.",
        source="enclosure: the first bad stretch of the way lies before the router",
    ),
    Cause(
        id="router_side_unexplained",
        domain=FaultDomain.ROUTER,
        destination=Destination.SECOND_LINE,
        title="The fault lies in the home's router; what it is, is not known",
        supports=(
            *_each(IN_ROUTER),
            *_each(HOME_TRIES, HINT),
            when("router_ends_some", HINT),
            when("home_away_at_times", WHOSEVER),
            unless("router_direct_dns_fails", CONTROL),
            unless("router_http_fails", CONTROL / 2),
        ),
        explains=(
            *(*IN_ROUTER, *HOME_TRIES, *DARK, "router_dns_fails", "router_http_fails"),
            "home_away_at_times",
        ),
        where=True,
        last_resort=True,
        next_action="Compare the router's settings with a backup that worked; have it restarted,"
        " and put it back to the operator's settings if that does not help.",
        tell_customer="Our line to your home is well, and your router does not pass everything on"
        " as it should. Please pull its power plug, wait ten seconds and plug it in again.",
        source="enclosure: the way is good up to the router, and bad for what hangs on it",
    ),
    Cause(
        id="device_side_unexplained",
        domain=FaultDomain.DEVICE,
        destination=Destination.DEVICE_SUPPORT,
        title="The fault lies at a device of the home, or on its way to the router; what it is,"
        " is not known",
        supports=(
            *_each(AT_DEVICE),
            when("others_get_pages", 0.5),
            when("only_one_device_affected", 0.5),
        ),
        explains=(*AT_DEVICE, "only_one_device_affected"),
        shifts=((ONE_DEVICE, 0.5),),
        where=True,
        last_resort=True,
        next_action="Have the customer restart the device and try it by another cable or nearer"
        " to the router; then reset its network settings.",
        tell_customer="Your line and your router work, and the trouble is with a device in your"
        " home, or with its cable or Wi-Fi. Please restart it and try it close to the router.",
        source="enclosure: router and line are good, and one device is not served",
    ),
    Cause(
        id="platform_side_unexplained",
        domain=FaultDomain.PLATFORM,
        destination=Destination.PLATFORM_STATUS,
        title="The fault lies at the site, in a way that is not known",
        supports=(
            *_each(AT_SITE),
            when("site_amiss", SIGN - ELSEWHERE),  # it knows already how the site is elsewhere
            unless("platform_fails_only_here", 0.5),
            when("site_other_for_home", WHOSEVER),
        ),
        against=(
            when("platform_fails_only_here", ELSEWHERE),
            when("resolver_lies", ELSEWHERE),
            when("tls_held_back", ELSEWHERE),
        ),
        explains=(*AT_SITE, "site_amiss", "platform_fails_from_home", "site_other_for_home"),
        shifts=((SITE, 0.5),),
        where=True,
        last_resort=True,
        next_action="Point to the site's own status page; give its owner what was seen.",
        tell_customer="The site itself is out of order at the moment. Your connection and our"
        " network are working; please try again later.",
        source="enclosure: the reference is good from the same places, and the site is not",
    ),
)
