"""How each change is proven: what is measured before and after, and what counts as helped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.action import Proof
from cpe_diag.domain.evidence import Evidence
from cpe_diag.domain.setting_facts import CableTest
from cpe_diag.engine.symptom import (
    binding_ended,
    cable_words,
    changed_since,
    cleared,
    port_is_shut,
    verdict_words,
)
from cpe_diag.probes import port_settings, port_state
from cpe_diag.report.trends import quantities_of
from cpe_diag.wiring.runs import perform

if TYPE_CHECKING:
    from cpe_diag.domain.action import Reading
    from cpe_diag.engine.run import RunResult
    from cpe_diag.probes.probe import Probe, Setting
    from cpe_diag.wiring.runs import PreparedRun

SHUT_ON_PURPOSE: Final = ("port.set_admin", "down")
CLEAR_SESSION: Final = "session.clear"
CABLE_TEST: Final = "port.test_cable"
ASK_S: Final = 10.0


class Prover:
    """Measures for one change; `before` once, then as often as `perform` asks."""

    def __init__(
        self, action: str, wished: str | None, run: PreparedRun, setting: Setting
    ) -> None:
        """Measure with the playbook of `run`, or with one probe where that tells all."""
        self._action = action
        self._wished = wished
        self._run = run
        self._setting = setting
        self._before: RunResult | None = None
        self.acted_at = setting.doors.clock.now()
        """When the change was begun, or a little before."""
        self.result: RunResult | None = None
        """The last whole run: the case."""

    async def before(self) -> str:
        """Measure before the change; gives what is wrong, in words."""
        if self._action == CABLE_TEST or (self._action, self._wished) == SHUT_ON_PURPOSE:
            self.acted_at = self._setting.doors.clock.now()
            return "not judged: it is no repair"
        self.result = self._before = await self._whole_run()
        self.acted_at = self._setting.doors.clock.now()
        return verdict_words(self._before.verdict)

    async def after(self) -> Proof:
        """Measure again and judge again."""
        if self._action == CABLE_TEST:
            return await self._cable()
        if (self._action, self._wished) == SHUT_ON_PURPOSE:
            return await self._shut()
        self.result = after = await self._whole_run()
        before = None if self._before is None else self._before.verdict
        acted_ago = self._setting.doors.clock.now() - self.acted_at
        took_effect = changed_since(after.evidence, acted_ago.total_seconds())
        if took_effect is None and self._action == CLEAR_SESSION:
            took_effect = binding_ended(before, after.verdict)
        return Proof(
            holds=cleared(before, after.verdict),
            took_effect=took_effect,
            words=verdict_words(after.verdict),
            read=self.measured,
        )

    @property
    def measured(self) -> tuple[Reading, ...]:
        """The quantities of the last whole run."""
        return () if self.result is None else quantities_of(self.result.evidence)

    async def whole_case(self) -> RunResult:
        """Give the last whole run, or make one, for the bundle of the case."""
        if self.result is None or self._action == CABLE_TEST:
            self.result = await self._whole_run()
        return self.result

    async def _whole_run(self) -> RunResult:
        return await perform(
            self._run, on_progress=lambda _event: None, ask_caller=lambda _step: None
        )

    async def _shut(self) -> Proof:
        shut = port_is_shut(await self._ask(port_state.PROBE))
        words = {True: "the port is shut", False: "the port is not shut", None: "not known"}[shut]
        return Proof(holds=shut, took_effect=shut, words=words)

    async def _cable(self) -> Proof:
        evidence = await self._ask(port_settings.PROBE)
        test = evidence.value(CableTest, "cable_test", "port")
        if test is not None:
            return Proof(holds=True, took_effect=True, words=cable_words(test))
        failure = evidence.failure("cable_test", "port")
        why = "no result" if failure is None else str(failure)
        return Proof(holds=None, took_effect=None, words=why)

    async def _ask(self, probe: Probe) -> Evidence:
        deadline = self._setting.doors.clock.monotonic() + ASK_S
        return Evidence().with_measurements(await probe.run(self._setting, Evidence(), deadline))
