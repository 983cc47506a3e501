"""Whole cases: a realistic home with one fault, and whom the judge names for it.

`pytest tests/scenarios -v` reads like a table.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

import pytest

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.field_session_facts import SessionEnd
from cpe_diag.domain.ont_facts import OntDownCause
from cpe_diag.domain.path_facts import HttpOutcome
from cpe_diag.domain.verdict import Destination, FaultDomain
from cpe_diag.judge.causes import CAUSES
from cpe_diag.judge.competing import FLOOR
from cpe_diag.judge.decide import decide, find
from cpe_diag.judge.left_on_site import LOCKED_TITLE
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
from cpe_diag.testing import faults_of_world as beyond
from cpe_diag.testing import faults_on_site as on_site
from cpe_diag.testing import faults_on_the_way_out as way_out
from cpe_diag.testing import faults_outside as outside
from cpe_diag.testing import faults_whose as whose
from cpe_diag.testing import load_samples as load
from cpe_diag.testing import sibling_samples
from cpe_diag.testing.access_homes import coax_home, pon_home, switch_home
from cpe_diag.testing.device_samples import LAPTOP
from cpe_diag.testing.evidence_samples import (
    ROUTER_MAC,
    about,
    all_unobserved,
    answered,
    changed,
    dsl_home,
    ethernet_home,
    never_asked,
    only,
    unobserved,
)
from cpe_diag.testing.field_samples import GATEWAY
from tests.scenarios.test_kinds import ROWS

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpe_diag.judge.question import CaseFile

    Home = Callable[[str], CaseFile]
    Change = Callable[[CaseFile], CaseFile]

NETWORK: Final = FaultDomain.NETWORK
ROUTER: Final = FaultDomain.ROUTER
DEVICE: Final = FaultDomain.DEVICE
PLATFORM: Final = FaultDomain.PLATFORM
SYMPTOMS: Final = (
    "no_internet",
    "slow_internet",
    "wifi_trouble",
    "drops",
    "one_device_offline",
    "site_not_opening",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One home, one fault, one complaint, and what must come out."""

    name: str
    home: Home
    symptom: str
    change: Change
    domain: FaultDomain
    cause: str
    destination: Destination
    device: str | None = None


def _row(  # noqa: PLR0913, PLR0917 - a table row has as many columns as it has
    name: str,
    home: Home,
    symptom: str,
    change: Change,
    domain: FaultDomain,
    destination: Destination,
    cause: str | None = None,
    device: str | None = None,
) -> Scenario:
    return Scenario(
        name=name,
        home=home,
        symptom=symptom,
        change=change,
        domain=domain,
        cause=cause or name.split("-", maxsplit=1)[0],
        destination=destination,
        device=device,
    )


def _dark_pon(case: CaseFile) -> CaseFile:
    return access.fibre_cut(
        effect.together(case, sibling_samples.PON, OntDownCause.LOSS_OF_SIGNAL)
    )


def _dark_card(case: CaseFile) -> CaseFile:
    return access.fibre_cut(effect.together(case, sibling_samples.CARD))


def _dark_street(case: CaseFile) -> CaseFile:
    return access.dying_gasp(effect.together(case, sibling_samples.PON, OntDownCause.DYING_GASP))


def _dark_fibre_node(case: CaseFile) -> CaseFile:
    return access.modem_gone(effect.together(case, sibling_samples.SPLITTER))


NOC: Final = Destination.NETWORK_OPERATIONS
FIELD: Final = Destination.FIELD_TECHNICIAN
SECOND: Final = Destination.SECOND_LINE
ACCOUNTS: Final = Destination.ACCOUNTS
SUPPORT: Final = Destination.DEVICE_SUPPORT
STATUS: Final = Destination.PLATFORM_STATUS
OUT: Final = "no_internet"
SLOW: Final = "slow_internet"
WIFI: Final = "wifi_trouble"
DROPS: Final = "drops"
ONE: Final = "one_device_offline"
SITE: Final = "site_not_opening"


def _answers_a_share(case: CaseFile) -> CaseFile:
    """The resolver leaves five of eight questions unanswered."""
    return enclosed.asked_again(case, 5)


def _wall(name: str, change: Change) -> Scenario:
    home = on_site.on_site(on_site.WALL)
    return _row(name, lambda _: home, "at_wall_port", change, NETWORK, NOC)


def _at_home(name: str, change: Change, domain: FaultDomain = DEVICE) -> Scenario:
    desk = SECOND if domain is ROUTER else SUPPORT
    home = on_site.on_site(on_site.LAN)
    return _row(name, lambda _: home, "in_home_network", change, domain, desk)


def _wall_to(name: str, change: Change) -> Scenario:
    home = on_site.on_site(on_site.WALL)
    return _row(name, lambda _: home, "at_wall_port", change, NETWORK, ACCOUNTS)


def _from_home(name: str, change: Change, desk: Destination = NOC) -> Scenario:
    """A fault of the operator's network that is seen from the home."""
    home = on_site.on_site(on_site.LAN)
    return _row(name, lambda _: home, "in_home_network", change, NETWORK, desk)


