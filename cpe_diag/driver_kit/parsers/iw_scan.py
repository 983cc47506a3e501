"""What `iw dev DEVICE scan dump` prints of the networks that were heard."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Maybe, Missing
from cpe_diag.domain.wifi_facts import AirNeighbour
from cpe_diag.driver_kit.parsers.answers import unparseable
from cpe_diag.driver_kit.parsers.escapes import unescaped
from cpe_diag.driver_kit.parsers.iw_devices import band_of
from cpe_diag.driver_kit.parsers.wireless_tools import channel_of

if TYPE_CHECKING:
    from collections.abc import Collection

NO_VALUE: Final = Missing(why=FailureKind.NOT_MEASURED)

# iw 5.19, scan.c: print_bss_handler, print_ssid, print_ht_op, print_vht_oper.
_BSS: Final = re.compile(r"^BSS ([0-9a-f:]{17})\(on \S+\).*$", re.MULTILINE)
_FREQUENCY: Final = re.compile(r"^\tfreq: (\d{4,5})(?:\.\d)?$", re.MULTILINE)
_SIGNAL: Final = re.compile(r"^\tsignal: (-\d{1,3})\.\d\d dBm$", re.MULTILINE)
_SSID: Final = re.compile(r"^\tSSID: (.*)$", re.MULTILINE)
_SEEN: Final = re.compile(r"^\tlast seen: (\d{1,10}) ms ago$", re.MULTILINE)
_SECONDARY: Final = re.compile(r"^\t\t \* secondary channel offset: (\w+)", re.MULTILINE)
_VHT_WIDTH: Final = re.compile(r"^\t\t \* channel width: ([0-3]) ", re.MULTILINE)
_VHT_CENTRES: Final = re.compile(
    r"^\t\t \* center freq segment 1: (\d{1,3})\n\t\t \* center freq segment 2: (\d{1,3})$",
    re.MULTILINE,
)
# What was heard longer ago is gone, or on another channel.
_FRESH_MS: Final = 60_000
# IEEE 802.11-2020, 9.4.2.56 and 9.4.2.158: the centre of 40 MHz is 2 channel numbers away; a
# second centre that is 8 away from the first means 160 MHz.
_OFFSET_OF_40: Final = 2
_OFFSET_OF_160: Final = 8


def iw_neighbours(text: str, own: Collection[str], label: str) -> tuple[AirNeighbour, ...]:
    """Read what one device, or several in a row, heard.

    Args:
        text: what was printed.
        own: addresses of the router's own networks, which are no neighbours.
        label: of the command, for messages.

    Returns:
        The neighbours; of one heard twice the louder.

    Raises:
        UnreadableError: a network without a frequency.
    """
    heard: dict[str, AirNeighbour] = {}
    parts = _BSS.split(text)[1:]
    for bssid, body in zip(parts[::2], parts[1::2], strict=True):
        seen = _SEEN.search(body)
        if bssid in own or (seen and int(seen[1]) > _FRESH_MS):
            continue
        found = _neighbour(bssid, body, label)
        before = heard.get(bssid)
        if before is None or _loudness(found) > _loudness(before):
            heard[bssid] = found
    return tuple(heard.values())


def _neighbour(bssid: str, body: str, label: str) -> AirNeighbour:
    frequency = _FREQUENCY.search(body)
    channel = channel_of(int(frequency[1])) if frequency else NO_VALUE
    if frequency is None or not isinstance(channel, int):
        raise unparseable(label, "a network without a known frequency")
    signal, ssid = _SIGNAL.search(body), _SSID.search(body)
    width, centre = _width(body, channel)
    return AirNeighbour(
        bssid=bssid,
        ssid=unescaped(ssid[1], backslashes=False) if ssid else "",
        channel=channel,
        signal_dbm=int(signal[1]) if signal else NO_VALUE,
        band=band_of(int(frequency[1])),
        width_mhz=width,
        centre_channel=centre,
    )


def _width(body: str, channel: int) -> tuple[Maybe[int], Maybe[int]]:
    """Give how much of the band it fills, and around which channel."""
    wide, centres = _VHT_WIDTH.search(body), _VHT_CENTRES.search(body)
    if wide and wide[1] != "0" and centres:
        first, second = int(centres[1]), int(centres[2])
        if wide[1] == "2" or abs(second - first) == _OFFSET_OF_160:
            return 160, second or first
        return 80, first
    secondary = _SECONDARY.search(body)
    if secondary is None or secondary[1] == "no":
        return 20, channel
    if secondary[1] not in {"above", "below"}:
        return NO_VALUE, NO_VALUE
    return 40, channel + (_OFFSET_OF_40 if secondary[1] == "above" else -_OFFSET_OF_40)


def _loudness(neighbour: AirNeighbour) -> int:
    signal = neighbour.signal_dbm
    return signal if isinstance(signal, int) else -1000
