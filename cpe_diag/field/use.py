"""Watches the counters of the laptop's own interface (sysfs-class-net-statistics)."""

from __future__ import annotations

from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.field_use_facts import FieldUse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cpe_diag.ports import Clock

SYSFS: Final = Path("/sys/class/net")
WATCH_S: Final = 4.0
"""As long as the train of small packets and the answers to it."""
SPAN_S: Final = 0.5
FRAME_BYTES: Final = 1514
"""Of a full frame, as a port counts it (IEEE 802.3, without its check sum)."""
Octets = tuple[int, int]


def octets_of(interface: str, folder: Path = SYSFS) -> Octets:
    """Read how many octets an interface has taken and sent.

    Args:
        interface: the system's name.
        folder: where the system shows it.

    Returns:
        Taken, and sent.

    Raises:
        OSError: it is not there, or does not count.
    """
    place = folder / interface / "statistics"
    try:
        return int((place / "rx_bytes").read_text()), int((place / "tx_bytes").read_text())
    except ValueError as error:
        raise OSError(None, "the counter is no number") from error


def packets_sent(interface: str, folder: Path = SYSFS) -> int:
    """Read how many packets an interface has sent; what its card cuts counts as what it becomes.

    Args:
        interface: the system's name.
        folder: where the system shows it.

    Returns:
        Packets; 0 where it is not there, or does not count.
    """
    place = folder / interface / "statistics"
    with suppress(OSError, ValueError):
        counted = int((place / "tx_packets").read_text())
        return max(counted, int((place / "tx_bytes").read_text()) // FRAME_BYTES)
    return 0


async def used(interface: str, clock: Clock, for_s: float, folder: Path = SYSFS) -> FieldUse:
    """Watch what passes an interface.

    Args:
        interface: which.
        clock: of the run.
        for_s: for how long at most.
        folder: where the system shows it.

    Returns:
        The busiest rates in and out.

    Raises:
        OSError: it is not there, or does not count.
    """
    begun_s = clock.monotonic()
    read = [(begun_s, octets_of(interface, folder))]
    spans = max(1, int(min(WATCH_S, for_s) / SPAN_S))
    for number in range(1, spans + 1):
        await clock.sleep_until(begun_s + number * SPAN_S)
        read.append((clock.monotonic(), octets_of(interface, folder)))
    return FieldUse(
        watched_s=round(read[-1][0] - begun_s, 3),
        span_s=SPAN_S,
        in_bps=_busiest(read, 0),
        out_bps=_busiest(read, 1),
    )


def _busiest(read: Sequence[tuple[float, Octets]], way: int) -> float:
    """Give the highest rate; a counter that went back says nothing of its span."""
    rates = [
        8.0 * (now[way] - then[way]) / (now_s - then_s)
        for (then_s, then), (now_s, now) in pairwise(read)
        if now_s > then_s
    ]
    return round(max((rate for rate in rates if rate >= 0), default=0.0), 1)