PORTAL: Final = "http://login.operator.example/"
ADDRESS: Final = "http://198.51.100.200/login"
ON_SITE: Final[tuple[Scenario, ...]] = (
    _wall("wall_port_dead", partial(on_site.no_link, place=on_site.WALL)),
    _wall("wall_no_address", partial(on_site.no_offer, place=on_site.WALL)),
    _wall("wall_no_session", on_site.no_concentrator),
    _wall("wall_wrong_vlan", partial(on_site.in_vlan, vlan=200)),
    _wall("wall_foreign_router", partial(on_site.second_server, place=on_site.WALL)),
    _wall("wall_looped", partial(on_site.looped, place=on_site.WALL)),
    _wall("wall_gateway_dead", on_site.dead_gateway(on_site.WALL)),
    _wall(
        "wall_gateway_double",
        lambda case: on_site.gateway_answered_by(case, on_site.WALL, GATEWAY, on_site.STRANGER),
    ),
    _wall(
        "wall_gateway_double-cut_off",
        lambda case: on_site.gateway_answered_by(
            on_site.nothing_beyond(case, on_site.WALL), on_site.WALL, GATEWAY, on_site.STRANGER
        ),
    ),
    _wall("wall_duplex", partial(on_site.half_duplex, place=on_site.WALL)),
    _wall("wall_cut_off", partial(on_site.nothing_beyond, place=on_site.WALL)),
    _wall("wall_pages", partial(on_site.pages_fail, place=on_site.WALL)),
    _wall("wall_lossy", partial(on_site.loses, place=on_site.WALL)),
    _wall("wall_small_only", partial(on_site.large_lost, place=on_site.WALL)),
    _wall("wall_uneven", partial(on_site.jitters, place=on_site.WALL)),
    _at_home(
        "router_uneven",
        lambda case: on_site.jitters(on_site.well_at_the_wall(case), on_site.LAN),
        ROUTER,
    ),
    _at_home(
        "router_lossy",
        lambda case: on_site.loses(on_site.well_at_the_wall(case), on_site.LAN),
        ROUTER,
    ),
    _at_home(
        "router_small_only",
        lambda case: on_site.large_lost(on_site.well_at_the_wall(case), on_site.LAN),
        ROUTER,
    ),
    _at_home("router_in_between", on_site.behind_a_bad_router, ROUTER),
    _at_home("home_socket_dead", partial(on_site.no_link, place=on_site.LAN), ROUTER),
    _at_home("home_duplex", partial(on_site.half_duplex, place=on_site.LAN), ROUTER),
    _at_home("home_no_address", partial(on_site.no_offer, place=on_site.LAN), ROUTER),
    _at_home("home_rogue_server", partial(on_site.second_server, place=on_site.LAN)),
    _at_home("home_rogue_router6", on_site.second_router6),
    _at_home("home_looped", partial(on_site.looped, place=on_site.LAN)),
    _at_home("home_gateway_dead", on_site.dead_gateway(on_site.LAN), ROUTER),
    _at_home(
        "home_gateway_double",
        lambda case: on_site.gateway_answered_by(case, on_site.LAN, GATEWAY, on_site.STRANGER),
    ),
    _wall("wall_way_ends", partial(past_wire.way_ends, place=on_site.WALL)),
    _wall("wall_names_by_another", partial(past_wire.names_taken, place=on_site.WALL)),
    _wall("wall_invented_names", partial(past_wire.names_invented, place=on_site.WALL)),
    _wall_to("wall_walled_in", partial(past_wire.walled, place=on_site.WALL, location=PORTAL)),
    _wall("wall_no_stream", partial(past_wire.no_stream, place=on_site.WALL)),
    _wall("wall_broken_stream", partial(past_wire.broken_stream, place=on_site.WALL)),
    _at_home(
        "router_no_stream",
        lambda case: past_wire.no_stream(on_site.well_at_the_wall(case), on_site.LAN),
        ROUTER,
    ),
    _at_home(
        "router_breaks_stream",
        lambda case: past_wire.broken_stream(on_site.well_at_the_wall(case), on_site.LAN),
        ROUTER,
    ),
    _wall("wall_session_refused", session.ended(SessionEnd.NO_SESSION)),
    _wall("wall_session_breaks", session.ended(SessionEnd.NOT_AGREED)),
    _wall("wall_accounts_silent", session.ended(SessionEnd.LOGIN_UNANSWERED)),
    _wall_to("wall_auth_refused", session.ended(SessionEnd.LOGIN_REFUSED)),
    _wall("wall_session_no_address", session.ended(SessionEnd.NO_ADDRESS)),
    _at_home("router_opens_no_session", session.behind_a_router_without_session, ROUTER),
    _wall("wall_wrong_port", partial(vlans.on_port, system="an-1", port="ge-0/0/13")),
    _wall(
        "wall_wrong_port-node",
        lambda case: vlans.on_port(on_site.in_vlan(case, 200), "an-2.operator.example", "3"),
    ),
    _wall("wall_service_in_other_vlan", partial(vlans.answers_in, vlan=200)),
    _wall(
        "wall_service_in_other_vlan-pppoe",
        lambda case: vlans.answers_in(on_site.on_pppoe(case), 200),
    ),
    _wall("wall_slow", partial(past_wire.slow, place=on_site.WALL)),
    _wall("wall_bloated", partial(past_wire.bloated, place=on_site.WALL)),
    _wall("wall_bloated-one_tool", partial(past_wire.bloated_by_one_tool, place=on_site.WALL)),
    _at_home(
        "router_slow",
        lambda case: past_wire.slow(on_site.well_at_the_wall(case), on_site.LAN),
        ROUTER,
    ),
    _at_home(
        "router_bloated",
        lambda case: past_wire.bloated(on_site.well_at_the_wall(case), on_site.LAN),
        ROUTER,
    ),
    _at_home("home_wifi_weak", on_site.weak_signal),
    _at_home("home_wifi_full", on_site.busy_air, ROUTER),
    _at_home("home_two_routers", past_wire.second_router, ROUTER),
    _at_home("router_takes_names", partial(past_wire.names_taken, place=on_site.LAN), ROUTER),
    _at_home(
        "router_walls_in",
        partial(past_wire.walled, place=on_site.LAN, location="http://192.168.1.1/setup"),
        ROUTER,
    ),
    _at_home("router_walls_in-other_page", past_wire.walled_behind_a_good_line, ROUTER),
    _wall("wall_offer_short", partial(offers.without_gateway, place=on_site.WALL)),
    _at_home("home_offer_short", partial(offers.without_gateway, place=on_site.LAN), ROUTER),
    _wall("wall_address_double", partial(offers.address_taken, place=on_site.WALL)),
    _at_home("home_address_double", partial(offers.address_taken, place=on_site.LAN)),
    _wall("wall_foreign_proxy", partial(offers.answers_for_all, place=on_site.WALL)),
    _at_home("home_foreign_proxy", partial(offers.answers_for_all, place=on_site.LAN)),
    _wall("wall_dhcp6_dead", partial(offers.dhcp6_silent, place=on_site.WALL)),
    _wall("wall_dhcp6_dead-refused", partial(offers.dhcp6_refuses, place=on_site.WALL)),
    _at_home("home_dhcp6_dead", partial(offers.dhcp6_silent, place=on_site.LAN), ROUTER),
    _at_home("home_rogue_server6", partial(offers.second_server6, place=on_site.LAN)),
    _wall("wall_link_below", partial(offers.slow_link, place=on_site.WALL)),
    _at_home("home_link_below", partial(offers.slow_link, place=on_site.LAN), ROUTER),
    _from_home("home_way_ends", partial(past_wire.way_ends, place=on_site.LAN)),
    _at_home("router_takes_names-far_away", past_wire.names_taken_behind_a_good_line, ROUTER),
    _at_home("router_invents_names", past_wire.names_invented_behind_a_good_line, ROUTER),
    _from_home("home_invented_names", partial(past_wire.names_invented, place=on_site.LAN)),
    _from_home(
        "home_walled_in", partial(past_wire.walled, place=on_site.LAN, location=ADDRESS), ACCOUNTS
    ),
)

