"""When "no fault found" may be said: everything that matters to the complaint was seen good."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from cpe_diag.judge.cause import (
    AT_WALL_PORT,
    DROPS,
    IN_HOME_NETWORK,
    NO_INTERNET,
    ONE_DEVICE,
    SITE,
    SLOW,
    WIFI_TROUBLE,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpe_diag.judge.weighing import Board

WORLD: Final = (
    *("world_amiss_for_home", "one_family_amiss"),
    *("router_connects_in_vain", "router_keeps_few_ports"),
    "world_slow",
    "world_out_of_reach",
    "pages_are_anothers",
)
"""By places of the world that have nothing in common."""
CORE: Final = ("core_queued", "core_rate_low", "reference_amiss", "packets_overtake")
"""By the operator's own reference, from both sides."""

WAY_OUT: Final = (
    "operator_reference_fails",
    "port_down",
    "line_out_of_sync",
    "line_margin_low",
    "line_errors_high",
    "optical_low",
    "optical_high",
    "modem_offline",
    "upstream_snr_low",
    "downstream_level_bad",
    "router_unreachable",
    "router_hung",
    "wan_down",
    "gateway_unreachable",
    "gateway_loss",
    *("way_in_loss", "home_answers_elsewhere"),
    "internet_unreachable",
    "internet_loss",
    "router_dns_fails",
    "router_http_fails",
    "forwarding_off",
    "forwarding_blocked",
    "router_drops_port",
    "router_drops_ipv6",
    "router_no_route",
    "router_sends_astray",
    "router_diverts_pages",
    "router_takes_secure_pages",
    "router_translates_wrongly",
    "router_loses_home",
    *("router_names_lie", "router_names_late", "router_prefix_old", "nat_missing"),
    *("large_packets_lost", "wan_mtu_wrong", "wan_behind_router", "lan_wan_overlap"),
    "router_clock_wrong",
    "chosen_resolver_dead",
    "home_resolver_dead",
    "resolver_slow",
    "resolver_lies",
    "resolver_drops",
    "resolver_turns_home_away",
    "flows_lost",
    *WORLD,
    *("router_leaves_elsewhere", "ipv6_without_way"),
    "ipv6_no_prefix",
    "ipv6_unreachable",
    "ipv6_prefix_unreachable",
    "firmware_issue_known",
)
HOME: Final = (
    "lan_switched_off",
    "lan_wrong_gateway",
    "lan_pool_elsewhere",
    "lan_dhcp_not_serving",
    "lan_rogue_dhcp",
    "lan_rogue_router",
    "lan_duplicate_address",
    "wifi_disabled",
    "wifi_radio_dead",
)

SESSION: Final = (
    "wall_session_withheld",
    "wall_link_not_agreed",
    "wall_login_unanswered",
    "wall_login_refused",
    "wall_session_bare",
)
AT_WALL: Final = (
    "wall_no_link",
    "wall_half_duplex",
    "wall_no_offer",
    "wall_second_server",
    "wall_no_concentrator",
    "wall_other_vlan",
    "wall_other_port",
    "wall_loop",
    "wall_gateway_silent",
    "wall_gateway_twice",
    "wall_pages_fail",
    "wall_loses",
    "wall_large_lost",
    "wall_jitters",
    "wall_way_ends_further",
    "wall_names_taken",
    "wall_names_invented",
    "wall_walled",
    "wall_bloated",
    "wall_rate_low",
    "wall_stream_missing",
    "wall_stream_broken",
    *SESSION,
    "wall_answers_elsewhere",
    "wall_offer_lacks",
    "wall_address_taken",
    "wall_answers_for_all",
    "wall_dhcp6_silent",
    "wall_link_slow",
)
IN_HOME: Final = (
    "home_no_link",
    "home_without_session",
    "home_half_duplex",
    "home_no_offer",
    "home_second_server",
    "home_second_router6",
    "home_loop",
    "home_gateway_silent",
    "home_gateway_twice",
    "home_pages_fail",
    "home_loses",
    "home_large_lost",
    "home_jitters",
    "home_way_ends_further",
    "home_second_router",
    "home_names_taken",
    "home_names_invented",
    "home_walled",
    "home_bloated",
    "home_rate_low",
    "home_stream_missing",
    "home_stream_broken",
    "home_signal_weak",
    "home_air_busy",
    "home_offer_lacks",
    "home_address_taken",
    "home_answers_for_all",
    "home_dhcp6_silent",
    "home_link_slow",
    "home_second_server6",
)

HOME_FELT: Final = (
    "home_connects_in_vain",
    "home_heard_in_vain",
    "home_ipv6_in_vain",
    "home_family_in_vain",
    "home_stalls",
)
"""Where its router can tell, what the home's devices try must be seen to come about."""

IN_PART: Final = ("device_large_lost", "router_forgets_connections", "home_shouted_down")
"""What a complaint may be about while pages come about all the same."""

