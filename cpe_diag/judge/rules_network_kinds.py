"""Rules that tell what is amiss in the operator's network, where it is known that something is."""

from __future__ import annotations

from typing import Final

from cpe_diag.domain.evidence import FactKey
from cpe_diag.domain.lan_facts import LanRouters
from cpe_diag.domain.load_facts import PathQuality
from cpe_diag.domain.missing import known
from cpe_diag.domain.path_facts import (
    DnsCheck,
    DnsOutcome,
    HttpCheck,
    HttpOutcome,
    PingCheck,
)
from cpe_diag.domain.router_facts import LanStatus, WanStatus
from cpe_diag.domain.site_facts import NameTruth
from cpe_diag.judge.keys import (
    CONNECTS_PLATFORM,
    CONNECTS_REFERENCE,
    CONNECTS_WORLD,
    DNS_AGAIN,
    DNS_OPERATOR,
    DNS_OPERATOR_IPV6,
    FORWARDING,
    HTTP_OPERATOR,
    HTTP_OPERATOR_IPV6,
    HTTP_PLATFORM,
    HTTP_PLATFORM_ELSEWHERE,
    HTTP_PLATFORM_ROUTER,
    HTTP_ROUTER,
    HTTP_ROUTER_IPV6,
    LAN,
    LAN_ROUTERS,
    NODE_REACHED,
    PING_FROM_HOME,
    PING_FROM_HOME_IPV6,
    PING_REFERENCE,
    PING_REFERENCE_IPV6,
    QUALITY_GATEWAY,
    QUALITY_NEIGHBOURS,
    QUALITY_REFERENCE,
    ROUTER_REACHED,
    TRUTH_PLATFORM,
    TRUTH_REFERENCE,
    WAN,
    WORLD,
    WORLD_OURS,
)
from cpe_diag.judge.rule import Answer, Facts, Rule, cannot_tell, does_not_arise, no, says
from cpe_diag.judge.rules_enclosed import site_lost_here
from cpe_diag.judge.rules_ipv6 import ipv6_unreachable
from cpe_diag.judge.rules_led_away import pages_are_anothers
from cpe_diag.judge.rules_names import is_bogon
from cpe_diag.judge.rules_other_ways import router_leaves_elsewhere
from cpe_diag.judge.rules_paths import operator_reference_fails
from cpe_diag.judge.rules_wan_settings import wan_behind_router
from cpe_diag.judge.rules_world import world_slow

SERVER_ERROR: Final = 500
LEAST_LOST: Final = 3
LEAST_HOMES: Final = 2
LOST_SHARE: Final = 0.2
"""Of connections, where no ping of a hundred is lost: no chance."""
STEADY: Final = 0.25
"""A queue's delay varies by more than a quarter of what it adds."""
AGAIN_PREFIX: Final = DNS_AGAIN.subject.removesuffix("*")
NOBODY: Final = frozenset(
    {HttpOutcome.REFUSED, HttpOutcome.UNREACHABLE, HttpOutcome.CONNECT_TIMEOUT}
)
NO_WAY: Final = "unreachable"
"""What ping(8) says where the kernel knows no way (ENETUNREACH)."""


def pages_from_cache(facts: Facts) -> Answer:
    """Answer whether what answers for every place says that it reaches none (5xx).

    Who wants to show a page of his own gives it with another status.
    """
    told = facts.once(pages_are_anothers)
    if not told.answer:
        return told
    statuses = {
        page.status
        for subject in facts.case.evidence.subjects(WORLD.kind, WORLD.subject.removesuffix("*"))
        if (page := facts.fact(HttpCheck, FactKey(WORLD.kind, subject))) is not None
    }
    failed = any(status and status >= SERVER_ERROR for status in statuses)
    return says(failed, told.because, *told.rests_on)


def begun_lost_beyond(facts: Facts) -> Answer:
    """Answer whether new connections are lost beyond the edge, and packets are not.

    A line that is full or bad loses pings as well as what begins a connection.
    """
    told = facts.once(world_slow)
    if not told.answer:
        return told
    seen = facts.fact(PathQuality, QUALITY_REFERENCE)
    if seen is None:
        return cannot_tell(facts, QUALITY_REFERENCE)
    prefix = CONNECTS_WORLD.subject.removesuffix("*")
    rows = [
        row
        for subject in facts.case.evidence.subjects(CONNECTS_WORLD.kind, prefix)
        if (row := facts.fact(PathQuality, FactKey(CONNECTS_WORLD.kind, subject))) is not None
    ]
    sent, came = sum(row.sent for row in rows), sum(row.received for row in rows)
    words = f"{sent - came} of {sent} connections and {seen.sent - seen.received} pings lost"
    lost = sent - came >= max(LEAST_LOST, LOST_SHARE * sent)
    return says(lost and seen.received == seen.sent, words, CONNECTS_WORLD, QUALITY_REFERENCE)


