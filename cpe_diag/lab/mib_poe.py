"""The lab's POWER-ETHERNET-MIB (RFC 3621): one group of ports; no home takes power from them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.lab.mib import Column, MibValue, OidParts, counter32, integer, parts
from cpe_diag.lab.node_face import number_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cpe_diag.lab.copper_state import PoePort
    from cpe_diag.lab.node_face import NodeFace

# pethPsePortEntry, indexed by group and port.
PSE_PORT_ENTRY: Final = parts("1.3.6.1.2.1.105.1.1.1")
GROUP: Final = 1

# SNMPv2-TC TruthValue.
TRUE: Final = 1
FALSE: Final = 2

# pethPsePortDetectionStatus: disabled(1), searching(2), deliveringPower(3), fault(4).
DISABLED: Final = 1
SEARCHING: Final = 2
DELIVERING: Final = 3
FAULT: Final = 4


def poe_columns(face: NodeFace) -> tuple[Column, ...]:
    """Give the power of the node's ports; pethPsePortAdminEnable can be set."""
    ports = {number: port.poe for number, port in face.node.ports.items() if port.poe is not None}
    rows: Sequence[OidParts] = [(GROUP, number) for number in sorted(ports)]

    def column(number: int, name: str, read: Callable[[PoePort], MibValue]) -> Column:
        return Column(
            name=name,
            oid=(*PSE_PORT_ENTRY, number),
            rows=lambda: rows,
            read=lambda index: read(ports[index[1]]),
        )

    def write_enable(index: OidParts, value: MibValue) -> None:
        ports[index[1]].admin_on = number_of(value, (TRUE, FALSE)) == TRUE

    return (
        Column(
            name="pethPsePortAdminEnable",
            oid=(*PSE_PORT_ENTRY, 3),
            rows=lambda: rows,
            read=lambda index: integer(TRUE if ports[index[1]].admin_on else FALSE),
            write=write_enable,
        ),
        column(6, "pethPsePortDetectionStatus", lambda poe: integer(_detection(poe))),
        column(12, "pethPsePortPowerDeniedCounter", lambda _poe: counter32(0)),
        column(13, "pethPsePortOverLoadCounter", lambda _poe: counter32(0)),
        column(14, "pethPsePortShortCounter", lambda _poe: counter32(0)),
    )


def _detection(poe: PoePort) -> int:
    if not poe.admin_on:
        return DISABLED
    if poe.fault:
        return FAULT
    return DELIVERING if poe.delivering else SEARCHING
