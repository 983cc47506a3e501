"""One node as its agent shows it, and the columns that its tables are made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from cpe_diag.lab.counting import count_traffic
from cpe_diag.lab.links import port_up
from cpe_diag.lab.mib import Column, MibValue, OidParts, Syntax, WriteRefusedError
from cpe_diag.lab.world import AccessNodeState, World

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from cpe_diag.lab.world import AccessPort, PortCounts

PortReader: TypeAlias = "Callable[[AccessPort, PortCounts], MibValue]"
"""Gives a cell from a port and what it has counted."""


@dataclass(frozen=True, slots=True)
class NodeFace:
    """One node as its agent shows it: the world, the node, and its interfaces by ifIndex."""

    world: World
    node: AccessNodeState

    def interfaces(self) -> dict[int, AccessPort]:
        """Give all interfaces: subscriber ports, what they share, uplinks.

        An ONT or a cable modem is none.
        """
        own = {number: port for number, port in self.node.ports.items() if port.is_interface}
        return own | self.node.shared | self.node.uplinks

    def oper_up(self, port: AccessPort) -> bool:
        """Tell whether an interface is up; the uplink is whenever the agent can be asked."""
        return port.technology == "uplink" or port_up(self.world, port)

    def uptime_s(self) -> float:
        """Give the seconds since the node started."""
        return self.world.now() - self.node.booted_at


def scalar(
    name: str,
    oid: OidParts,
    read: Callable[[], MibValue],
    write: Callable[[OidParts, MibValue], None] | None = None,
) -> Column:
    """Make a scalar: a column with the one row 0."""
    rows: Sequence[OidParts] = ((0,),)
    return Column(name=name, oid=oid, rows=lambda: rows, read=lambda _index: read(), write=write)


def octets_of(value: MibValue, limit: int) -> str:
    """Take text out of a SET.

    Raises:
        WriteRefusedError: not octets, too long, or no text.
    """
    if value.syntax is not Syntax.OCTETS or not isinstance(value.content, bytes):
        reason = "wrongType"
        raise WriteRefusedError(reason)
    try:
        content = value.content.decode()
    except UnicodeDecodeError:
        reason = "wrongValue"
        raise WriteRefusedError(reason) from None
    if len(value.content) > limit:
        reason = "wrongValue"
        raise WriteRefusedError(reason)
    return content


def number_of(value: MibValue, allowed: Collection[int]) -> int:
    """Take a number out of a SET.

    Raises:
        WriteRefusedError: no number, or not one of those that are allowed.
    """
    if value.syntax not in {Syntax.INTEGER, Syntax.UNSIGNED} or not isinstance(value.content, int):
        reason = "wrongType"
        raise WriteRefusedError(reason)
    if value.content not in allowed:
        reason = "wrongValue"
        raise WriteRefusedError(reason)
    return value.content


def port_columns(
    face: NodeFace,
    entry: OidParts,
    ports: dict[int, AccessPort],
    readers: Sequence[tuple[int, str, PortReader]],
) -> tuple[Column, ...]:
    """Make columns that are indexed by ifIndex.

    Args:
        face: the node.
        entry: the table's entry.
        ports: by ifIndex; the rows.
        readers: for each column its number, name, and how a port and its counts give the value.
    """
    rows: Sequence[OidParts] = [(if_index,) for if_index in sorted(ports)]

    def cell(read: PortReader) -> Callable[[OidParts], MibValue]:
        def read_cell(index: OidParts) -> MibValue:
            port = ports[index[0]]
            return read(port, count_traffic(face.world, port))

        return read_cell

    return tuple(
        Column(name=name, oid=(*entry, number), rows=lambda: rows, read=cell(read))
        for number, name, read in readers
    )
