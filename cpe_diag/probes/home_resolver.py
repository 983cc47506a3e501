"""The name servers that the router's DHCP server names to the home, where it is not itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey
from cpe_diag.domain.failures import Failure, FailureKind
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.router_facts import LanStatus
from cpe_diag.probes.asking import Asked, ask_all, dependency
from cpe_diag.probes.probe import Probe, Setting
from cpe_diag.probes.router_names import unnamed

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import Evidence, Measurement

FIRST: Final = FactKey("dns", "router>home_resolver")
SECOND: Final = FactKey("dns", "router>home_resolver/second")
QUESTION: Final = "dns_direct"
# dnsmasq(8), dhcp-option: stands for the server itself.
ITSELF: Final = "0.0.0.0"  # noqa: S104 - no address that anything listens at


def _why_not(setting: Setting, lan: LanStatus | None) -> Failure | None:
    if setting.reference is None:
        return unnamed("reference")
    if lan is None:
        return dependency("router", "the home network is not known")
    if isinstance(lan.dhcp_name_servers, Missing):
        detail = "the router does not tell which name servers it names to the home"
        return Failure(kind=lan.dhcp_name_servers.why, where="router", detail=detail)
    return None


def _asked(setting: Setting, evidence: Evidence) -> tuple[Asked, ...]:
    lan = evidence.value(LanStatus, "router_lan", "router")
    failure = _why_not(setting, lan)
    named = (
        ()
        if lan is None or isinstance(lan.dhcp_name_servers, Missing)
        else (lan.dhcp_name_servers or ())
    )
    own = "" if lan is None or isinstance(lan.prefix, Missing) else lan.prefix.split("/")[0]
    others = [one for one in named if one not in {own, ITSELF}]
    none = Failure(
        kind=FailureKind.NOT_APPLICABLE,
        where="router",
        detail="its DHCP server names itself, or no further name server",
    )
    host = setting.reference.host if setting.reference else ""
    return tuple(
        Asked(key=key, question=QUESTION, target=host, server=server)
        if failure is None and server
        else Asked(key=key, question=QUESTION, missing=failure or none)
        for key, server in zip((FIRST, SECOND), [*others, "", ""], strict=False)
    )


async def _run(setting: Setting, evidence: Evidence, deadline: float) -> tuple[Measurement, ...]:
    return await ask_all(setting, _asked(setting, evidence), deadline)


PROBE: Final = Probe(
    id="home_resolver",
    title="Name servers that the router names to the home",
    asks="the first two of them that are not the router itself, from the router",
    gives=(FIRST, SECOND),
    after=("router_lan",),
    run=_run,
    cost_s=0.2,
)
