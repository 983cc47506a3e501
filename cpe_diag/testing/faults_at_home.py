"""What a healthy home's evidence turns into when its router, its Wi-Fi or a device fails."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import known
from cpe_diag.domain.path_facts import DnsOutcome, HttpOutcome
from cpe_diag.domain.router_facts import LanNeighbour, LanStatus, LogEventKind
from cpe_diag.domain.wifi_facts import AirNeighbour, AirScan, WifiClients, WifiStatus
from cpe_diag.testing.device_samples import LAPTOP
from cpe_diag.testing.evidence_samples import changed, unobserved, with_value
from cpe_diag.testing.fault_effects import logged, lost, no_router, router_gone
from cpe_diag.testing.faults_at_device import no_traces
from cpe_diag.testing.load_samples import way_in

if TYPE_CHECKING:
    from cpe_diag.judge.question import CaseFile


def router_hung(case: CaseFile) -> CaseFile:
    """The router accepts connections, says nothing and forwards nothing; its line is well."""
    case = changed(case, "port_rates", "port", in_bps=0.0, out_bps=0.0)
    return way_in(no_router(case, FailureKind.HUNG))


def router_overloaded(case: CaseFile) -> CaseFile:
    """The router is out of breath."""
    return changed(
        case, "router_system", "router", load_1min=9.4, memory_available_bytes=4 * 2**20
    )


def router_conntrack_full(case: CaseFile) -> CaseFile:
    """The table of connections is full, new ones are dropped."""
    case = changed(case, "router_system", "router", conntrack_entries=16_384)
    case = logged(case, LogEventKind.CONNTRACK_FULL, 40)
    case = lost(case, "router>gateway", received=3)
    return lost(case, "router>reference", received=3)


def router_reboots(case: CaseFile) -> CaseFile:
    """The router came up four minutes ago, after a crash."""
    case = changed(case, "router_system", "router", uptime_s=240.0)
    case = changed(case, "port_status", "port", last_change_s=200.0)
    return logged(case, LogEventKind.KERNEL_CRASH, 1)


def router_dns(case: CaseFile) -> CaseFile:
    """The router's forwarder does not answer; the operator's resolver does."""
    for subject in ("router>reference", "router>platform"):
        case = changed(case, "dns", subject, outcome=DnsOutcome.REFUSED, addresses=())
        case = changed(case, "http", subject, outcome=HttpOutcome.NAME_FAILED, status=None)
    return case


def lan_dhcp_off(case: CaseFile) -> CaseFile:
    """DHCP is switched off for the home."""
    return changed(case, "router_lan", "router", dhcp_enabled=False, leases=())


def lan_dhcp_exhausted(case: CaseFile) -> CaseFile:
    """No address is left in the home."""
    case = changed(case, "router_lan", "router", dhcp_pool_size=2)
    return logged(case, LogEventKind.DHCP_POOL_EXHAUSTED, 7)


def lan_cable(case: CaseFile) -> CaseFile:
    """The cable to the first LAN socket is crushed."""
    held = case.evidence.value(LanStatus, "router_lan", "router")
    ports = known(held.ports) if held else None
    bad = tuple(replace(port, rx_errors=91_000, crc_errors=90_000) for port in ports or ())
    return changed(case, "router_lan", "router", ports=bad)


def lan_rogue_dhcp(case: CaseFile) -> CaseFile:
    """A second router gives out addresses of its own."""
    return logged(case, LogEventKind.ROGUE_DHCP, 3, "192.168.8.1")


def wan_cable(case: CaseFile) -> CaseFile:
    """The modem is trained, but the router behind it is not there (DSL only)."""
    case = changed(case, "port_rates", "port", in_bps=0.0, in_packets_per_s=0.0)
    return router_gone(changed(case, "learned_macs", "port", entries=()))


def _radios(case: CaseFile, **fields: object) -> CaseFile:
    wifi = case.evidence.value(WifiStatus, "router_wifi", "router")
    if wifi is None:
        msg = "the sample has no Wi-Fi"
        raise TypeError(msg)
    radios = tuple(replace(radio, **fields) for radio in wifi.radios)  # type: ignore[arg-type]  # fields by name, as in dataclasses.replace
    on_air = all(radio.on_air for radio in radios)
    networks = tuple(replace(network, on_air=on_air) for network in wifi.networks)
    case = with_value(case, "router_wifi", "router", WifiStatus(radios=radios, networks=networks))
    if on_air:
        return case
    return with_value(case, "wifi_clients", "router", WifiClients(clients=()))


def wifi_off(case: CaseFile) -> CaseFile:
    """All radios are switched off."""
    return _radios(case, enabled=False, on_air=False)


def wifi_radio_failed(case: CaseFile) -> CaseFile:
    """The radios are switched on and yet silent."""
    return _radios(case, on_air=False)


def wifi_congested(case: CaseFile) -> CaseFile:
    """The channels are full of neighbours."""
    loud = tuple(
        AirNeighbour(bssid=f"02:00:5e:40:00:0{n}", ssid=f"N{n}", channel=6, signal_dbm=-58)
        for n in range(6)
    )
    case = with_value(case, "air_scan", "router", AirScan(neighbours=loud))
    return _radios(case, busy_percent=86.0)


def wifi_weak_signal(case: CaseFile) -> CaseFile:
    """The laptop is heard from far away."""
    held = case.evidence.value(WifiClients, "wifi_clients", "router")
    clients = tuple(
        replace(client, signal_dbm=-83) if client.mac == LAPTOP else client
        for client in (held.clients if held else ())
    )
    return changed(case, "wifi_clients", "router", clients=clients)


def _laptop_away(case: CaseFile) -> CaseFile:
    held = case.evidence.value(WifiClients, "wifi_clients", "router")
    clients = tuple(one for one in (held.clients if held else ()) if one.mac != LAPTOP)
    case = changed(case, "wifi_clients", "router", clients=clients)
    lan = case.evidence.value(LanStatus, "router_lan", "router")
    neighbours = known(lan.neighbours) if lan else None
    stale = tuple(
        replace(entry, state="FAILED") if entry.mac == LAPTOP else entry
        for entry in neighbours or ()
    )
    case = changed(case, "router_lan", "router", neighbours=stale)
    return lost(no_traces(case), "router>device", received=0)


def device_wrong_password(case: CaseFile) -> CaseFile:
    """The laptop knocks with an old password."""
    return logged(_laptop_away(case), LogEventKind.WIFI_WRONG_PASSWORD, 9, LAPTOP)


def device_offline(case: CaseFile) -> CaseFile:
    """The laptop is switched off."""
    return _laptop_away(case)


def device_static_address(case: CaseFile) -> CaseFile:
    """The laptop brought a fixed address from another network."""
    neighbours = (LanNeighbour(mac=LAPTOP, address="10.9.8.7", state="STALE"),)
    case = changed(case, "router_lan", "router", neighbours=neighbours, leases=())
    return unobserved(case, "ping", "router>device", FailureKind.DEPENDENCY)


def line_saturated(case: CaseFile) -> CaseFile:
    """A backup fills the line."""
    service = case.subscriber.service
    full = 0.97 * (known(service.up_bps) or 0)
    case = changed(case, "port_rates", "port", in_bps=full)
    return changed(case, "ping", "router>gateway", rtt_avg_s=0.24)
