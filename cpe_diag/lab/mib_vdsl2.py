"""The lab's VDSL2-LINE-MIB (RFC 5650): what a check of one subscriber's line needs.

Every line object, the channel's too, is indexed by the line's ifIndex.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.lab.dsl_lines import Lines, tenths
from cpe_diag.lab.mib import (
    Column,
    MibValue,
    bits,
    integer,
    octets,
    parts,
    text,
    unsigned,
)
from cpe_diag.lab.mib_vdsl2_pm import XTUC, XTUR, performance_columns
from cpe_diag.lab.profiles import trained_rate_bps

if TYPE_CHECKING:
    from cpe_diag.lab.dsl_counts import LineCondition
    from cpe_diag.lab.dsl_lines import LineReader
    from cpe_diag.lab.dsl_state import DslDirection, DslLine
    from cpe_diag.lab.node_face import NodeFace
    from cpe_diag.lab.world import AccessPort

# RFC 5650, VDSL2-LINE-MIB: vdsl2MIB is { transmission 251 }; below xdsl2Objects (1):
# xdsl2Line 1, xdsl2Status 2, xdsl2Inventory 3, xdsl2PM 4.
XDSL2_LINE_ENTRY: Final = parts("1.3.6.1.2.1.10.251.1.1.1.1")
XDSL2_LINE_BAND_ENTRY: Final = parts("1.3.6.1.2.1.10.251.1.1.2.1")
XDSL2_CHANNEL_STATUS_ENTRY: Final = parts("1.3.6.1.2.1.10.251.1.2.2.1")

# Xdsl2Band: upstream(1), downstream(2), us0(3), ds1(4), us1(5), ds2(6).
UPSTREAM_BANDS: Final = (1, 3, 5)
DOWNSTREAM_BANDS: Final = (2, 4, 6)

# Xdsl2LineStatus (BITS): noDefect(0), lossOfFraming(1), lossOfSignal(2), lossOfPower(3),
# initFailure(4).
NO_DEFECT: Final = 0
LOSS_OF_SIGNAL: Final = 2
LOSS_OF_POWER: Final = 3

# xdsl2LineBandStatusSnrMargin and its neighbours: 2147483646 means that the line is out of
# service, 2147483647 that the value is out of range.
UNAVAILABLE: Final = 2_147_483_646
OUT_OF_RANGE: Final = 2_147_483_647

# Xdsl2PowerMngState: l0(1) full power, l3(4) idle.
L0: Final = 1
L3: Final = 4
# Xdsl2InitResult: noFail(0), noPeerAtu(4).
NO_FAIL: Final = 0
NO_PEER_ATU: Final = 4
# Xdsl2TransmissionModeType: g9932AnnexB(57) of eight octets. Xdsl2LineProfiles: profile17a(6).
G993_2_ANNEX_B: Final = 57
PROFILE_17A: Final = 6


def vdsl2_columns(face: NodeFace) -> tuple[Column, ...]:
    """Give all VDSL2-LINE-MIB columns of the node."""
    lines = Lines(face, "vdsl2")
    return (
        lines.profile_column((*XDSL2_LINE_ENTRY, 1), "xdsl2LineConfTemplate"),
        *_line_columns(lines),
        *_band_columns(lines),
        *_channel_columns(lines),
        *performance_columns(lines),
    )


def _xtur(seen: LineCondition) -> MibValue:
    return bits(LOSS_OF_POWER if seen.far_end_power_lost else NO_DEFECT)


def _xtuc(seen: LineCondition) -> MibValue:
    return bits(LOSS_OF_SIGNAL if seen.loss_of_signal else NO_DEFECT)


def _line_columns(lines: Lines) -> tuple[Column, ...]:
    entry = XDSL2_LINE_ENTRY
    readers: tuple[tuple[int, str, LineReader], ...] = (
        (2, "xdsl2LineConfFallbackTemplate", lambda *_: text("")),
        (3, "xdsl2LineAlarmConfTemplate", lambda *_: text("DEFVAL")),
        (12, "xdsl2LineStatusActTemplate", lambda port, _l, s, _i: text(port.profile * s.in_sync)),
        (
            13,
            "xdsl2LineStatusXtuTransSys",
            lambda _p, _l, s, _i: (
                bits(G993_2_ANNEX_B, length=8) if s.in_sync else octets(bytes(8))
            ),
        ),
        (14, "xdsl2LineStatusPwrMngState", lambda _p, _l, s, _i: integer(L0 if s.in_sync else L3)),
        (
            15,
            "xdsl2LineStatusInitResult",
            lambda _p, _l, s, _i: integer(NO_PEER_ATU if s.loss_of_signal else NO_FAIL),
        ),
        (18, "xdsl2LineStatusXtur", lambda _p, _l, s, _i: _xtur(s)),
        (19, "xdsl2LineStatusXtuc", lambda _p, _l, s, _i: _xtuc(s)),
        (
            20,
            "xdsl2LineStatusAttainableRateDs",
            lambda _p, line, s, _i: unsigned(line.down.attainable_bps * s.in_sync),
        ),
        (
            21,
            "xdsl2LineStatusAttainableRateUs",
            lambda _p, line, s, _i: unsigned(line.up.attainable_bps * s.in_sync),
        ),
        (22, "xdsl2LineStatusActPsdDs", lambda _p, _l, s, _i: _measured(-56.0, s, OUT_OF_RANGE)),
        (23, "xdsl2LineStatusActPsdUs", lambda _p, _l, s, _i: _measured(-58.0, s, OUT_OF_RANGE)),
        (
            24,
            "xdsl2LineStatusActAtpDs",
            lambda _p, line, s, _i: _measured(line.down.output_power_dbm, s, OUT_OF_RANGE),
        ),
        (
            25,
            "xdsl2LineStatusActAtpUs",
            lambda _p, line, s, _i: _measured(line.up.output_power_dbm, s, OUT_OF_RANGE),
        ),
        (
            26,
            "xdsl2LineStatusActProfile",
            lambda _p, _l, s, _i: bits(PROFILE_17A) if s.in_sync else octets(bytes(1)),
        ),
        (
            31,
            "xdsl2LineStatusElectricalLength",
            lambda _p, line, s, _i: unsigned(tenths(line.down.attenuation_db) * s.in_sync),
        ),
    )
    return tuple(lines.column((*entry, number), name, read) for number, name, read in readers)


def _measured(value: float, seen: LineCondition, otherwise: int) -> MibValue:
    return integer(tenths(value) if seen.in_sync else otherwise)


def _band_columns(lines: Lines) -> tuple[Column, ...]:
    entry = XDSL2_LINE_BAND_ENTRY
    bands = tuple((band,) for band in sorted(UPSTREAM_BANDS + DOWNSTREAM_BANDS))

    def of_band(line: DslLine, band: int) -> DslDirection:
        return line.up if band in UPSTREAM_BANDS else line.down

    def attenuation(seen: LineCondition, line: DslLine, band: int) -> MibValue:
        return unsigned(
            tenths(of_band(line, band).attenuation_db) if seen.in_sync else UNAVAILABLE
        )

    return (
        lines.column(
            (*entry, 2),
            "xdsl2LineBandStatusLnAtten",
            lambda _p, line, s, i: attenuation(s, line, i[0]),
            suffixes=bands,
        ),
        lines.column(
            (*entry, 3),
            "xdsl2LineBandStatusSigAtten",
            lambda _p, line, s, i: attenuation(s, line, i[0]),
            suffixes=bands,
        ),
        lines.column(
            (*entry, 4),
            "xdsl2LineBandStatusSnrMargin",
            lambda _p, line, s, i: _measured(of_band(line, i[0]).snr_margin_db, s, UNAVAILABLE),
            suffixes=bands,
        ),
    )


def _channel_columns(lines: Lines) -> tuple[Column, ...]:
    """Give xdsl2ChannelStatusTable: unit xtuc sends downstream, xtur upstream."""
    entry = XDSL2_CHANNEL_STATUS_ENTRY
    units = ((XTUC,), (XTUR,))

    def rate(port: AccessPort, line: DslLine, unit: int) -> int:
        return trained_rate_bps(port, line, "down" if unit == XTUC else "up")

    readers: tuple[tuple[int, str, LineReader], ...] = (
        (
            2,
            "xdsl2ChStatusActDataRate",
            lambda port, line, s, i: unsigned(rate(port, line, i[0]) * s.in_sync),
        ),
        (
            3,
            "xdsl2ChStatusPrevDataRate",
            lambda port, line, _s, i: unsigned(rate(port, line, i[0])),
        ),
        (4, "xdsl2ChStatusActDelay", lambda _p, _l, s, _i: unsigned(8 * s.in_sync)),
        (5, "xdsl2ChStatusActInp", lambda _p, _l, s, _i: unsigned(20 * s.in_sync)),
    )
    return tuple(
        lines.column((*entry, number), name, read, suffixes=units)
        for number, name, read in readers
    )
