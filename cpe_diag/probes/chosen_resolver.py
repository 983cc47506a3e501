"""The name server that the router is set to ask, where it is not the operator's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey
from cpe_diag.domain.failures import Failure, FailureKind
from cpe_diag.domain.router_facts import WanStatus
from cpe_diag.probes.asking import Asked, ask, dependency
from cpe_diag.probes.probe import Probe, Setting
from cpe_diag.probes.router_names import unnamed

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import Evidence, Measurement

KEY: Final = FactKey("dns", "router>chosen_resolver")


def _asked(setting: Setting, evidence: Evidence) -> Asked:
    if setting.reference is None or setting.operator_resolver is None:
        whose = "reference" if setting.reference is None else "operator's resolver"
        return Asked(key=KEY, question="dns_direct", missing=unnamed(whose))
    wan = evidence.value(WanStatus, "router_wan", "router")
    if wan is None:
        missing = dependency("router", "it is not known which name servers the router asks")
        return Asked(key=KEY, question="dns_direct", missing=missing)
    if not wan.dns_servers or setting.operator_resolver in wan.dns_servers:
        own = Failure(
            kind=FailureKind.NOT_APPLICABLE,
            where="router",
            detail="the router asks the operator's name server, or tells of none",
        )
        return Asked(key=KEY, question="dns_direct", missing=own)
    target, server = setting.reference.host, wan.dns_servers[0]
    return Asked(key=KEY, question="dns_direct", target=target, server=server)


async def _run(setting: Setting, evidence: Evidence, deadline: float) -> tuple[Measurement, ...]:
    return (await ask(setting, _asked(setting, evidence), deadline),)


PROBE: Final = Probe(
    id="chosen_resolver",
    title="Router's own choice of name server",
    asks="the name server that the router is set to ask, from the router",
    gives=(KEY,),
    after=("router_wan",),
    run=_run,
    cost_s=0.2,
)
