"""Rules about what all devices of the home try, and whether it comes about, as the router sees it.

One device alone is its own matter. The control is what the router asks for itself: what comes to
the router, and not to the home behind it, is lost in the router.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.home_facts import HomeWatch
from cpe_diag.domain.lan_facts import LanRouters
from cpe_diag.domain.load_facts import LoadTest
from cpe_diag.domain.missing import known
from cpe_diag.domain.path_facts import HttpCheck, PingCheck
from cpe_diag.judge.keys import (
    HOME_WATCH,
    HTTP_ROUTER,
    HTTP_ROUTER_AGAIN,
    HTTP_ROUTER_IPV4,
    LAN_ROUTERS,
    LOAD,
    PING_FROM_HOME_IPV6,
    TLS_ROUTER,
)
from cpe_diag.judge.rule import Answer, Rule, cannot_tell, does_not_arise, no, says, yes
from cpe_diag.judge.rules_enclosed import LOST

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cpe_diag.domain.device_facts import Tries
    from cpe_diag.domain.evidence import FactKey
    from cpe_diag.domain.home_facts import FamilyTries
    from cpe_diag.judge.rule import Facts

OWN_PAGES: Final = (HTTP_ROUTER, HTTP_ROUTER_IPV4, HTTP_ROUTER_AGAIN, TLS_ROUTER)
PAIR: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tried:
    """What was tried, and for how many devices so much of it was in vain that it hurts."""

    asked: int
    answered: int
    devices: int
    troubled: int

    @property
    def vain_share(self) -> float:
        return 1.0 - self.answered / self.asked if self.asked else 0.0

    def words(self, what: str) -> str:
        """Say it."""
        devices = "one device" if self.devices == 1 else f"{self.devices} devices"
        return f"{devices} asked at {self.asked} places {what}, {self.answered} answered"


def _tried(facts: Facts, devices: Sequence[Tries], least_vain: float) -> _Tried:
    share = facts.limits["home_vain_share"]
    troubled = [
        one
        for one in devices
        if one.asked - one.answered >= least_vain and one.asked - one.answered > share * one.asked
    ]
    return _Tried(
        asked=sum(one.asked for one in devices),
        answered=sum(one.answered for one in devices),
        devices=sum(one.asked > 0 for one in devices),
        troubled=len(troubled),
    )


def _in_vain(facts: Facts, tried: _Tried, words: str, key: FactKey) -> Answer:
    """Answer whether what was tried is in vain for the home, and not for one device alone."""
    if tried.vain_share <= facts.limits["home_vain_share"]:
        return no(words, key)
    alone = tried.devices == 1 and not tried.answered
    if not alone and tried.troubled < PAIR:
        return no(f"{words}: one device alone asks in vain", key)
    return yes(words, key)


def _in_table(facts: Facts, family: FamilyTries, how: str) -> tuple[_Tried, Answer]:
    tried = _tried(facts, family.pages, facts.limits["home_device_vain"])
    words = tried.words(f"for a page by {how}")
    if tried.asked < facts.limits["home_tries"]:
        return tried, does_not_arise(f"{words}: too few to tell")
    return tried, _in_vain(facts, tried, words, HOME_WATCH)


def _heard(facts: Facts) -> tuple[_Tried | None, Answer]:
    """Look at what was heard on the home's side: also what the router never passed on."""
    heard, watch = facts.fact(LanRouters, LAN_ROUTERS), facts.fact(HomeWatch, HOME_WATCH)
    sent = known(heard.tried) if heard else None
    if sent is None or watch is None:
        missing = LAN_ROUTERS if sent is None else HOME_WATCH
        return None, cannot_tell(facts, missing)
    tried = _tried(facts, sent, 1.0)
    words = tried.words("for a page, heard on the home's side")
    names = watch.names_of_router.answered
    if tried.asked < facts.limits["home_heard"] or names < facts.limits["home_names"]:
        return tried, does_not_arise(f"{words}, after {names} names: too few to tell")
    return tried, _in_vain(facts, tried, words, LAN_ROUTERS)


def home_connects_in_vain(facts: Facts) -> Answer:
    """Answer whether the home's devices ask for pages by IPv4, and few answer."""
    watch = facts.fact(HomeWatch, HOME_WATCH)
    if watch is None:
        return cannot_tell(facts, HOME_WATCH)
    return _by_ipv4(facts, watch)[1]


def _by_ipv4(facts: Facts, watch: HomeWatch) -> tuple[_Tried, Answer]:
    """Look at the table; a packet that a filter ends never gets into it (netfilter, confirm)."""
    tried, found = _in_table(facts, watch.ipv4, "IPv4")
    names = watch.names_of_router.answered
    if watch.past_router or names < facts.limits["home_names_alone"] or not watch.whole:
        return tried, found
    words = f"{names} names were given to the home, and nothing of it goes through the router"
    return tried, yes(words, HOME_WATCH)


def home_heard_in_vain(facts: Facts) -> Answer:
    """Answer whether the home's devices are heard to ask for pages, and few are answered."""
    return _heard(facts)[1]


