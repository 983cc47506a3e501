"""Rules about IPv6, where the line has it: the home's prefix, and the way out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.missing import known
from cpe_diag.domain.path_facts import DnsCheck, DnsOutcome, HttpCheck, HttpOutcome, PingCheck
from cpe_diag.domain.router_facts import WanStatus
from cpe_diag.domain.way_out_facts import Forwarding
from cpe_diag.judge.keys import (
    DNS_FORWARDER,
    FORWARDING,
    HTTP_OPERATOR_IPV6,
    HTTP_ROUTER_IPV6,
    PING_FROM_HOME_IPV6,
    PING_REFERENCE,
    PING_REFERENCE_IPV6,
    WAN,
)
from cpe_diag.judge.rule import Answer, Rule, cannot_tell, does_not_arise, no, yes

if TYPE_CHECKING:
    from cpe_diag.judge.rule import Facts


OUT_OF_REACH: Final = (HttpOutcome.UNREACHABLE, HttpOutcome.CONNECT_TIMEOUT)


def ipv6_no_prefix(facts: Facts) -> Answer:
    """Answer whether the line has IPv6, and the home was given none of it.

    RFC 7084, WPD-1: the router asks for a prefix for the home.
    """
    wan = facts.fact(WanStatus, WAN)
    prefixes = known(wan.ipv6_prefixes) if wan else None
    if wan is None or prefixes is None:
        return cannot_tell(facts, WAN)
    if prefixes:
        return no(f"the home has {', '.join(prefixes)}", WAN)
    ours = known(wan.ipv6_addresses)
    if not ours and not known(wan.ipv6_gateway):
        return does_not_arise("the WAN has no IPv6")
    has = f"the WAN has {', '.join(ours)}" if ours else "the WAN has a way out by IPv6"
    return yes(f"{has}, and no prefix for the home was handed out", WAN)


def ipv6_unreachable(facts: Facts) -> Answer:
    """Answer whether the router reaches nothing by IPv6 that it reaches by IPv4."""
    page = facts.fact(HttpCheck, HTTP_ROUTER_IPV6)
    if page is not None and page.outcome not in OUT_OF_REACH:
        return no("the reference answers the router by IPv6", HTTP_ROUTER_IPV6)
    return _pings_unanswered(facts)


def _pings_unanswered(facts: Facts) -> Answer:
    new, old = facts.fact(PingCheck, PING_REFERENCE_IPV6), facts.fact(PingCheck, PING_REFERENCE)
    name = facts.fact(DnsCheck, DNS_FORWARDER)
    nameless = name is not None and name.outcome is not DnsOutcome.ANSWERED
    if new is None or not new.sent or (nameless and not new.received):
        # It is asked for by name: where names fail, nobody was pinged.
        return cannot_tell(facts, PING_REFERENCE_IPV6)
    count = f"{new.received} of {new.sent} by IPv6"
    if new.received:
        return no(count, PING_REFERENCE_IPV6)
    if old is None or not old.sent:
        return cannot_tell(facts, PING_REFERENCE)
    words = f"{count}, {old.received} of {old.sent} by IPv4"
    if old.lost_ratio >= facts.limits["path_loss_share"]:
        return does_not_arise(f"{words}: it is not IPv6 alone")
    control = facts.fact(HttpCheck, HTTP_OPERATOR_IPV6)
    if control is not None and control.outcome in OUT_OF_REACH:
        return does_not_arise("by IPv6 the reference is out of the operator's own reach too")
    return yes(words, PING_REFERENCE_IPV6, PING_REFERENCE)


def ipv6_prefix_unreachable(facts: Facts) -> Answer:
    """Answer whether IPv6 works for the router's own address and not for those of the home.

    The operator delegates the home's prefix, and has to send what is for it to this router
    (RFC 8415, section 6.3; RFC 7084, L-2). What the router itself sends from there passes none of
    the rules for what is forwarded.
    """
    home = facts.fact(PingCheck, PING_FROM_HOME_IPV6)
    if home is None or not home.sent:
        return cannot_tell(facts, PING_FROM_HOME_IPV6)
    words = f"{home.received} of {home.sent} came back to the home's prefix"
    if home.received:
        return no(words, PING_FROM_HOME_IPV6)
    return _lost_at_home_alone(facts, home, words)


def _lost_at_home_alone(facts: Facts, home: PingCheck, words: str) -> Answer:
    """Answer, when nothing came back to the home, whether it comes back to the router."""
    own = facts.fact(PingCheck, PING_REFERENCE_IPV6)
    page = facts.fact(HttpCheck, HTTP_ROUTER_IPV6)
    reached = page is not None and page.outcome not in OUT_OF_REACH
    if own is None and page is None:
        return cannot_tell(facts, PING_REFERENCE_IPV6)
    if not reached and not (own is not None and own.received):
        return does_not_arise("the router's own packets by IPv6 are lost too")
    if not_sent(home):
        return no(f"the router does not send them itself: {home.note}", PING_FROM_HOME_IPV6)
    forwarding = facts.fact(Forwarding, FORWARDING)
    drops = known(forwarding.drops) if forwarding else None
    if any(one.ipv6 and "icmp" in one.kinds for one in drops or ()):
        return cannot_tell(facts, FORWARDING)
    told = f"{own.received} of {own.sent}" if own is not None else "a page"
    keys = (PING_FROM_HOME_IPV6, PING_REFERENCE_IPV6) if own else (PING_FROM_HOME_IPV6,)
    return yes(f"{words}, {told} to the router's address on the line", *keys)


def not_sent(check: PingCheck) -> bool:
    """Tell whether the sender itself has no way: its kernel's words for ENETUNREACH and others."""
    return any(word in check.note.lower() for word in ("unreachable", "cannot assign", "no route"))


RULES_IPV6: Final[tuple[Rule, ...]] = (
    Rule(
        id="ipv6_no_prefix",
        question="Has the line IPv6, and the home none?",
        needs=(WAN,),
        ask=ipv6_no_prefix,
    ),
    Rule(
        id="ipv6_unreachable",
        question="Is the internet out of reach by IPv6 alone?",
        needs=(PING_REFERENCE_IPV6, PING_REFERENCE, HTTP_OPERATOR_IPV6, HTTP_ROUTER_IPV6),
        ask=ipv6_unreachable,
    ),
    Rule(
        id="ipv6_prefix_unreachable",
        question="Does IPv6 work for the router's own address, and not for the home's?",
        needs=(PING_FROM_HOME_IPV6, PING_REFERENCE_IPV6, HTTP_ROUTER_IPV6, FORWARDING),
        ask=ipv6_prefix_unreachable,
    ),
)
