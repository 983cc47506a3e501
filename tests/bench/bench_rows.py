"""Figures of a bench: printed, written to bench-results/, and held against their limits."""

from __future__ import annotations

import json
import os
import platform
import statistics
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One figure: what, its median and range, what it is held against, and whether it holds."""

    what: str
    median: float
    low: float
    high: float
    unit: str
    limit: float | None
    note: str

    @property
    def holds(self) -> bool:
        """The median is within the limit, or there is none."""
        return self.limit is None or self.median <= self.limit


def row(what: str, values: list[float], unit: str, limit: float | None, note: str) -> Row:
    """Make a figure of several values."""
    return Row(
        what=what,
        median=statistics.median(values),
        low=min(values),
        high=max(values),
        unit=unit,
        limit=limit,
        note=note,
    )


def finish(name: str, how: str, rows: list[Row]) -> None:
    """Print and write the figures.

    Args:
        name: of the files below bench-results/.
        how: the figures were made.
        rows: the figures.

    Raises:
        SystemExit: one of them is beyond its limit.
    """
    head = f"Python {platform.python_version()}, {os.cpu_count()} CPUs, {how}"
    lines = [head, ""]
    for one in rows:
        limit = (
            "" if one.limit is None else f"  limit {one.limit:g}: {'ok' if one.holds else 'NO'}"
        )
        lines.append(
            f"{one.what:42} {one.median:10.3f} {one.unit:1} "
            f"({one.low:.3f} to {one.high:.3f}){limit}  {one.note}"
        )
    print("\n".join(lines))  # noqa: T201 - a script
    folder = Path("bench-results")
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / f"{name}.json").write_text(
        json.dumps({"head": head, "rows": [asdict(one) for one in rows]}, indent=2),
        encoding="utf-8",
    )
    if not all(one.holds for one in rows):
        raise SystemExit(1)
