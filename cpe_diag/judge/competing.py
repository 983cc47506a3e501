"""The causes compete for the evidence: which leads, which stand beside it, which are rivals.

Where nothing works at all, what ends that comes first: switched-off Wi-Fi beside a router without
an address is not the answer to "no internet". The most believed one takes the unusual findings
that it explains. Another cause stands beside it (`also`) only where it still reaches the floor
without them, where the complaint, which the first accounts for, speaks no more against it. Where
neither stands without the other's findings and both are about as much
believed, nobody can say which it is: undetermined, with both as candidates. The same holds where
nothing works and no named cause says why: a platform that is down as well does not keep the
customer from everything.

A cause that leads is as sure as its share among all that would explain the same findings: beside
a rival that is believed 0.75, not even a cause that is believed 0.95 by itself is that sure.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from cpe_diag.judge.cause import ONE_DEVICE, WIFI_TROUBLE, Cause
from cpe_diag.judge.causes import CAUSES
from cpe_diag.judge.healthy import not_proven_good
from cpe_diag.judge.weighing import Board, Weighed, weigh

if TYPE_CHECKING:
    from collections.abc import Sequence

FLOOR: Final = 0.6
"""A verdict names a cause, and another stands beside it, from this belief on."""
MARGIN: Final = 0.2
"""Two explanations of the same findings that are nearer than this cannot be told apart."""
SIDE_AT_MOST: Final = 0.65
"""How sure a side can be that is told because no cause is: below what ends the measuring."""
MENTION: Final = 0.15
"""Causes believed less are not worth a word among the candidates."""
OUTAGE: Final = frozenset(
    {
        "port_down",
        "line_out_of_sync",
        "router_unreachable",
        "wan_down",
        "gateway_unreachable",
        "internet_unreachable",
        "router_dns_fails",
        "forwarding_off",
        "forwarding_blocked",
        "nat_missing",
        "router_drops_port",
        "router_no_route",
        "router_sends_astray",
        "router_translates_wrongly",
        "router_names_lie",
        "lan_switched_off",
        "lan_wrong_gateway",
        "lan_pool_elsewhere",
    }
)
"""Where one of these holds, nothing works, whatever else is wrong in the home."""
ABOUT_THE_HOME: Final = frozenset({WIFI_TROUBLE, ONE_DEVICE})
"""Complaints that an outage does not answer first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighing:
    """The outcome: `lead` None means that no cause stands, or that `rivals` cannot be told apart.

    `share` is how sure the lead is beside what else would explain the same findings, 0 without a
    lead. `also` stand beside the lead on evidence of their own; `weighed` are all causes, most
    believed first.
    """

    lead: Weighed | None
    share: float
    also: tuple[Weighed, ...]
    rivals: tuple[Weighed, ...]
    weighed: tuple[Weighed, ...]


def weigh_all(on: Board, causes: Sequence[Cause] = CAUSES) -> tuple[Weighed, ...]:
    """Weigh all causes: most believed first, bystanders after the others, then by their order."""
    weighed = [weigh(cause, on) for cause in causes]
    return tuple(sorted(weighed, key=lambda one: (one.cause.bystander, -one.belief)))


def conclude(on: Board, causes: Sequence[Cause] = CAUSES) -> Weighing:
    """Let the causes compete for the findings.

    Args:
        on: what is known.
        causes: those that can be.

    Returns:
        Which cause leads, which stand beside it, or which cannot be told apart.
    """
    known = weigh_all(on, [cause for cause in causes if not cause.last_resort])
    outcome = _of_known(on, known)
    if outcome.lead is not None:
        return outcome
    if not not_proven_good(on):
        return outcome  # all that matters to the complaint is good
    sides = weigh_all(on, [cause for cause in causes if cause.last_resort])
    return _of_sides(on, outcome, sides)


def _of_sides(on: Board, outcome: Weighing, sides: tuple[Weighed, ...]) -> Weighing:
    """Say whose fault it is where nobody can say what it is, if one side alone is believed.

    Causes that cannot be told apart speak against it only where they lie on another side.
    """
    if not sides or sides[0].belief < FLOOR:
        return outcome
    lead, *others = sides
    if outage_left(on, frozenset(lead.cause.explains)):
        return outcome
    against = (
        _odds(one.belief)
        for one in (*others, *outcome.rivals)
        if one.cause.domain is not lead.cause.domain and one.belief >= MENTION
    )
    held = _odds(lead.belief)
    share = min(held / (1.0 + held + sum(against)), SIDE_AT_MOST)
    if share < FLOOR:
        return outcome
    return Weighing(lead=lead, share=share, also=(), rivals=(), weighed=(lead, *outcome.weighed))


