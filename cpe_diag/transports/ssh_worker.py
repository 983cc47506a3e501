"""One thread for one connection: a blocking library behind asyncio, one job at a time."""

from __future__ import annotations

import asyncio
import queue
import threading
from asyncio import AbstractEventLoop, Future
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Job(Generic[T]):
    work: Callable[[], T]
    loop: AbstractEventLoop
    answer: Future[T]

    def do(self) -> None:
        """Do the work and hand its outcome to the loop, if anybody still waits there."""
        try:
            result = self.work()
        except BaseException as error:  # noqa: BLE001 - carried to the awaiting task, as it is
            self._hand_over(partial(self.answer.set_exception, error))
        else:
            self._hand_over(partial(self.answer.set_result, result))

    def _hand_over(self, outcome: Callable[[], None]) -> None:
        def deliver() -> None:
            if not self.answer.done():
                outcome()

        # The loop may have ended while the library hung: then nobody waits any more.
        with suppress(RuntimeError):
            self.loop.call_soon_threadsafe(deliver)


class Worker:
    """Runs jobs in the order in which they come, in a thread that never holds up the exit.

    The thread is a daemon: `concurrent.futures` would wait for a job that hangs in a library
    when the process ends.
    """

    def __init__(self, name: str) -> None:
        """Name the thread; it starts with the first job."""
        self._name = name
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    async def run(self, work: Callable[[], T]) -> T:
        """Do `work` in the thread.

        Args:
            work: what blocks. It goes on to its end even when the awaiting task is cancelled.

        Returns:
            What `work` returned; what it raised is raised here.
        """
        if self._thread is None:
            self._thread = threading.Thread(
                target=_do_all, args=(self._jobs,), name=self._name, daemon=True
            )
            self._thread.start()
        loop = asyncio.get_running_loop()
        answer: Future[T] = loop.create_future()
        self._jobs.put(_Job(work, loop, answer).do)
        return await answer

    def stop(self) -> None:
        """Let the thread end after the jobs that it has."""
        if self._thread is not None:
            self._jobs.put(None)
            self._thread = None
            self._jobs = queue.SimpleQueue()


def _do_all(jobs: queue.SimpleQueue[Callable[[], None] | None]) -> None:
    while (job := jobs.get()) is not None:
        job()
