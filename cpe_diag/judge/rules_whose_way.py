"""Rules that tell on which side of the router's WAN socket a fault lies, and not what it is.

They count, and compare what both ends of a stretch see: the router's tries beside our own at the
same places, and what comes to a home beside what goes out of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.missing import known
from cpe_diag.domain.path_facts import DnsCheck, HttpCheck, HttpOutcome, PingCheck
from cpe_diag.domain.port_facts import PortRates
from cpe_diag.judge.cause import SITE
from cpe_diag.judge.keys import (
    DNS_OPERATOR,
    FORWARDING,
    HTTP_OPERATOR,
    HTTP_OPERATOR_IPV6,
    OFFERED_EDGE,
    PING_FROM_HOME_IPV6,
    PING_REFERENCE,
    PING_REFERENCE_IPV6,
    PORT_RATES,
    TLS_OPERATOR,
    TLS_OPERATOR_IPV6,
    WORLD,
    WORLD_OURS,
)
from cpe_diag.judge.rule import Answer, Rule, cannot_tell, does_not_arise, no, rate, says, yes
from cpe_diag.judge.rules_enclosed import ENCLOSE, home_alone, home_gives_none
from cpe_diag.judge.rules_paths import pings
from cpe_diag.judge.rules_port import port_saturated
from cpe_diag.judge.rules_router_drops import router_drops_ipv6
from cpe_diag.judge.rules_world import places
from cpe_diag.judge.vantages import held, page_words

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpe_diag.judge.enclosure import Enclosure
    from cpe_diag.judge.rule import Facts

PAIR: Final = 2
"""What one place does to everybody is its own matter."""
MOST: Final = 0.5
"""Less may be the places, or chance."""


def world_amiss_for_home(facts: Facts) -> Answer:
    """Answer whether the router gets, in whatever way, not what our side gets at the same places.

    A try that fails counts, and an answer of another status: somebody else gave it.
    """
    tried = bad = 0
    hosts: list[str] = []
    for place in places(facts):
        ours = place.our_page
        tries = (place.page, *place.tries)
        theirs = [one for one in tries if one is not None]
        if ours is None or ours.outcome is not HttpOutcome.OK or not theirs:
            continue
        failed = sum(_other(one, ours) for one in theirs)
        tried, bad = tried + len(theirs), bad + failed
        if failed:
            hosts.append(place.host)
    if not tried:
        return cannot_tell(facts, WORLD, WORLD_OURS)
    words = f"{bad} of {tried} tries of the router's at places that serve us went amiss"
    return says(len(hosts) >= PAIR and bad >= MOST * tried, words, WORLD, WORLD_OURS)


def site_other_for_home(facts: Facts) -> Answer:
    """Answer whether the site's addresses answer the router otherwise than us, each time.

    The site may not want this home, or somebody on the way answers in its place: that it is not
    well there is known, and not yet whose it is.
    """
    host = facts.case.platform_host
    if host is None or facts.case.symptom != SITE:
        return does_not_arise("no site is complained of")
    site = next((one for one in places(facts) if one.host == host), None)
    ours, tries = (None, ()) if site is None else (site.our_page, site.tries)
    if ours is None or len(tries) < PAIR:
        return cannot_tell(facts, WORLD, WORLD_OURS)
    words = f"the site from our side: {page_words(ours)}; from the router: "
    words += ", ".join(map(page_words, tries))
    if ours.outcome is not HttpOutcome.OK or not all(_other(one, ours) for one in tries):
        return no(words, WORLD, WORLD_OURS)
    amiss = world_amiss_for_home(facts)
    if amiss.answer:
        return does_not_arise(amiss.because)
    return yes(words, WORLD, WORLD_OURS)


def _other(theirs: HttpCheck, ours: HttpCheck) -> bool:
    return theirs.outcome is not HttpOutcome.OK or theirs.status != ours.status


def port_filled_unasked(facts: Facts) -> Answer:
    """Answer whether what fills the line to the home is answered by nobody there.

    Who receives by TCP or QUIC acknowledges what he gets; what nobody asked for is answered by
    nobody, and no device of the home can end it.
    """
    full, rates = port_saturated(facts), facts.fact(PortRates, PORT_RATES)
    come = known(rates.out_bps) if rates else None
    go = known(rates.in_bps) if rates else None
    if come is None or go is None:
        return cannot_tell(facts, PORT_RATES)
    if not full.answer:
        return full
    words = f"{full.because}; {rate(come)} go to the home, {rate(go)} come from it"
    return says(go < facts.limits["unasked_share"] * come, words, PORT_RATES)


def home_seeks_edge(facts: Facts) -> Answer:
    """Answer whether a home sends but questions for hardware addresses, and others do well.

    A server would give it an address, and it does not ask for one; it asks for somebody who does
    not answer (RFC 826). That is how a router does whose address or edge was set by hand, or is
    another line's.
    """
    limit = facts.limits["cut_off_least_bytes"]
    return sends_only(facts, facts.once(home_alone), lambda size: size < limit)


def offered_edge_silent(facts: Facts) -> Answer:
    """Answer whether a home seeks an edge in vain, and the DHCP server names one that is silent.

    Whatever the operator hands out is his. An edge may leave pings unanswered and do its work:
    then nobody seeks it.
    """
    seeks, check = home_seeks_edge(facts), facts.fact(PingCheck, OFFERED_EDGE)
    if not seeks.answer:
        return seeks
    if check is None:
        return cannot_tell(facts, OFFERED_EDGE)
    words = f"{seeks.because}; the edge that the DHCP server names, {check.target}, answered"
    words += f" {check.received} of {check.sent} pings of ours"
    return says(not check.received, words, OFFERED_EDGE, *seeks.rests_on)


def home_seeks_address(facts: Facts) -> Answer:
    """Answer whether a home sends nothing but requests for an address, and others do well.

    It asks, so that it lives, and goes on asking: nobody gives it one (RFC 2131, section 4.1).
    """
    least, most = facts.limits["cut_off_most_bytes"], facts.limits["dhcp_most_bytes"]
    return sends_only(facts, facts.once(home_gives_none), lambda size: least <= size <= most)


def sends_only(facts: Facts, found: Enclosure | Answer, fits: Callable[[float], bool]) -> Answer:
    """Answer whether the frames that a home sends are on average as long as those of one kind.

    Args:
        facts: the case.
        found: that the home stands alone, or why not.
        fits: whether an average of so many bytes is one of that kind.
    """
    if isinstance(found, Answer):
        return found
    rates = facts.fact(PortRates, PORT_RATES)
    bps = known(rates.in_bps) if rates else None
    often = known(rates.in_packets_per_s) if rates else None
    if bps is None or often is None:
        return cannot_tell(facts, PORT_RATES)
    words = f"{found.words()}; the home sends {often:.2g} packets/s"
    if often < facts.limits["mute_packets_per_s"]:
        return no(words, PORT_RATES)
    size = bps / 8 / often
    words += f" of {size:.0f} bytes on average"
    if not fits(size):
        return no(words, PORT_RATES)
    return yes(words, PORT_RATES, *found.bad.answer.rests_on)


def reference_amiss(facts: Facts) -> Answer:
    """Answer whether the operator's own servers fail our own side in one way, and not in another.

    That its plain page by IPv4 comes, and soon, shows that our side is well. Who refuses TLS
    serves none; who is silent to it, or by IPv6, is kept from it.
    """
    page = facts.fact(HttpCheck, HTTP_OPERATOR)
    if page is None:
        return cannot_tell(facts, HTTP_OPERATOR)
    words = f"the reference from our side: {page_words(page)}"
    if page.outcome is not HttpOutcome.OK:
        return does_not_arise(words)
    for key in (HTTP_OPERATOR_IPV6, TLS_OPERATOR, TLS_OPERATOR_IPV6):
        other = facts.fact(HttpCheck, key)
        if other is not None and other.outcome is HttpOutcome.CONNECT_TIMEOUT:
            return yes(f"{words}; {key.subject}: {page_words(other)}", HTTP_OPERATOR, key)
    names = facts.fact(DnsCheck, DNS_OPERATOR)
    late_s, page_s = (known(names.took_s) if names else None), known(page.took_s)
    if names is None or late_s is None or page_s is None:
        return no(words, HTTP_OPERATOR)
    words += f"; {names.server} answered after {late_s:.2f} s"
    late = late_s > facts.limits["resolver_slow_s"] and page_s < MOST * late_s
    return says(late, words, HTTP_OPERATOR, DNS_OPERATOR)


def one_family_amiss(facts: Facts) -> Answer:
    """Answer whether nothing comes back to the router, or to its home, by IPv6 alone.

    The operator's side gets the same by IPv6. A rule of the router's own that ends it is its own.
    """
    ours, drops = facts.fact(HttpCheck, HTTP_OPERATOR_IPV6), router_drops_ipv6(facts)
    old, new = pings(facts, PING_REFERENCE), pings(facts, PING_REFERENCE_IPV6)
    home = pings(facts, PING_FROM_HOME_IPV6)
    if ours is None or old is None or new is None:
        return cannot_tell(facts, HTTP_OPERATOR_IPV6, PING_REFERENCE, PING_REFERENCE_IPV6)
    words = f"IPv4: {old.received} of {old.sent}; IPv6: {new.received} of {new.sent}"
    words += "" if home is None else f", with the home's address {home.received} of {home.sent}"
    if ours.outcome is not HttpOutcome.OK or not old.received or drops.answer:
        return does_not_arise(words)
    keys = held(
        facts, HTTP_OPERATOR_IPV6, PING_REFERENCE, PING_REFERENCE_IPV6, PING_FROM_HOME_IPV6
    )
    return says(not new.received or (home is not None and not home.received), words, *keys)


RULES_WHOSE_WAY: Final[tuple[Rule, ...]] = (
    Rule(
        id="world_amiss_for_home",
        question="Does the router get something else than our side at the same places?",
        needs=(WORLD, WORLD_OURS),
        ask=world_amiss_for_home,
    ),
    Rule(
        id="site_other_for_home",
        question="Do the site's addresses answer the router otherwise than our side?",
        needs=(WORLD, WORLD_OURS),
        ask=site_other_for_home,
    ),
    Rule(
        id="port_filled_unasked",
        question="Is the line to the home full of what nobody there answers?",
        needs=(PORT_RATES,),
        ask=port_filled_unasked,
    ),
    Rule(
        id="home_seeks_edge",
        question="Does the home look for hardware addresses alone, while others are well?",
        needs=ENCLOSE,
        ask=home_seeks_edge,
    ),
    Rule(
        id="offered_edge_silent",
        question="Is the edge that the DHCP server names silent to us and to the home?",
        needs=(*ENCLOSE, OFFERED_EDGE),
        ask=offered_edge_silent,
    ),
    Rule(
        id="home_seeks_address",
        question="Does the home ask for an address alone, again and again, while others are well?",
        needs=ENCLOSE,
        ask=home_seeks_address,
    ),
    Rule(
        id="reference_amiss",
        question="Do the operator's own servers fail our side in one way, and not in another?",
        needs=(
            *(HTTP_OPERATOR, HTTP_OPERATOR_IPV6, TLS_OPERATOR, TLS_OPERATOR_IPV6),
            DNS_OPERATOR,
        ),
        ask=reference_amiss,
    ),
    Rule(
        id="one_family_amiss",
        question="Does nothing come back to the router, or to its home, by IPv6 alone?",
        needs=(
            *(HTTP_OPERATOR_IPV6, PING_REFERENCE, PING_REFERENCE_IPV6, PING_FROM_HOME_IPV6),
            FORWARDING,
        ),
        ask=one_family_amiss,
    ),
)
