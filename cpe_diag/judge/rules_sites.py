"""Rules about how a third party's site fails: its certificate, its families, whom it serves.

Beside the operator's side and the home there may be a further vantage, elsewhere: what is good
there and fails for us is turned away from us.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.missing import known
from cpe_diag.domain.path_facts import (
    CertificateFault,
    DnsCheck,
    DnsOutcome,
    HttpCheck,
    HttpOutcome,
)
from cpe_diag.domain.site_facts import NameTruth
from cpe_diag.judge.keys import (
    DNS_PLATFORM,
    DNS_PLATFORM_IPV6,
    DNS_PLATFORM_ROUTER,
    HTTP_OPERATOR,
    HTTP_OPERATOR_IPV6,
    HTTP_PLATFORM,
    HTTP_PLATFORM_ELSEWHERE,
    HTTP_PLATFORM_IPV6,
    HTTP_PLATFORM_ROUTER,
    HTTP_REFERENCE_ELSEWHERE,
    HTTP_ROUTER,
    TRUTH_PLATFORM,
)
from cpe_diag.judge.rule import Answer, Rule, cannot_tell, does_not_arise, no, says, yes
from cpe_diag.judge.rules_platform import SITE_KEYS, TURNED_AWAY, at_site, tls_is_held_back
from cpe_diag.judge.rules_site_looks import platform_front_fails
from cpe_diag.judge.rules_site_times import platform_uneven
from cpe_diag.judge.vantages import held, page_words, serves

if TYPE_CHECKING:
    from cpe_diag.judge.rule import Facts

SHUT: Final = (HttpOutcome.REFUSED, HttpOutcome.TLS_FAILED, HttpOutcome.BROKEN)
"""Somebody answers our packets, and ends the connection."""


def platform_refuses(facts: Facts) -> Answer:
    """Answer whether the site's host refuses connections: it is there, its service is not."""
    answer = at_site(facts, lambda page: page.outcome is HttpOutcome.REFUSED)
    if answer.answer is False and HTTP_PLATFORM_ELSEWHERE in answer.rests_on:
        return cannot_tell(facts, *SITE_KEYS)  # a proxy does not say how it fails
    return answer


def platform_certificate_bad(facts: Facts) -> Answer:
    """Answer whether the site's certificate cannot be accepted, as it is read from here.

    The router's word alone does not do: its clock may be wrong. Where the router accepts what is
    only not trusted here, our own list of authorities may be the reason; where the reference's
    certificate is refused from here as well, our own clock.
    """
    ours = facts.fact(HttpCheck, HTTP_PLATFORM)
    if ours is None:
        return cannot_tell(facts, HTTP_PLATFORM)
    shown = known(ours.certificate)
    if ours.outcome is not HttpOutcome.CERTIFICATE or shown is None:
        return no(f"from the operator's side: {page_words(ours)}", HTTP_PLATFORM)
    reference = facts.fact(HttpCheck, HTTP_OPERATOR)
    if reference is not None and reference.outcome is HttpOutcome.CERTIFICATE:
        return cannot_tell(facts, HTTP_OPERATOR)  # our own clock or list of authorities
    home = facts.fact(HttpCheck, HTTP_PLATFORM_ROUTER)
    of_our_list = shown.fault in {CertificateFault.UNTRUSTED, CertificateFault.OTHER}
    if of_our_list and home is not None and serves(home):
        return cannot_tell(facts, HTTP_PLATFORM_ROUTER)
    words = f"the certificate of {ours.url} is {shown.words}"
    if home is not None:
        words += f"; from the home: {page_words(home)}"
    return yes(words, *held(facts, HTTP_PLATFORM, HTTP_PLATFORM_ROUTER))


def _begins(page: HttpCheck) -> bool:
    """Tell whether a page began, and did not end in time: a thin line, no family that is shut."""
    return page.status is not None and page.outcome is HttpOutcome.READ_TIMEOUT


