"""The lab's ADSL-LINE-MIB (RFC 2662): line, physical, channel and performance tables.

The channel objects, too, are indexed by the line's ifIndex. This MIB has no special value for
"not measured": a line without a link shows zeros.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.lab.dsl_lines import Lines, tenths
from cpe_diag.lab.mib import (
    Column,
    MibValue,
    bits,
    gauge,
    integer,
    parts,
    text,
)
from cpe_diag.lab.mib_adsl_pm import (
    channel_perf_readers,
    far_perf_readers,
    near_perf_readers,
)
from cpe_diag.lab.profiles import trained_rate_bps

if TYPE_CHECKING:
    from cpe_diag.lab.dsl_counts import LineCondition
    from cpe_diag.lab.dsl_lines import LineReader
    from cpe_diag.lab.node_face import NodeFace

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
    columns = tuple(
        lines.column((*entry, number), name, read)
        for entry, readers in (
            (ADSL_LINE_ENTRY, _line_readers()),
            (ADSL_ATUC_PHYS_ENTRY, _phys_readers("adslAtuc", near=True)),
            (ADSL_ATUR_PHYS_ENTRY, _phys_readers("adslAtur", near=False)),
            (ADSL_ATUC_CHAN_ENTRY, _channel_readers("adslAtuc", near=True)),
            (ADSL_ATUR_CHAN_ENTRY, _channel_readers("adslAtur", near=False)),
            (ADSL_ATUC_PERF_ENTRY, near_perf_readers(lines)),
            (ADSL_ATUR_PERF_ENTRY, far_perf_readers(lines)),
            (ADSL_ATUC_CHAN_PERF_ENTRY, channel_perf_readers("adslAtucChanPerf", lines)),
            (ADSL_ATUR_CHAN_PERF_ENTRY, channel_perf_readers("adslAturChanPerf", lines)),
        )
        for number, name, read in readers
    )
    return (lines.profile_column((*ADSL_LINE_ENTRY, 4), "adslLineConfProfile"), *columns)


def _line_readers() -> tuple[tuple[int, str, LineReader], ...]:
    return (
        (1, "adslLineCoding", lambda *_: integer(DMT)),
        (2, "adslLineType", lambda *_: integer(NO_CHANNEL)),
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
    sent = "down" if near else "up"
    return (
        (1, f"{prefix}ChanInterleaveDelay", lambda *_: gauge(8)),
        (
            2,
            f"{prefix}ChanCurrTxRate",
            lambda port, line, s, _i: gauge(trained_rate_bps(port, line, sent) * s.in_sync),
        ),
        (
            3,
            f"{prefix}ChanPrevTxRate",
            lambda port, line, _s, _i: gauge(trained_rate_bps(port, line, sent)),
        ),
        (4, f"{prefix}ChanCrcBlockLength", lambda *_: gauge(228)),
    )
