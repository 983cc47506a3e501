"""How an OLT sees an ONT now: running or not, why not, since when, and how much light."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cpe_diag.lab.links import end_has_power, last_change, medium_whole, node_serves, port_up
from cpe_diag.lab.orders import DEACTIVATED

if TYPE_CHECKING:
    from cpe_diag.lab.pon_state import Ont, PonOptics
    from cpe_diag.lab.world import AccessPort, World

# HUAWEI-XPON-MIB hwGponDeviceOntControlLastDownCause.
QUERY_FAILED: Final = -1
LOS: Final = 1
LOSI: Final = 2
DYING_GASP: Final = 13


@dataclass(frozen=True, slots=True, kw_only=True)
class OntCondition:
    """What the OLT knows of an ONT; `down_*` speak of the last time that it went down."""

    online: bool
    down_cause: int
    up_at: float
    down_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Light:
    """Light levels in dBm: what the ONT receives, and what the OLT receives of it."""

    ont_rx_dbm: float
    olt_rx_dbm: float


def condition(world: World, port: AccessPort, ont: Ont) -> OntCondition:
    """Tell what the OLT knows of an ONT.

    An ONT that loses its power says so with its last breath (G.984.3, Dying_Gasp); where light or
    splitter are gone, nothing more is heard of it.
    """
    if port_up(world, port):
        return OntCondition(
            online=True,
            down_cause=ont.last_down_cause,
            up_at=last_change(world, port),
            down_at=ont.last_down_at,
        )
    return OntCondition(
        online=False,
        down_cause=_cause(world, port, ont),
        up_at=ont.last_down_at,
        down_at=port.changed_at,
    )


def light(world: World, pon: PonOptics, ont: Ont) -> Light:
    """Give the light levels of an ONT that is online."""
    bent = (0.0, 0.0) if ont.bend is None else ont.bend.loss_db(world.now())
    return Light(
        ont_rx_dbm=pon.tx_dbm - ont.loss_down_db - bent[0],
        olt_rx_dbm=ont.tx_dbm - ont.loss_up_db - bent[1],
    )


def _cause(world: World, port: AccessPort, ont: Ont) -> int:
    if not node_serves(world, port):
        return QUERY_FAILED
    if not port.admin_up:
        return DEACTIVATED
    if not world.nodes[port.node].shared[ont.pon].admin_up:
        return LOS
    if not end_has_power(world, port):
        return DYING_GASP
    if not medium_whole(world, port):
        return LOSI
    return ont.last_down_cause
