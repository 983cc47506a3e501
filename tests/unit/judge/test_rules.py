"""Every rule gives each of its three answers, and never from a failure of our own side."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest

from cpe_diag.domain.device_facts import DeviceWatch, Tries
from cpe_diag.domain.dhcp_facts import DhcpOutcome
from cpe_diag.domain.evidence import Evidence
from cpe_diag.domain.failures import BLAME_OF, Blame, FailureKind
from cpe_diag.domain.field_session_facts import SessionEnd
from cpe_diag.domain.path_facts import HttpOutcome
from cpe_diag.domain.port_facts import OperStatus
from cpe_diag.domain.router_facts import LogEventKind
from cpe_diag.domain.setting_facts import CablePair, CableState, VlanMembership
from cpe_diag.domain.way_out_facts import RouterDrop
from cpe_diag.domain.wifi_facts import WifiClients
from cpe_diag.judge.decide import decide, find
from cpe_diag.judge.rules import RULES
from cpe_diag.testing import access_homes as access
from cpe_diag.testing import fault_effects as effect
from cpe_diag.testing import faults_at_device as at_device
from cpe_diag.testing import faults_at_home as at_home
from cpe_diag.testing import faults_at_sites as sites
from cpe_diag.testing import faults_beyond_wire as past_wire
from cpe_diag.testing import faults_enclosed as enclosed
from cpe_diag.testing import faults_in_home as in_home
from cpe_diag.testing import faults_in_part as in_part
from cpe_diag.testing import faults_of_home as home
from cpe_diag.testing import faults_of_names as names
from cpe_diag.testing import faults_of_offers as offers
from cpe_diag.testing import faults_of_routes as routes
from cpe_diag.testing import faults_of_session as session
from cpe_diag.testing import faults_of_vlans as vlans
from cpe_diag.testing import faults_of_ways as off
from cpe_diag.testing import faults_of_world as beyond
from cpe_diag.testing import faults_on_site as on_site
from cpe_diag.testing import faults_on_the_way_out as way_out
from cpe_diag.testing import faults_outside as outside
from cpe_diag.testing import faults_whose as whose
from cpe_diag.testing import load_samples as load
from cpe_diag.testing.device_samples import LAPTOP
from cpe_diag.testing.evidence_samples import (
    ABSENT,
    ROUTER_MAC,
    about,
    all_unobserved,
    answered,
    changed,
    dsl_home,
    ethernet_home,
    never_asked,
)
from cpe_diag.testing.field_samples import GATEWAY
from tests.unit.judge.kind_pairs import KIND_PAIRS

if TYPE_CHECKING:
    from cpe_diag.domain.findings import Finding
    from cpe_diag.judge.question import CaseFile

ETH: Final = ethernet_home()
DSL: Final = dsl_home()
SWITCH: Final = access.switch_home()
FIBRE: Final = access.pon_home()
COAX: Final = access.coax_home()
NAMED: Final = about(ETH, device_mac=LAPTOP)
OF_SITE: Final = about(ethernet_home("site_not_opening"), device_mac=LAPTOP)
ONE_BLOCKS: Final = names.device_blocks_site(OF_SITE)
MEASURED: Final = load.measured(ETH)
PLAIN_TAKEN: Final = in_part.secure_pages_taken(ETH, port=80)
ALONE: Final = never_asked(outside.line_cut(DSL), ("siblings", "node"))
AT_WALL: Final = on_site.on_site(on_site.WALL)
AT_HOME: Final = on_site.on_site(on_site.LAN)
NO_SIGN_OF_HOME: Final = at_home.wan_cable(DSL)


def _neighbours_with_errors(case: CaseFile) -> CaseFile:
    for subject in case.evidence.subjects("port_rates", "neighbour/"):
        case = changed(case, "port_rates", subject, fcs_errors=7)
    return case


def _retried(case: CaseFile) -> CaseFile:
    held = case.evidence.value(WifiClients, "wifi_clients", "router")
    clients = tuple(replace(one, tx_retries=90_000) for one in (held.clients if held else ()))
    return changed(case, "wifi_clients", "router", clients=clients)


def _home_only(case: CaseFile) -> CaseFile:
    return changed(case, "http", "router>platform", outcome=HttpOutcome.CONNECT_TIMEOUT)


PAIRS: Final[tuple[tuple[str, CaseFile, CaseFile], ...]] = (
    ("node_silent", effect.node_gone(ETH), ETH),
    ("node_restarted", changed(ETH, "node_system", "node", uptime_s=60.0), ETH),
    ("port_admin_down", outside.port_shut(ETH), ETH),
    ("port_down", outside.line_cut(DSL), DSL),
    ("ethernet_link_down", outside.line_cut(ETH), ETH),
    ("port_changed", outside.line_cut(ETH), ETH),
    ("neighbours_down", outside.node_part_outage(DSL), ALONE),
    ("group_down", outside.splitter_outage(ETH), ETH),
    ("area_power_lost", outside.area_power_cut(DSL), outside.splitter_outage(ETH)),
    ("branch_fell", outside.splitter_outage(ETH), outside.card_outage(ETH)),
    ("card_fell", outside.card_outage(ETH), outside.splitter_outage(ETH)),
    ("node_fell", outside.node_ports_outage(ETH), outside.card_outage(ETH)),
    ("port_errors_growing", outside.port_errors(ETH), ETH),
    ("neighbours_have_errors", _neighbours_with_errors(ETH), ETH),
    ("port_flaps", outside.port_flapping(ETH), ETH),
    ("port_duplex_wrong", outside.duplex_mismatch(ETH), ETH),
    ("port_speed_low", outside.line_rate_low(ETH), ETH),
    ("port_saturated", at_home.line_saturated(DSL), DSL),
    ("port_idle", at_home.router_hung(ETH), ETH),
    ("mac_in_wrong_vlan", outside.wrong_vlan(ETH), ETH),
    ("no_mac_learned", at_home.wan_cable(DSL), DSL),
    ("port_vlan_wrong", access.wrong_vlan_set(SWITCH), SWITCH),
    ("profile_wrong", access.wrong_profile(SWITCH), SWITCH),
    ("port_locked", access.port_locked(SWITCH), SWITCH),
    ("port_power_fault", access.power_fault(SWITCH), SWITCH),
    ("cable_pair_bad", access.cable_broken(SWITCH), SWITCH),
    ("broadcast_storm", access.home_loop(ETH), ETH),
    ("ont_signal_lost", access.fibre_cut(FIBRE), FIBRE),
    ("ont_not_accepted", access.ont_rejected(FIBRE), FIBRE),
    ("optical_low", access.optical_low(FIBRE), FIBRE),
    ("optical_high", access.optical_high(FIBRE), FIBRE),
    ("optical_asymmetric", access.fibre_bent(FIBRE), FIBRE),
    ("modem_offline", access.modem_gone(COAX), COAX),
    ("modem_ranging", access.modem_ranging(COAX), COAX),
    ("modem_denied", access.modem_denied(COAX), COAX),
    ("modem_partial_service", access.partial_service(COAX), COAX),
    ("upstream_snr_low", access.upstream_ingress(COAX), COAX),
    ("upstream_codewords_lost", access.upstream_ingress(COAX), COAX),
    ("upstream_tx_high", access.upstream_ranging(COAX), COAX),
    ("ranging_timeouts", access.upstream_ranging(COAX), COAX),
    ("downstream_level_bad", access.coax_level(COAX), COAX),
    ("downstream_mer_low", access.coax_level(COAX), COAX),
    ("line_out_of_sync", outside.line_cut(DSL), DSL),
    ("far_end_power_lost", outside.customer_power(DSL), DSL),
    ("line_signal_lost", outside.line_cut(DSL), DSL),
    ("line_margin_low", outside.line_noise(DSL), DSL),
    ("line_errors_high", outside.line_noise(DSL), DSL),
    ("line_retraining", outside.line_retrains(DSL), DSL),
    ("line_rate_low", outside.line_rate_low(DSL), DSL),
    ("modem_without_router", at_home.wan_cable(DSL), DSL),
    ("router_unreachable", effect.router_gone(ETH), ETH),
    ("router_hung", at_home.router_hung(ETH), ETH),
    ("way_in_loss", load.access_loss_unheard(ETH), at_home.router_hung(ETH)),
    ("router_restarted", at_home.router_reboots(ETH), ETH),
    ("router_strained", at_home.router_overloaded(ETH), ETH),
    ("conntrack_full", at_home.router_conntrack_full(ETH), ETH),
    ("router_crash_logged", at_home.router_reboots(ETH), ETH),
    ("wan_link_flaps", outside.line_retrains(DSL), DSL),
    ("wan_down", outside.dhcp_no_offer(ETH), ETH),
    ("wan_no_carrier", changed(ETH, "router_wan", "router", carrier=False), ETH),
    ("wan_dhcp_unanswered", outside.dhcp_no_offer(ETH), ETH),
    ("home_without_address", effect.router_gone(ETH), ETH),
    ("dhcp_server_silent", outside.dhcp_gone(ETH), outside.dhcp_server(ETH, DhcpOutcome.OFFERED)),
    (
        "dhcp_pool_empty",
        outside.dhcp_pool_exhausted(ETH),
        outside.dhcp_server(ETH, DhcpOutcome.OFFERED),
    ),
    ("wan_pppoe_unanswered", outside.pppoe_no_server(DSL), DSL),
    ("ppp_auth_refused", outside.auth_refused(DSL), DSL),
    ("pppoe_login_wrong", outside.router_pppoe_password(DSL), DSL),
    ("node_dark", outside.node_outage(ETH), ETH),
    ("gateway_unreachable", outside.session_stale(ETH), ETH),
    ("gateway_loss", outside.port_errors(ETH), ETH),
    ("latency_high", at_home.line_saturated(ETH), ETH),
    ("internet_unreachable", outside.session_stale(ETH), ETH),
    ("internet_loss", outside.core_loss(ETH), ETH),
    ("nat_missing", way_out.nat_missing(ETH), ETH),
    ("forwarding_off", way_out.forwarding_off(ETH), ETH),
    ("forwarding_blocked", way_out.router_firewall(ETH), ETH),
    ("router_drops_port", way_out.router_drops(ETH, "tcp/443"), ETH),
    ("router_drops_names", way_out.router_drops_own(ETH), ETH),
    ("router_drops_pings", way_out.router_drops_own(ETH), ETH),
    ("router_drops_web", way_out.router_drops_own(ETH), ETH),
    (
        "router_drops_ipv6",
        way_out.router_drops(way_out.ipv6_home(ETH), "tcp/443", ipv6=True),
        way_out.ipv6_home(ETH),
    ),
    ("router_holds_device", way_out.router_drops(NAMED, "tcp/443", whom=LAPTOP), NAMED),
    (
        "router_drops_site",
        way_out.router_drops(ETH, "tcp/443", to="203.0.113.80"),
        ETH,
    ),
    ("router_sends_astray", routes.router_static_route(ETH), routes.with_routes(ETH)),
    ("router_diverts_pages", routes.router_port_forward(ETH), routes.with_routes(ETH)),
    (
        "router_translates_wrongly",
        routes.router_translation_wrong(ETH),
        routes.with_routes(ETH),
    ),
    ("home_connects_in_vain", home.home_in_vain(ETH), ETH),
    ("home_heard_in_vain", home.home_in_vain(ETH), ETH),
    ("home_ipv6_in_vain", home.home_ipv6_in_vain(ETH), ETH),
    ("home_stalls", home.home_stalls(ETH), ETH),
    ("home_lost_in_router", home.router_passes_little_on(ETH), ETH),
    ("lan_pool_elsewhere", home.pool_elsewhere(ETH), ETH),
    ("router_prefix_old", home.prefix_old(ETH), home.prefix_known(ETH)),
    ("router_loses_home", routes.router_unexplained(ETH), ETH),
    ("router_shapes_low", routes.router_bandwidth_control(ETH), routes.with_routes(ETH)),
    ("ipv6_prefix_unreachable", routes.prefix_not_routed(ETH), way_out.ipv6_home(ETH)),
    ("site_way_missing", routes.edge_route_to_site(ETH), ETH),
    ("router_no_route", way_out.router_no_route(ETH), ETH),
    ("router_names_lie", way_out.router_names_lie(ETH), ETH),
    ("router_withholds_site", names.router_blocklist(ETH), ETH),
    ("home_resolver_dead", names.router_gives_wrong_dns(ETH), ETH),
    (
        "line_names_dead_resolver",
        names.dhcp_old_resolver(ETH),
        names.offered(way_out.router_dns_setting(ETH), "192.0.2.53"),
    ),
    ("resolver_turns_home_away", names.resolver_for_others(ETH), ETH),
    ("flows_lost", names.uplink_member_dead(ETH), names.flows_asked(ETH, 1)),
    ("platform_name_wrong", names.platform_name_wrong(ETH), ETH),
    ("device_misses_site", names.device_hosts_file(NAMED), NAMED),
    ("device_leaves_site", ONE_BLOCKS, OF_SITE),
    ("device_fails_at_site", names.device_fails_at_site(NAMED), NAMED),
    ("device_fails_in_part", names.device_family_dead(NAMED), NAMED),
    ("others_get_site", ONE_BLOCKS, names.device_blocks_site(NAMED, others=0)),
    ("home_ports_dark", way_out.router_ports_burnt(ETH), answered(ETH, "affected", "all_devices")),
    ("lan_switched_off", way_out.lan_interface_down(ETH), ETH),
    ("lan_wrong_gateway", way_out.lan_dhcp_wrong_options(ETH), ETH),
    ("large_packets_lost", way_out.mtu_black_hole(ETH), ETH),
    ("wan_mtu_wrong", way_out.router_mtu(ETH), ETH),
    ("pppoe_mtu_large", way_out.router_mtu_large(DSL), DSL),
    ("wan_behind_router", way_out.double_nat(ETH), ETH),
    ("lan_wan_overlap", way_out.lan_wan_same_prefix(ETH), ETH),
    ("router_clock_wrong", way_out.router_clock(ETH), ETH),
    ("clock_fails_names", way_out.router_clock_names(ETH), way_out.router_clock(ETH)),
    ("firmware_issue_known", way_out.firmware_bug(ETH), ETH),
    ("ipv6_no_prefix", way_out.ipv6_prefix_missing(ETH), way_out.ipv6_home(ETH)),
    ("ipv6_unreachable", way_out.ipv6_route(ETH), way_out.ipv6_home(ETH)),
    ("chosen_resolver_dead", way_out.router_dns_setting(ETH), ETH),
    ("gateway_jitter", load.access_jitter(ETH), MEASURED),
    ("internet_delay", load.core_delay(ETH), MEASURED),
    ("neighbours_suffer", load.uplink_congested(ETH), MEASURED),
    ("device_loss", load.home_loss(ETH), MEASURED),
    ("device_delay", load.home_delay(ETH), MEASURED),
    ("access_rate_low", load.access_rate(ETH), MEASURED),
    ("access_train_slow", load.access_rate(ETH), MEASURED),
    ("latency_under_load", load.access_rate(ETH), MEASURED),
    ("device_rate_low", load.home_rate(ETH), MEASURED),
    ("device_large_lost", in_part.long_frames_lost(ETH), MEASURED),
    ("router_forgets_connections", in_part.quiet_forgotten(ETH), ETH),
    ("home_shouted_down", in_part.shouted_down(ETH), ETH),
    ("router_takes_secure_pages", in_part.secure_pages_taken(ETH), PLAIN_TAKEN),
    ("router_dns_fails", at_home.router_dns(ETH), ETH),
    ("router_direct_dns_fails", outside.dns_resolver(ETH), ETH),
    ("operator_dns_fails", outside.dns_resolver(ETH), ETH),
    ("router_http_fails", at_home.router_dns(ETH), ETH),
    ("operator_reference_fails", outside.dns_resolver(ETH), ETH),
    ("lan_dhcp_not_serving", at_home.lan_dhcp_off(ETH), ETH),
    ("lan_pool_exhausted", at_home.lan_dhcp_exhausted(ETH), ETH),
    ("lan_port_errors", at_home.lan_cable(ETH), ETH),
    ("lan_rogue_dhcp", at_home.lan_rogue_dhcp(ETH), ETH),
    ("lan_duplicate_address", effect.logged(ETH, LogEventKind.DUPLICATE_ADDRESS, 1), ETH),
    (
        "dns_forwarder_stopped",
        changed(ETH, "router_lan", "router", dns_forwarder_running=False),
        ETH,
    ),
    ("device_absent", at_home.device_offline(NAMED), NAMED),
    ("device_port_mute", at_device.dead_nic(NAMED), NAMED),
    ("device_dns_dead", at_device.device_dns(NAMED), NAMED),
    ("device_elsewhere", at_device.device_elsewhere(NAMED), NAMED),
    ("port_flapped", outside.port_flapped(NAMED), outside.port_held(NAMED)),
    ("device_idle", at_device.device_idle(NAMED), NAMED),
    ("device_no_way_out", at_device.device_gateway(NAMED), NAMED),
    ("device_takes_no_answers", at_device.device_firewall(NAMED), NAMED),
    ("device_answers_arp_alone", at_device.device_firewall(NAMED), NAMED),
    ("lan_link_flaps", at_device.loose_cable(NAMED), NAMED),
    ("others_get_pages", NAMED, changed(NAMED, "device_watch", "device", others_taken_up=0)),
    ("device_asks_other_server", at_device.device_dns_lies(NAMED), NAMED),
    ("device_sends_elsewhere", at_device.device_gateway(NAMED), NAMED),
    ("device_connects_in_vain", at_device.device_dns_lies(NAMED), NAMED),
    ("device_gets_no_pages", at_device.device_web_blocked(NAMED), NAMED),
    ("device_outside_home", in_home.port_for_television(NAMED), NAMED),
    ("device_port_cut", in_home.port_filtered(NAMED), NAMED),
    ("device_refused", in_home.device_refused(NAMED), NAMED),
    (
        "device_dhcp_unanswered",
        in_home.dhcp_unanswered(NAMED),
        at_device.heard(NAMED, dhcp_asked=2, dhcp_answered=2),
    ),
    ("device_mask_wrong", in_home.mask_too_wide(NAMED), NAMED),
    ("device_fixed_address_mute", in_home.mask_too_narrow(NAMED), NAMED),
    ("router_swallows_device", in_home.router_swallows(NAMED), NAMED),
    ("device_pinned", in_home.pinned(NAMED), NAMED),
    ("device_dozes", in_home.dozes(NAMED), NAMED),
    ("lan_rogue_router", in_home.rogue_router(ETH), ETH),
    ("device_asks_one_proxy", in_home.dead_proxy(NAMED), NAMED),
    ("device_tunnels_in_vain", in_home.dead_tunnel(NAMED), NAMED),
    ("device_address_foreign", at_home.device_static_address(ETH), ETH),
    ("device_no_lease", at_home.device_static_address(NAMED), NAMED),
    ("device_unanswering", at_home.device_offline(NAMED), NAMED),
    ("wifi_disabled", at_home.wifi_off(ETH), ETH),
    ("wifi_radio_dead", at_home.wifi_radio_failed(ETH), ETH),
    ("wifi_busy", at_home.wifi_congested(ETH), ETH),
    ("wifi_crowded", at_home.wifi_congested(ETH), ETH),
    ("wifi_signal_weak", at_home.wifi_weak_signal(NAMED), NAMED),
    (
        "wifi_most_weak",
        replace(at_home.wifi_weak_signal(ETH), thresholds={"wifi_weak_dbm": -40.0}),
        ETH,
    ),
    ("wifi_retries", _retried(ETH), ETH),
    ("wifi_wrong_password", at_home.device_wrong_password(ETH), ETH),
    ("wifi_disconnects", effect.logged(ETH, LogEventKind.WIFI_DISCONNECTED, 9), ETH),
    ("platform_name_fails", outside.platform_name(ETH), ETH),
    ("platform_unreachable", outside.platform_down(ETH), ETH),
    ("platform_errors", outside.platform_error(ETH), ETH),
    ("resolver_slow", outside.dns_resolver_slow(ETH), ETH),
    ("resolver_drops", enclosed.asked_again(ETH, 5), enclosed.asked_again(ETH, 0)),
    ("names_held_back", enclosed.names_blocked(ETH), ETH),
    ("web_held_back", enclosed.web_blocked(ETH), ETH),
    ("tls_held_back", enclosed.secure_web_blocked(ETH), enclosed.over_tls(ETH)),
    ("tls_from_home_held_back", enclosed.secure_web_blocked(ETH), enclosed.over_tls(ETH)),
    ("home_cut_off", enclosed.cut_off(ETH), ETH),
    ("home_mute", enclosed.mute(ETH), ETH),
    ("home_fell_mute", whose.fell_mute(ETH), enclosed.cut_off(whose.fell_mute(ETH))),
    ("home_family_in_vain", whose.family_in_vain(ETH), ETH),
    ("home_sends_in_vain", off.seldom(ETH), ETH),
    ("node_cut_off", off.uplink(ETH), ETH),
    ("router_leaves_elsewhere", off.routed(ETH, "wwan0"), off.routed(ETH, "wan")),
    ("ipv6_without_way", off.without_way(ETH), off.without_way(ETH, "fe80::1")),
    ("router_ends_some", off.some_ended(ETH), ETH),
    ("device_in_tunnel", off.tunnelled(NAMED), NAMED),
    (
        "router_mac_absent",
        beyond.heard_at_port(ETH, LAPTOP),
        beyond.heard_at_port(ETH, ROUTER_MAC, LAPTOP),
    ),
    (
        "home_on_the_line",
        beyond.heard_at_port(ETH, ROUTER_MAC, LAPTOP),
        beyond.heard_at_port(ETH, LAPTOP),
    ),
    ("port_takes_no_frames", beyond.frames_not_taken(ETH), ETH),
    ("router_connects_in_vain", beyond.ports_used_up(ETH), beyond.world(ETH)),
    ("world_slow", beyond.world_slow(ETH), beyond.world(ETH)),
    ("world_out_of_reach", beyond.edge_without_routes(ETH), beyond.world(ETH)),
    ("pages_are_anothers", beyond.walled(ETH), beyond.world(ETH)),
    ("router_keeps_few_ports", beyond.few_ports(ETH), beyond.many_ports(ETH)),
    ("home_answers_elsewhere", load.answered_elsewhere(ETH), load.way_in(ETH)),
    ("packets_overtake", load.in_order(ETH, load.CONTROL), load.in_order(ETH)),
    ("core_queued", beyond.transit_full(ETH), beyond.well_both_ways(ETH)),
    ("core_rate_low", beyond.transit_full(ETH), MEASURED),
    ("ways_flap", beyond.uplink_flaps(ETH), beyond.watched(ETH)),
    ("home_away_at_times", beyond.home_flaps(ETH), beyond.watched(ETH)),
    ("way_in_narrow", enclosed.narrow(ETH), enclosed.wide(ETH)),
    ("resolver_lies", outside.dns_resolver_lies(ETH), ETH),
    ("platform_refuses", outside.platform_refused(ETH), ETH),
    ("platform_certificate_bad", outside.platform_certificate(ETH), ETH),
    ("platform_one_family", outside.platform_one_family(ETH), ETH),
    ("platform_turns_us_away", outside.platform_blocks_us(ETH), ETH),
    ("platform_fails_only_here", outside.platform_blocks_homes(ETH), ETH),
    ("platform_uneven", outside.platform_loses(ETH), ETH),
    ("platform_name_bad", outside.platform_name(ETH), ETH),
    ("platform_fails", outside.platform_unexplained(ETH), ETH),
    ("platform_long_packets_lost", sites.platform_mtu(ETH), ETH),
    ("platform_tls_fails", sites.platform_tls_broken(ETH), ETH),
    ("platform_errs_at_times", sites.platform_errs_at_times(ETH), ETH),
    ("site_lost_here", sites.site_lost_here(ETH), ETH),
    ("platform_empty", sites.platform_empty(ETH), ETH),
    ("platform_redirects_badly", sites.platform_redirect_loop(ETH), ETH),
    ("platform_sends_home_away", sites.platform_sends_home_away(ETH), ETH),
    ("platform_page_unfit", sites.platform_page_unfit(ETH), ETH),
    ("platform_parts_fail", sites.platform_part_down(ETH), ETH),
    ("platform_front_fails", sites.platform_front_down(ETH), ETH),
    ("platform_forbids_everybody", sites.platform_forbids_everybody(ETH), ETH),
    ("platform_slow", outside.platform_slow(ETH), ETH),
    ("platform_fails_from_home", _home_only(ETH), ETH),
    ("wall_no_link", on_site.no_link(AT_WALL, on_site.WALL), AT_WALL),
    ("wall_half_duplex", on_site.half_duplex(AT_WALL, on_site.WALL), AT_WALL),
    ("wall_no_offer", on_site.no_offer(AT_WALL, on_site.WALL), AT_WALL),
    ("wall_second_server", on_site.second_server(AT_WALL, on_site.WALL), AT_WALL),
    ("wall_no_concentrator", on_site.no_concentrator(AT_WALL), on_site.on_pppoe(AT_WALL)),
    ("wall_other_vlan", on_site.in_vlan(AT_WALL, 200), on_site.in_vlan(AT_WALL, 100)),
    ("wall_loop", on_site.looped(AT_WALL, on_site.WALL), AT_WALL),
    ("wall_gateway_silent", on_site.dead_gateway(on_site.WALL)(AT_WALL), AT_WALL),
    (
        "wall_gateway_twice",
        on_site.gateway_answered_by(AT_WALL, on_site.WALL, GATEWAY, on_site.STRANGER),
        AT_WALL,
    ),
    ("wall_nothing_beyond", on_site.nothing_beyond(AT_WALL, on_site.WALL), AT_WALL),
    ("wall_loses", on_site.loses(AT_WALL, on_site.WALL), AT_WALL),
    ("wall_large_lost", on_site.large_lost(AT_WALL, on_site.WALL), AT_WALL),
    ("wall_jitters", on_site.jitters(AT_WALL, on_site.WALL), AT_WALL),
    ("home_jitters", on_site.jitters(AT_HOME, on_site.LAN), AT_HOME),
    ("home_loses", on_site.loses(AT_HOME, on_site.LAN), AT_HOME),
    ("home_large_lost", on_site.large_lost(AT_HOME, on_site.LAN), AT_HOME),
    ("wall_pages_fail", on_site.pages_fail(AT_WALL, on_site.WALL), AT_WALL),
    ("home_nothing_beyond", on_site.nothing_beyond(AT_HOME, on_site.LAN), AT_HOME),
    (
        "home_without_session",
        session.behind_a_router_without_session(AT_HOME),
        on_site.on_pppoe(on_site.well_at_the_wall(AT_HOME)),
    ),
    ("home_pages_fail", on_site.pages_fail(AT_HOME, on_site.LAN), AT_HOME),
    ("home_no_link", on_site.no_link(AT_HOME, on_site.LAN), AT_HOME),
    ("home_half_duplex", on_site.half_duplex(AT_HOME, on_site.LAN), AT_HOME),
    ("home_no_offer", on_site.no_offer(AT_HOME, on_site.LAN), AT_HOME),
    ("home_second_server", on_site.second_server(AT_HOME, on_site.LAN), AT_HOME),
    ("home_second_router6", on_site.second_router6(AT_HOME), AT_HOME),
    ("home_loop", on_site.looped(AT_HOME, on_site.LAN), AT_HOME),
    ("home_gateway_silent", on_site.dead_gateway(on_site.LAN)(AT_HOME), AT_HOME),
    (
        "home_gateway_twice",
        on_site.gateway_answered_by(AT_HOME, on_site.LAN, GATEWAY, on_site.STRANGER),
        AT_HOME,
    ),
    ("wall_way_ends_further", past_wire.way_ends(AT_WALL, on_site.WALL), AT_WALL),
    ("home_way_ends_further", past_wire.way_ends(AT_HOME, on_site.LAN), AT_HOME),
    ("home_second_router", past_wire.second_router(AT_HOME), AT_HOME),
    ("wall_names_taken", past_wire.names_taken(AT_WALL, on_site.WALL), AT_WALL),
    ("home_names_taken", past_wire.names_taken(AT_HOME, on_site.LAN), AT_HOME),
    (
        "home_names_taken_near",
        past_wire.names_taken(AT_HOME, on_site.LAN),
        past_wire.names_taken_at_both(AT_HOME),
    ),
    (
        "home_names_invented_near",
        past_wire.names_invented_behind_a_good_line(AT_HOME),
        past_wire.names_invented(AT_HOME, on_site.LAN),
    ),
    ("wall_names_invented", past_wire.names_invented(AT_WALL, on_site.WALL), AT_WALL),
    ("home_names_invented", past_wire.names_invented(AT_HOME, on_site.LAN), AT_HOME),
    ("wall_stream_missing", past_wire.no_stream(AT_WALL, on_site.WALL), AT_WALL),
    ("home_stream_missing", past_wire.no_stream(AT_HOME, on_site.LAN), AT_HOME),
    ("wall_stream_broken", past_wire.broken_stream(AT_WALL, on_site.WALL), AT_WALL),
    ("home_stream_broken", past_wire.broken_stream(AT_HOME, on_site.LAN), AT_HOME),
    *(
        (rule, session.ended(end)(AT_WALL), on_site.on_pppoe(AT_WALL))
        for rule, end in (
            ("wall_session_withheld", SessionEnd.NO_SESSION),
            ("wall_link_not_agreed", SessionEnd.NOT_AGREED),
            ("wall_login_unanswered", SessionEnd.LOGIN_UNANSWERED),
            ("wall_login_refused", SessionEnd.LOGIN_REFUSED),
            ("wall_session_bare", SessionEnd.NO_ADDRESS),
        )
    ),
    (
        "wall_other_port",
        vlans.on_port(AT_WALL, "an-1", "ge-0/0/13"),
        vlans.on_port(AT_WALL, "AN-1", "ge-0/0/12"),
    ),
    ("wall_answers_elsewhere", vlans.answers_in(AT_WALL, 200), vlans.answers_in(AT_WALL, 100)),
    ("home_signal_weak", on_site.weak_signal(AT_HOME), on_site.on_wifi(AT_HOME)),
    ("home_air_busy", on_site.busy_air(AT_HOME), on_site.on_wifi(AT_HOME)),
    ("wall_bloated", past_wire.bloated(AT_WALL, on_site.WALL), AT_WALL),
    ("home_bloated", past_wire.bloated(AT_HOME, on_site.LAN), AT_HOME),
    ("wall_rate_low", past_wire.slow(AT_WALL, on_site.WALL), AT_WALL),
    ("home_rate_low", past_wire.slow(AT_HOME, on_site.LAN), AT_HOME),
    ("wall_offer_lacks", offers.without_gateway(AT_WALL, on_site.WALL), AT_WALL),
    ("home_offer_lacks", offers.without_gateway(AT_HOME, on_site.LAN), AT_HOME),
    ("wall_address_taken", offers.address_taken(AT_WALL, on_site.WALL), AT_WALL),
    ("home_address_taken", offers.address_taken(AT_HOME, on_site.LAN), AT_HOME),
    ("wall_answers_for_all", offers.answers_for_all(AT_WALL, on_site.WALL), AT_WALL),
    ("home_answers_for_all", offers.answers_for_all(AT_HOME, on_site.LAN), AT_HOME),
    ("wall_dhcp6_silent", offers.dhcp6_silent(AT_WALL, on_site.WALL), AT_WALL),
    ("home_dhcp6_silent", offers.dhcp6_silent(AT_HOME, on_site.LAN), AT_HOME),
    ("wall_link_slow", offers.slow_link(AT_WALL, on_site.WALL), AT_WALL),
    ("home_link_slow", offers.slow_link(AT_HOME, on_site.LAN), AT_HOME),
    ("home_second_server6", offers.second_server6(AT_HOME, on_site.LAN), AT_HOME),
    ("wall_walled", past_wire.other_page(AT_WALL, on_site.WALL), AT_WALL),
    ("home_walled", past_wire.other_page(AT_HOME, on_site.LAN), AT_HOME),
    (
        "home_walled_near",
        past_wire.walled_behind_a_good_line(AT_HOME),
        past_wire.walled_at_both(AT_HOME),
    ),
    (
        "site_amiss",
        changed(ETH, "http", "operator>platform", outcome=HttpOutcome.HTTP_ERROR, status=451),
        ETH,
    ),
    (
        "site_led_elsewhere",
        changed(_home_only(ETH), "dns", "router>platform", addresses=("192.0.2.9",)),
        ETH,
    ),
    (
        "device_suffers_alone",
        answered(about(ETH, "slow_internet", LAPTOP), "affected", "one_device"),
        answered(about(ETH, "slow_internet", LAPTOP), "affected", "all_devices"),
    ),
    ("home_unheard", changed(ETH, "router_lan", "router", neighbours=()), ETH),
    (
        "world_amiss_for_home",
        beyond.in_vain(beyond.world(ETH), 4, *beyond.PLACES),
        beyond.world(ETH),
    ),
    (
        "site_other_for_home",
        beyond.site_other_for_home(OF_SITE),
        replace(beyond.world(OF_SITE), platform_host=beyond.FAR[0]),
    ),
    (
        "port_filled_unasked",
        changed(at_home.line_saturated(ETH), "port_rates", "port", in_bps=9e3, out_bps=98e6),
        at_home.line_saturated(ETH),
    ),
    (
        "home_seeks_edge",
        changed(enclosed.cut_off(ETH), "port_rates", "port", in_bps=340.0, in_packets_per_s=1.0),
        enclosed.cut_off(ETH),
    ),
    (
        "offered_edge_silent",
        enclosed.seeks_edge(ETH, answered=0),
        enclosed.seeks_edge(ETH, answered=4),
    ),
    (
        "home_seeks_address",
        changed(enclosed.cut_off(ETH), "port_rates", "port", in_bps=1368.0, in_packets_per_s=0.5),
        enclosed.cut_off(ETH),
    ),
    (
        "reference_amiss",
        changed(ETH, "http", "operator>reference/ipv6", outcome=HttpOutcome.CONNECT_TIMEOUT),
        ETH,
    ),
    ("one_family_amiss", routes.prefix_not_routed(ETH), way_out.ipv6_home(ETH)),
    (
        "lights_off",
        answered(ETH, "router_lights", "off"),
        answered(ETH, "router_lights", "on"),
    ),
    (
        "wan_cable_out",
        answered(ETH, "wan_cable", "out"),
        answered(ETH, "wan_cable", "in"),
    ),
    (
        "only_one_device_affected",
        answered(ETH, "affected", "one_device"),
        answered(ETH, "affected", "all_devices"),
    ),
    (
        "only_wifi_affected",
        answered(ETH, "affected", "wifi_only"),
        answered(ETH, "affected", "all_devices"),
    ),
    *KIND_PAIRS,
)
"""Rule, a case that it answers with yes, and one that it answers with no."""

IDS: Final = [row[0] for row in PAIRS]


def finding(case: CaseFile, rule: str) -> Finding:
    """Give one rule's answer."""
    return {found.id: found for found in find(case)}[rule]