SCENARIOS: Final[tuple[Scenario, ...]] = (
    _row("port_shut-ethernet", ethernet_home, OUT, outside.port_shut, NETWORK, SECOND),
    _row("port_shut-dsl", dsl_home, OUT, outside.port_shut, NETWORK, SECOND),
    _row("line_cut-dsl", dsl_home, OUT, outside.line_cut, NETWORK, FIELD),
    _row("line_noise-slow", dsl_home, SLOW, outside.line_noise, NETWORK, FIELD),
    _row("port_flapping-hours_ago", ethernet_home, DROPS, outside.port_flapped, NETWORK, FIELD),
    _row("line_noise-drops", dsl_home, DROPS, outside.line_noise, NETWORK, FIELD),
    _row("line_noise-no_internet", dsl_home, OUT, outside.line_noise, NETWORK, FIELD),
    _row("line_retrains", dsl_home, DROPS, outside.line_retrains, NETWORK, FIELD),
    _row("port_flapping-up", ethernet_home, DROPS, outside.port_flapping, NETWORK, FIELD),
    _row("port_flapping-gone", ethernet_home, DROPS, outside.port_flapping_gone, NETWORK, FIELD),
    _row("line_rate_low-dsl", dsl_home, SLOW, outside.line_rate_low, NETWORK, NOC),
    _row("line_rate_low-ethernet", ethernet_home, SLOW, outside.line_rate_low, NETWORK, NOC),
    _row("port_errors", ethernet_home, SLOW, outside.port_errors, NETWORK, FIELD),
    _row("duplex_mismatch", ethernet_home, SLOW, outside.duplex_mismatch, NETWORK, NOC),
    _row("node_outage-ethernet", ethernet_home, OUT, outside.node_outage, NETWORK, NOC),
    _row("node_outage-dsl", dsl_home, OUT, outside.node_outage, NETWORK, NOC),
    _row("node_outage-no_siblings", dsl_home, OUT, outside.node_part_outage, NETWORK, NOC),
    _row("node_outage-all_cards", ethernet_home, OUT, outside.node_ports_outage, NETWORK, NOC),
    _row("card_outage-dsl", dsl_home, OUT, outside.card_outage, NETWORK, NOC),
    _row("card_outage-ethernet", ethernet_home, OUT, outside.card_outage, NETWORK, NOC),
    _row("card_outage-not_back", dsl_home, OUT, outside.card_not_back, NETWORK, NOC),
    _row(
        "splitter_outage-half_dated", ethernet_home, OUT, outside.splitter_half_dated, NETWORK, NOC
    ),
    _row("line_cut-seasonal_homes", dsl_home, OUT, outside.seasonal_homes, NETWORK, FIELD),
    _row("splitter_outage", ethernet_home, OUT, outside.splitter_outage, NETWORK, NOC),
    _row("splitter_outage-pon", ethernet_home, OUT, outside.pon_outage, NETWORK, NOC),
    _row("splitter_outage-drops", dsl_home, DROPS, outside.pon_outage, NETWORK, NOC),
    _row("splitter_outage-fibre", pon_home, OUT, _dark_pon, NETWORK, NOC),
    _row("splitter_outage-coax", coax_home, OUT, _dark_fibre_node, NETWORK, NOC),
    _row("card_outage-pon", pon_home, OUT, _dark_card, NETWORK, NOC),
    _row("area_power_cut-pon", pon_home, OUT, _dark_street, NETWORK, NOC),
    _row("area_power_cut-ethernet", ethernet_home, OUT, outside.area_power_cut, NETWORK, NOC),
    _row("area_power_cut-dsl", dsl_home, OUT, outside.area_power_cut, NETWORK, NOC),
    _row(
        "area_power_cut-lights_off",
        ethernet_home,
        OUT,
        lambda case: answered(outside.area_power_cut(case), "router_lights", "off"),
        NETWORK,
        NOC,
    ),
    _row("node_agent_silent", ethernet_home, OUT, effect.node_gone, NETWORK, NOC),
    _row("wrong_vlan-dhcp", ethernet_home, OUT, outside.wrong_vlan, NETWORK, NOC),
    _row("dhcp_no_offer", ethernet_home, OUT, outside.dhcp_no_offer, NETWORK, NOC),
    _row("dhcp_no_offer-unreachable", ethernet_home, OUT, outside.dhcp_gone, NETWORK, NOC),
    _row("dhcp_pool_exhausted", ethernet_home, OUT, outside.dhcp_pool_exhausted, NETWORK, NOC),
    _row("pppoe_no_server", dsl_home, OUT, outside.pppoe_no_server, NETWORK, NOC),
    _row("auth_refused", dsl_home, OUT, outside.auth_refused, NETWORK, Destination.ACCOUNTS),
    _row("router_pppoe_password", dsl_home, OUT, outside.router_pppoe_password, ROUTER, SECOND),
    _row("session_stale-ethernet", ethernet_home, OUT, outside.session_stale, NETWORK, SECOND),
    _row("session_stale-dsl", dsl_home, OUT, outside.session_stale, NETWORK, SECOND),
    _row("dns_resolver", ethernet_home, OUT, outside.dns_resolver, NETWORK, NOC),
    _row("dns_resolver_slow", ethernet_home, SLOW, outside.dns_resolver_slow, NETWORK, NOC),
    _row("dns_resolver_lies", ethernet_home, OUT, outside.dns_resolver_lies, NETWORK, NOC),
    _row("dns_resolver_lies-site", dsl_home, SITE, outside.dns_resolver_lies, NETWORK, NOC),
    _row("dns_resolver-site", dsl_home, SITE, outside.dns_resolver, NETWORK, NOC),
    _row("dns_resolver-for_others", ethernet_home, OUT, names.resolver_for_others, NETWORK, NOC),
    _row("dhcp_old_resolver", ethernet_home, OUT, names.dhcp_old_resolver, NETWORK, NOC),
    _row("uplink_member_dead", ethernet_home, SLOW, names.uplink_member_dead, NETWORK, NOC),
    _row("dns_resolver-share", ethernet_home, SLOW, _answers_a_share, NETWORK, NOC),
    _row("secure_web_blocked", ethernet_home, SITE, enclosed.secure_web_blocked, NETWORK, NOC),
    _row("service_blocked-names", ethernet_home, OUT, enclosed.names_blocked, NETWORK, NOC),
    _row("service_blocked-pages", ethernet_home, OUT, enclosed.web_blocked, NETWORK, NOC),
    _row("router_mute", ethernet_home, OUT, enclosed.mute, ROUTER, SECOND),
    _row("mtu_black_hole-unheard", ethernet_home, OUT, enclosed.narrow, NETWORK, NOC),
    _row("network_unexplained", ethernet_home, OUT, enclosed.cut_off, NETWORK, NOC),
    _row("core_loss", ethernet_home, SLOW, outside.core_loss, NETWORK, NOC),
    _row("core_loss-measured", ethernet_home, DROPS, load.core_loss, NETWORK, NOC),
    _row("core_delay", ethernet_home, SLOW, load.core_delay, NETWORK, NOC),
    _row("uplink_congested", ethernet_home, SLOW, load.uplink_congested, NETWORK, NOC),
    _row("uplink_flapping", ethernet_home, DROPS, beyond.uplink_flaps, NETWORK, NOC),
    _row("core_congested", ethernet_home, SLOW, beyond.transit_full, NETWORK, NOC),
    _row("core_congested-world", ethernet_home, SLOW, beyond.world_slow, NETWORK, NOC),
    _row("cgn_ports_exhausted", ethernet_home, SLOW, beyond.ports_used_up, NETWORK, NOC),
    _row("cgn_ports_exhausted-dsl", dsl_home, OUT, beyond.ports_used_up, NETWORK, NOC),
    _row("walled_garden", ethernet_home, OUT, beyond.walled, NETWORK, ACCOUNTS),
    _row("walled_garden-page", dsl_home, SITE, beyond.one_page_for_all, NETWORK, ACCOUNTS),
    _row("route_beyond_edge-all", ethernet_home, OUT, beyond.edge_without_routes, NETWORK, NOC),
    _row("port_security", ethernet_home, OUT, beyond.frames_not_taken, NETWORK, SECOND),
    _row("access_loss", ethernet_home, DROPS, load.access_loss, NETWORK, FIELD),
    _row("access_loss-slow", dsl_home, SLOW, load.access_loss, NETWORK, FIELD),
    _row("access_delay", ethernet_home, SLOW, load.access_delay, NETWORK, NOC),
    _row("access_delay-jitter", ethernet_home, DROPS, load.access_jitter, NETWORK, NOC),
    _row("access_rate", ethernet_home, SLOW, load.access_rate, NETWORK, NOC),
    _row("access_rate-dsl", dsl_home, SLOW, load.access_rate, NETWORK, NOC),
    _row("access_loss-ssh_stops", ethernet_home, DROPS, load.access_loss_unheard, NETWORK, FIELD),
    _row("access_loss-ssh_stops-out", dsl_home, OUT, load.access_loss_unheard, NETWORK, FIELD),
    _row("home_loss", ethernet_home, ONE, load.home_loss, DEVICE, SUPPORT),
    _row("home_delay", ethernet_home, SLOW, load.home_delay, DEVICE, SUPPORT),
    _row("home_rate", dsl_home, SLOW, load.home_rate, DEVICE, SUPPORT),
    _row("home_mtu", ethernet_home, ONE, in_part.long_frames_lost, DEVICE, SUPPORT),
    _row("home_mtu-slow", dsl_home, SLOW, in_part.small_alone, DEVICE, SUPPORT),
    _row("lan_storm", ethernet_home, SLOW, in_part.shouted_down, DEVICE, SUPPORT),
    _row("router_nat_timeout", ethernet_home, DROPS, in_part.quiet_forgotten, ROUTER, SECOND),
    _row("router_tls_interception", dsl_home, SITE, in_part.secure_pages_taken, ROUTER, SECOND),
    _row("route_beyond_edge", ethernet_home, OUT, outside.route_beyond_edge, NETWORK, NOC),
    _row("fibre_cut", pon_home, OUT, access.fibre_cut, NETWORK, FIELD),
    _row("customer_power-pon", pon_home, OUT, access.dying_gasp, ROUTER, SECOND),
    _row("optical_level_low-drops", pon_home, DROPS, access.optical_low, NETWORK, FIELD),
    _row("optical_level_low-slow", pon_home, SLOW, access.optical_low, NETWORK, FIELD),
    _row("optical_level_high", pon_home, DROPS, access.optical_high, NETWORK, FIELD),
    _row("fibre_bent", pon_home, DROPS, access.fibre_bent, NETWORK, FIELD),
    _row("ont_rejected", pon_home, OUT, access.ont_rejected, NETWORK, NOC),
    _row("wrong_profile-pon", pon_home, SLOW, access.wrong_profile, NETWORK, NOC),
    _row("upstream_ingress", coax_home, SLOW, access.upstream_ingress, NETWORK, NOC),
    _row("upstream_ranging", coax_home, DROPS, access.upstream_ranging, NETWORK, FIELD),
    _row("upstream_ranging-out", coax_home, OUT, access.modem_ranging, NETWORK, FIELD),
    _row("coax_level_bad", coax_home, SLOW, access.coax_level, NETWORK, FIELD),
    _row(
        "modem_offline",
        coax_home,
        OUT,
        lambda case: answered(access.modem_gone(case), "router_lights", "on"),
        NETWORK,
        FIELD,
    ),
    _row(
        "customer_power-coax",
        coax_home,
        OUT,
        lambda case: answered(access.modem_gone(case), "router_lights", "off"),
        ROUTER,
        SECOND,
    ),
    _row("modem_denied", coax_home, OUT, access.modem_denied, NETWORK, Destination.ACCOUNTS),
    _row("modem_partial_service", coax_home, SLOW, access.partial_service, NETWORK, FIELD),
    _row("cable_pair_broken", switch_home, SLOW, access.cable_broken, NETWORK, FIELD),
    _row("wrong_profile", switch_home, SLOW, access.wrong_profile, NETWORK, NOC),
    _row("port_security_lock", switch_home, OUT, access.port_locked, NETWORK, SECOND),
    _row("port_power_fault", switch_home, OUT, access.power_fault, NETWORK, FIELD),
    _row("wrong_vlan-set", switch_home, OUT, access.wrong_vlan_set, NETWORK, NOC),
    _row("wrong_vlan-silent", switch_home, OUT, access.wrong_vlan_set_silent, NETWORK, NOC),
    _row("home_loop", ethernet_home, SLOW, access.home_loop, DEVICE, SUPPORT),
    _row("customer_power-dsl", dsl_home, OUT, outside.customer_power, ROUTER, SECOND),
    _row(
        "customer_power-ethernet-lights_off",
        ethernet_home,
        OUT,
        lambda case: answered(outside.customer_power(case), "router_lights", "off"),
        ROUTER,
        SECOND,
    ),
    _row("router_hung", ethernet_home, OUT, at_home.router_hung, ROUTER, SECOND),
    _row("router_overloaded", dsl_home, SLOW, at_home.router_overloaded, ROUTER, SECOND),
    _row("router_conntrack_full", dsl_home, OUT, at_home.router_conntrack_full, ROUTER, SECOND),
    _row("router_reboots", dsl_home, DROPS, at_home.router_reboots, ROUTER, SECOND),
    _row("nat_missing", ethernet_home, OUT, way_out.nat_missing, ROUTER, SECOND),
    _row("nat_missing-site", dsl_home, SITE, way_out.nat_missing, ROUTER, SECOND),
    _row("router_firewall", dsl_home, OUT, way_out.router_firewall, ROUTER, SECOND),
    _row(
        "wan_cable_in_lan_port",
        ethernet_home,
        OUT,
        lambda case: beyond.heard_at_port(case, LAPTOP, "02:00:00:00:00:99"),
        ROUTER,
        SECOND,
    ),
    _row(
        "router_bridge_mode",
        ethernet_home,
        OUT,
        lambda case: beyond.heard_at_port(case, ROUTER_MAC, LAPTOP),
        ROUTER,
        SECOND,
    ),
    _row(
        "router_wan_mac",
        ethernet_home,
        OUT,
        lambda case: beyond.heard_at_port(case, LAPTOP),
        ROUTER,
        SECOND,
    ),
    _row("router_ports_burnt", ethernet_home, OUT, way_out.router_ports_burnt, ROUTER, SECOND),
    _row("lan_interface_down", dsl_home, OUT, way_out.lan_interface_down, ROUTER, SECOND),
    _row(
        "lan_dhcp_wrong_options",
        ethernet_home,
        OUT,
        way_out.lan_dhcp_wrong_options,
        ROUTER,
        SECOND,
    ),
    _row("lan_dhcp_range", ethernet_home, OUT, home.pool_elsewhere, ROUTER, SECOND),
    _row("router_old_prefix", ethernet_home, SLOW, home.prefix_old, ROUTER, SECOND),
    _row(
        "router_unexplained-passes_little_on",
        ethernet_home,
        OUT,
        home.router_passes_little_on,
        ROUTER,
        SECOND,
    ),
    _row("router_static_route", ethernet_home, OUT, routes.router_static_route, ROUTER, SECOND),
    _row("router_port_forward", ethernet_home, SITE, routes.router_port_forward, ROUTER, SECOND),
    _row("router_unexplained", ethernet_home, OUT, routes.router_unexplained, ROUTER, SECOND),
    _row(
        "router_translation_wrong",
        ethernet_home,
        OUT,
        routes.router_translation_wrong,
        ROUTER,
        SECOND,
    ),
    _row(
        "router_bandwidth_control",
        ethernet_home,
        SLOW,
        routes.router_bandwidth_control,
        ROUTER,
        SECOND,
    ),
    _row("ipv6_route-prefix", ethernet_home, SLOW, routes.prefix_not_routed, NETWORK, NOC),
    _row("edge_route_to_site", ethernet_home, SITE, routes.edge_route_to_site, NETWORK, NOC),
    _row(
        "route_beyond_edge-ipv4",
        ethernet_home,
        OUT,
        routes.black_hole_by_ipv4,
        NETWORK,
        NOC,
    ),
    _row("router_no_route", ethernet_home, OUT, way_out.router_no_route, ROUTER, SECOND),
    _row("router_dns-lies", ethernet_home, OUT, way_out.router_names_lie, ROUTER, SECOND),
    _row("router_firewall-own", ethernet_home, OUT, way_out.router_drops_own, ROUTER, SECOND),
    _row("router_firewall-switch", ethernet_home, OUT, way_out.forwarding_off, ROUTER, SECOND),
    _row("mtu_black_hole", ethernet_home, SITE, way_out.mtu_black_hole, NETWORK, NOC),
    _row("mtu_black_hole-slow", dsl_home, SLOW, way_out.mtu_black_hole, NETWORK, NOC),
    _row("router_mtu", ethernet_home, SLOW, way_out.router_mtu, ROUTER, SECOND),
    _row("router_mtu-pppoe", dsl_home, SLOW, way_out.router_mtu_large, ROUTER, SECOND),
    _row("double_nat", ethernet_home, OUT, way_out.double_nat, ROUTER, SECOND),
    _row("lan_wan_same_prefix", ethernet_home, OUT, way_out.lan_wan_same_prefix, ROUTER, SECOND),
    _row("router_clock", ethernet_home, OUT, way_out.router_clock, ROUTER, SECOND),
    _row("router_clock-names", dsl_home, OUT, way_out.router_clock_names, ROUTER, SECOND),
    _row("ipv6_prefix_missing", dsl_home, SLOW, way_out.ipv6_prefix_missing, NETWORK, NOC),
    _row("ipv6_route", ethernet_home, SLOW, way_out.ipv6_route, NETWORK, NOC),
    _row("firmware_bug", ethernet_home, OUT, way_out.firmware_bug, ROUTER, SECOND),
    _row(
        "router_gives_wrong_dns", ethernet_home, OUT, names.router_gives_wrong_dns, ROUTER, SECOND
    ),
    _row("router_blocklist", ethernet_home, SITE, names.router_blocklist, ROUTER, SECOND),
    _row("router_dns_setting", ethernet_home, OUT, way_out.router_dns_setting, ROUTER, SECOND),
    _row("router_dns_setting-site", dsl_home, SITE, way_out.router_dns_setting, ROUTER, SECOND),
    _row("router_dns_limit", ethernet_home, OUT, at_home.router_dns, ROUTER, SECOND),
    _row("router_dns_limit-site", ethernet_home, SITE, at_home.router_dns, ROUTER, SECOND),
    _row("lan_dhcp-off", ethernet_home, OUT, at_home.lan_dhcp_off, ROUTER, SECOND),
    _row("lan_pool_full", ethernet_home, ONE, at_home.lan_dhcp_exhausted, ROUTER, SECOND),
    _row("wan_cable-dsl", dsl_home, OUT, at_home.wan_cable, ROUTER, SECOND),
    _row("wifi_off", ethernet_home, WIFI, at_home.wifi_off, ROUTER, SECOND),
    _row("wifi_off-no_internet", ethernet_home, OUT, at_home.wifi_off, ROUTER, SECOND),
    _row("wifi_off-one_device", dsl_home, ONE, at_home.wifi_off, ROUTER, SECOND, device=LAPTOP),
    _row("wifi_radio_failed", dsl_home, WIFI, at_home.wifi_radio_failed, ROUTER, SECOND),
    _row("wifi_congested", ethernet_home, WIFI, at_home.wifi_congested, ROUTER, SECOND),
    _row("wifi_congested-slow", dsl_home, SLOW, at_home.wifi_congested, ROUTER, SECOND),
    _row("lan_cable", ethernet_home, SLOW, at_home.lan_cable, DEVICE, SUPPORT),
    _row("lan_cable-one_device", dsl_home, ONE, at_home.lan_cable, DEVICE, SUPPORT),
    _row("wifi_weak_signal", ethernet_home, WIFI, at_home.wifi_weak_signal, DEVICE, SUPPORT),
    _row("wifi_weak_signal-slow", dsl_home, SLOW, at_home.wifi_weak_signal, DEVICE, SUPPORT),
    _row("wifi_weak_signal-out", dsl_home, OUT, at_home.wifi_weak_signal, DEVICE, SUPPORT),
    _row(
        "device_wrong_password",
        ethernet_home,
        ONE,
        at_home.device_wrong_password,
        DEVICE,
        SUPPORT,
        device=LAPTOP,
    ),
    _row(
        "device_wrong_password-unnamed",
        ethernet_home,
        WIFI,
        at_home.device_wrong_password,
        DEVICE,
        SUPPORT,
    ),
    _row(
        "device_address",
        dsl_home,
        ONE,
        at_home.device_static_address,
        DEVICE,
        SUPPORT,
        device=LAPTOP,
    ),
    _row(
        "device_offline",
        ethernet_home,
        ONE,
        at_home.device_offline,
        DEVICE,
        SUPPORT,
        device=LAPTOP,
    ),
    _row(
        "device_dead_nic", ethernet_home, ONE, at_device.dead_nic, DEVICE, SUPPORT, device=LAPTOP
    ),
    _row(
        "duplicate_address",
        dsl_home,
        ONE,
        at_device.duplicate_address,
        DEVICE,
        SUPPORT,
        device=LAPTOP,
    ),
    _row("device_dns", ethernet_home, ONE, at_device.device_dns, DEVICE, SUPPORT, device=LAPTOP),
    _row(
        "device_hosts_file",
        ethernet_home,
        SITE,
        names.device_hosts_file,
        DEVICE,
        SUPPORT,
        device=LAPTOP,
    ),
    _row(
        "device_at_site_unexplained",
        ethernet_home,
        SITE,
        names.device_fails_at_site,
        DEVICE,
        SUPPORT,
        device=LAPTOP,
    ),
    _row(
        "device_part_unexplained",
        dsl_home,
        ONE,
        names.device_family_dead,
        DEVICE,
        SUPPORT,
        device=LAPTOP,
    ),
    _row(
        "device_blocklist",
        ethernet_home,
        SITE,
        names.device_blocks_site,
        DEVICE,
        SUPPORT,
        device=LAPTOP,
    ),
    _row(
        "device_gateway", dsl_home, ONE, at_device.device_gateway, DEVICE, SUPPORT, device=LAPTOP
    ),
    _row(
        "device_address-elsewhere",
        ethernet_home,
        ONE,
        at_device.device_elsewhere,
        DEVICE,
        SUPPORT,
        device=LAPTOP,
    ),
    _row(
        "device_gateway-all_by_hand",
        ethernet_home,
        ONE,
        at_device.device_idle,
        DEVICE,
        SUPPORT,
        device=LAPTOP,
    ),
    _row(
        "device_firewall",
        ethernet_home,
        ONE,
        at_device.device_firewall,
        DEVICE,
        SUPPORT,
        device=LAPTOP,
    ),
    _row(
        "router_ignores_device",
        ethernet_home,
        ONE,
        in_home.device_refused,
        ROUTER,
        SECOND,
        device=LAPTOP,
    ),
    _row(
        "router_port_setting",
        ethernet_home,
        ONE,
        in_home.port_for_television,
        ROUTER,
        SECOND,
        device=LAPTOP,
    ),
    _row(
        "router_drops_device",
        ethernet_home,
        ONE,
        in_home.router_swallows,
        ROUTER,
        SECOND,
        device=LAPTOP,
    ),
    _row("device_proxy", ethernet_home, ONE, in_home.dead_proxy, DEVICE, SUPPORT, device=LAPTOP),
    _row("device_tunnel", ethernet_home, ONE, in_home.dead_tunnel, DEVICE, SUPPORT, device=LAPTOP),
    _row("device_power_saving", ethernet_home, ONE, in_home.dozes, DEVICE, SUPPORT, device=LAPTOP),
    _row("lan_rogue_ra", ethernet_home, ONE, in_home.rogue_router, DEVICE, SUPPORT, device=LAPTOP),
    _row(
        "device_dns_lies",
        ethernet_home,
        ONE,
        at_device.device_dns_lies,
        DEVICE,
        SUPPORT,
        device=LAPTOP,
    ),
    _row(
        "device_unexplained",
        ethernet_home,
        ONE,
        at_device.device_web_blocked,
        DEVICE,
        SUPPORT,
        device=LAPTOP,
    ),
    _row("lan_rogue_dhcp", ethernet_home, OUT, at_home.lan_rogue_dhcp, DEVICE, SUPPORT),
    _row("line_saturated-ethernet", ethernet_home, SLOW, at_home.line_saturated, DEVICE, SUPPORT),
    _row("line_saturated-dsl", dsl_home, SLOW, at_home.line_saturated, DEVICE, SUPPORT),
    _row("platform_down", ethernet_home, SITE, outside.platform_down, PLATFORM, STATUS),
    _row("platform_refused", ethernet_home, SITE, outside.platform_refused, PLATFORM, STATUS),
    _row("platform_certificate", dsl_home, SITE, outside.platform_certificate, PLATFORM, STATUS),
    _row("platform_one_family", dsl_home, SITE, outside.platform_one_family, PLATFORM, STATUS),
    _row("platform_blocks_us", dsl_home, SITE, outside.platform_blocks_us, PLATFORM, STATUS),
    _row(
        "platform_blocks_us-homes",
        ethernet_home,
        SITE,
        outside.platform_blocks_homes,
        PLATFORM,
        STATUS,
    ),
    _row("site_way_unexplained", ethernet_home, SITE, sites.site_lost_here, NETWORK, NOC),
    _row("platform_mtu", ethernet_home, SITE, sites.platform_mtu, PLATFORM, STATUS),
    _row(
        "platform_one_address_dead",
        ethernet_home,
        SITE,
        sites.platform_front_down,
        PLATFORM,
        STATUS,
    ),
    _row("platform_part_down", dsl_home, SITE, sites.platform_part_down, PLATFORM, STATUS),
    _row("platform_login_down", dsl_home, SITE, partial(sites.also, status=500), PLATFORM, STATUS),
    _row(
        "platform_media_slow",
        ethernet_home,
        SITE,
        partial(sites.also, bps=640_000.0, elsewhere=True),
        PLATFORM,
        STATUS,
    ),
    _row(
        "platform_sends_home_away",
        dsl_home,
        SITE,
        sites.platform_sends_home_away,
        PLATFORM,
        STATUS,
    ),
    _row("platform_redirect_loop", dsl_home, SITE, sites.platform_redirect_loop, PLATFORM, STATUS),
    _row("platform_tls_broken", dsl_home, SITE, sites.platform_tls_broken, PLATFORM, STATUS),
    _row("platform_slow", dsl_home, SITE, outside.platform_slow, PLATFORM, STATUS),
    _row(
        "platform_unexplained",
        ethernet_home,
        SITE,
        outside.platform_unexplained,
        PLATFORM,
        STATUS,
    ),
    _row("platform_error", dsl_home, SITE, outside.platform_error, PLATFORM, STATUS),
    _row("platform_name", ethernet_home, SITE, outside.platform_name, PLATFORM, STATUS),
    _row("network_side_unexplained", ethernet_home, OUT, whose.pages_lost, NETWORK, NOC),
    _row("router_side_unexplained", ethernet_home, OUT, whose.names_by_router_lie, ROUTER, SECOND),
    _row(
        "device_side_unexplained",
        ethernet_home,
        ONE,
        whose.device_gets_none,
        DEVICE,
        SUPPORT,
        device=LAPTOP,
    ),
    _row("platform_side_unexplained", ethernet_home, SITE, whose.refused, PLATFORM, STATUS),
    *ON_SITE,
    _row("platform_name-wrong", dsl_home, SITE, names.platform_name_wrong, PLATFORM, STATUS),
)


