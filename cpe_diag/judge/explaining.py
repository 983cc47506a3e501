"""Evidence that follows from other evidence is told, but not counted twice."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Final

from cpe_diag.judge.explaining_kinds import likewise
from cpe_diag.judge.explaining_whose import FOLLOWS_WHOSE, ONE_FAMILY, SITE_STANDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpe_diag.domain.findings import Finding

NO_WAY_OUT: Final = ("gateway_unreachable", "wan_down", "conntrack_full")
BEYOND_HOME: Final = (
    *("router_connects_in_vain", "world_out_of_reach", "pages_are_anothers"),
    *("world_amiss_for_home", "reference_amiss"),
)
"""The router's own connections suffer what the home's do."""
SLOW_BEYOND: Final = ("world_slow", "core_queued", "core_rate_low", "ways_flap")
NOTHING_PASSES: Final = (
    *NO_WAY_OUT,
    *BEYOND_HOME,
    "internet_unreachable",
    "forwarding_off",
    "forwarding_blocked",
    "nat_missing",
    "router_drops_port",
    "router_holds_device",
    "lan_switched_off",
    "lan_wrong_gateway",
    "lan_pool_elsewhere",
    "router_sends_astray",
    "router_diverts_pages",
    "router_loses_home",
)
NO_PAGES: Final = (
    *NOTHING_PASSES,
    *SLOW_BEYOND,
    "router_no_route",
    "router_translates_wrongly",
    "router_drops_web",
    "home_lost_in_router",
    "router_direct_dns_fails",
    "router_dns_fails",
    "router_names_lie",
    "flows_lost",
    "web_held_back",
    "tls_held_back",
    "tls_from_home_held_back",
    "large_packets_lost",
    "internet_loss",
    "gateway_loss",
    "lan_rogue_router",
    "lan_duplicate_address",
)
"""No page comes to the home, or few."""
KEPT_OUT: Final = (
    "device_outside_home",
    "device_port_cut",
    "device_refused",
    "device_dhcp_unanswered",
)
"""The router does not let the device in."""
ASTRAY: Final = ("device_mask_wrong", "device_fixed_address_mute")
BY_ONE_WAY: Final = ("device_asks_one_proxy", "device_tunnels_in_vain")
DAMAGE: Final = (
    *("optical_low", "optical_high", "upstream_snr_low", "ranging_timeouts"),
    "downstream_level_bad",
    "downstream_mer_low",
    "modem_partial_service",
    "broadcast_storm",
    "conntrack_full",
    "port_flaps",
    "port_saturated",
    "port_duplex_wrong",
    "line_errors_high",
    "line_margin_low",
    "port_errors_growing",
    "router_strained",
    "router_shapes_low",
)

NAMED_IN_HOME: Final = (
    *NOTHING_PASSES,
    *SLOW_BEYOND,
    *DAMAGE,
    "router_translates_wrongly",
    "router_prefix_old",
    "router_drops_web",
    "router_drops_ipv6",
    "large_packets_lost",
    "wan_mtu_wrong",
    "gateway_loss",
    "way_in_loss",
    "internet_loss",
    "flows_lost",
    "neighbours_suffer",
    "device_loss",
    "lan_rogue_router",
    "lan_rogue_dhcp",
    "lan_duplicate_address",
    "lan_port_errors",
    "lan_link_flaps",
)
"""What is known of the home or its line, and makes its connections few or slow."""
SHARED: Final = ("neighbours_suffer", "ways_flap")
SLOW_LINE: Final = ("line_rate_low", "port_speed_low", "profile_wrong", "cable_pair_bad")
WEAK_LINK: Final = (
    "wifi_signal_weak",
    "wifi_busy",
    "lan_port_errors",
    "lan_duplicate_address",
    "broadcast_storm",
    "router_strained",
    "router_shapes_low",
)

FOLLOWS_WIDER: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("node_silent", ("node_dark",)),
    (
        "port_down",
        ("port_admin_down", "port_locked", "group_down", "neighbours_down", "port_flaps"),
    ),
    (
        "ethernet_link_down",
        ("port_admin_down", "port_locked", "group_down", "neighbours_down", "port_flaps"),
    ),
    ("line_out_of_sync", ("port_admin_down", "port_down")),
    ("far_end_power_lost", ("group_down",)),
    (
        "ont_signal_lost",
        ("port_admin_down", "group_down", "far_end_power_lost", "neighbours_down"),
    ),
    ("modem_offline", ("port_admin_down", "group_down", "neighbours_down")),
    ("modem_ranging", ("group_down",)),
    ("optical_low", ("optical_asymmetric",)),
    ("upstream_codewords_lost", ("upstream_snr_low",)),
    ("port_vlan_wrong", ("mac_in_wrong_vlan",)),
    ("line_rate_low", ("profile_wrong",)),
    (
        "line_signal_lost",
        ("port_admin_down", "group_down", "far_end_power_lost", "neighbours_down"),
    ),
    (
        "port_changed",
        ("port_down", "port_flaps", "node_restarted", "router_restarted", "line_retraining"),
    ),
    ("wan_link_flaps", ("port_flaps",)),
    ("port_flapped", ("port_flaps",)),
    ("port_idle", ("port_locked", "port_down", "line_out_of_sync", "no_mac_learned", "wan_down")),
    (
        "no_mac_learned",
        (
            "port_admin_down",
            "port_locked",
            "port_down",
            "line_out_of_sync",
            "modem_without_router",
        ),
    ),
    (
        "router_unreachable",
        (
            "node_dark",
            "port_admin_down",
            "port_locked",
            "port_down",
            "line_out_of_sync",
            "modem_without_router",
        ),
    ),
    (
        "port_errors_growing",
        ("port_duplex_wrong", "cable_pair_bad", "line_errors_high", "line_margin_low"),
    ),
    ("wan_no_carrier", ("port_down", "line_out_of_sync")),
    ("wan_dhcp_unanswered", ("mac_in_wrong_vlan", "port_locked")),
    ("home_without_address", ("wan_dhcp_unanswered", "router_unreachable")),
    ("wan_pppoe_unanswered", ("mac_in_wrong_vlan", "port_locked")),
    (
        "wan_down",
        (
            "port_down",
            "wan_no_carrier",
            "port_locked",
            "mac_in_wrong_vlan",
            "ppp_auth_refused",
            "wan_dhcp_unanswered",
            "wan_pppoe_unanswered",
        ),
    ),
    (
        "gateway_unreachable",
        (
            *("wan_down", "conntrack_full", "lan_wan_overlap", "router_no_route"),
            *("router_translates_wrongly", "router_drops_pings"),
        ),
    ),
    ("access_train_slow", (*SHARED, *DAMAGE, *SLOW_LINE)),
    ("gateway_loss", (*SHARED, *DAMAGE)),
    ("way_in_loss", (*SHARED, *DAMAGE)),
    ("router_hung", ("way_in_loss", "way_in_narrow")),
    ("latency_high", (*SHARED, "port_saturated", "router_strained", "access_train_slow")),
    ("gateway_jitter", (*SHARED, *DAMAGE, "access_train_slow")),
    (
        "access_rate_low",
        (
            *SHARED,
            *DAMAGE,
            *SLOW_LINE,
            *("gateway_loss", "internet_loss", "latency_high", "gateway_jitter"),
            *("internet_delay", "resolver_slow"),
        ),
    ),
    (
        "latency_under_load",
        ("router_shapes_low", "access_train_slow", "access_rate_low", "port_saturated"),
    ),
    ("ipv6_no_prefix", ("lan_switched_off", "home_unheard")),
    ("port_saturated", ("port_filled_unasked",)),
    ("router_sends_astray", ("port_flaps", "wan_link_flaps", "lan_wan_overlap")),
    (
        "internet_unreachable",
        (
            *("router_no_route", "router_sends_astray", "router_translates_wrongly"),
            *("router_drops_pings", *NO_WAY_OUT),
        ),
    ),
    (
        "ipv6_unreachable",
        (
            *(*NO_WAY_OUT, "internet_unreachable", "router_sends_astray"),
            "router_leaves_elsewhere",
        ),
    ),
    ("ipv6_prefix_unreachable", ("router_sends_astray", "router_prefix_old")),
    ("router_loses_home", ("router_sends_astray", "router_translates_wrongly")),
    ("home_lost_in_router", NAMED_IN_HOME),
    ("home_connects_in_vain", (*NO_PAGES, *NAMED_IN_HOME)),
    ("home_heard_in_vain", (*NO_PAGES, *NAMED_IN_HOME)),
    (
        "home_ipv6_in_vain",
        (
            *("ipv6_unreachable", "ipv6_prefix_unreachable", "router_drops_ipv6"),
            *("ipv6_no_prefix", *NO_PAGES, *NAMED_IN_HOME),
        ),
    ),
    ("home_stalls", (*NO_PAGES, *NAMED_IN_HOME, *SITE_STANDS)),
    ("home_family_in_vain", (*ONE_FAMILY, *NO_PAGES, *NAMED_IN_HOME)),
    ("forwarding_blocked", ("forwarding_off",)),
    ("router_drops_port", ("forwarding_blocked",)),
    ("router_drops_names", ("router_drops_port",)),
    ("router_drops_pings", ("router_drops_port",)),
    ("router_drops_web", ("router_drops_port",)),
    ("large_packets_lost", ("wan_mtu_wrong",)),
    ("pppoe_mtu_large", ("wan_mtu_wrong",)),
    ("wan_behind_router", ("lan_wan_overlap",)),
    ("internet_loss", ("gateway_loss", *SHARED, *DAMAGE)),
    ("internet_delay", (*SHARED, *DAMAGE, "access_train_slow")),
    (
        "router_direct_dns_fails",
        (
            "router_no_route",
            "router_sends_astray",
            "router_drops_names",
            *NO_WAY_OUT,
            "internet_unreachable",
            "resolver_drops",
        ),
    ),
    ("core_queued", (*SHARED, "port_saturated")),
    ("core_rate_low", (*SHARED, *DAMAGE, *SLOW_LINE, "access_train_slow", "gateway_loss")),
    ("home_away_at_times", ("port_flaps", "port_down", "line_retraining", "router_restarted")),
    ("world_slow", (*SHARED, *DAMAGE, "gateway_loss", "latency_high", "access_train_slow")),
    ("world_out_of_reach", NO_WAY_OUT),
    (
        "router_connects_in_vain",
        (
            *(*NO_WAY_OUT, "internet_unreachable", "router_drops_web", "router_sends_astray"),
            "router_keeps_few_ports",
        ),
    ),
    ("names_held_back", ("resolver_drops",)),
    ("web_held_back", ("tls_held_back",)),
    (
        "router_dns_fails",
        (
            *NO_WAY_OUT,
            "router_drops_names",
            "router_no_route",
            "router_direct_dns_fails",
            "operator_dns_fails",
            "resolver_drops",
            "lan_dhcp_not_serving",
            "chosen_resolver_dead",
            "clock_fails_names",
        ),
    ),
    (
        "router_http_fails",
        (
            "router_drops_web",
            "router_names_lie",
            *NO_WAY_OUT,
            "internet_unreachable",
            "router_dns_fails",
            "resolver_lies",
            "resolver_drops",
            "operator_reference_fails",
        ),
    ),
    ("operator_dns_fails", ("resolver_drops",)),
    ("resolver_slow", ("resolver_drops",)),
    ("platform_also_fails", ("resolver_lies", "resolver_drops", "operator_dns_fails")),
    (
        "router_names_late",
        (
            *("resolver_drops", "operator_dns_fails", "chosen_resolver_dead", "names_held_back"),
            *("gateway_loss", "internet_loss", "world_slow", "router_strained", "conntrack_full"),
        ),
    ),
    ("platform_name_fails", ("resolver_drops",)),
    ("platform_name_bad", ("platform_name_fails", "platform_name_wrong")),
    ("tls_from_home_held_back", ("tls_held_back",)),
    ("dhcp_server_silent", ("router_mac_absent", "home_on_the_line")),
    ("port_takes_no_frames", ("port_locked", "port_admin_down", "mac_in_wrong_vlan")),
    ("home_mute", ("neighbours_suffer", "group_down", "way_in_loss", "port_locked")),
    ("home_cut_off", ("neighbours_suffer", "group_down", "way_in_loss")),
    ("operator_reference_fails", ("operator_dns_fails", "resolver_lies")),
    ("platform_unreachable", ("platform_long_packets_lost", "platform_tls_fails")),
    ("platform_errors", ("platform_tls_fails",)),
    (
        "platform_fails_from_home",
        (
            *NO_WAY_OUT,
            *("internet_unreachable", "router_http_fails", "router_dns_fails"),
            "router_drops_site",
            "router_sends_astray",
            "router_names_lie",
        ),
    ),
    (
        "device_absent",
        ("wifi_wrong_password", "wifi_disabled", "wifi_radio_dead", "device_refused"),
    ),
    (
        "device_address_foreign",
        (
            *("lan_rogue_dhcp", "lan_dhcp_not_serving", "lan_pool_exhausted"),
            *("lan_pool_elsewhere", *KEPT_OUT),
        ),
    ),
    (
        "device_no_lease",
        (
            "lan_dhcp_not_serving",
            "lan_pool_exhausted",
            "lan_rogue_dhcp",
            "wifi_wrong_password",
            *KEPT_OUT,
            "device_absent",
        ),
    ),
    ("lan_duplicate_address", ("lan_rogue_dhcp",)),
    ("lan_pool_exhausted", ("lan_dhcp_not_serving",)),
    (
        "device_unanswering",
        (
            "device_absent",
            "device_address_foreign",
            "device_takes_no_answers",
            "device_answers_arp_alone",
            "device_dozes",
            "device_pinned",
            *KEPT_OUT,
            *ASTRAY,
        ),
    ),
    (
        "device_elsewhere",
        (
            *("device_address_foreign", "lan_rogue_dhcp", "lan_dhcp_not_serving"),
            *("device_dozes", *KEPT_OUT),
        ),
    ),
    (
        "device_dhcp_unanswered",
        (
            *("device_outside_home", "router_holds_device", "device_port_cut", "device_refused"),
            *("lan_dhcp_not_serving", "lan_pool_exhausted", "lan_switched_off"),
        ),
    ),
    ("device_port_cut", ("lan_switched_off", "router_holds_device")),
    ("router_swallows_device", (*NOTHING_PASSES, "router_drops_web", "device_pinned")),
    ("device_takes_no_answers", ("router_swallows_device",)),
    ("device_dozes", (*WEAK_LINK, "lan_link_flaps")),
    ("device_asks_one_proxy", NOTHING_PASSES),
    ("device_tunnels_in_vain", NOTHING_PASSES),
    ("device_fixed_address_mute", ("device_mask_wrong",)),
    ("device_dns_dead", (*NOTHING_PASSES, "router_direct_dns_fails")),
    (
        "device_answers_arp_alone",
        (
            *NOTHING_PASSES,
            "device_takes_no_answers",
            "device_address_foreign",
            "device_pinned",
            *ASTRAY,
        ),
    ),
    (
        "device_no_way_out",
        (
            *NOTHING_PASSES,
            "device_answers_arp_alone",
            "device_takes_no_answers",
            "device_loss",
            "device_tunnels_in_vain",
            *ASTRAY,
        ),
    ),
    (
        "device_idle",
        (
            *("device_address_foreign", "device_answers_arp_alone", "device_tunnels_in_vain"),
            *(*ASTRAY, *KEPT_OUT, *NOTHING_PASSES),
        ),
    ),
    (
        "device_sends_elsewhere",
        (
            *("device_address_foreign", "lan_rogue_dhcp", "device_mask_wrong"),
            *(*KEPT_OUT, *NOTHING_PASSES),
        ),
    ),
    ("device_connects_in_vain", (*BY_ONE_WAY, *NOTHING_PASSES, "lan_link_flaps")),
    (
        "device_gets_no_pages",
        (
            *NOTHING_PASSES,
            "router_drops_names",
            "router_drops_web",
            "lan_link_flaps",
            "lan_duplicate_address",
            *("router_swallows_device", "device_dozes", *KEPT_OUT, *ASTRAY, *BY_ONE_WAY),
            "device_absent",
            "device_address_foreign",
            "device_dns_dead",
            "device_takes_no_answers",
            "device_answers_arp_alone",
            "device_sends_elsewhere",
            "device_no_way_out",
            "device_loss",
        ),
    ),
    (
        "device_fails_in_part",
        (
            *("router_swallows_device", "router_holds_device", "device_dozes", "lan_link_flaps"),
            *("device_takes_no_answers", "device_loss", "device_dns_dead", *NOTHING_PASSES),
        ),
    ),
    ("device_loss", (*WEAK_LINK, "lan_link_flaps", "device_dozes")),
    ("device_delay", (*WEAK_LINK, "device_loss", "device_rate_low")),
    ("device_rate_low", (*WEAK_LINK, "device_loss", "device_large_lost")),
    ("wifi_retries", ("wifi_busy", "wifi_signal_weak")),
    ("wifi_disconnects", ("wifi_wrong_password", "wifi_radio_dead", "router_restarted")),
    *FOLLOWS_WHOSE,
)
"""Unusual finding <- unusual findings that explain it; the first that holds is named."""
FOLLOWS: Final = (*FOLLOWS_WIDER, *likewise(FOLLOWS_WIDER))


def explain(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Mark each unusual finding that another unusual finding explains already.

    Args:
        findings: what the rules answered, in any order.

    Returns:
        The same findings in the same order, with `follows_from` where it applies.
    """
    answers: Mapping[str, bool | None] = {finding.id: finding.answer for finding in findings}
    because = dict(FOLLOWS)
    return tuple(
        dataclasses.replace(finding, follows_from=_first(because.get(finding.id, ()), answers))
        if finding.answer
        else finding
        for finding in findings
    )


def _first(reasons: tuple[str, ...], answers: Mapping[str, bool | None]) -> str | None:
    return next((reason for reason in reasons if answers.get(reason)), None)
