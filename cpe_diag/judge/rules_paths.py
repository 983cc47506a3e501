"""Rules about the ways: to the operator's edge, to a reference beyond it, and names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.missing import known
from cpe_diag.domain.path_facts import DnsCheck, DnsOutcome, HttpCheck, HttpOutcome, PingCheck
from cpe_diag.judge.asked_again import again_keys, asked_again
from cpe_diag.judge.keys import (
    DNS_DIRECT,
    DNS_FORWARDER,
    DNS_FORWARDER_AGAIN,
    DNS_OPERATOR,
    HTTP_OPERATOR,
    HTTP_ROUTER,
    HTTP_ROUTER_IPV4,
    NODE_REACHED,
    PING_GATEWAY,
    PING_REFERENCE,
    ROUTER_REACHED,
)
from cpe_diag.judge.rule import Answer, Rule, cannot_tell, no, says, yes
from cpe_diag.judge.rules_node import node_silent
from cpe_diag.judge.rules_router import router_unreachable

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import FactKey
    from cpe_diag.judge.rule import Facts

# BusyBox 1.36 networking/ping.c, xhost2sockaddr: "bad address 'NAME'"; iputils: "Name or ...".
NAME_TROUBLE: Final = ("bad address", "name or service", "temporary failure", "unknown host")
REACHED: Final = (HttpOutcome.OK, HttpOutcome.HTTP_ERROR)
NAME_KNOWN: Final = (DnsOutcome.ANSWERED,)
SERVER_SPOKE: Final = (
    *NAME_KNOWN,
    DnsOutcome.NO_ADDRESS,
    DnsOutcome.NXDOMAIN,
    DnsOutcome.SERVFAIL,
)
"""Outcomes that only a server can give; REFUSED may also be a way that is shut."""
LOST_ON_THE_WAY: Final = (
    HttpOutcome.UNREACHABLE,
    HttpOutcome.CONNECT_TIMEOUT,
    HttpOutcome.NAME_FAILED,
)
"""Outcomes in which nobody there was heard; a connection that is refused or broken was."""
SERVER_FAILED: Final = (DnsOutcome.TIMEOUT, DnsOutcome.SERVFAIL, DnsOutcome.REFUSED)
"""Outcomes that speak about the server and not about the name."""


def pings(facts: Facts, key: FactKey) -> PingCheck | None:
    """Give echo requests that were sent to where they were meant for."""
    check = facts.fact(PingCheck, key)
    if check is None or check.sent == 0:
        return None
    if any(words in check.note.lower() for words in NAME_TROUBLE):
        return None
    return check


def _loss_words(check: PingCheck) -> str:
    average = known(check.rtt_avg_s)
    took = f", {average * 1000:.0f} ms on average" if average is not None else ""
    why = f" ({check.note})" if check.note else ""
    return f"{check.received} of {check.sent} answered by {check.target}{took}{why}"


def gateway_unreachable(facts: Facts) -> Answer:
    """Answer whether the operator's edge does not answer the router and forwards nothing."""
    check = pings(facts, PING_GATEWAY)
    if check is None:
        return cannot_tell(facts, PING_GATEWAY)
    if check.received == 0 and _reference_reached(facts):
        return no(f"{_loss_words(check)}, but it forwards", PING_GATEWAY, PING_REFERENCE)
    names = facts.fact(DnsCheck, DNS_DIRECT)
    if check.received == 0 and names is not None and names.outcome in SERVER_SPOKE:
        words = f"{_loss_words(check)}, but the operator's resolver answers through it"
        return no(words, PING_GATEWAY, DNS_DIRECT)
    return says(check.received == 0, _loss_words(check), PING_GATEWAY)


def internet_unreachable(facts: Facts) -> Answer:
    """Answer whether nothing gets from the router to the reference host."""
    check = pings(facts, PING_REFERENCE)
    page, old = facts.fact(HttpCheck, HTTP_ROUTER), facts.fact(HttpCheck, HTTP_ROUTER_IPV4)
    if old is not None and old.outcome not in LOST_ON_THE_WAY:
        return no("the reference answered the router by IPv4", HTTP_ROUTER_IPV4)
    if page is not None and page.outcome in REACHED:
        if old is not None and check is not None and check.received == 0:
            words = f"the reference page came by IPv6 alone; by IPv4: {_loss_words(check)}"
            return yes(words, HTTP_ROUTER, HTTP_ROUTER_IPV4, PING_REFERENCE)
        return no("the reference page came from the router's side", HTTP_ROUTER)
    if check is None:
        return cannot_tell(facts, PING_REFERENCE)
    return says(check.received == 0, _loss_words(check), PING_REFERENCE)


def _reference_reached(facts: Facts) -> bool:
    return internet_unreachable(facts).answer is False


