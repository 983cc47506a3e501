"""Rules about places of the world that have nothing to do with each other, seen from two sides.

What one place does to everybody is its own matter; what several places suffer alike lies on what
the ways to them have in common. From here and from the router that is the operator's own way to
the world, from the router alone it is what lies between the router and there.
"""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey
from cpe_diag.domain.load_facts import PathQuality
from cpe_diag.domain.missing import Missing, known
from cpe_diag.domain.path_facts import DnsCheck, HttpCheck, HttpOutcome
from cpe_diag.domain.way_out_facts import Forwarding
from cpe_diag.judge.keys import (
    CONNECTS_WORLD,
    DNS_DIRECT,
    DNS_OPERATOR,
    FORWARDING,
    PING_GATEWAY,
    PING_REFERENCE,
    QUALITY_GATEWAY,
    QUALITY_REFERENCE,
    SYSTEM,
    WORLD,
    WORLD_OURS,
)
from cpe_diag.judge.rule import Answer, Rule, cannot_tell, does_not_arise, no, says, yes
from cpe_diag.judge.rules_flow_shares import pings_lost
from cpe_diag.judge.rules_load import PAIR, gateway_loss, latency_high, lossy
from cpe_diag.judge.rules_paths import SERVER_SPOKE, pings
from cpe_diag.judge.rules_router import conntrack_full
from cpe_diag.judge.rules_router_drops import router_drops_web
from cpe_diag.judge.ways import ms

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cpe_diag.judge.rule import Facts

UNANSWERED: Final = frozenset(
    {HttpOutcome.CONNECT_TIMEOUT, HttpOutcome.UNREACHABLE, HttpOutcome.REFUSED}
)
"""No connection comes about; where our side's do, whoever refuses them is not the place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One place: our connections and page, the router's page by name, its tries by address."""

    host: str
    ours: PathQuality | None
    our_page: HttpCheck | None
    page: HttpCheck | None
    tries: tuple[HttpCheck, ...]

    def vain(self, late_s: float) -> int:
        """Count the router's tries that nobody answered, or not before they were sent again."""
        return sum(
            one.outcome in UNANSWERED or (known(one.connected_s) or 0.0) >= late_s
            for one in self.tries
        )

    def unanswered(self) -> int:
        """Count the router's tries that nobody answered, however often they were sent."""
        return sum(one.outcome in UNANSWERED for one in self.tries)

    @property
    def handshake_s(self) -> float | None:
        """How long the router's connections take, in the middle; None: nobody tells."""
        took = [took for one in self.tries if (took := known(one.connected_s)) is not None]
        return statistics.median(took) if took else None


def places(facts: Facts) -> tuple[Place, ...]:
    """Give the places that were tried from anywhere, the operator's reference first."""
    return facts.once(_places)


def _places(facts: Facts) -> tuple[Place, ...]:
    evidence = facts.case.evidence
    theirs = evidence.subjects(WORLD.kind, WORLD.subject[:-1])
    ours = evidence.subjects(CONNECTS_WORLD.kind, CONNECTS_WORLD.subject[:-1])
    hosts = dict.fromkeys(one.partition("/")[2].partition("/")[0] for one in (*theirs, *ours))
    return tuple(_place(facts, host, theirs) for host in hosts)


def _place(facts: Facts, host: str, subjects: Iterable[str]) -> Place:
    own = f"{WORLD.subject[:-1]}{host}"
    tries = (
        facts.fact(HttpCheck, FactKey(WORLD.kind, one))
        for one in subjects
        if one.startswith(f"{own}/")
    )
    ours = f"{CONNECTS_WORLD.subject[:-1]}{host}"
    return Place(
        host=host,
        ours=facts.fact(PathQuality, FactKey(CONNECTS_WORLD.kind, ours)),
        our_page=facts.fact(HttpCheck, FactKey(WORLD_OURS.kind, ours)),
        page=facts.fact(HttpCheck, FactKey(WORLD.kind, own)),
        tries=tuple(one for one in tries if one is not None),
    )


