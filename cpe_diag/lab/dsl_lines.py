"""Columns over the DSL lines of one node."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final, TypeAlias

from cpe_diag.lab.dsl_counts import LineCondition, condition
from cpe_diag.lab.dsl_state import DslLine
from cpe_diag.lab.mib import Column, MibValue, OidParts, WriteRefusedError, text
from cpe_diag.lab.node_face import octets_of
from cpe_diag.lab.orders import set_profile
from cpe_diag.lab.profiles import DEFAULT_PROFILE, profile_named
from cpe_diag.lab.world import AccessPort

if TYPE_CHECKING:
    from cpe_diag.lab.node_face import NodeFace

LineReader: TypeAlias = Callable[[AccessPort, DslLine, LineCondition, OidParts], MibValue]
"""Gives a cell from port, line, what is seen of it, and the rest of the index."""


# RFC 5650: xdsl2LineConfTemplate is a text of 1 to 32 octets.
PROFILE_NAME_LIMIT: Final = 32


def tenths(value: float) -> int:
    """Give tenths, the unit of the MIB for dB and dBm."""
    return round(value * 10)


class Lines:
    """The lines of one node, and columns over them."""

    def __init__(self, face: NodeFace, standard: str) -> None:
        """Take all ports of the node that carry a line of this standard."""
        self.face = face
        self.ports = {
            if_index: port
            for if_index, port in face.node.ports.items()
            if port.line is not None and port.line.standard == standard
        }

    def column(
        self,
        oid: OidParts,
        name: str,
        read: LineReader,
        *,
        suffixes: Sequence[OidParts] = ((),),
    ) -> Column:
        """Make a column over all lines.

        Args:
            oid: the column.
            name: the MIB's name of it.
            read: gives the value from port, line, what is seen of it, and the rest of the index.
            suffixes: what follows the ifIndex in the index.
        """
        rows: Sequence[OidParts] = [
            (if_index, *suffix) for if_index in sorted(self.ports) for suffix in suffixes
        ]

        def read_cell(index: OidParts) -> MibValue:
            port = self.ports[index[0]]
            if port.line is None:
                msg = f"port {port.name} has lost its line"
                raise RuntimeError(msg)
            return read(port, port.line, condition(self.face.world, port), index[1:])

        return Column(name=name, oid=oid, rows=lambda: rows, read=read_cell)

    def profile_column(self, oid: OidParts, name: str) -> Column:
        """Make the column of the lines' profiles, which can be set to one that the node has.

        Args:
            oid: the column.
            name: the MIB's name of it.
        """
        rows: Sequence[OidParts] = [(if_index,) for if_index in sorted(self.ports)]

        def write(index: OidParts, value: MibValue) -> None:
            port = self.ports[index[0]]
            wanted = octets_of(value, PROFILE_NAME_LIMIT)
            if wanted != DEFAULT_PROFILE and profile_named(wanted, port.technology) is None:
                reason = "wrongValue"
                raise WriteRefusedError(reason)
            set_profile(self.face.world, port, wanted)

        return Column(
            name=name,
            oid=oid,
            rows=lambda: rows,
            read=lambda index: text(self.ports[index[0]].profile),
            write=write,
        )