NOT_ALONE: Final = frozenset(
    {
        # Told where nobody has thought of the cause that tells more.
        *("device_site_unexplained", "platform_front_down"),
        # Their findings are proven in the table of rules; a case in which they lead is missing.
        *("ipv6_ra_missing", "lan_loop", "router_failover_stuck", "routing_loop"),
    }
)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_names_the_cause(scenario: Scenario) -> None:
    """The promise of the product: whose fault, which cause, which desk."""
    case = scenario.change(about(scenario.home(scenario.symptom), device_mac=scenario.device))
    verdict = decide(case, {})
    assert (verdict.domain, verdict.cause, verdict.destination) == (
        scenario.domain,
        scenario.cause,
        scenario.destination,
    )
    names_a_part = not verdict.cause.endswith("_unexplained")
    assert verdict.confidence >= (0.7 if names_a_part else FLOOR)
    assert verdict.also == ()


def test_every_cause_has_a_scenario() -> None:
    """A cause that no case proves is a cause that nobody knows to work."""
    told = {scenario.cause for scenario in SCENARIOS} | {cause.id for cause, _ in ROWS}
    assert told | NOT_ALONE == {cause.id for cause in CAUSES}
    assert told & NOT_ALONE == set()


@pytest.mark.parametrize("home", [ethernet_home, dsl_home], ids=["ethernet", "dsl"])
@pytest.mark.parametrize("symptom", SYMPTOMS)
def test_a_healthy_home_has_no_fault(home: Home, symptom: str) -> None:
    """Saying "no fault" is worth as much as naming one, if everything was seen."""
    verdict = decide(about(home(symptom), device_mac=LAPTOP), {})
    assert (verdict.domain, verdict.cause) == (FaultDomain.NONE, "no_fault")
    assert verdict.destination is Destination.FIXED
    assert verdict.confidence > 0.65


