"""The platform's page once more and once more again: one page that came may have been luck.

Asked for only where the first one came to somebody: else it is told already how it fails. The
reference is fetched from the router at the same moments and by the platform's scheme: the control.
From here a dozen connections to each tell whether packets are lost on the way or there; a page
repairs that by itself, and is only late.
"""

from __future__ import annotations

import asyncio
import statistics
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey, not_observed
from cpe_diag.domain.failures import FailureKind, MeasurementError
from cpe_diag.domain.load_facts import PathQuality
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.path_facts import DnsCheck, HttpCheck, HttpOutcome
from cpe_diag.probes.asking import Asked, ask_all, dependency
from cpe_diag.probes.node_port import known
from cpe_diag.probes.operator_web import PAGE_WITHIN_S
from cpe_diag.probes.probe import Probe, Setting
from cpe_diag.probes.router_names import unnamed

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import Evidence, Measurement
    from cpe_diag.domain.failures import Failure

OURS: Final = FactKey("http", "operator>platform/again")
SECOND: Final = FactKey("http", "router>platform/again")
THIRD: Final = FactKey("http", "router>platform/third")
CONTROL: Final = FactKey("http", "router>reference/again")
GET: Final = "http.get"
CONNECTS: Final = FactKey("path_quality", "operator>platform/tcp")
CONNECTS_CONTROL: Final = FactKey("path_quality", "operator>reference/tcp")
TRIES: Final = 12
APART_S: Final = 0.02
ACCEPTED_WITHIN_S: Final = 0.9
"""Below the second after which a first packet is sent again (RFC 6298, section 2)."""
CONNECT: Final = "tcp.connect"
PORTS: Final = {"http": 80, "https": 443}
"""RFC 9110, sections 4.2.1 and 4.2.2."""


def _scheme(url: str) -> str:
    return "https" if url.lower().startswith("https://") else "http"


def _port(url: str) -> int:
    """Give the port of a URL: after the host's last colon, or that of its scheme."""
    place = url.partition("://")[2].partition("/")[0]
    own = place.rpartition("]")[2].rpartition(":")[2]
    return int(own) if ":" in place.rpartition("]")[2] and own.isdigit() else PORTS[_scheme(url)]


def _why_not(setting: Setting, evidence: Evidence) -> Failure | None:
    """Say why a page is not asked for again: it came to nobody the first time."""
    if setting.platform is None:
        return unnamed("platform")
    first = (
        evidence.value(HttpCheck, "http", f"{vantage}>platform")
        for vantage in ("operator", "router")
    )
    if any(page is not None and page.outcome is HttpOutcome.OK for page in first):
        return None
    return dependency("platform", "its page came to nobody the first time")


def _again(setting: Setting, missing: Failure | None) -> tuple[Asked, ...]:
    url = "" if setting.platform is None else setting.platform.url
    pages = [
        Asked(key=key, question="http", target=url, missing=missing) for key in (SECOND, THIRD)
    ]
    reference = setting.reference
    if reference is None:
        return (*pages, Asked(key=CONTROL, question="http", missing=unnamed("reference")))
    same = f"{_scheme(url)}://{reference.host}/"
    return (*pages, Asked(key=CONTROL, question="http", target=same, missing=missing))


async def _ours(setting: Setting, evidence: Evidence, deadline: float) -> Measurement:
    clock = setting.doors.clock
    missing = _why_not(setting, evidence)
    name = evidence.value(DnsCheck, "dns", "operator>platform")
    if missing is None and (name is None or not name.addresses):
        missing = dependency("platform", "its address is not known here")
    if missing is not None or setting.platform is None or name is None:
        return not_observed(OURS, missing or unnamed("platform"), GET, clock.now())
    by = min(deadline, clock.monotonic() + PAGE_WITHIN_S)
    url, address = setting.platform.url, name.addresses[-1]
    try:
        page = await setting.doors.http.get(url, address=address, deadline=by)
    except MeasurementError as error:
        return not_observed(OURS, error.failure, error.operation, clock.now())
    return known(OURS, page, f"HTTP {url} at {address}, from here once more", clock.now())


async def _one(setting: Setting, address: str, port: int, after_s: float) -> float | None:
    """Connect once, a little later than those before; None: nobody answered in time.

    Raises:
        MeasurementError: it failed in another way than by silence.
    """
    clock = setting.doors.clock
    begin_s = clock.monotonic() + after_s
    await clock.sleep_until(begin_s)
    try:
        return await setting.doors.prober.tcp_connect(
            address, port, deadline=begin_s + ACCEPTED_WITHIN_S
        )
    except MeasurementError as error:
        if error.failure.kind is FailureKind.SILENT:
            return None
        raise


async def _connects(
    setting: Setting, evidence: Evidence, key: FactKey, whose: str, missing: Failure | None
) -> Measurement:
    clock = setting.doors.clock
    name = evidence.value(DnsCheck, "dns", f"operator>{whose}")
    site = setting.platform
    if missing is None and (name is None or not name.addresses):
        missing = dependency(whose, "its address is not known here")
    if missing is not None or site is None or name is None:
        return not_observed(key, missing or unnamed(whose), CONNECT, clock.now())
    port = _port(site.url)
    address = name.addresses[0]
    try:
        took = await asyncio.gather(
            *(_one(setting, address, port, number * APART_S) for number in range(TRIES))
        )
    except MeasurementError as error:
        return not_observed(key, error.failure, error.operation, clock.now())
    accepted = [one for one in took if one is not None]
    if not accepted:
        none = dependency(address, f"port {port} accepts nothing: there is nothing to count")
        return not_observed(key, none, CONNECT, clock.now())
    fact = _quality(f"{address} port {port}", accepted)
    return known(key, fact, f"TCP connections to {address} port {port}, from here", clock.now())


def _quality(target: str, took_s: list[float]) -> PathQuality:
    inner = sorted(took_s)
    return PathQuality(
        target=target,
        sent=TRIES,
        received=len(took_s),
        rtt_min_s=inner[0],
        rtt_median_s=statistics.median(inner),
        rtt_p95_s=inner[-1],
        jitter_s=Missing(why=FailureKind.NOT_MEASURED),
    )


async def _run(setting: Setting, evidence: Evidence, deadline: float) -> tuple[Measurement, ...]:
    missing = _why_not(setting, evidence)
    with setting.doors.recorder.scope():
        ours, theirs, *connects = await asyncio.gather(
            _ours(setting, evidence, deadline),
            ask_all(setting, _again(setting, missing), deadline),
            _connects(setting, evidence, CONNECTS, "platform", missing),
            _connects(setting, evidence, CONNECTS_CONTROL, "reference", missing),
        )
    return (ours, *theirs, *connects)


PROBE: Final = Probe(
    id="sites_again",
    title="The platform's page, again and again",
    asks="the platform once more from here and twice from the router, beside the reference",
    gives=(OURS, SECOND, THIRD, CONTROL, CONNECTS, CONNECTS_CONTROL),
    after=(
        "dns[operator>reference]",
        "dns[operator>platform]",
        "http[operator>platform]",
        "http[router>platform]",
    ),
    run=_run,
    cost_s=0.6,
)