def _of_known(on: Board, weighed: tuple[Weighed, ...]) -> Weighing:
    """Let the causes compete that say what it is."""
    standing = [one for one in weighed if one.belief >= FLOOR]
    standing.sort(key=lambda one: not _ends_an_outage(one.cause, on))
    if not standing:
        return Weighing(lead=None, share=0.0, also=(), rivals=(), weighed=weighed)
    lead = _behind(_deepest(standing, on), standing)
    also: list[Weighed] = []
    rivals: list[Weighed] = []
    taken = frozenset(lead.cause.explains)
    for other in weighed:
        if other is lead or not (other.belief and other.supported_by):
            continue  # impossible, or nothing speaks for it whatever the complaint is
        alone = weigh(other.cause, replace(on, complaint_told=True))
        if alone.belief < FLOOR:
            continue
        beside = weigh(other.cause, replace(on, taken=taken, complaint_told=True))
        if beside.belief >= FLOOR:
            also.append(beside)
            taken |= frozenset(other.cause.explains)
        elif other not in standing:
            continue
        elif not _stands_beside(lead, other, on) and lead.belief - other.belief < MARGIN:
            rivals.append(other)
    likely = [one for one in weighed if one.belief >= MENTION]
    unexplained = outage_left(on, taken)
    if unexplained:
        why = tuple(one for one in likely if unexplained.intersection(one.cause.explains))
        return Weighing(lead=None, share=0.0, also=(), rivals=(*why, lead), weighed=weighed)
    share = _share(lead, likely, on)
    if rivals or share < FLOOR:
        near = rivals or [one for one in standing if one is not lead]
        return Weighing(lead=None, share=0.0, also=(), rivals=(lead, *near), weighed=weighed)
    return Weighing(lead=lead, share=share, also=tuple(also), rivals=(), weighed=weighed)


def _share(lead: Weighed, likely: list[Weighed], on: Board) -> float:
    """Give the lead's share among itself, what neither stands without, and "something else"."""
    rivals = (
        _odds(one.belief)
        for one in likely
        if one is not lead
        and not _stands_beside(lead, one, on)
        and weigh(one.cause, replace(on, taken=frozenset(lead.cause.explains))).belief < FLOOR
    )
    held = _odds(lead.belief)
    return held / (1.0 + held + sum(rivals))


def _odds(belief: float) -> float:
    return belief / (1.0 - belief)


def _stands_beside(one: Weighed, other: Weighed, on: Board) -> bool:
    """Tell whether `one` still stands when `other` has taken what it explains."""
    taken = on.taken | frozenset(other.cause.explains)
    return weigh(one.cause, replace(on, taken=taken)).belief >= FLOOR


def _ends_an_outage(cause: Cause, on: Board) -> bool:
    """Tell whether a cause is why nothing works, which comes before what works badly."""
    if on.symptom in ABOUT_THE_HOME:
        return False
    return any(on.answers.get(finding) for finding in OUTAGE.intersection(cause.explains))


def outage_left(on: Board, taken: frozenset[str]) -> frozenset[str]:
    """Give what is why nothing works and no named cause explains; what works badly can wait."""
    if on.symptom in ABOUT_THE_HOME:
        return frozenset()
    left = OUTAGE - taken - on.explained
    return frozenset(finding for finding in left if on.answers.get(finding))


def _behind(lead: Weighed, standing: list[Weighed]) -> Weighed:
    """Go from a cause to one that stands too and brings such things about."""
    return next((one for one in standing if lead.cause.id in one.cause.brings), lead)


def _deepest(standing: list[Weighed], on: Board) -> Weighed:
    """Go from the most believed cause to one that explains it and stands without it."""
    lead = standing[0]
    for other in standing[1:]:
        near = lead.belief - other.belief < MARGIN and other.cause.bystander is False
        if near and not _stands_beside(lead, other, on) and _stands_beside(other, lead, on):
            lead = other
    return lead
