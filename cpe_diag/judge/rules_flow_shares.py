"""Rules about flows of which a share is lost as a whole, while packets of pings are not.

Whatever divides flows among several ways sends all packets of a flow on one of them: a dead way
takes a share of the flows, with all that they send again (IEEE 802.1AX-2020, 6.2.4; RFC 2992).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.load_facts import PathQuality
from cpe_diag.domain.path_facts import DnsOutcome
from cpe_diag.judge.asked_again import again_keys, asked_again
from cpe_diag.judge.keys import (
    DNS_AGAIN,
    DNS_DIRECT_AGAIN,
    FORWARDING,
    PING_REFERENCE,
    QUALITY_REFERENCE,
    SYSTEM,
)
from cpe_diag.judge.rule import Answer, Rule, cannot_tell, does_not_arise, no, says, yes
from cpe_diag.judge.rules_load import lossy
from cpe_diag.judge.rules_paths import pings
from cpe_diag.judge.rules_router import conntrack_full
from cpe_diag.judge.rules_router_drops import router_drops_names
from cpe_diag.judge.rules_shares import resolver_drops

if TYPE_CHECKING:
    from cpe_diag.domain.path_facts import PingCheck
    from cpe_diag.judge.rule import Facts


def flows_lost(facts: Facts) -> Answer:
    """Answer whether a share of the router's questions is lost, each with what it sends again.

    Excluded are loss of any packet, the resolver itself, and the router's own table and rules.
    """
    told = asked_again(facts, DNS_DIRECT_AGAIN)
    if not told:
        return cannot_tell(facts, DNS_DIRECT_AGAIN)
    silent = sum(one.outcome is DnsOutcome.TIMEOUT for one in told)
    came = len(told) - silent
    words = f"{told[0].server} answered {came} of {len(told)} questions of the router"
    keys = again_keys(facts, DNS_DIRECT_AGAIN)
    if silent == len(told):
        return does_not_arise(f"{words}: that is no share")
    if silent < facts.limits["flows_lost_least"]:
        return no(words, *keys)
    return _if_the_rest_is_well(facts, f"{words}, each asked again on its way", silent, len(told))


def _if_the_rest_is_well(facts: Facts, words: str, silent: int, sent: int) -> Answer:
    ping, own, ours = pings(facts, PING_REFERENCE), router_drops_names(facts), _ours(facts)
    if ping is None or own.answer is None or ours is None:
        keys = ((PING_REFERENCE, ping), (FORWARDING, own.answer), (DNS_AGAIN, ours))
        return cannot_tell(facts, *(key for key, told in keys if told is None))
    lost, of = pings_lost(facts, ping)
    if lost * sent > facts.limits["flows_pings_share"] * silent * of:
        return does_not_arise(f"{words}; {lost} of {of} pings are lost as well")
    for other in (ours, resolver_drops(facts), conntrack_full(facts), own):
        if other.answer:
            return does_not_arise(f"{words}; {other.because}")
    told = f"{words}; {of - lost} of {of} pings came back, {ours.because}, {own.because}"
    return yes(told, *again_keys(facts, DNS_DIRECT_AGAIN), PING_REFERENCE, *own.rests_on)


def _ours(facts: Facts) -> Answer | None:
    """Answer whether our own side loses questions as well; None: it has not asked several."""
    ours = asked_again(facts, DNS_AGAIN)
    missed = sum(one.outcome is DnsOutcome.TIMEOUT for one in ours)
    words = f"{missed} of {len(ours)} questions of our own side were lost"
    return says(lossy(facts, missed, len(ours)), words, DNS_AGAIN) if ours else None


def pings_lost(facts: Facts, ping: PingCheck) -> tuple[int, int]:
    """Give how many pings to the reference were lost, and of how many, the train included."""
    train = facts.fact(PathQuality, QUALITY_REFERENCE)
    more = (0, 0) if train is None else (train.lost, train.sent)
    return ping.sent - ping.received + more[0], ping.sent + more[1]


RULES_FLOW_SHARES: Final[tuple[Rule, ...]] = (
    Rule(
        id="flows_lost",
        question="Is a share of the home's flows lost as a whole, and pings are not?",
        needs=(
            *(DNS_DIRECT_AGAIN, PING_REFERENCE, QUALITY_REFERENCE),
            *(DNS_AGAIN, SYSTEM, FORWARDING),
        ),
        ask=flows_lost,
    ),
)
