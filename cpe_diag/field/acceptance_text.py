"""The record of a visit for a terminal, with the samples as a line of bars."""

from __future__ import annotations

import math
from itertools import zip_longest
from textwrap import wrap
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cpe_diag.field.acceptance import AcceptanceRecord, Check, Compared, PlaceRecord
    from cpe_diag.field.readings import Reading

BARS: Final = "▁▂▃▄▅▆▇█"
ASCII_BARS: Final = "_.-~=+*#"
LOST: Final = "x"
WIDE: Final = 50
USUAL_COLUMNS: Final = 80
LEAST_WIDE: Final = 12
"""In which a column of a table can still be read."""
NOT_MEASURED: Final = "-"
NOT_KEPT: Final = "NOT KEPT"


def record_text(
    record: AcceptanceRecord, *, ascii_bars: bool = False, columns: int = USUAL_COLUMNS
) -> str:
    """Tell a visit in plain text.

    Args:
        record: of the visit.
        ascii_bars: whether the terminal can show nothing else.
        columns: of the terminal; longer lines and cells are folded.

    Returns:
        Lines.
    """
    bars = ASCII_BARS if ascii_bars else BARS
    return "\n".join(
        (
            *_head(record, columns),
            *(line for one in record.places for line in _place(one, bars, columns)),
        )
    )


def _head(record: AcceptanceRecord, columns: int) -> Iterator[str]:
    ticket = f", ticket {record.ticket}" if record.ticket else ""
    who = f", by {record.technician}" if record.technician else ""
    yield from wrap(f"Visit to {record.subscriber}{ticket}{who}", columns)
    yield record.when
    yield from wrap(f"Result: {record.result}", columns, subsequent_indent="  ")


def _place(place: PlaceRecord, bars: str, columns: int) -> Iterator[str]:
    one = place.once
    yield ""
    yield place.title
    if not one:
        yield from _check("before", place.first, columns)
    yield from _check("check" if one else "after", place.last, columns)
    rows = [row[:-1] for row in rows_of(place)]
    widths = fitted([max(map(len, column)) for column in zip(*rows, strict=True)], columns)
    for row in rows:
        yield from _row(row, widths)
    for series in place.series:
        top = max((ms for ms in (*series.before, *series.after) if ms is not None), default=0.0)
        yield f"  {series.what}, up to {top:.1f} ms ({LOST}: lost)"
        for name, samples in (("before", series.before), ("after", series.after)):
            if samples:
                yield f"    {'' if one else name.ljust(8)}{sparkline(samples, top, bars)}"


def _check(name: str, check: Check, columns: int) -> Iterator[str]:
    told = f"  {name.ljust(6)}  {check.at:%R}  {check.fault}"
    yield from wrap(told, columns, subsequent_indent=" " * 17)


def _row(row: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    """Give the lines of a row, each cell folded into its column."""
    cells = [wrap(cell, width) for cell, width in zip(row, widths, strict=True)]
    for parts in zip_longest(*cells, fillvalue=""):
        line = "  ".join(part.ljust(width) for part, width in zip(parts, widths, strict=True))
        yield f"  {line}".rstrip()


def fitted(widths: Sequence[int], columns: int) -> list[int]:
    """Narrow the widest columns of a table, until it fits.

    Args:
        widths: what each column would like.
        columns: of the terminal.

    Returns:
        The widths, none below LEAST_WIDE that was above it.
    """
    found = list(widths)
    while sum(found) + 2 * len(found) > columns and max(found) > LEAST_WIDE:
        found[found.index(max(found))] -= 1
    return found


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
