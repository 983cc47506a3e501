"""A lab world whose time stands still until a test moves it, and agents over it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import pytest

from cpe_diag.lab.build import build_world
from cpe_diag.lab.running import claim_block
from cpe_diag.lab.snmp_agent import SnmpAgent

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

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


@pytest.fixture
async def start_agent(world: World) -> AsyncIterator[StartAgent]:
    """Give a function that lets the agent of a node listen until the test ends."""
    started: list[SnmpAgent] = []

    async def start(node_id: str) -> AccessNodeState:
        agent = SnmpAgent(world, world.nodes[node_id])
        await agent.start()
        started.append(agent)
        return agent.node

    yield start
    for agent in started:
        await agent.stop()
