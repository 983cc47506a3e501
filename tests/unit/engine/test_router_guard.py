"""The guard of router changes refuses what it cannot tell, and nothing that it can."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cpe_diag.domain.agreement import GuardState
from cpe_diag.domain.failures import FailureKind, WishError
from cpe_diag.domain.missing import Missing
from cpe_diag.engine.plan_router import RouterWish, plan_router
from cpe_diag.engine.router_asking import asking
from cpe_diag.engine.router_guard import RouterCase, guard_router
from cpe_diag.engine.router_look import RouterLook, look
from cpe_diag.testing.router_story import SUBSCRIBER
from cpe_diag.testing.run_samples import sample_subscriber
from tests.conformance.lab_routers import LabRouter


async def looked(router: LabRouter) -> RouterLook:
    """Look at it."""
    ask = asking(router.control(), router.driver.dialect)
    until = router.clock.monotonic() + 20.0
    return await look(ask, router.driver, router.clock, deadline=until)


def states(
    router: LabRouter, seen: RouterLook, bands: tuple[str, ...] = ()
) -> dict[str, GuardState]:
    """Give the guard's findings on a change of the name."""
    wish = RouterWish(action="wifi.set_ssid", value="New", bands=bands)
    plan = plan_router(router.driver, wish, seen, subscriber=SUBSCRIBER, router="192.0.2.1:22")
    case = RouterCase(
        plan=plan, looked=seen, subscriber=sample_subscriber(), unfinished=(), expects_model=None
    )
    return {one.id: one.state for one in guard_router(case)}


async def test_a_router_that_does_not_tell_whether_changes_wait_is_not_taken_for_clear() -> None:
    """`uci changes` failed: what somebody staged would be made to last with ours."""
    router = LabRouter()
    seen = await looked(router)
    assert states(router, seen)["settings_pending"] is GuardState.CLEAR
    failed = replace(seen, pending=Missing(why=FailureKind.DEVICE_ERROR))
    assert states(router, failed)["settings_pending"] is GuardState.UNKNOWN
    waits = replace(seen, pending="wireless.radio0.channel='1'")
    assert states(router, waits)["settings_pending"] is GuardState.REFUSED
    unasked = replace(seen, pending=Missing(why=FailureKind.UNSUPPORTED))
    assert states(router, unasked)["settings_pending"] is GuardState.CLEAR


async def test_a_radio_that_is_off_forbids_no_change_of_the_other() -> None:
    """Only what is changed has to be on air, so that it can be proven there."""
    router = LabRouter()
    router.router.uci["wireless"]["radio0"]["disabled"] = "1"
    router.power_cut()
    await router.clock.sleep_until(router.clock.monotonic() + 300.0)
    seen = await looked(router)
    assert states(router, seen, ("5g",))["on_air"] is GuardState.CLEAR
    assert states(router, seen, ("2g",))["on_air"] is GuardState.UNKNOWN


async def test_a_password_is_not_taken_from_a_command_line() -> None:
    """`--value new_password=...` stood in the history of a shell, and another one was set."""
    router = LabRouter()
    seen = await looked(router)
    wish = RouterWish(action="wifi.set_password", value="hunter2secret")
    with pytest.raises(WishError, match="takes no value") as told:
        plan_router(router.driver, wish, seen, subscriber=SUBSCRIBER, router="192.0.2.1:22")
    assert "hunter2" not in str(told.value)


async def test_a_consent_to_a_password_that_is_sent_covers_none_that_is_typed() -> None:
    """Else one of the staff could type it, and know it."""
    router = LabRouter()
    seen = await looked(router)
    sent, typed = (
        plan_router(
            router.driver,
            RouterWish(action="wifi.set_password", typed=by_hand),
            seen,
            subscriber=SUBSCRIBER,
            router="192.0.2.1:22",
        )
        for by_hand in (False, True)
    )
    assert sent.digest != typed.digest
    assert "sent to the customer" in sent.wished
    assert "typed by the customer" in typed.wished
