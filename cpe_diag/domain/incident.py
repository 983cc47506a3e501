"""A platform that fails for several subscribers: one incident, which is told once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

CONFIRMED_FROM: Final = 2
"""Subscribers; a second one excludes whatever is the first one's own."""
OVER_AFTER: Final = timedelta(hours=1)
"""Proposal: whoever finds it failing later than this after the last one has a new incident."""

KEPT_FOR: Final = timedelta(days=90)
"""Proposal: incidents that nobody has met for longer are forgotten, who met them with them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformIncident:
    """One time during which a platform failed; moments in UTC.

    `host` is its name, `cause` what was found first, `since` when, `last_at` when last.
    `subscribers` counts each one once, the one of this case among them.
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
