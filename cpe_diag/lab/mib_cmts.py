"""The lab's CMTS, DOCS-IF-MIB (RFC 4546): upstream channels, their quality, and the modems."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from cpe_diag.lab.counting import count_traffic
from cpe_diag.lab.links import last_change
from cpe_diag.lab.mib import (
    Column,
    MibValue,
    OidParts,
    address_octets,
    counter32,
    counter64,
    integer,
    ip_address,
    mac_octets,
    octets,
    parts,
    ticks,
)
from cpe_diag.lab.modem_status import ModemStage, stage

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cpe_diag.lab.cable_state import CableModem, CmtsUpstream, Codewords
    from cpe_diag.lab.node_face import NodeFace
    from cpe_diag.lab.world import AccessPort

# RFC 4546: docsIfUpstreamChannelEntry, docsIfSignalQualityEntry, docsIfCmtsCmStatusEntry,
# docsIfCmtsMacToCmEntry.
UP_CHANNEL_ENTRY: Final = parts("1.3.6.1.2.1.10.127.1.1.2.1")
SIGNAL_QUALITY_ENTRY: Final = parts("1.3.6.1.2.1.10.127.1.1.4.1")
CM_STATUS_ENTRY: Final = parts("1.3.6.1.2.1.10.127.1.3.3.1")
MAC_TO_CM_ENTRY: Final = parts("1.3.6.1.2.1.10.127.1.3.7.1")

# SNMPv2-TC TruthValue true(1); InetAddressType ipv4(1).
TRUE: Final = 1
IPV4: Final = 1

UNKNOWN: Final = 0
"""What RxPower and SignalNoise say where they are not known."""

MICROREFLECTIONS_DBC: Final = 35

ModemReader: TypeAlias = "Callable[[AccessPort, CableModem, ModemStage], MibValue]"


class Modems:
    """The modems of one CMTS by their row, and columns over them."""

    def __init__(self, face: NodeFace) -> None:
        """Take all ports of the node that are cable modems."""
        self.face = face
        self.ports = {
            port.modem.index: port for port in face.node.ports.values() if port.modem is not None
        }

    def column(self, entry: OidParts, number: int, name: str, read: ModemReader) -> Column:
        """Make a column over all modems.

        Args:
            entry: the table's entry.
            number: of the column in it.
            name: the MIB's name of it.
            read: gives the value from port, modem and stage, its counts brought up to now.
        """
        rows: Sequence[OidParts] = [(index,) for index in sorted(self.ports)]

        def read_cell(index: OidParts) -> MibValue:
            port, modem = self.modem(index[0])
            count_traffic(self.face.world, port)
            return read(port, modem, stage(self.face.world, port, modem))

        return Column(name=name, oid=(*entry, number), rows=lambda: rows, read=read_cell)

    def modem(self, index: int) -> tuple[AccessPort, CableModem]:
        """Give the port and the modem of a row."""
        port = self.ports[index]
        if port.modem is None:
            msg = f"port {port.name} has lost its modem"
            raise RuntimeError(msg)
        return port, port.modem


def cmts_columns(face: NodeFace) -> tuple[Column, ...]:
    """Give the DOCS-IF-MIB of a CMTS."""
    modems = Modems(face)
    return (
        *_channel_columns(face),
        *_modem_columns(modems),
        _pointer_column(modems),
    )


def tenths(value: float) -> int:
    """Give tenths, the unit of TenthdBmV and TenthdB."""
    return round(value * 10)


def _pointer_column(modems: Modems) -> Column:
    """Give the way from a MAC address to a modem's row: six sub-identifiers without a length."""
    index_of: dict[OidParts, int] = {
        tuple(mac_octets(modems.modem(index)[1].mac)): index for index in modems.ports
    }
    rows: Sequence[OidParts] = sorted(index_of)
    return Column(
        name="docsIfCmtsCmPtr",
        oid=(*MAC_TO_CM_ENTRY, 2),
        rows=lambda: rows,
        read=lambda mac: integer(index_of[mac]),
    )