def router_connects_in_vain(facts: Facts) -> Answer:
    """Answer whether new connections of the router's own are lost, and ours and its pings not.

    By IPv4, to several places that answer us every time. Excluded are the router's own rules and
    its table, and the loss of whatever packets. Whoever has no port or no way for a connection has
    none when it is sent again, either (RFC 9293, section 3.8.1: from the same port): where all
    come about in the end, a packet was lost somewhere, and nothing says where.
    """
    tried = [one for one in places(facts) if one.tries]
    if not tried:
        return cannot_tell(facts, WORLD)
    well = [one for one in tried if one.ours is not None and not one.ours.lost]
    if len(well) < PAIR:
        unknown = all(one.ours is None for one in tried)
        words = "fewer than two places answer our own side every time"
        return cannot_tell(facts, CONNECTS_WORLD) if unknown else does_not_arise(words)
    late_s = facts.limits["connect_late_s"]
    vain = {one.host: one.vain(late_s) for one in well}
    lost, sent = sum(vain.values()), sum(len(one.tries) for one in well)
    words = (
        f"{lost} of {sent} new connections of the router to {len(well)} places were not answered;"
        " from the operator's side all were"
    )
    if not lossy(facts, lost, sent):
        return no(words, WORLD, CONNECTS_WORLD)
    if sum(bool(one) for one in vain.values()) < PAIR:
        return no(f"{words}: it is one place alone", WORLD, CONNECTS_WORLD)
    if sum(one.unanswered() for one in well) < PAIR:
        return does_not_arise(f"{words} at once, and nearly all when they were sent again")
    return _not_by_the_router(facts, words, lost, sent)


def _not_by_the_router(facts: Facts, words: str, lost: int, sent: int) -> Answer:
    ping = pings(facts, PING_REFERENCE)
    drops, full = router_drops_web(facts), conntrack_full(facts)
    if ping is None or drops.answer is None or full.answer is None:
        held = ((PING_REFERENCE, ping), (FORWARDING, drops.answer), (SYSTEM, full.answer))
        return cannot_tell(facts, *(key for key, told in held if told is None))
    away, of = pings_lost(facts, ping)
    if away * sent > facts.limits["flows_pings_share"] * lost * of:
        return does_not_arise(f"{words}; {away} of {of} pings are lost as well")
    for own in (drops, full):
        if own.answer:
            return does_not_arise(f"{words}; {own.because}")
    told = f"{words}; {of - away} of {of} of its pings came back, {drops.because}, {full.because}"
    return yes(told, WORLD, CONNECTS_WORLD, PING_REFERENCE, *drops.rests_on, *full.rests_on)


def world_slow(facts: Facts) -> Answer:
    """Answer whether places that have nothing in common are slow or lossy from both sides.

    Several must be so beyond chance, and none may be well: one that is shows that the way to the
    world is. The operator's own reference may be nearer, and counts where it suffers too. Where so
    few of our connections came about that none could be counted, the first one tells. Where the
    line to the operator's edge is bad itself, nothing is said of what lies behind it.
    """
    own = facts.fact(DnsCheck, DNS_OPERATOR)
    told = [
        one
        for one in places(facts)
        if one.tries
        and (one.ours or one.our_page)
        and (own is None or one.host != own.name or _bad_from_both(facts, one))
    ]
    if len(told) < PAIR:
        return cannot_tell(facts, WORLD, CONNECTS_WORLD)
    bad = [one for one in told if _bad_from_both(facts, one)]
    words = f"{len(bad)} of {len(told)} places are slow or lose connections from both sides"
    if bad:
        words += f": {_words(bad[0])}"
    if len(bad) < PAIR or any(_well_from_both(facts, one) for one in told):
        return no(words, WORLD, CONNECTS_WORLD)
    line = (gateway_loss(facts), latency_high(facts))
    if any(one.answer is None for one in line):
        return cannot_tell(facts, PING_GATEWAY)
    for one in line:
        if one.answer:
            return does_not_arise(f"{words}; {one.because}")
    return yes(f"{words}; {line[0].because}", WORLD, CONNECTS_WORLD, *line[0].rests_on)


def _bad_from_both(facts: Facts, place: Place) -> bool:
    most_s, vain = facts.limits["world_handshake_s"], place.vain(facts.limits["connect_late_s"])
    ours, took_s = place.ours, place.handshake_s
    if ours is None:
        here, came = _first_late(facts, place), place.our_page is not None
    else:
        our_s = known(ours.rtt_median_s)
        here = lossy(facts, ours.lost, ours.sent) or (our_s is not None and our_s > most_s)
        came = bool(ours.received)
    there = lossy(facts, vain, len(place.tries)) or (took_s is not None and took_s > most_s)
    return here and there and (came or vain < len(place.tries))


def _well_from_both(facts: Facts, place: Place) -> bool:
    """Tell whether nothing at all was lost or late, at neither side."""
    most_s, ours = facts.limits["world_handshake_s"], place.ours
    lost = _first_late(facts, place) if ours is None else bool(ours.lost)
    our_s = None if ours is None else known(ours.rtt_median_s)
    slow = any(took_s is not None and took_s > most_s for took_s in (our_s, place.handshake_s))
    return not (lost or slow or place.vain(facts.limits["connect_late_s"]))


