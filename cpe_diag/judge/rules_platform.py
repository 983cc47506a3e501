"""Rules about the third party's site, each vantage with a reference host as its control.

A bad answer counts only where the reference is good from the same place; one vantage from which
the site is good is enough to say that the site is up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey
from cpe_diag.domain.missing import known
from cpe_diag.domain.path_facts import DnsCheck, DnsOutcome, HttpCheck, HttpOutcome
from cpe_diag.judge.keys import (
    DNS_FORWARDER,
    DNS_OPERATOR,
    DNS_PLATFORM,
    DNS_PLATFORM_ELSEWHERE,
    DNS_PLATFORM_ROUTER,
    HTTP_OPERATOR,
    HTTP_PLATFORM,
    HTTP_PLATFORM_ELSEWHERE,
    HTTP_PLATFORM_ROUTER,
    HTTP_REFERENCE_ELSEWHERE,
    HTTP_ROUTER,
    SITE_LOOK,
)
from cpe_diag.judge.rule import Answer, Rule, cannot_tell, does_not_arise, no, says, yes
from cpe_diag.judge.rules_load import gateway_loss
from cpe_diag.judge.rules_site_looks import platform_page_unfit
from cpe_diag.judge.rules_site_times import (
    AGAIN,
    platform_empty,
    platform_errs_at_times,
    platform_uneven,
)
from cpe_diag.judge.vantages import ANSWERED, held, page_words, serves, standing

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpe_diag.judge.rule import Facts

VANTAGES: Final = ((HTTP_PLATFORM, HTTP_OPERATOR), (HTTP_PLATFORM_ROUTER, HTTP_ROUTER))
NAME_VANTAGES: Final = ((DNS_PLATFORM, DNS_OPERATOR), (DNS_PLATFORM_ROUTER, DNS_FORWARDER))
NO_ANSWER: Final = (HttpOutcome.REFUSED, HttpOutcome.UNREACHABLE, HttpOutcome.CONNECT_TIMEOUT)
DROPPED: Final = (HttpOutcome.UNREACHABLE, HttpOutcome.CONNECT_TIMEOUT)
NOT_WELL: Final = (HttpOutcome.TLS_FAILED, HttpOutcome.BROKEN)
ELSEWHERE: Final = (HTTP_PLATFORM_ELSEWHERE, HTTP_REFERENCE_ELSEWHERE)
SERVER_FAILED: Final = (DnsOutcome.TIMEOUT, DnsOutcome.REFUSED, DnsOutcome.SERVFAIL)
SERVER_SILENT: Final = (DnsOutcome.TIMEOUT, DnsOutcome.REFUSED)
"""Outcomes that say nothing about the name that was asked for."""
LEAST_VANTAGES: Final = 2
# RFC 9110, section 15.5.4 (403 Forbidden); RFC 6585, section 4 (429 Too Many Requests); RFC 7725
# (451 Unavailable For Legal Reasons).
TURNED_AWAY: Final = (403, 429, 451)
FORBIDS: Final = frozenset(range(400, 500)) - {401, 407}
"""RFC 9110, section 15.5, without those that ask who one is."""
SITE_KEYS: Final = (HTTP_PLATFORM, HTTP_OPERATOR)


def platform_unreachable(facts: Facts) -> Answer:
    """Answer whether nobody at the site answers while the reference does.

    Whoever accepts a connection and then says nothing answers as little.
    """

    def bad(page: HttpCheck) -> bool:
        silent = page.outcome is HttpOutcome.READ_TIMEOUT and page.status is None
        return silent or page.outcome in NO_ANSWER

    return at_site(facts, bad)


def platform_errors(facts: Facts) -> Answer:
    """Answer whether the site answers with errors of its own: always, at times, or in words."""

    def bad(page: HttpCheck) -> bool:
        failed = page.outcome is HttpOutcome.HTTP_ERROR and not serves(page)
        return failed or page.outcome in NOT_WELL

    told = at_site(facts, bad)
    others = (
        facts.once(platform_errs_at_times),
        platform_empty(facts),
        platform_page_unfit(facts),
        facts.once(platform_forbids_everybody),
    )
    return told if told.answer else next((one for one in others if one.answer), told)


def platform_forbids_everybody(facts: Facts) -> Answer:
    """Answer whether the site says to everybody that he may not have its page (4xx).

    That one has to say who one is (401) is usual. Who turns our addresses away serves others, so
    that only somebody elsewhere can tell it of 403, 429 and 451.
    """
    told = at_site(facts, lambda page: page.status in FORBIDS)
    outside = facts.fact(HttpCheck, HTTP_PLATFORM_ELSEWHERE)
    if not told.answer:
        return told
    if outside is None:
        pages = [facts.fact(HttpCheck, key) for key, _ in VANTAGES]
        of_us = any(page is not None and page.status in TURNED_AWAY for page in pages)
        return cannot_tell(facts, HTTP_PLATFORM_ELSEWHERE) if of_us else told
    words = f"{told.because}; elsewhere: {page_words(outside)}"
    return says(outside.status in FORBIDS, words, *told.rests_on, HTTP_PLATFORM_ELSEWHERE)


def platform_slow(facts: Facts) -> Answer:
    """Answer whether the site takes too long while the reference does not."""
    limit = facts.limits["platform_slow_s"]
    pages = [facts.fact(HttpCheck, key) for key, _ in _vantages(facts)]
    somebody_answers = any(page is not None and page.status is not None for page in pages)

    def slow(page: HttpCheck) -> bool:
        took = known(page.took_s)
        answered = page.outcome in ANSWERED
        return (page.outcome is HttpOutcome.READ_TIMEOUT and somebody_answers) or (
            answered and took is not None and took > limit
        )

    told = at_site(facts, slow)
    uneven = facts.once(platform_uneven)
    return uneven if uneven.answer and not told.answer else told


def platform_fails(facts: Facts) -> Answer:
    """Answer whether the site serves nobody, in whichever way, while the reference serves all.

    One vantage may have a way of its own that is bad: it takes two, each with its control.
    """
    keys: list[FactKey] = []
    words: list[str] = []
    for key, control_key in (*VANTAGES, ELSEWHERE):
        page, control = facts.fact(HttpCheck, key), facts.fact(HttpCheck, control_key)
        if page is None:
            continue
        if serves(page):
            return no(f"{key.subject}: {page_words(page)}", key)
        if tls_is_held_back(facts, page, control_key):
            continue
        if control is not None and control.outcome is HttpOutcome.OK:
            keys += [key, control_key]
            words.append(f"{key.subject}: {page_words(page)}")
    if len(words) < LEAST_VANTAGES:
        return cannot_tell(facts, *(key for key, _ in VANTAGES))
    return yes("; ".join(words), *keys)


def at_site(facts: Facts, bad: Callable[[HttpCheck], bool]) -> Answer:
    """Answer whether the site is bad in one way from every vantage whose control is good.

    Args:
        facts: of the case.
        bad: tells it of one page.

    Returns:
        Yes, no, or that nobody can tell; from the home with how the failure stands.
    """
    seen: list[tuple[bool, str, FactKey, FactKey]] = []
    for key, control_key in _vantages(facts):
        page = facts.fact(HttpCheck, key)
        if page is None or page.outcome is HttpOutcome.NAME_FAILED:
            continue
        control = facts.fact(HttpCheck, control_key)
        is_bad = bad(page)
        if is_bad and tls_is_held_back(facts, page, control_key):
            continue
        if is_bad and key == HTTP_PLATFORM_ROUTER and not seen and _bad_way(facts):
            continue  # nobody but a home whose way is bad has looked
        if is_bad and (control is None or control.outcome is not HttpOutcome.OK or bad(control)):
            continue
        words = f"{key.subject}: {page_words(page)}"
        if is_bad and key == HTTP_PLATFORM_ROUTER:
            ours = facts.fact(HttpCheck, HTTP_PLATFORM)
            words += f" (an {standing(ours)} failure beside the operator's side)"
        seen.append((is_bad, words, key, control_key))
    if not seen:
        return cannot_tell(facts, *SITE_KEYS)
    words = "; ".join(part[1] for part in seen)
    pages = [facts.fact(HttpCheck, key) for _, _, key, _ in seen]
    every = all(part[0] for part in seen)
    if any(part[0] for part in seen) and not (every or any(map(_answered, pages))):
        # It fails in one way here and in another there: it is not well, but how is not told.
        return cannot_tell(facts, *SITE_KEYS)
    keys = [key for _, _, site, control in seen for key in (site, control)]
    return says(every, words, *held(facts, *keys))


def _bad_way(facts: Facts) -> bool:
    """Tell whether what the home asks for is lost before it comes to any site."""
    name = facts.fact(DnsCheck, DNS_OPERATOR)
    nameless = name is not None and name.outcome in SERVER_FAILED
    return nameless or bool(gateway_loss(facts).answer)


def tls_is_held_back(facts: Facts, page: HttpCheck, control_key: FactKey) -> bool:
    """Tell whether a page is asked for over TLS, and the reference's TLS is dropped there too."""
    key = FactKey(control_key.kind, f"{control_key.subject}/tls")
    control = facts.fact(HttpCheck, key)
    return page.url.startswith("https:") and control is not None and control.outcome in DROPPED


