"""Rules about IPv6, where the line has it: the home's prefix, and the way out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.missing import known
from cpe_diag.domain.path_facts import DnsCheck, DnsOutcome, HttpCheck, HttpOutcome, PingCheck
from cpe_diag.domain.router_facts import WanStatus
from cpe_diag.judge.keys import (
    DNS_FORWARDER,
    HTTP_OPERATOR_IPV6,
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
        needs=(PING_REFERENCE_IPV6, PING_REFERENCE, HTTP_OPERATOR_IPV6),
        ask=ipv6_unreachable,
    ),
)
