"""Places of a worker: one bound for all its queues, and the more urgent class goes first."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from cpe_diag.service.jobs import QueueKind
from cpe_diag.service.places import NoPlaceError, Places

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


def has_in_the_end(places: Places) -> bool:
    """Say whether a place was got, however long that takes."""
    try:
        with places.taken(URGENT, LONG_S):
            return True
    except NoPlaceError:
        return False