def test_every_rule_is_in_the_table() -> None:
    """A rule that nobody tests is a rule that nobody knows to work."""
    assert sorted(IDS) == sorted(rule.id for rule in RULES)


@pytest.mark.parametrize(("rule", "case"), [row[:2] for row in PAIRS], ids=IDS)
def test_says_yes(rule: str, case: CaseFile) -> None:
    """Each rule sees what it is there to see, and says from which facts."""
    found = finding(case, rule)
    assert found.answer is True
    assert found.because
    assert found.rests_on


@pytest.mark.parametrize(("rule", "case"), [(row[0], row[2]) for row in PAIRS], ids=IDS)
def test_says_no(rule: str, case: CaseFile) -> None:
    """What is good is said to be good, from facts."""
    found = finding(case, rule)
    assert found.answer is False
    assert found.rests_on


@pytest.mark.parametrize(("rule", "case"), [row[:2] for row in PAIRS], ids=IDS)
def test_cannot_tell_without_evidence(rule: str, case: CaseFile) -> None:
    """Without facts there is no answer, and the finding names what would be needed."""
    found = finding(replace(case, evidence=Evidence()), rule)
    assert found.answer is None
    assert found.missing


@pytest.mark.parametrize(
    "why", [kind for kind in FailureKind if BLAME_OF[kind] in {Blame.AGENT, Blame.ACCESS}]
)
def test_our_own_failures_answer_nothing(why: FailureKind) -> None:
    """Law 2: what failed on our side, or was refused to us, never becomes an answer."""
    found = find(all_unobserved(DSL, why))
    assert [one.id for one in found if one.answer is not None] == []


