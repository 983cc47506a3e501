"""A record of every question that went over the wire, and of what each one had to wait for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

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


LEGACY_LOGIN: Final = "login over legacy algorithms: "
"""How the label of a login begins that SHA-1, CBC or ssh-rsa were needed for; then their names."""


def legacy_logins(trace: Iterable[Exchange]) -> tuple[tuple[str, str], ...]:
    """Find which devices were logged in to over legacy algorithms.

    Args:
        trace: of a run.

    Returns:
        Device and algorithms, each pair once, in the order of the trace.
    """
    found = (
        (one.target, one.label.removeprefix(LEGACY_LOGIN))
        for one in trace
        if one.label.startswith(LEGACY_LOGIN)
    )
    return tuple(dict.fromkeys(found))


@dataclass(frozen=True, slots=True, kw_only=True)
class RawAnswer:
    """What a device really said, redacted at record time; `exchange` refers to its question."""

    exchange: int
    device: str
    question: str
    text: str
