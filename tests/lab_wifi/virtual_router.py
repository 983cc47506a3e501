"""The virtual router behind the stories of router changes: real engine, SSH door and driver."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from guest_machine import PASSWORD, USER, Machine

from cpe_diag.domain.subscriber import RouterAccess
from cpe_diag.driver_kit.load import load_router_driver
from cpe_diag.driver_kit.router import RouterDriver
from cpe_diag.engine.recorder import RunRecorder
from cpe_diag.ports import Clock
from cpe_diag.testing.lists import FakeCredentials
from cpe_diag.transports.clock import SystemClock
from cpe_diag.transports.ssh_control import SshControl

if TYPE_CHECKING:
    from collections.abc import Mapping

WINDOW_S = 45.0
"""How long its revert waits in the lab; the driver's own window is minutes."""


@dataclass(slots=True)
class VirtualRouter:
    """A machine of the lab, changed through the product's own door. Close it."""

    machine: Machine
    clock: Clock = field(default_factory=SystemClock)
    driver: RouterDriver = field(init=False)
    opened: list[SshControl] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Take the driver, with a window that a test can wait for."""
        driver = load_router_driver("linux_hostapd")
        assert driver.revert is not None
        self.driver = replace(driver, revert=replace(driver.revert, window_s=WINDOW_S))

    def control(self) -> SshControl:
        """Open a new door: the host key is what the router itself has."""
        key = self.machine.guest(
            "dropbearkey -y -f /etc/dropbear/dropbear_ed25519_host_key | grep ^ssh"
        ).text.split()
        access = RouterAccess(
            address="127.0.0.1",
            port=self.machine.ssh_port,
            platform=self.driver.id,
            user=USER,
            credential="password",
            known_key=" ".join(key[:2]),
        )
        control = SshControl(
            access,
            credentials=FakeCredentials(secrets={"password": PASSWORD}),
            clock=self.clock,
            recorder=RunRecorder(self.clock, redact=lambda _device, _question, text: text),
        )
        self.opened.append(control)
        return control

    async def close(self) -> None:
        """Close every door that was opened."""
        for one in self.opened:
            await one.close()

    def settings(self) -> Mapping[str, str]:
        """Give what is on air, as hostapd and iw say it, and what lasts on the disk."""
        said = {
            name: self.machine.guest(script).text
            for name, script in (
                ("wlan0", "iw dev wlan0 info | grep -E 'ssid|type|channel'"),
                ("wlan1", "iw dev wlan1 info | grep -E 'ssid|type|channel'"),
                ("lasts", "cat /flash/etc/hostapd/*.conf"),
            )
        }
        return said | {"seen": self.machine.guest("cat /etc/hostapd/*.conf").text}

    def boots(self) -> str:
        """Name the boot that it is in."""
        return self.machine.boot_id()

    def meddle(self) -> None:
        """Change the name of the first network for good."""
        self.machine.guest(
            "sed -i 's/^ssid=.*/ssid=Meddled/' /etc/hostapd/hostapd.conf; sync; "
            "kill -HUP $(pidof hostapd)"
        )

    def power_cut(self) -> None:
        """Take the power away for a moment; wait until it is on air again."""
        self.machine.power_cut()
        self.machine.wait_for_air()

    def image(self, version: str) -> bytes:
        """Plain Linux takes no image."""
        return hashlib.sha256(version.encode()).digest()