def world_far(facts: Facts) -> Answer:
    """Answer whether everything beyond the edge takes longer, always as long, and nothing is lost.

    A queue comes and goes; a detour is there all the time.
    """
    far, near = (
        facts.fact(PathQuality, QUALITY_REFERENCE),
        facts.fact(PathQuality, QUALITY_GATEWAY),
    )
    if far is None or near is None:
        return cannot_tell(facts, QUALITY_REFERENCE if far is None else QUALITY_GATEWAY)
    least, late = known(far.rtt_min_s), known(far.rtt_p95_s)
    edge = known(near.rtt_median_s)
    if least is None or late is None or edge is None:
        return no("no ping came back", QUALITY_REFERENCE)
    words = f"between {least * 1e3:.0f} and {late * 1e3:.0f} ms, {edge * 1e3:.0f} ms to the edge"
    steady = far.received == far.sent and late - least <= least * STEADY
    return says(
        steady and least - edge >= facts.limits["core_delay_s"],
        words,
        QUALITY_REFERENCE,
        QUALITY_GATEWAY,
    )


def resolver_blocks_site(facts: Facts) -> Answer:
    """Answer whether our resolver leads a site's visitors to a machine that is not the site's."""
    return _led(facts, refused=True)


def resolver_keeps_old(facts: Facts) -> Answer:
    """Answer whether our resolver has an address of the site at which nobody is any more."""
    return _led(facts, refused=False)


def _led(facts: Facts, *, refused: bool) -> Answer:
    """Answer by what is at the address that our resolver says, and at the site's own.

    Elsewhere the site is found by other resolvers, so that its name is as it should be.
    """
    truth = facts.fact(NameTruth, TRUTH_PLATFORM)
    if truth is None:
        return cannot_tell(facts, TRUTH_PLATFORM)
    if not truth.told or set(truth.told) & set(truth.known):
        return no(f"{truth.server} says {', '.join(truth.told)}, as others do", TRUTH_PLATFORM)
    other = facts.fact(NameTruth, TRUTH_REFERENCE)
    if other is not None and other.told and not set(other.told) & set(other.known):
        return no(f"{other.server} lies of {other.name} as well", TRUTH_REFERENCE)
    if any(map(is_bogon, truth.told)):
        words = f"{truth.server} says {', '.join(truth.told)}, where no site has ever been"
        return no(words, TRUTH_PLATFORM)
    there, true = known(truth.told_tls), known(truth.known_tls)
    outside = facts.fact(HttpCheck, HTTP_PLATFORM_ELSEWHERE)
    if there is None or true is None or outside is None:
        unknown = there is None or true is None
        return cannot_tell(facts, TRUTH_PLATFORM if unknown else HTTP_PLATFORM_ELSEWHERE)
    words = (
        f"{truth.server} says {', '.join(truth.told)} ({there}), it is at"
        f" {', '.join(truth.known)} ({true}); elsewhere {outside.outcome}"
    )
    good = true is HttpOutcome.OK and outside.outcome is HttpOutcome.OK
    somebody = there is HttpOutcome.REFUSED or there not in NOBODY
    fails = there is not HttpOutcome.OK and there is not HttpOutcome.HTTP_ERROR
    return says(
        good and fails and somebody is refused, words, TRUTH_PLATFORM, HTTP_PLATFORM_ELSEWHERE
    )