def test_missing_facts_are_among_the_needs() -> None:
    """`settle` looks for probes by what a rule misses, so it must name its own needs."""
    declared = {rule.id: set(rule.needs) for rule in RULES}
    cases = [case for row in PAIRS for case in row[1:]]
    for case in (*cases, replace(DSL, evidence=Evidence())):
        for found in find(case):
            assert set(found.missing) <= declared[found.id], found.id


def test_neighbours_that_were_down_before_are_no_controls() -> None:
    """Ports where nobody lives are always down; they must not look like an outage."""
    case = never_asked(outside.line_cut(ETH), ("siblings", "node"))
    for subject in case.evidence.subjects("port_status", "neighbour/"):
        case = changed(case, "port_status", subject, oper=OperStatus.DOWN)
    assert finding(case, "neighbours_down").answer is None


def test_a_gateway_that_ignores_echo_is_not_unreachable() -> None:
    """Many edges do not answer ping; a reference beyond them proves the way."""
    assert finding(
        effect.lost(ETH, "router>gateway", received=0), "gateway_unreachable"
    ).answer is (False)


def test_a_ping_that_could_not_resolve_says_nothing_about_the_way() -> None:
    """`bad address` is a trouble of names; it must not accuse the network."""
    case = effect.lost(ETH, "router>reference", received=0)
    case = changed(case, "ping", "router>reference", note="ping: bad address 'reference.example'")
    case = never_asked(case, ("http", "router>reference"))
    assert finding(case, "internet_unreachable").answer is None


