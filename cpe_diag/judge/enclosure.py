"""Between which points a fault lies: from the last point seen good to the first seen bad.

The vantages stand in the order of the way, as data. A point is good where its finding is no, bad
where it is yes; where nobody knows, it encloses nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cpe_diag.judge.rule import Answer

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One point of the way, in words, and what was answered of it."""

    stretch: str
    answer: Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosure:
    """The last point good and the first bad; None: not all before the bad one is known good."""

    good: Point
    bad: Point

    def words(self) -> str:
        """Say it."""
        return (
            f"last good: {self.good.stretch} ({self.good.answer.because});"
            f" first bad: {self.bad.stretch} ({self.bad.answer.because})"
        )


def enclosed(points: Sequence[Point]) -> Enclosure | None:
    """Find between which points the fault lies.

    Args:
        points: in the order of the way, each with its answer; False is good.

    Returns:
        The two points next to it; None where nothing is bad, where nothing before it is good, or
        where a point before it is not known.
    """
    before: Point | None = None
    for point in points:
        if point.answer.answer is None:
            return None
        if point.answer.answer:
            return None if before is None else Enclosure(good=before, bad=point)
        before = point
    return None
