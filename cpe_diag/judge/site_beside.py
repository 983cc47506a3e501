"""A site beside the reference, property by property: its name, its distance, its last page.

A page that comes in the end may be of no use all the same. Each property is compared with that of
the reference from the same place, and with the site's own as others get it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.load_facts import PathQuality
from cpe_diag.domain.missing import known
from cpe_diag.domain.path_facts import DnsCheck, DnsOutcome, HttpCheck, HttpOutcome
from cpe_diag.domain.site_facts import LookEnd, SiteLook
from cpe_diag.judge.keys import (
    CONNECTS_PLATFORM,
    CONNECTS_REFERENCE,
    DNS_OPERATOR,
    DNS_PLATFORM,
    DNS_PLATFORM_IPV6,
    HTTP_PLATFORM,
    HTTP_PLATFORM_AGAIN,
    HTTP_PLATFORM_ELSEWHERE,
    HTTP_PLATFORM_ROUTER,
    HTTP_PLATFORM_ROUTER_AGAIN,
    HTTP_PLATFORM_ROUTER_THIRD,
    HTTP_REFERENCE_ELSEWHERE,
    SITE_LOOK,
)
from cpe_diag.judge.vantages import page_words
from cpe_diag.judge.ways import ms

if TYPE_CHECKING:
    from cpe_diag.judge.rule import Facts

BESIDE: Final = (
    *(CONNECTS_PLATFORM, CONNECTS_REFERENCE, DNS_PLATFORM, DNS_PLATFORM_IPV6, DNS_OPERATOR),
    *(HTTP_PLATFORM_ELSEWHERE, HTTP_REFERENCE_ELSEWHERE, SITE_LOOK),
)
MOST: Final = 0.5
"""A control that shares the trouble takes more than this share of the time."""
REDIRECTS: Final = range(300, 400)
OF_ROUTER: Final = (
    *(HTTP_PLATFORM_ROUTER, HTTP_PLATFORM_ROUTER_AGAIN, HTTP_PLATFORM_ROUTER_THIRD),
)
FROM: Final = (
    ("from here", (HTTP_PLATFORM, HTTP_PLATFORM_AGAIN)),
    ("from the home", OF_ROUTER),
    ("from elsewhere", (HTTP_PLATFORM_ELSEWHERE,)),
)
ENDED_BY_SITE: Final = frozenset(
    {
        HttpOutcome.REFUSED,
        HttpOutcome.TLS_FAILED,
        HttpOutcome.CERTIFICATE,
        HttpOutcome.BROKEN,
    }
)
"""Somebody answered, and it was no page: what is lost on the way is silent instead."""
AT_TIMES: Final = tuple(key for _, keys in FROM for key in keys)
TWICE: Final = 2


def is_late(facts: Facts, page: HttpCheck, control: HttpCheck) -> bool:
    """Tell whether a page takes long beside its control."""
    took, usual = known(page.took_s), known(control.took_s)
    if took is None or usual is None:
        return False
    return took > facts.limits["platform_slow_s"] > 2 * usual


def far_words(facts: Facts) -> str:
    """Say that the site is further away than any place on earth, and the reference near.

    Nothing where it is not, or where nobody knows.
    """
    site, control = (
        facts.fact(PathQuality, key) for key in (CONNECTS_PLATFORM, CONNECTS_REFERENCE)
    )
    there = None if site is None else known(site.rtt_median_s)
    near = None if control is None else known(control.rtt_median_s)
    if there is None or near is None:
        return ""
    if there <= facts.limits["site_far_s"] or near > MOST * there:
        return ""
    return f"it accepts connections after {ms(there)}, the reference after {ms(near)}"


def near_elsewhere(facts: Facts) -> bool:
    """Tell whether others get the page sooner than we are heard by the site at all.

    They need a round trip for their connection and one for the page.
    """
    site, page = facts.fact(PathQuality, CONNECTS_PLATFORM), _outside(facts)
    there = None if site is None else known(site.rtt_median_s)
    took = None if page is None else known(page.took_s)
    return there is not None and took is not None and took < there


def _outside(facts: Facts) -> HttpCheck | None:
    """Give the page as others get it; None: they do not, or nobody asked."""
    page = facts.fact(HttpCheck, HTTP_PLATFORM_ELSEWHERE)
    return page if page is not None and page.outcome is HttpOutcome.OK else None


def late_name_words(facts: Facts) -> str:
    """Say that the site's name comes late from a resolver that gives others at once.

    A resolver that has it already answers at once: one late answer tells, a quick one does not.
    """
    control = facts.fact(DnsCheck, DNS_OPERATOR)
    usual_s = None if control is None else known(control.took_s)
    if control is None or usual_s is None or control.outcome is not DnsOutcome.ANSWERED:
        return ""
    names = [facts.fact(DnsCheck, key) for key in (DNS_PLATFORM, DNS_PLATFORM_IPV6)]
    late_s = max((known(one.took_s) or 0.0 for one in names if one is not None), default=0.0)
    if late_s <= facts.limits["resolver_slow_s"] or usual_s > MOST * late_s:
        return ""
    return f"its name came after {late_s:.2f} s, the reference's after {usual_s:.2f} s"


def other_page_words(facts: Facts) -> str:
    """Say that the site sends us on to a page that is next to nothing beside what others get.

    To be sent on to a page of one's own country or language is usual; that is a page as others
    get one, and no notice of a few words.
    """
    ours, look, theirs = (
        facts.fact(HttpCheck, HTTP_PLATFORM),
        facts.fact(SiteLook, SITE_LOOK),
        _outside(facts),
    )
    if ours is None or look is None or theirs is None or look.end is not LookEnd.PAGE:
        return ""
    size, whole = known(look.page_bytes), known(theirs.received_bytes)
    sent_on = ours.status in REDIRECTS and theirs.status not in REDIRECTS
    if size is None or whole is None or not sent_on:
        return ""
    if size >= facts.limits["site_notice_share"] * whole:
        return ""
    return f"it leads us to a page of {size} bytes, and gives others one of {whole}"


def at_times_words(facts: Facts) -> str:
    """Say that the site ends some of many connections that it accepts, and serves others.

    Whoever comes to one of several machines, or at one moment of several, meets either. Where it
    ends connections for one place alone, that place must have been served as well: what stands
    between ends them all.
    """
    ended: dict[str, list[str]] = {}
    served: set[str] = set()
    for place, keys in FROM:
        for key in keys:
            page = facts.fact(HttpCheck, key)
            if page is not None and page.outcome in ENDED_BY_SITE:
                ended.setdefault(place, []).append(page_words(page))
            elif page is not None and page.outcome is HttpOutcome.OK:
                served.add(place)
    look = facts.fact(SiteLook, SITE_LOOK)
    if look is not None and look.steps and look.steps[0].outcome in ENDED_BY_SITE:
        ended.setdefault("from here", []).append(str(look.steps[0].outcome))
    times = sum(len(ones) for ones in ended.values())
    if not served or times < TWICE or (len(ended) == 1 and served.isdisjoint(ended)):
        return ""
    told = "; ".join(f"{place}: {', '.join(ones)}" for place, ones in ended.items())
    return f"it ended {times} of its connections, and served others: {told}"