@pytest.mark.parametrize("home", [ethernet_home, dsl_home], ids=["ethernet", "dsl"])
@pytest.mark.parametrize("symptom", SYMPTOMS)
def test_a_healthy_home_has_no_fault_however_much_is_measured(home: Home, symptom: str) -> None:
    """Every further measurement is a further chance to be wrong."""
    verdict = decide(load.measured(home(symptom)), {})
    assert (verdict.domain, verdict.cause) == (FaultDomain.NONE, "no_fault")
    assert verdict.confidence > 0.65


PAIRS: Final = (
    ("noise_and_weak_wifi", dsl_home, SLOW, outside.line_noise, at_home.wifi_weak_signal),
    ("wifi_off_and_platform_down", ethernet_home, WIFI, at_home.wifi_off, outside.platform_down),
    ("platform_down_and_wifi_off", ethernet_home, SITE, outside.platform_down, at_home.wifi_off),
    (
        "firewall_and_platform",
        ethernet_home,
        SITE,
        way_out.router_firewall,
        outside.platform_error,
    ),
    ("resolver_and_rogue", ethernet_home, OUT, outside.dns_resolver, at_home.lan_rogue_dhcp),
    ("stale_and_weak_wifi", ethernet_home, OUT, outside.session_stale, at_home.wifi_weak_signal),
    ("silent_agent_and_router_dns", ethernet_home, OUT, at_home.router_dns, effect.node_gone),
    ("saturated_and_crowded", dsl_home, SLOW, at_home.line_saturated, at_home.wifi_congested),
)


