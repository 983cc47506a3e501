"""The performance tables of the lab's VDSL2-LINE-MIB (RFC 5650, xdsl2PM)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypeAlias

from cpe_diag.lab.dsl_counts import DAY_S, QUARTER_S, current, previous_day
from cpe_diag.lab.mib import Column, MibValue, OidParts, counter32, integer, parts, unsigned

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpe_diag.lab.dsl_counts import LineCondition, LineCounts
    from cpe_diag.lab.dsl_lines import LineReader, Lines
    from cpe_diag.lab.dsl_state import DslLine
    from cpe_diag.lab.world import AccessPort

# RFC 5650, VDSL2-LINE-MIB, xdsl2PM is { xdsl2Objects 4 }: xdsl2PMLine 1, xdsl2PMChannel 2.
XDSL2_PM_LINE_CURR_ENTRY: Final = parts("1.3.6.1.2.1.10.251.1.4.1.1.1")
XDSL2_PM_LINE_INIT_CURR_ENTRY: Final = parts("1.3.6.1.2.1.10.251.1.4.1.2.1")
XDSL2_PM_LINE_HIST_1DAY_ENTRY: Final = parts("1.3.6.1.2.1.10.251.1.4.1.4.1")
XDSL2_PM_LINE_INIT_HIST_1DAY_ENTRY: Final = parts("1.3.6.1.2.1.10.251.1.4.1.6.1")
XDSL2_PM_CH_CURR_ENTRY: Final = parts("1.3.6.1.2.1.10.251.1.4.2.1.1")

# RFC 5650, VDSL2-LINE-TC-MIB Xdsl2Unit: xtuc(1) in the node, xtur(2) at the customer.
XTUC: Final = 1
XTUR: Final = 2
UNITS: Final = ((XTUC,), (XTUR,))
YESTERDAY: Final = ((XTUC, 1), (XTUR, 1))
"""The rows of the history: each unit, one day back."""

# SNMPv2-TC TruthValue true(1).
TRUE: Final = 1


Counts: TypeAlias = "tuple[tuple[str, Callable[[LineCounts], int]], ...]"
"""The name of a column behind its prefix, and what it counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """The first column of an interval in its table, the columns' prefix, and its length."""

    entry: OidParts
    first: int
    prefix: str
    length_s: int
    suffixes: Sequence[OidParts] = ((),)


def performance_columns(lines: Lines) -> tuple[Column, ...]:
    """Give the current tables of lines, starts and channels, and those of the day before."""
    return (
        *_line_columns(lines),
        *_channel_columns(lines),
        *_start_columns(lines),
        *_yesterday_columns(lines),
    )


def _counted(
    lines: Lines, length_s: int, pick: Callable[[LineCounts], int], make: Callable[[int], MibValue]
) -> LineReader:
    """Make a reader of one count of the current interval."""
    world, node = lines.face.world, lines.face.node

    def read(port: AccessPort, line: DslLine, _seen: LineCondition, _rest: OidParts) -> MibValue:
        return make(pick(current(world, node, port, line, length_s)))

    return read


def _before(pick: Callable[[DslLine], int], make: Callable[[int], MibValue]) -> LineReader:
    """Make a reader of one count of the day before."""

    def read(_port: AccessPort, line: DslLine, _seen: LineCondition, _rest: OidParts) -> MibValue:
        return make(pick(line))

    return read


LINE_COUNTS: Final[tuple[tuple[str, Callable[[LineCounts], int]], ...]] = (
    ("Fecs", lambda counts: counts.errored_s * 3),
    ("Es", lambda counts: counts.errored_s),
    ("Ses", lambda counts: counts.severely_errored_s),
    ("Loss", lambda counts: counts.loss_of_signal_s),
    ("Uas", lambda counts: counts.unavailable_s),
)


def _heads(lines: Lines, interval: Interval) -> tuple[Column, ...]:
    """Give the three columns that open every interval: valid, invalid, and elapsed time."""
    # 96 quarters and 30 days are the most that the MIB allows.
    valid = 96 if interval.length_s == QUARTER_S else 30
    readers: tuple[tuple[str, LineReader], ...] = (
        ("ValidIntervals", lambda *_: unsigned(valid)),
        ("InvalidIntervals", lambda *_: unsigned(0)),
        (
            "TimeElapsed",
            _counted(lines, interval.length_s, lambda counts: counts.elapsed_s, unsigned),
        ),
    )
    return tuple(
        lines.column(
            (*interval.entry, interval.first + offset),
            f"{interval.prefix}{name}",
            read,
            suffixes=interval.suffixes,
        )
        for offset, (name, read) in enumerate(readers)
    )


