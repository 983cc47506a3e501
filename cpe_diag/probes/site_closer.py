"""A second look from the operator's side at a site whose page does not come.

Whoever accepts a connection and then says nothing may lose long packets: asked for small ones only
(RFC 9293, section 3.7.1), it answers. Whoever ends the handshake of TLS may serve plain pages.
Both say that the site is there, and which part of it is broken.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey, not_observed
from cpe_diag.domain.failures import MeasurementError
from cpe_diag.domain.path_facts import DnsCheck, HttpCheck, HttpOutcome
from cpe_diag.probes.asking import dependency
from cpe_diag.probes.node_port import known, none_of
from cpe_diag.probes.operator_web import PAGE_WITHIN_S
from cpe_diag.probes.probe import Probe, Setting
from cpe_diag.probes.router_names import unnamed

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import Evidence, Measurement
    from cpe_diag.domain.failures import Failure
    from cpe_diag.ports import HttpGetter

FIRST: Final = FactKey("http", "operator>platform")
SMALL: Final = FactKey("http", "operator>platform/small")
PLAIN: Final = FactKey("http", "operator>platform/plain")
GET: Final = "http.get"
SILENT: Final = (HttpOutcome.READ_TIMEOUT,)
ENDED: Final = (HttpOutcome.TLS_FAILED, HttpOutcome.BROKEN, HttpOutcome.READ_TIMEOUT)
SECURE: Final = "https://"


def _why_not(
    setting: Setting, first: HttpCheck | None, worth: tuple[HttpOutcome, ...]
) -> Failure | None:
    if setting.platform is None:
        return unnamed("platform")
    if first is None or first.outcome not in worth:
        return dependency("platform", "its page did not fail in such a way")
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """One way to ask for the page; `missing` says why not."""

    key: FactKey
    door: "HttpGetter"
    url: str
    missing: "Failure | None"


async def _page(setting: Setting, evidence: Evidence, way: _Way, deadline: float) -> Measurement:
    clock, missing = setting.doors.clock, way.missing
    name = evidence.value(DnsCheck, "dns", FIRST.subject)
    if missing is None and (name is None or not name.addresses):
        missing = dependency("platform", "its address is not known here")
    if missing is not None or name is None:
        return not_observed(way.key, missing or unnamed("platform"), GET, clock.now())
    by_s = min(deadline, clock.monotonic() + PAGE_WITHIN_S)
    try:
        page = await way.door.get(way.url, address=name.addresses[0], deadline=by_s)
    except MeasurementError as error:
        return none_of((way.key,), error, clock.now())[0]
    source = f"HTTP {way.url} at {name.addresses[0]}, from here"
    return known(way.key, page, source, clock.now())


async def _run(setting: Setting, evidence: Evidence, deadline: float) -> tuple[Measurement, ...]:
    first = evidence.value(HttpCheck, FIRST.kind, FIRST.subject)
    url = "" if setting.platform is None else setting.platform.url
    small, plain = _why_not(setting, first, SILENT), _why_not(setting, first, ENDED)
    if plain is None and not url.lower().startswith(SECURE):
        plain = dependency("platform", "it was not asked for over TLS")
    doors = setting.doors
    ways = (
        _Way(key=SMALL, door=doors.http_small, url=url, missing=small),
        _Way(key=PLAIN, door=doors.http, url=f"http://{url[len(SECURE) :]}", missing=plain),
    )
    with doors.recorder.scope():
        told = await asyncio.gather(*(_page(setting, evidence, way, deadline) for way in ways))
    return tuple(told)


PROBE: Final = Probe(
    id="site_closer",
    title="The platform's page in small packets, and without TLS",
    asks="the platform once more, from here, where its page does not come",
    gives=(SMALL, PLAIN),
    after=("dns[operator>platform]", "http[operator>platform]"),
    run=_run,
    cost_s=0.3,
)