@pytest.mark.parametrize(("name", "home", "symptom", "one", "other"), PAIRS)
def test_two_faults_at_once_are_both_named(
    name: str, home: Home, symptom: str, one: Change, other: Change
) -> None:
    """Real homes have two troubles; the second must not vanish behind the first."""
    single = [decide(change(home(symptom)), {}).cause for change in (one, other)]
    verdict = decide(other(one(home(symptom))), {})
    named = {verdict.cause, *(candidate.cause for candidate in verdict.also)}
    assert named >= set(single) - {"no_fault", "undetermined"}, name
    assert len(named) == 2


def test_why_nothing_works_is_told_before_a_site_that_fails_too() -> None:
    """The site's answer reaches nobody behind a router that forwards nothing."""
    case = outside.platform_error(way_out.router_firewall(ethernet_home(SITE)))
    assert decide(case, {}).cause == "router_firewall"


UNDETERMINED: Final[tuple[tuple[str, CaseFile, set[str]], ...]] = (
    ("nothing_asked", only(ethernet_home()), set()),
    ("all_out_of_time", all_unobserved(dsl_home(), FailureKind.OUT_OF_TIME), set()),
    ("all_auth_refused", all_unobserved(dsl_home(), FailureKind.AUTH_REFUSED), set()),
    ("all_not_configured", all_unobserved(dsl_home(), FailureKind.NOT_CONFIGURED), set()),
    ("all_unparseable", all_unobserved(ethernet_home(), FailureKind.UNPARSEABLE), set()),
    (
        "ethernet_down_and_no_more",
        only(outside.line_cut(ethernet_home()), ("port_status", "port")),
        {"line_cut", "customer_power", "wan_cable"},
    ),
    (
        "ethernet_down_everything_else_asked",
        outside.line_cut(ethernet_home()),
        {"line_cut", "customer_power", "wan_cable"},
    ),
    (
        "ethernet_down_lights_on",
        answered(outside.line_cut(ethernet_home()), "router_lights", "on"),
        {"line_cut", "wan_cable"},
    ),
    (
        "dsl_down_line_not_read",
        never_asked(outside.line_cut(dsl_home()), ("line_quality", "line")),
        {"line_cut", "customer_power"},
    ),
    (
        "router_password_refused_all_else_good",
        effect.no_router(ethernet_home(), FailureKind.AUTH_REFUSED),
        set(),
    ),
    (
        "router_key_changed_all_else_good",
        effect.no_router(dsl_home(), FailureKind.HOST_KEY_CHANGED),
        set(),
    ),
    (
        "node_and_reference_both_away",
        changed(
            outside.node_outage(ethernet_home()),
            "http",
            "operator>reference",
            outcome=HttpOutcome.CONNECT_TIMEOUT,
            status=None,
        ),
        set(),
    ),
    ("site_not_named", about(never_asked(ethernet_home(), *effect.FROM_ROUTER), SITE), set()),
    ("device_not_named", ethernet_home("one_device_offline"), set()),
    (
        "slow_without_rates",
        never_asked(ethernet_home("slow_internet"), ("port_rates", "port")),
        set(),
    ),
    (
        "wifi_not_readable",
        unobserved(ethernet_home("wifi_trouble"), "router_wifi", "router", FailureKind.FORBIDDEN),
        set(),
    ),
)


