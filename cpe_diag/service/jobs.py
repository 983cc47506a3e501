"""What an engine of queues is asked for: to call "go on with run R", at least once, somewhere.

Which queue, in which order and under which limit; what a run does is decided by its own journal.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Protocol

from cpe_diag.service.submit import DEFAULT_REGION, LEAST_URGENT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cpe_diag.store.run_rows import RunRow

URGENT: Final = 1
"""The priority of a technical fault with total loss."""
PARTIAL: Final = 2
"""That of one with partial loss; what has a greater number is a request."""
NO_NODE: Final = "none"
_SPAN: Final = 300_000_000
_SINCE: Final = datetime(2026, 1, 1, tzinfo=UTC)


class QueueKind(StrEnum):
    """The queues of a region, one of each class: what is urgent stands behind nothing that is not.

    An engine may sort by priority within an access node only; within a class it does no more.
    """

    URGENT = "urgent"
    PARTIAL = "partial"
    NORMAL = "normal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much is done at once.

    `in_process` in one worker process, `per_node` on one access node and `starts_per_minute` in
    the whole region (None: as many as come), whatever the queue. `look_every_s`: how often a
    process looks whether there is more to do.
    """

    in_process: int = 8
    per_node: int = 4
    starts_per_minute: int | None = None
    look_every_s: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One job. Of the same `id` there is one, however often it is put."""

    id: str
    run: str
    queue: str
    node: str
    priority: int
    delay_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSeen:
    """A job of a run that has not ended. `begun_at` None: it waits, or is put off."""

    id: str
    run: str
    begun_at: datetime | None
    put_off_until: datetime | None = None


class Jobs(Protocol):
    """Jobs as whoever puts them sees them."""

    def put(self, job: Job) -> None:
        """Queue a job, unless there is or was one of its id.

        Raises:
            StoreError: it cannot be queued.
        """

    def seen(self, runs: Iterable[str]) -> Mapping[str, tuple[JobSeen, ...]]:
        """Give the jobs of some runs that have not ended.

        Raises:
            StoreError: they cannot be read.
        """

    def begun(self, region: str) -> tuple[JobSeen, ...]:
        """Give the jobs of a region that have begun and have not ended.

        Raises:
            StoreError: they cannot be read.
        """

    def drop(self, jobs: Iterable[str]) -> None:
        """End jobs whose worker is no more, so that they count against no limit.

        Raises:
            StoreError: they cannot be ended.
        """


def job_of(run: RunRow, *, at: datetime, again: str = "") -> Job:
    """Give the job that has a run taken up for the next time.

    Args:
        run: as the store has it.
        at: now.
        again: tells a job from those of the same attempt that were lost; empty: the first.

    Returns:
        The job: on one access node the more urgent run first, then the one with less time left.
    """
    waits_s = (run.not_before - at).total_seconds() if run.not_before else 0.0
    return Job(
        id=f"{run.id}-{run.attempt}{again and '-'}{again}",
        run=run.id,
        queue=queue_name(run.region or DEFAULT_REGION, kind_of(run.priority)),
        node=run.node or NO_NODE,
        priority=_order(run.priority, run.due_at),
        delay_s=max(waits_s, 0.0),
    )


def kind_of(priority: int) -> QueueKind:
    """Say in which queue a run of a priority waits."""
    if priority <= URGENT:
        return QueueKind.URGENT
    return QueueKind.PARTIAL if priority <= PARTIAL else QueueKind.NORMAL


def queue_name(region: str, kind: QueueKind) -> str:
    """Name a queue."""
    return f"{region}.{kind}"


def _order(priority: int, due_at: datetime) -> int:
    """Give a number of at most 31 bits by which runs are sorted; the least comes first."""
    rank = min(max(priority, 1), LEAST_URGENT)
    left = int((due_at - _SINCE).total_seconds()) // 2
    return rank * _SPAN + min(max(left, 0), _SPAN - 1)
