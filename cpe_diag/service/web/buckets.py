"""How often somebody may ask: a bucket of turns for each of them, filled at a steady rate."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

MOST_KEPT: Final = 10_000
"""Callers that are remembered; whoever has not asked for longest is forgotten first."""


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
