"""What OpenWrt's `iwinfo` prints: devices, channels that may be used, a scan of the air.

The forms are those of iwinfo_cli.c of OpenWrt's iwinfo (print_info, print_freqlist and
print_scanlist); print_info also stands in the recording iwinfo.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Maybe, Missing
from cpe_diag.domain.wifi_facts import AirNeighbour
from cpe_diag.driver_kit.parsers.answers import unparseable
from cpe_diag.driver_kit.parsers.fields import UNSUPPORTED

if TYPE_CHECKING:
    from collections.abc import Mapping

NO_VALUE: Final = Missing(why=FailureKind.NOT_MEASURED)

# netifd and iwinfo_utils.c, IWINFO_HTMODE_NAMES: HT20, VHT80, HE160, EHT320; NOHT means 20 MHz.
_HTMODE: Final = re.compile(r"(?:E?HT|VHT|HE)(\d{1,4})[+-]?")
_NO_HT: Final = "NOHT"
NARROWEST_MHZ: Final = 20

_DEVICE: Final = re.compile(r"^(\S+)\s+ESSID:", re.MULTILINE)
_POWER: Final = re.compile(r"Tx-Power: (-?\d{1,3}) dBm")
_NOISE: Final = re.compile(r"Noise: (-\d{1,3}) dBm")
_ON_AIR_MODE: Final = re.compile(r"HT Mode: (\S+)")

# iwinfo_utils.c, iwinfo_band_name.
_BANDS: Final[Mapping[str, str]] = {"2.4 GHz": "2g", "5 GHz": "5g", "6 GHz": "6g"}
# print_freqlist; the flags in brackets are IWINFO_FREQ_FLAG_NAMES, before 2023 [restricted].
_FREQUENCY: Final = re.compile(
    r"^[* ] \d\.\d{3} GHz \((?:Band: [\d.]+ GHz, )?Channel (\d{1,3})\)(.*)$"
)
# nl80211.h, NL80211_FREQUENCY_ATTR_NO_IR: nothing may be sent there that was not invited.
_NO_SENDING: Final = re.compile(r"\bNO_IR\b|restricted")

_CELL: Final = re.compile(r"^Cell \d+ - Address: ([0-9A-F:]{17})$", re.MULTILINE)
_ESSID: Final = re.compile(r'^\s+ESSID: "(.*)"$', re.MULTILINE)
_CHANNEL: Final = re.compile(r"Channel: (\d{1,3})$", re.MULTILINE)
_BAND: Final = re.compile(r"Band: ([\d.]+ GHz)")
_SIGNAL: Final = re.compile(r"Signal: (-\d{1,3}) dBm")
_HT: Final = re.compile(
    r"HT Operation:\n\s+Primary Channel: \d+\n"
    r"\s+Secondary Channel Offset: (.+)\n\s+Channel Width: (20|40) MHz"
)
# IEEE 802.11-2020, 9.4.2.158: in channels of 5 MHz, a second centre 8 away means 160 MHz.
_WIDE: Final = re.compile(
    r"(VHT|HE|EHT) Operation:\n\s+Center Frequency 1: (\d{1,3})\n"
    r"\s+Center Frequency 2: (\d{1,3})\n\s+Channel Width: (?:(\d{1,3}) MHz)?"
)
_OFFSET_OF_40: Final = 2
_OFFSET_OF_160: Final = 8
_VHT_80: Final = 80
_VHT_160: Final = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class OnAir:
    """What iwinfo says of one device on the air."""

    tx_power_dbm: Maybe[float]
    noise_dbm: Maybe[float]
    width_mhz: Maybe[int]


NOT_ON_AIR: Final = OnAir(tx_power_dbm=NO_VALUE, noise_dbm=NO_VALUE, width_mhz=NO_VALUE)


def on_air(text: str) -> Mapping[str, OnAir]:
    """Read `iwinfo`, which shows every device.

    Args:
        text: what it printed.

    Returns:
        By device; what it calls unknown is Missing.
    """
    starts = list(_DEVICE.finditer(text))
    ends = [match.start() for match in starts[1:]] + [len(text)]
    return {
        match[1]: _on_air(text[match.start() : end])
        for match, end in zip(starts, ends, strict=False)
    }


def _on_air(block: str) -> OnAir:
    power, noise, mode = (p.search(block) for p in (_POWER, _NOISE, _ON_AIR_MODE))
    return OnAir(
        tx_power_dbm=float(power[1]) if power else NO_VALUE,
        noise_dbm=float(noise[1]) if noise else NO_VALUE,
        width_mhz=width_mhz(mode[1]) if mode else NO_VALUE,
    )


def width_mhz(mode: Maybe[str]) -> Maybe[int]:
    """Give the width of an operating mode such as `HE80`.

    Args:
        mode: the word, or Missing where none is set, which means 20 MHz.

    Returns:
        MHz; Missing for a word that is not known.
    """
    if isinstance(mode, Missing) or mode == _NO_HT:
        return NARROWEST_MHZ
    wide = _HTMODE.fullmatch(mode)
    return int(wide[1]) if wide else NO_VALUE


def usable_channels(text: str) -> tuple[int, ...]:
    """Read `iwinfo DEVICE freqlist`: what the country lets an access point start on.

    Args:
        text: what it printed.

    Returns:
        Channel numbers in their order; those where nothing may be sent unasked are left out.
    """
    found = (_FREQUENCY.match(line) for line in text.splitlines())
    return tuple(int(one[1]) for one in found if one and not _NO_SENDING.search(one[2]))


def neighbours(text: str, label: str) -> tuple[AirNeighbour, ...]:
    """Read `iwinfo DEVICE scan`, for one device or several in a row.

    Args:
        text: what it printed.
        label: of the command, for messages.

    Returns:
        Who was heard; of one heard twice the louder.

    Raises:
        UnreadableError: UNPARSEABLE: a network without a channel.
    """
    heard: dict[str, AirNeighbour] = {}
    cells = _CELL.split(text)[1:]
    for bssid, body in zip(cells[::2], cells[1::2], strict=True):
        found = _neighbour(bssid.lower(), body, label)
        before = heard.get(found.bssid)
        if before is None or _loudness(found) > _loudness(before):
            heard[found.bssid] = found
    return tuple(heard.values())


def _neighbour(bssid: str, body: str, label: str) -> AirNeighbour:
    channel, essid, signal, band = (p.search(body) for p in (_CHANNEL, _ESSID, _SIGNAL, _BAND))
    if channel is None:
        raise unparseable(label, "a network without a channel")
    width, centre = _width(int(channel[1]), body)
    return AirNeighbour(
        bssid=bssid,
        ssid=essid[1] if essid else "",
        channel=int(channel[1]),
        signal_dbm=int(signal[1]) if signal else NO_VALUE,
        band=_BANDS.get(band[1], UNSUPPORTED) if band else UNSUPPORTED,
        width_mhz=width,
        centre_channel=centre,
    )


def _width(primary: int, body: str) -> tuple[Maybe[int], Maybe[int]]:
    """Give how wide a network is and where its middle is; Missing where it does not say."""
    for wide in reversed(list(_WIDE.finditer(body))):
        first, second, width = int(wide[2]), int(wide[3]), int(wide[4] or 0)
        if wide[1] == "VHT" and width == _VHT_80 and abs(second - first) == _OFFSET_OF_160:
            return _VHT_160, second
        if width >= _VHT_80:
            return width, second if width > _VHT_80 and second else first
    ht = _HT.search(body)
    if ht is None:
        return UNSUPPORTED, UNSUPPORTED
    shift = {"above": _OFFSET_OF_40, "below": -_OFFSET_OF_40}.get(ht[1], 0)
    return (40, primary + shift) if shift else (NARROWEST_MHZ, primary)


def _loudness(neighbour: AirNeighbour) -> int:
    signal = neighbour.signal_dbm
    return signal if isinstance(signal, int) else -1000
