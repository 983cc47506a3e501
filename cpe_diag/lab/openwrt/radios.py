"""The router's radios and SSIDs as hostapd has them on air."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cpe_diag.lab.openwrt.uci import Section

if TYPE_CHECKING:
    from cpe_diag.lab.openwrt.machine import Machine

# IEEE 802.11-2020, annex E: channel centre = start + 5 MHz x number.
BAND_START_MHZ = {"2g": 2407, "5g": 5000, "6g": 5950}

# What `channel 'auto'` ends at here.
AUTO_CHANNEL = {"2g": 6, "5g": 36, "6g": 37}

# IEEE 802.11i: a passphrase has 8 to 63 characters; recording uci_wifi_changes, part E.
SHORTEST_KEY = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Radio:
    """One `wifi-device`: `enabled` is the setting, `on_air` what is true."""

    name: str
    phy: str
    band: str
    channel: int
    htmode: str
    enabled: bool
    pending: bool
    on_air: bool
    failed: bool
    options: Section

    @property
    def frequency_mhz(self) -> int:
        """Give the centre of the primary channel."""
        return frequency_mhz(self.band, self.channel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bss:
    """One `wifi-iface` of mode `ap`; `ifname` names it while on air."""

    section: str
    ifname: str
    radio: Radio
    ssid: str
    encryption: str
    options: Section

    @property
    def bssid_suffix(self) -> int:
        """Tell the radio's BSSIDs apart."""
        return int(self.radio.phy[-1]) * 16 + int(self.ifname[-1])


def frequency_mhz(band: str, channel: int) -> int:
    """Give a channel's centre in MHz (channel 14 aside)."""
    return BAND_START_MHZ.get(band, 2407) + 5 * channel


def band_of(channel: int) -> str:
    """Give the band of a neighbour's channel number: above 14 it is 5 GHz."""
    return "2g" if channel <= 14 else "5g"  # noqa: PLR2004 - IEEE 802.11: channels 1 to 14


def _text(section: Section, name: str, default: str = "") -> str:
    value = section.get(name, default)
    return value if isinstance(value, str) else " ".join(value)


def radios(machine: Machine) -> list[Radio]:
    """Give the radios, in the order of their configuration."""
    router = machine.router
    config = machine.loaded_wifi()
    found: list[Radio] = []
    for name, section in config.items():
        if section.get(".type") != "wifi-device":
            continue
        band = _text(section, "band", "2g")
        channel = _text(section, "channel", "auto")
        enabled = _text(section, "disabled", "0") != "1"
        failed = name in router.radios_failing or not channel_allowed(band, channel)
        started = machine.world.now() >= machine.wifi_ready_at
        wanted = enabled and name not in machine.wifi_stopped
        found.append(
            Radio(
                name=name,
                phy=f"phy{len(found)}",
                band=band,
                channel=int(channel) if channel.isdigit() else AUTO_CHANNEL.get(band, 6),
                htmode=_text(section, "htmode", "HT20"),
                enabled=enabled,
                pending=wanted and not started,
                on_air=wanted and started and not failed,
                failed=wanted and failed,
                options=section,
            )
        )
    return found


def channel_allowed(band: str, channel: str) -> bool:
    """Whether a radio comes up on this setting (recording uci_wifi_changes, part G)."""
    if not channel.isdigit():
        return channel == "auto"
    allowed = range(1, 14) if band == "2g" else range(1, 234)
    return int(channel) in allowed


def interfaces(machine: Machine, radio: Radio) -> list[Bss]:
    """Give the SSIDs configured on a radio, on air or not, without the disabled ones."""
    found: list[Bss] = []
    for name, section in machine.loaded_wifi().items():
        if section.get(".type") != "wifi-iface" or _text(section, "device") != radio.name:
            continue
        if _text(section, "disabled", "0") == "1":
            continue
        found.append(
            Bss(
                section=name,
                ifname=f"{radio.phy}-ap{len(found)}",
                radio=radio,
                ssid=_text(section, "ssid"),
                encryption=_text(section, "encryption", "none"),
                options=section,
            )
        )
    return found


def key_valid(bss: Bss) -> bool:
    """Whether hostapd takes the passphrase."""
    return bss.encryption in ("none", "owe") or len(_text(bss.options, "key")) >= SHORTEST_KEY


def all_bss(machine: Machine) -> list[Bss]:
    """Give every SSID on air."""
    return [
        bss
        for radio in radios(machine)
        if radio.on_air
        for bss in interfaces(machine, radio)
        if key_valid(bss)
    ]


def bssid(machine: Machine, bss: Bss) -> str:
    """Give the MAC address that an SSID is sent from."""
    octets = machine.router.lan_mac.split(":")
    last = (int(octets[5], 16) + 1 + bss.bssid_suffix) % 256
    return ":".join([*octets[:5], f"{last:02x}"])
