"""Facts of a laptop on site about what its line lets through under load, and of streams."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from cpe_diag.domain.load_facts import PathQuality
from cpe_diag.domain.missing import LATER, NOT_ASKED, Maybe, known


class LoadTool(StrEnum):
    """What loads the line."""

    IPERF3 = "iperf3"
    NDT7 = "ndt7"


class Direction(StrEnum):
    """Where the load goes: to the customer, or from them."""

    DOWN = "down"
    UP = "up"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadRun:
    """A load of bounded time and bytes: what came through, by the receiving end.

    `loaded` is the way to the reference meanwhile, by first packets of TCP connections.
    `beside_bps` is what else passed the laptop's own port that way, in bit/s, by its counters less
    what came of the load with its headers. `own` are connections of the laptop to itself at the
    same moments: its own delay.
    """

    tool: LoadTool
    server: str
    direction: Direction
    received_bytes: int
    took_s: float
    loaded: Maybe[PathQuality]
    beside_bps: Maybe[float] = field(default=NOT_ASKED, metadata={LATER: True})
    own: Maybe[PathQuality] = field(default=NOT_ASKED, metadata={LATER: True})

    @property
    def rate_bps(self) -> float:
        """What came through, in bit/s."""
        return 8.0 * self.received_bytes / self.took_s

    @property
    def passed_bps(self) -> float:
        """What the line let through at least: the load, and what else was counted at the port."""
        return self.rate_bps + (known(self.beside_bps) or 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldLoad:
    """Fact `field_load`: the line under load, and idle before it.

    `most_bps` is more than which cannot be seen with so many bytes in so many seconds. `untried`
    says in words what was named and could not be run.
    """

    idle: Maybe[PathQuality]
    runs: tuple[LoadRun, ...]
    most_bps: float
    untried: tuple[str, ...]
