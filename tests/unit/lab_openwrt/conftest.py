"""One lab router whose time is moved by the tests."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from cpe_diag.lab.build import build_world
from cpe_diag.lab.openwrt.machine import Machine
from cpe_diag.lab.openwrt.programs import programs
from cpe_diag.lab.openwrt.shell import Shell
from cpe_diag.lab.openwrt.streams import Collected, Given, Streams

if TYPE_CHECKING:
    from cpe_diag.lab.home_state import HomeRouter
    from cpe_diag.lab.world import World

SETTLING_ROUNDS = 40


@dataclass
class LabTime:
    """A clock that jumps to the next moment somebody waits for, once all others wait too."""

    now_s: float = 1_000_000.0
    pending: list[float] = field(default_factory=list)
    changes: int = 0

    def clock(self) -> float:
        """Give the time."""
        return self.now_s

    async def sleep(self, seconds: float) -> None:
        """Wait without waiting: jump when everything else has been waiting for a while too."""
        due = self.now_s + seconds
        self.pending.append(due)
        self.changes += 1
        try:
            while self.now_s < due:
                seen = self.changes
                for _ in range(SETTLING_ROUNDS):
                    await asyncio.sleep(0)
                if seen == self.changes and min(self.pending) >= due:
                    self.now_s = due
        finally:
            self.pending.remove(due)
            self.changes += 1


@dataclass(frozen=True)
class Answer:
    """What a command line gave."""

    out: str
    err: str
    status: int


Run = Callable[..., Awaitable[Answer]]


@pytest.fixture
def lab_time() -> LabTime:
    """Give the time of the lab."""
    return LabTime()


@pytest.fixture
def world(lab_time: LabTime) -> World:
    """Give a healthy lab with no distance in it."""
    made = build_world(1, 0.0, block="127.83.1", clock=lab_time.clock)
    made.sleep = lab_time.sleep
    return made


@pytest.fixture
def router(world: World) -> HomeRouter:
    """Give the first home that takes its address by DHCP."""
    return next(home for home in world.routers.values() if home.wan_protocol == "dhcp")


@pytest.fixture
def pppoe_router(world: World) -> HomeRouter:
    """Give the first home that dials in with PPPoE."""
    return next(home for home in world.routers.values() if home.wan_protocol == "pppoe")


def runner(world: World, router: HomeRouter) -> Run:
    """Give a way to run command lines on a router, each as an exec of its own."""
    machine = Machine(world=world, router=router)

    async def run(text: str, stdin: str = "") -> Answer:
        out, err = Collected(), Collected()
        shell = Shell(machine=machine, programs=programs())
        streams = Streams(stdin=Given(stdin.encode()), stdout=out, stderr=err)
        status = await shell.run(text, streams)
        await shell.drain()
        return Answer(out.data.decode(), err.data.decode(), status)

    return run


@pytest.fixture
def run(world: World, router: HomeRouter) -> Run:
    """Run command lines on the DHCP home's router."""
    return runner(world, router)


@pytest.fixture
def run_pppoe(world: World, pppoe_router: HomeRouter) -> Run:
    """Run command lines on the PPPoE home's router."""
    return runner(world, pppoe_router)
