"""A lab world whose time stands still until a test moves it, and agents over it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import pytest

from cpe_diag.lab.agent_host import modem_host, node_host
from cpe_diag.lab.build import build_world
from cpe_diag.lab.fault_desk import FaultDesk
from cpe_diag.lab.faults import FaultSetter
from cpe_diag.lab.running import claim_block
from cpe_diag.lab.snmp_agent import SnmpAgent

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

    from cpe_diag.lab.cable_state import CableModem
    from cpe_diag.lab.world import AccessNodeState, World


@dataclass(slots=True)
class HandClock:
    """Seconds that only a test moves."""

    seconds: float = 1_000_000.0

    def __call__(self) -> float:
        """Give the present second."""
        return self.seconds


@pytest.fixture
def clock() -> HandClock:
    """Give a clock that stands still."""
    return HandClock()


@pytest.fixture
def block() -> Iterator[str]:
    """Hold a block of loopback addresses for one test."""
    held = claim_block()
    yield held.prefix
    held.release()


@pytest.fixture
def world(clock: HandClock, block: str) -> World:
    """Build a healthy lab."""
    return build_world(7, 0.0, block=block, clock=clock)


StartAgent: TypeAlias = "Callable[[str], Awaitable[AccessNodeState]]"
StartModem: TypeAlias = "Callable[[str], Awaitable[CableModem]]"


@pytest.fixture
async def agents() -> AsyncIterator[list[SnmpAgent]]:
    """Hold the agents that a test has started, until it ends."""
    started: list[SnmpAgent] = []
    yield started
    for agent in started:
        await agent.stop()


@pytest.fixture
def start_agent(world: World, agents: list[SnmpAgent]) -> StartAgent:
    """Give a function that lets the agent of a node listen until the test ends."""

    async def start(node_id: str) -> AccessNodeState:
        node = world.nodes[node_id]
        agents.append(SnmpAgent(node_host(world, node)))
        await agents[-1].start()
        return node

    return start


@pytest.fixture
def start_modem(world: World, agents: list[SnmpAgent]) -> StartModem:
    """Give a function that lets the agent of a subscriber's cable modem listen."""

    async def start(subscriber: str) -> CableModem:
        port = world.port_of(world.routers[subscriber])
        assert port.modem is not None
        agents.append(SnmpAgent(modem_host(world, port, port.modem)))
        await agents[-1].start()
        return port.modem

    return start


@pytest.fixture
def setter(world: World) -> FaultSetter:
    """Give a setter over a healthy lab."""
    return FaultSetter(world=world, desk=FaultDesk(world))
