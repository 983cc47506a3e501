"""Rules about what a site leads to: redirects, what its page says, its parts, its machines.

From here alone they would be no more than our own view: the reference is the control, and where
there is a vantage elsewhere, what it gets there speaks against a fault of the site.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.missing import known
from cpe_diag.domain.path_facts import HttpCheck, HttpOutcome
from cpe_diag.domain.site_facts import (
    LookEnd,
    PartKind,
    SiteFront,
    SiteFronts,
    SiteLook,
    SitePart,
    Unfit,
)
from cpe_diag.judge.keys import (
    HTTP_OPERATOR,
    HTTP_OPERATOR_IPV6,
    HTTP_PLATFORM,
    HTTP_PLATFORM_ROUTER,
    HTTP_PLATFORM_ROUTER_AGAIN,
    HTTP_PLATFORM_ROUTER_THIRD,
    SITE_FRONTS,
    SITE_LOOK,
)
from cpe_diag.judge.rule import Answer, Facts, Rule, cannot_tell, does_not_arise, no, yes
from cpe_diag.judge.vantages import ANSWERED, SERVER_ERROR, held, page_words, serves

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import FactKey

AT_HOME: Final = (
    HTTP_PLATFORM_ROUTER,
    HTTP_PLATFORM_ROUTER_AGAIN,
    HTTP_PLATFORM_ROUTER_THIRD,
)
SEVERAL: Final = 2
"""One of several servers may redirect; the same at each look is what the site does."""
REDIRECTS: Final = range(300, 400)
SENT: Final = {
    LookEnd.CIRCLE: "it sends its visitors in a circle",
    LookEnd.NOWHERE: "it sends its visitors to where nothing can be",
    LookEnd.FAILED: "it sends its visitors to where no page comes from",
}
UNFIT: Final = {
    Unfit.CANNOT_UNPACK: "its page cannot be unpacked",
    Unfit.NO_PAGE: "its page is of a type that browsers do not show",
    Unfit.TELLS_ERROR: "its page tells of an error, with a status that says that all is well",
}


def _is_good(facts: Facts, key: FactKey) -> bool:
    page = facts.fact(HttpCheck, key)
    return page is not None and page.outcome is HttpOutcome.OK


def platform_redirects_badly(facts: Facts) -> Answer:
    """Answer whether the site's redirects lead in a circle, or to where no page is.

    Where the home gets a page at once, and no redirect, the site sends only us away.
    """
    look = facts.fact(SiteLook, SITE_LOOK)
    if look is None:
        return cannot_tell(facts, SITE_LOOK)
    last = look.steps[-1]
    words = f"{len(look.steps)} places from {look.steps[0].url}, the last {last.url}"
    if look.end is LookEnd.PAGE:
        return no(f"a page at its end: {words}", SITE_LOOK)
    if look.end is LookEnd.FAILED and len(look.steps) == 1:
        return does_not_arise("it is no redirect that fails")
    if not _is_good(facts, HTTP_OPERATOR):
        return cannot_tell(facts, HTTP_OPERATOR)
    return _sent_away(facts, look, words)


def _sent_away(facts: Facts, look: SiteLook, words: str) -> Answer:
    home = facts.fact(HttpCheck, HTTP_PLATFORM_ROUTER)
    if home is not None and home.outcome is HttpOutcome.OK and home.status not in REDIRECTS:
        return no(f"the home gets its page: {page_words(home)}", HTTP_PLATFORM_ROUTER)
    if known(look.elsewhere) in ANSWERED:
        return does_not_arise(f"{words}: elsewhere it answers")
    words = f"{SENT[look.end]}: {words}, {look.steps[-1].outcome}"
    return yes(words, SITE_LOOK, HTTP_OPERATOR, *held(facts, HTTP_PLATFORM_ROUTER))


def platform_sends_home_away(facts: Facts) -> Answer:
    """Answer whether the site sends the home on to another place, and gives us its page.

    Over TLS it is the site itself that does so; without, anybody on the way may have answered in
    its name, and that is not for this rule to tell.
    """
    ours = facts.fact(HttpCheck, HTTP_PLATFORM)
    homes = {key: page for key in AT_HOME if (page := facts.fact(HttpCheck, key)) is not None}
    if ours is None or not homes:
        return cannot_tell(facts, HTTP_PLATFORM if ours is None else HTTP_PLATFORM_ROUTER)
    first = next(iter(homes.values()))
    words = f"from the home: {page_words(first)}; from the operator's side: {page_words(ours)}"
    away = all(page.status in REDIRECTS for page in homes.values())
    if not away or ours.outcome is not HttpOutcome.OK or ours.status in REDIRECTS:
        return no(words, HTTP_PLATFORM_ROUTER, HTTP_PLATFORM)
    if len(homes) < SEVERAL or not ours.url.startswith("https:"):
        return cannot_tell(facts, HTTP_PLATFORM_ROUTER_AGAIN)
    return yes(f"{words}, over TLS", *homes, HTTP_PLATFORM)


def platform_page_unfit(facts: Facts) -> Answer:
    """Answer whether a page comes with a good status that cannot be what visitors want."""
    look = facts.fact(SiteLook, SITE_LOOK)
    unfit = known(look.unfit) if look else None
    if look is None or unfit is None:
        return cannot_tell(facts, SITE_LOOK)
    if unfit is Unfit.NOTHING:
        return no("its page is one, as far as a program sees", SITE_LOOK)
    return yes(f"{UNFIT[unfit]} ({look.words})", SITE_LOOK)


def _fails(part: SitePart) -> bool:
    if part.kind is PartKind.PROGRAM:
        return part.outcome is not HttpOutcome.OK
    return part.outcome not in ANSWERED


def platform_parts_fail(facts: Facts) -> Answer:
    """Answer whether something does not come without which the site's page does not work.

    What strangers add to a page (advertisements, counters) may fail at any time; it is asked for
    scripts and styles that the page waits for, and for other hosts of the same owner.
    """
    look = facts.fact(SiteLook, SITE_LOOK)
    if look is None or look.end is not LookEnd.PAGE or known(look.unfit) is None:
        return cannot_tell(facts, SITE_LOOK)
    needed = [part for part in look.parts if part.needed]
    failed = [part for part in needed if _fails(part)]
    if not failed:
        return no(f"{len(needed)} parts that it needs come", SITE_LOOK)
    here = [part for part in failed if known(part.elsewhere) not in ANSWERED]
    words = ", ".join(f"{part.url}: {part.outcome}" for part in (here or failed)[:2])
    if not here:
        return does_not_arise(f"{words}; elsewhere it answers")
    if not _is_good(facts, HTTP_OPERATOR):
        return cannot_tell(facts, HTTP_OPERATOR)
    return yes(f"{len(here)} of {len(needed)} parts fail: {words}", SITE_LOOK, HTTP_OPERATOR)


def _is_bad(front: SiteFront) -> bool:
    return not serves(front.page) and (front.page.status or 0) < SERVER_ERROR


def platform_front_fails(facts: Facts) -> Answer:
    """Answer whether some of the site's machines fail, and others of the same family serve.

    What a machine says itself of its failure (5xx) is told apart.
    """
    seen = facts.fact(SiteFronts, SITE_FRONTS)
    if seen is None:
        return cannot_tell(facts, SITE_FRONTS)
    words = "; ".join(f"at {one.address}: {page_words(one.page)}" for one in seen.fronts)
    unsure: list[FactKey] = []
    for ipv6, control in ((False, HTTP_OPERATOR), (True, HTTP_OPERATOR_IPV6)):
        family = [one for one in seen.fronts if (":" in one.address) is ipv6]
        bad = [one for one in family if _is_bad(one)]
        if not bad or not any(serves(one.page) for one in family):
            continue
        if _is_good(facts, control):
            return yes(words, SITE_FRONTS, control)
        unsure.append(control)
    return cannot_tell(facts, *unsure) if unsure else no(words, SITE_FRONTS)


RULES_SITE_LOOKS: Final[tuple[Rule, ...]] = (
    Rule(
        id="platform_redirects_badly",
        question="Does the site send its visitors in a circle, or to where nothing is?",
        needs=(SITE_LOOK, HTTP_OPERATOR, HTTP_PLATFORM_ROUTER),
        ask=platform_redirects_badly,
    ),
    Rule(
        id="platform_sends_home_away",
        question="Does the site send the home to another place, and give us its page?",
        needs=(HTTP_PLATFORM, *AT_HOME),
        ask=platform_sends_home_away,
    ),
    Rule(
        id="platform_page_unfit",
        question="Is what the site gives no page that anybody wants?",
        needs=(SITE_LOOK,),
        ask=platform_page_unfit,
    ),
    Rule(
        id="platform_parts_fail",
        question="Does something fail without which the site's page does not work?",
        needs=(SITE_LOOK, HTTP_OPERATOR),
        ask=platform_parts_fail,
    ),
    Rule(
        id="platform_front_fails",
        question="Do some of the site's machines fail while others serve?",
        needs=(SITE_FRONTS, HTTP_OPERATOR, HTTP_OPERATOR_IPV6),
        ask=platform_front_fails,
    ),
)
