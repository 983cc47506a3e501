"""The port over time: what was seen of it at several moments, and when it lost its link."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.missing import Maybe, known

if TYPE_CHECKING:
    from collections.abc import Sequence

SLACK: Final = timedelta(seconds=2)
"""Agents say when a state changed in hundredths of a second, and answer up to a second late."""
REGULAR: Final = 1.5
"""Losses are of a period where their longest gap is not longer than this times the shortest."""
LEAST_GAPS: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class PortSample:
    """The port at one moment; `changed_s`: how long ago its state last changed (ifLastChange)."""

    at: datetime
    up: bool
    changed_s: Maybe[float]


@dataclass(frozen=True, slots=True, kw_only=True)
class PortHistory:
    """Fact `port_history`: samples of the port, oldest first, of this run and of earlier ones."""

    samples: tuple[PortSample, ...]

    @property
    def losses(self) -> tuple[datetime, ...]:
        """When the port lost its link between two samples; at least so often."""
        pairs = pairwise(self.samples)
        found = (_loss(before, after) for before, after in pairs)
        return tuple(one for one in found if one is not None)

    @property
    def period_s(self) -> float | None:
        """The period of all losses."""
        return period_of(self.losses)


def period_of(losses: Sequence[datetime]) -> float | None:
    """Give the seconds between two losses.

    Where nobody looked in between the link may have been lost more often than was seen.

    Args:
        losses: when the link was lost, oldest first.

    Returns:
        The middle one of the gaps; None where they are of no period.
    """
    gaps = sorted((after - before).total_seconds() for before, after in pairwise(losses))
    if len(gaps) < LEAST_GAPS or gaps[-1] > REGULAR * gaps[0]:
        return None
    return gaps[len(gaps) // 2]


def _loss(before: PortSample, after: PortSample) -> datetime | None:
    """Give when the link was lost between two samples, as near as they tell."""
    since = known(after.changed_s)
    changed = None if since is None else after.at - timedelta(seconds=since)
    between = changed if changed is not None and changed > before.at + SLACK else None
    if before.up and not after.up:
        return between or after.at
    # It is as it was and has changed meanwhile: it went and came, or came and went.
    return between if before.up == after.up else None
