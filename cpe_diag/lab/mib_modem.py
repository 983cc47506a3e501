"""What a cable modem of the lab tells of itself: system, interfaces, DOCS-IF, DOCS-IF3, device."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.lab.counting import count_traffic
from cpe_diag.lab.mib import (
    Column,
    MibValue,
    OidParts,
    counter32,
    integer,
    object_id,
    parts,
    text,
    ticks,
)
from cpe_diag.lab.mib_cmts import MICROREFLECTIONS_DBC, codeword_readers, tenths
from cpe_diag.lab.node_face import number_of, scalar
from cpe_diag.lab.orders import reset_modem

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cpe_diag.lab.cable_state import CableModem, Codewords, ModemDownstream, ModemUpstream
    from cpe_diag.lab.world import AccessPort, World

SYSTEM: Final = parts("1.3.6.1.2.1.1")
IF_ENTRY: Final = parts("1.3.6.1.2.1.2.2.1")
# RFC 4546: docsIfDownstreamChannelEntry, docsIfSignalQualityEntry, docsIfCmStatusEntry.
DOWN_CHANNEL_ENTRY: Final = parts("1.3.6.1.2.1.10.127.1.1.1.1")
SIGNAL_QUALITY_ENTRY: Final = parts("1.3.6.1.2.1.10.127.1.1.4.1")
CM_STATUS_ENTRY: Final = parts("1.3.6.1.2.1.10.127.1.2.2.1")
# DOCS-IF3-MIB (2015): docsIf3CmStatusEntry, docsIf3CmStatusUsEntry, docsIf3SignalQualityExtEntry.
CM_STATUS_3_ENTRY: Final = parts("1.3.6.1.4.1.4491.2.1.20.1.1.1")
CM_STATUS_US_ENTRY: Final = parts("1.3.6.1.4.1.4491.2.1.20.1.2.1")
SIGNAL_QUALITY_EXT_ENTRY: Final = parts("1.3.6.1.4.1.4491.2.1.20.1.24.1")
# DOCS-CABLE-DEVICE-MIB (RFC 4639): docsDevBase, docsDevSoftware, docsDevServer.
DEVICE_BASE: Final = parts("1.3.6.1.2.1.69.1.1")
DEVICE_SOFTWARE: Final = parts("1.3.6.1.2.1.69.1.3")
DEVICE_SERVER: Final = parts("1.3.6.1.2.1.69.1.4")

ETHERNET_IF: Final = 1
MAC_LAYER_IF: Final = 2
# IANAifType-MIB: ethernetCsmacd(6), docsCableMaclayer(127), docsCableDownstream(128),
# docsCableUpstream(129).
ETHERNET_TYPE: Final = 6
MAC_LAYER_TYPE: Final = 127
DOWNSTREAM_TYPE: Final = 128
UPSTREAM_TYPE: Final = 129
UP: Final = 1
DOWN: Final = 2

# docsIfDownChannelModulation qam256(4); docsIfCmStatusValue and docsIf3CmStatusValue
# operational(12); docsDevServerBootState operational(1).
QAM256: Final = 4
OPERATIONAL: Final = 12
BOOTED: Final = 1
# SNMPv2-TC TruthValue.
TRUE: Final = 1
FALSE: Final = 2
DOWN_WIDTH_HZ: Final = 8_000_000


def modem_columns(world: World, port: AccessPort, modem: CableModem) -> tuple[Column, ...]:
    """Give everything that one modem's agent answers with; docsDevResetNow can be set."""
    return (
        *_device_columns(world, port, modem),
        *_interface_columns(modem),
        *_downstream_columns(world, port, modem),
        *_upstream_columns(world, port, modem),
        *_status_columns(world, port, modem),
    )


