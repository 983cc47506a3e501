"""Rules about whom the subscriber went down with: a branch, a card, the node, a street."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.port_facts import NodeSystem
from cpe_diag.domain.sibling_facts import Siblings, SiblingState
from cpe_diag.domain.verdict import GroupKind
from cpe_diag.judge.keys import NODE_SYSTEM, SIBLINGS
from cpe_diag.judge.outages import Outage, find_outages, includes, node_group
from cpe_diag.judge.rule import Answer, Rule, cannot_tell, does_not_arise, no, says, span, yes

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpe_diag.judge.rule import Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """Whom the subscriber's port stands beside.

    `outage` is the one that it is part of, or None. `nearest` are the others of the smallest
    group in which the node told any; empty where no topology is known. `dark_group` is the
    smallest group with as many others as make an outage, all of them down; None: there is none.
    """

    own: SiblingState
    outage: Outage | None
    nearest: tuple[SiblingState, ...]
    nearest_group: str
    all_seen: bool
    dated: bool
    dark_group: str | None


def company(facts: Facts) -> Company | None:
    """Give what `look_around` finds; most rules here ask for it."""
    return facts.once(look_around)


def look_around(facts: Facts) -> Company | None:
    """Look at the subscriber's port among its siblings.

    Args:
        facts: of the case.

    Returns:
        What they tell; None where nobody asked, or the port's own state did not come.
    """
    siblings = facts.fact(Siblings, SIBLINGS)
    if siblings is None:
        return None
    own = next((one for one in siblings.ports if one.port == siblings.own), None)
    if own is None:
        return None
    node = node_id(facts)
    system = facts.fact(NodeSystem, NODE_SYSTEM) if siblings.dated else None
    up_s = system.uptime_s if system else None
    outages = find_outages(siblings.ports, node, facts.limits, up_s)
    group, nearest = _nearest(own, siblings)
    return Company(
        own=own,
        outage=next((one for one in outages if includes(one, own, node, facts.limits)), None),
        nearest=nearest,
        nearest_group=group,
        all_seen=len(siblings.ports) >= siblings.in_service,
        dated=siblings.dated,
        dark_group=_dark_group(own, siblings, node, facts.limits["outage_least"]),
    )


def node_id(facts: Facts) -> str:
    """Name the subscriber's node."""
    node = facts.subscriber.node
    return node.id if node else "unnamed"


def group_down(facts: Facts) -> Answer:
    """Answer whether ports that share something went down together with this one."""
    seen = company(facts)
    if seen is None:
        return cannot_tell(facts, SIBLINGS)
    if seen.outage is not None:
        return yes(_words(seen.outage, dated=seen.dated), SIBLINGS)
    if seen.own.up or not seen.own.admin_up:
        state = "up" if seen.own.up else "switched off"
        return no(f"the port itself is {state}, whatever the ports beside it do", SIBLINGS)
    stayed = sum(one.up for one in seen.nearest)
    few = 0 < len(seen.nearest) < facts.limits["outage_least"] - 1
    if not (stayed or few or seen.all_seen):
        return cannot_tell(facts, SIBLINGS)
    if seen.dark_group is not None:
        words = f"nobody of {seen.dark_group} is up, but not since one moment"
        return does_not_arise(words)
    where = seen.nearest_group or node_group(node_id(facts))
    words = f"{stayed} of {len(seen.nearest)} others of {where} are up"
    return no(words, SIBLINGS)


def _fell(kind: GroupKind) -> Callable[[Facts], Answer]:
    def ask(facts: Facts) -> Answer:
        seen = company(facts)
        if seen is None:
            return cannot_tell(facts, SIBLINGS)
        outage = seen.outage
        if outage is None:
            return facts.once(group_down)
        fell = outage.kind is kind and not outage.power
        return says(fell, _words(outage, dated=seen.dated), SIBLINGS)

    return ask


def area_power_lost(facts: Facts) -> Answer:
    """Answer whether they all said goodbye at one moment because their power went."""
    seen = company(facts)
    if seen is None:
        return cannot_tell(facts, SIBLINGS)
    if seen.outage is None:
        return facts.once(group_down)
    power = seen.outage.power
    words = _words(seen.outage, dated=seen.dated) + (
        ", all by loss of power (dying gasp)" if power else ""
    )
    return says(power, words, SIBLINGS)


def _nearest(own: SiblingState, siblings: Siblings) -> tuple[str, tuple[SiblingState, ...]]:
    """Give the smallest group in which others were seen; old outages among them count too."""
    others = [one for one in siblings.ports if one.port != own.port and one.admin_up]
    for group in own.groups:
        near = tuple(one for one in others if group in one.groups)
        if near:
            return group, near
    return "", tuple(others) if len(siblings.ports) >= siblings.in_service else ()


def _dark_group(own: SiblingState, siblings: Siblings, node: str, least: float) -> str | None:
    others = [one for one in siblings.ports if one.port != own.port and one.admin_up]
    for group in own.groups:
        members = [one for one in others if group in one.groups]
        if len(members) >= least and not any(one.up for one in members):
            return group
    all_seen = len(siblings.ports) >= siblings.in_service
    dark = all_seen and len(others) >= least and not any(one.up for one in others)
    return node_group(node) if dark else None


def _words(outage: Outage, *, dated: bool) -> str:
    since_s = outage.since_s if dated else None
    ago = "" if since_s is None else f" {span(since_s)} ago"
    counted = f"{len(outage.affected)} of {outage.of} ports of {outage.title}"
    return f"{counted} went down together{ago}"


RULES_GROUPS: Final[tuple[Rule, ...]] = (
    Rule(
        id="group_down",
        question="Did five or more ports that share something go down with this one?",
        needs=(SIBLINGS,),
        ask=group_down,
    ),
    Rule(
        id="area_power_lost",
        question="Did they all lose their power at one moment?",
        needs=(SIBLINGS,),
        ask=area_power_lost,
    ),
    Rule(
        id="branch_fell",
        question="Did a splitter, a PON or another branch fall as a whole?",
        needs=(SIBLINGS,),
        ask=_fell(GroupKind.BRANCH),
    ),
    Rule(
        id="card_fell",
        question="Did a card of the node fall?",
        needs=(SIBLINGS,),
        ask=_fell(GroupKind.CARD),
    ),
    Rule(
        id="node_fell",
        question="Did several cards, or all ports of the node, fall?",
        needs=(SIBLINGS,),
        ask=_fell(GroupKind.NODE),
    ),
)
