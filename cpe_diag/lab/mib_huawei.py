"""The lab's HUAWEI-DEVICE-MIB: the node's clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.lab.mib import Column, date_and_time, parts
from cpe_diag.lab.node_face import scalar

if TYPE_CHECKING:
    from cpe_diag.lab.node_face import NodeFace

# HUAWEI-DEVICE-MIB V5.47.
HW_SYS_TIME: Final = parts("1.3.6.1.4.1.2011.6.3.1.4")


def huawei_columns(face: NodeFace) -> tuple[Column, ...]:
    """Give hwSysTime: what the node's own clock shows."""
    world, node = face.world, face.node
    return (
        scalar(
            "hwSysTime",
            HW_SYS_TIME,
            lambda: date_and_time(world.epoch_s + world.now() + node.clock_offset_s),
        ),
    )
