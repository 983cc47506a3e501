"""Names asked from the router: at its own forwarder, and past it at the operator's resolver."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey
from cpe_diag.probes.asking import Asked, ask_all, not_configured
from cpe_diag.probes.probe import Probe, Setting, WebTarget

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import Evidence, Measurement
    from cpe_diag.domain.failures import Failure

REFERENCE: Final = FactKey("dns", "router>reference")
RESOLVER: Final = FactKey("dns", "router>operator_resolver")
PLATFORM: Final = FactKey("dns", "router>platform")
PLATFORM_PAST_IT: Final = FactKey("dns", "router>operator_resolver/platform")
"""What the router's own name service makes of an answer is seen beside the answer."""


def _forwarder(key: FactKey, target: WebTarget | None, whose: str) -> Asked:
    if target is None:
        return Asked(key=key, question="dns_forwarder", missing=unnamed(whose))
    return Asked(key=key, question="dns_forwarder", target=target.host, server="127.0.0.1")


def _direct(key: FactKey, setting: Setting, target: WebTarget | None, whose: str) -> Asked:
    server = setting.operator_resolver
    if target is None or server is None:
        missing = unnamed(whose if target is None else "operator's resolver")
        return Asked(key=key, question="dns_direct", missing=missing)
    return Asked(key=key, question="dns_direct", target=target.host, server=server)


async def _run(setting: Setting, _: Evidence, deadline: float) -> tuple[Measurement, ...]:
    questions = (
        _forwarder(REFERENCE, setting.reference, "reference"),
        _direct(RESOLVER, setting, setting.reference, "reference"),
        _forwarder(PLATFORM, setting.platform, "platform"),
        _direct(PLATFORM_PAST_IT, setting, setting.platform, "platform"),
    )
    return await ask_all(setting, questions, deadline)


def unnamed(whose: str) -> Failure:
    """Make the failure for a target that neither configuration nor order names."""
    return not_configured(whose, f"no {whose} is named in the configuration or the order")


PROBE: Final = Probe(
    id="router_names",
    title="Names from the router",
    asks="the router's forwarder and the operator's resolver, from the router",
    gives=(REFERENCE, RESOLVER, PLATFORM, PLATFORM_PAST_IT),
    after=(),
    run=_run,
    cost_s=0.2,
)
