"""The port over time: what was seen of it at several moments, and when it lost its link."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.missing import NOT_ASKED, Maybe, known

if TYPE_CHECKING:
    from collections.abc import Sequence

SLACK: Final = timedelta(seconds=2)
"""Agents say when a state changed in hundredths of a second, and answer up to a second late."""
SETTLED: Final = timedelta(minutes=5)
"""Proposal: so long after a node has started or a change of ours has ended, links still settle."""
REGULAR: Final = 1.5
"""Losses are of a period where their longest gap is not longer than this times the shortest."""
LEAST_GAPS: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class PortSample:
    """The port at one moment; `changed_s`: how long ago its state last changed (ifLastChange).

    `admin_up`: it was switched on (ifAdminStatus); `node_uptime_s`: how long the node had run.
    """

    at: datetime
    up: bool
    changed_s: Maybe[float]
    admin_up: Maybe[bool] = NOT_ASKED
    node_uptime_s: Maybe[float] = NOT_ASKED

    @property
    def changed_at(self) -> datetime | None:
        """When its state last changed."""
        since = known(self.changed_s)
        return None if since is None else self.at - timedelta(seconds=since)

    @property
    def switched_off(self) -> bool:
        """Somebody had switched it off: that there is no link is no fault of the line."""
        return known(self.admin_up) is False


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnAction:
    """A change of ours at the port or its router: a loss of the link meanwhile is its own."""

    action: str
    begun_at: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PortHistory:
    """Fact `port_history`: samples of the port, oldest first, of this run and of earlier ones.

    `ours` are the changes that we have made meanwhile.
    """

    samples: tuple[PortSample, ...]
    ours: Maybe[tuple[OwnAction, ...]] = NOT_ASKED

    @property
    def losses(self) -> tuple[datetime, ...]:
        """When the port lost its link between two samples, for no reason of ours or the node's.

        It lost it at least so often. What a change of ours, somebody who switched the port off or
        a restart of the node may have caused, is left out.
        """
        ours = known(self.ours) or ()
        pairs = pairwise(self.samples)
        found = (_loss(before, after, ours) for before, after in pairs)
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


def _loss(before: PortSample, after: PortSample, ours: tuple[OwnAction, ...]) -> datetime | None:
    """Give when the link was lost between two samples, as near as they tell."""
    changed = after.changed_at
    between = changed if changed is not None and changed > before.at + SLACK else None
    if before.up and not after.up:
        lost = between or after.at
    elif before.up == after.up and between is not None:
        # It is as it was and has changed meanwhile: it went and came, or came and went.
        lost = between
    else:
        return None
    if before.switched_off or after.switched_off:
        return None
    # Where the node does not say when, it may have been at any time since the last look.
    first, last = (lost, lost) if between else (before.at, after.at)
    return None if _restarted(before, after, first) or _by_us(ours, first, last) else lost


def _restarted(before: PortSample, after: PortSample, first: datetime) -> bool:
    """Tell whether the node has started meanwhile, and the loss may have come with that."""
    uptime_s = known(after.node_uptime_s)
    if uptime_s is None:
        return False
    started = after.at - timedelta(seconds=uptime_s)
    return started > before.at + SLACK and first <= started + SETTLED


def _by_us(ours: tuple[OwnAction, ...], first: datetime, last: datetime) -> bool:
    """Tell whether a change of ours was going on, or had just ended, at some time between."""
    return any(one.begun_at - SLACK <= last and first <= one.until + SETTLED for one in ours)
