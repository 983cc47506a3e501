"""Asks the lab's agents over real UDP: with gufo-snmp for reading, with pysnmp for setting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from gufo.snmp import SnmpVersion
from gufo.snmp.aio import SnmpSession
from pysnmp.hlapi.v3arch import asyncio as pysnmp  # type: ignore[import-untyped] # no types there

if TYPE_CHECKING:
    from cpe_diag.lab.world import World

QUICK_S = 0.25
"""How long a test waits where silence is the right answer."""


class Agent(Protocol):
    """What has an address and a UDP port: an access node or a cable modem."""

    address: str
    udp_port: int


def reader(world: World, node: Agent, community: str | None = None) -> SnmpSession:
    """Open a v2c session."""
    return SnmpSession(
        node.address,
        port=node.udp_port,
        community=community or world.secrets.snmp_read,
        version=SnmpVersion.v2c,
        timeout=QUICK_S if community else 5.0,
    )


async def ask(world: World, node: Agent, *oids: str) -> dict[str, Any]:
    """Read objects of an access node by one GET."""
    async with reader(world, node) as session:
        answer: dict[str, Any] = await session.get_many(oids)
        return answer


async def ask_modem(world: World, modem: Agent, *oids: str) -> dict[str, Any]:
    """Read objects of a cable modem by one GET.

    Raises:
        TimeoutError: it does not answer.
    """
    async with reader(world, modem, community=world.secrets.modem_read) as session:
        answer: dict[str, Any] = await session.get_many(oids)
        return answer


async def put(
    node: Agent,
    auth: Any,  # noqa: ANN401 - a value of the untyped pysnmp
    oid: str,
    value: Any,  # noqa: ANN401 - untyped pysnmp
) -> tuple[object, str, int]:
    """Set one object; gives error indication, error status and the status' index."""
    return await put_all(node, auth, (oid, value))


async def put_all(
    node: Agent,
    auth: Any,  # noqa: ANN401 - a value of the untyped pysnmp
    *bindings: tuple[str, Any],
) -> tuple[object, str, int]:
    """Set objects by one SET; gives error indication, error status and the status' index."""
    engine = pysnmp.SnmpEngine()
    try:
        indication, status, index, _bindings = await pysnmp.set_cmd(
            engine,
            auth,
            await pysnmp.UdpTransportTarget.create(
                (node.address, node.udp_port), timeout=2, retries=0
            ),
            pysnmp.ContextData(),
            *(pysnmp.ObjectType(pysnmp.ObjectIdentity(oid), value) for oid, value in bindings),
            lookupMib=False,
        )
    finally:
        engine.close_dispatcher()
    return indication, "noError" if int(status) == 0 else str(status.prettyPrint()), int(index)
