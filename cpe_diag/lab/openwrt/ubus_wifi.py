"""What hostapd and rpcd's iwinfo answer on ubus.

Forms: recordings hostapd_status, hostapd_clients (OpenWrt 24.10); iwinfo's as rpcd's
iwinfo.c builds them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpe_diag.lab.openwrt import home
from cpe_diag.lab.openwrt.radios import (
    Bss,
    Radio,
    all_bss,
    band_of,
    bssid,
    frequency_mhz,
    interfaces,
    radios,
)

if TYPE_CHECKING:
    from cpe_diag.lab.home_state import HomeDevice
    from cpe_diag.lab.openwrt.json_text import Json
    from cpe_diag.lab.openwrt.machine import Machine

NOISE_DBM = {"2g": -92, "5g": -95, "6g": -96}
TX_POWER_DBM = {"2g": 20, "5g": 23, "6g": 23}

# iwinfo and rpcd wait for a scan of all channels; mac80211 takes about that long, in seconds.
SCAN_S = 2.0

# iwinfo: quality is signal + 110, kept within 0 to 70 (iwinfo_nl80211.c).
QUALITY_OFFSET_DB = 110
QUALITY_MAX = 70

# IEEE 802.11-2020, 9.4.2.27: channel utilisation is a number of 255.
FULL_UTILISATION = 255

# IEEE 802.11, annex E: operating class of a 20 MHz channel.
OPERATING_CLASS = {"2g": 81, "5g": 115, "6g": 131}


def quality(signal_dbm: int) -> int:
    """Give iwinfo's quality, 0 to 70."""
    return max(0, min(QUALITY_MAX, signal_dbm + QUALITY_OFFSET_DB))


def stations(machine: Machine, bss: Bss) -> list[HomeDevice]:
    """Give the devices that are let in on one SSID."""
    return [
        device
        for device in machine.router.devices
        if device.attach == bss.section and home.associated(machine, device)
    ]


def bss_named(machine: Machine, ifname: str) -> Bss | None:
    """Give an SSID on air by its device."""
    return next((bss for bss in all_bss(machine) if bss.ifname == ifname), None)


def survey_busy_percent(machine: Machine, radio: Radio) -> float:
    """Give how busy a radio's channel is; the state has one figure, felt on 2.4 GHz."""
    busy = machine.router.channel_busy_percent
    return busy if radio.band == "2g" else busy / 4


def hostapd_status(machine: Machine, bss: Bss) -> Json:
    """Give `hostapd.<device> get_status`."""
    busy_percent = survey_busy_percent(machine, bss.radio)
    time_ms = int(machine.uptime_s() * 1000)
    return {
        "status": "ENABLED",
        "bssid": bssid(machine, bss),
        "ssid": bss.ssid,
        "freq": bss.radio.frequency_mhz,
        "channel": bss.radio.channel,
        "op_class": OPERATING_CLASS.get(bss.radio.band, 81),
        "beacon_interval": 100,
        "bss_color": -1,
        "phy": bss.radio.phy,
        "rrm": {"neighbor_report_tx": 0},
        "wnm": {
            "bss_transition_query_rx": 0,
            "bss_transition_request_tx": 0,
            "bss_transition_response_rx": 0,
        },
        "airtime": {
            "time": time_ms,
            "time_busy": int(time_ms * busy_percent / 100),
            "utilization": round(busy_percent * FULL_UTILISATION / 100),
        },
        "dfs": {"cac_seconds": 0, "cac_active": False, "cac_seconds_left": 0},
    }


