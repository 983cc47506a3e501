"""Rules that tell by enclosure: the way is good up to a point, and bad from the next one on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.load_facts import PathQuality
from cpe_diag.domain.missing import known
from cpe_diag.domain.path_facts import HttpCheck, HttpOutcome
from cpe_diag.domain.port_facts import PortRates, PortStatus
from cpe_diag.domain.site_facts import NameTruth
from cpe_diag.judge.enclosure import Enclosure, Point, enclosed
from cpe_diag.judge.keys import (
    CONNECTS_PLATFORM,
    CONNECTS_REFERENCE,
    DHCP_SERVER,
    DNS_OPERATOR,
    HTTP_OPERATOR,
    HTTP_PLATFORM,
    HTTP_PLATFORM_ELSEWHERE,
    HTTP_PLATFORM_ROUTER,
    HTTP_ROUTER,
    LEARNED_MACS,
    PORT_RATES,
    PORT_STATUS,
    QUALITY_NEIGHBOURS,
    QUALITY_ROUTER,
    ROUTER_REACHED,
    TRUTH_PLATFORM,
)
from cpe_diag.judge.rule import Answer, Rule, cannot_tell, does_not_arise, no, span, yes
from cpe_diag.judge.rules_dhcp import dhcp_pool_empty, dhcp_server_silent
from cpe_diag.judge.rules_load import PAIR, neighbour_trains
from cpe_diag.judge.rules_paths import operator_dns_fails, operator_reference_fails
from cpe_diag.judge.rules_port import mac_in_wrong_vlan, no_mac_learned, port_down
from cpe_diag.judge.rules_router import router_unreachable, spoken
from cpe_diag.judge.site_beside import far_words, is_late, near_elsewhere
from cpe_diag.judge.vantages import held, page_words, serves

if TYPE_CHECKING:
    from cpe_diag.judge.rule import Facts

SITE_VANTAGES: Final = (HTTP_PLATFORM, HTTP_PLATFORM_ROUTER, HTTP_PLATFORM_ELSEWHERE)
LOST: Final = (
    HttpOutcome.CONNECT_TIMEOUT,
    HttpOutcome.READ_TIMEOUT,
    HttpOutcome.UNREACHABLE,
    HttpOutcome.NAME_FAILED,
)
"""A page that nobody ends or forbids: it does not come."""


def neighbours_cut_off(facts: Facts) -> Answer:
    """Answer whether our packets reach no neighbour: then it is not this home's way alone."""
    trains = neighbour_trains(facts)
    if len(trains) < PAIR:
        return cannot_tell(facts, QUALITY_NEIGHBOURS)
    return no(f"{len(trains)} neighbours on the node answer us", QUALITY_NEIGHBOURS)


def silent_to_us(facts: Facts) -> Answer:
    """Answer whether the home answers neither connections nor any packet of a train."""
    train = facts.fact(PathQuality, QUALITY_ROUTER)
    gone = router_unreachable(facts)
    if gone.answer is False:
        return gone
    if gone.answer is None or train is None:
        return cannot_tell(facts, QUALITY_ROUTER)
    words = f"{gone.because}; {train.received} of {train.sent} packets to it were answered"
    return yes(words, *gone.rests_on, QUALITY_ROUTER)


def home_cut_off(facts: Facts) -> Answer:
    """Answer whether a home that sends to its edge gets nothing through, and others do.

    A router that hangs, or has no power, sends nothing; one that has no address sends large
    requests for one (RFC 2131, section 2: 300 bytes and more), and one that has the wrong address
    or no edge asks for hardware addresses alone (RFC 826: 64 bytes on Ethernet at most). What is
    between sends packets of IP to somebody whose hardware address it knows.
    """
    found = facts.once(home_alone)
    return found if isinstance(found, Answer) else _if_it_sends(facts, found)


def home_mute(facts: Facts) -> Answer:
    """Answer whether a home whose link is up sends nothing at all, and answers nobody.

    Its router was heard not long ago, for the node still knows it; its link says that it has
    power; who hangs on the node beside it is well, and a server would give it an address. One that
    works asks for hardware addresses, announces itself, or looks for an address (RFC 826, RFC
    4861, RFC 2131): not to do any of that is the router's own.
    """
    return _starting(facts) or sends_nothing(facts)


def sends_nothing(facts: Facts) -> Answer:
    """Answer whether a home alone is silent and sends nothing, whenever its link came."""
    found = facts.once(home_alone)
    if isinstance(found, Answer):
        return found
    rates = facts.fact(PortRates, PORT_RATES)
    often = known(rates.in_packets_per_s) if rates else None
    if rates is None or often is None:
        return cannot_tell(facts, PORT_RATES)
    words = f"{found.words()}; the home sends {often:.2g} packets/s in {rates.interval_s:.0f} s"
    if often >= facts.limits["mute_packets_per_s"]:
        return no(words, PORT_RATES)
    if rates.interval_s < facts.limits["mute_least_s"]:
        return cannot_tell(facts, PORT_RATES)
    if dhcp_server_silent(facts).answer is None:
        return cannot_tell(facts, DHCP_SERVER)
    keys = (PORT_RATES, *found.bad.answer.rests_on, QUALITY_NEIGHBOURS, LEARNED_MACS, DHCP_SERVER)
    return yes(words, *keys)


def _starting(facts: Facts) -> Answer | None:
    """Say that a router may be starting, which sends nothing for a while."""
    status = facts.fact(PortStatus, PORT_STATUS)
    since = known(status.last_change_s) if status else None
    if since is None or since >= facts.limits["router_starting_s"]:
        return None
    return does_not_arise(f"its link came {span(since)} ago: the router may be starting")


