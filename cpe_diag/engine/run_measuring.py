"""One run while it goes: what its steps measure, in waves."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.nuisance import Nuisance
from cpe_diag.domain.run_journal import RunEntryKind
from cpe_diag.domain.verdict import FaultDomain, Verdict
from cpe_diag.engine.measure import measure
from cpe_diag.engine.plan import plan_step
from cpe_diag.engine.run import Announced
from cpe_diag.engine.run_case import LEAST_S, RunCase
from cpe_diag.engine.run_notes import brought

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cpe_diag.domain.evidence import Evidence
    from cpe_diag.playbook.model import InvestigateStep, ProbeStep

DONE: Final = "done"
SKIPPED: Final = "skipped"
CUT: Final = "cut"

NO_MORE_NEEDED: Final = "the verdict stands, no answer could change it"


class MeasuringRun(RunCase):
    """A run that can measure."""

    async def probe(self, step: ProbeStep) -> tuple[str, str]:
        """Run the probes of a step that have not run yet."""
        recalled = self.recall(step)
        wanted = [name for name in step.probes if name not in self.ran_since_answer]
        if not wanted:
            return self.remembered(step, recalled=recalled)
        if self.time_is_over():
            return CUT, "no time left to measure"
        if self.is_enough(self.evidence, frozenset(wanted)):
            return SKIPPED, NO_MORE_NEEDED
        self.start(step, tuple(wanted))
        until = self.clock.monotonic() + step.limit_s
        cut, spared = await self.measure(step, wanted, until)
        if cut:
            return CUT, f"out of time: {', '.join(cut)}"
        if spared:
            return DONE, f"not waited for {', '.join(spared)}: {NO_MORE_NEEDED}"
        return DONE, ""

    def is_enough(self, evidence: Evidence, outstanding: frozenset[str]) -> bool:
        """Tell whether probes may be spared; what is measured again has changed perhaps."""
        again = self.acts or not self.ran.isdisjoint(outstanding)
        if again or self.order.everything:
            return False
        return self.enough(replace(self.case(), evidence=evidence), outstanding)

    def remembered(self, step: ProbeStep, *, recalled: bool) -> tuple[str, str]:
        """Give how a step ends that has nothing left to measure."""
        if not recalled:
            return SKIPPED, "all of its probes have run before"
        record = self.past.records.get(step.id) if self.past else None
        return (DONE, "") if record is None else (record.state, record.note)

    async def measure(
        self, step: ProbeStep | InvestigateStep, wanted: Sequence[str], until: float
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Run probes, what interrupts the customer at last and announced.

        Gives the ids of those that were cut, and of those that were spared.
        """
        interrupting = [
            one
            for one in self.catalogue
            if one.id in wanted and one.nuisance is Nuisance.DISRUPTIVE
        ]
        calm = [name for name in wanted if name not in {one.id for one in interrupting}]
        cut, spared = await self.wave(step, calm, until) if calm else ((), ())
        for probe in interrupting:
            if self.is_enough(self.evidence, frozenset({probe.id})):
                spared += (probe.id,)
            elif (
                await self.stopped()
                or self.time_is_over()
                or until - self.clock.monotonic() < LEAST_S
            ):
                cut += (probe.id,)
            else:
                self.on_progress(Announced(probe=probe.id, title=probe.title))
                late, left = await self.wave(step, (probe.id,), until)
                cut, spared = cut + late, spared + left
        return cut, spared

    async def wave(
        self, step: ProbeStep | InvestigateStep, wanted: Iterable[str], until: float
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Run probes together, and those that they need, until a moment or the budget's end."""
        plan = plan_step(
            wanted,
            catalogue=self.catalogue,
            done=self.ran,
            now=self.clock.monotonic(),
            until=min(until, self.budget_ends),
        )
        measured = await measure(
            plan,
            setting=self.order.setting,
            evidence=self.evidence,
            on_progress=self.on_progress,
            enough=self.is_enough,
        )
        new = brought(self.evidence, measured.evidence) if self.notes.is_kept else None
        self.evidence = measured.evidence
        names = {planned.probe.id for planned in plan.probes}.difference(measured.spared)
        self.ran |= names
        self.ran_since_answer |= names
        await self.notes.now(RunEntryKind.MEASURED, step.id, probes=sorted(names), evidence=new)
        if measured.cut:
            self.time_is_over()
        return measured.cut, measured.spared

    async def investigate(self, step: InvestigateStep) -> tuple[str, str]:
        """Go on with what tells most for what it costs, one after the other."""
        self.recall(step)
        self.start(step)
        until = self.clock.monotonic() + step.limit_s
        if self.order.everything:
            return await self.all_that_is_left(step, until)
        asked: list[str] = []
        while not _sure(self.judged(), step.until_confidence):
            tried = self.ran.union(asked)
            names = self.next_probes(self.case(), frozenset(tried))
            if not names:
                return DONE, _after(asked, "nothing more would tell")
            if not tried.isdisjoint(names):
                msg = f"next_probes gave {', '.join(names)}, of which one has run"
                raise ValueError(msg)
            if await self.stopped():
                return CUT, _after(asked, "cancelled")
            if self.time_is_over() or until - self.clock.monotonic() < LEAST_S:
                return CUT, _after(asked, "out of time")
            asked += names
            await self.measure(step, names, until)
        beside = self.second_probes(self.case(), frozenset(self.ran.union(asked)))
        if beside and not self.time_is_over() and until - self.clock.monotonic() >= LEAST_S:
            asked += beside
            await self.measure(step, beside, until)
        return DONE, _after(asked, f"confidence {self.judged().confidence:.2f}")

    async def all_that_is_left(self, step: InvestigateStep, until: float) -> tuple[str, str]:
        """Measure whatever was not measured, for comparison."""
        left = [probe.id for probe in self.catalogue if probe.id not in self.ran]
        if not left:
            return DONE, "everything was measured before"
        if self.time_is_over():
            return CUT, "out of time"
        cut, _ = await self.measure(step, left, until)
        if cut:
            return CUT, f"everything, out of time: {', '.join(cut)}"
        return DONE, "everything was measured"


def _sure(verdict: Verdict, confidence: float) -> bool:
    return verdict.domain is not FaultDomain.UNDETERMINED and verdict.confidence >= confidence


def _after(asked: list[str], outcome: str) -> str:
    return f"after {', '.join(asked)}: {outcome}" if asked else outcome
