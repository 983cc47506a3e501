"""The lab's routers of other makes, read and changed over real SSH."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.action import ActionEnd
from cpe_diag.domain.router_facts import RouterSystem
from cpe_diag.domain.subscriber import RouterAccess
from cpe_diag.domain.wifi_facts import WifiStatus
from cpe_diag.driver_kit.dialects import fill
from cpe_diag.driver_kit.load import load_router_driver
from cpe_diag.driver_kit.router import ReadingContext, RouterDriver
from cpe_diag.driver_kit.router_detect import is_platform
from cpe_diag.engine.recorder import RunRecorder
from cpe_diag.lab.build import build_world
from cpe_diag.lab.home_state import HomeRouter
from cpe_diag.lab.openwrt.ssh_server import RouterServer
from cpe_diag.testing.lists import FakeCredentials
from cpe_diag.testing.router_story import PASSWORD, Story
from cpe_diag.transports.clock import SystemClock
from cpe_diag.transports.ssh import SshRouter
from cpe_diag.transports.ssh_control import SshControl
from tests.unit.lab_makes.conftest import FACES, WITH_RADIOS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

# Long enough for a busy machine; a test that waits for it fails.
PATIENCE_S = 20.0


@dataclass(slots=True)
class Served:
    """A lab router behind its SSH server, and the operator's doors to it."""

    name: str
    clock: SystemClock = field(default_factory=SystemClock)
    server: RouterServer = field(init=False)
    home: HomeRouter = field(init=False)
    driver: RouterDriver = field(init=False)
    controls: list[SshControl] = field(default_factory=list)

    @classmethod
    @asynccontextmanager
    async def new(cls, name: str) -> AsyncIterator[Served]:
        """Serve a healthy home's router."""
        made = cls(name)
        world = build_world(1, 0.0, block="127.83.4")
        made.home = next(one for one in world.routers.values() if one.wan_protocol == "dhcp")
        made.driver = load_router_driver(name)
        made.server = RouterServer(FACES[name])
        await made.server.start(world, made.home, listen_address=made.home.address)
        try:
            yield made
        finally:
            for control in made.controls:
                await control.close()
            await made.server.stop()

    def access(self) -> RouterAccess:
        """Say how to log in."""
        return RouterAccess(
            address=self.home.address,
            port=self.home.tcp_port,
            platform=self.name,
            user="root",
            credential="password",
            known_key=self.home.host_key_openssh,
        )

    def credentials(self) -> FakeCredentials:
        """Give the password."""
        return FakeCredentials(secrets={"password": self.home.password})

    def recorder(self) -> RunRecorder:
        """Record everything."""
        return RunRecorder(self.clock, redact=lambda _device, _question, text: text)

    def control(self) -> SshControl:
        """Give a new door by which it is changed."""
        self.controls.append(
            SshControl(
                self.access(),
                credentials=self.credentials(),
                clock=self.clock,
                recorder=self.recorder(),
            )
        )
        return self.controls[-1]

    def settings(self) -> Mapping[str, str]:
        """Give the passwords that last."""
        wireless = self.home.uci["wireless"]
        return {name: str(one["key"]) for name, one in wireless.items() if "key" in one}

    def boots(self) -> str:
        """Name the boot that it is in."""
        return self.home.boot_id

    def meddle(self) -> None:
        """Nobody meddles here."""

    def power_cut(self) -> None:
        """The power stays."""

    def image(self, version: str) -> bytes:
        """There is no image."""
        return version.encode()


@pytest.mark.parametrize("name", FACES)
async def test_a_router_is_read_over_ssh(name: str) -> None:
    """It says what it is, and the driver reads it through the real door."""
    async with Served.new(name) as served:
        driver, clock = served.driver, served.clock
        assert driver.detect is not None
        router = SshRouter(
            served.access(),
            credentials=served.credentials(),
            clock=clock,
            recorder=served.recorder(),
        )
        until = clock.monotonic() + PATIENCE_S
        (said,) = await router.ask(driver.detect.commands, deadline=until)
        assert is_platform(driver.detect, (said,))
        for question_id, kind in (("router_system", RouterSystem), ("router_wifi", WifiStatus)):
            if question_id not in driver.questions:
                continue  # the platform has no radio
            question = driver.questions[question_id]
            asked = tuple(replace(one, limit_s=PATIENCE_S) for one in fill(question))
            answers = await router.ask(asked, deadline=until)
            context = ReadingContext(at=datetime.now(UTC))
            assert isinstance(question.reader(answers, context), kind)
        await router.close()


@pytest.mark.parametrize("name", WITH_RADIOS)
async def test_a_password_is_changed_over_ssh(name: str) -> None:
    """Armed, set, compared over new connections and kept; every character has arrived."""
    async with Served.new(name) as served:
        story = Story(served, "wifi.set_password")
        plan = await story.plan()
        outcome = await story.perform(plan)
        assert outcome.end is ActionEnd.PROVEN, outcome.words
        own = {name: key for name, key in served.settings().items() if "guest" not in name}
        assert set(own.values()) == {PASSWORD}
