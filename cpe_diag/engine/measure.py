"""Runs the probes of one step: each starts the moment that the facts it waits for are there."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import Evidence, Measurement, not_observed
from cpe_diag.domain.failures import Failure, FailureKind, MeasurementError
from cpe_diag.engine.run import ProbeEnded, ProbeStarted

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpe_diag.engine.plan import PlannedProbe, StepPlan
    from cpe_diag.engine.run import OnProgress
    from cpe_diag.probes.probe import Probe, Setting

LIMIT: Final = "engine.limit"
"""The operation of facts that were cut off by the step's limit or the run's budget."""
STANDS: Final = "engine.verdict_stands"
"""The operation of facts that nobody waited for, because they could not change the verdict."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What a step brought: the evidence with its facts.

    `cut` are the ids of probes that ran out of time; `spared` those that were not waited for.
    """

    evidence: Evidence
    cut: tuple[str, ...] = ()
    spared: tuple[str, ...] = ()


async def measure(
    plan: StepPlan,
    *,
    setting: Setting,
    evidence: Evidence,
    on_progress: OnProgress,
    enough: Callable[[Evidence, frozenset[str]], bool],
) -> Measured:
    """Run the probes of a plan together, and end at the latest when the plan says.

    Args:
        plan: from `plan_step`.
        setting: what each probe is given.
        evidence: what is known before.
        on_progress: is told of the begin and the end of each probe.
        enough: tells from the evidence so far that the probes that are still out, by id, need
            not be waited for.

    Returns:
        The new evidence. Facts of a probe that was cut are Unobserved (OUT_OF_TIME), those of one
        that was not waited for NOT_AWAITED, unless they were known or asked before.

    Raises:
        Exception: what a probe raised that is no MeasurementError: a bug, as it is.
    """
    wave = _Wave(plan, setting, evidence, on_progress, enough)
    try:
        await wave.run()
    except BaseExceptionGroup as group:
        raise group.exceptions[0] from group
    late = wave.fill_gaps()
    if wave.stands:
        return Measured(evidence=wave.evidence, spared=late)
    return Measured(evidence=wave.evidence, cut=late)


class _Wave:
    """The probes of one step while they run."""

    def __init__(
        self,
        plan: StepPlan,
        setting: Setting,
        evidence: Evidence,
        on_progress: OnProgress,
        enough: Callable[[Evidence, frozenset[str]], bool],
    ) -> None:
        self.plan = plan
        self.setting = setting
        self.evidence = evidence
        self.on_progress = on_progress
        self.enough = enough
        self.stands = False
        self.news = asyncio.Event()
        self.ended = {planned.probe.id: asyncio.Event() for planned in plan.probes}
        self.seen: dict[str, frozenset[int]] = {}

    async def run(self) -> None:
        recorder = self.setting.doors.recorder
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self.one(planned)) for planned in self.plan.probes]
            enders = [group.create_task(end(tasks)) for end in (self.cut, self.end_early)]
            if tasks:
                await asyncio.wait(tasks)
            for ender in enders:
                ender.cancel()
        for seen in self.seen.values():
            recorder.join(seen)

    async def cut(self, tasks: list[asyncio.Task[None]]) -> None:
        """Cancel what still runs when the step's time is over."""
        await self.setting.doors.clock.sleep_until(self.plan.cut_at)
        for task in tasks:
            task.cancel()

    async def end_early(self, tasks: list[asyncio.Task[None]]) -> None:
        """Cancel what still runs once no answer of it could change the verdict.

        What came in together is judged once.
        """
        while not self.stands:
            await self.news.wait()
            self.news.clear()
            out = frozenset(name for name, ended in self.ended.items() if not ended.is_set())
            self.stands = bool(out) and self.enough(self.evidence, out)
        for task in tasks:
            task.cancel()

    async def one(self, planned: PlannedProbe) -> None:
        """Run one probe as soon as those that it waits for have ended."""
        recorder = self.setting.doors.recorder
        probe = planned.probe
        for name in planned.waits_for:
            await self.ended[name].wait()
            recorder.join(self.seen[name])
        self.on_progress(ProbeStarted(probe=probe.id))
        with recorder.scope():
            measurements = await self.ask(probe)
        self.evidence = self.evidence.with_measurements(measurements)
        self.seen[probe.id] = recorder.seen()
        self.on_progress(
            ProbeEnded(probe=probe.id, measurements=measurements, evidence=self.evidence)
        )
        self.ended[probe.id].set()
        self.news.set()

    async def ask(self, probe: Probe) -> tuple[Measurement, ...]:
        """Run a probe; the failure of a door that it forgot to catch counts for all its facts."""
        try:
            return await probe.run(self.setting, self.evidence, self.plan.answer_by)
        except MeasurementError as error:
            at = self.setting.doors.clock.now()
            return tuple(
                not_observed(key, error.failure, error.operation, at) for key in probe.gives
            )

    def fill_gaps(self) -> tuple[str, ...]:
        """Say of each fact of a probe that has not ended why it is not known."""
        late = [one.probe for one in self.plan.probes if not self.ended[one.probe.id].is_set()]
        at = self.setting.doors.clock.now()
        for probe in late:
            failure = _not_awaited(probe) if self.stands else _too_late(probe)
            gaps = tuple(
                not_observed(key, failure, STANDS if self.stands else LIMIT, at)
                for key in probe.gives
                if self.evidence.get(key.kind, key.subject) is None
            )
            self.evidence = self.evidence.with_measurements(gaps)
            self.on_progress(ProbeEnded(probe=probe.id, measurements=gaps, evidence=self.evidence))
        return tuple(probe.id for probe in late)


def _too_late(probe: Probe) -> Failure:
    return Failure(
        kind=FailureKind.OUT_OF_TIME,
        where=probe.id,
        detail="the time of the step was over before the answer was there",
        next_step="run it again with a longer limit or budget",
    )


def _not_awaited(probe: Probe) -> Failure:
    return Failure(
        kind=FailureKind.NOT_AWAITED,
        where=probe.id,
        detail="the verdict stood before the answer was there, and could not change with it",
        next_step="run it again with --everything to have it all the same",
    )
