"""Facts about the router's radios, networks and stations, and what else is in the air."""

from __future__ import annotations

from dataclasses import dataclass

from cpe_diag.domain.missing import NOT_ASKED, Maybe


@dataclass(frozen=True, slots=True, kw_only=True)
class Radio:
    """One radio: `enabled` is the setting, `on_air` what is true. MHz, dBm.

    `band` is `2g`, `5g` or `6g`; `busy_percent` is channel utilisation, 0 to 100; `settings` is
    the platform's own name for where this radio's settings are changed (OpenWrt: its uci section).
    `country` is the two letters whose rules it keeps, `usable_channels` what they let it start on
    as primary channel; `radar_wait_s` is how long it must still listen for radar before it may
    send, 0 where it need not.
    """

    name: str
    band: Maybe[str]
    enabled: bool
    on_air: bool
    channel: Maybe[int]
    width_mhz: Maybe[int]
    tx_power_dbm: Maybe[float]
    noise_dbm: Maybe[float]
    busy_percent: Maybe[float]
    settings: Maybe[str] = NOT_ASKED
    country: Maybe[str] = NOT_ASKED
    usable_channels: Maybe[tuple[int, ...]] = NOT_ASKED
    radar_wait_s: Maybe[int] = NOT_ASKED


@dataclass(frozen=True, slots=True, kw_only=True)
class WifiNetwork:
    """One SSID on one radio; `purpose` is the network it bridges to (`lan`, `guest`).

    `ssid` is empty where none is set; `on_air` is what hostapd says, not the settings file;
    `interface` names it on the router, `settings` where its settings are changed there (OpenWrt:
    its uci section); `band` is its radio's; `hidden` networks do not send their name.
    """

    interface: str
    radio: str
    ssid: str
    purpose: Maybe[str]
    encryption: Maybe[str]
    on_air: Maybe[bool]
    settings: Maybe[str] = NOT_ASKED
    band: Maybe[str] = NOT_ASKED
    hidden: Maybe[bool] = NOT_ASKED


@dataclass(frozen=True, slots=True, kw_only=True)
class WifiStatus:
    """Fact `router_wifi`: radios and networks. Empty tuples mean that the router has none."""

    radios: tuple[Radio, ...]
    networks: tuple[WifiNetwork, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WifiClient:
    """One associated station: signal in dBm as the router hears it, rates in bit/s.

    `tx_packets` were sent to it since it joined `connected_s` ago; `tx_retries` is how often one
    of them had to be sent again, `tx_failed` how many were given up.
    """

    mac: str
    interface: str
    authorized: bool
    signal_dbm: Maybe[int]
    rx_rate_bps: Maybe[int]
    tx_rate_bps: Maybe[int]
    tx_packets: Maybe[int] = NOT_ASKED
    tx_retries: Maybe[int] = NOT_ASKED
    tx_failed: Maybe[int] = NOT_ASKED
    connected_s: Maybe[int] = NOT_ASKED


@dataclass(frozen=True, slots=True, kw_only=True)
class WifiClients:
    """Fact `wifi_clients`: who is associated now."""

    clients: tuple[WifiClient, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AirNeighbour:
    """Another access point heard by the router; `ssid` is empty where it is hidden.

    `channel` is its primary channel; it fills `width_mhz` around `centre_channel`.
    """

    bssid: str
    ssid: str
    channel: int
    signal_dbm: Maybe[int]
    band: Maybe[str] = NOT_ASKED
    width_mhz: Maybe[int] = NOT_ASKED
    centre_channel: Maybe[int] = NOT_ASKED


@dataclass(frozen=True, slots=True, kw_only=True)
class AirScan:
    """Fact `air_scan`: who else uses the air around the router."""

    neighbours: tuple[AirNeighbour, ...]