def _device_columns(world: World, port: AccessPort, modem: CableModem) -> tuple[Column, ...]:
    def write_reset(_index: OidParts, value: MibValue) -> None:
        # RFC 4639: setting it to false(2) does nothing.
        if number_of(value, (TRUE, FALSE)) == TRUE:
            reset_modem(world, port)

    descr = (
        f"Lab DOCSIS {modem.docsis} cable modem <<HW_REV: 1.0; VENDOR: Lab; BOOTR: 1.0;"
        f" SW_REV: {modem.firmware}; MODEL: {modem.model}>>"
    )
    return (
        scalar("sysDescr", (*SYSTEM, 1), lambda: text(descr)),
        # RFC 5612: the enterprise number for documentation use.
        scalar("sysObjectID", (*SYSTEM, 2), lambda: object_id("1.3.6.1.4.1.32473.3.1")),
        scalar("sysUpTime", (*SYSTEM, 3), lambda: ticks(world.now() - modem.booted_at)),
        scalar("sysName", (*SYSTEM, 5), lambda: text("")),
        # RFC 4639: reading docsDevResetNow always gives false(2).
        scalar("docsDevResetNow", (*DEVICE_BASE, 3), lambda: integer(FALSE), write_reset),
        scalar("docsDevSerialNumber", (*DEVICE_BASE, 4), lambda: text(modem.serial)),
        scalar("docsDevSwCurrentVers", (*DEVICE_SOFTWARE, 5), lambda: text(modem.firmware)),
        scalar("docsDevServerBootState", (*DEVICE_SERVER, 1), lambda: integer(BOOTED)),
    )


def _interface_columns(modem: CableModem) -> tuple[Column, ...]:
    def interfaces() -> dict[int, tuple[int, str, bool]]:
        """Give type, description and state by ifIndex."""
        fixed = {
            ETHERNET_IF: (ETHERNET_TYPE, "Ethernet CPE Interface", True),
            MAC_LAYER_IF: (MAC_LAYER_TYPE, "RF MAC Interface", True),
        }
        downs = {
            down.if_index: (DOWNSTREAM_TYPE, f"RF Downstream {down.channel_id}", down.locked)
            for down in modem.downstreams
        }
        ups = {
            up.if_index: (UPSTREAM_TYPE, f"RF Upstream {number}", True)
            for number, up in enumerate(modem.upstreams, 1)
        }
        return fixed | downs | ups

    rows: Sequence[OidParts] = [(number,) for number in sorted(interfaces())]

    def column(number: int, name: str, read: Callable[[int], MibValue]) -> Column:
        return Column(
            name=name,
            oid=(*IF_ENTRY, number),
            rows=lambda: rows,
            read=lambda index: read(index[0]),
        )

    return (
        column(1, "ifIndex", integer),
        column(2, "ifDescr", lambda number: text(interfaces()[number][1])),
        column(3, "ifType", lambda number: integer(interfaces()[number][0])),
        column(7, "ifAdminStatus", lambda _number: integer(UP)),
        column(8, "ifOperStatus", lambda number: integer(UP if interfaces()[number][2] else DOWN)),
    )


def _downstream_columns(world: World, port: AccessPort, modem: CableModem) -> tuple[Column, ...]:
    """Give channels and their quality; one that is lost keeps its row and has no signal."""
    channels = {down.if_index: down for down in modem.downstreams}
    rows: Sequence[OidParts] = [(number,) for number in sorted(channels)]

    def column(
        entry: OidParts, number: int, name: str, read: Callable[[ModemDownstream], MibValue]
    ) -> Column:
        def read_cell(index: OidParts) -> MibValue:
            count_traffic(world, port)
            return read(channels[index[0]])

        return Column(name=name, oid=(*entry, number), rows=lambda: rows, read=read_cell)

    def mer(down: ModemDownstream) -> MibValue:
        return integer(tenths(down.mer_db) * down.locked)

    def of_codewords(
        read: Callable[[Codewords], MibValue],
    ) -> Callable[[ModemDownstream], MibValue]:
        return lambda down: read(down.codewords)

    quality = SIGNAL_QUALITY_ENTRY
    return (
        column(DOWN_CHANNEL_ENTRY, 1, "docsIfDownChannelId", lambda d: integer(d.channel_id)),
        column(
            DOWN_CHANNEL_ENTRY,
            2,
            "docsIfDownChannelFrequency",
            lambda d: integer(d.frequency_hz * d.locked),
        ),
        column(DOWN_CHANNEL_ENTRY, 3, "docsIfDownChannelWidth", lambda _d: integer(DOWN_WIDTH_HZ)),
        column(DOWN_CHANNEL_ENTRY, 4, "docsIfDownChannelModulation", lambda _d: integer(QAM256)),
        # RFC 4546: 0, or the last value, of a channel that is down.
        column(
            DOWN_CHANNEL_ENTRY,
            6,
            "docsIfDownChannelPower",
            lambda d: integer(tenths(d.power_dbmv) * d.locked),
        ),
        column(quality, 1, "docsIfSigQIncludesContention", lambda _d: integer(FALSE)),
        *(
            column(quality, number, name, of_codewords(read))
            for number, name, read in codeword_readers()
        ),
        column(quality, 5, "docsIfSigQSignalNoise", mer),
        column(quality, 6, "docsIfSigQMicroreflections", lambda _d: integer(MICROREFLECTIONS_DBC)),
        column(SIGNAL_QUALITY_EXT_ENTRY, 1, "docsIf3SignalQualityExtRxMER", mer),
    )


