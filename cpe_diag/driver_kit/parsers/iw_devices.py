"""What `iw` prints of devices, rules and channels."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Maybe, Missing

if TYPE_CHECKING:
    from collections.abc import Mapping

NO_VALUE: Final = Missing(why=FailureKind.NOT_MEASURED)

# iw 5.19, interface.c, print_iface_handler.
_PHY: Final = re.compile(r"^phy#(\d{1,3})$", re.MULTILINE)
_INTERFACE: Final = re.compile(r"^\tInterface (\S+)$", re.MULTILINE)
_ADDRESS: Final = re.compile(r"^\t\taddr ([0-9a-f:]{17})$", re.MULTILINE)
_TYPE: Final = re.compile(r"^\t\ttype (.+)$", re.MULTILINE)
_CHANNEL: Final = re.compile(
    r"^\t\tchannel (\d{1,3}) \((\d{4,5}) MHz\)(?:, width: (\d{1,3}) MHz)?", re.MULTILINE
)
_POWER: Final = re.compile(r"^\t\ttxpower (-?\d{1,3}\.\d\d) dBm$", re.MULTILINE)
# iw reg.c, print_reg_handler; 00 stands for the world.
_COUNTRY: Final = re.compile(r"^country ([A-Z0-9]{2}):", re.MULTILINE)
_WORLD: Final = "00"
# iw info.c / phy.c, print_channels_handler.
_USABLE: Final = re.compile(
    r"^\t\* (\d{4,5}) MHz \[(\d{1,3})\]([^\n]*)((?:\n\t  .*)*)", re.MULTILINE
)
_NO_SENDING: Final = ("disabled", "No IR")

# IEEE 802.11-2020, annex E: 2.4 GHz ends below 2.5, 6 GHz begins at 5.925 GHz.
_ABOVE_2G_MHZ: Final = 2500
_FROM_6G_MHZ: Final = 5925


@dataclass(frozen=True, slots=True, kw_only=True)
class IwDevice:
    """One device: `channel` is Missing where nothing is sent, `phy` its radio (`phy0`)."""

    phy: str
    address: str
    serves: bool
    channel: Maybe[int]
    width_mhz: Maybe[int]
    tx_power_dbm: Maybe[float]


def iw_devices(text: str) -> Mapping[str, IwDevice]:
    """Read `iw dev`.

    Returns:
        Devices by name.
    """
    radios = _PHY.split(text)[1:]
    return {
        name: _device(f"phy{number}", body)
        for number, radio in zip(radios[::2], radios[1::2], strict=True)
        for name, body in _named(_INTERFACE, radio)
    }


def _named(pattern: re.Pattern[str], text: str) -> list[tuple[str, str]]:
    parts = pattern.split(text)[1:]
    return list(zip(parts[::2], parts[1::2], strict=True))


def _device(phy: str, body: str) -> IwDevice:
    address, kind = _ADDRESS.search(body), _TYPE.search(body)
    channel, power = _CHANNEL.search(body), _POWER.search(body)
    return IwDevice(
        phy=phy,
        address=address[1] if address else "",
        serves=kind is not None and kind[1] == "AP",
        channel=int(channel[1]) if channel else NO_VALUE,
        width_mhz=int(channel[3]) if channel and channel[3] else NO_VALUE,
        tx_power_dbm=float(power[1]) if power else NO_VALUE,
    )


def country(text: str) -> Maybe[str]:
    """Read `iw reg get`: whose rules are kept; Missing where it is the world's."""
    match = _COUNTRY.search(text)
    return match[1] if match and match[1] != _WORLD else NO_VALUE


def band_of(frequency_mhz: int) -> str:
    """Give `2g`, `5g` or `6g`."""
    if frequency_mhz < _ABOVE_2G_MHZ:
        return "2g"
    return "5g" if frequency_mhz < _FROM_6G_MHZ else "6g"


def usable_channels(text: str, band: str) -> tuple[int, ...]:
    """Read `iw phy PHY channels`: those of a band on which an access point may start."""
    return tuple(
        int(channel)
        for frequency, channel, first, more in _USABLE.findall(text)
        if band_of(int(frequency)) == band
        and not any(word in f"{first}{more}" for word in _NO_SENDING)
    )
