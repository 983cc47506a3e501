"""Pages fetched by the router itself: the customer's own way to the reference and the platform."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey
from cpe_diag.probes.asking import Asked, ask_all
from cpe_diag.probes.probe import Probe, Setting, WebTarget
from cpe_diag.probes.router_names import unnamed

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import Evidence, Measurement

REFERENCE: Final = FactKey("http", "router>reference")
PLATFORM: Final = FactKey("http", "router>platform")


def _page(key: FactKey, target: WebTarget | None, whose: str) -> Asked:
    if target is None:
        return Asked(key=key, question="http", missing=unnamed(whose))
    return Asked(key=key, question="http", target=target.url)


async def _run(setting: Setting, _: Evidence, deadline: float) -> tuple[Measurement, ...]:
    questions = (
        _page(REFERENCE, setting.reference, "reference"),
        _page(PLATFORM, setting.platform, "platform"),
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
