"""The lab's HUAWEI-XPON-MIB, by PON port: its laser, its state, its optics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.lab.mib import Column, MibValue, OidParts, integer, parts
from cpe_diag.lab.node_face import number_of, port_columns
from cpe_diag.lab.orders import set_admin

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cpe_diag.lab.node_face import NodeFace, PortReader
    from cpe_diag.lab.pon_state import PonOptics
    from cpe_diag.lab.world import AccessPort

# hwGponDeviceOltControlEntry and hwGponOltOpticsDdmInfoEntry (HUAWEI-XPON-MIB V2.14; recording
# smartax for the columns of the latter and ...OntNum).
CONTROL_ENTRY: Final = parts("1.3.6.1.4.1.2011.6.128.1.1.2.21.1")
OPTICS_ENTRY: Final = parts("1.3.6.1.4.1.2011.6.128.1.1.2.23.1")

# Laser switch on(1), off(2); status up(1), down(2); optical module online(1), offline(2).
ON: Final = 1
OFF: Final = 2


def pon_columns(face: NodeFace) -> tuple[Column, ...]:
    """Give the tables of the PON ports; the laser can be switched."""
    ports = {number: port for number, port in face.node.shared.items() if port.optics is not None}
    rows: Sequence[OidParts] = [(number,) for number in sorted(ports)]

    def onts(port: AccessPort) -> int:
        members = (one.ont for one in face.node.ports.values())
        return sum(1 for ont in members if ont is not None and ont.pon == port.if_index)

    def write_laser(index: OidParts, value: MibValue) -> None:
        set_admin(face.world, ports[index[0]], admin_up=number_of(value, (ON, OFF)) == ON)

    control: tuple[tuple[int, str, PortReader], ...] = (
        (
            10,
            "hwGponDeviceOltControlStatus",
            lambda port, _: integer(ON if face.oper_up(port) else OFF),
        ),
        (13, "hwGponDeviceOltControlOpticModuleStatus", lambda *_: integer(ON)),
        (16, "hwGponDeviceOltControlOntNum", lambda port, _: integer(onts(port))),
    )
    prefix = "hwGponOltOpticsDdmInfo"
    optics: tuple[tuple[int, str, PortReader], ...] = (
        (1, f"{prefix}Temperature", _optics(lambda held: held.temperature_c)),
        # In 0.01 V, in mA, in 0.01 dBm.
        (2, f"{prefix}SupplyVoltage", _optics(lambda held: round(held.voltage_v * 100))),
        (3, f"{prefix}TxBiasCurrent", _optics(lambda held: held.bias_ma)),
        (4, f"{prefix}TxPower", _optics(lambda held: round(held.tx_dbm * 100))),
    )
    return (
        *port_columns(face, CONTROL_ENTRY, ports, control),
        *port_columns(face, OPTICS_ENTRY, ports, optics),
        Column(
            name="hwGponDeviceOltControlLaserSwitch",
            oid=(*CONTROL_ENTRY, 9),
            rows=lambda: rows,
            read=lambda index: integer(ON if ports[index[0]].admin_up else OFF),
            write=write_laser,
        ),
    )


def _optics(value: Callable[[PonOptics], int]) -> PortReader:
    def read(port: AccessPort, _counts: object) -> MibValue:
        if port.optics is None:
            msg = f"PON port {port.name} has lost its optics"
            raise RuntimeError(msg)
        return integer(value(port.optics))

    return read
