"""A router that says names late: told by pages that it gets by name, and by address."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import known
from cpe_diag.domain.path_facts import DnsCheck, DnsOutcome, HttpCheck, HttpOutcome
from cpe_diag.judge.asked_again import asked_again
from cpe_diag.judge.keys import DNS_DIRECT_AGAIN, DNS_OPERATOR, HTTP_ROUTER_IPV6, WORLD
from cpe_diag.judge.rule import Answer, Rule, cannot_tell, does_not_arise, no, yes
from cpe_diag.judge.rules_load import PAIR
from cpe_diag.judge.rules_names import resolver_slow
from cpe_diag.judge.rules_world import places

if TYPE_CHECKING:
    from cpe_diag.judge.rule import Facts
    from cpe_diag.judge.rules_world import Place


OK: Final = HttpOutcome.OK


def name_waits_s(facts: Facts) -> tuple[float, ...]:
    """Give how much longer pages took the router by name than ever by address, place by place.

    In s, of places where each try came. The slowest by address is what is compared: what a busy
    line or place adds is in both.
    """
    waits = (_wait_s(place) for place in places(facts))
    return tuple(one for one in waits if one is not None)


def _wait_s(place: Place) -> float | None:
    pages = (*place.tries, *((place.page,) if place.page else ()))
    took = [known(one.took_s) for one in place.tries]
    told = [one for one in took if one is not None]
    page_s = known(place.page.took_s) if place.page else None
    if page_s is None or len(told) < PAIR or any(one.outcome is not OK for one in pages):
        return None
    return page_s - max(told)


def router_names_late(facts: Facts) -> Answer:
    """Answer whether the router's names come late, and our resolver's to our own side at once.

    By name a router without RFC 8305 tries a dead IPv6 first, which is no matter of names.
    """
    waits_s, ours = name_waits_s(facts), facts.fact(DnsCheck, DNS_OPERATOR)
    if len(waits_s) < PAIR:
        return cannot_tell(facts, WORLD)
    if ours is None:
        return cannot_tell(facts, DNS_OPERATOR)
    words = (
        f"{len(waits_s)} places came by name at least {min(waits_s):.1f} s later than by address"
    )
    if min(waits_s) <= facts.limits["resolver_slow_s"]:
        return no(words, WORLD)
    return _of_another(facts, words) or _of_the_way(facts, words)


def _of_another(facts: Facts, words: str) -> Answer | None:
    """Say so where pages by name are late for another reason than their names at the router."""
    slow, page = resolver_slow(facts), facts.fact(HttpCheck, HTTP_ROUTER_IPV6)
    if slow.answer is not False:
        return does_not_arise(f"{words}; {slow.because}")
    if page is not None and page.outcome is not OK:
        return does_not_arise(f"{words}; its pages by IPv6 do not come at all")
    why_not = facts.case.evidence.failure(HTTP_ROUTER_IPV6.kind, HTTP_ROUTER_IPV6.subject)
    none_of_it = why_not is not None and why_not.kind is FailureKind.NOT_APPLICABLE
    return None if page is not None or none_of_it else cannot_tell(facts, HTTP_ROUTER_IPV6)


def _of_the_way(facts: Facts, words: str) -> Answer:
    """Accuse it only where no question is lost on its way to the operator's server."""
    direct = asked_again(facts, DNS_DIRECT_AGAIN)
    if len(direct) < PAIR:
        return cannot_tell(facts, DNS_DIRECT_AGAIN)
    if any(one.outcome is not DnsOutcome.ANSWERED for one in direct):
        return does_not_arise(f"{words}; not all that it asks {direct[0].server} is answered")
    words += f"; all {len(direct)} that it asks {direct[0].server} itself are answered"
    return yes(words, WORLD, DNS_OPERATOR, DNS_DIRECT_AGAIN)


def load_wait_s(facts: Facts) -> float:
    """Give what of a download's time by name was the wait for the name, in s.

    0 where nobody has looked: nothing is taken off then, as a download of its own knows no better.
    """
    waits_s = name_waits_s(facts)
    return max(statistics.median(waits_s), 0.0) if len(waits_s) >= PAIR else 0.0


RULES_NAMES_LATE: Final[tuple[Rule, ...]] = (
    Rule(
        id="router_names_late",
        question="Does the router wait long for each name, and our side does not?",
        needs=(WORLD, DNS_OPERATOR, DNS_DIRECT_AGAIN, HTTP_ROUTER_IPV6),
        ask=router_names_late,
    ),
)
