"""Columns over the DSL lines of one node."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeAlias

from cpe_diag.lab.dsl_counts import LineCondition, condition
from cpe_diag.lab.mib import Column, MibValue, OidParts
from cpe_diag.lab.world import AccessPort, DslLine

if TYPE_CHECKING:
    from cpe_diag.lab.mib_interfaces import NodeFace

LineReader: TypeAlias = Callable[[AccessPort, DslLine, LineCondition, OidParts], MibValue]
"""Gives a cell from port, line, what is seen of it, and the rest of the index."""


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
