"""Changes of routers that are no POSIX shells pass the same stories as all others."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.action import ActionEnd
from cpe_diag.domain.failures import WishError
from cpe_diag.testing.router_story import PASSWORD, SSID, STORIES, Story, StoryRouter
from tests.conformance.lab_cli_routers import LabKeenetic, LabRouterOs

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

ROUTERS: dict[str, Callable[[], LabRouterOs | LabKeenetic]] = {
    "routeros wifi": partial(LabRouterOs, "wifi"),
    "routeros wireless": partial(LabRouterOs, "wireless"),
    "keenetic": LabKeenetic,
}
"""A simulated router by what it is; each story gets a new one."""


def changes() -> list[tuple[str, str]]:
    """Give every change of every simulated router."""
    return [(name, action) for name, make in ROUTERS.items() for action in make().driver.actions]


@pytest.mark.parametrize("story", STORIES, ids=lambda one: one.__name__)
@pytest.mark.parametrize(("name", "action"), changes())
async def test_every_change_passes_the_story(
    name: str, action: str, story: Callable[[StoryRouter, str], Awaitable[None]]
) -> None:
    """The router ends on the old or on the new settings, whoever vanishes when."""
    await story(ROUTERS[name](), action)


@pytest.mark.parametrize("package", ["wifi", "wireless"])
async def test_names_and_passwords_arrive_octet_by_octet(package: str) -> None:
    """With quotes, dollars, backslashes and letters that are no ASCII."""
    for action, wanted in (("wifi.set_ssid", SSID), ("wifi.set_password", PASSWORD)):
        router = LabRouterOs(package)
        story = Story(router, action)
        await story.perform(await story.plan())
        assert wanted in router.settings().values()


async def test_a_shared_profile_is_not_changed_for_others() -> None:
    """A guest network that shares the profile of the home keeps its password."""
    router = LabRouterOs("wireless")
    items = router.device.menus["interface", "wireless"]
    items[2]["security-profile"] = "default"
    story = Story(router, "wifi.set_password")
    plan = await story.plan()
    await story.perform(plan)
    held = router.settings()
    changed = {name for name in plan.targets if name}
    assert changed
    assert held["default wpa2-pre-shared-key"] == "first password"


@pytest.mark.parametrize("name", ROUTERS)
async def test_what_a_change_of_wifi_will_change_is_kept_before(name: str) -> None:
    """The copy holds the present name, and where the router shows it, the password."""
    router = ROUTERS[name]()
    story = Story(router, "wifi.set_ssid")
    plan = await story.plan()
    await story.perform(plan)
    (kept,) = story.copies.kept.values()
    assert b"Home 41" in kept
    assert (b"first password" in kept) is (name != "keenetic")


async def test_a_name_that_the_router_cannot_carry_is_refused_when_it_is_planned() -> None:
    """With the reason, and before anything is typed."""
    router = LabKeenetic(names={"wifi.set_ssid": 'a"b'})
    with pytest.raises(WishError, match="Keenetic's command line is not known to carry"):
        await Story(router, "wifi.set_ssid").plan()
    assert not [label for label in router.sent if label == "interface ssid"]


async def test_a_password_that_cannot_be_written_is_not_sent() -> None:
    """The change goes back, and no word of it tells a part of the password."""
    router = LabRouterOs("wifi")
    story = Story(router, "wifi.set_password")
    plan = await story.plan()
    before = dict(router.settings())
    story.password = "secret\x00word"
    outcome = await story.perform(plan)
    assert outcome.end is not ActionEnd.PROVEN
    assert "secret" not in outcome.words
    await story.wait(plan.window_s + 60.0)
    assert router.settings() == before
