"""Access points of RouterOS, by either of its Wi-Fi packages, as radios and networks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Maybe, Missing
from cpe_diag.domain.wifi_facts import Radio, WifiNetwork, WifiStatus

Item = Mapping[str, str]

UNSUPPORTED: Final = Missing(why=FailureKind.UNSUPPORTED)
NO_VALUE: Final = Missing(why=FailureKind.NOT_MEASURED)
RUNNING: Final = frozenset({"running", "running-ap"})
# `monitor`: 5220/20/an and 2412/20-Ce/gn(30dBm) of wireless; 5500/ax/Ceee/D of wifi.
CHANNEL: Final = re.compile(r"(\d{4})/(?:(\d+)(?:-([Ce]+))?/)?(\w+)(?:/([Ce]+))?.*")
# IEEE 802.11, annex E: channel numbers from centre frequencies.
LOWEST_5_MHZ: Final = 5000
LOWEST_6_MHZ: Final = 5945
CHANNEL_14_MHZ: Final = 2484

_BANDS: Final = (("2ghz", "2g"), ("5ghz", "5g"), ("6ghz", "6g"))
_WIRED: Final = ("ether", "sfp", "combo")


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessPoint:
    """One interface that is an access point, in the words of both packages.

    `radio` is the interface that it shares the air with; its own name where it is no virtual one.
    """

    name: str
    radio: str
    enabled: bool
    on_air: bool
    ssid: str
    hidden: Maybe[bool]
    encryption: str
    band: Maybe[str]
    channel: Maybe[int]
    width_mhz: Maybe[int]
    tx_power_dbm: Maybe[float]
    noise_dbm: Maybe[float]


def wifi_point(item: Item, profiles: Iterable[Item], securities: Iterable[Item]) -> AccessPoint:
    """Read an interface of the wifi package: what it does not set itself is its profile's.

    Args:
        item: of `/interface wifi`, with its monitor.
        profiles: of `/interface wifi configuration`.
        securities: of `/interface wifi security`.

    Returns:
        The access point.
    """
    profile = _named(profiles, item.get("configuration", ""))
    security = _named(securities, item.get("security", "") or profile.get("security", ""))
    types = (
        item.get("security.authentication-types", ""),
        profile.get("security.authentication-types", ""),
        security.get("authentication-types", ""),
    )
    return _point(
        item,
        ssid=item.get("configuration.ssid", "") or profile.get("ssid", ""),
        hidden=item.get("configuration.hide-ssid", "") or profile.get("hide-ssid", ""),
        encryption=next((one for one in types if one), "none"),
        state=item.get("state", ""),
    )


def wireless_point(item: Item, securities: Iterable[Item]) -> AccessPoint:
    """Read an interface of the wireless package.

    Args:
        item: of `/interface wireless`, with its monitor.
        securities: of `/interface wireless security-profiles`.

    Returns:
        The access point.
    """
    security = _named(securities, item.get("security-profile", ""))
    protected = security.get("mode", "none") != "none"
    return _point(
        item,
        ssid=item.get("ssid", ""),
        hidden=item.get("hide-ssid", ""),
        encryption=security.get("authentication-types", "") if protected else "none",
        state=item.get("status", ""),
    )


def wifi_status(points: Iterable[AccessPoint], bridges: Mapping[str, str]) -> WifiStatus:
    """Put access points together: those that share no other's air are radios.

    Args:
        points: of either package.
        bridges: purposes by interface.

    Returns:
        The radios and networks.
    """
    radios: dict[str, Radio] = {}
    networks: list[WifiNetwork] = []
    for point in points:
        if point.radio == point.name:
            radios[point.name] = Radio(
                name=point.name,
                band=point.band,
                enabled=point.enabled,
                on_air=point.on_air,
                channel=point.channel,
                width_mhz=point.width_mhz,
                tx_power_dbm=point.tx_power_dbm,
                noise_dbm=point.noise_dbm,
                busy_percent=UNSUPPORTED,
                settings=point.name,
            )
        networks.append(
            WifiNetwork(
                interface=point.name,
                radio=point.radio,
                ssid=point.ssid,
                purpose=bridges.get(point.name, UNSUPPORTED),
                encryption=point.encryption,
                on_air=point.on_air,
                settings=point.name,
                band=point.band,
                hidden=point.hidden,
            )
        )
    return WifiStatus(
        radios=tuple(radios.values()),
        networks=tuple(
            replace(one, band=radios[one.radio].band) if one.radio in radios else one
            for one in networks
        ),
    )


def purposes(ports: Iterable[Item]) -> Mapping[str, str]:
    """Say which network each port is in: the bridge with wired ports is `lan`, others by name."""
    items = tuple(ports)
    wired = {one.get("bridge") for one in items if one.get("interface", "").startswith(_WIRED)}
    return {
        one.get("interface", ""): "lan" if one.get("bridge") in wired else one.get("bridge", "")
        for one in items
    }


def _point(item: Item, *, ssid: str, hidden: str, encryption: str, state: str) -> AccessPoint:
    name, master = item.get("name", ""), item.get("master-interface", "")
    channel = CHANNEL.fullmatch(item.get("channel", ""))
    return AccessPoint(
        name=name,
        radio=name if master in {"", "none"} else master,
        enabled=item.get("disabled") == "false",
        on_air=state in RUNNING,
        ssid=ssid,
        hidden=_flag(hidden),
        encryption=encryption.replace(";", ",") or "none",
        band=_band(channel, item.get("band", "")),
        channel=_number(channel),
        width_mhz=_width(channel),
        tx_power_dbm=_decibels(item.get("tx-power", "")),
        noise_dbm=_decibels(item.get("noise-floor", "")),
    )


def _band(channel: re.Match[str] | None, said: str) -> Maybe[str]:
    """Tell the band by the frequency in use, else by what is set."""
    if channel is not None:
        frequency = int(channel[1])
        if frequency < LOWEST_5_MHZ:
            return "2g"
        return "5g" if frequency < LOWEST_6_MHZ else "6g"
    return next((band for word, band in _BANDS if said.startswith(word)), UNSUPPORTED)


def _number(channel: re.Match[str] | None) -> Maybe[int]:
    if channel is None:
        return NO_VALUE
    frequency = int(channel[1])
    if frequency == CHANNEL_14_MHZ:
        return 14
    if frequency < LOWEST_5_MHZ:
        return (frequency - 2407) // 5
    base = LOWEST_5_MHZ if frequency < LOWEST_6_MHZ else 5950
    return (frequency - base) // 5


def _width(channel: re.Match[str] | None) -> Maybe[int]:
    """Count the 20 MHz parts: `C` is the control channel, each `e` an extension."""
    if channel is None:
        return NO_VALUE
    parts = channel[3] or channel[5]
    if parts:
        return 20 * len(parts)
    return int(channel[2]) if channel[2] else 20


def _named(items: Iterable[Item], name: str) -> Item:
    return next((one for one in items if name and one.get("name") == name), {})


def _flag(value: str) -> Maybe[bool]:
    return {"true": True, "yes": True, "false": False, "no": False}.get(value, UNSUPPORTED)


def _decibels(text: str) -> Maybe[float]:
    match = re.match(r"-?\d+(?:\.\d+)?(?=dBm|\Z)", text)
    return float(match[0]) if match else NO_VALUE
