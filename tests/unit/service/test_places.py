"""Places of a worker: one bound for all its queues, and the more urgent class goes first."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from cpe_diag.service import places as places_module
from cpe_diag.service.jobs import QueueKind
from cpe_diag.service.places import OWED_S, NoPlaceError, Places

URGENT, PARTIAL, NORMAL = QueueKind.URGENT, QueueKind.PARTIAL, QueueKind.NORMAL
LONG_S = 30.0


def has(places: Places, kind: QueueKind) -> bool:
    """Say whether there is a place for a class right now."""
    try:
        with places.taken(kind, 0.0):
            return True
    except NoPlaceError:
        return False


def test_all_queues_together_have_no_more_than_there_are() -> None:
    """And a place that is given back is there for the next, also after an error."""
    places = Places(2)
    with places.taken(NORMAL, 0.0):
        with places.taken(PARTIAL, 0.0):
            assert not any(has(places, kind) for kind in QueueKind)
        assert all(has(places, kind) for kind in QueueKind)
        with pytest.raises(ValueError, match="broken"):
            broken(places)
        assert all(has(places, kind) for kind in QueueKind)


@pytest.mark.parametrize(("count", "spare"), [(1, 0), (3, 0), (4, 1), (8, 1)])
def test_of_many_places_one_is_only_for_total_loss(count: int, spare: int) -> None:
    """Requests that take minutes must not have all of them; who has few needs them all."""
    places = Places(count)
    with ExitStack() as held:
        for number in range(count - spare):
            held.enter_context(places.taken((PARTIAL, NORMAL)[number % 2], 0.0))
        assert [has(places, kind) for kind in (PARTIAL, NORMAL)] == [False, False]
        assert has(places, URGENT) is bool(spare)


def test_total_loss_can_have_all_places() -> None:
    """Requests wait behind it."""
    places = Places(4)
    with ExitStack() as held:
        for _ in range(4):
            held.enter_context(places.taken(URGENT, 0.0))
        assert not any(has(places, kind) for kind in QueueKind)


def test_of_those_who_wait_the_more_urgent_come_first_then_the_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """However they came."""
    places, order = Places(1), list[str]()
    waits = threading.Semaphore(0)
    wait_for = threading.Condition.wait_for

    def seen(self: threading.Condition, *words: object) -> object:
        waits.release()  # the lock is held: whoever comes now comes later
        return wait_for(self, *words)  # type: ignore[arg-type]  # as it was called

    def come(kind: QueueKind, name: str) -> None:
        with places.taken(kind, LONG_S, begun=name == "begun"):
            order.append(name)

    came = [(NORMAL, "n1"), (NORMAL, "n2"), (PARTIAL, "p1"), (URGENT, "u1"), (URGENT, "u2")]
    came.append((NORMAL, "begun"))
    with ThreadPoolExecutor(len(came)) as threads:
        with places.taken(NORMAL, 0.0):
            monkeypatch.setattr(threading.Condition, "wait_for", seen)
            done = []
            for kind, name in came:
                done.append(threads.submit(come, kind, name))
                assert waits.acquire(timeout=LONG_S)
            monkeypatch.undo()
        for one in done:
            one.result(LONG_S)
    assert order == ["begun", "u1", "u2", "p1", "n1", "n2"]


def test_a_fault_that_was_left_without_a_place_is_not_overtaken_on_its_way_back() -> None:
    """It waits for a while, leaves so that another worker may have it, and comes again."""
    at_s = 100.0
    places = Places(2, lambda: at_s)
    with ExitStack() as first, ExitStack() as second:
        first.enter_context(places.taken(NORMAL, 0.0))
        second.enter_context(places.taken(NORMAL, 0.0))
        assert not has(places, PARTIAL)
        first.close()
        assert not has(places, NORMAL)
        second.close()
        assert has(places, NORMAL), "one place is kept, not all of them"
        with places.taken(URGENT, 0.0), ExitStack() as held:
            assert not has(places, NORMAL)
            held.enter_context(places.taken(PARTIAL, 0.0))
            held.close()
            assert has(places, NORMAL), "it has had its turn"
    with places.taken(NORMAL, 0.0), places.taken(NORMAL, 0.0):
        assert not has(places, PARTIAL)
    with places.taken(NORMAL, 0.0):
        assert not has(places, NORMAL)
        at_s += OWED_S
        assert has(places, NORMAL), "it has got one elsewhere"
    with places.taken(NORMAL, 0.0), places.taken(NORMAL, 0.0):
        assert not has(places, PARTIAL)
    with places.taken(NORMAL, 0.0, begun=True), places.taken(NORMAL, 0.0, begun=True):
        assert not has(places, URGENT), "what was begun goes before all"


def test_a_request_that_waits_gets_the_place_that_is_kept_no_longer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without anybody who comes or leaves at that moment."""
    monkeypatch.setattr(places_module, "OWED_S", 0.05)
    places = Places(1)
    with ThreadPoolExecutor(1) as threads:
        with places.taken(NORMAL, 0.0):
            assert not has(places, PARTIAL)
        waiting = threads.submit(waited, places)
        assert waiting.result(LONG_S) is True


def test_what_was_begun_elsewhere_leaves_the_place_that_is_for_total_loss() -> None:
    """A worker that dies hands on requests, which take minutes too."""
    places = Places(4)
    with ExitStack() as held:
        for _ in range(3):
            held.enter_context(places.taken(NORMAL, 0.0, begun=True))
        with pytest.raises(NoPlaceError):
            held.enter_context(places.taken(NORMAL, 0.0, begun=True))
        assert has(places, URGENT)


def test_a_worker_that_takes_no_more_lets_nobody_wait() -> None:
    """What waits is for other workers; what has a place keeps it."""
    places = Places(1)
    with ThreadPoolExecutor(1) as threads, places.taken(URGENT, 0.0):
        waiting = threads.submit(has_in_the_end, places)
        places.close()
        assert waiting.result(LONG_S) is False
    assert not has(places, URGENT)


def broken(places: Places) -> None:
    """Fail in a place."""
    with places.taken(PARTIAL, 0.0):
        raise ValueError("broken")


def waited(places: Places) -> bool:
    """Say whether a request got a place in the end."""
    try:
        with places.taken(NORMAL, 10 * LONG_S):
            return True
    except NoPlaceError:
        return False


def has_in_the_end(places: Places) -> bool:
    """Say whether a place was got, however long that takes."""
    try:
        with places.taken(URGENT, LONG_S):
            return True
    except NoPlaceError:
        return False
