"""Rules about what else must work of a site whose first page comes: its sign-in, its films.

What its server says itself is its own. Silence and slowness may lie on our way to it, or on our
name server: they are its own only where somebody elsewhere gets no more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey
from cpe_diag.domain.missing import known
from cpe_diag.domain.path_facts import HttpCheck, HttpOutcome
from cpe_diag.judge.keys import ALSO, ALSO_ELSEWHERE, HTTP_OPERATOR, HTTP_PLATFORM
from cpe_diag.judge.rule import Answer, Rule, cannot_tell, does_not_arise, no, rate, yes
from cpe_diag.judge.vantages import SERVER_ERROR, page_words, serves

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cpe_diag.judge.rule import Facts

GONE: Final = frozenset({404, 410})
"""RFC 9110, 15.5.5 and 15.5.11: what the operator has named was there once. Other refusals (401,
403, 405) come from a machine that works."""
SAYS_ITSELF: Final = frozenset({HttpOutcome.HTTP_ERROR, HttpOutcome.CERTIFICATE})
TIMES: Final = 4.0
"""Somewhere else gets so much more: then it is the way there, and not the site."""


def _fails(page: HttpCheck) -> bool:
    if page.outcome is HttpOutcome.HTTP_ERROR:
        return page.status is not None and (page.status >= SERVER_ERROR or page.status in GONE)
    began = page.outcome is HttpOutcome.READ_TIMEOUT and bool(known(page.received_bytes))
    return page.outcome is not HttpOutcome.OK and not began


def _bps(page: HttpCheck) -> float | None:
    """Give how quickly a page came, or what of it came within its time."""
    took_s, size = known(page.took_s), known(page.received_bytes)
    return 8.0 * size / took_s if took_s and size else None


def _found(facts: Facts, is_bad: Callable[[HttpCheck], bool], only_here: str) -> Answer:
    subjects = facts.case.evidence.subjects(ALSO.kind, ALSO.subject[:-1])
    first, control = facts.fact(HttpCheck, HTTP_PLATFORM), facts.fact(HttpCheck, HTTP_OPERATOR)
    pages = {one: facts.fact(HttpCheck, FactKey(ALSO.kind, one)) for one in subjects}
    if first is None or control is None:
        return cannot_tell(facts, HTTP_PLATFORM if first is None else HTTP_OPERATOR)
    if not pages:
        return does_not_arise("the configuration names nothing else of the site")
    if not serves(first) or control.outcome is not HttpOutcome.OK:
        told = f"its first page: {page_words(first)}; the reference: {control.outcome}"
        return does_not_arise(told)
    bad = {subject: page for subject, page in pages.items() if page and is_bad(page)}
    if not bad:
        unread = tuple(FactKey(ALSO.kind, one) for one, page in pages.items() if page is None)
        well = no(f"{len(pages)} more of its addresses: well", ALSO, HTTP_PLATFORM)
        return cannot_tell(facts, *unread) if unread else well
    return _whose(facts, bad, only_here, f"its first page: {page_words(first)}")


def _whose(facts: Facts, bad: Mapping[str, HttpCheck], only_here: str, first: str) -> Answer:
    """Accuse the site of what is its own."""
    own = {one: page for one, page in bad.items() if _is_own(facts, one, page)}
    words = "; ".join(_words(one) for one in (own or bad).values())
    if own:
        keys = tuple(FactKey(ALSO.kind, one) for one in own)
        return yes(f"{words}; {first}", *keys, HTTP_PLATFORM, HTTP_OPERATOR)
    unsure = [one for one, page in bad.items() if _is_own(facts, one, page) is None]
    if unsure:
        return cannot_tell(facts, *map(_elsewhere, unsure))
    return does_not_arise(f"{words}: {only_here}")


def _words(page: HttpCheck) -> str:
    bps = _bps(page)
    quick = "" if bps is None else f", {rate(bps)}"
    return f"{page.url}: {page_words(page)}{quick}"


def _elsewhere(subject: str) -> FactKey:
    number = subject.removeprefix(ALSO.subject[:-1])
    return FactKey(ALSO.kind, f"{ALSO_ELSEWHERE.subject[:-1]}{number}")


def _is_own(facts: Facts, subject: str, page: HttpCheck) -> bool | None:
    """Tell whether it is the site's own matter; None: nobody looked from elsewhere."""
    other = facts.fact(HttpCheck, _elsewhere(subject))
    if other is None:
        return True if page.outcome in SAYS_ITSELF else None
    if _fails(other):
        return True
    ours_bps, their_bps = _bps(page), _bps(other)
    if _fails(page) or ours_bps is None or their_bps is None:
        return False
    return their_bps <= TIMES * ours_bps


def platform_also_fails(facts: Facts) -> Answer:
    """Answer whether something that users of the site need fails, and its first page comes."""
    return _found(facts, _fails, "elsewhere it comes")


def platform_also_slow(facts: Facts) -> Answer:
    """Answer whether something that users of the site need comes too slowly to be used."""
    least_bps = facts.limits["media_low_bps"]

    def slow(page: HttpCheck) -> bool:
        bps, took_s = _bps(page), known(page.took_s) or 0.0
        late = took_s > facts.limits["platform_slow_s"]
        return not _fails(page) and late and bps is not None and bps < least_bps

    return _found(facts, slow, "elsewhere it comes sooner")


NEEDS: Final = (HTTP_PLATFORM, ALSO, ALSO_ELSEWHERE, HTTP_OPERATOR)
RULES_SITE_ALSO: Final[tuple[Rule, ...]] = (
    Rule(
        id="platform_also_fails",
        question="Does something that users of the site need fail, beside its first page?",
        needs=NEEDS,
        ask=platform_also_fails,
    ),
    Rule(
        id="platform_also_slow",
        question="Does something that users of the site need come too slowly?",
        needs=NEEDS,
        ask=platform_also_slow,
    ),
)
