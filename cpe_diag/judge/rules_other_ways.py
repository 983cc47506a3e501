"""Rules that tell a side by which way packets go: none, one direction alone, another line.

They know no mechanism: what a home sends and never gets, what nobody on a node gets, and packets
that a router takes by another way than the operator's.
"""

from __future__ import annotations

from ipaddress import ip_address, ip_interface
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.device_facts import DeviceWatch
from cpe_diag.domain.load_facts import PathQuality
from cpe_diag.domain.missing import Missing, known
from cpe_diag.domain.path_facts import DnsCheck, HttpCheck, HttpOutcome
from cpe_diag.domain.port_facts import LearnedMacs, PortRates
from cpe_diag.domain.route_facts import RouteKind
from cpe_diag.domain.router_facts import WanStatus
from cpe_diag.domain.way_out_facts import HOME, ROUTER, Forwarding
from cpe_diag.judge.enclosure import Enclosure
from cpe_diag.judge.keys import (
    DNS_OPERATOR,
    FORWARDING,
    HTTP_OPERATOR,
    HTTP_OPERATOR_IPV6,
    LEARNED_MACS,
    PING_FROM_HOME,
    PING_FROM_HOME_IPV6,
    PING_REFERENCE,
    PORT_RATES,
    QUALITY_NEIGHBOURS,
    QUALITY_ROUTER,
    ROUTER_REACHED,
    WAN,
    WATCH,
)
from cpe_diag.judge.route_lookup import ways
from cpe_diag.judge.rule import Answer, Rule, cannot_tell, does_not_arise, no, says, yes
from cpe_diag.judge.rules_enclosed import ENCLOSE, home_alone, home_cut_off, silent_to_us
from cpe_diag.judge.rules_ipv6 import not_sent
from cpe_diag.judge.rules_pages import no_watch
from cpe_diag.judge.rules_paths import operator_reference_fails, pings
from cpe_diag.judge.rules_routes import home_packet
from cpe_diag.judge.rules_wan_settings import wan_behind_router
from cpe_diag.judge.rules_whose_way import home_seeks_address, sends_only

if TYPE_CHECKING:
    from cpe_diag.domain.route_facts import RouterRoute, RouterRoutes
    from cpe_diag.judge.rule import Facts

PAIR: Final = 2
"""One neighbour may be switched off."""
TRIED: Final = (PING_FROM_HOME, PING_REFERENCE)
AT_PORTS: Final = (QUALITY_NEIGHBOURS, PORT_RATES, LEARNED_MACS)


def home_sends_in_vain(facts: Facts) -> Answer:
    """Answer whether a home sends more than a search for its edge, and others alone are answered.

    It lives, therefore, and is past the search for hardware addresses; that it gets nothing lies
    between. How often it sends is its own matter: what waits for an answer is sent again ever more
    seldom (RFC 6298, section 5.5; RFC 2131, section 4.1).
    """
    found = facts.once(home_alone)
    if not isinstance(found, Enclosure):
        return found
    for sooner in (home_cut_off(facts), home_seeks_address(facts)):
        if sooner.answer:
            return does_not_arise(sooner.because)
    return sends_only(facts, found, lambda size: size > facts.limits["cut_off_least_bytes"])


