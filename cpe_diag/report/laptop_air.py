"""What a laptop hears, as the advice on channels wants it: its own network, and others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.missing import NOT_ASKED
from cpe_diag.domain.wifi_facts import AirScan, Radio, WifiStatus

if TYPE_CHECKING:
    from cpe_diag.domain.field_air_facts import FieldAir

ONE_DEVICE: Final = slice(3, 14)
"""Networks of one access point differ in the first or the last octet of their BSSID."""


def seen_by_laptop(air: FieldAir) -> tuple[WifiStatus, AirScan] | None:
    """Give the radio of the access point that the laptop is on, and the others around.

    Args:
        air: what the laptop heard.

    Returns:
        Both; None where it is on no network. Further networks of the same radio are none of the
        others.
    """
    link = air.link
    if link is None:
        return None
    own = next((one for one in air.networks if one.network.bssid == link.bssid), None)
    radio = Radio(
        name=link.ssid or link.bssid,
        band=link.band,
        enabled=True,
        on_air=True,
        channel=link.channel,
        width_mhz=NOT_ASKED if own is None else own.network.width_mhz,
        tx_power_dbm=NOT_ASKED,
        noise_dbm=NOT_ASKED,
        busy_percent=NOT_ASKED if own is None else own.busy_percent,
    )
    others = tuple(
        one.network
        for one in air.networks
        if one.network.channel != link.channel
        or one.network.bssid[ONE_DEVICE] != link.bssid[ONE_DEVICE]
    )
    return WifiStatus(radios=(radio,), networks=()), AirScan(neighbours=others)
