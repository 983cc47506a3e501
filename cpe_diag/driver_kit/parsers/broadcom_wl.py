"""`wl`, Broadcom's own tool for its radios: the state of a network, stations, a scan."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Maybe, Missing
from cpe_diag.domain.wifi_facts import AirNeighbour, AirScan, WifiClient, WifiClients
from cpe_diag.driver_kit.parsers.answers import unparseable, whole_text
from cpe_diag.driver_kit.parsers.escapes import unescaped
from cpe_diag.driver_kit.parsers.fields import UNSUPPORTED
from cpe_diag.driver_kit.parsers.sections import sections
from cpe_diag.driver_kit.router import UnreadableError

if TYPE_CHECKING:
    from cpe_diag.ports import CommandAnswer

NO_VALUE: Final = Missing(why=FailureKind.NOT_MEASURED)

# Broadcom, dump_bss_info and wl_format_ssid, as in httpd/sysdeps/web-broadcom-am.c of
# asuswrt-merlin.ng (RMerl), and the answers of `wl status` in the tests of public collectors:
# quotes in a name stand as they are, a backslash is doubled (older: single), other bytes \xNN.
_SSID: Final = re.compile(r'^SSID: "(.*)"$', re.MULTILINE)
_NOISE: Final = re.compile(r"\bnoise: (-\d{1,3}) dBm")
_RSSI: Final = re.compile(r"\bRSSI: (-\d{1,3}) dBm")
_BSSID: Final = re.compile(r"^BSSID: ([0-9A-F:]{17})\b", re.MULTILINE)
_CHANSPEC: Final = re.compile(
    r"^\s+Chanspec: ([\d.]+)GHz channel (\d{1,3})(?:-\d+)? (?:80\+)?(\d{1,3})MHz \(0x[0-9a-f]+\)",
    re.MULTILINE,
)
_PRIMARY: Final = re.compile(r"^\s+(?:Primary|Control) channel: (\d{1,3})$", re.MULTILINE)
_CHANNEL: Final = re.compile(r"\bChannel: (?:[256]g)?(\d{1,3})(?:[lu]|/[\d-]+)?$", re.MULTILINE)
_BUSY: Final = re.compile(
    r"^\s*QBSS Channel Utilization: 0x[0-9a-f]+ \((\d{1,3}) %\)", re.MULTILINE
)
_BANDS: Final = {"2.4": "2g", "5": "5g", "6": "6g"}

# `wl assoclist`, and `wl sta_info` as public collectors' tests have it.
_STATION: Final = re.compile(r"(?:^|\n)(?:\[VER \d+\] )?STA ([0-9A-Fa-f:]{17}):\n")
_STATE: Final = re.compile(r"^\s+state:(.*)$", re.MULTILINE)
_SMOOTHED: Final = re.compile(r"^\s*smoothed rssi: (-\d{1,3})$", re.MULTILINE)
_ANTENNAS: Final = re.compile(
    r"^\s+per antenna average rssi of rx data frames:((?: -?\d{1,3})+)", re.MULTILINE
)
_TX_RATE: Final = re.compile(r"^\s+rate of last tx pkt: (\d{1,9}) kbps", re.MULTILINE)
_RX_RATE: Final = re.compile(r"^\s+rate of last rx pkt: (\d{1,9}) kbps", re.MULTILINE)
# wlu.c of Broadcom, wl_sta_info; older tools do not print the first three.
_SENT: Final = re.compile(r"^\s+tx total pkts sent: (\d{1,10})$", re.MULTILINE)
_RETRIES: Final = re.compile(r"^\s+tx pkts retries: (\d{1,10})$", re.MULTILINE)
_GIVEN_UP: Final = re.compile(r"^\s+tx pkts retry exhausted: (\d{1,10})$", re.MULTILINE)
_CONNECTED: Final = re.compile(r"^\s+in network (\d{1,10}) seconds$", re.MULTILINE)
_REJECTED: Final = re.compile(r"Scan Rejected|Not Ready|Unsupported", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class BssStatus:
    """What `wl status` says of one network: its name on air, channel, width, noise."""

    ssid: str
    bssid: str
    band: Maybe[str]
    channel: Maybe[int]
    width_mhz: Maybe[int]
    centre_channel: Maybe[int]
    signal_dbm: Maybe[int]
    noise_dbm: Maybe[float]
    busy_percent: Maybe[float]


def bss_statuses(text: str) -> tuple[BssStatus, ...]:
    """Read `wl status` or `wl scanresults`: blocks that begin with `SSID:`.

    Args:
        text: what it printed.

    Returns:
        One for each block that has a BSSID; an interface without a network on air gives none.
    """
    starts = [match.start() for match in _SSID.finditer(text)]
    blocks = [text[start:end] for start, end in pairwise([*starts, len(text)])]
    return tuple(found for block in blocks if (found := _status(block)) is not None)


def _status(block: str) -> BssStatus | None:
    ssid, bssid = _SSID.search(block), _BSSID.search(block)
    if ssid is None or bssid is None:
        return None
    chanspec = _CHANSPEC.search(block)
    channel = _PRIMARY.search(block) or _CHANNEL.search(block)
    noise, signal, busy = _NOISE.search(block), _RSSI.search(block), _BUSY.search(block)
    return BssStatus(
        ssid=unescaped(ssid[1], backslashes=True),
        bssid=bssid[1].lower(),
        band=_BANDS.get(chanspec[1], NO_VALUE) if chanspec else NO_VALUE,
        channel=int(channel[1]) if channel else NO_VALUE,
        width_mhz=int(chanspec[3]) if chanspec else NO_VALUE,
        centre_channel=int(chanspec[2]) if chanspec else NO_VALUE,
        signal_dbm=int(signal[1]) if signal else NO_VALUE,
        noise_dbm=float(noise[1]) if noise else NO_VALUE,
        busy_percent=float(busy[1]) if busy else NO_VALUE,
    )


def stations(answer: CommandAnswer) -> WifiClients:
    """Read `wl assoclist` and `wl sta_info` of each station, after `== INTERFACE` each.

    Args:
        answer: of the commands; ends with `rc=N`.

    Returns:
        Who is associated. A station that left between the two commands is left out.

    Raises:
        UnreadableError: cut, or there is no program `wl`.
    """
    text, status = whole_text(answer)
    refuse_without_wl(text, status)
    clients: list[WifiClient] = []
    for interface, body in sections(text):
        parts = _STATION.split(body)[1:]
        for mac, one in zip(parts[::2], parts[1::2], strict=True):
            state = _STATE.search(one)
            if state is None:
                raise unparseable(answer.command.label, "a station without a state")
            clients.append(
                WifiClient(
                    mac=mac.lower(),
                    interface=interface,
                    authorized="AUTHORIZED" in state[1].split(),
                    signal_dbm=_signal(one),
                    rx_rate_bps=_rate(_RX_RATE, one),
                    tx_rate_bps=_rate(_TX_RATE, one),
                    tx_packets=_count(_SENT, one),
                    tx_retries=_count(_RETRIES, one),
                    tx_failed=_count(_GIVEN_UP, one),
                    connected_s=_count(_CONNECTED, one),
                )
            )
    return WifiClients(clients=tuple(clients))


def _signal(text: str) -> Maybe[int]:
    """Give the smoothed signal, else the strongest antenna's; an antenna of 0 heard nothing."""
    smoothed = _SMOOTHED.search(text)
    if smoothed is not None:
        return int(smoothed[1])
    antennas = _ANTENNAS.search(text)
    heard = [int(one) for one in antennas[1].split() if int(one) < 0] if antennas else []
    return max(heard) if heard else NO_VALUE


