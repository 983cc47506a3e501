"""One lab router of each make whose time is moved by the tests."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from cpe_diag.driver_kit.dialects import fill
from cpe_diag.driver_kit.load import load_router_driver
from cpe_diag.driver_kit.router import ReadingContext
from cpe_diag.lab.build import build_world
from cpe_diag.lab.makes.airos import AIROS
from cpe_diag.lab.makes.asuswrt import ASUSWRT
from cpe_diag.lab.makes.ddwrt import DDWRT
from cpe_diag.lab.makes.edgeos import EDGEOS
from cpe_diag.lab.openwrt.machine import Machine
from cpe_diag.lab.openwrt.shell import Shell
from cpe_diag.lab.openwrt.streams import Collected, Given, Streams
from cpe_diag.lab.world import World
from cpe_diag.ports import CommandAnswer
from tests.unit.lab_openwrt.conftest import LabTime

if TYPE_CHECKING:
    from cpe_diag.lab.home_state import HomeRouter
    from cpe_diag.lab.openwrt.face import Face

FACES: dict[str, Face] = {
    "asuswrt": ASUSWRT,
    "ddwrt": DDWRT,
    "ubiquiti_airos": AIROS,
    "ubiquiti_edgeos": EDGEOS,
}
WITH_RADIOS = ("asuswrt", "ddwrt", "ubiquiti_airos")


@dataclass(frozen=True, slots=True)
class Home:
    """A home with a router of some make, and the driver that reads it."""

    world: World
    machine: Machine
    driver: str

    @property
    def router(self) -> HomeRouter:
        """The router's state."""
        return self.machine.router

    async def run(self, text: str) -> tuple[str, int]:
        """Run a command line; give all it said, and its status."""
        out = Collected()
        shell = Shell(machine=self.machine, programs=FACES[self.driver].programs())
        status = await shell.run(text, Streams(stdin=Given(b""), stdout=out, stderr=out))
        await shell.drain()
        return out.data.decode(), status

    async def ask(self, question_id: str, *, target: str = "", server: str = "") -> object:
        """Put one question as the probes do, and read the answers with the driver."""
        question = load_router_driver(self.driver).questions[question_id]
        parameters = {"target": target, "server": server}
        answers = []
        for command in fill(question, **{name: one for name, one in parameters.items() if one}):
            output, status = await self.run(command.text)
            answers.append(CommandAnswer(command=command, output=output, exit_status=status))
        context = ReadingContext(at=datetime.now(UTC), target=target, server=server)
        return question.reader(tuple(answers), context)


Make = Callable[[str], Home]
Ask = Callable[..., Awaitable[object]]


@pytest.fixture
def make() -> Make:
    """Make a healthy home with a router of the driver's platform; `pppoe` after a slash dials."""

    def made(name: str) -> Home:
        driver, _, protocol = name.partition("/")
        lab_time = LabTime()
        world = build_world(1, 0.0, block="127.83.1", clock=lab_time.clock)
        world.sleep = lab_time.sleep
        router = next(
            one for one in world.routers.values() if one.wan_protocol == (protocol or "dhcp")
        )
        return Home(world, FACES[driver].machine(world, router), driver)

    return made
