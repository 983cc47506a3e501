"""The cable test of a D-Link DES-3200 (CABLE-DIAG-MIB; values at rest: its recording)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.lab.copper_state import ALL_PAIRS, FAST_BPS, FAST_PAIRS
from cpe_diag.lab.mib import Column, MibValue, OidParts, integer, parts
from cpe_diag.lab.node_face import number_of
from cpe_diag.lab.orders import start_cable_test

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cpe_diag.lab.node_face import NodeFace
    from cpe_diag.lab.world import AccessPort, World

# swEtherCableDiagEntry. Firmware R4.04 has no status column (recording).
CABLE_ENTRY: Final = parts("1.3.6.1.4.1.171.12.58.1.1.1")

# swEtherCableDiagPortType: fastEthernet(0), gigaEthernet(1). Pair status: ok(0), open(1),
# no-cable(7), other(8). Action: action(1), processing(2), other(3).
FAST_ETHERNET: Final = 0
GIGA_ETHERNET: Final = 1
PAIR_OK: Final = 0
PAIR_OPEN: Final = 1
NO_CABLE: Final = 7
NOT_TESTED: Final = 8
START: Final = 1
PROCESSING: Final = 2
AT_REST: Final = 3


def cable_test_columns(face: NodeFace) -> tuple[Column, ...]:
    """Give swEtherCableDiagTable; setting its action starts a test."""
    world = face.world

    def action(port: AccessPort) -> int:
        return PROCESSING if _running(world, port) else AT_REST

    def write_action(port: AccessPort, value: MibValue) -> None:
        number_of(value, (START,))
        start_cable_test(world, port)

    def status_column(number: int) -> Column:
        name = f"{prefix}Pair{number}Status"
        oid = (*CABLE_ENTRY, 3 + number)
        return over_ports(face, oid, name, lambda port: _pair(world, port, number)[0])

    def length_column(number: int) -> Column:
        name = f"{prefix}Pair{number}Length"
        oid = (*CABLE_ENTRY, 7 + number)
        return over_ports(face, oid, name, lambda port: _pair(world, port, number)[1])

    prefix = "swEtherCableDiag"
    return (
        over_ports(
            face,
            (*CABLE_ENTRY, 2),
            f"{prefix}PortType",
            lambda port: GIGA_ETHERNET if _gigabit(port) else FAST_ETHERNET,
        ),
        over_ports(
            face, (*CABLE_ENTRY, 3), f"{prefix}LinkStatus", lambda port: int(face.oper_up(port))
        ),
        *(status_column(number) for number in ALL_PAIRS),
        *(length_column(number) for number in ALL_PAIRS),
        over_ports(face, (*CABLE_ENTRY, 12), f"{prefix}Action", action, write=write_action),
    )


def over_ports(  # noqa: PLR0913 - what a column is made of
    face: NodeFace,
    oid: OidParts,
    name: str,
    read: Callable[[AccessPort], int],
    *,
    write: Callable[[AccessPort, MibValue], None] | None = None,
    suffix: OidParts = (),
) -> Column:
    """Make a column of numbers over the switch's ports.

    Args:
        face: the switch.
        oid: the column.
        name: the MIB's name of it.
        read: gives the number.
        write: does what a SET asks for; None: it cannot be set.
        suffix: what follows the port's number in the index.
    """
    ports = face.node.ports
    rows: Sequence[OidParts] = [(number, *suffix) for number in sorted(ports)]

    def write_cell(index: OidParts, value: MibValue) -> None:
        if write is not None:
            write(ports[index[0]], value)

    return Column(
        name=name,
        oid=oid,
        rows=lambda: rows,
        read=lambda index: integer(read(ports[index[0]])),
        write=None if write is None else write_cell,
    )


def _gigabit(port: AccessPort) -> bool:
    return port.speed_bps > FAST_BPS


def _running(world: World, port: AccessPort) -> bool:
    return port.cable_test is not None and world.now() < port.cable_test.ready_at


def _pair(world: World, port: AccessPort, number: int) -> tuple[int, int]:
    """Give status and length of one pair, as the last test that has ended found them."""
    test = port.cable_test
    if test is None or _running(world, port):
        return NOT_TESTED, 0
    if not _gigabit(port) and number not in FAST_PAIRS:
        return NOT_TESTED, 0
    if test.length_m == 0:
        return NO_CABLE, 0
    if number in test.open_at_m:
        return PAIR_OPEN, test.open_at_m[number]
    return PAIR_OK, test.length_m