IN_TUNNEL: Final = "device_in_tunnel"
ALONE: Final = "device_suffers_alone"
"""Where one device is complained of, it must be seen to work: the others do."""
SITE_SEEN: Final = ("site_amiss", "site_led_elsewhere", "site_other_for_home")
"""The site beside the reference, in whatever way."""

GETS_NONE: Final = "device_gets_no_pages"
"""Where its router can tell, the device that is complained of must be seen to get its pages."""

KEPT_FROM_DEVICE: Final = (
    "device_outside_home",
    "device_port_cut",
    "device_refused",
    "device_dhcp_unanswered",
    "device_mask_wrong",
    "device_fixed_address_mute",
    "router_swallows_device",
    "device_pinned",
    "device_dozes",
)
"""By the device's frames: what keeps it from the home network, or the router from it."""

RELEVANT: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        NO_INTERNET: (
            *(*WAY_OUT, *HOME, *HOME_FELT, GETS_NONE),
            *("home_unheard", "home_shouted_down"),
        ),
        SLOW: (
            *WAY_OUT,
            *(ALONE, IN_TUNNEL),
            "port_filled_unasked",
            *HOME_FELT,
            "device_large_lost",
            "home_shouted_down",
            "lan_rogue_router",
            "line_rate_low",
            "profile_wrong",
            "downstream_mer_low",
            "modem_partial_service",
            "ranging_timeouts",
            "port_speed_low",
            "port_saturated",
            "port_errors_growing",
            "port_duplex_wrong",
            "router_strained",
            "router_shapes_low",
            "conntrack_full",
            "latency_high",
            "gateway_jitter",
            "internet_delay",
            *CORE,
            "neighbours_suffer",
            "access_rate_low",
            "access_train_slow",
            "device_loss",
            "device_delay",
            "device_rate_low",
            "wifi_busy",
            "wifi_signal_weak",
        ),
        DROPS: (
            *WAY_OUT,
            *(ALONE, IN_TUNNEL),
            *HOME_FELT,
            *IN_PART,
            "line_retraining",
            "ranging_timeouts",
            "port_flaps",
            "port_flapped",
            "port_errors_growing",
            "router_restarted",
            "router_crash_logged",
            "wan_link_flaps",
            "wifi_disconnects",
            "gateway_jitter",
            "lan_rogue_router",
            "device_dozes",
            "device_loss",
            "ways_flap",
            "home_away_at_times",
            "neighbours_suffer",
            *CORE,
        ),
        WIFI_TROUBLE: (
            "router_unreachable",
            "router_hung",
            "wan_down",
            "internet_unreachable",
            "router_dns_fails",
            *HOME,
            "wifi_busy",
            "wifi_signal_weak",
            "wifi_wrong_password",
            "wifi_disconnects",
        ),
        ONE_DEVICE: (
            "router_unreachable",
            "router_hung",
            "wan_down",
            "internet_unreachable",
            "router_dns_fails",
            *HOME,
            "lan_pool_exhausted",
            "forwarding_off",
            "forwarding_blocked",
            "nat_missing",
            "router_drops_port",
            "router_holds_device",
            "device_absent",
            "device_address_foreign",
            "device_no_lease",
            "device_dns_dead",
            "device_no_way_out",
            "device_idle",
            "device_fails_in_part",
            "device_elsewhere",
            "device_takes_no_answers",
            "device_answers_arp_alone",
            GETS_NONE,
            ALONE,
            *KEPT_FROM_DEVICE,
            *IN_PART,
            "router_takes_secure_pages",
            "device_loss",
            "device_delay",
            "wifi_signal_weak",
            "wifi_wrong_password",
        ),
        AT_WALL_PORT: AT_WALL,
        IN_HOME_NETWORK: IN_HOME,
        SITE: (
            *WAY_OUT,
            ALONE,
            *SITE_SEEN,
            "lan_rogue_router",
            "router_drops_site",
            "router_withholds_site",
            "device_misses_site",
            "device_leaves_site",
            "device_fails_at_site",
            *IN_PART,
            "device_fails_in_part",
            "device_dns_dead",
            "device_no_way_out",
            "device_takes_no_answers",
            "device_answers_arp_alone",
            "device_loss",
            "device_delay",
            "device_rate_low",
            "platform_name_fails",
            "platform_name_wrong",
            "platform_unreachable",
            "platform_certificate_bad",
            "platform_errors",
            "platform_errs_at_times",
            "platform_empty",
            "platform_turns_us_away",
            "platform_forbids_everybody",
            "platform_redirects_badly",
            "platform_sends_home_away",
            *("platform_page_unfit", "platform_parts_fail", "platform_front_fails"),
            *("platform_also_fails", "platform_also_slow"),
            "platform_one_family",
            "platform_slow",
            "platform_uneven",
            "platform_fails_from_home",
            "tls_held_back",
            "tls_from_home_held_back",
            "device_dns_dead",
            GETS_NONE,
        ),
    }
)
"""Findings that must be good, by complaint."""

