"""Pure: which probes a step runs, what each of them waits for, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING, Final

from cpe_diag.probes.probe import Probe

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

GRACE_SHARE: Final = 0.1
"""The part of a step's time that is left between the deadline of its probes and the cut: a probe
that waits until its deadline can still say *silent*, which tells more than *out of time*."""

GRACE_MOST_S: Final = 1.0
"""More than this no probe needs to say that its deadline is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedProbe:
    """A probe of a step, and the probes of the same step whose facts it waits for, by id."""

    probe: Probe
    waits_for: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepPlan:
    """The probes of one step, each after those that it waits for.

    Absolute, in monotonic seconds: probes have their answers by `answer_by`; what still runs at
    `cut_at` is cancelled.
    """

    probes: tuple[PlannedProbe, ...]
    answer_by: float
    cut_at: float


def plan_step(
    asked: Iterable[str],
    *,
    catalogue: Sequence[Probe],
    done: Collection[str],
    now: float,
    until: float,
) -> StepPlan:
    """Order the probes of a step.

    Where a probe reads facts that no probe has brought yet, the first probe of the catalogue
    that brings them is run too.

    Args:
        asked: ids of the probes to run.
        catalogue: all probes there are.
        done: ids of the probes that have run before in this run.
        now: monotonic seconds.
        until: when the step must have ended, monotonic seconds.

    Returns:
        The plan.

    Raises:
        KeyError: the catalogue has no such probe.
        graphlib.CycleError: probes wait for each other in a ring.
    """
    by_id = {probe.id: probe for probe in catalogue}
    chosen = {name: by_id[name] for name in asked}
    open_ends = list(chosen.values())
    while open_ends:
        probe = open_ends.pop()
        for kind in probe.after:
            givers = [one for one in catalogue if one is not probe and _gives(one, kind)]
            if givers and not any(one.id in chosen or one.id in done for one in givers):
                chosen[givers[0].id] = givers[0]
                open_ends.append(givers[0])
    graph = {
        name: tuple(
            other.id
            for other in chosen.values()
            if other is not probe and any(_gives(other, kind) for kind in probe.after)
        )
        for name, probe in chosen.items()
    }
    grace = min(GRACE_MOST_S, GRACE_SHARE * max(0.0, until - now))
    return StepPlan(
        probes=tuple(
            PlannedProbe(probe=chosen[name], waits_for=graph[name])
            for name in TopologicalSorter(graph).static_order()
        ),
        answer_by=until - grace,
        cut_at=until,
    )


def _gives(probe: Probe, wanted: str) -> bool:
    """Tell whether a probe brings a kind of fact, or one fact written as kind[subject]."""
    return any(wanted in {key.kind, str(key)} for key in probe.gives)