def resolver_mute_on_aaaa(facts: Facts) -> Answer:
    """Answer whether our resolver answers for addresses by IPv4, and not for those by IPv6."""
    six, four = facts.fact(DnsCheck, DNS_OPERATOR_IPV6), facts.fact(DnsCheck, DNS_OPERATOR)
    if six is None or four is None:
        return cannot_tell(facts, DNS_OPERATOR_IPV6 if six is None else DNS_OPERATOR)
    words = f"{six.server} for {six.name}: A {four.outcome}, AAAA {six.outcome}"
    if six.outcome is not DnsOutcome.TIMEOUT or four.outcome is not DnsOutcome.ANSWERED:
        return no(words, DNS_OPERATOR_IPV6, DNS_OPERATOR)
    again = [
        one
        for subject in facts.case.evidence.subjects(DNS_AGAIN.kind, AGAIN_PREFIX)
        if (one := facts.fact(DnsCheck, FactKey(DNS_AGAIN.kind, subject))) is not None
    ]
    well = [one for one in again if one.outcome is DnsOutcome.ANSWERED]
    if not again:
        return cannot_tell(facts, DNS_AGAIN)
    words += f", {len(well)} of {len(again)} further questions for A answered"
    return says(len(well) == len(again), words, DNS_OPERATOR_IPV6, DNS_OPERATOR, DNS_AGAIN)


def edge_not_announced(facts: Facts) -> Answer:
    """Answer whether the home was given a prefix by IPv6 and its router knows no way out.

    RFC 7084, W-3: without an announcement of the edge there is no default route. One that hangs
    on another router, or on another line, does not hear the edge.
    """
    wan, ping = facts.fact(WanStatus, WAN), facts.fact(PingCheck, PING_FROM_HOME_IPV6)
    given = known(wan.ipv6_handed_out) if wan else None
    if wan is None or given is None:
        return cannot_tell(facts, WAN)
    if not given or wan.ipv6_gateway is not None:
        return no("it was given none, or knows a way out", WAN)
    if ping is None:
        return cannot_tell(facts, PING_FROM_HOME_IPV6)
    words = f"{', '.join(given)} was handed out, no default route; {ping.note or ping.received}"
    for other in (router_leaves_elsewhere(facts), wan_behind_router(facts)):
        if other.answer:
            return does_not_arise(other.because)
    return says(NO_WAY in ping.note, words, WAN, PING_FROM_HOME_IPV6)


def edge_not_found(facts: Facts) -> Answer:
    """Answer whether the router knows its edge by IPv6 and cannot find its hardware address.

    The kernel says so itself once nobody answers its question (RFC 4861, 7.2.2): at once, where a
    way that is broken further on is silent, or is told from there.
    """
    told = facts.once(ipv6_unreachable)
    if not told.answer:
        return told
    wan, page = facts.fact(WanStatus, WAN), facts.fact(HttpCheck, HTTP_ROUTER_IPV6)
    if wan is None or page is None:
        return cannot_tell(facts, WAN if wan is None else HTTP_ROUTER_IPV6)
    gateway = known(wan.ipv6_gateway)
    words = f"its edge by IPv6 is {gateway}; a page: {page.outcome}"
    sure = gateway is not None and page.outcome is HttpOutcome.UNREACHABLE
    return says(sure, words, WAN, HTTP_ROUTER_IPV6)


def site_way_full(facts: Facts) -> Answer:
    """Answer whether the site comes late or in part from both our sides, and soon elsewhere."""
    told = facts.once(site_lost_here)
    if not told.answer:
        return told
    pages = [facts.fact(HttpCheck, key) for key in (HTTP_PLATFORM, HTTP_PLATFORM_ROUTER)]
    came = any(page is not None and page.status is not None for page in pages)
    return says(came, told.because, *told.rests_on)


def plain_page_held(facts: Facts) -> Answer:
    """Answer whether somebody on the home's way answers in the site's name, without TLS alone.

    By TLS the site gives the home its page; each plain try is refused with a word (4xx), which our
    own side does not get.
    """
    secure, ours = (
        facts.fact(HttpCheck, HTTP_PLATFORM_ROUTER),
        facts.fact(HttpCheck, HTTP_PLATFORM),
    )
    if secure is None or ours is None:
        return cannot_tell(facts, HTTP_PLATFORM if ours is None else HTTP_PLATFORM_ROUTER)
    good = all(one.outcome is HttpOutcome.OK for one in (secure, ours))
    if not good or not secure.url.startswith("https:"):
        return no(f"router>platform: {secure.outcome}, ours: {ours.outcome}", HTTP_PLATFORM_ROUTER)
    host = secure.url.partition("://")[2].partition("/")[0]
    prefix = WORLD.subject.replace("*", f"{host}/")
    tries = [
        one
        for subject in facts.case.evidence.subjects(WORLD.kind, prefix)
        if (one := facts.fact(HttpCheck, FactKey(WORLD.kind, subject))) is not None
    ]
    ours_key = FactKey(WORLD_OURS.kind, WORLD_OURS.subject.replace("*", host))
    plain = facts.fact(HttpCheck, ours_key)
    if not tries or plain is None:
        return cannot_tell(facts, WORLD if not tries else ours_key)
    held = [one for one in tries if one.outcome is HttpOutcome.HTTP_ERROR]
    words = (
        f"{len(held)} of {len(tries)} plain pages refused, by TLS it serves; ours {plain.outcome}"
    )
    sure = len(held) == len(tries) >= LEAST_HOMES and plain.outcome is HttpOutcome.OK
    return says(sure, words, WORLD, ours_key, HTTP_PLATFORM_ROUTER)


