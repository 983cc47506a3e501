"""The third party's platform tried from the operator's side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey
from cpe_diag.domain.failures import Failure, FailureKind, MeasurementError
from cpe_diag.domain.path_facts import DnsCheck, DnsOutcome
from cpe_diag.probes.node_port import none_of
from cpe_diag.probes.operator_web import check_target
from cpe_diag.probes.probe import Probe, Setting

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import Evidence, Measurement


GIVES: Final = (FactKey("dns", "operator>platform"), FactKey("http", "operator>platform"))


async def _run(setting: Setting, evidence: Evidence, deadline: float) -> tuple[Measurement, ...]:
    before = evidence.value(DnsCheck, "dns", "operator>reference")
    if setting.platform is not None and before and before.outcome is DnsOutcome.TIMEOUT:
        detail = f"{before.server} has just given no answer for {before.name} either"
        silent = Failure(kind=FailureKind.DEPENDENCY, where="platform", detail=detail)
        return none_of(GIVES, MeasurementError(silent, "dns.query"), setting.doors.clock.now())
    return await check_target(setting, setting.platform, "platform", deadline)


PROBE: Final = Probe(
    id="operator_platform",
    title="Platform from the operator's side",
    asks="the operator's resolver and the platform, from here",
    gives=GIVES,
    after=(),
    run=_run,
    cost_s=0.2,
)