def home_alone(facts: Facts) -> Enclosure | Answer:
    """Find out whether a home alone gives no answer that could have an address."""
    found = facts.once(home_gives_none)
    if isinstance(found, Answer):
        return found
    for excluded in (dhcp_server_silent(facts), dhcp_pool_empty(facts)):
        if excluded.answer:
            return does_not_arise(excluded.because)
    return found


def home_gives_none(facts: Facts) -> Enclosure | Answer:
    """Find out whether the way is good up to the home, and the home alone gives no answer."""
    heard = spoken(facts)
    if heard is not None:
        return no("the router answered questions", heard)
    points = (
        Point(stretch="our own side", answer=operator_reference_fails(facts)),
        Point(stretch="the operator's names", answer=operator_dns_fails(facts)),
        Point(stretch="the node and its uplink", answer=neighbours_cut_off(facts)),
        Point(stretch="the port", answer=port_down(facts)),
        Point(stretch="the home's frames at the port", answer=no_mac_learned(facts)),
        Point(stretch="their VLAN", answer=mac_in_wrong_vlan(facts)),
        Point(stretch="the answer of the home", answer=silent_to_us(facts)),
    )
    found = enclosed(points)
    if found is None or found.bad is not points[-1]:
        missing = [key for point in points for key in point.answer.missing]
        if missing:
            return cannot_tell(facts, *dict.fromkeys(missing))
        return does_not_arise("the way to the home is not bad at its end alone")
    return found


def _if_it_sends(facts: Facts, found: Enclosure) -> Answer:
    """Believe in a fault outside of the router where the router is seen to send to the edge."""
    words, bad = found.words(), found.bad.answer
    rates = facts.fact(PortRates, PORT_RATES)
    bps = known(rates.in_bps) if rates else None
    often = known(rates.in_packets_per_s) if rates else None
    if bps is None or often is None:
        return cannot_tell(facts, PORT_RATES)
    if often < facts.limits["cut_off_packets_per_s"]:
        return no(f"{words}; the home sends {often:.2g} packets/s", PORT_RATES)
    size = bps / 8 / often
    sends = f"{words}; the home sends {often:.2g} packets/s of {size:.0f} bytes on average"
    if not facts.limits["cut_off_least_bytes"] < size < facts.limits["cut_off_most_bytes"]:
        return no(f"{sends}: it may be looking for an address or an edge", PORT_RATES)
    return yes(sends, PORT_RATES, *bad.rests_on, QUALITY_NEIGHBOURS, HTTP_OPERATOR)


def site_lost_here(facts: Facts) -> Answer:
    """Answer whether a site is silent or late to our side and the home, and good elsewhere.

    Who ends connections or forbids is the site itself; who is silent may be anybody on the way,
    and a page that others get soon waits on the way as well.
    """
    pages = {
        key: facts.fact(HttpCheck, key) for key in (*SITE_VANTAGES, HTTP_OPERATOR, HTTP_ROUTER)
    }
    here = [page for key in SITE_VANTAGES[:2] if (page := pages[key]) is not None]
    words = "; ".join(
        f"{key.subject}: {page_words(page)}" for key, page in pages.items() if page is not None
    )
    outside = pages[HTTP_PLATFORM_ELSEWHERE]
    reached = any(page.outcome not in LOST and not _waits(facts, page) for page in here)
    if reached or (outside is not None and not serves(outside)):
        return no(words, *held(facts, *SITE_VANTAGES))
    unknown = [key for key, page in pages.items() if page is None]
    truth = facts.fact(NameTruth, TRUTH_PLATFORM)
    if truth is not None and truth.told and set(truth.told).isdisjoint(truth.known):
        unknown.append(TRUTH_PLATFORM)  # who looks from there may look elsewhere
    if unknown:
        return cannot_tell(facts, *unknown)
    controls = (pages[HTTP_OPERATOR], pages[HTTP_ROUTER])
    if any(page is None or page.outcome is not HttpOutcome.OK for page in controls):
        return does_not_arise(f"{words}: the reference does not come either")
    return yes(words, *pages)


def _waits(facts: Facts, page: HttpCheck) -> bool:
    """Tell whether a page takes long here that others get soon."""
    outside = facts.fact(HttpCheck, HTTP_PLATFORM_ELSEWHERE)
    if outside is None or page.outcome is not HttpOutcome.OK:
        return False
    far = bool(far_words(facts)) and near_elsewhere(facts)
    return far or is_late(facts, page, outside)


ENCLOSE: Final = (
    *(HTTP_OPERATOR, DNS_OPERATOR, ROUTER_REACHED, PORT_RATES, PORT_STATUS, LEARNED_MACS),
    *(DHCP_SERVER, QUALITY_ROUTER, QUALITY_NEIGHBOURS),
)

RULES_ENCLOSED: Final[tuple[Rule, ...]] = (
    Rule(
        id="site_lost_here",
        question="Is the site silent or late to our side and the home, and good elsewhere?",
        needs=(
            *(HTTP_PLATFORM, HTTP_PLATFORM_ROUTER, HTTP_PLATFORM_ELSEWHERE),
            *(HTTP_OPERATOR, HTTP_ROUTER, TRUTH_PLATFORM),
            *(CONNECTS_PLATFORM, CONNECTS_REFERENCE),
        ),
        ask=site_lost_here,
    ),
    Rule(
        id="home_cut_off",
        question="Does the home send to its edge and get nothing through, while others do?",
        needs=ENCLOSE,
        ask=home_cut_off,
    ),
    Rule(
        id="home_mute",
        question="Does a home whose link is up send nothing, while others are well?",
        needs=ENCLOSE,
        ask=home_mute,
    ),
)