def _vantages(facts: Facts) -> tuple[tuple[FactKey, FactKey], ...]:
    """Give who can look at the site: where our own names fail, somebody elsewhere as well."""
    name = facts.fact(DnsCheck, DNS_OPERATOR)
    if name is not None and name.outcome in SERVER_FAILED:
        return (*VANTAGES, ELSEWHERE)
    return VANTAGES


def _answered(page: HttpCheck | None) -> bool:
    return page is not None and page.outcome in ANSWERED


def platform_name_fails(facts: Facts) -> Answer:
    """Answer whether the site's name has no address while the reference's name has one.

    Silence for the one name tells it only where both places get it, while both get an answer for
    the other name: a query may be lost, and not everywhere. Whoever gets an address elsewhere
    shows that there is one.
    """
    outside = facts.fact(DnsCheck, DNS_PLATFORM_ELSEWHERE)
    if outside is not None and outside.outcome is DnsOutcome.ANSWERED:
        return no(f"{outside.server} gives {outside.name} an address", DNS_PLATFORM_ELSEWHERE)
    page = facts.fact(HttpCheck, HTTP_PLATFORM_ELSEWHERE)
    if page is not None and page.outcome in ANSWERED and serves(page):
        words = f"elsewhere its page comes ({page_words(page)}): there is an address"
        return no(words, HTTP_PLATFORM_ELSEWHERE)
    silent = _silent_everywhere(facts)
    if silent:
        return yes(silent, *(key for pair in NAME_VANTAGES for key in pair))
    seen: list[tuple[bool, str, FactKey, FactKey]] = []
    for key, control_key in NAME_VANTAGES:
        check = facts.fact(DnsCheck, key)
        if check is None or check.outcome in SERVER_SILENT:
            continue
        control = facts.fact(DnsCheck, control_key)
        is_bad = check.outcome is not DnsOutcome.ANSWERED
        if is_bad and (control is None or control.outcome is not DnsOutcome.ANSWERED):
            continue
        words = f"{key.subject}: {check.name} {check.outcome}"
        seen.append((is_bad, words, key, control_key))
    if not seen:
        return cannot_tell(facts, DNS_PLATFORM, DNS_OPERATOR)
    words = "; ".join(part[1] for part in seen)
    keys = [key for _, _, site, control in seen for key in (site, control)]
    return says(all(part[0] for part in seen), words, *held(facts, *keys))


