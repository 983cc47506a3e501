"""The port over time: what earlier runs have kept of it, and this one has seen. Asks nobody."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey, not_observed
from cpe_diag.domain.failures import Failure, FailureKind
from cpe_diag.domain.history_facts import OwnAction, PortHistory, PortSample
from cpe_diag.domain.missing import NOT_ASKED
from cpe_diag.domain.observations import Observed
from cpe_diag.domain.path_facts import OwnChange
from cpe_diag.domain.port_facts import NodeSystem, PortStatus
from cpe_diag.probes.node_port import known
from cpe_diag.probes.probe import Probe, Setting

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import Evidence, Measurement

KEY: Final = FactKey("port_history", "port")
RECALL: Final = "history.recall"
NOT_DONE: Final = "not_done"
LONGEST: Final = timedelta(minutes=15)
"""A change takes at most as long as second line has for a run."""


async def _run(setting: Setting, evidence: Evidence, _: float) -> tuple[Measurement, ...]:
    at = setting.doors.clock.now()
    samples = setting.port_history
    if not samples:
        nothing = "no earlier run has kept what it saw of the port"
        failure = Failure(kind=FailureKind.NOT_APPLICABLE, where="port_history", detail=nothing)
        return (not_observed(KEY, failure, RECALL, at),)
    now = sample_of(evidence)
    if now is not None:
        samples = (*(one for one in samples if one.at < now.at), now)
    history = PortHistory(samples=samples, ours=(*setting.own_actions, *_of_this_run(evidence)))
    return (known(KEY, history, f"{len(samples)} looks", at),)


def sample_of(evidence: Evidence) -> PortSample | None:
    """Give what a run has seen of the port.

    Args:
        evidence: of the run.

    Returns:
        The sample; None where the port was not read.
    """
    seen = evidence.get("port_status", "port")
    if not isinstance(seen, Observed) or not isinstance(seen.value, PortStatus):
        return None
    node = evidence.value(NodeSystem, "node_system", "node")
    return PortSample(
        at=seen.at,
        up=seen.value.oper_up,
        changed_s=seen.value.last_change_s,
        admin_up=seen.value.admin_up,
        node_uptime_s=NOT_ASKED if node is None else node.uptime_s,
    )


def _of_this_run(evidence: Evidence) -> tuple[OwnAction, ...]:
    """Give what this run has changed; only its ends are known."""
    return tuple(
        OwnAction(action=one.value.action, begun_at=one.at - LONGEST, until=one.at)
        for _, one in evidence
        if isinstance(one, Observed)
        and isinstance(one.value, OwnChange)
        and one.value.ended != NOT_DONE
    )


PROBE: Final = Probe(
    id="port_history",
    title="Port over time",
    asks="nobody: what runs have seen of the port within the last days",
    gives=(KEY,),
    after=("port_status[port]", "node_system[node]"),
    run=_run,
    cost_s=0.01,
)
