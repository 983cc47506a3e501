"""How much the line and the device's link let through: a bounded load, which is noticed.

Large packets one at a time towards the operator's edge: what they take longer than
small ones is the time that their bytes need (R. Carter and M. Crovella, "Measuring Bottleneck
Link Speed in Packet-Switched Networks", 1996; V. Jacobson's pathchar, 1997). Then one download
with echo requests beside it: throughput, and the delay under load (the idea of
draft-ietf-ippm-responsiveness). The same file fetched from the operator's side is the control:
what is slow there too is not the line.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey, not_observed
from cpe_diag.domain.failures import Failure, FailureKind, MeasurementError
from cpe_diag.domain.load_facts import LoadTest
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.missing import known as value_of
from cpe_diag.domain.nuisance import Nuisance
from cpe_diag.domain.path_facts import HttpOutcome
from cpe_diag.probes import router_paths
from cpe_diag.probes.asking import Asked, ask, dependency
from cpe_diag.probes.node_port import known
from cpe_diag.probes.path_quality import known_reference, not_applicable
from cpe_diag.probes.probe import Probe, Setting
from cpe_diag.probes.router_names import unnamed

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import Evidence, Measurement

TRAIN_GATEWAY: Final = FactKey("rate_train", "router>gateway")
LOAD: Final = FactKey("load_test", "router>reference")
CONTROL: Final = FactKey("load_test", "operator>reference")
GET: Final = "http.get"
CONTROL_SHARE: Final = 0.4
"""Share of the time that is left for the control: 2 MB from our own side."""


async def _run(setting: Setting, evidence: Evidence, deadline: float) -> tuple[Measurement, ...]:
    gateway = router_paths.gateway(evidence)
    train = replace(gateway, key=TRAIN_GATEWAY, question="rate_train")
    # One after the other: what runs at the same time would be measured as the line's own limit.
    slow_first = await ask(setting, train, deadline)
    loaded = await ask(setting, _load(setting, gateway), deadline)
    return (slow_first, loaded, await _control(setting, evidence, deadline))


def _load(setting: Setting, gateway: Asked) -> Asked:
    asked = replace(gateway, key=LOAD, question="load_test", server=gateway.target)
    missing = _unpaid(setting) or gateway.missing or _no_file(setting)
    if missing is not None or setting.reference is None or setting.reference.large is None:
        return replace(asked, missing=missing)
    return replace(asked, target=setting.reference.large)


def _unpaid(setting: Setting) -> Failure | None:
    """Say so where the customer pays for what we would fetch, and has not agreed to it."""
    if setting.load_agreed or value_of(setting.subscriber.service.metered) is not True:
        return None
    return Failure(
        kind=FailureKind.NOT_MEASURED,
        where="line",
        detail="the line is metered, and the customer has not agreed to a download of 10 MB",
        next_step="ask the customer, then run again with --load-agreed",
    )


def _no_file(setting: Setting) -> Failure | None:
    if setting.reference is None:
        return unnamed("reference")
    if setting.reference.large is not None:
        return None
    step = "add `large` to `reference`: the URL of a file of 10 MB there"
    return not_applicable("reference", "the configuration names no large file there", step)


async def _control(setting: Setting, evidence: Evidence, deadline: float) -> Measurement:
    clock = setting.doors.clock
    missing = _unpaid(setting) or _no_file(setting)
    address = known_reference(setting, evidence)
    if missing is None and address is None:
        missing = dependency("reference", "its address is not known here")
    if missing is not None or address is None or setting.reference is None:
        return not_observed(CONTROL, missing or unnamed("reference"), GET, clock.now())
    url = setting.reference.large or ""
    now = clock.monotonic()
    try:
        page = await setting.doors.http.get(
            url, address=address, deadline=now + (deadline - now) * CONTROL_SHARE
        )
    except MeasurementError as error:
        return not_observed(CONTROL, error.failure, error.operation, clock.now())
    took_s, received = value_of(page.took_s), value_of(page.received_bytes)
    if page.outcome not in CAME or not took_s or not received:
        failure = Failure(
            kind=FailureKind.NOT_MEASURED,
            where=address,
            detail=f"the large file: {page.outcome.replace('_', ' ')}",
        )
        return not_observed(CONTROL, failure, GET, clock.now())
    nobody = Missing(why=FailureKind.UNSUPPORTED)
    fact = LoadTest(
        url=url, received_bytes=received, took_s=took_s, line_bytes=nobody, loaded=nobody
    )
    return known(CONTROL, fact, f"HTTP {url} at {address}, from here", clock.now())


CAME: Final = (HttpOutcome.OK, HttpOutcome.READ_TIMEOUT)
"""A file that did not come to its end in time was measured all the same."""

PROBE: Final = Probe(
    id="load_test",
    title="Line under load",
    asks="the line for at most 10 MB and three seconds",
    gives=(TRAIN_GATEWAY, LOAD, CONTROL),
    after=(
        "router_wan",
        "router_lan",
        "path_quality[router>gateway]",
        "path_quality[operator>router]",
        "rate_train[router>device]",
        "port_rates[port]",
    ),
    run=_run,
    cost_s=4.0,
    nuisance=Nuisance.NOTICED,
)
