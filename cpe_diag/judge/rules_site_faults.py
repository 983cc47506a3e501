"""Rules about which part of a third party's site is broken, by a second look at it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.path_facts import HttpCheck, HttpOutcome
from cpe_diag.judge.keys import (
    HTTP_OPERATOR,
    HTTP_PLATFORM,
    HTTP_PLATFORM_PLAIN,
    HTTP_PLATFORM_SMALL,
)
from cpe_diag.judge.rule import Answer, Rule, cannot_tell, no, says, yes
from cpe_diag.judge.rules_platform import SITE_KEYS, at_site
from cpe_diag.judge.vantages import held, page_words, serves

if TYPE_CHECKING:
    from cpe_diag.judge.rule import Facts


def platform_long_packets_lost(facts: Facts) -> Answer:
    """Answer whether the site's page comes in small packets, and not in those of usual length.

    A page that begins in small packets, and of which else nothing comes, has got past the first
    long one: a sender may put several packets together and leave it to others to part them.
    """
    usual = facts.fact(HttpCheck, HTTP_PLATFORM)
    if usual is None:
        return cannot_tell(facts, HTTP_PLATFORM)
    if usual.outcome is not HttpOutcome.READ_TIMEOUT:
        return no(f"from the operator's side: {page_words(usual)}", HTTP_PLATFORM)
    small, control = (facts.fact(HttpCheck, key) for key in (HTTP_PLATFORM_SMALL, HTTP_OPERATOR))
    if small is None or control is None or control.outcome is not HttpOutcome.OK:
        return cannot_tell(facts, HTTP_PLATFORM_SMALL if small is None else HTTP_OPERATOR)
    words = f"asked for small packets: {page_words(small)}; else: {page_words(usual)}"
    keys = (HTTP_PLATFORM, HTTP_PLATFORM_SMALL, HTTP_OPERATOR)
    begins = small.status is not None and usual.status is None
    return says(serves(small) or begins, words, *keys)


def platform_tls_fails(facts: Facts) -> Answer:
    """Answer whether the site takes connections, and no handshake of TLS comes about.

    A certificate that is not accepted is another matter. Where the handshake hangs, only a plain
    page beside it tells TLS from a site that is frozen.
    """
    told = at_site(facts, lambda page: page.outcome is HttpOutcome.TLS_FAILED)
    usual, plain = (facts.fact(HttpCheck, key) for key in (HTTP_PLATFORM, HTTP_PLATFORM_PLAIN))
    beside = "" if plain is None else f"; without TLS: {page_words(plain)}"
    if told.answer:
        return yes(told.because + beside, *told.rests_on, *held(facts, HTTP_PLATFORM_PLAIN))
    if usual is None or usual.outcome is not HttpOutcome.READ_TIMEOUT or usual.status is not None:
        return told
    small = facts.fact(HttpCheck, HTTP_PLATFORM_SMALL)
    if plain is None or small is None:
        keys = ((HTTP_PLATFORM_PLAIN, plain), (HTTP_PLATFORM_SMALL, small))
        return cannot_tell(facts, *(key for key, page in keys if page is None))
    words = f"over TLS: {page_words(usual)}{beside}"
    fails = serves(plain) and small.status is None
    return says(fails, words, HTTP_PLATFORM, HTTP_PLATFORM_PLAIN)


RULES_SITE_FAULTS: Final[tuple[Rule, ...]] = (
    Rule(
        id="platform_long_packets_lost",
        question="Does the site's page come in small packets only?",
        needs=(HTTP_PLATFORM, HTTP_PLATFORM_SMALL, HTTP_OPERATOR),
        ask=platform_long_packets_lost,
    ),
    Rule(
        id="platform_tls_fails",
        question="Does no handshake of TLS with the site come about?",
        needs=(*SITE_KEYS, HTTP_PLATFORM_PLAIN, HTTP_PLATFORM_SMALL),
        ask=platform_tls_fails,
    ),
)
