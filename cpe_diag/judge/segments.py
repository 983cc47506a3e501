"""The path from the operator's core to the customer's device, and the state of each stretch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.verdict import Segment, SegmentState
from cpe_diag.judge.on_site import askable_there
from cpe_diag.judge.segments_on_site import stretches_on_site
from cpe_diag.judge.stretch import Stretch

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cpe_diag.domain.evidence import Evidence
    from cpe_diag.domain.findings import Finding
    from cpe_diag.judge.question import CaseFile


STRETCHES: Final[tuple[Stretch, ...]] = (
    Stretch(
        id="core",
        title="Operator's core",
        bad=(
            "operator_dns_fails",
            "resolver_lies",
            "operator_reference_fails",
            "dhcp_server_silent",
            "dhcp_pool_empty",
        ),
        degraded=("resolver_slow", "resolver_drops", "reference_amiss", "packets_overtake"),
        good=("operator_reference_fails",),
    ),
    Stretch(
        id="node",
        title="Access node",
        bad=(
            *("node_dark", "node_fell", "card_fell", "neighbours_down", "node_silent"),
            "node_cut_off",
        ),
        degraded=("node_restarted", "neighbours_have_errors", "neighbours_suffer", "ways_flap"),
        good=("node_silent",),
    ),
    Stretch(
        id="port",
        title="Port",
        bad=(
            *("port_admin_down", "port_locked", "port_down", "mac_in_wrong_vlan"),
            *("port_takes_no_frames", "router_mac_absent", "home_on_the_line"),
        ),
        degraded=(
            "port_flaps",
            "port_duplex_wrong",
            "port_errors_growing",
            "profile_wrong",
            "port_power_fault",
            "broadcast_storm",
            "port_changed",
        ),
        good=("port_down",),
    ),
    Stretch(
        id="line",
        title="Line",
        bad=(
            "branch_fell",
            "ont_signal_lost",
            "ont_not_accepted",
            "modem_denied",
            "modem_offline",
            "line_signal_lost",
            "line_out_of_sync",
            "cable_pair_bad",
            "ethernet_link_down",
            "wall_no_link",
            "wall_no_offer",
            "wall_no_concentrator",
            "wall_other_vlan",
            "wall_second_server",
            "wall_loop",
            "wall_gateway_silent",
            "wall_gateway_twice",
            "wall_offer_lacks",
            "wall_address_taken",
            "wall_answers_for_all",
        ),
        degraded=(
            "wall_half_duplex",
            "wall_link_slow",
            "wall_dhcp6_silent",
            "optical_asymmetric",
            "optical_low",
            "optical_high",
            "upstream_snr_low",
            "upstream_codewords_lost",
            "ranging_timeouts",
            "downstream_level_bad",
            "downstream_mer_low",
            "modem_partial_service",
            "line_margin_low",
            "line_errors_high",
            "line_retraining",
            "line_rate_low",
            "port_speed_low",
            "port_saturated",
            "port_filled_unasked",
        ),
        good=("line_out_of_sync", "ethernet_link_down", "ont_signal_lost", "modem_offline"),
    ),
    Stretch(
        id="router",
        title="Router",
        bad=(
            "area_power_lost",
            "router_hung",
            "modem_without_router",
            "router_unreachable",
            "home_mute",
            "home_seeks_edge",
            "forwarding_off",
            "forwarding_blocked",
            "nat_missing",
            "router_drops_port",
            "router_holds_device",
            "router_drops_site",
            "router_sends_astray",
            "router_diverts_pages",
            "router_translates_wrongly",
            "router_loses_home",
            "home_lost_in_router",
        ),
        degraded=(
            "router_shapes_low",
            "router_names_late",
            "router_keeps_few_ports",
            "router_drops_names",
            "router_drops_pings",
            "router_drops_web",
            "router_drops_ipv6",
            "router_prefix_old",
            "conntrack_full",
            "router_strained",
            "router_crash_logged",
            "router_restarted",
            "router_clock_wrong",
            "firmware_issue_known",
            "site_led_elsewhere",
            "router_leaves_elsewhere",
            "home_unheard",
        ),
        good=("router_hung",),
        hidden=True,
    ),
    Stretch(
        id="wan",
        title="WAN session",
        bad=(
            "ppp_auth_refused",
            "wan_pppoe_unanswered",
            "wan_dhcp_unanswered",
            "wan_no_carrier",
            "wan_down",
            "lan_wan_overlap",
            "router_no_route",
            "gateway_unreachable",
            "home_cut_off",
            "home_seeks_address",
            "offered_edge_silent",
            "home_answers_elsewhere",
            "home_sends_in_vain",
        ),
        degraded=(
            "wan_behind_router",
            "wan_mtu_wrong",
            "pppoe_mtu_large",
            "ipv6_no_prefix",
            "ipv6_without_way",
            "large_packets_lost",
            "gateway_loss",
            "way_in_loss",
            "way_in_narrow",
            "home_away_at_times",
            "latency_high",
            "gateway_jitter",
            "access_rate_low",
            "access_train_slow",
            "wan_link_flaps",
        ),
        good=("wan_down", "gateway_unreachable"),
    ),
    Stretch(
        id="home",
        title="Home network",
        bad=(
            "home_no_link",
            "home_no_offer",
            "home_second_server",
            "home_loop",
            "home_gateway_silent",
            "home_gateway_twice",
            "home_offer_lacks",
            "home_address_taken",
            "home_answers_for_all",
            *("lan_switched_off", "home_ports_dark"),
            "lan_wrong_gateway",
            "lan_pool_elsewhere",
            "wifi_disabled",
            "wifi_radio_dead",
            "lan_dhcp_not_serving",
            "lan_pool_exhausted",
        ),
        degraded=(
            "home_half_duplex",
            "home_link_slow",
            "home_dhcp6_silent",
            "home_second_server6",
            "home_second_router6",
            "lan_port_errors",
            "lan_link_flaps",
            "lan_rogue_dhcp",
            "lan_duplicate_address",
            "dns_forwarder_stopped",
            "wifi_busy",
            "wifi_crowded",
            "home_connects_in_vain",
            "home_heard_in_vain",
            "home_ipv6_in_vain",
            "home_stalls",
        ),
        good=("lan_dhcp_not_serving", "wifi_disabled"),
    ),
    Stretch(
        id="device",
        title="Device",
        bad=(
            "device_absent",
            "wifi_wrong_password",
            "device_address_foreign",
            "device_dns_dead",
            "device_no_way_out",
            "device_idle",
            "device_elsewhere",
            "device_takes_no_answers",
            "device_answers_arp_alone",
            "device_sends_elsewhere",
            "device_connects_in_vain",
            "device_gets_no_pages",
        ),
        degraded=(
            "wifi_signal_weak",
            "device_no_lease",
            "device_unanswering",
            "wifi_disconnects",
            "device_loss",
            "device_delay",
            "device_rate_low",
            "device_large_lost",
            "device_suffers_alone",
        ),
        good=("device_absent", "wifi_signal_weak"),
        hidden=True,
    ),
    Stretch(
        id="internet",
        title="Internet",
        bad=(
            "internet_unreachable",
            "router_direct_dns_fails",
            "chosen_resolver_dead",
            "router_dns_fails",
            "router_names_lie",
            "world_out_of_reach",
            "pages_are_anothers",
        ),
        degraded=(
            "router_connects_in_vain",
            "world_amiss_for_home",
            "one_family_amiss",
            "world_slow",
            "core_queued",
            "core_rate_low",
            "internet_loss",
            "internet_delay",
            "ipv6_unreachable",
            "ipv6_prefix_unreachable",
            "router_http_fails",
            "names_held_back",
            "web_held_back",
            "tls_held_back",
            "tls_from_home_held_back",
            "site_lost_here",
        ),
        good=("internet_unreachable",),
        hidden=True,
    ),
    Stretch(
        id="platform",
        title="Platform",
        bad=(
            "platform_name_fails",
            "platform_certificate_bad",
            "platform_unreachable",
            "platform_errors",
            "platform_long_packets_lost",
            "platform_tls_fails",
            "platform_empty",
            "platform_redirects_badly",
            "platform_page_unfit",
            "platform_forbids_everybody",
            "platform_fails",
        ),
        degraded=(
            "platform_slow",
            "platform_uneven",
            "platform_errs_at_times",
            "platform_one_family",
            *("platform_parts_fail", "platform_also_fails", "platform_also_slow"),
            "platform_sends_home_away",
            "platform_front_fails",
            "platform_turns_us_away",
            "platform_fails_from_home",
            "site_way_missing",
            "site_amiss",
            "site_other_for_home",
        ),
        good=("platform_unreachable",),
        hidden=True,
    ),
)
"""Core to device is the path; internet and platform stand beside it."""


def segments(findings: tuple[Finding, ...], case: CaseFile) -> tuple[Segment, ...]:
    """Say of each stretch of the path whether it is good, as far as the findings tell.

    Args:
        findings: what the rules answered, explained.
        case: what they were answered from, for why something is not known.

    Returns:
        All stretches in order; one of which nothing is known is unknown. On site they are those
        that a laptop sees.
    """
    by_id: Mapping[str, Finding] = {finding.id: finding for finding in findings}
    stretches = stretches_on_site(case) or STRETCHES
    return tuple(
        _segment(stretch, by_id, case.evidence)
        for stretch in stretches
        if not (stretch.optional and _does_not_arise(stretch, by_id))
    )


def _does_not_arise(stretch: Stretch, by_id: Mapping[str, Finding]) -> bool:
    """Tell whether no question about a stretch makes sense here, or nobody named whom to ask."""
    asked = [by_id[name] for name in (*stretch.bad, *stretch.degraded, *stretch.good)]
    return all(one.answer is None and not one.missing for one in asked)


def _segment(stretch: Stretch, by_id: Mapping[str, Finding], evidence: Evidence) -> Segment:
    state, note = _state(stretch, by_id, evidence)
    return Segment(id=stretch.id, title=stretch.title, state=state, note=note)


def _state(
    stretch: Stretch, by_id: Mapping[str, Finding], evidence: Evidence
) -> tuple[SegmentState, str]:
    for names, state in (
        (stretch.bad, SegmentState.BAD),
        (stretch.degraded, SegmentState.DEGRADED),
    ):
        true = [by_id[name] for name in names if by_id[name].answer]
        own = [finding for finding in true if finding.follows_from is None]
        if own:
            only_to_us = _silent_only_to_us(own[0], by_id)
            return (SegmentState.DEGRADED if only_to_us else state), own[0].because
        if true and not stretch.hidden:
            return state, true[0].because
        if true:
            root = by_id[_root(true[0], by_id)]
            return SegmentState.UNKNOWN, f"out of sight: {root.because}"
    seen = [by_id[name] for name in stretch.good]
    good = [finding for finding in seen if finding.answer is False]
    missing = [finding for finding in seen if finding.answer is None and finding.missing]
    if good and not missing:
        return SegmentState.GOOD, good[0].because
    return SegmentState.UNKNOWN, _gap(missing, evidence) if missing else seen[0].because


def _silent_only_to_us(finding: Finding, by_id: Mapping[str, Finding]) -> bool:
    """Tell whether a device that leaves us without an answer may well do its work."""
    if finding.id == "node_silent":
        return by_id["router_unreachable"].answer is False
    silent = finding.id in {"router_hung", "router_unreachable"}
    return silent and not by_id["port_idle"].answer


def _gap(findings: Sequence[Finding], evidence: Evidence) -> str:
    """Say in a few words why nothing is known: how the asking failed, or that nobody asked.

    Where a laptop was answered, and that does not tell, what it saw says more.
    """
    for finding in findings:
        if askable_there(finding.missing) and not finding.because.startswith(
            tuple(str(key) for key in finding.missing)
        ):
            return finding.because
    failures = [
        failure
        for finding in findings
        for key in finding.missing
        if (failure := evidence.failure(key.kind, key.subject)) is not None
    ]
    if failures:
        return f"not known: {failures[0].kind.replace('_', ' ')}"
    return "not asked"


def _root(finding: Finding, by_id: Mapping[str, Finding]) -> str:
    while finding.follows_from is not None:
        finding = by_id[finding.follows_from]
    return finding.id