def _first_late(facts: Facts, place: Place) -> bool:
    """Tell whether our first connection came about, and not before it was asked for again."""
    first_s = None if place.our_page is None else known(place.our_page.connected_s)
    return first_s is not None and first_s >= facts.limits["connect_late_s"]


def _words(place: Place) -> str:
    ours, took_s = place.ours, place.handshake_s
    middle = None if ours is None else known(ours.rtt_median_s)
    here = "" if ours is None else f"{ours.lost} of {ours.sent} lost from here"
    here += "" if middle is None else f", {ms(middle)} until accepted"
    return f"{place.host}, {here}" + ("" if took_s is None else f", {ms(took_s)} from the router")


def world_out_of_reach(facts: Facts) -> Answer:
    """Answer whether nothing of the world answers either side, and what is the operator's does.

    That the operator's edge or its name server answers the router shows that the line is well.
    """
    told = [one for one in places(facts) if one.tries and one.our_page is not None]
    if len(told) < PAIR:
        return cannot_tell(facts, WORLD, WORLD_OURS)
    late_s = facts.limits["connect_late_s"]
    gone = [one for one in told if one.our_page and one.our_page.outcome in UNANSWERED]
    lost = [one for one in told if one.vain(late_s) == len(one.tries)]
    words = (
        f"of {len(told)} places {len(gone)} give our own side no answer, {len(lost)} the router"
    )
    if len(gone) < len(told) or len(lost) < len(told):
        return no(words, WORLD, WORLD_OURS)
    edge, names = pings(facts, PING_GATEWAY), facts.fact(DnsCheck, DNS_DIRECT)
    if names is not None and names.outcome in SERVER_SPOKE:
        words += f"; {names.server} answers the router"
        return yes(words, WORLD, WORLD_OURS, DNS_DIRECT)
    if edge is None:
        return cannot_tell(facts, PING_GATEWAY)
    told_of = f"{words}; the edge answered {edge.received} of {edge.sent} pings of the router"
    return says(bool(edge.received), told_of, WORLD, WORLD_OURS, PING_GATEWAY)


def router_keeps_few_ports(facts: Facts) -> Answer:
    """Answer whether the router translates to few ports, and its new connections are lost.

    Where an address is shared each home has some hundred ports; the few of one rule are taken
    before the others are asked for.
    """
    forwarding, vain = facts.fact(Forwarding, FORWARDING), router_connects_in_vain(facts)
    if forwarding is None or isinstance(forwarding.fewest_ports, Missing):
        return cannot_tell(facts, FORWARDING)
    few, least = forwarding.fewest_ports, facts.limits["nat_ports_least"]
    if few is None or few >= least:
        return no(f"its translation leaves {few or 'all'} ports", FORWARDING)
    words = f"a rule of its translation leaves {few} ports"
    if vain.answer is None:
        return vain
    return says(vain.answer, f"{words}; {vain.because}", FORWARDING, *vain.rests_on)


RULES_WORLD: Final[tuple[Rule, ...]] = (
    Rule(
        id="router_connects_in_vain",
        question="Are new connections of the router's own lost, and ours and its pings not?",
        needs=(
            *(WORLD, CONNECTS_WORLD, PING_REFERENCE, QUALITY_REFERENCE),
            *(FORWARDING, SYSTEM),
        ),
        ask=router_connects_in_vain,
    ),
    Rule(
        id="router_keeps_few_ports",
        question="Does the router translate to few ports, and lose new connections?",
        needs=(
            *(WORLD, CONNECTS_WORLD, PING_REFERENCE, QUALITY_REFERENCE),
            *(FORWARDING, SYSTEM),
        ),
        ask=router_keeps_few_ports,
    ),
    Rule(
        id="world_slow",
        question="Are places that have nothing in common slow or lossy from both sides?",
        needs=(
            *(WORLD, CONNECTS_WORLD, WORLD_OURS, DNS_OPERATOR, PING_GATEWAY, QUALITY_GATEWAY),
            QUALITY_REFERENCE,
        ),
        ask=world_slow,
    ),
    Rule(
        id="world_out_of_reach",
        question="Does nothing of the world answer either side, while the operator's own does?",
        needs=(WORLD, WORLD_OURS, PING_GATEWAY, DNS_DIRECT),
        ask=world_out_of_reach,
    ),
)