def platform_one_family(facts: Facts) -> Answer:
    """Answer whether the site serves one of IPv4 and IPv6 and fails in the other."""
    name = facts.fact(DnsCheck, DNS_PLATFORM_IPV6)
    old = facts.fact(HttpCheck, HTTP_PLATFORM)
    if name is not None and name.outcome is DnsOutcome.NO_ADDRESS:
        return does_not_arise(f"{name.name} has no IPv6 address")
    new = facts.fact(HttpCheck, HTTP_PLATFORM_IPV6)
    if old is None or new is None:
        pages = ((HTTP_PLATFORM, old), (HTTP_PLATFORM_IPV6, new))
        return cannot_tell(facts, *(key for key, page in pages if page is None))
    words = f"by IPv4: {page_words(old)}; by IPv6: {page_words(new)}"
    keys = (HTTP_PLATFORM, HTTP_PLATFORM_IPV6)
    if HttpOutcome.NAME_FAILED in {old.outcome, new.outcome}:
        return does_not_arise(f"{words}: not both of its addresses could be tried")
    slow = any(map(_begins, (old, new)))
    uneven = facts.once(platform_uneven).answer or platform_front_fails(facts).answer
    if serves(old) is serves(new) or uneven or slow:
        return no(words, *keys)
    control = HTTP_OPERATOR_IPV6 if serves(old) else HTTP_OPERATOR
    failed = new if serves(old) else old
    good = facts.fact(HttpCheck, control)
    dropped = tls_is_held_back(facts, failed, control)
    if dropped or good is None or good.outcome is not HttpOutcome.OK:
        return cannot_tell(facts, control)  # it may be our own side that lacks the family
    return yes(f"{words}; the reference is good by both", *keys, control)


def platform_turns_us_away(facts: Facts) -> Answer:
    """Answer whether the site answers us, and will not serve us."""
    answer = at_site(facts, _turns_away)
    if answer.answer is False and (home := _shut_at_home(facts)) is not None:
        words = f"from the home: {page_words(home)}, and the reference is good there"
        return yes(words, HTTP_PLATFORM_ROUTER, HTTP_ROUTER)
    outside = facts.fact(HttpCheck, HTTP_PLATFORM_ELSEWHERE)
    if answer.answer and outside is not None and _turns_away(outside):
        words = f"{answer.because}; elsewhere too: {page_words(outside)}"
        return no(words, *answer.rests_on, HTTP_PLATFORM_ELSEWHERE)
    return answer


def _turns_away(page: HttpCheck) -> bool:
    return page.status in TURNED_AWAY or page.outcome in SHUT


def _shut_at_home(facts: Facts) -> HttpCheck | None:
    """Give the home's page where the site turns homes away, and not the operator's side.

    A router whose name server has its own idea of the address asks somebody else.
    """
    home = facts.fact(HttpCheck, HTTP_PLATFORM_ROUTER)
    ours = facts.fact(HttpCheck, HTTP_PLATFORM)
    control = facts.fact(HttpCheck, HTTP_ROUTER)
    told_there = facts.fact(DnsCheck, DNS_PLATFORM_ROUTER)
    told_here = facts.fact(DnsCheck, DNS_PLATFORM)
    if home is None or ours is None or control is None or told_there is None or told_here is None:
        return None
    shut = home.status in TURNED_AWAY or home.outcome in {HttpOutcome.REFUSED, HttpOutcome.BROKEN}
    good_else = serves(ours) and not _turns_away(ours) and control.outcome is HttpOutcome.OK
    same = not set(told_there.addresses).isdisjoint(told_here.addresses)
    return home if shut and good_else and same else None


def platform_fails_only_here(facts: Facts) -> Answer:
    """Answer whether the site fails from here while it is good from outside of our network."""
    ours = facts.fact(HttpCheck, HTTP_PLATFORM)
    home = _shut_at_home(facts)
    if ours is not None and home is not None:
        words = f"from the home: {page_words(home)}; from the operator's side: {page_words(ours)}"
        return yes(words, HTTP_PLATFORM_ROUTER, HTTP_PLATFORM)
    outside = facts.fact(HttpCheck, HTTP_PLATFORM_ELSEWHERE)
    if ours is None or outside is None:
        keys = ((HTTP_PLATFORM, ours), (HTTP_PLATFORM_ELSEWHERE, outside))
        return cannot_tell(facts, *(key for key, page in keys if page is None))
    words = f"from here: {page_words(ours)}; from elsewhere: {page_words(outside)}"
    truth = facts.fact(NameTruth, TRUTH_PLATFORM)
    if truth is not None and truth.told and set(truth.told).isdisjoint(truth.known):
        return cannot_tell(facts, TRUTH_PLATFORM)  # who looks from there may look elsewhere
    bad_here = not serves(ours) or _turns_away(ours)
    if bad_here and not serves(outside):
        control = facts.fact(HttpCheck, HTTP_REFERENCE_ELSEWHERE)
        if control is None or control.outcome is not HttpOutcome.OK:
            return cannot_tell(facts, HTTP_REFERENCE_ELSEWHERE)
    only_here = bad_here and outside.outcome is HttpOutcome.OK
    return says(only_here, words, HTTP_PLATFORM, HTTP_PLATFORM_ELSEWHERE)