def _channel_columns(face: NodeFace) -> tuple[Column, ...]:
    channels = {
        number: port for number, port in face.node.shared.items() if port.upstream is not None
    }
    rows: Sequence[OidParts] = [(number,) for number in sorted(channels)]

    def column(
        entry: OidParts, number: int, name: str, read: Callable[[CmtsUpstream], MibValue]
    ) -> Column:
        def read_cell(index: OidParts) -> MibValue:
            port = channels[index[0]]
            count_traffic(face.world, port)
            if port.upstream is None:
                msg = f"{port.name} is no upstream channel any more"
                raise RuntimeError(msg)
            return read(port.upstream)

        return Column(name=name, oid=(*entry, number), rows=lambda: rows, read=read_cell)

    def of_codewords(
        read: Callable[[Codewords], MibValue],
    ) -> Callable[[CmtsUpstream], MibValue]:
        return lambda up: read(up.codewords)

    channel: tuple[tuple[int, str, Callable[[CmtsUpstream], MibValue]], ...] = (
        (1, "docsIfUpChannelId", lambda up: integer(up.channel_id)),
        (2, "docsIfUpChannelFrequency", lambda up: integer(up.frequency_hz)),
        (3, "docsIfUpChannelWidth", lambda up: integer(up.width_hz)),
    )
    return (
        *(column(UP_CHANNEL_ENTRY, *reader) for reader in channel),
        *(
            column(SIGNAL_QUALITY_ENTRY, number, name, of_codewords(read))
            for number, name, read in codeword_readers()
        ),
        column(SIGNAL_QUALITY_ENTRY, 1, "docsIfSigQIncludesContention", lambda _u: integer(TRUE)),
        column(
            SIGNAL_QUALITY_ENTRY,
            5,
            "docsIfSigQSignalNoise",
            lambda up: integer(tenths(up.snr_db)),
        ),
        column(
            SIGNAL_QUALITY_ENTRY,
            6,
            "docsIfSigQMicroreflections",
            lambda _u: integer(MICROREFLECTIONS_DBC),
        ),
    )


def codeword_readers() -> tuple[tuple[int, str, Callable[[Codewords], MibValue]], ...]:
    """Give the columns of docsIfSignalQualityTable that count codewords."""
    return (
        (2, "docsIfSigQUnerroreds", lambda held: counter32(held.unerrored.total)),
        (3, "docsIfSigQCorrecteds", lambda held: counter32(held.corrected.total)),
        (4, "docsIfSigQUncorrectables", lambda held: counter32(held.uncorrectable.total)),
        (8, "docsIfSigQExtUnerroreds", lambda held: counter64(held.unerrored.total)),
        (9, "docsIfSigQExtCorrecteds", lambda held: counter64(held.corrected.total)),
        (10, "docsIfSigQExtUncorrectables", lambda held: counter64(held.uncorrectable.total)),
    )


def _modem_columns(modems: Modems) -> tuple[Column, ...]:
    """Give docsIfCmtsCmStatusTable: level and noise are those of the modem's first channel."""
    face = modems.face

    def heard(value: Callable[[CableModem], float]) -> ModemReader:
        return lambda _p, modem, now: integer(
            tenths(value(modem)) if now is ModemStage.REGISTERED else UNKNOWN
        )

    def summed(count: Callable[[Codewords], float]) -> Callable[[CableModem], float]:
        return lambda modem: sum(count(up.codewords) for up in modem.upstreams)

    unerrored = summed(lambda held: held.unerrored.total)
    corrected = summed(lambda held: held.corrected.total)
    uncorrectable = summed(lambda held: held.uncorrectable.total)
    prefix = "docsIfCmtsCmStatus"
    readers: tuple[tuple[int, str, ModemReader], ...] = (
        (2, f"{prefix}MacAddress", lambda _p, modem, _s: octets(mac_octets(modem.mac))),
        (3, f"{prefix}IpAddress", lambda _p, modem, _s: ip_address(modem.address)),
        (
            5,
            f"{prefix}UpChannelIfIndex",
            lambda _p, modem, _s: integer(modem.upstreams[0].cmts_if_index),
        ),
        (6, f"{prefix}RxPower", heard(lambda modem: modem.upstreams[0].rx_dbmv)),
        (9, f"{prefix}Value", lambda _p, _m, now: integer(now)),
        (10, f"{prefix}Unerroreds", lambda _p, modem, _s: counter32(unerrored(modem))),
        (11, f"{prefix}Correcteds", lambda _p, modem, _s: counter32(corrected(modem))),
        (12, f"{prefix}Uncorrectables", lambda _p, modem, _s: counter32(uncorrectable(modem))),
        (13, f"{prefix}SignalNoise", heard(lambda modem: modem.upstreams[0].snr_db)),
        (14, f"{prefix}Microreflections", lambda *_: integer(MICROREFLECTIONS_DBC)),
        (15, f"{prefix}ExtUnerroreds", lambda _p, modem, _s: counter64(unerrored(modem))),
        (16, f"{prefix}ExtCorrecteds", lambda _p, modem, _s: counter64(corrected(modem))),
        (17, f"{prefix}ExtUncorrectables", lambda _p, modem, _s: counter64(uncorrectable(modem))),
        (20, f"{prefix}InetAddressType", lambda *_: integer(IPV4)),
        (
            21,
            f"{prefix}InetAddress",
            lambda _p, modem, _s: octets(address_octets(modem.address)),
        ),
        (
            22,
            f"{prefix}ValueLastUpdate",
            lambda port, _m, _s: ticks(last_change(face.world, port) - face.node.booted_at),
        ),
    )
    return tuple(modems.column(CM_STATUS_ENTRY, *reader) for reader in readers)