def uplink_silent(facts: Facts) -> Answer:
    """Answer whether the node answers, and no home behind it does, though their ports are up.

    The way to the node may be another one than that to the homes: where our own side gets no page
    either, it is our own that may be broken.
    """
    answers = facts.reachable(ROUTER_REACHED)
    if answers is None:
        return cannot_tell(facts, ROUTER_REACHED)
    if answers:
        return no("the home answers", ROUTER_REACHED)
    prefix = QUALITY_NEIGHBOURS.subject.removesuffix("*")
    rows = [
        row
        for subject in facts.case.evidence.subjects(QUALITY_NEIGHBOURS.kind, prefix)
        if (row := facts.fact(PathQuality, FactKey(QUALITY_NEIGHBOURS.kind, subject))) is not None
    ]
    if facts.reachable(NODE_REACHED) is None or len(rows) < LEAST_HOMES:
        return cannot_tell(facts, NODE_REACHED, QUALITY_NEIGHBOURS)
    came = sum(row.received for row in rows)
    words = f"the node answers; from {len(rows)} homes behind it came {came}"
    silent = bool(facts.reachable(NODE_REACHED)) and not came
    ours = operator_reference_fails(facts)
    if silent and ours.answer is None:
        return ours
    if silent and ours.answer:
        return does_not_arise(ours.because)
    return says(
        silent,
        f"{words} of {sum(row.sent for row in rows)} answers",
        NODE_REACHED,
        ROUTER_REACHED,
        QUALITY_NEIGHBOURS,
    )


def lan_frames_return(facts: Facts) -> Answer:
    """Answer whether frames to all go round in the home: hundreds a second of no known device.

    What goes round are questions (ARP, DHCP: small); who streams to all fills its frames.
    """
    heard, lan = facts.fact(LanRouters, LAN_ROUTERS), facts.fact(LanStatus, LAN)
    if heard is None or lan is None:
        return cannot_tell(facts, LAN_ROUTERS if heard is None else LAN)
    loudest = known(heard.loudest)
    if loudest is None or loudest.over_s <= 0:
        return no("nobody sends to all of the home", LAN_ROUTERS)
    devices = {
        *(lease.mac.lower() for lease in known(lan.leases) or ()),
        *((known(one.mac) or "").lower() for one in known(lan.neighbours) or ()),
    }
    a_second = loudest.frames / loudest.over_s
    octets = loudest.octets / max(1, loudest.frames)
    words = f"{a_second:.0f} frames a second to all, of {loudest.mac}, {octets:.0f} octets each"
    around = a_second >= facts.limits["lan_loop_frames"] and loudest.mac.lower() not in devices
    around = around and octets <= facts.limits["lan_loop_octets"]
    return says(around, words, LAN_ROUTERS, LAN)


def site_way_ends(facts: Facts) -> Answer:
    """Answer whether a router on the way to the site says that there is none, and elsewhere is."""
    ours = facts.fact(HttpCheck, HTTP_PLATFORM)
    if ours is None:
        return cannot_tell(facts, HTTP_PLATFORM)
    if ours.outcome is not HttpOutcome.UNREACHABLE:
        return no(f"from here: {ours.outcome}", HTTP_PLATFORM)
    outside = facts.fact(HttpCheck, HTTP_PLATFORM_ELSEWHERE)
    home = facts.fact(HttpCheck, HTTP_PLATFORM_ROUTER)
    truth = facts.fact(NameTruth, TRUTH_PLATFORM)
    if outside is None or truth is None:
        return cannot_tell(facts, HTTP_PLATFORM_ELSEWHERE if outside is None else TRUTH_PLATFORM)
    both = home is None or home.outcome is HttpOutcome.UNREACHABLE
    right = bool(set(truth.told) & set(truth.known))
    words = f"from here: {ours.outcome}; elsewhere: {outside.outcome}"
    good = both and right and outside.outcome is HttpOutcome.OK
    return says(good, words, HTTP_PLATFORM, HTTP_PLATFORM_ELSEWHERE, TRUTH_PLATFORM)


