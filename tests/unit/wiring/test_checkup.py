"""What `doctor` finds on a running lab: answers, and whether the driver is the right one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from cpe_diag.driver_kit.capabilities import ROUTER_CAPABILITIES
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

OTHER_ROUTER = """\
kind: router
title: Another router
detect:
  source: this test
  commands: [{run: cat /etc/other_release, label: cat /etc/other_release}]
  pattern: ^OTHER=
capabilities:
""" + "".join(
    f"  {name}: {{state: exempt, reason: not in this test}}\n" for name in ROUTER_CAPABILITIES
)


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that is busy with other tests is not a router that is away."""
    monkeypatch.setattr("cpe_diag.wiring.checkup.WITHIN_S", 120.0)


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


@pytest.mark.parametrize(
    ("platform", "state", "words"),
    [
        ("platform: openwrt", "ok", "openwrt"),
        ("platform: other_router", "wrong", "it is OpenWrt"),
        ("", "limited", "write `platform: openwrt`"),
    ],
)
async def test_a_wrong_platform_of_the_router_is_named(
    config: Config, tmp_path: Path, platform: str, state: str, words: str
) -> None:
    """Inventories are wrong; a run would otherwise read nothing, or worse, something else."""
    folder = tmp_path / "drivers"
    folder.mkdir()
    (folder / "other_router.yaml").write_text(OTHER_ROUTER)
    assert config.inventory is not None
    assert config.inventory.path is not None
    inventory = config.inventory.path
    inventory.write_text(inventory.read_text().replace("platform: openwrt", platform))
    found = await states(replace(config, driver_folders=(folder,)), "sub-1001")
    assert found["router"][0] == "ok"
    assert found["router platform"][0] == state
    assert words in found["router platform"][1]


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


async def test_references_are_tried_and_their_secrets_are_not_shown(
    config: Config, tmp_path: Path
) -> None:
    """A mistyped reference is found before the customer is on the phone."""
    secrets = tmp_path / "secrets.yaml"
    words = [line.partition(": ")[2] for line in secrets.read_text().splitlines()]
    found = await states(config, "sub-1001")
    assert "leads to a secret" in {detail for _state, detail in found.values()}
    assert not [word for word in words if word and word in str(found)]
    secrets.write_text("nothing: here\n")
    found = await states(config, "sub-1001")
    broken = [one for one in found.items() if one[0].startswith("file:secrets.yaml#")]
    assert {state for _what, (state, _detail) in broken} >= {"wrong"}
    assert "has no key" in str(broken)