def test_a_bad_site_without_a_good_control_is_not_accused() -> None:
    """If the reference fails from the same place, the site may well be innocent."""
    case = outside.platform_down(ETH)
    for subject in ("operator>reference", "router>reference"):
        case = changed(case, "http", subject, outcome=HttpOutcome.CONNECT_TIMEOUT, status=None)
    assert finding(case, "platform_unreachable").answer is None


def test_a_site_that_fails_in_two_ways_is_not_called_good() -> None:
    """No one way in which it fails is known from everywhere, and yet it fails from everywhere."""
    case = outside.platform_unexplained(ETH)
    assert finding(case, "platform_unreachable").answer is None
    site = replace(case, symptom="site_not_opening")
    assert decide(site, {}).cause == "platform_unexplained"


def test_a_site_that_takes_connections_and_says_nothing_is_down() -> None:
    """Seen in the home lab: silent after the connection here, before it there, and abstained."""
    case = outside.platform_frozen(ETH)
    assert finding(case, "platform_unreachable").answer is True
    assert finding(case, "platform_slow").answer is False
    assert decide(replace(case, symptom="site_not_opening"), {}).cause == "platform_down"


def test_a_site_that_fails_from_one_place_alone_is_not_accused() -> None:
    """The way from there may be what is bad."""
    unasked = (("http", "router>platform"), ("http", "elsewhere>platform"))
    case = never_asked(outside.platform_down(ETH), *unasked)
    assert finding(case, "platform_fails").answer is None


