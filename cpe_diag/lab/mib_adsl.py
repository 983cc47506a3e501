"""The lab's ADSL-LINE-MIB (RFC 2662): line, physical, channel and performance tables.

The channel objects, too, are indexed by the line's ifIndex. This MIB has no special value for
"not measured": a line without a link shows zeros.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.lab.dsl_counts import DAY_S, QUARTER_S, current, previous_day
from cpe_diag.lab.dsl_lines import Lines, tenths
from cpe_diag.lab.mib import (
    Column,
    MibValue,
    bits,
    counter32,
    gauge,
    integer,
    parts,
    text,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpe_diag.lab.dsl_counts import LineCondition, LineCounts
    from cpe_diag.lab.dsl_lines import LineReader
    from cpe_diag.lab.mib_interfaces import NodeFace
    from cpe_diag.lab.world import AccessPort, DslLine

# RFC 2662, ADSL-LINE-MIB: adslLineMib is { adslMIB 1 } below { transmission 94 };
# adslMibObjects (1): adslLineTable 1, AtucPhys 2, AturPhys 3, AtucChan 4, AturChan 5,
# AtucPerfData 6, AturPerfData 7, AtucChanPerfData 10, AturChanPerfData 11.
ADSL_LINE_ENTRY: Final = parts("1.3.6.1.2.1.10.94.1.1.1.1")
ADSL_ATUC_PHYS_ENTRY: Final = parts("1.3.6.1.2.1.10.94.1.1.2.1")
ADSL_ATUR_PHYS_ENTRY: Final = parts("1.3.6.1.2.1.10.94.1.1.3.1")
ADSL_ATUC_CHAN_ENTRY: Final = parts("1.3.6.1.2.1.10.94.1.1.4.1")
ADSL_ATUR_CHAN_ENTRY: Final = parts("1.3.6.1.2.1.10.94.1.1.5.1")
ADSL_ATUC_PERF_ENTRY: Final = parts("1.3.6.1.2.1.10.94.1.1.6.1")
ADSL_ATUR_PERF_ENTRY: Final = parts("1.3.6.1.2.1.10.94.1.1.7.1")
ADSL_ATUC_CHAN_PERF_ENTRY: Final = parts("1.3.6.1.2.1.10.94.1.1.10.1")
ADSL_ATUR_CHAN_PERF_ENTRY: Final = parts("1.3.6.1.2.1.10.94.1.1.11.1")

# adslLineCoding dmt(2), adslLineType noChannel(1).
DMT: Final = 2
NO_CHANNEL: Final = 1

# adslAtucCurrStatus, adslAturCurrStatus (BITS): noDefect(0), lossOfSignal(2), lossOfPower(3),
# noPeerAtuPresent(9; ATU-C only).
NO_DEFECT: Final = 0
LOSS_OF_SIGNAL: Final = 2
LOSS_OF_POWER: Final = 3
NO_PEER: Final = 9


def adsl_columns(face: NodeFace) -> tuple[Column, ...]:
    """Give all ADSL-LINE-MIB columns of the node."""
    lines = Lines(face, "adsl")
    return tuple(
        lines.column((*entry, number), name, read)
        for entry, readers in (
            (ADSL_LINE_ENTRY, _line_readers()),
            (ADSL_ATUC_PHYS_ENTRY, _phys_readers("adslAtuc", near=True)),
            (ADSL_ATUR_PHYS_ENTRY, _phys_readers("adslAtur", near=False)),
            (ADSL_ATUC_CHAN_ENTRY, _channel_readers("adslAtuc", near=True)),
            (ADSL_ATUR_CHAN_ENTRY, _channel_readers("adslAtur", near=False)),
            (ADSL_ATUC_PERF_ENTRY, _near_perf_readers(lines)),
            (ADSL_ATUR_PERF_ENTRY, _far_perf_readers(lines)),
            (ADSL_ATUC_CHAN_PERF_ENTRY, _channel_perf_readers("adslAtucChanPerf", lines)),
            (ADSL_ATUR_CHAN_PERF_ENTRY, _channel_perf_readers("adslAturChanPerf", lines)),
        )
        for number, name, read in readers
    )


def _line_readers() -> tuple[tuple[int, str, LineReader], ...]:
    return (
        (1, "adslLineCoding", lambda *_: integer(DMT)),
        (2, "adslLineType", lambda *_: integer(NO_CHANNEL)),
        (4, "adslLineConfProfile", lambda *_: text("DEFVAL")),
        (5, "adslLineAlarmConfProfile", lambda *_: text("DEFVAL")),
    )


def _near_status(seen: LineCondition) -> MibValue:
    if seen.loss_of_signal:
        return bits(LOSS_OF_SIGNAL, NO_PEER, length=2)
    return bits(NO_DEFECT, length=2)


def _far_status(seen: LineCondition) -> MibValue:
    return bits(LOSS_OF_POWER if seen.far_end_power_lost else NO_DEFECT)


def _phys_readers(prefix: str, *, near: bool) -> tuple[tuple[int, str, LineReader], ...]:
    """Give the physical table of one end.

    Margin and attenuation are what the end receives: the ATU-C upstream, the ATU-R downstream.
    Output power and attainable rate are of what it sends.
    """
    return (
        (1, f"{prefix}InvSerialNumber", lambda *_: text("LAB000000000")),
        (2, f"{prefix}InvVendorID", lambda *_: text("LAB")),
        (3, f"{prefix}InvVersionNumber", lambda *_: text("1")),
        (
            4,
            f"{prefix}CurrSnrMgn",
            lambda _p, line, s, _i: integer(
                tenths((line.up if near else line.down).snr_margin_db) * s.in_sync
            ),
        ),
        (
            5,
            f"{prefix}CurrAtn",
            lambda _p, line, s, _i: gauge(
                tenths((line.up if near else line.down).attenuation_db) * s.in_sync
            ),
        ),
        (
            6,
            f"{prefix}CurrStatus",
            lambda _p, _l, s, _i: _near_status(s) if near else _far_status(s),
        ),
        (
            7,
            f"{prefix}CurrOutputPwr",
            lambda _p, line, s, _i: integer(
                tenths((line.down if near else line.up).output_power_dbm) * s.in_sync
            ),
        ),
        (
            8,
            f"{prefix}CurrAttainableRate",
            lambda _p, line, s, _i: gauge(
                (line.down if near else line.up).attainable_bps * s.in_sync
            ),
        ),
    )


def _channel_readers(prefix: str, *, near: bool) -> tuple[tuple[int, str, LineReader], ...]:
    """Give the channel table of one end: the ATU-C sends downstream, the ATU-R upstream."""
    return (
        (1, f"{prefix}ChanInterleaveDelay", lambda *_: gauge(8)),
        (
            2,
            f"{prefix}ChanCurrTxRate",
            lambda _p, line, s, _i: gauge((line.down if near else line.up).rate_bps * s.in_sync),
        ),
        (
            3,
            f"{prefix}ChanPrevTxRate",
            lambda _p, line, _s, _i: gauge((line.down if near else line.up).rate_bps),
        ),
        (4, f"{prefix}ChanCrcBlockLength", lambda *_: gauge(228)),
    )


def _near_perf_readers(lines: Lines) -> tuple[tuple[int, str, LineReader], ...]:
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


def _far_perf_readers(lines: Lines) -> tuple[tuple[int, str, LineReader], ...]:
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


def _channel_perf_readers(prefix: str, lines: Lines) -> tuple[tuple[int, str, LineReader], ...]:
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
