"""Pages fetched by the router itself: the customer's own way to the reference and the platform."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey
from cpe_diag.domain.path_facts import DnsCheck, DnsOutcome
from cpe_diag.probes.asking import Asked, ask_all, dependency
from cpe_diag.probes.probe import Probe, Setting, WebTarget
from cpe_diag.probes.router_names import unnamed

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import Evidence, Measurement

REFERENCE: Final = FactKey("http", "router>reference")
PLATFORM: Final = FactKey("http", "router>platform")
NO_NAMES: Final = (DnsOutcome.TIMEOUT, DnsOutcome.SERVFAIL, DnsOutcome.REFUSED)


def _page(key: FactKey, target: WebTarget | None, whose: str, evidence: Evidence) -> Asked:
    if target is None:
        return Asked(key=key, question="http", missing=unnamed(whose))
    name = evidence.value(DnsCheck, "dns", key.subject)
    if name is not None and name.outcome in NO_NAMES:
        # Fetching it would only wait for the same silence once more.
        detail = f"the router's name service has just said {name.outcome} for {name.name}"
        return Asked(key=key, question="http", missing=dependency("router", detail))
    return Asked(key=key, question="http", target=target.url)


async def _run(setting: Setting, evidence: Evidence, deadline: float) -> tuple[Measurement, ...]:
    questions = (
        _page(REFERENCE, setting.reference, "reference", evidence),
        _page(PLATFORM, setting.platform, "platform", evidence),
    )
    return await ask_all(setting, questions, deadline)


PROBE: Final = Probe(
    id="router_web",
    title="Pages from the router",
    asks="the reference host and the platform, from the router",
    gives=(REFERENCE, PLATFORM),
    after=(),
    run=_run,
    cost_s=0.4,
)
