"""A change of a router that is no POSIX shell, from the plan to the end, over real SSH."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from cli_homes import CLOCK, PASSWORD, USER, LabTime

from cpe_diag.domain.action import ActionEnd
from cpe_diag.domain.subscriber import RouterAccess
from cpe_diag.driver_kit.load import load_router_driver
from cpe_diag.driver_kit.router import RouterDriver
from cpe_diag.engine.recorder import RunRecorder
from cpe_diag.lab.keenetic.device import Keenetic
from cpe_diag.lab.routeros.device import Device
from cpe_diag.lab.routeros.ssh_server import RouterOsServer
from cpe_diag.lab.typed_shell import TypedServer
from cpe_diag.testing.lists import FakeCredentials
from cpe_diag.testing.router_story import SSID, Story
from cpe_diag.transports.router_control import Control, router_control

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from cpe_diag.transports.clock import SystemClock

PLAIN = "Cafe 'x' $HOME #1; !"
"""A name that every platform carries."""


@dataclass(slots=True)
class Served:
    """A simulated router behind its SSH server, and the operator's doors to it."""

    driver: RouterDriver
    server: TypedServer | RouterOsServer
    device: Keenetic | Device
    controls: list[Control] = field(default_factory=list)

    @classmethod
    @asynccontextmanager
    async def new(cls, name: str) -> AsyncIterator[Served]:
        """Serve a healthy home's router."""
        time = LabTime()
        device: Keenetic | Device
        server: TypedServer | RouterOsServer
        if name == "keenetic_ndms":
            device = Keenetic(now=time.now, booted_at=time.at - 3600)
            server = TypedServer(device, user=USER, password=PASSWORD)
        else:
            device = Device(now=time.now, package="wifi", booted_at=time.at - 3600)
            server = RouterOsServer(device, user=USER, password=PASSWORD)
        await server.start()
        made = cls(load_router_driver(name), server, device)
        try:
            yield made
        finally:
            for control in made.controls:
                await control.close()
            await server.stop()

    @property
    def clock(self) -> SystemClock:
        """Give the real one."""
        return CLOCK

    @property
    def values(self) -> Mapping[str, str]:
        """Give a name that every platform carries."""
        return {"wifi.set_ssid": PLAIN if isinstance(self.device, Keenetic) else SSID}

    def control(self) -> Control:
        """Give a new door by which it is changed."""
        access = RouterAccess(
            address="127.0.0.1",
            port=self.server.port,
            platform=self.driver.id,
            user=USER,
            credential="password",
            known_key=self.server.known_key,
        )
        self.controls.append(
            router_control(
                access,
                dialect=self.driver.dialect,
                credentials=FakeCredentials(secrets={"password": PASSWORD}),
                clock=CLOCK,
                recorder=RunRecorder(CLOCK),
            )
        )
        return self.controls[-1]

    def settings(self) -> Mapping[str, str]:
        """Give the names that are set."""
        if isinstance(self.device, Keenetic):
            return {name: one.ssid for name, one in self.device.saved.items() if one.ssid}
        wifi = self.device.menus["interface", "wifi"]
        return {
            one["name"]: one["configuration.ssid"] for one in wifi if "configuration.ssid" in one
        }

    def boots(self) -> str:
        """Name the boot that it is in."""
        return str(self.device.starts)

    def meddle(self) -> None:
        """Nobody meddles here."""

    def power_cut(self) -> None:
        """The power stays."""

    def image(self, version: str) -> bytes:
        """There is no image."""
        return version.encode()


@pytest.mark.parametrize("name", ["mikrotik_routeros", "keenetic_ndms"])
async def test_a_name_is_changed_over_ssh(name: str) -> None:
    """Armed, set, seen over new connections, kept; every character has arrived."""
    async with Served.new(name) as served:
        before = dict(served.settings())
        story = Story(served, "wifi.set_ssid")
        plan = await story.plan()
        outcome = await story.perform(plan)
        assert outcome.end is ActionEnd.PROVEN, outcome.words
        changed = {name for one, name in served.settings().items() if before.get(one) != name}
        assert changed == {served.values["wifi.set_ssid"]}
