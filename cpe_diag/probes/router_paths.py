"""Whether packets from the router reach the operator's edge, and the reference behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey
from cpe_diag.domain.path_facts import DnsCheck
from cpe_diag.domain.router_facts import WanStatus
from cpe_diag.probes.asking import Asked, ask_all, dependency
from cpe_diag.probes.probe import Probe, Setting
from cpe_diag.probes.router_names import unnamed

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import Evidence, Measurement
    from cpe_diag.domain.failures import Failure

GATEWAY: Final = FactKey("ping", "router>gateway")
REFERENCE: Final = FactKey("ping", "router>reference")


def gateway(evidence: Evidence) -> Asked:
    """Ask the operator's edge, as the router knows it."""
    wan = evidence.value(WanStatus, "router_wan", "router")
    if wan is None:
        missing = dependency("router", "it is not known which gateway the router uses")
        return Asked(key=GATEWAY, question="ping", missing=missing)
    if wan.gateway is None:
        missing = dependency("router", "the router has no default route, so no gateway to ask")
        return Asked(key=GATEWAY, question="ping", missing=missing)
    return Asked(key=GATEWAY, question="ping", target=wan.gateway)


def reference_address(setting: Setting, evidence: Evidence) -> str | Failure:
    """Give the reference's address where it is known, so that a broken resolver does not count.

    Returns:
        An address, else its name; or why there is none.
    """
    if setting.reference is None:
        return unnamed("reference")
    name = evidence.value(DnsCheck, "dns", "operator>reference")
    found = name.addresses[0] if name is not None and name.addresses else None
    return setting.reference.address or found or setting.reference.host


def reference(setting: Setting, evidence: Evidence) -> Asked:
    """Ask what lies beyond the edge."""
    target = reference_address(setting, evidence)
    if not isinstance(target, str):
        return Asked(key=REFERENCE, question="ping", missing=target)
    return Asked(key=REFERENCE, question="ping", target=target)


async def _run(setting: Setting, evidence: Evidence, deadline: float) -> tuple[Measurement, ...]:
    questions = (gateway(evidence), reference(setting, evidence))
    return await ask_all(setting, questions, deadline)


PROBE: Final = Probe(
    id="router_paths",
    title="Paths from the router",
    asks="the operator's edge and the reference host, from the router",
    gives=(GATEWAY, REFERENCE),
    after=("router_wan",),
    run=_run,
    cost_s=0.3,
)