def site_way_missing(facts: Facts) -> Answer:
    """Answer whether the network says of a site that it knows no way there, and others have one.

    RFC 792 and RFC 1812, section 5.2.7.1: a router that has no route says so; a site that turns
    somebody away ends the connection, or says nothing.
    """
    ours, control = facts.fact(HttpCheck, HTTP_PLATFORM), facts.fact(HttpCheck, HTTP_OPERATOR)
    if ours is None or control is None:
        return cannot_tell(facts, HTTP_PLATFORM if ours is None else HTTP_OPERATOR)
    if ours.outcome is not HttpOutcome.UNREACHABLE:
        return _home_alone(facts, ours, facts.fact(HttpCheck, HTTP_PLATFORM_ROUTER))
    words = f"from the operator's side: {page_words(ours)}"
    if control.outcome is not HttpOutcome.OK:
        return does_not_arise(f"{words}; the reference does not come either")
    return _all_of_us(facts, words)


def _all_of_us(facts: Facts, words: str) -> Answer:
    """Answer, when the operator's side has no way to a site, whether it has one elsewhere."""
    outside = facts.fact(HttpCheck, HTTP_PLATFORM_ELSEWHERE)
    if outside is None:
        return cannot_tell(facts, HTTP_PLATFORM_ELSEWHERE)
    if not serves(outside):
        return no(f"{words}; elsewhere too: {page_words(outside)}", HTTP_PLATFORM_ELSEWHERE)
    truth = facts.fact(NameTruth, TRUTH_PLATFORM)
    if truth is not None and truth.told and not truth.agrees:
        return cannot_tell(facts, TRUTH_PLATFORM)  # another address was asked there
    words += f"; from elsewhere: {page_words(outside)}"
    return yes(words, HTTP_PLATFORM, HTTP_PLATFORM_ELSEWHERE, HTTP_OPERATOR)


def _home_alone(facts: Facts, ours: HttpCheck, home: HttpCheck | None) -> Answer:
    """Answer for the home: that it has no way to a site to which the operator's side has one."""
    if home is None or home.outcome is not HttpOutcome.UNREACHABLE or not serves(ours):
        return no(f"from the operator's side: {page_words(ours)}", HTTP_PLATFORM)
    reference = facts.fact(HttpCheck, HTTP_ROUTER)
    if reference is None:
        return cannot_tell(facts, HTTP_ROUTER)
    words = f"from the home: {page_words(home)}; from the operator's side: {page_words(ours)}"
    if reference.outcome is not HttpOutcome.OK:
        return does_not_arise(f"{words}; the reference does not come there either")
    told_there = facts.fact(DnsCheck, DNS_PLATFORM_ROUTER)
    told_here = facts.fact(DnsCheck, DNS_PLATFORM)
    if told_there is None or told_here is None:
        return cannot_tell(facts, DNS_PLATFORM_ROUTER)
    if set(told_there.addresses).isdisjoint(told_here.addresses):
        return no(f"{words}, at other addresses", DNS_PLATFORM_ROUTER, DNS_PLATFORM)
    return yes(words, HTTP_PLATFORM_ROUTER, HTTP_PLATFORM, HTTP_ROUTER)


RULES_SITES: Final[tuple[Rule, ...]] = (
    Rule(
        id="platform_refuses",
        question="Does the site's host refuse connections?",
        needs=SITE_KEYS,
        ask=platform_refuses,
    ),
    Rule(
        id="platform_certificate_bad",
        question="Is the site's certificate expired, of another name or not trusted?",
        needs=(HTTP_PLATFORM, HTTP_PLATFORM_ROUTER, HTTP_OPERATOR),
        ask=platform_certificate_bad,
    ),
    Rule(
        id="platform_one_family",
        question="Does the site serve only one of IPv4 and IPv6?",
        needs=(HTTP_PLATFORM, HTTP_PLATFORM_IPV6, HTTP_OPERATOR_IPV6),
        ask=platform_one_family,
    ),
    Rule(
        id="platform_turns_us_away",
        question="Does the site answer us and refuse to serve us?",
        needs=SITE_KEYS,
        ask=platform_turns_us_away,
    ),
    Rule(
        id="platform_fails_only_here",
        question="Is the site good from outside of our network?",
        needs=(HTTP_PLATFORM, HTTP_PLATFORM_ELSEWHERE, HTTP_REFERENCE_ELSEWHERE, TRUTH_PLATFORM),
        ask=platform_fails_only_here,
    ),
    Rule(
        id="site_way_missing",
        question="Does the network know no way to the site, where others have one?",
        needs=(
            *(HTTP_PLATFORM, HTTP_PLATFORM_ELSEWHERE, HTTP_OPERATOR, HTTP_PLATFORM_ROUTER),
            *(HTTP_ROUTER, DNS_PLATFORM, DNS_PLATFORM_ROUTER, TRUTH_PLATFORM),
        ),
        ask=site_way_missing,
    ),
)
