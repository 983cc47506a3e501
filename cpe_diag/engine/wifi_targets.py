"""Which networks or radios a change of Wi-Fi is done to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import WishError
from cpe_diag.domain.missing import known
from cpe_diag.driver_kit.router_action_spec import Target

if TYPE_CHECKING:
    from cpe_diag.domain.wifi_facts import Radio, WifiNetwork, WifiStatus

GUEST: Final = "guest"

# IEEE 802.11-2020, annex E, tables E-2 and E-4: primary channels of 20 MHz that Europe has.
CHANNELS: Final = {
    "2g": frozenset(range(1, 14)),
    "5g": frozenset((*range(36, 65, 4), *range(100, 145, 4), *range(149, 178, 4))),
    "6g": frozenset(range(1, 234, 4)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WifiTarget:
    """A network on its radio, or a radio alone (then without network fields).

    `settings` and `radio` are the platform's ids of their settings, empty where not known;
    `usable_channels` None: the router does not tell what its country lets it use.
    """

    settings: str
    radio: str
    interface: str
    ssid: str
    band: str
    channel: str
    encryption: str
    on_air: bool
    usable_channels: tuple[int, ...] | None
    words: str

    def subject(self, target: Target) -> str:
        """Give the id by which it is read afterwards."""
        return self.radio if target is Target.RADIO else self.settings


def chosen(
    wifi: WifiStatus, target: Target, *, networks: tuple[str, ...], bands: tuple[str, ...]
) -> tuple[WifiTarget, ...]:
    """Choose what is changed.

    Args:
        wifi: what the router has.
        target: networks or radios.
        networks: purposes or names; empty: all that are not for guests.
        bands: empty: all.

    Returns:
        At least one.

    Raises:
        WishError: nothing fits; says what there is.
    """
    radios = {one.name: one for one in wifi.radios}
    if target is Target.RADIO:
        found = [_radio(one) for one in wifi.radios if _in_bands(one, bands)]
    else:
        found = [
            _network(one, radios.get(one.radio))
            for one in wifi.networks
            if _wanted(one, networks) and _in_bands(radios.get(one.radio), bands)
        ]
    if not found:
        has = ", ".join(
            f"{one.ssid!r} ({known(one.purpose) or 'purpose not known'}, "
            f"{_band(radios.get(one.radio)) or 'band not known'})"
            for one in wifi.networks
        )
        raise WishError(f"no Wi-Fi network fits what was chosen; the router has {has or 'none'}")
    return tuple(found)


def same_name_fault(
    wifi: WifiStatus | None, targets: tuple[WifiTarget, ...], name: str
) -> str | None:
    """Say which networks could not be told apart by a new name; None where it may be sent.

    Args:
        wifi: what the router has.
        targets: the networks that get the name; on several bands they are one to a device.
        name: the new one.

    Returns:
        Words.
    """
    of_radio: dict[str, WifiTarget] = {}
    for one in targets:
        first = of_radio.setdefault(one.radio or one.band, one)
        if first is not one:
            return (
                f"{first.words} and {one.words} are on one radio, and could not be told apart "
                "by one name: choose one of them with --network"
            )
    named = {one.settings for one in targets}
    radios = {one.name: one for one in wifi.radios} if wifi else {}
    for other in wifi.networks if wifi else ():
        if other.ssid != name or known(other.settings) in named:
            continue
        target = _network(other, radios.get(other.radio))
        if known(other.purpose) == GUEST or (target.radio or target.band) in of_radio:
            return f"{target.words} has this name already: the two could not be told apart"
    return None


def channel_fault(value: str, band: str, usable: tuple[int, ...] | None) -> str | None:
    """Say what is wrong with a channel for a band; None where it may be sent.

    Args:
        value: a number, or `auto`.
        band: the radio's.
        usable: what the router says its country lets it start on; None where it does not say.

    Returns:
        Words.
    """
    if value == "auto":
        return None
    number = int(value) if value.isascii() and value.isdigit() else None
    if number is None:
        return f"{value!r} is no channel: expected a number or auto"
    if band not in CHANNELS:
        return "the router does not tell the radio's band, so that no channel can be checked"
    if number not in CHANNELS[band]:
        return f"channel {number} is none of {band}: choose the radio that has it with --band"
    if usable is not None and number not in usable:
        lets = ", ".join(map(str, usable)) or "none"
        return f"the router's country does not let it use channel {number}; it lets it use {lets}"
    return None


def _wanted(network: WifiNetwork, networks: tuple[str, ...]) -> bool:
    purpose = known(network.purpose)
    if not networks:
        return purpose != GUEST
    return purpose in networks or network.ssid in networks


def _in_bands(radio: Radio | None, bands: tuple[str, ...]) -> bool:
    return not bands or _band(radio) in bands


def _band(radio: Radio | None) -> str:
    return "" if radio is None else known(radio.band) or ""


def _radio(radio: Radio) -> WifiTarget:
    channel = known(radio.channel)
    return WifiTarget(
        settings=known(radio.settings) or "",
        radio=known(radio.settings) or "",
        interface="",
        ssid="",
        band=_band(radio),
        channel="" if channel is None else str(channel),
        encryption="",
        on_air=radio.on_air,
        usable_channels=known(radio.usable_channels),
        words=f"radio {radio.name} ({_band(radio) or 'band not known'})",
    )


def _network(network: WifiNetwork, radio: Radio | None) -> WifiTarget:
    of_radio = None if radio is None else _radio(radio)
    return WifiTarget(
        settings=known(network.settings) or "",
        radio=of_radio.radio if of_radio else "",
        interface=network.interface,
        ssid=network.ssid,
        band=of_radio.band if of_radio else "",
        channel=of_radio.channel if of_radio else "",
        encryption=known(network.encryption) or "",
        on_air=bool(known(network.on_air)),
        usable_channels=of_radio.usable_channels if of_radio else None,
        words=f"{network.ssid!r} ({_band(radio) or 'band not known'})",
    )
