"""The lab's HUAWEI-XPON-MIB, by ONT: configuration, version, control, optics, Ethernet, counts.

The index is the ifIndex of the PON port and the ONT's id on it. HUAWEI-XPON-MIB V2.14 (2019).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from cpe_diag.lab.counting import count_traffic
from cpe_diag.lab.mib import (
    Column,
    MibValue,
    OidParts,
    WriteRefusedError,
    counter64,
    date_and_time,
    integer,
    octets,
    parts,
    text,
)
from cpe_diag.lab.mib_interfaces import PACKET_OCTETS
from cpe_diag.lab.node_face import number_of, octets_of
from cpe_diag.lab.orders import reset_ont, set_admin, set_profile
from cpe_diag.lab.pon_status import condition, light
from cpe_diag.lab.profiles import profile_named

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cpe_diag.lab.node_face import NodeFace
    from cpe_diag.lab.pon_state import Ont
    from cpe_diag.lab.pon_status import OntCondition
    from cpe_diag.lab.world import AccessPort

# hwXponDeviceControlObjects (1.3.6.1.4.1.2011.6.128.1.1.2) and ...StatisticObjects (.4).
CONFIG_ENTRY: Final = parts("1.3.6.1.4.1.2011.6.128.1.1.2.43.1")
VERSION_ENTRY: Final = parts("1.3.6.1.4.1.2011.6.128.1.1.2.45.1")
CONTROL_ENTRY: Final = parts("1.3.6.1.4.1.2011.6.128.1.1.2.46.1")
OPTICS_ENTRY: Final = parts("1.3.6.1.4.1.2011.6.128.1.1.2.51.1")
TRAFFIC_ENTRY: Final = parts("1.3.6.1.4.1.2011.6.128.1.1.4.23.1")
QUALITY_ENTRY: Final = parts("1.3.6.1.4.1.2011.6.128.1.1.4.27.1")

# "the query fails or no information is detected".
INVALID: Final = -1
# hwGponDeviceOntControlActive: activate(1), deactivate(2); ...Reset: reset(1).
ACTIVATE: Final = 1
DEACTIVATE: Final = 2
RESET: Final = 1
# hwGponDeviceOntControlRunStatus: up(1), down(2).
UP: Final = 1
DOWN: Final = 2
# ...ConfigStatus: initialization(1), normal(2); ...MatchStatus: initialization(1), match(2).
INITIALIZATION: Final = 1
NORMAL: Final = 2
MATCH: Final = 2
# What optics answer where there is no value (recording smartax, an empty port).
NO_LEVEL: Final = 2_147_483_647
# hwGponOntOpticalDdmOltRxOntPower: (value - 10000) / 100 dBm.
OLT_RX_OFFSET: Final = 10_000
# RowStatus active(1), RFC 2579.
ACTIVE: Final = 1

PROFILE_LIMIT: Final = 32
DESCRIPTION_LIMIT: Final = 128

OntReader: TypeAlias = "Callable[[AccessPort, Ont, OntCondition], MibValue]"
OntWriter: TypeAlias = "Callable[[AccessPort, MibValue], None]"


class Onts:
    """The ONTs of one OLT by their index, and columns over them."""

    def __init__(self, face: NodeFace) -> None:
        """Take all ports of the node that are ONTs."""
        self.face = face
        self.ports = {
            (port.ont.pon, port.ont.number): port
            for port in face.node.ports.values()
            if port.ont is not None
        }

    def column(  # noqa: PLR0913 - what a column is made of
        self,
        entry: OidParts,
        number: int,
        name: str,
        read: OntReader,
        *,
        write: OntWriter | None = None,
        suffix: OidParts = (),
    ) -> Column:
        """Make a column over all ONTs.

        Args:
            entry: the table's entry.
            number: of the column in it.
            name: the MIB's name of it.
            read: gives the value from port, ONT, and what the OLT knows of it.
            write: does what a SET asks for; None: it cannot be set.
            suffix: what follows the ONT's id in the index.
        """
        rows: Sequence[OidParts] = sorted((*index, *suffix) for index in self.ports)
        world = self.face.world

        def read_cell(index: OidParts) -> MibValue:
            port = self.ports[index[0], index[1]]
            if port.ont is None:
                msg = f"port {port.name} has lost its ONT"
                raise RuntimeError(msg)
            return read(port, port.ont, condition(world, port, port.ont))

        def write_cell(index: OidParts, value: MibValue) -> None:
            if write is not None:
                write(self.ports[index[0], index[1]], value)

        return Column(
            name=name,
            oid=(*entry, number),
            rows=lambda: rows,
            read=read_cell,
            write=None if write is None else write_cell,
        )


def ont_columns(face: NodeFace) -> tuple[Column, ...]:
    """Give the tables that have one row for each ONT."""
    onts = Onts(face)
    return (
        *_config_columns(onts),
        *_version_columns(onts),
        *_control_columns(onts),
        *_optics_columns(onts),
        *_count_columns(onts),
    )


def _config_columns(onts: Onts) -> tuple[Column, ...]:
    world, entry = onts.face.world, CONFIG_ENTRY

    def write_profile(port: AccessPort, value: MibValue) -> None:
        name = octets_of(value, PROFILE_LIMIT)
        if profile_named(name, port.technology) is None:
            reason = "wrongValue"
            raise WriteRefusedError(reason)
        set_profile(world, port, name)

    def write_description(port: AccessPort, value: MibValue) -> None:
        port.alias = octets_of(value, DESCRIPTION_LIMIT)

    return (
        onts.column(entry, 3, "hwGponDeviceOntSn", lambda _p, ont, _c: octets(_serial(ont))),
        onts.column(
            entry,
            7,
            "hwGponDeviceOntLineProfName",
            lambda port, _o, _c: text(port.profile),
            write=write_profile,
        ),
        onts.column(entry, 8, "hwGponDeviceOntServiceProfName", lambda *_: text("eth1-untagged")),
        onts.column(
            entry,
            9,
            "hwGponDeviceOntDespt",
            lambda port, _o, _c: text(port.alias),
            write=write_description,
        ),
        onts.column(entry, 10, "hwGponDeviceOntEntryStatus", lambda *_: integer(ACTIVE)),
    )


def _version_columns(onts: Onts) -> tuple[Column, ...]:
    readers: tuple[tuple[int, str, OntReader], ...] = (
        (1, "hwGponDeviceOntVersion", lambda _p, ont, _c: text(ont.hardware)),
        (4, "hwGponDeviceOntEquipmentId", lambda _p, ont, _c: text(ont.model)),
        (5, "hwGponDeviceOntMainSoftVer", lambda _p, ont, _c: text(ont.firmware)),
    )
    return tuple(onts.column(VERSION_ENTRY, *reader) for reader in readers)


def _control_columns(onts: Onts) -> tuple[Column, ...]:
    world, entry = onts.face.world, CONTROL_ENTRY
    node = onts.face.node

    def moment(at: float) -> MibValue:
        return date_and_time(world.epoch_s + at + node.clock_offset_s)

    def write_active(port: AccessPort, value: MibValue) -> None:
        admin_up = number_of(value, (ACTIVATE, DEACTIVATE)) == ACTIVATE
        set_admin(world, port, admin_up=admin_up)

    def write_reset(port: AccessPort, value: MibValue) -> None:
        number_of(value, (RESET,))
        reset_ont(world, port)

    def while_online(value: Callable[[Ont], int], otherwise: int = INVALID) -> OntReader:
        return lambda _p, ont, now: integer(value(ont) if now.online else otherwise)

    prefix = "hwGponDeviceOntControl"
    readers: tuple[tuple[int, str, OntReader], ...] = (
        (15, f"{prefix}RunStatus", while_online(lambda _o: UP, DOWN)),
        (16, f"{prefix}ConfigStatus", while_online(lambda _o: NORMAL, INITIALIZATION)),
        (18, f"{prefix}MatchStatus", while_online(lambda _o: MATCH, INITIALIZATION)),
        (20, f"{prefix}Ranging", while_online(lambda ont: ont.distance_m)),
        (22, f"{prefix}LastUpTime", lambda _p, _o, now: moment(now.up_at)),
        (23, f"{prefix}LastDownTime", lambda _p, _o, now: moment(now.down_at)),
        (24, f"{prefix}LastDownCause", lambda _p, _o, now: integer(now.down_cause)),
        (29, f"{prefix}LastRanging", lambda _p, ont, _c: integer(ont.distance_m)),
        (30, f"{prefix}ActualSn", lambda _p, ont, _c: octets(_serial(ont))),
    )
    return (
        onts.column(
            entry,
            1,
            f"{prefix}Active",
            lambda port, _o, _c: integer(ACTIVATE if port.admin_up else DEACTIVATE),
            write=write_active,
        ),
        # The MIB does not say what a read gives.
        onts.column(entry, 2, f"{prefix}Reset", lambda *_: integer(INVALID), write=write_reset),
        *(onts.column(entry, *reader) for reader in readers),
    )


def _optics_columns(onts: Onts) -> tuple[Column, ...]:
    node = onts.face.node

    def rx(port: AccessPort, ont: Ont) -> tuple[int, int]:
        optics = node.shared[ont.pon].optics
        if optics is None:
            msg = f"the PON port of {port.name} has no optics"
            raise RuntimeError(msg)
        levels = light(onts.face.world, optics, ont)
        return round(levels.ont_rx_dbm * 100), round(levels.olt_rx_dbm * 100) + OLT_RX_OFFSET

    def level(value: Callable[[AccessPort, Ont], int]) -> OntReader:
        return lambda port, ont, now: integer(value(port, ont) if now.online else NO_LEVEL)

    prefix = "hwGponOntOpticalDdm"
    readers: tuple[tuple[int, str, OntReader], ...] = (
        (1, f"{prefix}Temperature", level(lambda _p, ont: ont.temperature_c)),
        (2, f"{prefix}BiasCurrent", level(lambda _p, ont: ont.bias_ma)),
        (3, f"{prefix}TxPower", level(lambda _p, ont: round(ont.tx_dbm * 100))),
        (4, f"{prefix}RxPower", level(lambda port, ont: rx(port, ont)[0])),
        (5, f"{prefix}Voltage", level(lambda _p, ont: round(ont.voltage_v * 1000))),
        (6, f"{prefix}OltRxOntPower", level(lambda port, ont: rx(port, ont)[1])),
    )
    return tuple(onts.column(OPTICS_ENTRY, *reader) for reader in readers)


def _count_columns(onts: Onts) -> tuple[Column, ...]:
    world = onts.face.world

    def counted(value: Callable[[AccessPort, Ont], float]) -> OntReader:
        def read(port: AccessPort, ont: Ont, _now: OntCondition) -> MibValue:
            count_traffic(world, port)
            return counter64(value(port, ont))

        return read

    prefix = "hwGponOntStatistic"
    traffic: tuple[tuple[int, str, OntReader], ...] = (
        (1, f"{prefix}UpPackts", counted(lambda port, _o: port.counted.in_octets / PACKET_OCTETS)),
        (
            2,
            f"{prefix}DownPackts",
            counted(lambda port, _o: port.counted.out_octets / PACKET_OCTETS),
        ),
        (3, f"{prefix}UpBytes", counted(lambda port, _o: port.counted.in_octets)),
        (4, f"{prefix}DownBytes", counted(lambda port, _o: port.counted.out_octets)),
    )
    quality: tuple[tuple[int, str, OntReader], ...] = (
        (3, "up BIP errors", counted(lambda _p, ont: ont.up_bip.total)),
        (4, "down BIP errors", counted(lambda _p, ont: ont.down_bip.total)),
        (5, "up FEC corrected", counted(lambda _p, ont: ont.up_fec_corrected.total)),
        (6, "up FEC uncorrected", counted(lambda _p, ont: ont.up_fec_uncorrectable.total)),
    )
    return (
        *(onts.column(TRAFFIC_ENTRY, *reader) for reader in traffic),
        *(onts.column(QUALITY_ENTRY, *reader) for reader in quality),
    )


def _serial(ont: Ont) -> bytes:
    """Give the eight octets of a serial number (G.984.3: four letters, four octets)."""
    return ont.serial[:4].encode() + bytes.fromhex(ont.serial[4:])
