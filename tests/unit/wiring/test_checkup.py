"""What `doctor` finds on a running lab: answers, and whether the driver is the right one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from cpe_diag.lab.files import CONFIG_FILE, write_files
from cpe_diag.lab.running import RunningLab
from cpe_diag.wiring.checkup import checkup
from cpe_diag.wiring.config import find

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from cpe_diag.wiring.config import Config

pytestmark = pytest.mark.lab

OWN_DRIVER = """\
kind: access
title: The lab's own nodes
extends: generic_dsl
detect: {sys_object_ids: [1.3.6.1.4.1.32473.2]}
capabilities:
  port.set_speed: {state: exempt, reason: these nodes refuse SET}
"""


@pytest.fixture
async def config(tmp_path: Path) -> AsyncIterator[Config]:
    """Run a lab, and point to it."""
    lab = RunningLab(7, 0.0)
    await lab.start()
    write_files(lab.world, tmp_path)
    yield find(tmp_path / CONFIG_FILE)
    await lab.stop()


async def states(config: Config, subscriber: str) -> dict[str, tuple[str, str]]:
    """Give state and detail of each check by what it is about."""
    return {one.what: (one.state, one.detail) for one in await checkup(config, subscriber)}


async def test_everything_that_is_configured_is_tried(config: Config) -> None:
    """One command tells whether a run could work at all."""
    found = await states(config, "sub-1001")
    outside = ("resolver", "reference host", "platform default", "access node", "router")
    for what in ("inventory", *outside):
        assert found[what][0] == "ok", found[what]
    assert found["access driver"] == ("ok", "generic_dsl")


async def test_a_driver_that_fits_the_node_better_is_named(config: Config, tmp_path: Path) -> None:
    """Whoever writes a driver for a node forgets to name it in the inventory."""
    folder = tmp_path / "drivers"
    folder.mkdir()
    (folder / "lab_node.yaml").write_text(OWN_DRIVER)
    state, detail = (await states(replace(config, driver_folders=(folder,)), "sub-1001"))[
        "access driver"
    ]
    assert state == "limited"
    assert "generic_dsl is used; lab_node fits" in detail


async def test_an_unusable_reference_is_one_wrong_check(config: Config) -> None:
    """The other checks count all the same."""
    assert config.reference is not None
    wrong = replace(config, reference=replace(config.reference, url="ftp://reference/"))
    found = await states(wrong, "sub-1001")
    assert found["reference host"][0] == "wrong"
    assert found["access node"][0] == "ok"


async def test_a_platform_that_fails_is_not_called_our_mistake(config: Config) -> None:
    """It is a third party's, and the day it is down is the day doctor is asked."""
    gone = replace(config.platforms["default"], host="nosuch.lab.example")
    found = await states(replace(config, platforms={"gone": gone}), "sub-1001")
    state, detail = found["platform gone"]
    assert state == "limited"
    assert "nxdomain" in detail