def _upstream_columns(world: World, port: AccessPort, modem: CableModem) -> tuple[Column, ...]:
    channels = {up.if_index: up for up in modem.upstreams}
    rows: Sequence[OidParts] = [(number,) for number in sorted(channels)]

    def column(number: int, name: str, read: Callable[[ModemUpstream], MibValue]) -> Column:
        def read_cell(index: OidParts) -> MibValue:
            count_traffic(world, port)
            return read(channels[index[0]])

        return Column(
            name=name, oid=(*CM_STATUS_US_ENTRY, number), rows=lambda: rows, read=read_cell
        )

    prefix = "docsIf3CmStatusUs"
    return (
        column(1, f"{prefix}TxPower", lambda up: integer(tenths(up.tx_dbmv))),
        column(2, f"{prefix}T3Timeouts", lambda up: counter32(up.t3_timeouts.total)),
        column(3, f"{prefix}T4Timeouts", lambda up: counter32(up.t4_timeouts.total)),
        column(4, f"{prefix}RangingAborteds", lambda _up: counter32(0)),
        column(8, f"{prefix}IsMuted", lambda _up: integer(FALSE)),
        # RangingState success(4).
        column(9, f"{prefix}RangingStatus", lambda _up: integer(4)),
    )


def _status_columns(world: World, port: AccessPort, modem: CableModem) -> tuple[Column, ...]:
    """Give docsIfCmStatusTable and docsIf3CmStatusTable: one row, that of the MAC layer."""
    rows: Sequence[OidParts] = [(MAC_LAYER_IF,)]

    def column(entry: OidParts, number: int, name: str, read: Callable[[], MibValue]) -> Column:
        def read_cell(_index: OidParts) -> MibValue:
            count_traffic(world, port)
            return read()

        return Column(name=name, oid=(*entry, number), rows=lambda: rows, read=read_cell)

    def t3() -> float:
        return sum(up.t3_timeouts.total for up in modem.upstreams)

    def t4() -> float:
        return sum(up.t4_timeouts.total for up in modem.upstreams)

    old, new = CM_STATUS_ENTRY, CM_STATUS_3_ENTRY
    return (
        column(old, 1, "docsIfCmStatusValue", lambda: integer(OPERATIONAL)),
        column(
            old,
            3,
            "docsIfCmStatusTxPower",
            lambda: integer(tenths(modem.upstreams[0].tx_dbmv)),
        ),
        column(old, 4, "docsIfCmStatusResets", lambda: counter32(modem.resets)),
        column(old, 5, "docsIfCmStatusLostSyncs", lambda: counter32(modem.lost_syncs)),
        column(old, 12, "docsIfCmStatusT3Timeouts", lambda: counter32(t3())),
        column(old, 13, "docsIfCmStatusT4Timeouts", lambda: counter32(t4())),
        column(new, 1, "docsIf3CmStatusValue", lambda: integer(OPERATIONAL)),
        column(new, 3, "docsIf3CmStatusResets", lambda: counter32(modem.resets)),
        column(new, 4, "docsIf3CmStatusLostSyncs", lambda: counter32(modem.lost_syncs)),
    )
