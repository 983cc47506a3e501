"""Places of a worker: how many runs it does at once, in all its queues together.

An engine of queues bounds each queue for itself. So a job takes a place before it begins, and
where all are taken the more urgent class gets the next one that is left.
"""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import RunError
from cpe_diag.service.jobs import QueueKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SPARES_FROM: Final = 4
"""A worker of so many places keeps one for total loss: a run may take minutes, and requests that
have all of them would have the first fault wait for one to end."""
OWED_S: Final = 5.0
"""So long a place is kept for a fault that was left without one and is on its way back: it comes
again after 1 to 3 s, and its queue is looked at every second. It may get one elsewhere."""
_ORDER: Final = tuple(QueueKind)


class NoPlaceError(RunError):
    """As many runs as may be are being done here: this one comes again, here or elsewhere."""


class Places:
    """The places of one worker process, for its threads."""

    def __init__(self, count: int, monotonic: Callable[[], float] = time.monotonic) -> None:
        """Let `count` runs be done at once; `monotonic` gives seconds."""
        self._count = count
        self._now_s = monotonic
        self._for_others = spared(count)
        self._taken: list[QueueKind] = []
        self._waiting: list[tuple[int, int, QueueKind]] = []
        self._owed: list[tuple[int, float]] = []
        self._came = 0
        self._closed = False
        self._changed = threading.Condition()

    @contextmanager
    def taken(self, kind: QueueKind, wait_s: float, *, begun: bool = False) -> Iterator[None]:
        """Have a place until the block is left.

        Args:
            kind: the class of the run: the most urgent of those who wait gets the next place that
                its class may have, of the same class the one that came first. A fault that is
                left without one goes before those of a lower class also when it comes again.
            wait_s: how long to wait for one.
            begun: the run was begun elsewhere, and goes before all others; the place that is kept
                for total loss is not for it, unless it is of that class.

        Yields:
            Nothing.

        Raises:
            NoPlaceError: none was left in that time, or the worker takes no more.
        """
        self._take(kind, wait_s, begun=begun)
        try:
            yield
        finally:
            with self._changed:
                self._taken.remove(kind)
                self._changed.notify_all()

    def close(self) -> None:
        """Give no more places; those who wait wait no longer."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _take(self, kind: QueueKind, wait_s: float, *, begun: bool) -> None:
        with self._changed:
            self._came += 1
            me = (-1 if begun else _ORDER.index(kind), self._came, kind)
            self._waiting.append(me)
            self._is_back(kind)
            ends_s = self._now_s() + wait_s
            while not (over := self._closed or self._next() == me):
                now_s = self._now_s()
                until_s = min((ends_s, *(until_s for _order, until_s in self._owed)))
                if now_s >= ends_s:
                    break
                self._changed.wait_for(
                    lambda: self._closed or self._next() == me, max(0.0, until_s - now_s)
                )
            got = over and not self._closed
            self._waiting.remove(me)
            if got:
                self._taken.append(kind)
            elif kind is not QueueKind.NORMAL:
                self._owed.append((_ORDER.index(kind), self._now_s() + OWED_S))
            self._changed.notify_all()  # the next one may be another now
        if not got:
            raise NoPlaceError(f"{self._count} runs are being done here, which is as many as may")

    def _next(self) -> tuple[int, int, QueueKind] | None:
        return next((one for one in sorted(self._waiting) if self._has_room(*one)), None)

    def _has_room(self, order: int, _came: int, kind: QueueKind) -> bool:
        now_s = self._now_s()
        self._owed = [one for one in self._owed if one[1] > now_s]
        owed = sum(one < order for one, _until_s in self._owed)
        if len(self._taken) + owed >= self._count:
            return False
        others = sum(one is not QueueKind.URGENT for one in self._taken)
        return kind is QueueKind.URGENT or others < self._for_others

    def _is_back(self, kind: QueueKind) -> None:
        """Keep no place any more for the first of a class that was left without one."""
        order = _ORDER.index(kind)
        of_class = [one for one in self._owed if one[0] == order]
        if of_class:
            self._owed.remove(of_class[0])


def spared(count: int) -> int:
    """Say how many of so many places what is no total loss may have."""
    return count - 1 if count >= SPARES_FROM else count
