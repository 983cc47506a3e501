"""The record of a visit for a terminal, with the samples as a line of bars."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cpe_diag.field.acceptance import AcceptanceRecord, Compared, PlaceRecord
    from cpe_diag.field.readings import Reading

BARS: Final = "▁▂▃▄▅▆▇█"
ASCII_BARS: Final = "_.-~=+*#"
LOST: Final = "x"
WIDE: Final = 50
NOT_MEASURED: Final = "-"
NOT_KEPT: Final = "NOT KEPT"


def record_text(record: AcceptanceRecord, *, ascii_bars: bool = False) -> str:
    """Tell a visit in plain text.

    Args:
        record: of the visit.
        ascii_bars: whether the terminal can show nothing else.

    Returns:
        Lines.
    """
    bars = ASCII_BARS if ascii_bars else BARS
    return "\n".join(
        (*_head(record), *(line for one in record.places for line in _place(one, bars)))
    )


def _head(record: AcceptanceRecord) -> Iterator[str]:
    ticket = f", ticket {record.ticket}" if record.ticket else ""
    who = f", by {record.technician}" if record.technician else ""
    yield f"Visit to {record.subscriber}{ticket}{who}"
    yield record.when
    yield f"Result: {record.result}"


def _place(place: PlaceRecord, bars: str) -> Iterator[str]:
    one = place.once
    yield ""
    yield place.title
    if not one:
        yield f"  before  {place.first.at:%R}  {place.first.fault}"
    name = "check" if one else "after"
    yield f"  {name.ljust(6)}  {place.last.at:%R}  {place.last.fault}"
    rows = [row[:-1] for row in rows_of(place)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield f"  {'  '.join(cells)}".rstrip()
    for series in place.series:
        top = max((ms for ms in (*series.before, *series.after) if ms is not None), default=0.0)
        yield f"  {series.what}, up to {top:.1f} ms ({LOST}: lost)"
        for name, samples in (("before", series.before), ("after", series.after)):
            if samples:
                yield f"    {'' if one else name.ljust(8)}{sparkline(samples, top, bars)}"


def sparkline(samples: Sequence[float | None], top: float, bars: str = BARS) -> str:
    """Draw samples as a line of bars; of several in one place the worst is shown.

    Args:
        samples: None: lost.
        top: what the highest bar stands for.
        bars: from the lowest to the highest.

    Returns:
        At most WIDE characters.
    """
    size = max(1, math.ceil(len(samples) / WIDE))
    line = []
    for start in range(0, len(samples), size):
        group = samples[start : start + size]
        came = [one for one in group if one is not None]
        if len(came) < len(group):
            line.append(LOST)
        else:
            share = max(came) / top if top > 0 else 0.0
            line.append(bars[min(len(bars) - 1, int(share * len(bars)))])
    return "".join(line)


def rows_of(place: PlaceRecord) -> list[tuple[str, ...]]:
    """Give the table of what was compared, its heads first; "before" only where there is one."""
    last = "Value" if place.once else "After"
    rows: list[tuple[str, ...]] = [("Measured", "Before", last, "Limit", "", "At")]
    rows += [
        (
            row.what,
            shown(row.before),
            shown(row.after),
            limit_of(row),
            mark_of(row),
            f"{row.after.at:%T}" if row.after else "",
        )
        for row in place.compared
    ]
    return [(row[0], *row[2:]) for row in rows] if place.once else rows


def shown(reading: Reading | None) -> str:
    """Give the words of a reading."""
    return NOT_MEASURED if reading is None else reading.words


def limit_of(row: Compared) -> str:
    """Give the limit that a quantity is held to."""
    told = row.after or row.before
    return told.limit if told else ""


def mark_of(row: Compared) -> str:
    """Say whether the last check keeps the limit; empty where there is none."""
    if row.after is None or row.after.well is None:
        return ""
    return "kept" if row.after.well else NOT_KEPT
