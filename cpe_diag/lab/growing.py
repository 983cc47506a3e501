"""A count that grows with time at a rate that faults change."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Growing:
    """A running total: what was counted until the port's `counted.at`, and how fast it grows.

    `extra` is what a fault that was just set would have left behind by now.
    """

    counted: float = 0.0
    per_s: float = 0.0
    extra: float = 0.0

    @property
    def total(self) -> float:
        """Everything that is shown."""
        return self.counted + self.extra

    def grow(self, seconds: float) -> None:
        """Count on at the present rate."""
        self.counted += self.per_s * seconds
