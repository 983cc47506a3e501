"""Simulated routers that are no POSIX shells, running, with the view that a run would open."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from cpe_diag.domain.subscriber import RouterAccess
from cpe_diag.driver_kit.dialects import fill
from cpe_diag.driver_kit.load import load_router_driver
from cpe_diag.driver_kit.router import ReadingContext, RouterDriver
from cpe_diag.engine.recorder import RunRecorder
from cpe_diag.testing.lists import FakeCredentials
from cpe_diag.transports.clock import SystemClock
from cpe_diag.transports.speaking import speaker
from cpe_diag.transports.ssh import SshRouter

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


USER = "operator"
PASSWORD = "router-password-of-test"
CLOCK = SystemClock()
NOW = datetime(2026, 11, 26, 15, 0, tzinfo=UTC)


@dataclass(slots=True)
class LabTime:
    """Seconds that pass only when a test says so."""

    at: float = 54_000.0  # 15:00

    def now(self) -> float:
        """Give them."""
        return self.at


@dataclass(slots=True)
class Home:
    """A view of a running router, and the driver of its platform."""

    driver: RouterDriver
    view: SshRouter
    recorder: RunRecorder = field(default_factory=lambda: RunRecorder(CLOCK))

    async def read(self, question: str, *, target: str = "", server: str = "") -> object:
        """Ask a question as a run does, and read the answers."""
        asked = self.driver.questions[question]
        given = {"target": target, "server": server}
        commands = fill(asked, **{name: value for name, value in given.items() if value})
        answers = await self.view.ask(commands, deadline=soon())
        context = ReadingContext(at=NOW, target=target, server=server)
        return asked.reader(answers, context)


def soon(seconds: float = 20.0) -> float:
    """Give a deadline."""
    return CLOCK.monotonic() + seconds


def view_of(port: int, known_key: str, dialect: str, *, password: str = PASSWORD) -> SshRouter:
    """Open the door to a router on loopback."""
    access = RouterAccess(
        address="127.0.0.1",
        port=port,
        platform=None,
        user=USER,
        credential="env:ROUTER",
        known_key=known_key,
    )
    return SshRouter(
        access,
        credentials=FakeCredentials(secrets={"env:ROUTER": password}),
        clock=CLOCK,
        recorder=RunRecorder(CLOCK),
        speaker=speaker(dialect),
    )


@asynccontextmanager
async def opened(port: int, known_key: str, driver_id: str) -> AsyncIterator[Home]:
    """Open the view of a router and close it afterwards."""
    driver = load_router_driver(driver_id)
    view = view_of(port, known_key, driver.dialect)
    try:
        yield Home(driver, view)
    finally:
        await view.close()
