"""Which tables each agent of the lab has: access nodes by their model, and cable modems."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpe_diag.lab.mib import MibView
from cpe_diag.lab.mib_adsl import adsl_columns
from cpe_diag.lab.mib_bridge import bridge_columns, vlan_columns
from cpe_diag.lab.mib_cmts import cmts_columns
from cpe_diag.lab.mib_cmts3 import cmts3_columns
from cpe_diag.lab.mib_dlink import dlink_columns
from cpe_diag.lab.mib_dlink_cable import cable_test_columns
from cpe_diag.lab.mib_ethernet import ethernet_columns, negotiation_columns
from cpe_diag.lab.mib_huawei import huawei_columns
from cpe_diag.lab.mib_interfaces import interface_columns
from cpe_diag.lab.mib_modem import modem_columns
from cpe_diag.lab.mib_ont import ont_columns
from cpe_diag.lab.mib_ont_ethernet import ont_ethernet_columns
from cpe_diag.lab.mib_poe import poe_columns
from cpe_diag.lab.mib_pon import pon_columns
from cpe_diag.lab.mib_system import system_columns
from cpe_diag.lab.mib_vdsl2 import vdsl2_columns
from cpe_diag.lab.node_face import NodeFace

if TYPE_CHECKING:
    from cpe_diag.lab.cable_state import CableModem
    from cpe_diag.lab.mib import Column
    from cpe_diag.lab.world import AccessNodeState, AccessPort, World


def node_view(world: World, node: AccessNodeState) -> MibView:
    """Make the view of one node: everything that its agent answers with.

    Args:
        world: the lab.
        node: one of its nodes.
    """
    face = NodeFace(world, node)
    return MibView(
        (
            *system_columns(face),
            *interface_columns(face),
            *ethernet_columns(face),
            *_model_columns(face),
        )
    )


def modem_view(world: World, port: AccessPort, modem: CableModem) -> MibView:
    """Make the view of one cable modem: everything that its agent answers with."""
    return MibView(modem_columns(world, port, modem))


def _model_columns(face: NodeFace) -> tuple[Column, ...]:
    """Give the tables that not every node has.

    The OLT has no forwarding table: that a SmartAX answers one is in no public source.
    """
    match face.node.model:
        case "huawei_smartax":
            return (
                *huawei_columns(face),
                *pon_columns(face),
                *ont_columns(face),
                *ont_ethernet_columns(face),
            )
        case "cmts":
            return (*cmts_columns(face), *cmts3_columns(face))
        case "dlink_des":
            return (
                *bridge_columns(face),
                *vlan_columns(face),
                *cable_test_columns(face),
                *dlink_columns(face),
            )
        case _:
            return (
                *bridge_columns(face),
                *vlan_columns(face),
                *poe_columns(face),
                *negotiation_columns(face),
                *vdsl2_columns(face),
                *adsl_columns(face),
            )
