"""Real and simulated doors to change a router keep the same promises, as do pins of its key."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from exec_server import PASSWORD, ExecServer, exec_serving

from cpe_diag.engine.recorder import RunRecorder
from cpe_diag.lab.files import CONFIG_FILE, write_files
from cpe_diag.lab.running import RunningLab
from cpe_diag.store.host_key_pins import HostKeyPinsFile
from cpe_diag.testing.conformance_routers import check_host_key_pins, check_router_control
from cpe_diag.testing.host_keys import FakeHostKeyPins
from cpe_diag.testing.lists import FakeCredentials
from cpe_diag.transports.clock import SystemClock
from cpe_diag.transports.ssh_control import SshControl
from cpe_diag.wiring.config import find
from cpe_diag.wiring.credentials import credentials_of
from cpe_diag.wiring.doors import host_keys_of
from cpe_diag.wiring.inventories import inventory_of

if TYPE_CHECKING:
    from pathlib import Path

CLOCK = SystemClock()
PASSPHRASE = bytes(range(32, 127)) + " é 📶 \n\n".encode()
NOW = datetime(2026, 11, 26, 14, 0, tzinfo=UTC)


async def test_a_control_over_ssh_is_a_router_control() -> None:
    """Through a real SSH server and a real shell."""
    async with exec_serving(ExecServer()) as server:
        control = SshControl(
            server.access(),
            credentials=FakeCredentials(secrets={"password": PASSWORD}),
            clock=CLOCK,
            recorder=RunRecorder(CLOCK),
        )
        await check_router_control(control, CLOCK)
        await control.close()


@pytest.mark.lab
async def test_a_router_of_the_lab_is_changed_in_the_same_way(tmp_path: Path) -> None:
    """What is proven against the lab holds only if its shell behaves as a real one."""
    lab = RunningLab(7, 0.0)
    await lab.start()
    try:
        write_files(lab.world, tmp_path)
        config = find(tmp_path / CONFIG_FILE)
        credentials = credentials_of(config)
        router = inventory_of(config, credentials).subscriber("sub-1001").router
        assert router is not None
        control = SshControl(
            router,
            credentials=credentials,
            clock=CLOCK,
            recorder=RunRecorder(CLOCK),
            host_keys=host_keys_of(config),
        )
        # The lab's shell holds text only: every character that a passphrase may have.
        await check_router_control(control, CLOCK, stdin=PASSPHRASE)
        await control.close()
    finally:
        await lab.stop()


def test_pins_in_a_file_are_pins(tmp_path: Path) -> None:
    """A run relies on no more than the door promises."""
    check_host_key_pins(HostKeyPinsFile(tmp_path / "host_keys.json"), NOW)


def test_pins_in_memory_are_pins() -> None:
    """Tests of the engine see what a real file does."""
    check_host_key_pins(FakeHostKeyPins(), NOW)
