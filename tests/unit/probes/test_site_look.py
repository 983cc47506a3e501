"""Following a site as a browser does, and fetching it at each of its addresses."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from cpe_diag.domain.evidence import Evidence, FactKey, Measurement
from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.observations import Observed, Unobserved
from cpe_diag.domain.path_facts import DnsCheck, DnsOutcome, HttpCheck, HttpOutcome
from cpe_diag.domain.site_facts import LookEnd, PartKind, SiteFronts, SiteLook, Unfit
from cpe_diag.ports import Cookie, Elsewhere, PagePart, PageRead, Place
from cpe_diag.probes import site_fronts, site_look
from cpe_diag.probes.probe import WebTarget
from cpe_diag.testing.clock import FakeClock
from cpe_diag.testing.doors import NO_CONTENT, FakeHttp, FakeResolver, Wire
from cpe_diag.testing.run_samples import sample_subscriber
from cpe_diag.testing.setting import fake_doors, fake_setting

SITE = WebTarget(host="www.example", url="https://www.example/", address=None)
SEEN = Cookie(domain=SITE.host, name="seen", value="1")
ADDRESSES = ("192.0.2.80", "192.0.2.81")


def to(place: str, *, host: str | None = SITE.host) -> PageRead:
    """Make a redirect."""
    return replace(NO_CONTENT, onward=Place(url=place, host=host))


async def look(
    pages: dict[str, int | HttpOutcome],
    contents: dict[str, PageRead],
    *,
    first: HttpOutcome = HttpOutcome.OK,
) -> SiteLook | FailureKind:
    """Look at a site of which these pages are there."""
    clock = FakeClock()
    wire = Wire(clock=clock, takes_s=0.02)
    hosts = (SITE.host, "m.www.example", "static.www.example")
    resolver = FakeResolver(wire=wire, names=dict.fromkeys(hosts, ADDRESSES[:1]))
    outside = FakeHttp(wire=wire, pages={"https://static.www.example/a.js": 200})
    doors = replace(
        fake_doors(clock),
        resolver=resolver,
        http=FakeHttp(wire=wire, pages=pages, contents=contents),
        elsewhere=Elsewhere(name="another network", resolver=None, http=outside),
    )
    setting = replace(fake_setting(sample_subscriber(), doors), platform=SITE)
    page = HttpCheck(url=SITE.url, outcome=first, status=None, took_s=0.1, received_bytes=0)
    held = Evidence().with_measurements(
        (
            Measurement(
                key=FactKey("http", "operator>platform"),
                observation=Observed(value=page, source="test", at=clock.now()),
            ),
        )
    )
    (found,) = await site_look.PROBE.run(setting, held, clock.monotonic() + 20)
    if isinstance(found.observation, Observed):
        assert isinstance(found.observation.value, SiteLook)
        return found.observation.value
    assert isinstance(found.observation, Unobserved)
    return found.observation.failure.kind


async def looked(pages: dict[str, int | HttpOutcome], contents: dict[str, PageRead]) -> SiteLook:
    """Look at a site that can be looked at."""
    told = await look(pages, contents)
    assert isinstance(told, SiteLook)
    return told


async def test_a_site_that_sends_to_itself_goes_in_a_circle() -> None:
    """It says 301 each time, and never a page."""
    told = await looked({SITE.url: 301}, {SITE.url: to(SITE.url)})
    assert told.end is LookEnd.CIRCLE
    assert len(told.steps) == site_look.SAME_AT_MOST


async def test_a_site_that_gives_a_cookie_first_is_no_circle() -> None:
    """RFC 6265: who shows it gets the page."""
    shown = f"{SITE.url} seen=1"
    told = await looked(
        {SITE.url: 302, shown: 200},
        {SITE.url: replace(to(SITE.url), cookies=(SEEN,)), shown: NO_CONTENT},
    )
    assert (told.end, [one.status for one in told.steps]) == (LookEnd.PAGE, [302, 200])


async def test_a_redirect_to_a_name_without_an_address_fails() -> None:
    """Everybody is sent there."""
    told = await looked(
        {SITE.url: 302}, {SITE.url: to("https://gone.example/", host="gone.example")}
    )
    assert (told.end, told.steps[-1].outcome) == (LookEnd.FAILED, HttpOutcome.NAME_FAILED)
    assert told.elsewhere is HttpOutcome.REFUSED


async def test_a_redirect_into_a_private_network_leads_nowhere() -> None:
    """Nobody is asked there."""
    told = await looked({SITE.url: 302}, {SITE.url: to("http://192.168.7.7/setup", host=None)})
    assert (told.end, len(told.steps)) == (LookEnd.NOWHERE, 1)


async def test_redirects_without_end_are_given_up() -> None:
    """Each leads to a place where nobody was before."""
    places = [f"{SITE.url}{number}" for number in range(30)]
    contents = {url: to(after) for url, after in pairwise(places)}
    told = await looked(
        dict.fromkeys([SITE.url, *places], 302), {SITE.url: to(places[0]), **contents}
    )
    assert (told.end, len(told.steps)) == (LookEnd.CIRCLE, site_look.MOST_STEPS)


async def test_the_page_at_the_end_is_read() -> None:
    """One redirect to the site for telephones is usual."""
    there = "https://m.www.example/"
    told = await looked(
        {SITE.url: 301, there: 200},
        {SITE.url: to(there), there: replace(NO_CONTENT, unfit=Unfit.TELLS_ERROR)},
    )
    assert (told.end, told.unfit) == (LookEnd.PAGE, Unfit.TELLS_ERROR)


async def test_a_part_that_fails_is_asked_for_elsewhere_too() -> None:
    """The way to it may be what fails."""
    place = Place(url="https://static.www.example/a.js", host="static.www.example")
    script = PagePart(place=place, kind=PartKind.PROGRAM, needed=True)
    told = await looked({SITE.url: 200}, {SITE.url: replace(NO_CONTENT, parts=(script,))})
    (part,) = told.parts
    assert (part.kind, part.needed) == (PartKind.PROGRAM, True)
    assert (part.outcome, part.elsewhere) == (HttpOutcome.REFUSED, HttpOutcome.OK)


async def test_a_page_that_did_not_come_is_not_followed() -> None:
    """How it fails is told already."""
    assert await look({}, {}, first=HttpOutcome.REFUSED) is FailureKind.DEPENDENCY


async def test_each_address_of_a_site_is_asked() -> None:
    """One of two machines is dead; whoever asks once may meet the other."""
    clock = FakeClock()
    http = FakeHttp(
        wire=Wire(clock=clock),
        pages={SITE.url: 200},
        at={(SITE.url, ADDRESSES[1]): HttpOutcome.CONNECT_TIMEOUT},
    )
    setting = replace(
        fake_setting(sample_subscriber(), replace(fake_doors(clock), http=http)), platform=SITE
    )

    async def run(*addresses: str) -> object:
        name = DnsCheck(
            name=SITE.host,
            server="192.0.2.53",
            outcome=DnsOutcome.ANSWERED,
            addresses=addresses,
            took_s=0.01,
        )
        held = Measurement(
            key=FactKey("dns", "operator>platform"),
            observation=Observed(value=name, source="test", at=clock.now()),
        )
        evidence = Evidence().with_measurements((held,))
        (found,) = await site_fronts.PROBE.run(setting, evidence, clock.monotonic() + 9)
        assert isinstance(found.observation, Observed | Unobserved)
        return found.observation.value if isinstance(found.observation, Observed) else None

    fronts = await run(*ADDRESSES)
    assert isinstance(fronts, SiteFronts)
    ends = [one.page.outcome for one in fronts.fronts]
    assert ends == [HttpOutcome.OK, HttpOutcome.CONNECT_TIMEOUT]
    assert await run(ADDRESSES[0]) is None
