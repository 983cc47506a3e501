"""How much a load may send, and what can go wrong with it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

LEAST_OF_ONE: Final = 1000
"""Octets of a packet: some 1,448 on Ethernet, and some are sent again."""
MORE_PACKETS: Final = 1000
"""What opens and ends it, and what the two ends tell each other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadOrder:
    """Whom to load, for how long and with how many bytes in one direction at most.

    `iperf3` is host and port, `ndt7` a URL ws:// or wss:// without a path; None: not that.
    """

    iperf3: tuple[str, int] | None = None
    ndt7: str | None = None
    seconds: float = 5.0
    most_bytes: int = 300_000_000

    @property
    def whole_s(self) -> int:
        """For how long iperf3 loads, which knows whole seconds only."""
        return math.ceil(self.seconds)

    @property
    def most_packets(self) -> int:
        """More than so many are not sent in one direction; acknowledgements count."""
        return MORE_PACKETS + self.most_bytes // LEAST_OF_ONE

    @property
    def most_bps(self) -> float:
        """More than this cannot be seen, and is not sent."""
        return 8.0 * self.most_bytes / self.whole_s


@dataclass(frozen=True, slots=True)
class Came:
    """What came through, by the receiving end."""

    received_bytes: int
    took_s: float


class NotLoadedError(Exception):
    """A load could not be run; says why, and which command helps."""

    def __init__(self, why: str, command: str | None = None) -> None:
        """Carry the words."""
        super().__init__(why)
        self.command = command