def test_port_errors_on_dsl_wait_for_the_line() -> None:
    """On DSL damaged frames may be the line's noise; only the line's own facts can tell."""
    case = never_asked(outside.line_noise(DSL), ("line_quality", "line"))
    assert finding(case, "port_errors_growing").answer is None


def test_line_rules_do_not_arise_on_ethernet() -> None:
    """A question that makes no sense is not "unknown": nothing is missing to answer it."""
    found = finding(ETH, "line_margin_low")
    assert (found.answer, found.missing) == (None, ())


def test_an_ont_that_said_goodbye_lost_power_and_not_its_fibre() -> None:
    """That one read decides between a phone call and a technician's visit."""
    case = access.dying_gasp(FIBRE)
    assert finding(case, "far_end_power_lost").answer is True
    assert finding(case, "ont_signal_lost").answer is False


def test_another_ont_than_the_customers_is_said_to_be_so() -> None:
    """Two neighbours who exchanged their devices."""
    case = changed(FIBRE, "ont_state", "ont", serial="ALCL00000001")
    assert "ALCL00000001" in finding(case, "ont_not_accepted").because


def test_a_cable_test_without_a_result_says_nothing() -> None:
    """A test that was never made must not read as a whole cable."""
    unknown = (CablePair(pair=1, state=CableState.UNKNOWN, distance_m=ABSENT),)
    case = changed(SWITCH, "cable_test", "port", pairs=unknown)
    assert finding(case, "cable_pair_bad").answer is None