def node_cut_off(facts: Facts) -> Answer:
    """Answer whether nothing comes through to anybody on a node whose ports are up.

    Routers may leave pings unanswered; so it takes that this home is silent to connections, too,
    that it sends, and that nothing at all goes out to it, which an edge that is heard answers.
    """
    ours, silent = operator_reference_fails(facts), silent_to_us(facts)
    rates, heard = facts.fact(PortRates, PORT_RATES), facts.fact(LearnedMacs, LEARNED_MACS)
    subjects = facts.case.evidence.subjects("path_quality", QUALITY_NEIGHBOURS.subject[:-1])
    trains = [
        train
        for subject in subjects
        if (train := facts.case.evidence.value(PathQuality, "path_quality", subject)) is not None
        and train.sent
    ]
    sent = known(rates.in_packets_per_s) if rates else None
    got = known(rates.out_packets_per_s) if rates else None
    if silent.answer is False:
        return no(silent.because, ROUTER_REACHED)
    if ours.answer:
        return does_not_arise(ours.because)
    if silent.answer is None or len(trains) < PAIR or sent is None or got is None or heard is None:
        return cannot_tell(facts, QUALITY_NEIGHBOURS, PORT_RATES, LEARNED_MACS)
    alive = sum(bool(train.received) for train in trains)
    words = f"{alive} of {len(trains)} neighbours answer us; the home sends {sent:.2g} packets/s,"
    words += f" and {got:.2g} go out to it"
    dark = not alive and sent > 0 and not got and bool(heard.entries)
    return says(dark, words, QUALITY_NEIGHBOURS, PORT_RATES, LEARNED_MACS)


def router_leaves_elsewhere(facts: Facts) -> Answer:
    """Answer whether the home's packets to the world leave, or may leave, by no operator's line.

    A second line, a stick for mobile networks, a tunnel: where the operator's own is up, that is
    how the router is set; what such packets suffer, the operator's line does not do to them.
    """
    wan, forwarding = facts.fact(WanStatus, WAN), facts.fact(Forwarding, FORWARDING)
    routes = known(forwarding.routes) if forwarding else None
    if wan is None or routes is None:
        return cannot_tell(facts, WAN if wan is None else FORWARDING)
    lines = _lines(wan, routes)
    if not wan.up or not wan.addresses or not lines:
        return does_not_arise("the operator's line is not up, or its routes name it otherwise")
    name = facts.fact(DnsCheck, DNS_OPERATOR)
    if name is None or not name.addresses:
        return cannot_tell(facts, DNS_OPERATOR)
    target = ip_address(name.addresses[0])
    words = f"the operator's line is {' or '.join(sorted(lines))}"
    if not any((check := pings(facts, key)) is not None and check.received for key in TRIED):
        return does_not_arise(f"nothing comes back from {target}")
    home = ways(routes, home_packet(facts, routes, target))
    other = next((way for way in home if way is not None and _leaves_by_other(way, lines)), None)
    if other is None:
        return no(f"{words}; the home's packets to {target} leave by it", FORWARDING, WAN)
    sure = "leave" if len(home) == 1 else "may leave"
    words += f"; the home's packets to {target} {sure} by {' or '.join(other.devices)}"
    return yes(words, FORWARDING, WAN)


def _lines(wan: WanStatus, routes: RouterRoutes) -> frozenset[str]:
    """Give the devices of the operator's line that the routes name."""
    own = {str(ip_interface(address).ip) for address in wan.addresses}
    bear = (
        device
        for one in routes.routes
        if one.kind is RouteKind.LOCAL and one.network.partition("/")[0] in own
        for device in one.devices
    )
    named = known(wan.device)
    every = frozenset(device for one in routes.routes for device in one.devices)
    return every & {*bear, named}


def _leaves_by_other(way: RouterRoute, lines: frozenset[str]) -> bool:
    """Tell whether a way leads out, and not by the operator's line."""
    outside = way.kind is RouteKind.UNICAST and bool(way.devices)
    return outside and lines.isdisjoint(way.devices)


