"""What fails for several subscribers together: one incident, which is told once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

CONFIRMED_FROM: Final = 2
"""Subscribers; a second one excludes whatever is the first one's own."""
OVER_AFTER: Final = timedelta(hours=1)
"""Proposal: whoever finds it failing later than this after the last one has a new incident."""

KEPT_FOR: Final = timedelta(days=90)
"""Proposal: incidents that nobody has met for longer are forgotten, who met them with them."""

KNOWN_FOR: Final = timedelta(minutes=15)
"""Proposal: so long after a run has met an incident the next ticket is answered without a run."""


class IncidentKind(StrEnum):
    """What fails."""

    PLATFORM = "platform"
    """A third party's site or service."""
    BRANCH = "branch"
    """Less than a card of an access node."""
    CARD = "card"
    NODE = "node"
    AREA = "area"
    """What the homes around one access node share beyond their lines: their power, the way out."""
    RESOLVER = "resolver"
    """A name server of the operator's, for whoever asks it, on whatever node."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Which ports of a node an outage takes, as far as one run has seen.

    `group` is the smallest group that holds them all, as ports name what they share; `node`: all
    ports. `whole`: all of it fell; else `parts` are the groups within it that did, and none named
    means that no topology tells. `down` are ports that fell with it, `up` ports of the node that
    are in order, by the operator's names. `at` is when it was seen, in UTC.
    """

    node: str
    group: str
    whole: bool
    parts: tuple[str, ...]
    down: tuple[str, ...]
    up: tuple[str, ...]
    at: datetime

    def takes(self, port: str, groups: tuple[str, ...]) -> bool | None:
        """Tell whether a port is out.

        Args:
            port: the operator's name of it.
            groups: what it shares, as far as its name tells.

        Returns:
            Whether it was seen to be, or hangs on what fell; None: it was not seen, and nothing
            tells where it hangs.
        """
        if port in self.up:
            return False
        if port in self.down or (self.whole and self.group == f"node {self.node}"):
            return True
        if not groups:
            return None
        return self.group in groups if self.whole else any(one in groups for one in self.parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """One time during which something failed for subscribers; moments in UTC.

    `place` is the platform's name, node and group (`an-1/pon 0/3/1`), node and cause
    (`an-1/area_power_cut`), or the name server's address. `cause` and `title` are
    what was found first, `since` when, `last_at` when last. `subscribers` counts each one once.
    `case_id` is the parent case, None until a second subscriber confirms it. `cleared_at` None:
    nobody has said that it is over. `told` is what was found of a group, as JSON data; `reaches`
    tell which ports it takes: what runs have seen of late, the latest last.
    """

    kind: IncidentKind
    place: str
    number: int
    cause: str
    title: str
    since: datetime
    last_at: datetime
    subscribers: int
    case_id: str | None = None
    cleared_at: datetime | None = None
    told: Mapping[str, object] = field(default_factory=dict)
    reaches: tuple[Reach, ...] = ()

    @property
    def confirmed(self) -> bool:
        """Whether more than one subscriber has met it."""
        return self.subscribers >= CONFIRMED_FROM

    def takes(self, port: str, groups: tuple[str, ...], now: datetime) -> bool:
        """Tell whether a port is known to be out with it; the latest look at the port counts.

        Args:
            port: the operator's name of it.
            groups: what it shares, as far as its name tells.
            now: what was seen longer ago than KNOWN_FOR does not count.
        """
        lately = [one for one in self.reaches if now - one.at <= KNOWN_FOR]
        seen = [one for one in lately if port in one.down or port in one.up]
        if seen:
            return seen[-1].takes(port, groups) is True
        return any(one.takes(port, groups) for one in lately)

    def is_open(self, now: datetime) -> bool:
        """Whether it goes on, as far as anybody knows."""
        return self.cleared_at is None and now - self.last_at <= OVER_AFTER


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformIncident:
    """The incident of a platform as a run tells it.

    `host` is its name; the rest is as for Incident, the subscriber of this run counted.
    """

    host: str
    cause: str
    since: datetime
    last_at: datetime
    subscribers: int

    @property
    def confirmed(self) -> bool:
        """Whether more than one subscriber has met it."""
        return self.subscribers >= CONFIRMED_FROM
