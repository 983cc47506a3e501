"""A wrong platform in the inventory is noticed with the first questions, and named."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.failures import Failure, FailureKind, MeasurementError
from cpe_diag.driver_kit.load import load_router_driver
from cpe_diag.driver_kit.router_detect import Detection
from cpe_diag.engine.platform_watch import WatchedRouter
from cpe_diag.ports import Command
from cpe_diag.testing.clock import FakeClock
from cpe_diag.testing.conformance import check_router_view
from cpe_diag.testing.doors import FakeRouter, Wire

if TYPE_CHECKING:
    from cpe_diag.driver_kit.router import RouterDriver

OPENWRT = load_router_driver("openwrt")
LABEL = "cat /etc/openwrt_release"
UPTIME = Command(text="uptime", label="uptime")
OTHER = replace(
    OPENWRT,
    id="other_os",
    title="Another OS",
    detect=Detection(
        commands=(Command(text="other --version", label="other version"),),
        pattern=re.compile("^Other OS"),
        variants={},
        overheard=re.compile("OTHERSSH"),
        source="a test",
    ),
)


def router(**answers: str | tuple[str, int]) -> FakeRouter:
    """Make a router that answers by label; words in names stand for spaces."""
    return FakeRouter(wire=Wire(clock=FakeClock()), answers={"uptime": "up\n", **answers})


def watched(view: FakeRouter, driver: RouterDriver = OPENWRT) -> WatchedRouter:
    """Watch it; the other driver is known too."""
    return WatchedRouter(view, driver=driver, others=lambda: (OPENWRT, OTHER))


async def failure(view: WatchedRouter) -> Failure:
    """Ask, and give why there is no answer."""
    with pytest.raises(MeasurementError) as caught:
        await view.ask([UPTIME], deadline=1e9)
    return caught.value.failure


async def test_where_the_inventory_is_right_it_is_asked_once_and_costs_no_round_trip() -> None:
    """The question travels with the first ones."""
    view = router(**{LABEL: "DISTRIB_ID='OpenWrt'\n"})
    watch = watched(view)
    for _ in range(2):
        (answer,) = await watch.ask([UPTIME], deadline=1e9)
        assert answer.output == "up\n"
    assert view.asked == [LABEL, "uptime", "uptime"]
    assert watch.variant is None


async def test_a_variant_is_known_after_the_first_question() -> None:
    """For whoever wants to say it."""
    view = router(**{LABEL: "/etc/glversion\nDISTRIB_ID='OpenWrt'\n"})
    watch = watched(view)
    await watch.ask([UPTIME], deadline=1e9)
    assert watch.variant == "GL.iNet"


async def test_a_wrong_platform_is_named_by_the_driver_that_fits() -> None:
    """Its own question, asked in one more batch, and never again."""
    view = router(**{"other version": "Other OS 7\n"})
    watch = watched(view)
    told = await failure(watch)
    assert told.kind is FailureKind.WRONG_PLATFORM
    assert "openwrt" in told.detail
    assert "it is Another OS" in told.detail
    assert "platform: other_os" in str(told.next_step)
    asked = len(view.asked)
    assert await failure(watch) == told
    assert len(view.asked) == asked


async def test_askers_at_the_same_time_share_what_one_finds_out() -> None:
    """Twelve probes ask at once."""
    view = router(**{"other version": "Other OS 7\n"})
    watch = watched(view)
    told = await asyncio.gather(*(failure(watch) for _ in range(5)))
    assert len(set(told)) == 1
    assert view.asked.count("other version") == 1


async def test_a_router_that_no_driver_knows_is_not_guessed_at() -> None:
    """It is said that none fits."""
    told = await failure(watched(router()))
    assert told.kind is FailureKind.WRONG_PLATFORM
    assert "no other driver fits" in told.detail


async def test_a_router_of_another_dialect_is_named_by_what_is_overheard() -> None:
    """It does not understand a single word, and its SSH server has a name."""
    view = router()
    view.overheard = "SSH-2.0-OTHERSSH\n"
    view.wire.failure = Failure(kind=FailureKind.UNPARSEABLE, where="r", detail="no answer")
    told = await failure(watched(view))
    assert told.kind is FailureKind.WRONG_PLATFORM
    assert "Another OS" in told.detail


@pytest.mark.parametrize("kind", [FailureKind.SILENT, FailureKind.UNPARSEABLE])
async def test_other_failures_stay_what_they_are(kind: FailureKind) -> None:
    """A silent router is silent, not of another make."""
    view = router()
    view.wire.failure = Failure(kind=kind, where="r", detail="no answer")
    assert (await failure(watched(view))).kind is kind


async def test_a_question_that_did_not_end_in_time_decides_nothing() -> None:
    """The answers are given, and the platform is asked again with the next ones."""
    view = router(**{LABEL: ("", 124)})
    watch = watched(view)
    for _ in range(2):
        assert len(await watch.ask([UPTIME], deadline=1e9)) == 1
    assert view.asked == [LABEL, "uptime"] * 2


async def test_a_driver_without_detection_is_believed() -> None:
    """Of another package; ours all have one."""
    view = router()
    blind = replace(OPENWRT, detect=None)
    assert len(await watched(view, blind).ask([UPTIME], deadline=1e9)) == 1
    assert view.asked == ["uptime"]


async def test_the_detection_itself_can_be_asked() -> None:
    """`doctor` does."""
    assert OPENWRT.detect is not None
    view = router(**{LABEL: "DISTRIB_ID='OpenWrt'\n"})
    assert len(await watched(view).ask(OPENWRT.detect.commands, deadline=1e9)) == 1
    assert view.asked == [LABEL]


async def test_a_watched_router_keeps_what_every_router_view_keeps() -> None:
    """It stands before every other one."""
    view = router(**{LABEL: "DISTRIB_ID='OpenWrt'\n"})
    missing = Command(text="nosuch", label="nosuch")
    told = [(UPTIME, "up\n", 0), (missing, "ash: nosuch: not found\n", 127)]
    await check_router_view(watched(view), view.wire.clock, answers=told)
