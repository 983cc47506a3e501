"""Rules that tell which part of a site fails: one of its addresses, or its name alone."""

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
from cpe_diag.judge.keys import (
    DNS_OPERATOR,
    DNS_PLATFORM,
    DNS_PLATFORM_IPV6,
    HTTP_OPERATOR,
    HTTP_OPERATOR_IPV6,
    HTTP_PLATFORM,
    HTTP_PLATFORM_ELSEWHERE,
    HTTP_PLATFORM_IPV6,
)
from cpe_diag.judge.rule import Answer, Rule, cannot_tell, does_not_arise, no, says, yes
from cpe_diag.judge.rules_sites import platform_one_family
from cpe_diag.judge.vantages import serves

if TYPE_CHECKING:
    from cpe_diag.judge.rule import Facts

CONTROLS: Final = (HTTP_OPERATOR, HTTP_OPERATOR_IPV6)
UNANSWERED: Final = frozenset({DnsOutcome.TIMEOUT, DnsOutcome.SERVFAIL})
"""What a resolver says that reaches none of a zone's servers (RFC 2308, section 7)."""


def platform_certificate_partly(facts: Facts) -> Answer:
    """Answer whether the site shows a certificate that is over at one of its two addresses."""
    return _of_one_family(facts, CertificateFault.EXPIRED)


def platform_name_at_anothers(facts: Facts) -> Answer:
    """Answer whether one of the site's two addresses leads to somebody with another name."""
    return _of_one_family(facts, CertificateFault.WRONG_NAME)


def _of_one_family(facts: Facts, fault: CertificateFault) -> Answer:
    wider = platform_one_family(facts)
    if not wider.answer:
        return wider
    pages = [facts.fact(HttpCheck, key) for key in (HTTP_PLATFORM, HTTP_PLATFORM_IPV6)]
    failed = [page for page in pages if page and not serves(page)]
    refused = [page for page in failed if page.outcome is HttpOutcome.CERTIFICATE]
    read = [one for page in refused if (one := known(page.certificate)) is not None]
    if refused and not read:
        return does_not_arise(f"{wider.because}; its certificate was not read")
    return says(any(one.fault is fault for one in read), wider.because, *wider.rests_on)


def site_name_lost_here(facts: Facts) -> Answer:
    """Answer whether our resolver alone gets nothing of the site's name, and all of others.

    Where the zone's own servers were away, others would not get the site either.
    """
    ours, other = facts.fact(DnsCheck, DNS_PLATFORM), facts.fact(DnsCheck, DNS_OPERATOR)
    if ours is None or other is None:
        return cannot_tell(facts, DNS_PLATFORM if ours is None else DNS_OPERATOR)
    words = f"{ours.server}: {ours.outcome} of {ours.name}, {other.outcome} of {other.name}"
    if ours.outcome not in UNANSWERED:
        return no(words, DNS_PLATFORM)
    if other.outcome is not DnsOutcome.ANSWERED:
        return does_not_arise(f"{words}: it answers nothing")
    outside = facts.fact(HttpCheck, HTTP_PLATFORM_ELSEWHERE)
    reference = facts.fact(HttpCheck, HTTP_OPERATOR)
    if outside is None or reference is None or reference.outcome is not HttpOutcome.OK:
        return cannot_tell(facts, HTTP_PLATFORM_ELSEWHERE if outside is None else HTTP_OPERATOR)
    keys = (DNS_PLATFORM, DNS_OPERATOR, HTTP_PLATFORM_ELSEWHERE, HTTP_OPERATOR)
    if not serves(outside):
        return no(f"{words}; elsewhere: {outside.outcome}", *keys)
    return yes(f"{words}; elsewhere the site serves", *keys)


RULES_SITE_PARTS: Final[tuple[Rule, ...]] = (
    Rule(
        id="platform_certificate_partly",
        question="Is the site's certificate over at one of its two addresses?",
        needs=(HTTP_PLATFORM, HTTP_PLATFORM_IPV6, DNS_PLATFORM_IPV6, *CONTROLS),
        ask=platform_certificate_partly,
    ),
    Rule(
        id="platform_name_at_anothers",
        question="Does one of the site's two addresses lead to somebody else?",
        needs=(HTTP_PLATFORM, HTTP_PLATFORM_IPV6, DNS_PLATFORM_IPV6, *CONTROLS),
        ask=platform_name_at_anothers,
    ),
    Rule(
        id="site_name_lost_here",
        question="Does our resolver get nothing of the site's name, which others know?",
        needs=(DNS_PLATFORM, DNS_OPERATOR, HTTP_PLATFORM_ELSEWHERE, HTTP_OPERATOR),
        ask=site_name_lost_here,
    ),
)