def _interval_columns(
    lines: Lines, interval: Interval, counts: Counts, make: Callable[[int], MibValue]
) -> tuple[Column, ...]:
    """Give one interval of a table: its three heads, then a column for each count."""
    return (
        *_heads(lines, interval),
        *(
            lines.column(
                (*interval.entry, interval.first + 3 + offset),
                f"{interval.prefix}{name}",
                _counted(lines, interval.length_s, pick, make),
                suffixes=interval.suffixes,
            )
            for offset, (name, pick) in enumerate(counts)
        ),
    )


def _line_columns(lines: Lines) -> tuple[Column, ...]:
    """Give xdsl2PMLineCurrTable: a quarter from column 2 on, a day from column 10 on."""
    entry = XDSL2_PM_LINE_CURR_ENTRY
    quarter = Interval(
        entry=entry, first=2, prefix="xdsl2PMLCurr15M", length_s=QUARTER_S, suffixes=UNITS
    )
    day = replace(quarter, first=10, prefix="xdsl2PMLCurr1Day", length_s=DAY_S)
    return (
        *_interval_columns(lines, quarter, LINE_COUNTS, counter32),
        *_interval_columns(lines, day, LINE_COUNTS, counter32),
    )


def _channel_columns(lines: Lines) -> tuple[Column, ...]:
    """Give xdsl2PMChCurrTable: a quarter from column 2 on, a day from column 7 on."""
    counts: Counts = (
        ("CodingViolations", lambda counts: counts.code_violations),
        ("CorrectedBlocks", lambda counts: counts.code_violations * 12),
    )
    entry = XDSL2_PM_CH_CURR_ENTRY
    quarter = Interval(
        entry=entry, first=2, prefix="xdsl2PMChCurr15M", length_s=QUARTER_S, suffixes=UNITS
    )
    day = replace(quarter, first=7, prefix="xdsl2PMChCurr1Day", length_s=DAY_S)
    return (
        *_interval_columns(lines, quarter, counts, unsigned),
        *_interval_columns(lines, day, counts, unsigned),
    )


def _start_columns(lines: Lines) -> tuple[Column, ...]:
    """Give xdsl2PMLineInitCurrTable: a quarter from column 1 on, a day from column 8 on."""
    counts: Counts = (
        ("FullInits", lambda counts: counts.full_inits),
        ("FailedFullInits", lambda _counts: 0),
        ("ShortInits", lambda _counts: 0),
        ("FailedShortInits", lambda _counts: 0),
    )
    entry = XDSL2_PM_LINE_INIT_CURR_ENTRY
    quarter = Interval(entry=entry, first=1, prefix="xdsl2PMLInitCurr15M", length_s=QUARTER_S)
    day = replace(quarter, first=8, prefix="xdsl2PMLInitCurr1Day", length_s=DAY_S)
    return (
        *_interval_columns(lines, quarter, counts, unsigned),
        *_interval_columns(lines, day, counts, unsigned),
    )


def _yesterday_columns(lines: Lines) -> tuple[Column, ...]:
    """Give one day of xdsl2PMLineHist1DayTable and xdsl2PMLineInitHist1DayTable."""
    lines_readers: tuple[tuple[int, str, LineReader], ...] = (
        (3, "MonitoredTime", lambda *_: unsigned(DAY_S)),
        (4, "Fecs", _before(lambda line: previous_day(line).errored_s * 3, counter32)),
        (5, "Es", _before(lambda line: previous_day(line).errored_s, counter32)),
        (6, "Ses", _before(lambda line: previous_day(line).severely_errored_s, counter32)),
        (7, "Loss", lambda *_: counter32(0)),
        (8, "Uas", _before(lambda line: previous_day(line).unavailable_s, counter32)),
        (9, "ValidInterval", lambda *_: integer(TRUE)),
    )
    start_readers: tuple[tuple[int, str, LineReader], ...] = (
        (2, "MonitoredTime", lambda *_: unsigned(DAY_S)),
        (3, "FullInits", _before(lambda line: line.full_inits_previous_day, unsigned)),
        (4, "FailedFullInits", lambda *_: unsigned(0)),
        (5, "ShortInits", lambda *_: unsigned(0)),
        (6, "FailedShortInits", lambda *_: unsigned(0)),
        (7, "ValidInterval", lambda *_: integer(TRUE)),
    )
    return tuple(
        lines.column((*entry, number), f"{prefix}{name}", read, suffixes=suffixes)
        for entry, prefix, readers, suffixes in (
            (XDSL2_PM_LINE_HIST_1DAY_ENTRY, "xdsl2PMLHist1D", lines_readers, YESTERDAY),
            (XDSL2_PM_LINE_INIT_HIST_1DAY_ENTRY, "xdsl2PMLInitHist1D", start_readers, ((1,),)),
        )
        for number, name, read in readers
    )
