"""What else must work of a site: asked for from here, again where it fails, and from elsewhere."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cpe_diag.domain.evidence import Evidence
from cpe_diag.domain.observations import Observed
from cpe_diag.domain.path_facts import HttpCheck, HttpOutcome
from cpe_diag.ports import Elsewhere
from cpe_diag.probes import site_also
from cpe_diag.probes.probe import WebTarget
from cpe_diag.testing.clock import FakeClock
from cpe_diag.testing.doors import FakeHttp, FakeResolver, Wire
from cpe_diag.testing.run_samples import sample_subscriber
from cpe_diag.testing.setting import fake_doors, fake_setting

if TYPE_CHECKING:
    from collections.abc import Mapping

SIGN_IN = "https://login.example/sign-in"
FILMS = "https://films.example/film"
ALSO = (
    WebTarget(host="login.example", url=SIGN_IN),
    WebTarget(host="films.example", url=FILMS),
)
SITE = WebTarget(host="www.example", url="https://www.example/", also=ALSO)
URLS = (SIGN_IN, FILMS)


class _Counted(dict[str, int | HttpOutcome]):
    """Pages that note who was asked for."""

    def __init__(self, pages: Mapping[str, int | HttpOutcome], asked: list[str]) -> None:
        super().__init__(pages)
        self._asked = asked

    def get(self, url: str, _none: object = None) -> int | HttpOutcome:
        self._asked.append(url)
        return super().get(url, HttpOutcome.REFUSED)


async def _asked(
    pages: Mapping[str, int | HttpOutcome], also: tuple[WebTarget, ...] = ALSO
) -> tuple[dict[str, HttpOutcome], list[str]]:
    """Ask; gives outcomes by subject, and what was fetched from here and from elsewhere."""
    clock = FakeClock()
    wire = Wire(clock=clock, takes_s=0.02)
    asked: list[str] = []
    outside = FakeHttp(wire=wire, pages=_Counted(dict.fromkeys(URLS, 200), asked))
    names = dict.fromkeys(("login.example", "films.example"), ("192.0.2.80",))
    doors = replace(
        fake_doors(clock),
        resolver=FakeResolver(wire=wire, names=names),
        http=FakeHttp(wire=wire, pages=_Counted(pages, asked)),
        elsewhere=Elsewhere(name="another network", resolver=None, http=outside),
    )
    setting = replace(fake_setting(sample_subscriber(), doors), platform=replace(SITE, also=also))
    found = await site_also.PROBE.run(setting, Evidence(), clock.monotonic() + 30)
    outcomes = {
        one.key.subject: one.observation.value.outcome
        for one in found
        if isinstance(one.observation, Observed) and isinstance(one.observation.value, HttpCheck)
    }
    return outcomes, asked


async def test_what_comes_well_is_asked_for_once() -> None:
    """Nobody else is asked."""
    outcomes, asked = await _asked({SIGN_IN: 200, FILMS: 200})
    assert outcomes == {
        "operator>platform/also/1": HttpOutcome.OK,
        "operator>platform/also/2": HttpOutcome.OK,
    }
    assert sorted(asked) == sorted(URLS)


async def test_what_fails_is_asked_for_again_and_from_elsewhere() -> None:
    """Once may be chance, and from here alone may be the way."""
    outcomes, asked = await _asked({SIGN_IN: 500, FILMS: 200})
    assert outcomes == {
        "operator>platform/also/1": HttpOutcome.HTTP_ERROR,
        "elsewhere>platform/also/1": HttpOutcome.OK,
        "operator>platform/also/2": HttpOutcome.OK,
    }
    assert sorted(asked) == sorted([SIGN_IN, SIGN_IN, SIGN_IN, FILMS])


async def test_a_site_of_which_nothing_else_is_named_costs_nothing() -> None:
    """Most of them."""
    assert await _asked({}, also=()) == ({}, [])
