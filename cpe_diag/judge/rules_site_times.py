"""Rules about pages of a third party that come late, empty, or as an error now and then.

What a page of unknown time says of lateness is nothing, and a server that says itself that it has
failed is not late.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.load_facts import PathQuality
from cpe_diag.domain.missing import known
from cpe_diag.domain.path_facts import HttpCheck, HttpOutcome
from cpe_diag.judge.keys import (
    CONNECTS_PLATFORM,
    CONNECTS_REFERENCE,
    HTTP_OPERATOR,
    HTTP_PLATFORM,
    HTTP_PLATFORM_AGAIN,
    HTTP_PLATFORM_IPV6,
    HTTP_PLATFORM_ROUTER,
    HTTP_PLATFORM_ROUTER_AGAIN,
    HTTP_PLATFORM_ROUTER_THIRD,
    HTTP_ROUTER,
    HTTP_ROUTER_AGAIN,
)
from cpe_diag.judge.rule import Answer, Rule, cannot_tell, does_not_arise, no, says, yes
from cpe_diag.judge.vantages import ANSWERED, SERVER_ERROR, held, page_words, serves

if TYPE_CHECKING:
    from cpe_diag.judge.rule import Facts

OF_ROUTER: Final = (
    HTTP_PLATFORM_ROUTER,
    HTTP_PLATFORM_ROUTER_AGAIN,
    HTTP_PLATFORM_ROUTER_THIRD,
)
AGAIN: Final = (HTTP_PLATFORM, HTTP_PLATFORM_AGAIN, HTTP_PLATFORM_IPV6, *OF_ROUTER)


FIRST_PAGES: Final = ((HTTP_PLATFORM, HTTP_OPERATOR), (HTTP_PLATFORM_ROUTER, HTTP_ROUTER))
LEAST_PAGES: Final = 2
NO_CONTENT: Final = (204, 205, 304)
"""RFC 9110, sections 15.3.5, 15.3.6 and 15.4.5: an answer without content, rightly."""
REDIRECTS: Final = range(300, 400)


def platform_uneven(facts: Facts) -> Answer:
    """Answer whether the site's page comes now late, now not at all, and the reference's does not.

    A page that waits for a lost packet comes about a second late at the least, and each one
    otherwise: it takes several pages, from two vantages. From here the way may be a bad one.
    """
    first = [facts.fact(HttpCheck, key) for key in (HTTP_PLATFORM, HTTP_PLATFORM_ROUTER)]
    if all(page is not None and page.outcome is not HttpOutcome.OK for page in first):
        return does_not_arise("the page came to nobody the first time")
    pages = {
        key: page
        for key in AGAIN
        if (page := facts.fact(HttpCheck, key)) is not None and _tells_of_time(page)
    }
    good_s = _control_s(facts)
    again = {HTTP_PLATFORM_AGAIN, *OF_ROUTER[1:]}.intersection(pages)
    if good_s is None or not again or not any(key in pages for key in OF_ROUTER):
        return cannot_tell(facts, *AGAIN, HTTP_ROUTER, HTTP_OPERATOR)
    lost = _connects_lost(facts)
    late_s = good_s + facts.limits["platform_again_s" if lost else "platform_lost_s"]
    bad = [key for key, page in pages.items() if not serves(page) or _came_late(page, late_s)]
    words = f"{len(bad)} of {len(pages)} pages came late or not at all: "
    words += ", ".join(map(page_words, pages.values()))
    at_home = [key for key in bad if key in OF_ROUTER]
    keys = held(facts, *pages, HTTP_ROUTER, HTTP_OPERATOR)
    if lost:
        words = f"{lost}; {words}"
        return says(bool(at_home), words, *keys, CONNECTS_PLATFORM, CONNECTS_REFERENCE)
    groups = ((HTTP_PLATFORM, HTTP_PLATFORM_AGAIN), OF_ROUTER)
    by_s = facts.limits["platform_lost_s"]
    differ = any(_differ([pages[key] for key in one if key in pages], by_s) for one in groups)
    many = len(bad) >= facts.limits["platform_lost_share"] * len(pages)
    return says(many and differ and 0 < len(at_home) < len(bad), words, *keys)


def _tells_of_time(page: HttpCheck) -> bool:
    """Tell whether a page may have been late: its time is known, and it is no server's error."""
    timeless = page.outcome in ANSWERED and known(page.took_s) is None
    return not timeless and (page.status or 0) < SERVER_ERROR