def _rate(pattern: re.Pattern[str], text: str) -> Maybe[int]:
    match = pattern.search(text)
    return int(match[1]) * 1000 if match and int(match[1]) else NO_VALUE


def _count(pattern: re.Pattern[str], text: str) -> Maybe[int]:
    match = pattern.search(text)
    return int(match[1]) if match else UNSUPPORTED


def air_scan(answer: CommandAnswer) -> AirScan:
    """Read `wl scanresults`, after `== INTERFACE` each; of one heard twice the louder.

    Raises:
        UnreadableError: cut, no `wl`, or no radio would scan.
    """
    text, status = whole_text(answer)
    refuse_without_wl(text, status)
    parts = sections(text)
    if not parts:
        raise UnreadableError(FailureKind.NOT_MEASURED, "no radio is on air to listen with")
    if all(_REJECTED.search(body) and not _SSID.search(body) for _, body in parts):
        raise UnreadableError(FailureKind.NOT_MEASURED, "the radios refuse to scan")
    heard: dict[str, AirNeighbour] = {}
    for _, body in parts:
        for one in bss_statuses(body):
            if not isinstance(one.channel, int):
                raise unparseable(answer.command.label, "a network without a channel")
            found = AirNeighbour(
                bssid=one.bssid,
                ssid=one.ssid.strip("\0"),
                channel=one.channel,
                signal_dbm=one.signal_dbm,
                band=one.band,
                width_mhz=one.width_mhz,
                centre_channel=one.centre_channel,
            )
            before = heard.get(found.bssid)
            if before is None or _loudness(found) > _loudness(before):
                heard[found.bssid] = found
    return AirScan(neighbours=tuple(heard.values()))


def _loudness(neighbour: AirNeighbour) -> int:
    signal = neighbour.signal_dbm
    return signal if isinstance(signal, int) else -1000


def refuse_without_wl(text: str, status: int) -> None:
    """Raise where the router has radios of another make, which `wl` does not know.

    Raises:
        UnreadableError: UNSUPPORTED.
    """
    if status == NO_WL or "wl: not found" in text:
        raise UnreadableError(
            FailureKind.UNSUPPORTED, "the radios are not Broadcom's: there is no program 'wl'"
        )


NO_WL: Final = 3
"""What the drivers' own commands end with where `wl` is not there."""