def test_a_cable_that_ends_in_nothing_is_not_a_broken_one() -> None:
    """An unplugged router looks open in every pair; it needs no technician."""
    nothing = tuple(
        CablePair(pair=number, state=CableState.OPEN, distance_m=36.0 + number % 2)
        for number in (1, 2, 3, 4)
    )
    case = changed(SWITCH, "cable_test", "port", pairs=nothing)
    assert finding(case, "cable_pair_bad").answer is False


def test_a_service_that_is_tagged_on_the_port_is_in_no_wrong_vlan() -> None:
    """The VLAN of untagged frames is another one there, and nobody's mistake."""
    case = changed(SWITCH, "port_config", "port", vlan=1, service_vlan=VlanMembership.TAGGED)
    assert finding(case, "port_vlan_wrong").answer is False


def test_rules_of_other_technologies_do_not_arise() -> None:
    """A cable customer's missing ONT is no gap."""
    for case, rule in (
        (COAX, "ont_signal_lost"),
        (FIBRE, "modem_offline"),
        (ETH, "optical_low"),
        (FIBRE, "line_out_of_sync"),
        (COAX, "port_duplex_wrong"),
        (COAX, "far_end_power_lost"),
    ):
        found = finding(case, rule)
        assert (found.answer, found.missing) == (None, ()), rule


