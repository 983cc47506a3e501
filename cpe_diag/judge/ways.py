"""Round trips of a train of packets: how long they take, and how unevenly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cpe_diag.domain.missing import known

if TYPE_CHECKING:
    from cpe_diag.domain.load_facts import PathQuality
    from cpe_diag.judge.rule import Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """Round trips of a train in seconds: the least, the middle, the 95th of 100, and one step.

    `step_s` is the mean difference between one packet and the next.
    """

    least_s: float
    middle_s: float
    most_s: float
    step_s: float

    @property
    def spread_s(self) -> float:
        """How far the slow ones are from the fastest (ITU-T Y.1541: IPDV above the minimum)."""
        return self.most_s - self.least_s

    def words(self, whom: str) -> str:
        """Say what they are."""
        between = f"between {ms(self.least_s)} and {ms(self.most_s)} for 95 of 100"
        return f"{ms(self.middle_s)} to {whom} and back, {between}"


def way_of(train: PathQuality) -> Way | None:
    """Give the round trips of a train; None where they are not known."""
    times = (train.rtt_min_s, train.rtt_median_s, train.rtt_p95_s, train.jitter_s)
    least, middle, most, step = (known(one) for one in times)
    if least is None or middle is None or most is None or step is None:
        return None
    return Way(least_s=least, middle_s=middle, most_s=most, step_s=step)


def uneven_times(facts: Facts, way: Way, limit_s: float) -> bool:
    """Tell jitter from a queue: a queue fills and drains over many packets, jitter hits each."""
    return way.spread_s > limit_s and way.step_s > facts.limits["jitter_step_s"]


def ms(seconds: float) -> str:
    """Write a round trip as a person reads it: `0.4 ms`, `31 ms`."""
    value = seconds * 1000
    return f"{value:.1f} ms" if value < 10 else f"{value:.0f} ms"  # noqa: PLR2004 - one digit
