"""The reference host over TLS: the control for every site that is asked for over TLS.

A filter that drops TLS leaves the reference's plain page as it is; only the same protocol, by the
same family and from the same place, tells a filter from a site that is down.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey, not_observed
from cpe_diag.domain.failures import Failure, FailureKind, MeasurementError
from cpe_diag.domain.path_facts import DnsCheck
from cpe_diag.probes.asking import Asked, ask
from cpe_diag.probes.node_port import known, none_of
from cpe_diag.probes.operator_web import PAGE_WITHIN_S
from cpe_diag.probes.probe import Probe, Setting
from cpe_diag.probes.router_names import unnamed

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import Evidence, Measurement

OURS: Final = FactKey("http", "operator>reference/tls")
OURS_IPV6: Final = FactKey("http", "operator>reference/ipv6/tls")
ROUTER: Final = FactKey("http", "router>reference/tls")
GIVES: Final = (OURS, OURS_IPV6, ROUTER)
GET: Final = "http.get"


async def _here(
    setting: Setting, key: FactKey, url: str, evidence: Evidence, deadline: float
) -> Measurement:
    clock = setting.doors.clock
    name = evidence.value(DnsCheck, "dns", key.subject.removesuffix("/tls"))
    if name is None or not name.addresses:
        detail = "the address of the reference is not known in this family"
        missing = Failure(kind=FailureKind.DEPENDENCY, where="reference", detail=detail)
        return not_observed(key, missing, GET, clock.now())
    address = name.addresses[0]
    by_s = min(deadline, clock.monotonic() + PAGE_WITHIN_S)
    try:
        page = await setting.doors.http.get(url, address=address, deadline=by_s)
    except MeasurementError as error:
        return none_of((key,), error, clock.now())[0]
    return known(key, page, f"HTTP {url} at {address}, from here", clock.now())


async def _run(setting: Setting, evidence: Evidence, deadline: float) -> tuple[Measurement, ...]:
    clock = setting.doors.clock
    if setting.reference is None:
        missing = unnamed("reference")
        return tuple(not_observed(key, missing, GET, clock.now()) for key in GIVES)
    url = f"https://{setting.reference.host}/"
    with setting.doors.recorder.scope():
        return tuple(
            await asyncio.gather(
                _here(setting, OURS, url, evidence, deadline),
                _here(setting, OURS_IPV6, url, evidence, deadline),
                ask(setting, Asked(key=ROUTER, question="http", target=url), deadline),
            )
        )


PROBE: Final = Probe(
    id="reference_tls",
    title="Reference host over TLS",
    asks="the reference host over TLS, from here by both families and from the router",
    gives=GIVES,
    after=("dns[operator>reference]", "dns[operator>reference/ipv6]"),
    run=_run,
    cost_s=0.5,
)
