"""What `iw dev DEVICE link` prints, and the load that access points announce in a scan."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Maybe, Missing
from cpe_diag.driver_kit.parsers.answers import unparseable
from cpe_diag.driver_kit.parsers.escapes import unescaped
from cpe_diag.driver_kit.parsers.iw_devices import band_of
from cpe_diag.driver_kit.parsers.wireless_tools import channel_of

if TYPE_CHECKING:
    from collections.abc import Mapping

NO_VALUE: Final = Missing(why=FailureKind.NOT_MEASURED)

# iw 5.19, link.c: link_bss_handler and print_link_sta.
_LINK: Final = re.compile(r"^Connected to ([0-9a-f:]{17}) \(on \S+\)$", re.MULTILINE)
_NONE: Final = "Not connected."
_SSID: Final = re.compile(r"^\tSSID: (.*)$", re.MULTILINE)
_FREQUENCY: Final = re.compile(r"^\tfreq: (\d{4,5})(?:\.\d)?$", re.MULTILINE)
_SIGNAL: Final = re.compile(r"^\tsignal: (-\d{1,3}) dBm$", re.MULTILINE)
_RATE: Final = re.compile(r"^\t(rx|tx) bitrate: (\d{1,5}\.\d) MBit/s\b", re.MULTILINE)
# iw 5.19, scan.c: print_bss_handler and print_bss_load; the value is a share of 255.
_BSS: Final = re.compile(r"^BSS ([0-9a-f:]{17})\(on \S+\).*$", re.MULTILINE)
_LOAD: Final = re.compile(
    r"^\tBSS Load:\n\t\t \* station count: (\d{1,5})\n\t\t \* channel utilisation: (\d{1,3})/255$",
    re.MULTILINE,
)
_WHOLE: Final = 255
_MEGABIT: Final = 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class IwLink:
    """The network that a device is on."""

    bssid: str
    ssid: str
    channel: int
    band: str
    signal_dbm: Maybe[int]
    rx_rate_bps: Maybe[float]
    tx_rate_bps: Maybe[float]


def iw_link(text: str, label: str) -> IwLink | None:
    """Read `iw dev DEVICE link`.

    Args:
        text: what was printed.
        label: of the command, for messages.

    Returns:
        The network; None where it is on none.

    Raises:
        UnreadableError: it says neither, or on no known channel.
    """
    joined = _LINK.match(text)
    if joined is None:
        if text.startswith(_NONE):
            return None
        raise unparseable(label, "neither connected nor not")
    frequency = _FREQUENCY.search(text)
    channel = channel_of(int(frequency[1])) if frequency else NO_VALUE
    if frequency is None or not isinstance(channel, int):
        raise unparseable(label, "a link without a known frequency")
    signal, ssid, rates = _SIGNAL.search(text), _SSID.search(text), dict(_RATE.findall(text))
    return IwLink(
        bssid=joined[1],
        ssid=unescaped(ssid[1], backslashes=False) if ssid else "",
        channel=channel,
        band=band_of(int(frequency[1])),
        signal_dbm=int(signal[1]) if signal else NO_VALUE,
        rx_rate_bps=_rate(rates.get("rx")),
        tx_rate_bps=_rate(rates.get("tx")),
    )


def _rate(megabits: str | None) -> Maybe[float]:
    return NO_VALUE if megabits is None else float(megabits) * _MEGABIT


def iw_loads(text: str) -> Mapping[str, tuple[int, float]]:
    """Read what access points say of their load in `iw dev DEVICE scan`.

    Returns:
        By BSSID: stations, and for how many percent of the time the channel is busy; only those
        that say it. What is said twice counts as it is said first.
    """
    parts = _BSS.split(text)[1:]
    loads: dict[str, tuple[int, float]] = {}
    for bssid, body in zip(parts[::2], parts[1::2], strict=True):
        told = _LOAD.search(body)
        if told is not None and int(told[2]) <= _WHOLE:
            loads.setdefault(bssid, (int(told[1]), 100 * int(told[2]) / _WHOLE))
    return loads
