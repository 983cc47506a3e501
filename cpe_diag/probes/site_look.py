"""The site as a browser meets it: its redirects, what its page says, what the page is made of.

A status of 200 or 301 is where other checks end. A site may send everybody in a circle, say 200
over an error, or show a page of which nothing works because another host of its own is away.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey, not_observed
from cpe_diag.domain.failures import MeasurementError
from cpe_diag.domain.missing import NOT_ASKED, Maybe
from cpe_diag.domain.path_facts import DnsOutcome, HttpCheck, HttpOutcome
from cpe_diag.domain.site_facts import LookEnd, LookStep, PartKind, SiteLook, SitePart, Unfit
from cpe_diag.domain.world import of_the_world
from cpe_diag.ports import PagePart, PageRead, Place
from cpe_diag.probes.asking import dependency
from cpe_diag.probes.node_port import known
from cpe_diag.probes.operator_web import NAME_WITHIN_S, PAGE_WITHIN_S
from cpe_diag.probes.probe import Probe, Setting
from cpe_diag.probes.router_names import unnamed

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import Evidence, Measurement

LOOK: Final = FactKey("site_look", "operator>platform")
GET: Final = "http.get"
MOST_STEPS: Final = 21
"""The Fetch standard, "HTTP-redirect fetch": after 20 redirects it is an error."""
SAME_AT_MOST: Final = 2
"""So often a place may be come to with the same cookies: one of several servers may err once."""
WITHIN_S: Final = 10.0
PART_WITHIN_S: Final = 4.0
MOST_HOSTS: Final = 5
OWN_PROGRAMS: Final = 2
NOT_THERE: Final = (DnsOutcome.NXDOMAIN, DnsOutcome.NO_ADDRESS)
ANSWERED: Final = (HttpOutcome.OK, HttpOutcome.HTTP_ERROR)


class _UntoldError(Exception):
    """What kept us from looking is no matter of the site's."""


@dataclass(slots=True)
class _Cookies:
    """What a site gives its visitor to show again (RFC 6265): else a good one sends in circles."""

    kept: dict[tuple[str, str], str] = field(default_factory=dict)

    def take(self, page: PageRead) -> None:
        """Keep what a page gives."""
        for one in page.cookies:
            if one.value is None:
                self.kept.pop((one.domain, one.name), None)
            else:
                self.kept[one.domain, one.name] = one.value

    def shown_to(self, host: str) -> str:
        """Give what is shown to a host; an owner's other hosts get it where he says so."""
        return "; ".join(
            f"{name}={value}"
            for (domain, name), value in self.kept.items()
            if host == domain or host.endswith(f".{domain}")
        )


@dataclass(slots=True)
class _Way:
    """The way from place to place, as far as it was gone."""

    place: Place
    steps: list[LookStep] = field(default_factory=list)
    cookies: _Cookies = field(default_factory=_Cookies)
    been: list[tuple[str, str]] = field(default_factory=list)
    page: PageRead | None = None


async def _address(setting: Setting, host: str, deadline: float) -> str | None:
    """Give an address of a host of the world, or of the site that was named; None: it has none.

    Raises:
        _UntoldError: nobody says.
    """
    if ":" in host or host.replace(".", "").isdigit():
        return host
    clock = setting.doors.clock
    for ipv6 in (False, True):
        by_s = min(deadline, clock.monotonic() + NAME_WITHIN_S)
        try:
            told = await setting.doors.resolver.resolve(host, deadline=by_s, ipv6=ipv6)
        except MeasurementError as error:
            raise _UntoldError(error.failure.detail) from error
        if told.outcome not in {DnsOutcome.ANSWERED, *NOT_THERE}:
            raise _UntoldError(f"{told.server} says {told.outcome} for {host}")
        for address in told.addresses:
            own = setting.platform is not None and host == setting.platform.host
            return address if own or of_the_world(address) else None
    return None


async def _fetch(
    setting: Setting, place: Place, cookies: str, deadline: float
) -> PageRead | HttpOutcome:
    """Fetch one place; without an address of the world, no page.

    Raises:
        _UntoldError: what keeps us from it is no matter of the site's.
    """
    address = await _address(setting, place.host or "", deadline)
    if address is None:
        return HttpOutcome.NAME_FAILED
    by_s = min(deadline, setting.doors.clock.monotonic() + PAGE_WITHIN_S)
    try:
        return await setting.doors.http.read(place.url, cookies, address=address, deadline=by_s)
    except MeasurementError as error:
        raise _UntoldError(error.failure.detail) from error


