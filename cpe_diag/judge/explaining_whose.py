"""What the findings that tell whose fault it is follow from: whatever says what it is."""

from __future__ import annotations

from typing import Final

from cpe_diag.judge.causes_whose import AT_DEVICE, AT_SITE, CORE_SEEN

HELD_BACK: Final = ("tls_from_home_held_back", "router_drops_site", "router_drops_web")
NOT_ITS_OWN: Final = (
    *("router_holds_device", "router_drops_site", "router_withholds_site", "site_led_elsewhere"),
    *("router_drops_ipv6", "router_takes_secure_pages", "router_forgets_connections"),
    *("router_shapes_low", "router_prefix_old", "router_strained", "conntrack_full"),
    *("router_restarted", "router_crash_logged", "device_outside_home", "device_port_cut"),
    *("device_refused", "router_swallows_device", "device_pinned", "wifi_busy"),
    *("wifi_disabled", "wifi_radio_dead", "lan_pool_exhausted", "lan_dhcp_not_serving"),
    *("gateway_loss", "latency_high", "gateway_jitter", "access_rate_low", "access_train_slow"),
    *("internet_loss", "internet_delay", "large_packets_lost", "neighbours_suffer"),
    *("port_flaps", "port_flapped", "port_errors_growing", "port_duplex_wrong"),
    *("port_speed_low", "home_away_at_times", "wan_mtu_wrong", "wan_link_flaps"),
    *("ipv6_unreachable", "ipv6_prefix_unreachable", "ipv6_no_prefix"),
    *("line_rate_low", "line_margin_low", "line_errors_high", "line_retraining"),
)
"""What is known of the home's router or line, of which one device may suffer first."""

ONE_FAMILY: Final = (
    *("ipv6_unreachable", "ipv6_prefix_unreachable", "ipv6_no_prefix", "ipv6_without_way"),
    *("one_family_amiss", "router_drops_ipv6", "router_leaves_elsewhere", "router_prefix_old"),
    *("home_ipv6_in_vain", "home_connects_in_vain", "home_heard_in_vain"),
)
"""What is known already of a family of addresses by which the home gets nothing."""

SITE_STANDS: Final = (
    *("site_other_for_home", "platform_uneven", "platform_slow"),
    *("platform_long_packets_lost", "platform_errs_at_times"),
)
"""A site whose connections stand still, whoever holds them."""


def _others(names: tuple[str, ...], own: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name != own))


FOLLOWS_WHOSE: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("site_amiss", (*AT_SITE, *CORE_SEEN, *HELD_BACK)),
    (
        "site_other_for_home",
        (
            *(*AT_SITE, *CORE_SEEN, *HELD_BACK, "site_amiss", "site_led_elsewhere"),
            *("router_diverts_pages", "router_names_lie", "router_no_route", "web_held_back"),
            *("gateway_loss", "internet_loss", "internet_unreachable", "wan_down"),
            *("router_connects_in_vain", "pages_are_anothers", "conntrack_full"),
        ),
    ),
    ("site_led_elsewhere", ("router_names_lie", "router_withholds_site", "router_dns_fails")),
    (
        "device_suffers_alone",
        _others((*AT_DEVICE, *AT_SITE, *CORE_SEEN, *NOT_ITS_OWN), "device_suffers_alone"),
    ),
    (
        "world_amiss_for_home",
        (
            *("router_connects_in_vain", "world_out_of_reach", "pages_are_anothers", "flows_lost"),
            *("gateway_unreachable", "wan_down", "internet_unreachable", "router_dns_fails"),
            *("router_drops_web", "router_no_route", "router_names_lie", "conntrack_full"),
            *("router_translates_wrongly", "large_packets_lost", "web_held_back"),
            *("gateway_loss", "internet_loss", "resolver_drops", "resolver_lies"),
        ),
    ),
    (
        "packets_overtake",
        (
            *("core_queued", "core_rate_low", "world_slow", "neighbours_suffer", "ways_flap"),
            *("gateway_jitter", "internet_delay", "internet_loss", "way_in_loss", "way_in_narrow"),
            *("gateway_loss", "latency_high", "access_rate_low", "access_train_slow"),
            *("port_saturated", "port_errors_growing", "router_strained", "port_flaps"),
            *("line_retraining", "line_errors_high", "home_away_at_times"),
        ),
    ),
    (
        "reference_amiss",
        (
            *("operator_dns_fails", "resolver_drops", "resolver_slow", "resolver_lies"),
            *("tls_held_back", "operator_reference_fails", "core_queued", "world_slow"),
        ),
    ),
    (
        "one_family_amiss",
        (
            *("ipv6_unreachable", "ipv6_prefix_unreachable", "ipv6_no_prefix", "wan_down"),
            *("router_prefix_old", "router_drops_pings", "router_drops_port"),
            *("gateway_unreachable", "router_sends_astray", "reference_amiss", "flows_lost"),
            *("router_dns_fails", "router_direct_dns_fails", "chosen_resolver_dead"),
            *("router_names_lie", "conntrack_full", "gateway_loss", "internet_loss"),
            *("port_errors_growing", "port_duplex_wrong", "resolver_drops"),
            "router_leaves_elsewhere",
        ),
    ),
    (
        "home_seeks_address",
        (
            *("neighbours_suffer", "group_down", "way_in_loss", "port_locked", "wan_down"),
            *("dhcp_server_silent", "dhcp_pool_empty", "wan_dhcp_unanswered"),
        ),
    ),
    (
        "home_seeks_edge",
        ("offered_edge_silent", "neighbours_suffer", "group_down", "way_in_loss", "port_locked"),
    ),
    ("home_fell_mute", ("neighbours_suffer", "group_down", "way_in_loss", "port_locked")),
    ("home_sends_in_vain", ("node_cut_off", "neighbours_suffer", "port_locked", "wan_down")),
    ("ipv6_without_way", ("wan_down", "gateway_unreachable", "ipv6_unreachable")),
    (
        "router_ends_some",
        (
            *("router_drops_port", "router_drops_names", "router_drops_pings"),
            *("router_drops_web", "router_drops_ipv6", "router_drops_site", "forwarding_blocked"),
            *("router_holds_device", "router_diverts_pages", "router_takes_secure_pages"),
        ),
    ),
    (
        "home_unheard",
        (
            *("lan_switched_off", "lan_pool_elsewhere", "lan_dhcp_not_serving"),
            "lan_rogue_dhcp",
        ),
    ),
)
"""Unusual finding <- unusual findings that explain it; the first that holds is named."""