def _silent_everywhere(facts: Facts) -> str:
    """Say that every place waits in vain for this name, and for the other one does not."""
    words = []
    for key, control_key in NAME_VANTAGES:
        check, control = facts.fact(DnsCheck, key), facts.fact(DnsCheck, control_key)
        if check is None or check.outcome is not DnsOutcome.TIMEOUT:
            return ""
        if control is None or control.outcome is not DnsOutcome.ANSWERED:
            return ""
        words.append(f"{key.subject}: {check.name} {check.outcome}")
    return "; ".join(words)


def platform_fails_from_home(facts: Facts) -> Answer:
    """Answer whether the site fails from the home while it is good from the operator's side."""
    home = facts.fact(HttpCheck, HTTP_PLATFORM_ROUTER)
    ours = facts.fact(HttpCheck, HTTP_PLATFORM)
    if home is None or ours is None:
        return cannot_tell(facts, HTTP_PLATFORM_ROUTER, HTTP_PLATFORM)
    if tls_is_held_back(facts, home, HTTP_ROUTER):
        return does_not_arise("the reference's TLS fails from the home too: it is not this site")
    only_there = home.outcome is not HttpOutcome.OK and ours.outcome is HttpOutcome.OK
    words = f"from the home: {page_words(home)}; from the operator: {page_words(ours)}"
    if only_there:
        words = f"an {standing(ours)} failure {words}"
    return says(only_there, words, HTTP_PLATFORM_ROUTER, HTTP_PLATFORM)


RULES_PLATFORM: Final[tuple[Rule, ...]] = (
    Rule(
        id="platform_name_fails",
        question="Has the site's name no address?",
        needs=(DNS_PLATFORM, DNS_OPERATOR, HTTP_PLATFORM_ELSEWHERE),
        ask=platform_name_fails,
    ),
    Rule(
        id="platform_unreachable",
        question="Does nobody at the site answer?",
        needs=SITE_KEYS,
        ask=platform_unreachable,
    ),
    Rule(
        id="platform_errors",
        question="Does the site answer with errors?",
        needs=(*SITE_KEYS, *AGAIN, HTTP_ROUTER, SITE_LOOK, HTTP_PLATFORM_ELSEWHERE),
        ask=platform_errors,
    ),
    Rule(
        id="platform_forbids_everybody",
        question="Does the site say to everybody that he may not have its page?",
        needs=(*SITE_KEYS, HTTP_PLATFORM_ROUTER, HTTP_ROUTER, HTTP_PLATFORM_ELSEWHERE),
        ask=platform_forbids_everybody,
    ),
    Rule(
        id="platform_slow",
        question="Is the site slow?",
        needs=SITE_KEYS,
        ask=platform_slow,
    ),
    Rule(
        id="platform_fails",
        question="Does the site fail from everywhere, in whichever way?",
        needs=(HTTP_PLATFORM, HTTP_PLATFORM_ROUTER, HTTP_OPERATOR, HTTP_ROUTER),
        ask=platform_fails,
    ),
    Rule(
        id="platform_fails_from_home",
        question="Does the site fail from this home only?",
        needs=(HTTP_PLATFORM_ROUTER, HTTP_PLATFORM),
        ask=platform_fails_from_home,
    ),
)