async def _go(setting: Setting, way: _Way, deadline: float) -> LookEnd:
    """Go from place to place, as a browser would.

    Raises:
        _UntoldError: as `_fetch`; or no time is left.
    """
    while True:
        cookies = way.cookies.shown_to(way.place.host or "")
        here = (way.place.url, cookies)
        if way.been.count(here) >= SAME_AT_MOST or len(way.steps) >= MOST_STEPS:
            return LookEnd.CIRCLE
        way.been.append(here)
        told = await _fetch(setting, way.place, cookies, deadline)
        if isinstance(told, HttpOutcome):
            way.steps.append(LookStep(url=way.place.url, outcome=told, status=None))
            return LookEnd.FAILED
        check = told.check
        way.steps.append(LookStep(url=way.place.url, outcome=check.outcome, status=check.status))
        if check.outcome not in ANSWERED:
            if setting.doors.clock.monotonic() >= deadline:
                raise _UntoldError("the time was up")
            return LookEnd.FAILED
        way.cookies.take(told)
        if told.onward is None:
            way.page = told
            return LookEnd.PAGE
        if told.onward.host is None:
            return LookEnd.NOWHERE
        way.place = told.onward


async def _elsewhere(setting: Setting, url: str, deadline: float) -> Maybe[HttpOutcome]:
    """See how a place is outside of the operator's network, where there is a vantage."""
    outside = setting.doors.elsewhere
    if outside is None or outside.http is None:
        return NOT_ASKED
    with suppress(MeasurementError):
        return (await outside.http.get(url, address=None, deadline=deadline)).outcome
    return NOT_ASKED


def _fails(kind: PartKind, outcome: HttpOutcome) -> bool:
    return outcome is not HttpOutcome.OK if kind is PartKind.PROGRAM else outcome not in ANSWERED


async def _part(setting: Setting, part: PagePart, deadline: float) -> SitePart | None:
    """Fetch a part, once more where it failed; None where our own side keeps us from it."""
    outcome, status = HttpOutcome.NAME_FAILED, None
    for _ in range(2):
        by_s = min(deadline, setting.doors.clock.monotonic() + PART_WITHIN_S)
        try:
            told = await _fetch(setting, part.place, "", by_s)
        except _UntoldError:
            return None
        whole = told if isinstance(told, HttpOutcome) else told.check.outcome
        outcome, status = whole, None if isinstance(told, HttpOutcome) else told.check.status
        if not _fails(part.kind, outcome):
            break
    fails = _fails(part.kind, outcome)
    return SitePart(
        url=part.place.url,
        kind=part.kind,
        needed=part.needed,
        outcome=outcome,
        status=status,
        elsewhere=await _elsewhere(setting, part.place.url, deadline) if fails else NOT_ASKED,
    )


def _chosen(parts: tuple[PagePart, ...], host: str) -> tuple[PagePart, ...]:
    """Choose a few: one for each other host, and programs of the page's own host."""
    by_host: dict[str, PagePart] = {}
    own = []
    for part in parts:
        there = part.place.host or ""
        if there != host:
            by_host.setdefault(there, part)
        elif part.kind is PartKind.PROGRAM:
            own.append(part)
    return (*tuple(by_host.values())[:MOST_HOSTS], *own[:OWN_PROGRAMS])


async def _look(setting: Setting, place: Place, deadline: float) -> SiteLook:
    way = _Way(place=place)
    end = await _go(setting, way, deadline)
    last = way.steps[-1]
    failed = end is LookEnd.FAILED
    unfit: Maybe[Unfit] = NOT_ASKED
    words = ""
    parts: tuple[SitePart, ...] = ()
    size = NOT_ASKED if way.page is None else way.page.check.received_bytes
    if way.page is not None and last.outcome is HttpOutcome.OK:
        unfit, words = way.page.unfit, way.page.words
        chosen = _chosen(way.page.parts, way.place.host or "")
        told = await asyncio.gather(*(_part(setting, one, deadline) for one in chosen))
        parts = tuple(one for one in told if one is not None)
    return SiteLook(
        steps=tuple(way.steps),
        end=end,
        elsewhere=await _elsewhere(setting, last.url, deadline) if failed else NOT_ASKED,
        unfit=unfit,
        words=words,
        parts=parts,
        page_bytes=size,
    )


async def _run(setting: Setting, evidence: Evidence, deadline: float) -> tuple[Measurement, ...]:
    clock = setting.doors.clock
    first = evidence.value(HttpCheck, "http", "operator>platform")
    missing = None
    if setting.platform is None:
        missing = unnamed("platform")
    elif first is None or first.outcome not in ANSWERED:
        missing = dependency("platform", "its first page did not come")
    if missing is not None or setting.platform is None:
        return (not_observed(LOOK, missing or unnamed("platform"), GET, clock.now()),)
    place = Place(url=setting.platform.url, host=setting.platform.host)
    try:
        with setting.doors.recorder.scope():
            told = await _look(setting, place, min(deadline, clock.monotonic() + WITHIN_S))
    except _UntoldError as error:
        failure = dependency("platform", f"it could not be followed to its end: {error}")
        return (not_observed(LOOK, failure, GET, clock.now()),)
    return (known(LOOK, told, f"HTTP {place.url} and what it leads to, from here", clock.now()),)


PROBE: Final = Probe(
    id="site_look",
    title="The platform's page as a browser meets it",
    asks="the platform, where its redirects lead, and a few of the things that its page is made"
    " of, from here; outside of the operator's network too, where something fails",
    gives=(LOOK,),
    after=("http[operator>platform]",),
    run=_run,
    cost_s=0.5,
)
