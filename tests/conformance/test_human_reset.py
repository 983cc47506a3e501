"""A reset by hand is believed to the router: its boot or its port, never anybody's word."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.action import ActionEnd, Proof
from cpe_diag.domain.failures import ConsentError
from cpe_diag.engine.human_reset import plan_human_reset
from cpe_diag.engine.router_asking import asking
from cpe_diag.engine.router_changing import Material, RouterChanger, RouterPatience
from cpe_diag.engine.router_look import look
from cpe_diag.engine.router_perform import perform_router
from cpe_diag.ports import RouterDoors
from cpe_diag.testing.consent_doors import FakeConsentDesk
from cpe_diag.testing.router_doors import FakeCopies, FakeCourier, FakeGuide
from cpe_diag.testing.router_story import ACTION_ID, HELPED, SUBSCRIBER, StoryJournal
from tests.conformance.lab_routers import LabRouter

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpe_diag.domain.action import ActionOutcome

HOLD_S = 20.0
CAME_BACK = Proof(holds=True, took_effect=True, words="the port went down and came back")


async def led(
    router: LabRouter, guide: FakeGuide, proof: Proof = HELPED, *, consent: bool = True
) -> ActionOutcome:
    """Lead somebody through a reset of 20 seconds."""
    clock, control = router.clock, router.control()
    until = clock.monotonic() + 20.0
    looked = await look(asking(control, "posix_shell"), router.driver, clock, deadline=until)
    plan = plan_human_reset(
        looked, HOLD_S, subscriber=SUBSCRIBER, router=control.router, driver="openwrt"
    )
    desk = FakeConsentDesk()
    if consent:
        desk.give(subscriber=SUBSCRIBER, action=plan.action, digest=plan.digest, at=clock.now())
    covering = desk.require(
        subscriber=SUBSCRIBER, action=plan.action, digest=plan.digest, at=clock.now()
    )

    async def prove() -> Proof:
        await clock.sleep_until(clock.monotonic() + 0.5)
        return proof

    doors = RouterDoors(
        clock=clock,
        control=control,
        journal=StoryJournal(),
        copies=FakeCopies(),
        courier=FakeCourier(),
        consent=desk,
        guide=guide,
    )
    changer = RouterChanger(
        plan,
        router.driver,
        doors,
        Material(slots={"id": ACTION_ID, "boot_id": looked.boot_id}, payloads={}),
        boot_id=looked.boot_id,
        patience=RouterPatience(),
    )
    return await perform_router(
        ACTION_ID,
        changer,
        prove,
        consent=covering.id,
        symptom="as told",
        on_end=lambda _outcome: None,
    )


def pressing(router: LabRouter) -> Callable[[float], None]:
    """Give a hand that holds the button long enough."""

    def hold(seconds: float) -> None:
        assert seconds == HOLD_S
        router.power_cut()

    return hold


async def test_a_button_that_was_held_is_proven_by_another_boot() -> None:
    """The customer is led, and the router says the rest."""
    router = LabRouter()
    outcome = await led(router, FakeGuide(pressed=pressing(router)))
    assert outcome.end is ActionEnd.PROVEN, outcome.words


async def test_a_button_that_was_only_said_to_be_held_is_not_believed() -> None:
    """Three seconds in place of twenty were believed once, and the case was closed."""
    outcome = await led(LabRouter(), FakeGuide())
    assert outcome.end is ActionEnd.FAILED
    assert "was not held for 20 s" in outcome.words


async def test_where_nobody_is_there_nothing_is_claimed() -> None:
    """An automation cannot press a button."""
    outcome = await led(LabRouter(), FakeGuide(there=False))
    assert outcome.end is ActionEnd.FAILED
    assert "nobody has held the button" in outcome.words


@pytest.mark.parametrize(
    ("proof", "end"), [(CAME_BACK, ActionEnd.PROVEN), (HELPED, ActionEnd.UNKNOWN)]
)
async def test_a_router_that_lets_nobody_in_any_more_is_proven_by_its_port_alone(
    proof: Proof, end: ActionEnd
) -> None:
    """After a reset by hand our way in may be gone; the port tells that it went down."""
    router = LabRouter()

    def hold(_seconds: float) -> None:
        router.power_cut()
        router.router.away_until = router.clock.monotonic() + 100_000.0

    outcome = await led(router, FakeGuide(pressed=hold), proof)
    assert outcome.end is end, outcome.words


async def test_a_reset_by_hand_needs_the_customer_s_consent_too() -> None:
    """Their settings are lost by it."""
    router = LabRouter()
    with pytest.raises(ConsentError):
        await led(router, FakeGuide(pressed=pressing(router)), consent=False)