MAY_BE_UNKNOWN: Final = frozenset(
    {
        "operator_reference_fails",
        *("wall_bloated", "wall_rate_low", "home_bloated", "home_rate_low"),
        *("wall_stream_missing", "wall_stream_broken"),
        *("wall_jitters", "home_jitters"),
        *("home_stream_missing", "home_stream_broken"),
        *SESSION,
        "wall_answers_elsewhere",
        *("home_signal_weak", "home_air_busy"),
        "port_flapped",  # the verdict says then that it has looked now only
        *("way_in_loss", "home_answers_elsewhere"),
        "router_http_fails",
        "forwarding_off",
        "forwarding_blocked",
        "router_drops_port",
        "router_drops_ipv6",
        "router_holds_device",
        "router_drops_site",
        "router_no_route",
        "router_sends_astray",
        "router_diverts_pages",
        "router_translates_wrongly",
        "router_loses_home",
        *("router_shapes_low", "router_names_lie", "router_names_late", "lan_switched_off"),
        *("lan_wrong_gateway", "lan_pool_elsewhere", "router_prefix_old", "nat_missing"),
        *("large_packets_lost", "wan_mtu_wrong", "wan_behind_router", "lan_wan_overlap"),
        "router_clock_wrong",
        "chosen_resolver_dead",
        "home_resolver_dead",
        "resolver_turns_home_away",
        "flows_lost",
        *WORLD,
        *CORE,
        "ways_flap",
        "home_away_at_times",
        "resolver_slow",
        "resolver_lies",
        "resolver_drops",
        "tls_held_back",
        "tls_from_home_held_back",
        "platform_one_family",
        "platform_errs_at_times",
        "platform_empty",
        "platform_forbids_everybody",
        "platform_redirects_badly",
        *("platform_page_unfit", "platform_parts_fail", "platform_front_fails"),
        *("platform_also_fails", "platform_also_slow"),
        "router_withholds_site",
        "platform_name_wrong",
        "device_dns_dead",
        "device_no_way_out",
        "device_idle",
        "device_elsewhere",
        "device_takes_no_answers",
        "device_answers_arp_alone",
        "lan_duplicate_address",
        "lan_rogue_router",
        *KEPT_FROM_DEVICE,
        *HOME_FELT,
        *IN_PART,
        *("site_led_elsewhere", "site_other_for_home"),
        *(ALONE, IN_TUNNEL),
        *("home_unheard", "port_filled_unasked"),
        "router_takes_secure_pages",
        *("router_leaves_elsewhere", "ipv6_without_way"),
        "ipv6_no_prefix",
        "ipv6_unreachable",
        "ipv6_prefix_unreachable",
        "firmware_issue_known",
        "line_errors_high",
        "latency_high",
        "wifi_disconnects",
        "optical_low",
        "optical_high",
        "upstream_snr_low",
        "downstream_level_bad",
        "downstream_mer_low",
        "modem_partial_service",
        "ranging_timeouts",
        "profile_wrong",
        "port_saturated",
        "gateway_jitter",
        "internet_delay",
        "neighbours_suffer",
        "access_rate_low",
        "access_train_slow",
        "device_loss",
        "device_delay",
        "device_rate_low",
    }
)
"""Good to have, but the rest carries the statement where a device cannot tell."""

MUST_ARISE: Final[Mapping[str, str]] = MappingProxyType(
    {
        ONE_DEVICE: "device_absent",
        SITE: "platform_unreachable",
        AT_WALL_PORT: "wall_no_link",
        IN_HOME_NETWORK: "home_no_link",
    }
)
"""Without a named device or site, or a laptop there, it cannot be called unfounded."""


def unseen(on: Board) -> bool:
    """Tell whether a complaint about one device is judged without having seen what it does.

    Many routers have no table to look into; what is left are the checks around the device. The
    same holds of a site that is said to fail on one device alone.
    """
    of_one = on.symptom == SITE and bool(on.answers.get("only_one_device_affected"))
    return (on.symptom == ONE_DEVICE or of_one) and on.answers.get(GETS_NONE) is not False


def relevant(symptom: str) -> tuple[str, ...]:
    """Give the findings that matter to a complaint."""
    return RELEVANT.get(symptom, WAY_OUT)


def not_proven_good(on: Board) -> tuple[str, ...]:
    """Give the findings that stand between this case and "no fault found".

    Args:
        on: what is known.

    Returns:
        Ids of findings that are unusual or not known; empty means that all was seen good.
    """
    must_arise = MUST_ARISE.get(on.symptom)
    return tuple(
        finding
        for finding in relevant(on.symptom)
        if on.answers.get(finding)
        or (finding in on.not_arising and finding == must_arise)
        or (
            on.answers.get(finding) is None
            and finding not in on.not_arising
            and (finding not in MAY_BE_UNKNOWN or finding in on.set_aside)
        )
    )
