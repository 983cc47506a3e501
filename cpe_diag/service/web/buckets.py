"""How often somebody may ask: a bucket of turns for each of them, filled at a steady rate."""

from __future__ import annotations

import ipaddress
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

MOST_KEPT: Final = 10_000
"""Callers that are remembered; whoever has not asked for longest is forgotten first."""


OF_ONE: Final = 64
"""Bits of an IPv6 address that a home or a host is given whole (RFC 6177, RFC 7421)."""


def whose(address: str) -> str:
    """Name who is behind an address: of IPv6 its /64, in which anybody has as many as he likes.

    Args:
        address: as a connection tells it; what is none stands for itself.
    """
    try:
        read = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(read, ipaddress.IPv4Address):
        return str(read)
    if read.ipv4_mapped is not None:
        return str(read.ipv4_mapped)
    return str(ipaddress.ip_network((int(read), OF_ONE), strict=False))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """`per_s` turns for each second, at most `burst` of them at once."""

    per_s: float
    burst: float


class Buckets:
    """The buckets of all callers of one kind, for any thread."""

    def __init__(self, rate: Rate) -> None:
        """Give every caller a full bucket to begin with."""
        self._rate = rate
        self._held: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._one = threading.Lock()

    def wait_s(self, key: str, now: float, *, takes: float = 1.0) -> float:
        """Take a turn.

        Args:
            key: of the caller.
            now: monotonic seconds.
            takes: how many turns; 0 only asks whether there is one.

        Returns:
            0 where there was a turn, else the seconds until there is one; nothing was taken.
        """
        with self._one:  # between taking a bucket out and putting it back others see a full one
            left, at = self._held.pop(key, (self._rate.burst, now))
            left = min(self._rate.burst, left + (now - at) * self._rate.per_s)
            short = max(takes, 1.0) - left
            self._held[key] = (left if short > 0 else left - takes, now)
            if len(self._held) > MOST_KEPT:
                self._held.popitem(last=False)
        return max(0.0, short / self._rate.per_s)
