"""The address of a node, where the inventory names a host."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from typing import TYPE_CHECKING

from cpe_diag.domain.failures import Failure, FailureKind, MeasurementError
from cpe_diag.transports.time_left import until

if TYPE_CHECKING:
    from cpe_diag.domain.subscriber import AccessNode
    from cpe_diag.ports import Clock


async def address_of(node: AccessNode, operation: str, *, clock: Clock, deadline: float) -> str:
    """Give the IP address of a node's agent.

    Args:
        node: as the inventory says.
        operation: for the failure.
        clock: of the deadline.
        deadline: absolute, monotonic seconds.

    Returns:
        An IP address.

    Raises:
        MeasurementError: NOT_CONFIGURED: the name cannot be resolved on this machine.
    """
    name = node.snmp.address
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return await _looked_up(node, operation, clock=clock, deadline=deadline)
    return name


async def _looked_up(node: AccessNode, operation: str, *, clock: Clock, deadline: float) -> str:
    loop = asyncio.get_running_loop()
    name = node.snmp.address
    try:
        async with until(clock, deadline):
            found = await loop.getaddrinfo(name, None, type=socket.SOCK_DGRAM)
    except (OSError, UnicodeError) as error:
        failure = Failure(
            kind=FailureKind.NOT_CONFIGURED,
            where=node.id,
            detail=f"its address '{name}' cannot be resolved on this machine",
            next_step="write an IP address into the inventory, or mend our own DNS",
        )
        raise MeasurementError(failure, operation) from error
    return str(found[0][4][0])
