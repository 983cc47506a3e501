"""Places of a worker: how many runs it does at once, in all its queues together.

An engine of queues bounds each queue for itself. So a job takes a place before it begins, and
where all are taken the more urgent class gets the next one that is left.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import RunError
from cpe_diag.service.jobs import QueueKind

if TYPE_CHECKING:
    from collections.abc import Iterator

SPARES_FROM: Final = 4
"""A worker of so many places keeps one for total loss: a run may take minutes, and requests that
have all of them would have the first fault wait for one to end."""
_ORDER: Final = tuple(QueueKind)


class NoPlaceError(RunError):
    """As many runs as may be are being done here: this one comes again, here or elsewhere."""


class Places:
    """The places of one worker process, for its threads."""

    def __init__(self, count: int) -> None:
        """Let `count` runs be done at once."""
        self._count = count
        self._for_others = spared(count)
        self._taken: list[QueueKind] = []
        self._waiting: list[tuple[int, int, QueueKind]] = []
        self._came = 0
        self._closed = False
        self._changed = threading.Condition()

    @contextmanager
    def taken(self, kind: QueueKind, wait_s: float, *, begun: bool = False) -> Iterator[None]:
        """Have a place until the block is left.

        Args:
            kind: the class of the run: the most urgent of those who wait gets the next place that
                its class may have, of the same class the one that came first.
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
            self._changed.wait_for(lambda: self._closed or self._next() == me, wait_s)
            got = not self._closed and self._next() == me
            self._waiting.remove(me)
            if got:
                self._taken.append(kind)
            self._changed.notify_all()  # the next one may be another now
        if not got:
            raise NoPlaceError(f"{self._count} runs are being done here, which is as many as may")

    def _next(self) -> tuple[int, int, QueueKind] | None:
        return next((one for one in sorted(self._waiting) if self._has_room(one[2])), None)

    def _has_room(self, kind: QueueKind) -> bool:
        if len(self._taken) >= self._count:
            return False
        others = sum(one is not QueueKind.URGENT for one in self._taken)
        return kind is QueueKind.URGENT or others < self._for_others


def spared(count: int) -> int:
    """Say how many of so many places what is no total loss may have."""
    return count - 1 if count >= SPARES_FROM else count