def ipv6_without_way(facts: Facts) -> Answer:
    """Answer whether the home was given addresses by IPv6, and its router no way out for them.

    RFC 7084, W-3 and WPD-5: the way out is what the operator's edge announces, while the prefix is
    handed out; the operator's side gets the reference by IPv6.
    """
    wan, ours = facts.fact(WanStatus, WAN), facts.fact(HttpCheck, HTTP_OPERATOR_IPV6)
    home = pings(facts, PING_FROM_HOME_IPV6)
    prefixes = known(wan.ipv6_prefixes) if wan else None
    if (
        wan is None
        or prefixes is None
        or ours is None
        or home is None
        or isinstance(wan.ipv6_gateway, Missing)
    ):
        return cannot_tell(facts, WAN, HTTP_OPERATOR_IPV6, PING_FROM_HOME_IPV6)
    if not prefixes or ours.outcome is not HttpOutcome.OK:
        return does_not_arise("the home has no prefix, or our own side no IPv6")
    words = f"the home has {', '.join(prefixes)}; {home.received} of {home.sent} came back to it"
    if home.received or wan.ipv6_gateway or not not_sent(home):
        return no(words, WAN, PING_FROM_HOME_IPV6)
    for other in (router_leaves_elsewhere(facts), wan_behind_router(facts)):
        if other.answer:  # the operator's edge announces itself to its own line
            return does_not_arise(other.because)
    return yes(f"{words}: the router has no way out by IPv6", WAN, PING_FROM_HOME_IPV6)


def device_in_tunnel(facts: Facts) -> Answer:
    """Answer whether all that a device sends past the router goes to one place that answers it.

    What it gets comes out of a tunnel then (RFC 4301, section 3.2): nobody here sees
    how well, so that it is neither told well nor to blame.
    """
    watch = facts.fact(DeviceWatch, WATCH)
    ends = known(watch.far_ends) if watch else None
    if watch is None or ends is None:
        return no_watch(facts) if watch is None else cannot_tell(facts, WATCH)
    flows = watch.flows
    words = f"{flows.past_router_answered} of {flows.past_router} of its flows past the router"
    words += f" were answered, from {ends.addresses} places; {flows.tcp_taken_up} by TCP"
    alone = flows.past_router == flows.past_router_answered > 0 and ends.addresses == 1
    return says(alone and not flows.tcp_taken_up, words, WATCH)


def router_ends_some(facts: Facts) -> Answer:
    """Answer whether a rule in the router ends or turns aside some of what the home sends out.

    Most such rules are wanted. Where something is amiss for this home alone, it is the first place
    to look in; nothing is accused by it alone.
    """
    forwarding = facts.fact(Forwarding, FORWARDING)
    drops = known(forwarding.drops) if forwarding else None
    diverts = known(forwarding.diverts) if forwarding else None
    if drops is None and diverts is None:
        return cannot_tell(facts, FORWARDING)
    found = [one.rule for one in drops or () if one.whom == HOME and one.to != ROUTER]
    found += [one.rule for one in diverts or ()]
    return says(bool(found), found[0] if found else "no rule ends any of it", FORWARDING)


WAYS: Final = (WAN, FORWARDING, DNS_OPERATOR, PING_REFERENCE, PING_FROM_HOME)

RULES_OTHER_WAYS: Final[tuple[Rule, ...]] = (
    Rule(
        id="home_sends_in_vain",
        question="Does a home send to somebody and get nothing, while others are well?",
        needs=ENCLOSE,
        ask=home_sends_in_vain,
    ),
    Rule(
        id="node_cut_off",
        question="Does nothing come through to anybody on the node, whose ports are up?",
        needs=(HTTP_OPERATOR, ROUTER_REACHED, QUALITY_ROUTER, *AT_PORTS),
        ask=node_cut_off,
    ),
    Rule(
        id="router_leaves_elsewhere",
        question="Do the home's packets leave by another way than the operator's line?",
        needs=WAYS,
        ask=router_leaves_elsewhere,
    ),
    Rule(
        id="ipv6_without_way",
        question="Has the home addresses by IPv6, and its router no way out for them?",
        needs=(*WAYS, HTTP_OPERATOR_IPV6, PING_FROM_HOME_IPV6),
        ask=ipv6_without_way,
    ),
    Rule(
        id="device_in_tunnel",
        question="Does all that the device sends go to one place that answers it?",
        needs=(WATCH,),
        ask=device_in_tunnel,
    ),
    Rule(
        id="router_ends_some",
        question="Does a rule in the router end or turn aside some of what the home sends out?",
        needs=(FORWARDING,),
        ask=router_ends_some,
    ),
)
