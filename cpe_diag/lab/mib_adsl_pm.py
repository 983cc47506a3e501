"""The performance tables of the lab's ADSL-LINE-MIB (RFC 2662)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpe_diag.lab.dsl_counts import DAY_S, QUARTER_S, current, previous_day
from cpe_diag.lab.mib import MibValue, counter32, gauge, integer

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpe_diag.lab.dsl_counts import LineCounts
    from cpe_diag.lab.dsl_lines import LineReader, Lines
    from cpe_diag.lab.dsl_state import DslLine
    from cpe_diag.lab.world import AccessPort


def near_perf_readers(lines: Lines) -> tuple[tuple[int, str, LineReader], ...]:
    """Give adslAtucPerfDataTable.

    Lofs, Loss, Lols, Lprs, ESs, Inits: since the agent's start (1 to 6), in the current quarter
    (10 to 15), the current day (17 to 22), the day before (24 to 29).
    """
    picks: tuple[tuple[str, Callable[[LineCounts], int]], ...] = (
        ("Lofs", lambda _c: 0),
        ("Loss", lambda c: c.loss_of_signal_s),
        ("Lols", lambda c: c.unavailable_s),
        ("Lprs", lambda _c: 0),
        ("ESs", lambda c: c.errored_s),
        ("Inits", lambda c: c.full_inits),
    )
    return (
        *_totals(lines, 1, "adslAtucPerf", picks),
        *_perf_heads("adslAtucPerf", (7, 8, 9, 16, 23), lines),
        *_interval(lines, 10, "adslAtucPerfCurr15Min", picks, QUARTER_S),
        *_interval(lines, 17, "adslAtucPerfCurr1Day", picks, DAY_S),
        *_yesterday(24, "adslAtucPerfPrev1Day", picks),
    )


def far_perf_readers(lines: Lines) -> tuple[tuple[int, str, LineReader], ...]:
    """Give adslAturPerfDataTable.

    Lofs, Loss, Lprs, ESs: since the agent's start (1 to 4), in the current quarter (8 to 11),
    the current day (13 to 16), the day before (18 to 21).
    """
    picks: tuple[tuple[str, Callable[[LineCounts], int]], ...] = (
        ("Lofs", lambda _c: 0),
        ("Loss", lambda _c: 0),
        ("Lprs", lambda c: c.loss_of_power_s),
        ("ESs", lambda c: c.errored_s),
    )
    return (
        *_totals(lines, 1, "adslAturPerf", picks),
        *_perf_heads("adslAturPerf", (5, 6, 7, 12, 17), lines),
        *_interval(lines, 8, "adslAturPerfCurr15Min", picks, QUARTER_S),
        *_interval(lines, 13, "adslAturPerfCurr1Day", picks, DAY_S),
        *_yesterday(18, "adslAturPerfPrev1Day", picks),
    )


def channel_perf_readers(prefix: str, lines: Lines) -> tuple[tuple[int, str, LineReader], ...]:
    """Give adslAtucChanPerfDataTable or adslAturChanPerfDataTable.

    Received, transmitted, corrected and uncorrectable blocks: since the agent's start (1 to 4),
    in the current quarter (8 to 11), the current day (13 to 16), the day before (18 to 21).
    """
    picks: tuple[tuple[str, Callable[[LineCounts], int]], ...] = (
        # A superframe of ADSL, with its check, lasts 17 ms (ITU-T G.992.1).
        ("ReceivedBlks", lambda c: (c.elapsed_s - c.unavailable_s) * 1000 // 17),
        ("TransmittedBlks", lambda c: (c.elapsed_s - c.unavailable_s) * 1000 // 17),
        ("CorrectedBlks", lambda c: c.code_violations * 12),
        ("UncorrectBlks", lambda c: c.code_violations),
    )
    return (
        *_totals(lines, 1, prefix, picks),
        *_perf_heads(prefix, (5, 6, 7, 12, 17), lines),
        *_interval(lines, 8, f"{prefix}Curr15Min", picks, QUARTER_S),
        *_interval(lines, 13, f"{prefix}Curr1Day", picks, DAY_S),
        *_yesterday(18, f"{prefix}Prev1Day", picks),
    )


def _perf_heads(
    prefix: str, numbers: tuple[int, int, int, int, int], lines: Lines
) -> tuple[tuple[int, str, LineReader], ...]:
    """Give valid and invalid intervals, the elapsed times, and yesterday's monitored seconds."""
    world, node = lines.face.world, lines.face.node
    valid, invalid, quarter, day, monitored = numbers
    return (
        (valid, f"{prefix}ValidIntervals", lambda *_: integer(96)),
        (invalid, f"{prefix}InvalidIntervals", lambda *_: integer(0)),
        (
            quarter,
            f"{prefix}Curr15MinTimeElapsed",
            lambda port, line, _s, _i: gauge(
                current(world, node, port, line, QUARTER_S).elapsed_s
            ),
        ),
        (
            day,
            f"{prefix}Curr1DayTimeElapsed",
            lambda port, line, _s, _i: gauge(current(world, node, port, line, DAY_S).elapsed_s),
        ),
        (monitored, f"{prefix}Prev1DayMoniSecs", lambda *_: integer(DAY_S)),
    )


def _totals(
    lines: Lines,
    first: int,
    prefix: str,
    picks: tuple[tuple[str, Callable[[LineCounts], int]], ...],
) -> tuple[tuple[int, str, LineReader], ...]:
    """Give counts since the agent's start: whole days as yesterday, and the present day."""
    world, node = lines.face.world, lines.face.node

    def total(port: AccessPort, line: DslLine, pick: Callable[[LineCounts], int]) -> MibValue:
        days = int((world.now() - node.booted_at) / DAY_S)
        return counter32(
            days * pick(previous_day(line)) + pick(current(world, node, port, line, DAY_S))
        )

    return tuple(
        (
            first + offset,
            f"{prefix}{name}",
            lambda port, line, _s, _i, pick=pick: total(port, line, pick),
        )
        for offset, (name, pick) in enumerate(picks)
    )


def _interval(
    lines: Lines,
    first: int,
    prefix: str,
    picks: tuple[tuple[str, Callable[[LineCounts], int]], ...],
    interval_s: int,
) -> tuple[tuple[int, str, LineReader], ...]:
    world, node = lines.face.world, lines.face.node
    return tuple(
        (
            first + offset,
            f"{prefix}{name}",
            lambda port, line, _s, _i, pick=pick: gauge(
                pick(current(world, node, port, line, interval_s))
            ),
        )
        for offset, (name, pick) in enumerate(picks)
    )


def _yesterday(
    first: int, prefix: str, picks: tuple[tuple[str, Callable[[LineCounts], int]], ...]
) -> tuple[tuple[int, str, LineReader], ...]:
    return tuple(
        (
            first + offset,
            f"{prefix}{name}",
            lambda _p, line, _s, _i, pick=pick: gauge(pick(previous_day(line))),
        )
        for offset, (name, pick) in enumerate(picks)
    )