def hostapd_clients(machine: Machine, bss: Bss) -> Json:
    """Give `hostapd.<device> get_clients`; rates are in units of 10 bit/s, as recorded."""
    fast = bss.radio.band != "2g"
    clients: dict[str, Json] = {}
    for index, device in enumerate(stations(machine, bss), start=1):
        rx_bytes = int(machine.uptime_s() * 4000)
        tx_bytes = int(machine.uptime_s() * 30000)
        clients[device.mac] = {
            "auth": True,
            "assoc": True,
            "authorized": True,
            "preauth": False,
            "wds": False,
            "wmm": True,
            "ht": True,
            "vht": fast,
            "he": False,
            "wps": False,
            "mfp": False,
            "rrm": [0, 0, 0, 0, 0],
            "extended_capabilities": [4, 0, 74, 2, 1, 64, 64, 64, 0, 1, 32],
            "aid": index,
            "bytes": {"rx": rx_bytes, "tx": tx_bytes},
            "airtime": {"rx": 0, "tx": 0},
            "packets": {"rx": rx_bytes // 150, "tx": tx_bytes // 900},
            "rate": {"rx": device.rx_rate_kbps * 100, "tx": device.tx_rate_kbps * 100},
            "signal": device.signal_dbm,
            "capabilities": {},
        }
    return {"freq": bss.radio.frequency_mhz, "clients": clients}


def encryption(bss: Bss) -> Json:
    """Give iwinfo's table of an SSID's encryption."""
    if bss.encryption in ("none", "owe"):
        return {"enabled": False}
    versions: list[Json] = [3] if bss.encryption == "sae" else [2]
    suites: list[Json] = ["sae"] if bss.encryption == "sae" else ["psk"]
    if bss.encryption == "sae-mixed":
        versions, suites = [2, 3], ["psk", "sae"]
    return {
        "enabled": True,
        "wpa": versions,
        "authentication": suites,
        "ciphers": ["ccmp"],
    }


def average_signal_dbm(machine: Machine, bss: Bss) -> int | None:
    """Give what iwinfo shows as the access point's signal: the mean over its stations."""
    levels = [device.signal_dbm for device in stations(machine, bss)]
    return round(sum(levels) / len(levels)) if levels else None


def iwinfo_devices(machine: Machine) -> Json:
    """Give `iwinfo devices`."""
    return {"devices": [bss.ifname for bss in all_bss(machine)]}


def iwinfo_info(machine: Machine, bss: Bss) -> Json:
    """Give `iwinfo info` of one device."""
    radio = bss.radio
    info: dict[str, Json] = {
        "phy": radio.phy,
        "ssid": bss.ssid,
        "bssid": bssid(machine, bss),
        "country": "DE",
        "mode": "Master",
        "channel": radio.channel,
        "center_chan1": radio.channel,
        "frequency": radio.frequency_mhz,
        "frequency_offset": 0,
        "txpower": TX_POWER_DBM.get(radio.band, 20),
        "txpower_offset": 0,
    }
    signal_dbm = average_signal_dbm(machine, bss)
    if signal_dbm is not None:
        info |= {
            "quality": quality(signal_dbm),
            "quality_max": QUALITY_MAX,
            "signal": signal_dbm,
            "noise": NOISE_DBM.get(radio.band, -95),
            "bitrate": max(device.tx_rate_kbps for device in stations(machine, bss)),
        }
    else:
        info |= {"quality_max": QUALITY_MAX, "noise": NOISE_DBM.get(radio.band, -95)}
    return {
        **info,
        "encryption": encryption(bss),
        "htmodes": ["HT20", "HT40", "VHT20", "VHT40", "VHT80", "HE20", "HE40", "HE80"],
        "hwmodes": ["ax", "b", "g", "n"] if radio.band == "2g" else ["ac", "ax", "n"],
        "hwmode": "ax",
        "htmode": radio.htmode,
        "hardware": {"id": [5315, 30613, 5315, 30613], "name": "MediaTek MT7986"},
    }


def iwinfo_assoclist(machine: Machine, bss: Bss) -> Json:
    """Give `iwinfo assoclist` of one device; rates in kbit/s."""
    noise_dbm = NOISE_DBM.get(bss.radio.band, -95)
    results: list[Json] = []
    for device in stations(machine, bss):
        packets = int(machine.uptime_s() * 40)
        failed = int(packets * device.retry_ratio / 20)
        results.append(
            {
                "mac": device.mac,
                "signal": device.signal_dbm,
                "signal_avg": device.signal_dbm,
                "noise": noise_dbm,
                "inactive": 120,
                "connected_time": int(machine.uptime_s()),
                "thr": device.tx_rate_kbps // 2,
                "authorized": True,
                "authenticated": True,
                "preamble": "short",
                "wme": True,
                "mfp": False,
                "tdls": False,
                "rx": {
                    "drop_misc": 0,
                    "packets": packets,
                    "bytes": packets * 150,
                    "ht": True,
                    "vht": bss.radio.band != "2g",
                    "he": False,
                    "eht": False,
                    "mhz": 20,
                    "rate": device.rx_rate_kbps,
                },
                "tx": {
                    "failed": failed,
                    "retries": int(packets * device.retry_ratio),
                    "packets": packets,
                    "bytes": packets * 900,
                    "ht": True,
                    "vht": bss.radio.band != "2g",
                    "he": False,
                    "eht": False,
                    "mhz": 20,
                    "rate": device.tx_rate_kbps,
                },
            }
        )
    return {"results": results}


def iwinfo_scan(machine: Machine, radio: Radio) -> Json:
    """Give `iwinfo scan`: the neighbours on the radio's band."""
    return {
        "results": [
            {
                "ssid": neighbour.ssid,
                "bssid": neighbour.bssid.upper(),
                "mode": "Master",
                "band": 2 if band_of(neighbour.channel) == "2g" else 5,
                "channel": neighbour.channel,
                "mhz": frequency_mhz(band_of(neighbour.channel), neighbour.channel),
                "signal": neighbour.signal_dbm,
                "quality": quality(neighbour.signal_dbm),
                "quality_max": QUALITY_MAX,
                "encryption": {
                    "enabled": True,
                    "wpa": [2],
                    "authentication": ["psk"],
                    "ciphers": ["ccmp"],
                },
            }
            for neighbour in machine.router.air
            if band_of(neighbour.channel) == radio.band
        ]
    }


def iwinfo_survey(machine: Machine, radio: Radio) -> Json:
    """Give `iwinfo survey`: the radio's own channel; times in milliseconds."""
    active_ms = int(machine.uptime_s() * 1000)
    busy_percent = survey_busy_percent(machine, radio)
    return {
        "results": [
            {
                "mhz": radio.frequency_mhz,
                "noise": NOISE_DBM.get(radio.band, -95),
                "active_time": active_ms,
                "busy_time": int(active_ms * busy_percent / 100),
                "busy_time_ext": 0,
                "rx_time": int(active_ms * busy_percent / 150),
                "tx_time": int(active_ms * 0.02),
            }
        ]
    }


def scanning_radio(machine: Machine, device: str) -> Radio | None:
    """Give the radio that can scan under this name: a radio, a phy, or an SSID's device."""
    for radio in radios(machine):
        names = {radio.name, radio.phy, *(bss.ifname for bss in interfaces(machine, radio))}
        if radio.on_air and device in names:
            return radio
    return None