@pytest.mark.parametrize(
    ("case", "candidates"), [row[1:] for row in UNDETERMINED], ids=[row[0] for row in UNDETERMINED]
)
def test_stays_undetermined(case: CaseFile, candidates: set[str]) -> None:
    """An honest "not decided" goes to second line; it is never rounded up to a guess."""
    verdict = decide(case, {})
    assert (verdict.domain, verdict.cause) == (FaultDomain.UNDETERMINED, "undetermined")
    assert verdict.destination is Destination.SECOND_LINE
    assert verdict.confidence < 0.6
    assert candidates <= {candidate.cause for candidate in verdict.candidates}


@pytest.mark.parametrize("place", [on_site.WALL, on_site.LAN])
def test_a_line_or_a_home_that_is_well_on_site_has_no_fault(place: str) -> None:
    """A technician goes home when the laptop finds nothing wrong, and says so."""
    verdict = decide(on_site.on_site(place), {})
    assert (verdict.domain, verdict.cause) == (FaultDomain.NONE, "no_fault")
    assert verdict.confidence >= 0.7


def test_the_home_is_judged_by_its_wifi_where_no_cable_is_at_hand() -> None:
    """A laptop without a socket for cables sees the same servers and pages."""
    home = on_site.on_site(on_site.LAN)
    well = decide(on_site.on_wifi(home), {})
    assert (well.domain, well.cause) == (FaultDomain.NONE, "no_fault")
    rogue = decide(on_site.on_wifi(on_site.second_server(home, on_site.LAN)), {})
    assert rogue.cause == "home_rogue_server"


