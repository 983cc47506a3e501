"""What a run keeps of a router's raw answers: what its driver allows, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cpe_diag.lab.files import CONFIG_FILE, write_files
from cpe_diag.lab.running import RunningLab
from cpe_diag.ports import Command
from cpe_diag.wiring.config import find
from cpe_diag.wiring.credentials import credentials_of
from cpe_diag.wiring.doors import open_doors
from cpe_diag.wiring.inventories import inventory_of
from cpe_diag.wiring.knowledge import router_driver_of

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.lab

PRIVATE = "the-wifi-password-of-a-home"


@pytest.mark.parametrize("has_driver", [True, False])
async def test_what_no_driver_allows_is_not_kept(tmp_path: Path, *, has_driver: bool) -> None:
    """A bundle goes to other desks: it must not carry a home's passwords."""
    lab = RunningLab(7, 0.0)
    await lab.start()
    write_files(lab.world, tmp_path)
    config = find(tmp_path / CONFIG_FILE)
    credentials = credentials_of(config)
    subscriber = inventory_of(config, credentials).subscriber("sub-1001")
    driver = router_driver_of(subscriber, config) if has_driver else None
    question = Command(text=f"echo {PRIVATE}", label="a command of nobody's")
    async with open_doors(config, subscriber, driver, credentials) as doors:
        (answer,) = await doors.router.ask([question], deadline=doors.clock.monotonic() + 20)
        kept = doors.recorder.raw_answers()
    await lab.stop()
    assert PRIVATE in answer.output
    assert kept[-1].question == question.label
    assert PRIVATE not in kept[0].text
