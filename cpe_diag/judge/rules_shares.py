"""Rules about what gets through in part: a share of the questions, one protocol of two."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey
from cpe_diag.domain.load_facts import PathQuality
from cpe_diag.domain.missing import known
from cpe_diag.domain.path_facts import DnsCheck, DnsOutcome, HttpCheck, HttpOutcome
from cpe_diag.judge.asked_again import asked_again, questions_pass
from cpe_diag.judge.keys import (
    DNS_AGAIN,
    DNS_BEYOND,
    DNS_DIRECT,
    DNS_DIRECT_AGAIN,
    DNS_FORWARDER,
    DNS_OPERATOR,
    FORWARDING,
    HTTP_OPERATOR,
    HTTP_OPERATOR_IPV6,
    HTTP_ROUTER,
    PING_REFERENCE,
    QUALITY_OPERATOR,
    TLS_OPERATOR,
    TLS_OPERATOR_IPV6,
    TLS_ROUTER,
)
from cpe_diag.judge.rule import Answer, Rule, cannot_tell, does_not_arise, no, says, yes
from cpe_diag.judge.rules_load import lossy
from cpe_diag.judge.rules_paths import operator_dns_fails, operator_reference_fails, pings
from cpe_diag.judge.rules_router_drops import router_drops_names, router_drops_web
from cpe_diag.judge.rules_way_out import large_packets_lost
from cpe_diag.judge.vantages import ANSWERED, page_words

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpe_diag.judge.rule import Facts

HELD_BACK: Final = frozenset({HttpOutcome.CONNECT_TIMEOUT, HttpOutcome.UNREACHABLE})
"""Nobody answers the connection; a host that does not serve TLS refuses it."""
SERVES_TLS: Final = ANSWERED | {HttpOutcome.CERTIFICATE}
FROM_HERE: Final = (
    (TLS_OPERATOR, HTTP_OPERATOR, "by IPv4"),
    (TLS_OPERATOR_IPV6, HTTP_OPERATOR_IPV6, "by IPv6"),
)


def resolver_drops(facts: Facts) -> Answer:
    """Answer whether the operator's resolver leaves a share of the questions unanswered.

    Each was asked once. What comes late, and a way on which packets are lost, is another matter.
    """
    subjects = facts.case.evidence.subjects("dns", DNS_AGAIN.subject[:-1])
    keys = tuple(FactKey("dns", subject) for subject in subjects)
    told = [one for key in keys if (one := facts.fact(DnsCheck, key)) is not None]
    if not told:
        return cannot_tell(facts, DNS_AGAIN)
    silent = sum(one.outcome is DnsOutcome.TIMEOUT for one in told)
    came = len(told) - silent
    words = f"{told[0].server} answered {came} of {len(told)} questions, each asked once"
    if not came:
        home = asked_again(facts, DNS_DIRECT_AGAIN)
        heard = sum(one.outcome is not DnsOutcome.TIMEOUT for one in home)
        if not heard or not lossy(facts, len(home) - heard, len(home)):
            return does_not_arise(f"{words}: that is no share")
        words += f", and {heard} of {len(home)} of the router's"
    if not silent or not lossy(facts, silent, len(told)):
        return no(f"{words}, which may be chance" if silent else words, *keys)
    if came and (well := _answers_home(facts)):
        return does_not_arise(f"{words}, and {well}: it may be our own side")
    limit_s = facts.limits["resolver_slow_s"]
    if any((took := known(one.took_s)) is not None and took > limit_s for one in told):
        return does_not_arise(f"{words}; some came late: it may be slow, or our own side")
    return _if_the_way_is_well(facts, words, keys)


def _answers_home(facts: Facts) -> str:
    """Say that each of the router's questions to the same resolver was answered, if it was.

    Who drops a share of our questions drops one of theirs.
    """
    home = asked_again(facts, DNS_DIRECT_AGAIN)
    lost = sum(one.outcome is DnsOutcome.TIMEOUT for one in home)
    ours = asked_again(facts, DNS_AGAIN)
    same = {one.server for one in home} == {one.server for one in ours}
    return f"all {len(home)} of the router's" if same and not lost else ""


def _if_the_way_is_well(facts: Facts, words: str, keys: tuple[FactKey, ...]) -> Answer:
    ours = operator_reference_fails(facts)
    if ours.answer is None:
        return cannot_tell(facts, HTTP_OPERATOR)
    if ours.answer:
        return does_not_arise(f"{words}; the reference fails too: it may be our own side")
    train = facts.fact(PathQuality, QUALITY_OPERATOR)
    if train is not None and lossy(facts, train.lost, train.sent):
        return does_not_arise(f"{words}; our own side loses packets")
    return yes(f"{words}, while the reference is good from there", *keys, HTTP_OPERATOR)


def tls_held_back(facts: Facts) -> Answer:
    """Answer whether the reference's TLS is dropped where its plain page comes, seen from here.

    The same host by the other family is the control: it does serve TLS. What fails for the router
    alone is ours only where no rule of the router's ends it.
    """
    seen = []
    for key, plain_key, how in FROM_HERE:
        page, plain = facts.fact(HttpCheck, key), facts.fact(HttpCheck, plain_key)
        if page is not None and plain is not None and plain.outcome is HttpOutcome.OK:
            seen.append((page, key, plain_key, how))
    if not seen:
        return cannot_tell(facts, TLS_OPERATOR, TLS_OPERATOR_IPV6)
    keys = [key for _, secure, plain, _ in seen for key in (secure, plain)]
    words = "; ".join(f"{how}: {page_words(page)}" for page, _, _, how in seen)
    words = f"the reference over TLS from the operator's side {words}; its plain page comes"
    held = [page for page, *_ in seen if page.outcome in HELD_BACK]
    if held and not serves_tls(facts):
        return cannot_tell(facts, TLS_OPERATOR)
    return yes(words, *keys) if held else _from_home(facts, words, keys)


def _from_home(facts: Facts, words: str, keys: list[FactKey]) -> Answer:
    """Say whose it is where only the router's TLS is dropped: its own rules come first."""
    home = tls_from_home_held_back(facts)
    if not home.answer:
        return no(words, *keys)
    own = router_drops_web(facts)
    if own.answer is None:
        return cannot_tell(facts, FORWARDING)
    told = f"{home.because}; on the router {own.because}"
    return says(not own.answer, told, *home.rests_on, *own.rests_on)