RULES_NETWORK_KINDS: Final[tuple[Rule, ...]] = (
    Rule(
        id="pages_from_cache",
        question="Does what answers for every place say that it reaches none?",
        needs=(WORLD, WORLD_OURS),
        ask=pages_from_cache,
    ),
    Rule(
        id="begun_lost_beyond",
        question="Are new connections lost beyond the edge, and pings not?",
        needs=(CONNECTS_WORLD, WORLD, WORLD_OURS, QUALITY_REFERENCE, QUALITY_GATEWAY),
        ask=begun_lost_beyond,
    ),
    Rule(
        id="world_far",
        question="Does everything beyond the edge take longer, always as long?",
        needs=(QUALITY_REFERENCE, QUALITY_GATEWAY),
        ask=world_far,
    ),
    Rule(
        id="resolver_blocks_site",
        question="Does our resolver lead to a machine that is not the site's?",
        needs=(TRUTH_PLATFORM, TRUTH_REFERENCE, HTTP_PLATFORM_ELSEWHERE),
        ask=resolver_blocks_site,
    ),
    Rule(
        id="resolver_keeps_old",
        question="Does our resolver lead to where the site is no more?",
        needs=(TRUTH_PLATFORM, TRUTH_REFERENCE, HTTP_PLATFORM_ELSEWHERE),
        ask=resolver_keeps_old,
    ),
    Rule(
        id="resolver_mute_on_aaaa",
        question="Does our resolver say nothing to questions for IPv6?",
        needs=(DNS_OPERATOR_IPV6, DNS_OPERATOR, DNS_AGAIN),
        ask=resolver_mute_on_aaaa,
    ),
    Rule(
        id="edge_not_announced",
        question="Has the router a prefix by IPv6, and no way out?",
        needs=(WAN, FORWARDING, DNS_OPERATOR, PING_REFERENCE, PING_FROM_HOME, PING_FROM_HOME_IPV6),
        ask=edge_not_announced,
    ),
    Rule(
        id="edge_not_found",
        question="Does nobody answer the router for its edge by IPv6?",
        needs=(WAN, HTTP_ROUTER_IPV6, PING_REFERENCE_IPV6, HTTP_OPERATOR_IPV6),
        ask=edge_not_found,
    ),
    Rule(
        id="site_way_full",
        question="Does the site come late to both our sides, and soon elsewhere?",
        needs=(
            *(HTTP_PLATFORM, HTTP_PLATFORM_ELSEWHERE, HTTP_PLATFORM_ROUTER, TRUTH_PLATFORM),
            *(HTTP_OPERATOR, HTTP_ROUTER, CONNECTS_PLATFORM, CONNECTS_REFERENCE),
        ),
        ask=site_way_full,
    ),
    Rule(
        id="plain_page_held",
        question="Does somebody answer the home in the site's name, without TLS alone?",
        needs=(HTTP_PLATFORM, HTTP_PLATFORM_ROUTER, WORLD, WORLD_OURS),
        ask=plain_page_held,
    ),
    Rule(
        id="uplink_silent",
        question="Does no home behind a node answer that answers itself?",
        needs=(NODE_REACHED, ROUTER_REACHED, QUALITY_NEIGHBOURS, HTTP_OPERATOR),
        ask=uplink_silent,
    ),
    Rule(
        id="lan_frames_return",
        question="Do frames to all go round in the home?",
        needs=(LAN_ROUTERS, LAN),
        ask=lan_frames_return,
    ),
    Rule(
        id="site_way_ends",
        question="Does the way to the site end within our network?",
        needs=(
            *(HTTP_PLATFORM, HTTP_PLATFORM_ELSEWHERE, HTTP_PLATFORM_ROUTER, TRUTH_PLATFORM),
            HTTP_OPERATOR,
        ),
        ask=site_way_ends,
    ),
)
