"""Simulated routers that are no POSIX shells, behind the stories, on a clock that jumps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cpe_diag.driver_kit.load import load_router_driver
from cpe_diag.driver_kit.ndms_answers import REFUSAL
from cpe_diag.driver_kit.typed_order import typed_lines
from cpe_diag.lab.direct_control import DirectControl
from cpe_diag.lab.keenetic.device import Keenetic
from cpe_diag.lab.openwrt.control import Cut
from cpe_diag.lab.routeros import tables
from cpe_diag.lab.routeros.device import Device
from cpe_diag.testing.clock import FakeClock
from cpe_diag.transports.framed_control import FramedControl

if TYPE_CHECKING:
    from cpe_diag.driver_kit.router import RouterDriver

SHOWN = ("ssid", "configuration.ssid", "disabled", "channel.frequency", "frequency")
SECRET = (tables.WIFI_PASSWORD, tables.OLD_PASSWORD, "security-profile")


@dataclass(slots=True)
class LabRouterOs:
    """A MikroTik router. `fate` cuts its connections."""

    package: str = "wifi"
    clock: FakeClock = field(default_factory=FakeClock)
    fate: Callable[[str], Cut] = field(default=lambda _label: Cut.NO)
    sent: list[str] = field(default_factory=list)
    device: Device = field(init=False)

    def __post_init__(self) -> None:
        """Start it an hour ago."""
        now = self.clock.monotonic()
        self.device = Device(
            now=self.clock.monotonic, package=self.package, booted_at=now - 3600.0
        )

    @property
    def driver(self) -> RouterDriver:
        """Give the driver under test."""
        return load_router_driver("mikrotik_routeros")

    def control(self) -> FramedControl:
        """Give a new door to it."""

        async def run(text: str) -> str:
            return self.device.run(text)

        direct = DirectControl(
            device=self.device, run=run, clock=self.clock, fate=self.fate, sent=self.sent
        )
        return FramedControl(direct)

    def settings(self) -> Mapping[str, str]:
        """Give what is set, which is on air, and lasts."""
        self.device.tick()
        paths = (tables.WIFI, tables.WIRELESS, tables.SECURITY)
        return {
            f"{item['name']} {key}": item[key]
            for path in paths
            for item in self.device.menus.get(path, [])
            for key in (*SHOWN, *SECRET)
            if key in item
        }

    def boots(self) -> str:
        """Name the boot that it is in."""
        return str(self.device.boots)

    def meddle(self) -> None:
        """Change the name of a network for good."""
        for path, key in ((tables.WIFI, "configuration.ssid"), (tables.WIRELESS, "ssid")):
            for item in self.device.menus.get(path, [])[:1]:
                item[key] = "Meddled"

    def power_cut(self) -> None:
        """Take the power away for a moment."""
        self.device.reboot()

    def image(self, version: str) -> bytes:
        """Make an image that it takes."""
        return version.encode()


@dataclass(slots=True)
class LabKeenetic:
    """A Keenetic. `fate` cuts its connections."""

    clock: FakeClock = field(default_factory=FakeClock)
    fate: Callable[[str], Cut] = field(default=lambda _label: Cut.NO)
    sent: list[str] = field(default_factory=list)
    names: Mapping[str, str] = field(
        default_factory=lambda: {"wifi.set_ssid": "Cafe 'x' $HOME #1; !"}
    )
    """Names that its command line is known to carry."""
    device: Keenetic = field(init=False)

    def __post_init__(self) -> None:
        """Start it an hour ago."""
        now = self.clock.monotonic()
        self.device = Keenetic(now=self.clock.monotonic, booted_at=now - 3600.0)

    @property
    def driver(self) -> RouterDriver:
        """Give the driver under test."""
        return load_router_driver("keenetic_ndms")

    @property
    def values(self) -> Mapping[str, str]:
        """Give what the stories set."""
        return self.names

    def control(self) -> DirectControl:
        """Give a new door to it."""
        return DirectControl(
            device=self.device,
            run=self._run,
            clock=self.clock,
            fate=self.fate,
            sent=self.sent,
            failed=lambda said: REFUSAL.search(said) is not None,
        )

    def settings(self) -> Mapping[str, str]:
        """Give what is set and what is saved."""
        self.device.tick()
        kinds = {"running": self.device.running, "saved": self.device.saved}
        return {
            f"{kind} {name}": repr(point)
            for kind, points in kinds.items()
            for name, point in points.items()
        }

    def boots(self) -> str:
        """Name the boot that it is in."""
        self.device.tick()
        return str(self.device.starts)

    def meddle(self) -> None:
        """Change the name of a network for good."""
        for points in (self.device.running, self.device.saved):
            points["WifiMaster0/AccessPoint0"].ssid = "Meddled"

    def power_cut(self) -> None:
        """Take the power away for a moment."""
        self.device.restart()

    def image(self, version: str) -> bytes:
        """Make an image that it takes."""
        return version.encode()

    async def _run(self, text: str) -> str:
        said, starts = "", self.device.starts
        for line in typed_lines(text):
            answer = await self.device.enter(line.text, _nobody_asks) or ""
            said += line.said(answer)
            if REFUSAL.search(answer) or self.device.starts != starts:
                break
        return said


async def _nobody_asks(question: str) -> str:
    raise AssertionError(question)
