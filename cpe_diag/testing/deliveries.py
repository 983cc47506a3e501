"""Deliveries that have been seen, in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpe_diag.domain.deliveries import Sighting

if TYPE_CHECKING:
    from datetime import datetime


class SeenInMemory:
    """A `SeenDeliveries` that forgets with the process."""

    def __init__(self) -> None:
        """Begin with nothing seen."""
        self._kept: dict[tuple[str, str, str], datetime] = {}

    def sighted(
        self, desk: str, delivery: str, digest: str, *, now: datetime, until: datetime
    ) -> Sighting:
        """Say whether it was seen before, and remember it; see `ports.SeenDeliveries`."""
        self._kept = {one: end for one, end in self._kept.items() if end > now}
        own = [one for one in self._kept if one[0] == desk]
        if any(one[2] == digest and one[1] != delivery for one in own):
            return Sighting.OTHER
        known = any(delivery == one[1] for one in own)
        self._kept[desk, delivery, digest] = until
        return Sighting.SAME if known else Sighting.NEW
