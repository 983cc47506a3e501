"""Each change of each router driver passes the same stories against its simulated router."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.action import ActionEnd
from cpe_diag.driver_kit.load import load_driver
from cpe_diag.driver_kit.router import RouterDriver
from cpe_diag.lab.openwrt.ssh_server import OPENWRT
from cpe_diag.lab.openwrt.uci_command import uci
from cpe_diag.testing.router_story import STORIES, Story, StoryRouter
from tests.conformance.lab_routers import LAB_ROUTERS, LabRouter

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from cpe_diag.lab.openwrt.shell import Call

ROUTERS: dict[str, Callable[[], StoryRouter]] = {**LAB_ROUTERS}
"""A simulated router by the id of its driver; each story gets a new one."""


def changes() -> list[tuple[str, str]]:
    """Give every change of every driver that has a simulated router."""
    found = []
    for name in ROUTERS:
        driver = load_driver(name)
        assert isinstance(driver, RouterDriver)
        found += [(name, action) for action in driver.actions]
    return found


@pytest.mark.parametrize("story", STORIES, ids=lambda one: one.__name__)
@pytest.mark.parametrize(("name", "action"), changes())
async def test_every_change_passes_the_story(
    name: str, action: str, story: Callable[[StoryRouter, str], Awaitable[None]]
) -> None:
    """The router ends on the old or on the new settings, whoever vanishes when."""
    await story(ROUTERS[name](), action)


async def test_what_the_router_cannot_write_is_not_called_proven() -> None:
    """Its flash is full: the new settings are on air, and gone with the next restart."""

    async def full(call: Call) -> int:
        return 1 if call.args[:1] == ("commit",) else await uci(call)

    programs = {**OPENWRT.programs(), "uci": full}
    router = LabRouter(face=replace(OPENWRT, programs=lambda: programs))
    story = Story(router, "wifi.set_ssid")
    outcome = await story.perform(await story.plan())
    assert outcome.end is ActionEnd.UNKNOWN
    assert "may not last" in outcome.words


@pytest.mark.parametrize("action", ["firmware.install", "wifi.set_ssid"])
async def test_what_is_cancelled_while_the_router_is_made_ready_changes_nothing(
    action: str,
) -> None:
    """A copy is made and an image is sent for minutes before the command that cannot be undone."""
    router = LabRouter()
    story = Story(router, action)
    plan = await story.plan()
    before, boot = dict(router.settings()), router.boots()

    async def too_late() -> str:
        ready = (*plan.backup, *plan.prepare)
        assert router.sent[-len(ready) :] == [one.label for one in ready]
        return "the run was cancelled before it was begun"

    outcome = await story.perform(plan, too_late=too_late)
    assert outcome.end is ActionEnd.FAILED
    assert outcome.words == "the run was cancelled before it was begun; nothing was changed"
    assert (dict(router.settings()), router.boots()) == (before, boot)
    assert not {one.label for one in (*plan.arm, *plan.apply)} & set(router.sent)
    assert [one.used_by for one in story.desk.consents] == [None]
