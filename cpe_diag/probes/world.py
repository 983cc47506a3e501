"""The world beyond the operator, from the router and from here: do connections come about?

One page that comes tells little: by IPv6 it comes where IPv4 is broken, and one of several tries
comes where most are lost. So a few places that have nothing to do with each other, well known and
of the operator's own choice, are connected to several times, by IPv4 and by address, so that
neither names nor the other family hide anything. Each connection leaves from a port of its own.
Beside that the plain page of each is fetched by its name: whoever leads all pages to one of his
own leads those of different places to the same.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey, not_observed
from cpe_diag.domain.failures import FailureKind, MeasurementError
from cpe_diag.domain.path_facts import DnsCheck
from cpe_diag.driver_kit.parsers.trains import spread
from cpe_diag.probes.asking import Asked, ask_times, dependency
from cpe_diag.probes.node_port import known
from cpe_diag.probes.operator_web import NAME_WITHIN_S, PAGE_WITHIN_S
from cpe_diag.probes.probe import Probe, Setting, WebTarget
from cpe_diag.probes.router_names import unnamed

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import Evidence, Measurement
    from cpe_diag.domain.failures import Failure

ROUTER: Final = "router>world/"
OPERATOR: Final = "operator>world/"
MOST_PLACES: Final = 4
"""The reference, and three that are further away."""
TRIES: Final = 4
OWN_TRIES: Final = 8
APART_S: Final = 0.05
ACCEPTED_WITHIN_S: Final = 0.9
"""Below the second after which a first packet is sent again (RFC 6298, section 2)."""
CONNECT: Final = "tcp.connect"
GET: Final = "http.get"
HTTP_PORT: Final = 80
"""RFC 9110, section 4.2.1."""


def places(setting: Setting) -> tuple[WebTarget, ...]:
    """Give the places that are tried: the operator's reference first, none twice."""
    wanted = (*((setting.reference,) if setting.reference else ()), *setting.places)
    by_host = {one.host: one for one in reversed(wanted)}
    return tuple(by_host[host] for host in dict.fromkeys(one.host for one in wanted))[:MOST_PLACES]


def _plain(host: str) -> str:
    return f"http://{host}/"


async def _address(
    setting: Setting, place: WebTarget, evidence: Evidence, deadline: float
) -> str | Failure:
    """Give an address of IPv4: as our resolver says it, else as the operator knows it."""
    if setting.reference is not None and place.host == setting.reference.host:
        told = evidence.value(DnsCheck, "dns", "operator>reference")
        if told is not None and told.addresses:
            return told.addresses[0]
    by = min(deadline, setting.doors.clock.monotonic() + NAME_WITHIN_S)
    try:
        name = await setting.doors.resolver.resolve(place.host, deadline=by)
    except MeasurementError as error:
        return place.address or error.failure
    if name.addresses:
        return name.addresses[0]
    return place.address or dependency(place.host, f"our resolver says {name.outcome}")


async def _one(setting: Setting, address: str, after_s: float) -> float | None:
    """Connect once; None: nobody answered in time, or somebody refused it.

    Raises:
        MeasurementError: our own side cannot try.
    """
    clock = setting.doors.clock
    begin_s = clock.monotonic() + after_s
    await clock.sleep_until(begin_s)
    try:
        return await setting.doors.prober.tcp_connect(
            address, HTTP_PORT, deadline=begin_s + ACCEPTED_WITHIN_S
        )
    except MeasurementError as error:
        if error.failure.kind in LOST:
            return None
        raise


LOST: Final = frozenset({FailureKind.SILENT, FailureKind.REFUSED, FailureKind.UNREACHABLE})


async def _ours(setting: Setting, place: WebTarget, address: str | Failure) -> Measurement:
    clock, key = setting.doors.clock, FactKey("path_quality", f"{OPERATOR}{place.host}")
    if not isinstance(address, str):
        return not_observed(key, address, CONNECT, clock.now())
    try:
        took = await asyncio.gather(
            *(_one(setting, address, number * APART_S) for number in range(OWN_TRIES))
        )
    except MeasurementError as error:
        return not_observed(key, error.failure, error.operation, clock.now())
    echoes = {number: one for number, one in enumerate(took) if one is not None}
    if not echoes:
        none = dependency(address, f"port {HTTP_PORT} accepts nothing: there is nothing to count")
        return not_observed(key, none, CONNECT, clock.now())
    fact = spread(f"{address} port {HTTP_PORT}", OWN_TRIES, echoes)
    return known(key, fact, f"TCP connections to {address}, from here", clock.now())


async def _our_page(
    setting: Setting, place: WebTarget, address: str | Failure, deadline: float
) -> Measurement:
    clock, key = setting.doors.clock, FactKey("http", f"{OPERATOR}{place.host}")
    if not isinstance(address, str):
        return not_observed(key, address, GET, clock.now())
    by = min(deadline, clock.monotonic() + PAGE_WITHIN_S)
    url = _plain(place.host)
    try:
        page = await setting.doors.http.get(url, address=address, deadline=by)
    except MeasurementError as error:
        return not_observed(key, error.failure, error.operation, clock.now())
    return known(key, page, f"HTTP {url} at {address}, from here", clock.now())


async def _of_router(
    setting: Setting, place: WebTarget, address: str | Failure, deadline: float
) -> tuple[Measurement, ...]:
    page = Asked(
        key=FactKey("http", f"{ROUTER}{place.host}"), question="http", target=_plain(place.host)
    )
    again = replace(page, target=_plain(address)) if isinstance(address, str) else None
    tries = tuple(FactKey("http", f"{ROUTER}{place.host}/{n + 1}") for n in range(TRIES))
    asked = again or replace(page, missing=address if not isinstance(address, str) else None)
    first, rest = await asyncio.gather(
        ask_times(setting, page, (page.key,), deadline),
        ask_times(setting, asked, tries, deadline),
    )
    return (*first, *rest)


async def _place(
    setting: Setting, place: WebTarget, evidence: Evidence, deadline: float
) -> tuple[Measurement, ...]:
    address = await _address(setting, place, evidence, deadline)
    theirs, ours, page = await asyncio.gather(
        _of_router(setting, place, address, deadline),
        _ours(setting, place, address),
        _our_page(setting, place, address, deadline),
    )
    return (*theirs, ours, page)


async def _run(setting: Setting, evidence: Evidence, deadline: float) -> tuple[Measurement, ...]:
    chosen = places(setting)
    if not chosen:
        at = setting.doors.clock.now()
        return tuple(not_observed(key, unnamed("place"), GET, at) for key in NOWHERE)
    with setting.doors.recorder.scope():
        told = await asyncio.gather(
            *(_place(setting, place, evidence, deadline) for place in chosen)
        )
    return tuple(one for part in told for one in part)


NOWHERE: Final = (
    FactKey("http", f"{ROUTER}none"),
    FactKey("http", f"{OPERATOR}none"),
    FactKey("path_quality", f"{OPERATOR}none"),
)
"""What comes back, not known, where no place is known."""

PROBE: Final = Probe(
    id="world",
    title="Places of the world, several times",
    asks=f"up to {MOST_PLACES} well-known places, {TRIES} times each from the router, and from"
    " here",
    gives=(
        FactKey("http", f"{ROUTER}*"),
        FactKey("http", f"{OPERATOR}*"),
        FactKey("path_quality", f"{OPERATOR}*"),
    ),
    after=("dns[operator>reference]",),
    run=_run,
    cost_s=1.0,
)