def _came_late(page: HttpCheck, late_s: float) -> bool:
    took_s = known(page.took_s)
    return took_s is not None and took_s > late_s


def _control_s(facts: Facts) -> float | None:
    """Give the longest that a good page of the reference took; None: none was good."""
    keys = (HTTP_ROUTER, HTTP_OPERATOR, HTTP_ROUTER_AGAIN)
    pages = [facts.fact(HttpCheck, key) for key in keys]
    good = [page for page in pages if page is not None and page.outcome is HttpOutcome.OK]
    times = [took_s for page in good if (took_s := known(page.took_s)) is not None]
    return max(times, default=None)


def _connects_lost(facts: Facts) -> str:
    """Say that connections to the site are lost from here, and none to the reference."""
    site = facts.fact(PathQuality, CONNECTS_PLATFORM)
    control = facts.fact(PathQuality, CONNECTS_REFERENCE)
    if site is None or control is None or control.lost:
        return ""
    if site.lost < facts.limits["platform_connect_loss"] * site.sent:
        return ""
    return f"{site.lost} of {site.sent} connections were not answered, none of the reference's"


def _differ(pages: list[HttpCheck], by_s: float) -> bool:
    """Tell whether one page, fetched in one way from one place, comes otherwise each time."""
    times = [took_s for page in pages if (took_s := known(page.took_s)) is not None]
    late = bool(times) and max(times) - min(times) > by_s
    return late or len({serves(page) for page in pages}) > 1


def platform_errs_at_times(facts: Facts) -> Answer:
    """Answer whether the site says itself now and then that it has failed (5xx).

    One page of several that is good does not take back what the server has said of another (RFC
    9110, section 15.6).
    """
    pages = {key: page for key in AGAIN if (page := facts.fact(HttpCheck, key)) is not None}
    if len(pages) < LEAST_PAGES:
        return cannot_tell(facts, HTTP_PLATFORM, HTTP_OPERATOR)
    erred = [key for key, page in pages.items() if (page.status or 0) >= SERVER_ERROR]
    words = f"{len(erred)} of {len(pages)} pages were errors of the server's: "
    words += ", ".join(map(page_words, pages.values()))
    some = bool(erred) and any(serves(page) for page in pages.values())
    control = facts.fact(HttpCheck, HTTP_OPERATOR)
    if some and (control is None or control.outcome is not HttpOutcome.OK):
        return cannot_tell(facts, HTTP_OPERATOR)
    return says(some, words, *pages, *held(facts, HTTP_OPERATOR))


def platform_empty(facts: Facts) -> Answer:
    """Answer whether the site says that all is well, and gives an empty page everywhere."""
    seen: list[str] = []
    for key, control_key in FIRST_PAGES:
        page, control = facts.fact(HttpCheck, key), facts.fact(HttpCheck, control_key)
        if page is None:
            continue
        size = known(page.received_bytes)
        if size is None:
            continue
        words = f"{key.subject}: {page_words(page)}, {size} bytes"
        whole = page.outcome is not HttpOutcome.OK or bool(size)
        if whole or page.status in NO_CONTENT or page.status in REDIRECTS:
            return no(words, key)
        if control is not None and (known(control.received_bytes) or 0) > 0:
            seen.append(words)
    if len(seen) < LEAST_PAGES:
        return cannot_tell(facts, HTTP_PLATFORM, HTTP_PLATFORM_ROUTER)
    return yes("; ".join(seen), HTTP_PLATFORM, HTTP_OPERATOR, HTTP_PLATFORM_ROUTER, HTTP_ROUTER)


RULES_SITE_TIMES: Final[tuple[Rule, ...]] = (
    Rule(
        id="platform_uneven",
        question="Does the site's page come now late, now not at all?",
        needs=(*AGAIN, HTTP_ROUTER, HTTP_OPERATOR, CONNECTS_PLATFORM, CONNECTS_REFERENCE),
        ask=platform_uneven,
    ),
    Rule(
        id="platform_errs_at_times",
        question="Does the site say now and then that it has failed?",
        needs=(*AGAIN, HTTP_OPERATOR),
        ask=platform_errs_at_times,
    ),
    Rule(
        id="platform_empty",
        question="Does the site give empty pages?",
        needs=(HTTP_PLATFORM, HTTP_PLATFORM_ROUTER, HTTP_OPERATOR, HTTP_ROUTER),
        ask=platform_empty,
    ),
)
