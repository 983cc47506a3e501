"""All probes, from the operator's core to the customer's device; the order means nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.probes import (
    air_scan,
    cable_modem,
    chosen_resolver,
    device_frames,
    device_ping,
    device_rate,
    device_traces,
    device_watch,
    dhcp_bindings,
    dhcp_server,
    field_arp,
    field_dhcp,
    field_heard,
    field_link,
    field_pppoe,
    field_quality,
    field_routers,
    field_web,
    home_paths,
    home_resolver,
    home_watch,
    lan_offers,
    lan_routers,
    learned_macs,
    line_quality,
    load_test,
    modem_channels,
    names_again,
    neighbour_ports,
    neighbour_rates,
    ont,
    operator_platform,
    operator_web,
    path_quality,
    platform_truth,
    port_history,
    port_rates,
    port_settings,
    port_state,
    port_watch,
    reference_tls,
    reference_truth,
    resolver_again,
    router_families,
    router_forwarding,
    router_lan,
    router_log,
    router_names,
    router_paths,
    router_reachability,
    router_system,
    router_wan,
    router_web,
    router_wifi,
    siblings,
    site_closer,
    site_fronts,
    site_look,
    sites_again,
    sites_by_ipv6,
    sites_elsewhere,
    way_in,
    way_in_sizes,
    way_watch,
    wifi_clients,
    world,
)

if TYPE_CHECKING:
    from cpe_diag.probes.probe import Probe

PROBES: Final[tuple[Probe, ...]] = (
    operator_web.PROBE,
    operator_platform.PROBE,
    sites_elsewhere.PROBE,
    sites_by_ipv6.PROBE,
    reference_tls.PROBE,
    resolver_again.PROBE,
    reference_truth.PROBE,
    platform_truth.PROBE,
    port_state.PROBE,
    port_rates.PROBE,
    port_watch.PROBE,
    port_history.PROBE,
    port_settings.PROBE,
    siblings.PROBE,
    neighbour_ports.PROBE,
    neighbour_rates.PROBE,
    line_quality.PROBE,
    ont.PROBE,
    cable_modem.PROBE,
    modem_channels.PROBE,
    learned_macs.PROBE,
    dhcp_bindings.PROBE,
    dhcp_server.PROBE,
    router_reachability.PROBE,
    way_in.PROBE,
    way_in_sizes.PROBE,
    way_watch.PROBE,
    router_system.PROBE,
    router_wan.PROBE,
    router_forwarding.PROBE,
    router_paths.PROBE,
    home_paths.PROBE,
    router_names.PROBE,
    chosen_resolver.PROBE,
    home_resolver.PROBE,
    names_again.PROBE,
    router_web.PROBE,
    router_families.PROBE,
    world.PROBE,
    sites_again.PROBE,
    site_closer.PROBE,
    site_look.PROBE,
    site_fronts.PROBE,
    router_log.PROBE,
    router_lan.PROBE,
    router_wifi.PROBE,
    wifi_clients.PROBE,
    air_scan.PROBE,
    lan_offers.PROBE,
    lan_routers.PROBE,
    home_watch.PROBE,
    device_ping.PROBE,
    device_traces.PROBE,
    device_watch.PROBE,
    device_frames.PROBE,
    path_quality.PROBE,
    device_rate.PROBE,
    load_test.PROBE,
    field_link.PROBE,
    field_heard.PROBE,
    field_dhcp.PROBE,
    field_pppoe.PROBE,
    field_arp.PROBE,
    field_routers.PROBE,
    field_web.PROBE,
    field_quality.PROBE,
)


def probe(probe_id: str) -> Probe:
    """Find a probe by its id.

    Args:
        probe_id: for example `port_state`.

    Returns:
        The probe.

    Raises:
        KeyError: no probe has this id.
    """
    for candidate in PROBES:
        if candidate.id == probe_id:
            return candidate
    raise KeyError(probe_id)