def test_an_operators_threshold_changes_the_answer() -> None:
    """All limits are the operator's to change."""
    assert finding(DSL, "line_margin_low").answer is False
    strict = replace(DSL, thresholds={"line_margin_low_db": 12.0})
    assert finding(strict, "line_margin_low").answer is True


def test_a_router_that_agrees_with_the_reference_is_not_accused_of_our_clock() -> None:
    """Law 2: that our own clock is wrong says nothing about the router."""
    late = way_out.router_clock(ETH)
    ours = changed(late, "http", "operator>reference", server_clock_s=-400.0 * 86_400)
    assert finding(ours, "router_clock_wrong").answer is False
    wrong = changed(ETH, "http", "operator>reference", server_clock_s=-400.0 * 86_400)
    assert finding(wrong, "router_clock_wrong").answer is True


def test_a_site_that_has_other_addresses_here_is_no_lie_while_it_opens() -> None:
    """Large sites answer with an address near to whoever asks."""
    near = changed(ETH, "dns", "router>platform", addresses=("203.0.113.81",))
    assert finding(near, "router_names_lie").answer is False
    hole = changed(ETH, "dns", "router>platform", addresses=("0.0.0.0",))  # noqa: S104 - a sinkhole
    assert finding(hole, "router_withholds_site").answer is True
    other = changed(near, "http", "router>platform", outcome=HttpOutcome.REFUSED)
    assert finding(other, "router_names_lie").answer is True


