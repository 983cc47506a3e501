"""iwconfig and iwlist of wireless-tools, as older Atheros routers have them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Maybe, Missing
from cpe_diag.domain.wifi_facts import AirNeighbour, AirScan
from cpe_diag.driver_kit.parsers.answers import unparseable, whole_text
from cpe_diag.driver_kit.parsers.escapes import unescaped
from cpe_diag.driver_kit.parsers.sections import sections
from cpe_diag.driver_kit.router import UnreadableError

if TYPE_CHECKING:
    from cpe_diag.ports import CommandAnswer

NO_VALUE: Final = Missing(why=FailureKind.NOT_MEASURED)

# wireless-tools 29, iwconfig.c display_info and iwlib.c (iw_print_freq_value, iw_essid_escape).
_ESSID: Final = re.compile(r'ESSID: ?"(.*)"(?:  |$)', re.MULTILINE)
_MODE: Final = re.compile(r"Mode:(\w[\w-]*)")
_FREQUENCY: Final = re.compile(r"Frequency[:=](\d{1,2}(?:\.\d{1,4})?) GHz")
_POINT: Final = re.compile(r"Access Point: ([0-9A-Fa-f:]{17})\b")
_POWER: Final = re.compile(r"Tx-Power[:=](\d{1,2}) dBm")
_NOISE: Final = re.compile(r"Noise level[:=](-\d{1,3}) dBm")
# iwlist.c, print_scanning_token.
_CELL: Final = re.compile(r"^ +Cell \d{2,3} - Address: ([0-9A-Fa-f:]{17})$", re.MULTILINE)
_CHANNEL: Final = re.compile(r"\(Channel (\d{1,3})\)|Channel:(\d{1,3})\b")
_SIGNAL: Final = re.compile(r"Signal level[:=](-\d{1,3}) dBm")
_NO_RESULTS: Final = ("No scan results", "doesn't support scanning")

# IEEE 802.11-2020, annex E: channel centre = start + 5 MHz x number; channel 14 stands alone.
_STARTS_MHZ: Final = ((2412, 2472, 2407), (5160, 5885, 5000))
_CHANNEL_14_MHZ: Final = 2484


@dataclass(frozen=True, slots=True, kw_only=True)
class WirelessState:
    """What iwconfig says of a device; `serves` where it is an access point on air."""

    serves: bool
    mode: str
    ssid: str
    frequency_mhz: Maybe[int]
    tx_power_dbm: Maybe[float]
    noise_dbm: Maybe[float]


def wireless_state(text: str) -> WirelessState | None:
    """Read `iwconfig DEVICE`.

    Args:
        text: what it printed.

    Returns:
        The state; None where the device is none, or has no radio.
    """
    mode, essid = _MODE.search(text), _ESSID.search(text)
    if mode is None:
        return None
    frequency, point = _FREQUENCY.search(text), _POINT.search(text)
    power, noise = _POWER.search(text), _NOISE.search(text)
    return WirelessState(
        serves=mode[1] == "Master" and point is not None and set(point[1]) != {"0", ":"},
        mode=mode[1],
        ssid=unescaped(essid[1], backslashes=False) if essid else "",
        frequency_mhz=round(float(frequency[1]) * 1000) if frequency else NO_VALUE,
        tx_power_dbm=float(power[1]) if power else NO_VALUE,
        noise_dbm=float(noise[1]) if noise else NO_VALUE,
    )


def channel_of(frequency_mhz: int) -> Maybe[int]:
    """Give the channel of a frequency; Missing where it is none of the 2.4 and 5 GHz bands."""
    if frequency_mhz == _CHANNEL_14_MHZ:
        return 14
    for first, last, start in _STARTS_MHZ:
        if first <= frequency_mhz <= last and (frequency_mhz - start) % 5 == 0:
            return (frequency_mhz - start) // 5
    return NO_VALUE


def air_scan(answer: CommandAnswer) -> AirScan:
    """Read `iwlist DEVICE scan`, after `== DEVICE` each; of one heard twice the louder.

    Raises:
        UnreadableError: cut, a cell without a channel, or no radio scanned.
    """
    text, _ = whole_text(answer)
    parts = sections(text)
    if not any(_CELL.search(body) for _, body in parts) and not any(
        _NO_RESULTS[0] in body for _, body in parts
    ):
        raise UnreadableError(FailureKind.NOT_MEASURED, "no radio scanned the air")
    heard: dict[str, AirNeighbour] = {}
    for _, body in parts:
        cells = _CELL.split(body)[1:]
        for bssid, cell in zip(cells[::2], cells[1::2], strict=True):
            found = _neighbour(bssid, cell, answer.command.label)
            before = heard.get(found.bssid)
            if before is None or _loudness(found) > _loudness(before):
                heard[found.bssid] = found
    return AirScan(neighbours=tuple(heard.values()))


def _neighbour(bssid: str, cell: str, label: str) -> AirNeighbour:
    channel, frequency = _CHANNEL.search(cell), _FREQUENCY.search(cell)
    number: Maybe[int] = NO_VALUE
    if channel is not None:
        number = int(channel[1] or channel[2])
    elif frequency is not None:
        number = channel_of(round(float(frequency[1]) * 1000))
    if not isinstance(number, int):
        raise unparseable(label, "a network without a channel")
    essid, signal = _ESSID.search(cell), _SIGNAL.search(cell)
    return AirNeighbour(
        bssid=bssid.lower(),
        ssid=unescaped(essid[1], backslashes=False) if essid else "",
        channel=number,
        signal_dbm=int(signal[1]) if signal else NO_VALUE,
    )


def _loudness(neighbour: AirNeighbour) -> int:
    signal = neighbour.signal_dbm
    return signal if isinstance(signal, int) else -1000
