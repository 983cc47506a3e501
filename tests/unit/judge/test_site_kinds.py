"""In which way a site fails, beside that it does; and what accuses no site of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.path_facts import HttpOutcome
from cpe_diag.domain.site_facts import LookEnd, LookStep, SiteLook, Unfit
from cpe_diag.domain.verdict import FaultDomain
from cpe_diag.judge.causes_site_kinds import CAUSES_SITE_KINDS
from cpe_diag.judge.decide import decide, find
from cpe_diag.testing import faults_at_sites as sites
from cpe_diag.testing.evidence_samples import changed, ethernet_home, with_value
from cpe_diag.testing.faults_outside import EVERYWHERE

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpe_diag.domain.path_facts import HttpCheck
    from cpe_diag.judge.question import CaseFile

HOME = ethernet_home("site_not_opening")
LOOK = ("site_look", "operator>platform")
ELSEWHERE = ("http", "elsewhere>platform")
NOT_ASKED = Missing(why=FailureKind.NOT_ASKED)
NOT_READ = Missing(why=FailureKind.UNPARSEABLE)
GOOD = sites.page(HttpOutcome.OK, 200)


def _everywhere(case: CaseFile, page: HttpCheck) -> CaseFile:
    for subject in (*EVERYWHERE, "operator>platform/ipv6", *sites.AGAIN):
        if case.evidence.get("http", subject) is not None or subject in EVERYWHERE:
            case = with_value(case, "http", subject, page)
    return case


def _led(*steps: tuple[str, HttpOutcome, int | None], end: LookEnd = LookEnd.PAGE) -> SiteLook:
    return SiteLook(
        steps=tuple(LookStep(url=url, outcome=how, status=status) for url, how, status in steps),
        end=end,
        elsewhere=NOT_ASKED,
        unfit=NOT_ASKED if end is not LookEnd.PAGE else Unfit.NOTHING,
        words="",
        parts=(),
    )


def maintained(case: CaseFile) -> CaseFile:
    """Everybody is led to a page that says 503."""
    look = _led(
        ("https://video.example/", HttpOutcome.OK, 307),
        ("https://video.example/maintenance", HttpOutcome.HTTP_ERROR, 503),
    )
    return with_value(_everywhere(case, sites.page(HttpOutcome.OK, 307)), *LOOK, look)


def suspended(case: CaseFile) -> CaseFile:
    """A host's notice, with a status of 200."""
    return changed(case, *LOOK, unfit=Unfit.TELLS_ERROR, words="account suspended")


def abroad(case: CaseFile) -> CaseFile:
    """A notice for us, the page for others."""
    look = _led(
        ("https://video.example/", HttpOutcome.OK, 302),
        ("https://video.example/not-available", HttpOutcome.OK, 200),
    )
    case = with_value(_everywhere(case, sites.page(HttpOutcome.OK, 302)), *LOOK, look)
    return with_value(case, *ELSEWHERE, GOOD)


def nameless(case: CaseFile) -> CaseFile:
    """A redirect to a name that was never made."""
    look = _led(
        ("https://video.example/", HttpOutcome.OK, 301),
        ("https://www.video.example/", HttpOutcome.NAME_FAILED, None),
        end=LookEnd.FAILED,
    )
    return with_value(_everywhere(case, sites.page(HttpOutcome.OK, 301)), *LOOK, look)


def broken(case: CaseFile, came: object) -> CaseFile:
    """The connection ends after so many bytes, from both sides."""
    case = _everywhere(case, sites.page(HttpOutcome.BROKEN, None))
    return changed(case, "http", "router>platform", received_bytes=came)


def near(case: CaseFile) -> CaseFile:
    """503 for us, the page elsewhere."""
    case = _everywhere(case, sites.page(HttpOutcome.HTTP_ERROR, 503))
    return with_value(case, *ELSEWHERE, GOOD)


def named_late(case: CaseFile) -> CaseFile:
    """The name takes seconds, the page does not once it is there."""
    case = changed(case, "dns", "operator>platform", took_s=2.5)
    case = changed(case, "dns", "operator>reference", took_s=0.02)
    return changed(case, "http", "router>platform", took_s=2.6)


@pytest.mark.parametrize(
    ("cause", "made"),
    [
        ("platform_auth_required", lambda case: sites.platform_forbids_everybody(case, 401)),
        ("platform_maintenance", maintained),
        ("platform_suspended", suspended),
        ("platform_geolocation", abroad),
        ("platform_redirect_broken", nameless),
        ("platform_empty_reply", lambda case: broken(case, 0)),
        ("platform_bad_http", lambda case: broken(case, NOT_READ)),
        ("platform_region_down", near),
        ("platform_name_slow", named_late),
    ],
)
def test_in_which_way_a_site_fails_is_told(
    cause: str, made: Callable[[CaseFile], CaseFile]
) -> None:
    """Its owner mends another thing for each."""
    verdict = decide(made(HOME), {})
    assert (verdict.domain, verdict.cause) == (FaultDomain.PLATFORM, cause)


def test_no_way_of_failing_is_found_at_a_site_that_is_well() -> None:
    """Each needs something that is so."""
    found = {finding.id: finding.answer for finding in find(HOME)}
    asked = [need.finding for cause in CAUSES_SITE_KINDS for need in cause.needs]
    assert [name for name in asked if found[name]] == []


def test_a_site_that_asks_us_alone_for_a_password_asks_not_everybody() -> None:
    """Elsewhere its page comes."""
    case = with_value(sites.platform_forbids_everybody(HOME, 401), *ELSEWHERE, GOOD)
    assert decide(case, {}).cause != "platform_auth_required"


def test_a_server_that_refuses_one_side_alone_is_not_started_anew() -> None:
    """It turns the home away, or one family; it listens all the time."""
    refused = sites.page(HttpOutcome.REFUSED, None)
    case = with_value(HOME, "http", "router>platform", refused)
    found = {finding.id: finding.answer for finding in find(case)}
    assert found["platform_comes_and_goes"] is False
