"""Faults of third parties' sites of which a second look tells the part, put into a sample home."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.path_facts import HttpCheck, HttpOutcome
from cpe_diag.domain.site_facts import (
    LookEnd,
    LookStep,
    PartKind,
    SiteFront,
    SiteFronts,
    SitePart,
    Unfit,
)
from cpe_diag.testing.evidence_samples import changed, with_value
from cpe_diag.testing.faults_outside import EVERYWHERE, HERE

if TYPE_CHECKING:
    from cpe_diag.judge.question import CaseFile

AGAIN = ("operator>platform/again", "router>platform/again", "router>platform/third")


def page(outcome: HttpOutcome, status: int | None, took_s: float = 0.1) -> HttpCheck:
    """Make a page of the site."""
    return HttpCheck(
        url="https://video.example/",
        outcome=outcome,
        status=status,
        took_s=took_s,
        received_bytes=Missing(why=FailureKind.DEPENDENCY) if status is None else 1000,
    )


def _silent(case: CaseFile) -> CaseFile:
    for subject in EVERYWHERE:
        case = with_value(case, "http", subject, page(HttpOutcome.READ_TIMEOUT, None, 7.0))
    return case


def platform_mtu(case: CaseFile) -> CaseFile:
    """The site's long packets are lost; asked for small ones it answers."""
    small = page(HttpOutcome.OK, 200)
    return with_value(_silent(case), "http", "operator>platform/small", small)


def platform_mtu_begins(case: CaseFile) -> CaseFile:
    """The same, where only the beginning of a page comes in packets that are small enough."""
    begins = page(HttpOutcome.READ_TIMEOUT, 200, 7.0)
    return with_value(_silent(case), "http", "operator>platform/small", begins)


def platform_frozen(case: CaseFile) -> CaseFile:
    """The site accepts connections and says nothing, whatever it is asked for."""
    case = _silent(case)
    for way in ("small", "plain"):
        silent = page(HttpOutcome.READ_TIMEOUT, None, 7.0)
        case = with_value(case, "http", f"operator>platform/{way}", silent)
    return case


def platform_tls_broken(case: CaseFile) -> CaseFile:
    """The site ends every handshake of TLS, and serves plain pages."""
    for subject in (*EVERYWHERE, *AGAIN):
        if case.evidence.get("http", subject) is not None:
            case = with_value(case, "http", subject, page(HttpOutcome.TLS_FAILED, None))
    plain = page(HttpOutcome.OK, 301)
    return with_value(case, "http", "operator>platform/plain", plain)


def platform_tls_hangs(case: CaseFile) -> CaseFile:
    """The site says nothing to a handshake of TLS, and serves plain pages."""
    plain = page(HttpOutcome.OK, 200)
    return with_value(platform_frozen(case), "http", "operator>platform/plain", plain)


def platform_errs_at_times(case: CaseFile) -> CaseFile:
    """One of the two servers behind the site's front is broken."""
    for subject in AGAIN[:2]:
        case = with_value(case, "http", subject, page(HttpOutcome.HTTP_ERROR, 503))
    return case


def platform_empty(case: CaseFile) -> CaseFile:
    """The site says 200 and gives nothing."""
    for subject in HERE:
        case = changed(case, "http", subject, received_bytes=0)
    return case


def site_lost_here(case: CaseFile) -> CaseFile:
    """Nothing comes back from the site to our network; another one gets its page."""
    for subject in (*HERE, "operator>platform/ipv6"):
        silent = page(HttpOutcome.CONNECT_TIMEOUT, None, 5.0)
        case = with_value(case, "http", subject, silent)
    return case


def platform_redirect_loop(case: CaseFile) -> CaseFile:
    """The site sends everybody from its front to what is behind it and back."""
    url = "https://video.example/"
    step = LookStep(url=url, outcome=HttpOutcome.OK, status=301)
    for subject in HERE:
        case = changed(case, "http", subject, status=301)
    return changed(
        case,
        "site_look",
        "operator>platform",
        steps=(step, step),
        end=LookEnd.CIRCLE,
        unfit=Missing(why=FailureKind.NOT_ASKED),
    )


def platform_page_unfit(case: CaseFile) -> CaseFile:
    """The site says 200, and that it has lost its database."""
    words = "error establishing a database connection"
    return changed(case, "site_look", "operator>platform", unfit=Unfit.TELLS_ERROR, words=words)


def platform_part_down(case: CaseFile, elsewhere: HttpOutcome | None = None) -> CaseFile:
    """The host that has the site's scripts is away."""
    nobody = Missing(why=FailureKind.NOT_ASKED)
    part = SitePart(
        url="https://static.video.example/app.js",
        kind=PartKind.PROGRAM,
        needed=True,
        outcome=HttpOutcome.CONNECT_TIMEOUT,
        status=None,
        elsewhere=nobody if elsewhere is None else elsewhere,
    )
    return changed(case, "site_look", "operator>platform", parts=(part,))


def platform_front_down(case: CaseFile) -> CaseFile:
    """One of the two machines of the site answers nobody."""
    bad = page(HttpOutcome.CONNECT_TIMEOUT, None, 5.0)
    fronts = (
        SiteFront(address="203.0.113.80", page=page(HttpOutcome.OK, 200)),
        SiteFront(address="203.0.113.81", page=bad),
    )
    case = with_value(case, "site_fronts", "operator>platform", SiteFronts(fronts=fronts))
    return with_value(case, "http", "operator>platform/again", bad)


def platform_forbids_everybody(case: CaseFile, status: int = 404) -> CaseFile:
    """The site gives everybody an error of the visitor's (4xx) in place of its page."""
    for subject in (*EVERYWHERE, *AGAIN):
        if case.evidence.get("http", subject) is not None:
            case = with_value(case, "http", subject, page(HttpOutcome.HTTP_ERROR, status))
    return case


def platform_sends_home_away(case: CaseFile) -> CaseFile:
    """The site takes the home's address for one of another country, and sends it there."""
    for subject in ("router>platform", *AGAIN[1:]):
        case = with_value(case, "http", subject, page(HttpOutcome.OK, 302))
    ours = page(HttpOutcome.OK, 200)
    return with_value(case, "http", "operator>platform", ours)


def also(
    case: CaseFile, *, status: int = 200, bps: float = 80e6, elsewhere: bool = False
) -> CaseFile:
    """What else must work of the site answers with a status, and comes with a rate."""
    outcome = HttpOutcome.OK if status < 400 else HttpOutcome.HTTP_ERROR  # noqa: PLR2004 - RFC 9110
    size = min(2_000_000, int(bps * 7.0 / 8.0))
    late = size < 2_000_000  # noqa: PLR2004 - as much as is read
    found = replace(
        page(HttpOutcome.READ_TIMEOUT if late else outcome, status),
        url="https://platform.example/sign-in",
        took_s=8.0 * size / bps,
        received_bytes=size,
    )
    if elsewhere:
        case = with_value(case, "http", "elsewhere>platform/also/1", found)
    return with_value(case, "http", "operator>platform/also/1", found)