def names_held_back(facts: Facts) -> Answer:
    """Answer whether the router's questions to the resolver are lost on the way, and no others.

    Pings go that way, the resolver answers our side, and no rule of the router's ends them.
    """
    asked, ping = facts.fact(DnsCheck, DNS_DIRECT), pings(facts, PING_REFERENCE)
    if asked is None or ping is None:
        return cannot_tell(facts, DNS_DIRECT, PING_REFERENCE)
    words = f"{asked.server}, asked from the router, said {asked.outcome}"
    if asked.outcome is not DnsOutcome.TIMEOUT:
        return no(words, DNS_DIRECT)
    others = asked_again(facts, DNS_DIRECT_AGAIN)
    if any(one.outcome is not DnsOutcome.TIMEOUT for one in others):
        return does_not_arise(f"{words}; asked again, it was not silent every time")
    if questions_pass(facts):
        return does_not_arise(f"{words}; a question to another host came to it")
    return _on_the_way(facts, words, DNS_DIRECT, operator_dns_fails(facts), router_drops_names)


def web_held_back(facts: Facts) -> Answer:
    """Answer whether the router's connections to the reference are lost, and its pings are not."""
    page, name = facts.fact(HttpCheck, HTTP_ROUTER), facts.fact(DnsCheck, DNS_FORWARDER)
    ours = facts.fact(DnsCheck, DNS_OPERATOR)
    if page is None or name is None or ours is None:
        return cannot_tell(facts, HTTP_ROUTER, DNS_FORWARDER, DNS_OPERATOR)
    words = f"from the router: {page_words(page)}"
    if page.outcome not in HELD_BACK:
        return no(words, HTTP_ROUTER)
    if set(name.addresses).isdisjoint(ours.addresses):
        return does_not_arise(f"{words}; its name service says another address, or none")
    drops = resolver_drops(facts)
    if drops.answer:
        return does_not_arise(f"{words}; {drops.because}")
    return _on_the_way(
        facts, words, HTTP_ROUTER, operator_reference_fails(facts), router_drops_web
    )