def router_dns_fails(facts: Facts) -> Answer:
    """Answer whether the router's own name service does not answer, or only now and then.

    One question may be lost on its way; whoever answers most of several is not dead.
    """
    first = _server_failed(facts, DNS_FORWARDER, "the router's forwarder")
    again = asked_again(facts, DNS_FORWARDER_AGAIN)
    if not first.answer or not again:
        return first
    good = sum(one.outcome not in SERVER_FAILED for one in again)
    words = f"{first.because}, and answered {good} of {len(again)} further questions"
    most = good * 2 > len(again) + 1
    return says(not most, words, DNS_FORWARDER, *again_keys(facts, DNS_FORWARDER_AGAIN))


def router_direct_dns_fails(facts: Facts) -> Answer:
    """Answer whether the operator's resolver does not answer the router."""
    return _server_failed(facts, DNS_DIRECT, "the operator's resolver, asked from the router,")


def operator_dns_fails(facts: Facts) -> Answer:
    """Answer whether the operator's resolver does not answer from the operator's side."""
    return _server_failed(facts, DNS_OPERATOR, "the operator's resolver")


def _server_failed(facts: Facts, key: FactKey, whom: str) -> Answer:
    check = facts.fact(DnsCheck, key)
    if check is None:
        return cannot_tell(facts, key)
    failed = check.outcome in SERVER_FAILED
    return says(failed, f"{whom} said {check.outcome} for {check.name}", key)


def router_http_fails(facts: Facts) -> Answer:
    """Answer whether the reference page does not come from the router's side."""
    return _page_failed(facts, HTTP_ROUTER, "from the router")


def operator_reference_fails(facts: Facts) -> Answer:
    """Answer whether the reference page does not even come from the operator's side."""
    return _page_failed(facts, HTTP_OPERATOR, "from the operator's side")


def _page_failed(facts: Facts, key: FactKey, whence: str) -> Answer:
    page = facts.fact(HttpCheck, key)
    if page is None:
        return cannot_tell(facts, key)
    took = known(page.took_s)
    after = f" after {took:.2f} s" if took is not None else ""
    words = f"the reference page {whence}: {page.outcome.replace('_', ' ')}{after}"
    return says(page.outcome is not HttpOutcome.OK, words, key)


def node_dark(facts: Facts) -> Answer:
    """Answer whether node and home are both silent while our own side is well."""
    silent = node_silent(facts)
    gone = router_unreachable(facts)
    for part in (silent, gone):
        if part.answer is False:
            return no(part.because, *part.rests_on)
    reference = operator_reference_fails(facts)
    missing = tuple(key for part in (silent, gone, reference) for key in part.missing)
    if missing:
        return cannot_tell(facts, *missing)
    if reference.answer:
        return no("not even the reference answers us: it may be our own side", HTTP_OPERATOR)
    words = "neither access node nor router answers, the reference does"
    return yes(words, *silent.rests_on, *gone.rests_on, HTTP_OPERATOR)


RULES_PATHS: Final[tuple[Rule, ...]] = (
    Rule(
        id="node_dark",
        question="Are access node and home both silent while our own side is well?",
        needs=(NODE_REACHED, ROUTER_REACHED, HTTP_OPERATOR),
        ask=node_dark,
    ),
    Rule(
        id="gateway_unreachable",
        question="Does the operator's edge give the router no answer?",
        needs=(PING_GATEWAY,),
        ask=gateway_unreachable,
    ),
    Rule(
        id="internet_unreachable",
        question="Does nothing get from the router to the reference host?",
        needs=(PING_REFERENCE, HTTP_ROUTER, HTTP_ROUTER_IPV4),
        ask=internet_unreachable,
    ),
    Rule(
        id="router_dns_fails",
        question="Does the router's own name service fail?",
        needs=(DNS_FORWARDER, DNS_FORWARDER_AGAIN),
        ask=router_dns_fails,
    ),
    Rule(
        id="router_direct_dns_fails",
        question="Does the operator's resolver fail when the router asks it?",
        needs=(DNS_DIRECT,),
        ask=router_direct_dns_fails,
    ),
    Rule(
        id="operator_dns_fails",
        question="Does the operator's resolver fail from the operator's side?",
        needs=(DNS_OPERATOR,),
        ask=operator_dns_fails,
    ),
    Rule(
        id="router_http_fails",
        question="Does the reference page fail from the router's side?",
        needs=(HTTP_ROUTER,),
        ask=router_http_fails,
    ),
    Rule(
        id="operator_reference_fails",
        question="Does the reference page fail even from the operator's side?",
        needs=(HTTP_OPERATOR,),
        ask=operator_reference_fails,
    ),
)
