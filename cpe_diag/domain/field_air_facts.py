"""Facts of a laptop on site about the air around it."""

from __future__ import annotations

from dataclasses import dataclass

from cpe_diag.domain.missing import Maybe
from cpe_diag.domain.wifi_facts import AirNeighbour


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardNetwork:
    """One network as the laptop hears it, and what its access point says of its own load.

    `stations` and `busy_percent` are of its BSS Load element (IEEE 802.11-2020, 9.4.2.27).
    """

    network: AirNeighbour
    stations: Maybe[int]
    busy_percent: Maybe[float]


@dataclass(frozen=True, slots=True, kw_only=True)
class AirLink:
    """The network that the laptop is on: signal in dBm as it hears it, rates in bit/s.

    `tx_packets`, `tx_retries` and `tx_failed` count since it joined.
    """

    bssid: str
    ssid: str
    channel: int
    band: str
    signal_dbm: Maybe[int]
    rx_rate_bps: Maybe[float]
    tx_rate_bps: Maybe[float]
    tx_packets: Maybe[int]
    tx_retries: Maybe[int]
    tx_failed: Maybe[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldAir:
    """Fact `field_air`: who is heard at this place, and how well the laptop's own link is.

    `link` None: the laptop is on no network. `remembered`: no scan was allowed, and what the
    system had heard in the last minute is told.
    """

    interface: str
    link: AirLink | None
    networks: tuple[HeardNetwork, ...]
    remembered: bool