def _on_the_way(
    facts: Facts,
    words: str,
    key: FactKey,
    ours: Answer,
    own_rules: Callable[[Facts], Answer],
) -> Answer:
    """Blame the way where our side is well, pings pass, and no rule of the router's ends it."""
    ping, own, large = pings(facts, PING_REFERENCE), own_rules(facts), large_packets_lost(facts)
    if ping is None or ours.answer is None or own.answer is None:
        return cannot_tell(facts, PING_REFERENCE, FORWARDING, *ours.missing)
    if ping.received < ping.sent or large.answer:
        return does_not_arise(f"{words}; packets are lost, whatever they carry")
    if ours.answer:
        return does_not_arise(f"{words}; {ours.because}")
    if own.answer:
        return no(f"{words}; {own.because}", key, *own.rests_on)
    told = (
        f"last good: {ping.received} of {ping.sent} pings from the router to {ping.target};"
        f" first bad: {words}; excluded: {own.because}; {ours.because}"
    )
    return yes(told, key, PING_REFERENCE, *own.rests_on, *ours.rests_on)


def serves_tls(facts: Facts) -> bool:
    """Tell whether the reference was seen to serve TLS from anywhere."""
    pages = (facts.fact(HttpCheck, key) for key in (TLS_OPERATOR, TLS_OPERATOR_IPV6, TLS_ROUTER))
    return any(page is not None and page.outcome in SERVES_TLS for page in pages)


def tls_from_home_held_back(facts: Facts) -> Answer:
    """Answer whether TLS to the reference is dropped on the router's way, and plain HTTP not."""
    page, plain = facts.fact(HttpCheck, TLS_ROUTER), facts.fact(HttpCheck, HTTP_ROUTER)
    if page is None or plain is None:
        return cannot_tell(facts, *(TLS_ROUTER, HTTP_ROUTER))
    words = f"from the router over TLS: {page_words(page)}, plain: {page_words(plain)}"
    if page.outcome not in HELD_BACK:
        return no(words, TLS_ROUTER, HTTP_ROUTER)
    if plain.outcome is not HttpOutcome.OK:
        return does_not_arise(f"{words}: it is not TLS alone")
    if not serves_tls(facts):
        return cannot_tell(facts, TLS_OPERATOR)
    return yes(words, TLS_ROUTER, HTTP_ROUTER)


RULES_SHARES: Final[tuple[Rule, ...]] = (
    Rule(
        id="names_held_back",
        question="Are the router's questions to the resolver lost on the way, and pings not?",
        needs=(
            *(DNS_DIRECT, DNS_DIRECT_AGAIN, DNS_BEYOND),
            *(PING_REFERENCE, FORWARDING, DNS_OPERATOR),
        ),
        ask=names_held_back,
    ),
    Rule(
        id="web_held_back",
        question="Are the router's connections to the reference lost on the way, and pings not?",
        needs=(
            HTTP_ROUTER,
            DNS_FORWARDER,
            DNS_OPERATOR,
            PING_REFERENCE,
            FORWARDING,
            HTTP_OPERATOR,
        ),
        ask=web_held_back,
    ),
    Rule(
        id="resolver_drops",
        question="Does the operator's resolver leave a share of the questions unanswered?",
        needs=(DNS_AGAIN, DNS_DIRECT_AGAIN, HTTP_OPERATOR, QUALITY_OPERATOR),
        ask=resolver_drops,
    ),
    Rule(
        id="tls_held_back",
        question="Is TLS to the reference dropped on the operator's side, where plain HTTP comes?",
        needs=(
            TLS_OPERATOR,
            TLS_OPERATOR_IPV6,
            HTTP_OPERATOR,
            HTTP_OPERATOR_IPV6,
            TLS_ROUTER,
            HTTP_ROUTER,
            FORWARDING,
        ),
        ask=tls_held_back,
    ),
    Rule(
        id="tls_from_home_held_back",
        question="Is TLS from the router to the reference dropped, where plain HTTP comes?",
        needs=(TLS_ROUTER, HTTP_ROUTER, TLS_OPERATOR),
        ask=tls_from_home_held_back,
    ),
)
