"""Listens to the air by iw(8), the system's own program: who is heard, and the laptop's link."""

from __future__ import annotations

import asyncio
import shutil
from contextlib import suppress
from typing import Final

from cpe_diag.domain.failures import Failure, FailureKind, MeasurementError
from cpe_diag.domain.field_air_facts import AirLink, FieldAir, HeardNetwork
from cpe_diag.driver_kit.parsers.iw_link import NO_VALUE, iw_link, iw_loads
from cpe_diag.driver_kit.parsers.iw_scan import iw_neighbours
from cpe_diag.driver_kit.parsers.iw_station import NOT_COUNTED, station_counts
from cpe_diag.driver_kit.router import UnreadableError

LOOK: Final = "field.look"
WITHIN_S: Final = 15.0
"""A passive scan sends nothing, and waits on each channel for beacons (every 0.1 s)."""
MOST: Final = 2_000_000
"""Octets that are read of what it prints: some 2 kB for each network."""
MOST_NETWORKS: Final = 256


async def air_around(interface: str, within_s: float) -> FieldAir:
    """Look who is heard, and how well the laptop's own link is.

    Args:
        interface: a radio of this laptop.
        within_s: how long it may take in all.

    Returns:
        What was heard; where no scan is allowed, what the system itself has heard a moment ago.

    Raises:
        MeasurementError: `field.look`: UNSUPPORTED: iw is not here, MISSING_PRIVILEGE: nothing
            was heard and no scan is allowed, OUT_OF_TIME, DEVICE_ERROR, INCOMPLETE, UNPARSEABLE.
    """
    try:
        async with asyncio.timeout(min(within_s, WITHIN_S)):
            link = await _iw(interface, "link")
            stations = await _iw(interface, "station", "dump")
            scan, refused = await _told(interface, "scan", "passive")
            if refused:
                scan = await _iw(interface, "scan", "dump")
    except TimeoutError as error:
        raise _failed(FailureKind.OUT_OF_TIME, interface, "iw did not end in time") from error
    try:
        seen = air_of(interface, link, stations, scan, remembered=bool(refused))
    except UnreadableError as error:
        raise _failed(error.kind, interface, str(error)) from error
    if refused and not seen.networks:
        step = f"sudo iw dev {interface} scan, then check again within a minute"
        raise _failed(FailureKind.MISSING_PRIVILEGE, interface, refused, step)
    return seen


def air_of(interface: str, link: str, stations: str, scan: str, *, remembered: bool) -> FieldAir:
    """Read what iw printed.

    Args:
        interface: the radio.
        link: of `iw dev DEVICE link`.
        stations: of `iw dev DEVICE station dump`.
        scan: of `iw dev DEVICE scan`, or `scan dump`.
        remembered: which of the two.

    Returns:
        The loudest networks, and the link.

    Raises:
        UnreadableError: it is not what iw prints.
    """
    joined = iw_link(link, "iw link")
    loads = iw_loads(scan)
    heard = iw_neighbours(scan, (), "iw scan")
    counts = NOT_COUNTED if joined is None else station_counts(stations).get(joined.bssid)
    counts = counts or NOT_COUNTED
    loudest = sorted(heard, key=lambda one: _loudness(one.signal_dbm), reverse=True)
    return FieldAir(
        interface=interface,
        link=None
        if joined is None
        else AirLink(
            bssid=joined.bssid,
            ssid=joined.ssid,
            channel=joined.channel,
            band=joined.band,
            signal_dbm=joined.signal_dbm,
            rx_rate_bps=joined.rx_rate_bps,
            tx_rate_bps=joined.tx_rate_bps,
            tx_packets=counts.tx_packets,
            tx_retries=counts.tx_retries,
            tx_failed=counts.tx_failed,
        ),
        networks=tuple(
            HeardNetwork(
                network=one,
                stations=loads[one.bssid][0] if one.bssid in loads else NO_VALUE,
                busy_percent=loads[one.bssid][1] if one.bssid in loads else NO_VALUE,
            )
            for one in loudest[:MOST_NETWORKS]
        ),
        remembered=remembered,
    )


def _loudness(signal_dbm: object) -> int:
    return signal_dbm if isinstance(signal_dbm, int) else -1000


async def _iw(interface: str, *words: str) -> str:
    text, refused = await _told(interface, *words)
    if refused:
        raise _failed(FailureKind.DEVICE_ERROR, interface, refused)
    return text


async def _told(interface: str, *words: str) -> tuple[str, str]:
    """Run iw, which asks the kernel; gives what it prints, or why it failed."""
    program = shutil.which("iw") or shutil.which("iw", path="/usr/sbin:/sbin")
    if program is None:
        detail = "iw is not installed: the air cannot be listened to"
        raise _failed(FailureKind.UNSUPPORTED, interface, detail, "apt-get install iw")
    process = await asyncio.create_subprocess_exec(
        *(program, "dev", interface, *words),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        told, error = await process.communicate()
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    if process.returncode:
        words_of = error.decode("utf-8", "replace").strip().splitlines()
        return "", words_of[-1][:200] if words_of else f"iw ended with {process.returncode}"
    if len(told) > MOST:
        raise _failed(FailureKind.INCOMPLETE, interface, "iw prints more than is read")
    return told.decode("utf-8", "replace"), ""


def _failed(
    kind: FailureKind, interface: str, detail: str, step: str | None = None
) -> MeasurementError:
    failure = Failure(kind=kind, where=interface, detail=detail, next_step=step)
    return MeasurementError(failure, LOOK)
