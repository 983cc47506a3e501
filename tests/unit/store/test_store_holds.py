"""A device is held by one change at a time, and what comes from an older hold is refused."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.failures import ActionError, HoldLostError
from cpe_diag.domain.secret import Secret
from cpe_diag.store.case_store import CaseStore
from cpe_diag.store.holds import LEASE, Hold, Holds
from cpe_diag.store.processes import has_died, this_process
from cpe_diag.store.steady import LONGEST
from cpe_diag.transports.clock import SystemClock

if TYPE_CHECKING:
    from pathlib import Path

ROUTER = ("192.0.2.1:22",)
ELSEWHERE = "elsewhere/boot/space/7/1"


def later(store: CaseStore, after: timedelta) -> Holds:
    """Give the holds of a store as somebody sees them who comes `after` this."""
    store.steady = replace(store.steady, ahead=store.steady.ahead + after)
    return Holds(store)


def stands(store: CaseStore, holds: Holds, hold: Hold) -> bool:
    """Say whether something may be written under a hold."""
    try:
        with store.writing() as connection:
            holds.check(connection, hold)
    except HoldLostError:
        return False
    return True


@pytest.fixture
def store(store_url: str) -> CaseStore:
    """Give an empty store of each kind."""
    return CaseStore.behind(Secret(store_url))


def test_what_is_held_nobody_else_gets_until_it_is_left(store: CaseStore) -> None:
    """One change at a time on one router, whatever started it."""
    holds = Holds(store)
    with holds.held(ROUTER, "the router", holder=this_process()) as hold:
        assert stands(store, holds, hold)
        with (
            pytest.raises(ActionError, match="the router is being changed by another process"),
            holds.held(("other", *ROUTER), "the router", holder=ELSEWHERE),
        ):
            raise AssertionError
        with holds.held(("other",), "another", holder=ELSEWHERE):
            pass
    with holds.held(ROUTER, "the router", holder=ELSEWHERE) as next_hold:
        assert next_hold.tokens[0][1] > hold.tokens[0][1]
        assert not stands(store, holds, hold)


def test_whoever_stood_still_past_the_lease_writes_nothing_once_another_holds_it(
    store: CaseStore,
) -> None:
    """A frozen process that wakes up does no harm; while nobody else came, it goes on."""
    holds = Holds(store)
    with holds.held(ROUTER, "the router", holder=ELSEWHERE) as frozen:
        holds = later(store, 2 * LEASE)
        assert stands(store, holds, frozen)
        holds = later(store, 2 * LEASE)
        with holds.held(ROUTER, "the router", holder=this_process()) as mine:
            assert not stands(store, holds, frozen)
            assert stands(store, holds, mine)
    with holds.held(ROUTER, "the router", holder=ELSEWHERE) as after:
        assert stands(store, holds, after)


def test_a_hold_is_renewed_while_its_block_lasts(store: CaseStore) -> None:
    """A flash of firmware takes longer than a lease."""
    holds = Holds(store, lease=timedelta(seconds=0.4))
    from time import sleep  # noqa: PLC0415 - the thread that renews lives in real time

    with holds.held(ROUTER, "the router", holder=ELSEWHERE):
        sleep(1.0)
        with pytest.raises(ActionError), holds.held(ROUTER, "it", holder=this_process()):
            raise AssertionError


def test_a_hold_whose_block_hangs_ends_with_its_lease(store: CaseStore) -> None:
    """What hangs does not keep a router from others until somebody ends its process."""
    holds = Holds(store, lease=timedelta(seconds=0.4))
    from time import sleep  # noqa: PLC0415 - as above

    lasts = timedelta(seconds=0.2)
    with holds.held(ROUTER, "the router", holder=this_process(), lasts=lasts) as hung:
        sleep(1.2)
        with holds.held(ROUTER, "the router", holder=ELSEWHERE) as hold:
            assert stands(store, holds, hold)
            assert not stands(store, holds, hung)


@pytest.mark.parametrize("jump", [timedelta(hours=2), timedelta(hours=-2)])
def test_a_clock_that_jumps_gives_nobody_what_another_holds(
    store: CaseStore, monkeypatch: pytest.MonkeyPatch, jump: timedelta
) -> None:
    """By the time of day a hold of a minute would have ended, or would last for hours."""
    holds = Holds(store)
    with holds.held(ROUTER, "the router", holder=ELSEWHERE) as hold:
        monkeypatch.setattr(SystemClock, "now", lambda _clock: datetime.now(UTC) + jump)
        with pytest.raises(ActionError), Holds(store).held(ROUTER, "it", holder=this_process()):
            raise AssertionError
        assert stands(store, holds, hold)
    holds = later(store, LEASE)
    with holds.held(ROUTER, "the router", holder=this_process()):
        pass


def test_what_was_held_before_the_machine_was_started_again_is_free(tmp_path: Path) -> None:
    """The seconds of a machine begin anew with it; so did the time of day of older versions."""
    store = CaseStore.at(tmp_path / "case.db")
    with Holds(store).held(ROUTER, "the router", holder=ELSEWHERE):
        store.steady = replace(store.steady, ahead=-2 * LONGEST)
        with Holds(store).held(ROUTER, "the router", holder=this_process()):
            pass


def test_the_hold_of_a_dead_process_of_this_machine_ends_with_it(store: CaseStore) -> None:
    """As a lock of the kernel does."""
    *here, _pid, _start = this_process().split("/")
    dead = "/".join([*here, "1", "0"])
    if not has_died(dead):
        pytest.skip("this system does not tell when processes began")
    holds = Holds(store)
    with (
        holds.held(ROUTER, "the router", holder=dead),
        holds.held(ROUTER, "the router", holder=this_process()) as mine,
    ):
        assert stands(store, holds, mine)


def test_of_many_who_come_at_once_one_gets_it(store_url: str, store: CaseStore) -> None:
    """Also where nobody has held the place before."""
    Holds(store)
    with store.reading():
        pass
    together, out = Barrier(8, timeout=30), Barrier(8, timeout=30)

    def take(number: int) -> bool:
        holds = Holds(CaseStore.behind(Secret(store_url)))
        together.wait()
        try:
            with holds.held(ROUTER, "the router", holder=f"{ELSEWHERE}{number}"):
                out.wait()
                return True
        except ActionError:
            out.wait()
            return False

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(take, range(8))) == [False] * 7 + [True]