def test_a_rule_that_spares_the_device_is_not_its_fault() -> None:
    """Who stands on the list of those that may has another reason to complain."""
    held = way_out.router_drops(NAMED, "tcp/443")
    assert finding(held, "router_drops_port").answer is True
    drop = RouterDrop(
        whom="home",
        to="outside",
        kinds=("tcp/443",),
        rule="mine, one: drop",
        surely=True,
        spared=(LAPTOP,),
    )
    spared = changed(NAMED, "router_forwarding", "router", drops=(drop,))
    assert finding(spared, "router_drops_port").answer is False
    unsure = replace(drop, spared=(), surely=False)
    maybe = changed(NAMED, "router_forwarding", "router", drops=(unsure,))
    assert finding(maybe, "router_drops_port").answer is None


def test_a_rule_for_the_device_that_holds_at_times_holds_where_nothing_of_it_comes_about() -> None:
    """A timetable is read by its rule; whether it is that hour is seen by what the device gets."""
    drop = RouterDrop(
        whom=LAPTOP, to="outside", kinds=("tcp/443",), rule="mine, one: reject", surely=False
    )
    well = changed(NAMED, "router_forwarding", "router", drops=(drop,))
    assert finding(well, "router_holds_device").answer is None
    watch = well.evidence.value(DeviceWatch, "device_watch", "device")
    assert watch is not None
    none = Tries(asked=9, answered=0, taken_up=0)
    in_vain = changed(
        well,
        "device_watch",
        "device",
        secure=none,
        plain=none,
        flows=replace(watch.flows, tcp_taken_up=0),
    )
    told = finding(in_vain, "router_holds_device")
    assert (told.answer, "none of 9 connections" in told.because) == (True, True)


@pytest.mark.parametrize(("home", "place"), [(AT_WALL, on_site.WALL), (AT_HOME, on_site.LAN)])
def test_a_dhcpv6_server_that_nobody_points_to_may_have_nothing_for_a_laptop(
    home: CaseFile, place: str
) -> None:
    """It is stateless, or has prefixes for the routers on record alone."""
    name = "wall_dhcp6_silent" if place == on_site.WALL else "home_dhcp6_silent"
    assert finding(offers.dhcp6_refuses(home, place), name).answer is True
    assert finding(offers.dhcp6_is_stateless(home, place), name).answer is not True
