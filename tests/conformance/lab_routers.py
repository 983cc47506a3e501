"""Simulated routers of the lab behind the stories, on a clock that jumps."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from cpe_diag.driver_kit.load import load_driver
from cpe_diag.driver_kit.router import RouterDriver
from cpe_diag.lab.build import build_world
from cpe_diag.lab.makes.airos import AIROS
from cpe_diag.lab.makes.asuswrt import ASUSWRT
from cpe_diag.lab.makes.ddwrt import DDWRT
from cpe_diag.lab.makes.edgeos import EDGEOS
from cpe_diag.lab.openwrt.change_commands import lab_image
from cpe_diag.lab.openwrt.control import Cut, MachineControl
from cpe_diag.lab.openwrt.face import Face
from cpe_diag.lab.openwrt.machine import Machine
from cpe_diag.lab.openwrt.radios import all_bss, radios
from cpe_diag.lab.openwrt.ssh_server import OPENWRT
from cpe_diag.lab.world import World
from cpe_diag.testing.clock import FakeClock

if TYPE_CHECKING:
    from cpe_diag.lab.home_state import HomeRouter

BLOCK = "127.83.2"


@dataclass(slots=True)
class LabRouter:
    """A router of the lab with the driver `name`. `fate` cuts its connections."""

    name: str = "openwrt"
    face: Face = OPENWRT
    clock: FakeClock = field(default_factory=FakeClock)
    fate: Callable[[str], Cut] = field(default=lambda _label: Cut.NO)
    sent: list[str] = field(default_factory=list)
    driver: RouterDriver = field(init=False)
    world: World = field(init=False)
    machine: Machine = field(init=False)

    def __post_init__(self) -> None:
        """Build a healthy home."""
        driver = load_driver(self.name)
        assert isinstance(driver, RouterDriver)
        self.driver = driver
        self.world = build_world(1, 0.0, block=BLOCK, clock=self.clock.monotonic)
        self.world.sleep = self._sleep
        router = next(one for one in self.world.routers.values() if one.wan_protocol == "dhcp")
        self.machine = self.face.machine(self.world, router)

    @property
    def router(self) -> HomeRouter:
        """The router's state."""
        return self.machine.router

    async def _sleep(self, seconds: float) -> None:
        await self.clock.sleep_until(self.clock.monotonic() + seconds)

    def control(self) -> MachineControl:
        """Give a new door to it."""
        return MachineControl(
            machine=self.machine, programs=self.face.programs(), fate=self.fate, sent=self.sent
        )

    def settings(self) -> Mapping[str, str]:
        """Give what is on air, and what lasts."""
        air = {
            f"{bss.section} on {bss.radio.channel}": f"{bss.ssid} {bss.options.get('key')}"
            for bss in all_bss(self.machine)
        }
        on = {radio.name: str(radio.on_air) for radio in radios(self.machine)}
        lasts = json.dumps(self.router.uci["wireless"], sort_keys=True)
        return air | on | {"committed": lasts, "firmware": self.router.firmware}

    def boots(self) -> str:
        """Name the boot that it is in."""
        return self.router.boot_id

    def meddle(self) -> None:
        """Change the name of the first network for good."""
        self.router.uci["wireless"]["default_radio0"]["ssid"] = "Meddled"

    def power_cut(self) -> None:
        """Take the power away for a moment."""
        self.machine.stop()
        self.machine.reboot()

    def image(self, version: str) -> bytes:
        """Make an image that it takes."""
        return lab_image(self.router.board, version)


LAB_ROUTERS: Mapping[str, Callable[[], LabRouter]] = {
    "openwrt": LabRouter,
    "asuswrt": partial(LabRouter, "asuswrt", ASUSWRT),
    "ddwrt": partial(LabRouter, "ddwrt", DDWRT),
    "ubiquiti_airos": partial(LabRouter, "ubiquiti_airos", AIROS),
    "ubiquiti_edgeos": partial(LabRouter, "ubiquiti_edgeos", EDGEOS),
}
"""A new router by the id of its driver."""
