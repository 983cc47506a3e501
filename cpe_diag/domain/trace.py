"""A record of every question that went over the wire, and of what each one had to wait for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

WAIT: Final = "wait"
"""The operation of a deliberate wait, such as the interval between two samples of a counter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One question and its answer (or its failure).

    Seconds on the run's monotonic clock, counted from the start of the run. `waited_for` are the
    ids of exchanges whose answers had to be there before this one could be asked. `failure` is
    the kind of failure or None. `round_trips` is how many times the wire was crossed there and
    back at least, as far as the transport knows.
    """

    id: int
    operation: str
    target: str
    label: str
    started_s: float
    ended_s: float
    round_trips: int
    waited_for: tuple[int, ...]
    failure: str | None

    @property
    def took_s(self) -> float:
        """How long the answer took, in seconds."""
        return self.ended_s - self.started_s


@dataclass(frozen=True, slots=True, kw_only=True)
class RawAnswer:
    """What a device really said, redacted at record time; `exchange` refers to its question."""

    exchange: int
    device: str
    question: str
    text: str
