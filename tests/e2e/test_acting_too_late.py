"""A run that is cancelled while its change waits, or looks for a minute, changes nothing."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from test_run_kills import Place, placed

from cpe_diag.domain.failures import HeldElsewhereError
from cpe_diag.lab.running import RunningLab
from cpe_diag.playbook.model import ActStep
from cpe_diag.playbook.schema import NOT_DONE
from cpe_diag.store.router_journal import RouterJournals
from cpe_diag.transports.clock import SystemClock
from cpe_diag.wiring import acting, doors
from cpe_diag.wiring.acting import Acting
from cpe_diag.wiring.desk import case_store, open_desk
from cpe_diag.wiring.kept_runs import begun
from cpe_diag.wiring.runs import RunWish, prepare
from cpe_diag.wiring.working import NobodyThere

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from cpe_diag.domain.router_plan import RouterPlan
    from cpe_diag.engine.run import ActEnded
    from cpe_diag.testing.postgres_server import PostgresServer
    from cpe_diag.wiring.desk import Desk

pytestmark = pytest.mark.lab

HOME = "sub-3001"
CANCELLED = "the run was cancelled before it was begun"
REBOOT = ActStep(
    id="restart",
    when=None,
    action="router.reboot",
    value=None,
    bands=(),
    networks=(),
    hold_s=0.0,
)


class AheadClock(SystemClock):
    """A clock of a machine that was set two hours forward."""

    def now(self) -> datetime:
        """Give what it shows."""
        return super().now() + timedelta(hours=2)


@pytest.fixture
def store_url(tmp_path: Path) -> str:
    """Give the URL of an empty store; a file where nothing else is said."""
    return f"sqlite:///{tmp_path / 'case.db'}"


@pytest.fixture
async def place(tmp_path: Path, store_url: str) -> AsyncIterator[Place]:
    """Keep a lab running, with a client of it."""
    lab = RunningLab(7, 0.0)
    await lab.start()
    try:
        yield placed(lab, tmp_path, store_url)
    finally:
        await lab.stop()


async def restarts(place: Place, *, cancelled_after: int) -> tuple[ActEnded, int]:
    """Have the router restarted by a run that is cancelled once it was asked so often."""
    asked = 0

    async def too_late() -> str:
        nonlocal asked
        asked += 1
        return CANCELLED if asked > cancelled_after else ""

    def agrees(plan: RouterPlan, _desk: Desk) -> str:
        place.consent(HOME, plan.digest)
        return ""

    prepared = prepare(place.config, RunWish(playbook="acts", subscriber=HOME))
    with begun(prepared, {}) as kept:
        act = Acting(
            place.config,
            prepared.wish,
            values={},
            guide=NobodyThere(),
            agree=agrees,
            safely=nullcontext,
            run=kept.row,
            away_s=30.0,
        )
        return await act(REBOOT, too_late), asked


@pytest.mark.parametrize("after", [1, 2])
async def test_a_change_is_asked_for_right_before_it_is_begun(place: Place, after: int) -> None:
    """And once more when all is ready for it.

    Looking at the router and measuring take a minute, in which the case may go to a person.
    """
    boot = place.router(HOME).boot_id
    ended, asked = await restarts(place, cancelled_after=after)
    assert (ended.ended, asked) == (NOT_DONE if after == 1 else "failed", after + 1), ended.note
    assert ended.note == f"{CANCELLED}; nothing was changed"
    assert place.router(HOME).boot_id == boot
    assert RouterJournals(case_store(place.config)).unfinished() == ()
    consents = open_desk(place.config).consents.of_subscriber(HOME)
    assert [one.used_by for one in consents] == [None]


class TestInPostgres:
    """In a store that has a clock of its own."""

    @pytest.fixture
    def store_url(self, postgres: PostgresServer) -> str:
        """Give the URL of an empty store."""
        return postgres.database()

    async def test_a_change_is_dated_by_the_clock_of_the_store(
        self, place: Place, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Whoever takes it up elsewhere waits for the router as long as it may be away."""
        monkeypatch.setattr(doors, "SystemClock", AheadClock)
        await restarts(place, cancelled_after=2)
        (record,) = RouterJournals(case_store(place.config)).every()
        moments = [record.begun_at, *(one.at for one in record.entries)]
        assert len(moments) > 1
        assert max(moments) - datetime.now(UTC) < timedelta(hours=1)


async def test_a_change_that_waits_for_a_router_is_asked_for_each_time(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever has it may have it for minutes."""
    tries = 0

    async def held(*_args: object, **_more: object) -> ActEnded:
        nonlocal tries
        tries += 1
        raise HeldElsewhereError("another process changes it")

    monkeypatch.setattr(acting, "AGAIN_S", 0.0)
    monkeypatch.setattr(Acting, "_done", held)
    ended, _asked = await restarts(place, cancelled_after=3)
    assert (ended.ended, ended.note, tries) == (NOT_DONE, CANCELLED, 3)
