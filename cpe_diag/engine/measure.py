"""Runs the probes of one step: each starts the moment that the facts it waits for are there."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import Evidence, Measurement, not_observed
from cpe_diag.domain.failures import Failure, FailureKind, MeasurementError
from cpe_diag.engine.run import ProbeEnded, ProbeStarted

if TYPE_CHECKING:
    from cpe_diag.engine.plan import PlannedProbe, StepPlan
    from cpe_diag.engine.run import OnProgress
    from cpe_diag.probes.probe import Probe, Setting

LIMIT: Final = "engine.limit"
"""The operation of facts that were cut off by the step's limit or the run's budget."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What a step brought: the evidence with its facts, and the ids of probes that were cut."""

    evidence: Evidence
    cut: tuple[str, ...]


async def measure(
    plan: StepPlan, *, setting: Setting, evidence: Evidence, on_progress: OnProgress
) -> Measured:
    """Run the probes of a plan together, and end at the latest when the plan says.

    Args:
        plan: from `plan_step`.
        setting: what each probe is given.
        evidence: what is known before.
        on_progress: is told of the begin and the end of each probe.

    Returns:
        The new evidence. Facts of a probe that was cut are Unobserved (OUT_OF_TIME), unless they
        were known or asked before.

    Raises:
        Exception: what a probe raised that is no MeasurementError: a bug, as it is.
    """
    wave = _Wave(plan, setting, evidence, on_progress)
    try:
        await wave.run()
    except BaseExceptionGroup as group:
        raise group.exceptions[0] from group
    cut = wave.fill_gaps()
    return Measured(evidence=wave.evidence, cut=cut)


class _Wave:
    """The probes of one step while they run."""

    def __init__(
        self, plan: StepPlan, setting: Setting, evidence: Evidence, on_progress: OnProgress
    ) -> None:
        self.plan = plan
        self.setting = setting
        self.evidence = evidence
        self.on_progress = on_progress
        self.ended = {planned.probe.id: asyncio.Event() for planned in plan.probes}
        self.seen: dict[str, frozenset[int]] = {}

    async def run(self) -> None:
        recorder = self.setting.doors.recorder
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self.one(planned)) for planned in self.plan.probes]
            cutter = group.create_task(self.cut(tasks))
            if tasks:
                await asyncio.wait(tasks)
            cutter.cancel()
        for seen in self.seen.values():
            recorder.join(seen)

    async def cut(self, tasks: list[asyncio.Task[None]]) -> None:
        """Cancel what still runs when the step's time is over."""
        await self.setting.doors.clock.sleep_until(self.plan.cut_at)
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
        """Say of each fact of a probe that was cut why it is not known."""
        late = [one.probe for one in self.plan.probes if not self.ended[one.probe.id].is_set()]
        at = self.setting.doors.clock.now()
        for probe in late:
            failure = Failure(
                kind=FailureKind.OUT_OF_TIME,
                where=probe.id,
                detail="the time of the step was over before the answer was there",
                next_step="run it again with a longer limit or budget",
            )
            gaps = tuple(
                not_observed(key, failure, LIMIT, at)
                for key in probe.gives
                if self.evidence.get(key.kind, key.subject) is None
            )
            self.evidence = self.evidence.with_measurements(gaps)
            self.on_progress(ProbeEnded(probe=probe.id, measurements=gaps, evidence=self.evidence))
        return tuple(probe.id for probe in late)
