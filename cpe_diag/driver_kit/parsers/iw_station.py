"""What `iw dev DEVICE station dump` prints of each station (iw's station.c, print_sta_handler)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Maybe, Missing
from cpe_diag.driver_kit.parsers.fields import UNSUPPORTED

if TYPE_CHECKING:
    from collections.abc import Mapping

NO_VALUE: Final = Missing(why=FailureKind.NOT_MEASURED)

_STATION: Final = re.compile(r"^Station ([0-9a-f:]{17}) \(on \S+\)$", re.MULTILINE)
# A driver that does not count a thing leaves its line out.
_COUNT: Final = re.compile(r"^\t([a-z ]+):\s+(\d{1,10})(?: seconds)?$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class StationCounts:
    """Packets to one station since it joined, how often one was sent again or given up."""

    tx_packets: Maybe[int]
    tx_retries: Maybe[int]
    tx_failed: Maybe[int]
    connected_s: Maybe[int]


NOT_COUNTED: Final = StationCounts(
    tx_packets=UNSUPPORTED, tx_retries=UNSUPPORTED, tx_failed=UNSUPPORTED, connected_s=UNSUPPORTED
)
"""Where there is no `iw`, or it does not know the station."""


def station_counts(text: str) -> Mapping[str, StationCounts]:
    """Read the counters of every station, of one device or several in a row.

    Args:
        text: what was printed.

    Returns:
        By MAC in lower case.
    """
    blocks = _STATION.split(text)[1:]
    return {
        mac: _counts(dict(_COUNT.findall(block)))
        for mac, block in zip(blocks[::2], blocks[1::2], strict=True)
    }


def _counts(found: Mapping[str, str]) -> StationCounts:
    def count(name: str) -> Maybe[int]:
        return int(found[name]) if name in found else NO_VALUE

    return StationCounts(
        tx_packets=count("tx packets"),
        tx_retries=count("tx retries"),
        tx_failed=count("tx failed"),
        connected_s=count("connected time"),
    )
