"""The lab's system group (RFC 3418)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.lab.mib import Column, MibValue, OidParts, integer, object_id, parts, text, ticks
from cpe_diag.lab.node_face import octets_of, scalar

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpe_diag.lab.node_face import NodeFace

# SNMPv2-MIB system group (RFC 3418, 2).
SYSTEM: Final = parts("1.3.6.1.2.1.1")

# RFC 3418: sysContact, sysName and sysLocation have at most 255 octets.
TEXT_LIMIT: Final = 255


def system_columns(face: NodeFace) -> tuple[Column, ...]:
    """Give the system group; sysContact, sysName and sysLocation can be set."""
    node = face.node

    def writer(attribute: str) -> Callable[[OidParts, MibValue], None]:
        return lambda _index, value: setattr(node, attribute, octets_of(value, TEXT_LIMIT))

    return (
        scalar("sysDescr", (*SYSTEM, 1), lambda: text(node.sys_descr)),
        scalar("sysObjectID", (*SYSTEM, 2), lambda: object_id(node.sys_object_id)),
        scalar("sysUpTime", (*SYSTEM, 3), lambda: ticks(face.uptime_s())),
        scalar("sysContact", (*SYSTEM, 4), lambda: text(node.sys_contact), writer("sys_contact")),
        scalar("sysName", (*SYSTEM, 5), lambda: text(node.sys_name), writer("sys_name")),
        scalar(
            "sysLocation", (*SYSTEM, 6), lambda: text(node.sys_location), writer("sys_location")
        ),
        # RFC 3418: 2 (datalink) + 4 (internet) gives 6.
        scalar("sysServices", (*SYSTEM, 7), lambda: integer(6)),
    )
