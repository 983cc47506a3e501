"""Rules that tell whose fault it is and not what: a home beside its neighbours and its router.

As those in `rules_whose` they know no mechanism; each compares one place with its control.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.home_facts import HomeWatch
from cpe_diag.domain.missing import known
from cpe_diag.domain.path_facts import HttpCheck, HttpOutcome
from cpe_diag.domain.port_facts import PortStatus
from cpe_diag.judge.keys import (
    HOME_WATCH,
    HTTP_ROUTER_IPV4,
    HTTP_ROUTER_IPV6,
    PORT_STATUS,
)
from cpe_diag.judge.rule import Answer, Rule, cannot_tell, does_not_arise, no, span, yes
from cpe_diag.judge.rules_enclosed import ENCLOSE, sends_nothing
from cpe_diag.judge.rules_load import PAIR

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cpe_diag.domain.device_facts import Tries
    from cpe_diag.judge.rule import Facts


def home_fell_mute(facts: Facts) -> Answer:
    """Answer whether a home whose link came lately was heard since, and sends nothing any more.

    A node forgets who was behind a port when its link goes, so that whom it knows spoke since. A
    router that starts resets its own sockets first (its link goes and comes), and speaks soon
    after; whether this one starts slowly or hangs, it is the router that is silent.
    """
    status = facts.fact(PortStatus, PORT_STATUS)
    since = known(status.last_change_s) if status else None
    if since is None:
        return cannot_tell(facts, PORT_STATUS)
    if since >= facts.limits["router_starting_s"]:
        return does_not_arise(f"its link came {span(since)} ago: no router starts for so long")
    if since < facts.limits["router_speaks_s"]:
        return does_not_arise(f"its link came {span(since)} ago: the router may be starting")
    found = sends_nothing(facts)
    if not found.answer:
        return found
    return yes(f"its link came {span(since)} ago; {found.because}", PORT_STATUS, *found.rests_on)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Family:
    name: str
    asked: int
    answered: int
    devices: int

    def words(self) -> str:
        """Say it."""
        return f"{self.name}: {self.asked} asked, {self.answered} answered"


def _family(name: str, devices: Sequence[Tries]) -> _Family:
    return _Family(
        name=name,
        asked=sum(one.asked for one in devices),
        answered=sum(one.answered for one in devices),
        devices=sum(one.asked > 0 for one in devices),
    )


def home_family_in_vain(facts: Facts) -> Answer:
    """Answer whether the home gets nothing by IPv4 or by IPv6 alone, and its router does.

    However few asked: nobody of several devices, while all was answered by the other family.
    """
    watch = facts.fact(HomeWatch, HOME_WATCH)
    if watch is None:
        return cannot_tell(facts, HOME_WATCH)
    old, new = _family("IPv4", watch.ipv4.pages), _family("IPv6", watch.ipv6.pages)
    words = f"{old.words()}; {new.words()}"
    for bad, good, own in ((old, new, HTTP_ROUTER_IPV4), (new, old, HTTP_ROUTER_IPV6)):
        if bad.answered or bad.devices < PAIR or not good.asked or good.answered < good.asked:
            continue
        page = facts.fact(HttpCheck, own)
        if page is None:
            return does_not_arise(f"{words}; what the router itself gets was not asked")
        if page.outcome is not HttpOutcome.OK:
            return does_not_arise(f"{words}; the router itself gets nothing by {bad.name} either")
        return yes(f"{words}; the router itself gets a page by {bad.name}", HOME_WATCH, own)
    return no(words, HOME_WATCH)


RULES_WHOSE_HOME: Final[tuple[Rule, ...]] = (
    Rule(
        id="home_fell_mute",
        question="Was the home heard since its link came, and sends nothing any more?",
        needs=ENCLOSE,
        ask=home_fell_mute,
    ),
    Rule(
        id="home_family_in_vain",
        question="Does the home get nothing by IPv4 or IPv6 alone, and its router does?",
        needs=(HOME_WATCH, HTTP_ROUTER_IPV4, HTTP_ROUTER_IPV6),
        ask=home_family_in_vain,
    ),
)