@pytest.mark.parametrize("place", [on_site.WALL, on_site.LAN])
def test_without_a_control_no_link_may_be_the_laptops_own_cable(place: str) -> None:
    """Law 2: what is broken on our own side accuses neither the line nor the router."""
    verdict = decide(on_site.no_link_anywhere(on_site.on_site(place), place), {})
    assert verdict.domain is FaultDomain.UNDETERMINED


@pytest.mark.parametrize("change", [on_site.pages_fail, on_site.nothing_beyond, on_site.loses])
@pytest.mark.parametrize("place", [on_site.WALL, on_site.LAN])
def test_without_a_link_what_fails_beyond_it_is_not_held_against_the_place(
    place: str, change: Callable[[CaseFile, str], CaseFile]
) -> None:
    """An address that is left over from another socket makes pages fail, not the line."""
    case = change(on_site.on_site(place), place)
    unplugged = changed(case, "field_link", place, carrier=False)
    assert decide(unplugged, {}).domain is FaultDomain.UNDETERMINED


@pytest.mark.parametrize("pppoe", [False, True])
def test_silence_without_a_tag_says_nothing_where_frames_are_tagged(*, pppoe: bool) -> None:
    """The service may be in a VLAN in which nobody has asked."""
    case = on_site.on_site(on_site.WALL)
    verdict = decide(on_site.tagged_alone(on_site.on_pppoe(case) if pppoe else case), {})
    assert verdict.domain is FaultDomain.UNDETERMINED


@pytest.mark.parametrize("pppoe", [False, True])
def test_silence_without_the_services_tag_says_nothing_until_it_was_asked_with_it(
    *, pppoe: bool
) -> None:
    """Where the node does not say which VLAN frames without a tag are in, it may be another."""
    case = on_site.on_site(on_site.WALL)
    case = on_site.no_concentrator(case) if pppoe else on_site.no_offer(case, on_site.WALL)
    untold = never_asked(on_site.unheard(case), ("field_vlans", on_site.WALL))
    assert decide(untold, {}).domain is FaultDomain.UNDETERMINED
    assert decide(on_site.unheard(case), {}).domain is NETWORK
    name = "wall_no_concentrator" if pppoe else "wall_no_offer"
    found = next(one for one in find(untold) if one.id == name)
    assert "VLAN 100" in found.because
    assert "MAC" in found.because


@pytest.mark.parametrize("pppoe", [False, True])
def test_a_port_that_answers_the_routers_mac_alone_is_locked_and_no_fault(*, pppoe: bool) -> None:
    """It does what it was told to; the advice names the MAC, and the unlocking."""
    case = on_site.on_site(on_site.WALL)
    locked = decide(vlans.locked(on_site.on_pppoe(case) if pppoe else case), {})
    assert locked.domain is FaultDomain.UNDETERMINED
    assert locked.title == LOCKED_TITLE
    assert "the port is locked to it" in locked.summary
    assert "ip link set dev PORT address 02:00:5e:00:07:01" in locked.next_action
    silent = on_site.no_concentrator(case) if pppoe else on_site.no_offer(case, on_site.WALL)
    found = {one.id: one.because for one in find(silent)}
    name = "wall_no_concentrator" if pppoe else "wall_no_offer"
    assert "none to the router's MAC" in found[name]


@pytest.mark.parametrize(
    "change", [on_site.pages_fail, on_site.nothing_beyond, on_site.loses, on_site.large_lost]
)
def test_from_the_lan_alone_the_router_is_not_accused_of_what_the_line_may_do(
    change: Callable[[CaseFile, str], CaseFile],
) -> None:
    """Only the wall port tells the line from the router."""
    verdict = decide(change(on_site.on_site(on_site.LAN), on_site.LAN), {})
    assert verdict.domain is FaultDomain.UNDETERMINED


def test_a_gateway_that_leaves_probes_alone_is_not_dead_where_pages_open() -> None:
    """Inspection of ARP on the node may drop a probe that claims no address."""
    case = on_site.gateway_answered_by(on_site.on_site(on_site.WALL), on_site.WALL)
    assert decide(case, {}).domain is FaultDomain.NONE


@pytest.mark.parametrize(("place", "cause"), [(on_site.WALL, "wall_pages"), (on_site.LAN, None)])
def test_a_gateway_that_pings_pass_through_is_not_dead_where_no_page_opens(
    place: str, cause: str | None
) -> None:
    """What holds pages back is somewhere else, and another desk's."""
    case = on_site.pages_fail(on_site.gateway_answered_by(on_site.on_site(place), place), place)
    assert decide(case, {}).cause == (cause or "undetermined")


@pytest.mark.parametrize("place", [on_site.WALL, on_site.LAN])
def test_a_gateway_that_answers_for_what_ends_there_is_not_dead(place: str) -> None:
    """It is the first hop of the way, and the way is cut behind it."""
    ended = on_site.gateway_answered_by(past_wire.way_ends(on_site.on_site(place), place), place)
    assert decide(ended, {}).cause not in {"wall_gateway_dead", "home_gateway_dead"}