def home_ipv6_in_vain(facts: Facts) -> Answer:
    """Answer whether the home's devices ask for pages by IPv6, and few answer by it alone."""
    watch = facts.fact(HomeWatch, HOME_WATCH)
    if watch is None:
        return cannot_tell(facts, HOME_WATCH)
    _, found = _in_table(facts, watch.ipv6, "IPv6")
    if found.answer and home_connects_in_vain(facts).answer:
        return does_not_arise(f"{found.because}: it is not IPv6 alone")
    return found


def home_stalls(facts: Facts) -> Answer:
    """Answer whether connections of several devices come about and then stand still.

    One side has waited for the other to say that it heard it, and has sent again in vain: a
    device that has left the home leaves such ones too, but not several devices at a time.
    """
    watch, heard = facts.fact(HomeWatch, HOME_WATCH), facts.fact(LanRouters, LAN_ROUTERS)
    if watch is None:
        return cannot_tell(facts, HOME_WATCH)
    seen = (
        (watch.stalled, HOME_WATCH),
        (known(heard.ended_in_vain) if heard else (), LAN_ROUTERS),
    )
    each, key = max(seen, key=lambda one: len(one[0] or ()))
    words = (
        f"{sum(each or ())} connections of {len(each or ())} devices came about and stand still"
    )
    return says(len(each or ()) >= PAIR, words, key if each else HOME_WATCH)


def home_lost_in_router(facts: Facts) -> Answer:
    """Answer whether the home asks in vain for what the router gets itself every time.

    What was heard on the home's side shows also what the router never passed on. As a share of
    the router's own may come by luck, so many must have come that luck is excluded.
    """
    watch = facts.fact(HomeWatch, HOME_WATCH)
    if watch is None:
        return cannot_tell(facts, HOME_WATCH)
    seen = (_heard(facts), _by_ipv4(facts, watch))
    for tried, found in seen:
        if tried is not None and found.answer:
            return _if_the_router_gets_all(facts, tried, found)
    for found, control in (
        (home_stalls(facts), _if_the_router_loads),
        (home_ipv6_in_vain(facts), _if_the_prefix_is_well),
    ):
        if found.answer:
            return control(facts, found)
    return seen[1][1]


def _if_the_router_gets_all(facts: Facts, tried: _Tried, found: Answer) -> Answer:
    pages = {key: page for key in OWN_PAGES if (page := facts.fact(HttpCheck, key)) is not None}
    if not pages:
        return cannot_tell(facts, HTTP_ROUTER)
    came = sum(page.outcome not in LOST for page in pages.values())
    words = f"{found.because}; {came} of {len(pages)} pages came to the router itself"
    if came < len(pages):
        return does_not_arise(words)
    luck = (1.0 - tried.vain_share) ** came if tried.asked else 0.0
    if luck > facts.limits["home_luck"]:
        return does_not_arise(f"{words}, which may be luck")
    return yes(words, *found.rests_on, *pages)


def _if_the_router_loads(facts: Facts, found: Answer) -> Answer:
    load = facts.fact(LoadTest, LOAD)
    if load is None:
        return cannot_tell(facts, LOAD)
    came = load.received_bytes
    words = f"{found.because}; {came / 1e6:.1f} MB came to the router itself"
    if came < facts.limits["home_stalled_bytes"]:
        return does_not_arise(words)
    return yes(words, *found.rests_on, LOAD)


def _if_the_prefix_is_well(facts: Facts, found: Answer) -> Answer:
    """Blame the router where what it sends from the home's prefix comes back (RFC 8415, 6.3)."""
    ping = facts.fact(PingCheck, PING_FROM_HOME_IPV6)
    if ping is None or not ping.sent:
        return cannot_tell(facts, PING_FROM_HOME_IPV6)
    words = f"{found.because}; {ping.received} of {ping.sent} came back to the home's prefix"
    if not ping.received:
        return does_not_arise(words)
    return yes(words, *found.rests_on, PING_FROM_HOME_IPV6)


RULES_HOME_WATCH: Final[tuple[Rule, ...]] = (
    Rule(
        id="home_connects_in_vain",
        question="Do the home's devices ask for pages in vain?",
        needs=(HOME_WATCH,),
        ask=home_connects_in_vain,
    ),
    Rule(
        id="home_heard_in_vain",
        question="Are the home's devices heard to ask for pages in vain?",
        needs=(LAN_ROUTERS, HOME_WATCH),
        ask=home_heard_in_vain,
    ),
    Rule(
        id="home_ipv6_in_vain",
        question="Do the home's devices ask for pages by IPv6 in vain?",
        needs=(HOME_WATCH,),
        ask=home_ipv6_in_vain,
    ),
    Rule(
        id="home_stalls",
        question="Do connections of several devices come about and stand still?",
        needs=(HOME_WATCH, LAN_ROUTERS),
        ask=home_stalls,
    ),
    Rule(
        id="home_lost_in_router",
        question="Does the home ask in vain for what the router gets itself?",
        needs=(HOME_WATCH, LAN_ROUTERS, *OWN_PAGES, LOAD, PING_FROM_HOME_IPV6),
        ask=home_lost_in_router,
    ),
)
