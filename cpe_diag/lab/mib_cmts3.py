"""The lab's CMTS, DOCS-IF3-MIB and DOCS-IF31-MIB: registration, upstreams by modem, restart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.lab.counting import count_traffic
from cpe_diag.lab.links import last_change, port_up
from cpe_diag.lab.mib import (
    Column,
    MibValue,
    OidParts,
    Syntax,
    WriteRefusedError,
    address_octets,
    counter32,
    date_and_time,
    integer,
    mac_octets,
    octets,
    parts,
    unsigned,
)
from cpe_diag.lab.mib_cmts import Modems, tenths
from cpe_diag.lab.modem_status import ModemStage, lost_downstreams
from cpe_diag.lab.node_face import number_of, scalar
from cpe_diag.lab.orders import reset_modem

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cpe_diag.lab.cable_state import CableModem, ModemUpstream
    from cpe_diag.lab.mib_cmts import ModemReader
    from cpe_diag.lab.node_face import NodeFace
    from cpe_diag.lab.world import AccessPort

# DOCS-IF3-MIB (2015): docsIf3CmtsCmRegStatusEntry, docsIf3CmtsCmUsStatusEntry,
# docsIf3CmtsCmCtrlCmd; DOCS-IF31-MIB (2016): docsIf31CmtsCmRegStatusEntry.
REG_STATUS_ENTRY: Final = parts("1.3.6.1.4.1.4491.2.1.20.1.3.1")
US_STATUS_ENTRY: Final = parts("1.3.6.1.4.1.4491.2.1.20.1.4.1")
CTRL_CMD: Final = parts("1.3.6.1.4.1.4491.2.1.20.1.27")
REG_STATUS_31_ENTRY: Final = parts("1.3.6.1.4.1.4491.2.1.28.1.3.1")

# CmtsCmRegState: other(1), initialRanging(2), rangingAutoAdjComplete(4), dhcpv4Complete(5),
# operational(8).
REG_STATE: Final = {
    ModemStage.OTHER: 1,
    ModemStage.RANGING: 2,
    ModemStage.RANGING_COMPLETE: 4,
    ModemStage.IP_COMPLETE: 5,
    ModemStage.REGISTERED: 8,
}

# docsIf31CmtsCmRegStatusPartialSvcState: other(1) for every modem before DOCSIS 3.1, none(2),
# partialSvcDsOnlyImpaired(3).
PARTIAL_OTHER: Final = 1
PARTIAL_NONE: Final = 2
PARTIAL_DOWNSTREAM: Final = 3

# Channel sets above 255 are bonded ones.
WHOLE_SET: Final = 300
PARTIAL_SET: Final = 301

# docsIf3CmtsCmUsStatusRangingStatus success(4).
RANGING_SUCCESS: Final = 4
# docsIf3CmtsCmCtrlCmdCommit: mute(1), cmReinit(2), disableForwarding(3).
CM_REINIT: Final = 2
MAC_OCTETS: Final = 6


def cmts3_columns(face: NodeFace) -> tuple[Column, ...]:
    """Give what the CMTS tells in DOCS-IF3-MIB and DOCS-IF31-MIB."""
    modems = Modems(face)
    return (*_registration_columns(modems), *_upstream_columns(modems), *_order_columns(modems))


def _registration_columns(modems: Modems) -> tuple[Column, ...]:
    """Give docsIf3CmtsCmRegStatusTable; its row is that of docsIfCmtsCmStatusTable."""
    face = modems.face

    def registered_at(port: AccessPort, _modem: CableModem, _now: ModemStage) -> MibValue:
        at = last_change(face.world, port) if port_up(face.world, port) else port.showtime_at
        return date_and_time(face.world.epoch_s + at + face.node.clock_offset_s)

    def partial(_port: AccessPort, modem: CableModem, _now: ModemStage) -> MibValue:
        if modem.docsis != "3.1":
            return integer(PARTIAL_OTHER)
        return integer(PARTIAL_DOWNSTREAM if lost_downstreams(modem) else PARTIAL_NONE)

    prefix = "docsIf3CmtsCmRegStatus"
    readers: tuple[tuple[int, str, ModemReader], ...] = (
        (2, f"{prefix}MacAddr", lambda _p, modem, _s: octets(mac_octets(modem.mac))),
        (3, f"{prefix}IPv6Addr", lambda *_: octets(bytes(16))),
        (5, f"{prefix}IPv4Addr", lambda _p, modem, _s: octets(address_octets(modem.address))),
        (6, f"{prefix}Value", lambda _p, _m, now: integer(REG_STATE[now])),
        (7, f"{prefix}MdIfIndex", lambda _p, modem, _s: integer(modem.mac_domain)),
        (8, f"{prefix}MdCmSgId", lambda _p, modem, _s: unsigned(modem.service_group)),
        (
            11,
            f"{prefix}RcsId",
            lambda _p, modem, _s: unsigned(PARTIAL_SET if lost_downstreams(modem) else WHOLE_SET),
        ),
        (12, f"{prefix}TcsId", lambda *_: unsigned(WHOLE_SET)),
        (14, f"{prefix}LastRegTime", registered_at),
    )
    return (
        *(modems.column(REG_STATUS_ENTRY, *reader) for reader in readers),
        modems.column(REG_STATUS_31_ENTRY, 9, "docsIf31CmtsCmRegStatusPartialSvcState", partial),
    )


def _upstream_columns(modems: Modems) -> tuple[Column, ...]:
    """Give docsIf3CmtsCmUsStatusTable: a row for each channel of each modem that is online."""
    world = modems.face.world

    def rows() -> Sequence[OidParts]:
        return [
            (index, up.cmts_if_index)
            for index in sorted(modems.ports)
            if port_up(world, modems.ports[index])
            for up in modems.modem(index)[1].upstreams
        ]

    def column(number: int, name: str, read: Callable[[ModemUpstream], MibValue]) -> Column:
        def read_cell(index: OidParts) -> MibValue:
            port, modem = modems.modem(index[0])
            count_traffic(world, port)
            return read(next(up for up in modem.upstreams if up.cmts_if_index == index[1]))

        return Column(name=name, oid=(*US_STATUS_ENTRY, number), rows=rows, read=read_cell)

    prefix = "docsIf3CmtsCmUsStatus"
    return (
        column(3, f"{prefix}RxPower", lambda up: integer(tenths(up.rx_dbmv))),
        column(4, f"{prefix}SignalNoise", lambda up: integer(tenths(up.snr_db))),
        column(7, f"{prefix}Unerroreds", lambda up: counter32(up.codewords.unerrored.total)),
        column(8, f"{prefix}Correcteds", lambda up: counter32(up.codewords.corrected.total)),
        column(
            9, f"{prefix}Uncorrectables", lambda up: counter32(up.codewords.uncorrectable.total)
        ),
        column(12, f"{prefix}RangingStatus", lambda _up: integer(RANGING_SUCCESS)),
    )


def _order_columns(modems: Modems) -> tuple[Column, ...]:
    """Give docsIf3CmtsCmCtrlCmd: a modem's MAC address, and the order to start it anew.

    The lab takes no other order: a mute could last for ever.
    """
    node, world = modems.face.node, modems.face.world

    def write_mac(_index: OidParts, value: MibValue) -> None:
        if value.syntax is not Syntax.OCTETS or not isinstance(value.content, bytes):
            reason = "wrongType"
            raise WriteRefusedError(reason)
        if len(value.content) != MAC_OCTETS:
            reason = "wrongValue"
            raise WriteRefusedError(reason)
        node.reinit_mac = value.content.hex(":")

    def write_commit(_index: OidParts, value: MibValue) -> None:
        number_of(value, (CM_REINIT,))
        for index in modems.ports:
            port, modem = modems.modem(index)
            if modem.mac == node.reinit_mac and port_up(world, port):
                reset_modem(world, port)

    return (
        scalar(
            "docsIf3CmtsCmCtrlCmdMacAddr",
            (*CTRL_CMD, 1),
            lambda: octets(mac_octets(node.reinit_mac)),
            write_mac,
        ),
        scalar(
            "docsIf3CmtsCmCtrlCmdCommit", (*CTRL_CMD, 5), lambda: integer(CM_REINIT), write_commit
        ),
    )
