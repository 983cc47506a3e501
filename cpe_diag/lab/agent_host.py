"""Whom an SNMP agent of the lab speaks for: an access node or a cable modem."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cpe_diag.lab.links import port_up
from cpe_diag.lab.mib import MibView
from cpe_diag.lab.views import modem_view, node_view
from cpe_diag.lab.world import LabSecrets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cpe_diag.lab.cable_state import CableModem
    from cpe_diag.lab.world import AccessNodeState, AccessPort, World


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentHost:
    """Whom an agent speaks for: where it listens, what it knows, and how it is just now.

    `answers`, `refuses` and `delay_s` are asked at every request; `v3` None: it has no SNMPv3.
    """

    address: str
    view: MibView
    read: str
    write: str
    v3: LabSecrets | None
    answers: Callable[[], bool]
    refuses: Callable[[], bool]
    delay_s: Callable[[], float]
    listens_on: Callable[[int], None]
    """Told the UDP port."""
    sets: list[str] = field(default_factory=list)
    """Every SET that was taken, as `oid=value`, in order."""


def node_host(world: World, node: AccessNodeState) -> AgentHost:
    """Make the host of an access node's agent."""
    held = world.secrets

    def delay_s() -> float:
        node.answered += 1
        return world.rtt_s + node.answer_delay_s

    return AgentHost(
        address=node.address,
        sets=node.sets,
        view=node_view(world, node),
        read=held.snmp_read,
        write=held.snmp_write,
        v3=held,
        answers=lambda: node.powered and node.agent_up,
        refuses=lambda: node.snmp_refused,
        delay_s=delay_s,
        listens_on=lambda port: setattr(node, "udp_port", port),
    )


def modem_host(world: World, port: AccessPort, modem: CableModem) -> AgentHost:
    """Make the host of a cable modem's own agent, which is reached over the modem's line."""
    return AgentHost(
        address=modem.address,
        view=modem_view(world, port, modem),
        read=world.secrets.modem_read,
        write=world.secrets.modem_write,
        v3=None,
        answers=lambda: port_up(world, port),
        refuses=lambda: False,
        delay_s=lambda: world.rtt_s,
        listens_on=lambda number: setattr(modem, "udp_port", number),
    )


def all_hosts(world: World) -> Iterator[AgentHost]:
    """Give every device that has an SNMP agent: the access nodes, and the homes' cable modems."""
    for node in world.nodes.values():
        yield node_host(world, node)
        for port in node.ports.values():
            if port.modem is not None and port.modem.has_agent:
                yield modem_host(world, port, port.modem)
