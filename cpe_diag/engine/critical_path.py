"""The longest chain of answers that really waited for each other: no run can be shorter."""

from __future__ import annotations

from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING

from cpe_diag.domain.trace import WAIT, Exchange

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class CriticalPath:
    """The chain in the order of time: answers and deliberate waits."""

    chain: tuple[Exchange, ...]

    @property
    def answers_s(self) -> float:
        """Seconds of the chain that were spent on answers."""
        return sum(one.took_s for one in self.chain if one.operation != WAIT)

    @property
    def waits_s(self) -> float:
        """Seconds of the chain that were waited on purpose, such as a sample interval."""
        return sum(one.took_s for one in self.chain if one.operation == WAIT)

    @property
    def total_s(self) -> float:
        """Seconds that a run with these answers takes at least."""
        return self.answers_s + self.waits_s


def critical_path(trace: Sequence[Exchange]) -> CriticalPath:
    """Find the longest chain of exchanges through `waited_for`.

    Args:
        trace: exchanges; one that waited for an id that is not among them starts a chain.

    Returns:
        The chain, empty for an empty trace; of chains of the same length the first.

    Raises:
        graphlib.CycleError: exchanges wait for each other in a ring, which is a bug.
    """
    by_id = {one.id: one for one in trace}
    causes = {one.id: tuple(cause for cause in one.waited_for if cause in by_id) for one in trace}
    length: dict[int, float] = {}
    behind: dict[int, int | None] = {}
    for number in TopologicalSorter(causes).static_order():
        cause = max(causes[number], key=lambda one: length[one], default=None)
        behind[number] = cause
        length[number] = by_id[number].took_s + (0.0 if cause is None else length[cause])
    chain: list[Exchange] = []
    step = max(sorted(length), key=lambda one: length[one], default=None)
    while step is not None:
        chain.append(by_id[step])
        step = behind[step]
    return CriticalPath(chain=tuple(reversed(chain)))
