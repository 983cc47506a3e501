"""What a stretch of the path is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """How one stretch is read: which findings make it bad or degraded, and which must be good.

    `hidden` stretches cannot be seen at all when what makes them bad follows from elsewhere;
    `optional` ones are left out where no line has them.
    """

    id: str
    title: str
    bad: tuple[str, ...]
    degraded: tuple[str, ...]
    good: tuple[str, ...]
    hidden: bool = False
    optional: bool = False
