"""From the states of ports to the groups that fell together; pure, and blind to their order.

A group is what ports share: a splitter, a PON, a card, the node. Its members that fell within one
window are its *affected*; members that are up have *stayed*; what went down at another time (empty
homes, old faults) and what the operator has shut is neither, and counts nowhere.

   What went down days ago, or when the node itself started, is old; see 3.

1. By topology: a group is down when enough of its members are affected and few have stayed. Of
   several groups that explain the same affected ports the smallest is named; a larger one only
   where it explains more: several PONs make a card, several cards a node. A larger group of which
   a part stands, however deep, is named with the parts that fell. Homes that are each alone in
   their PON are judged together, for one of them says nothing of its PON.
2. Without topology, or across it: `bursts` finds more falls at one moment than chance gives.
3. Members without a time may have been dark for ever: they count, together with those that fell
   at one moment, only where nearly all of their group is dark. Old falls at one moment count only
   where nobody of the group is up: a dead branch stays an outage, seasonal homes never become one.

Members whose last word was a dying gasp, all at one moment, have lost their power: that is a power
cut in the street, not a fibre. Dying gasps spread over minutes are people who switch off.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.missing import known
from cpe_diag.domain.ont_facts import OntDownCause
from cpe_diag.domain.verdict import GroupKind
from cpe_diag.judge.bursts import Event, Limits, burst, densest
from cpe_diag.judge.outage_groups import Group, branches_of, groups_of, part_stands

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from cpe_diag.domain.sibling_facts import SiblingState

CARD_WORDS: Final = ("card ", "unit ")
"""How a driver begins the name of a group that is a piece of the node: a card, a stacked unit."""


MOST_PARTS: Final = 4
"""Parts of a group that are named; their number tells the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """Ports that fell together.

    `name` is the smallest group that holds all of them; `whole` tells whether all of it fell,
    else `parts` are the groups within it that did (empty: no topology tells them). `affected` are
    names of ports, sorted; `of` is how many of the group could have fallen, they included.
    `since_s` is how long ago the first of them fell, None where no port has a time. `power`: they
    said goodbye because their power went.
    """

    kind: GroupKind
    name: str
    whole: bool
    parts: tuple[str, ...]
    affected: tuple[str, ...]
    of: int
    since_s: float | None
    power: bool

    @property
    def title(self) -> str:
        """The group in words: `pon 0/3/1`, or the parts of `card 0/3` that fell."""
        if self.whole:
            return self.name
        if not self.parts:
            return f"{self.name} (a part of it)"
        named = ", ".join(self.parts[:MOST_PARTS])
        more = len(self.parts) - MOST_PARTS
        return f"{named}{f' and {more} more' if more > 0 else ''} of {self.name}"


@dataclass(frozen=True, slots=True)
class _Fall:
    """Members that may have fallen together, and how much of a group they must be.

    `dark`: not all of their times are a sign; that the group is dark is.
    """

    fell: tuple[Event, ...]
    share: float
    power: bool
    dark: bool = False


def find_outages(
    ports: Iterable[SiblingState],
    node: str,
    limits: Mapping[str, float],
    node_up_s: float | None = None,
) -> tuple[Outage, ...]:
    """Find the groups of one node that are down.

    Args:
        ports: customers' ports, each once; what nobody lives behind is left out by the caller.
        node: the node's id; all its ports are a group too.
        limits: thresholds by id.
        node_up_s: the node's uptime, by the clock that the ages are told by; None: not known.

    Returns:
        Outages that share no port, the largest first.
    """
    bounds = Limits.of(limits)
    everything = tuple(
        sorted(
            (_event(port, node, limits, node_up_s) for port in ports if port.admin_up),
            key=lambda one: one.port,
        )
    )
    groups = groups_of(everything)
    left = {one.port for one in everything if not one.up}
    found: list[Outage] = []
    while outage := _largest(groups, left, bounds):
        found.append(outage)
        left.difference_update(outage.affected)
    while outage := _scattered(everything, left, bounds):
        found.append(outage)
        left.difference_update(outage.affected)
    return tuple(sorted(found, key=lambda one: (-len(one.affected), one.name)))


def includes(outage: Outage, port: SiblingState, node: str, limits: Mapping[str, float]) -> bool:
    """Tell whether a port fell with an outage.

    Args:
        outage: of the same node.
        port: any port of it.
        node: the node's id.
        limits: thresholds by id.

    Returns:
        True where it is among the affected, or hangs on a group that fell whole and went down
        with it, or at a time that nobody knows.
    """
    if port.port in outage.affected:
        return True
    if port.up or not port.admin_up or outage.name not in _path(port, node):
        return False
    within = outage.whole or any(part in port.groups for part in outage.parts)
    age_s = known(port.changed_ago_s)
    if age_s is None or outage.since_s is None:
        return within
    return within and abs(age_s - outage.since_s) <= limits["neighbours_together_s"]


def node_group(node: str) -> str:
    """Name the group of all ports of a node."""
    return f"node {node}"


def _path(port: SiblingState, node: str) -> tuple[str, ...]:
    return (*port.groups, node_group(node))


def _event(
    port: SiblingState, node: str, limits: Mapping[str, float], node_up_s: float | None
) -> Event:
    age_s = known(port.changed_ago_s)
    old = age_s is not None and age_s > limits["outage_oldest_s"]
    at_start = (
        age_s is not None
        and node_up_s is not None
        and abs(node_up_s - age_s) <= limits["outage_node_start_s"]
    )
    return Event(
        port=port.port,
        up=port.up,
        age_s=age_s,
        gasp=known(port.down_cause) is OntDownCause.DYING_GASP,
        path=_path(port, node),
        stale=old or at_start,
    )


def _largest(groups: Iterable[Group], left: set[str], bounds: Limits) -> Outage | None:
    """Give the outage that explains most; of those that explain the same, the smallest group."""
    found: list[tuple[tuple[int, int, int, str], Outage]] = []
    for group in groups:
        down = [one for one in group.members if one.port in left]
        for fall in (*_falls(down, bounds), *_darkness(group, down, bounds)):
            outage = _judged(group, fall, bounds)
            if outage is not None:
                place = (-len(outage.affected), len(group.members), group.steps, group.name)
                found.append((place, outage))
    return min(found, key=lambda one: one[0])[1] if found else None


def _falls(down: Sequence[Event], bounds: Limits) -> Iterable[_Fall]:
    """Give what fell together: by loss of power at one moment, and for other reasons."""
    fresh = [one for one in down if one.age_s is not None and not one.stale]
    gasps_at_once = densest([one for one in fresh if one.gasp], bounds.moment_s)
    if gasps_at_once:
        ages = [one.age for one in gasps_at_once]
        fell = [
            one
            for one in fresh
            if max(ages) - bounds.moment_s <= one.age <= min(ages) + bounds.moment_s
        ]
        if len(gasps_at_once) >= bounds.share * len(fell):
            yield _Fall(tuple(fell), bounds.share, power=True)
    others = densest([one for one in fresh if not one.gasp], bounds.window_s)
    yield _Fall(tuple(others), bounds.share, power=False)


def _darkness(group: Group, down: Sequence[Event], bounds: Limits) -> Iterable[_Fall]:
    """Give what may have fallen together if hardly anybody of the group is up."""
    untold = [one for one in down if one.age_s is None]
    for stale in (False, True):
        at_once = densest([one for one in down if one.stale is stale], bounds.window_s)
        if (not at_once or _outlived(group, at_once)) if stale else not untold:
            continue
        fell = (*at_once, *untold)
        power = sum(one.gasp for one in fell) >= bounds.share * len(fell)
        yield _Fall(fell, 1.0 if stale else bounds.undated_share, power=power, dark=True)


def _outlived(group: Group, fell: Sequence[Event]) -> bool:
    """Somebody of the group was up for longer, and went down later."""
    latest = min(one.age for one in fell)
    return any(not one.up and one.age < latest for one in group.members)


def _judged(group: Group, fall: _Fall, bounds: Limits) -> Outage | None:
    """Say whether a group is down with those that fell, as a whole or in parts."""
    if len(fall.fell) < bounds.least:
        return None
    ports = {one.port for one in fall.fell}
    branches = branches_of(group.name, group.members, ports)
    hits = [one for one in branches if one.affected and one.is_down(fall.share)]
    parts = [one for one in hits if one.lone or len(one.affected) > 1]
    live = sum(one.live for one in branches)
    of_node = group.name == group.members[0].path[-1]
    if fall.dark and of_node and not all(one.is_port for one in branches):
        # A node is more than one card; homes without a time are no sign of one.
        parts = [one for one in parts if not one.lone]
        hits = parts if len(parts) >= _SEVERAL else []
    affected = [port for one in hits for port in one.affected]
    enough = len(affected) >= max(bounds.least, fall.share * live)
    if enough and not part_stands(branches, ports, fall.share):
        return _outage(group, affected, live, fall)
    affected = [port for one in parts for port in one.affected]
    if len(parts) < _SEVERAL or len(affected) < bounds.least:
        return None
    live = sum(one.live for one in parts)
    return _outage(group, affected, live, fall, tuple(name for one in parts for name in one.names))


_SEVERAL: Final = 2


def _outage(
    group: Group,
    affected: Sequence[str],
    live: int,
    fall: _Fall,
    parts: tuple[str, ...] = (),
) -> Outage:
    ports = set(affected)
    ages = [one.age_s for one in fall.fell if one.port in ports and one.age_s is not None]
    return Outage(
        kind=_kind(group.name, group.members[0]),
        name=group.name,
        whole=not parts,
        parts=parts,
        affected=tuple(sorted(affected)),
        of=live,
        # One that is dated among others that are not tells of itself only.
        since_s=max(ages) if len(ages) > 1 else None,
        power=fall.power,
    )


def _kind(name: str, member: Event) -> GroupKind:
    if name == member.path[-1]:
        return GroupKind.NODE
    return GroupKind.CARD if name.startswith(CARD_WORDS) else GroupKind.BRANCH


def _scattered(everything: Sequence[Event], left: set[str], bounds: Limits) -> Outage | None:
    """Find ports that fell at one moment though no group of theirs is down."""
    found = burst(everything, left, bounds)
    if found is None:
        return None
    kind = _kind(found.group, found.fell[0])
    return Outage(
        # A few ports of a card are less than a card.
        kind=GroupKind.NODE if kind is GroupKind.NODE else GroupKind.BRANCH,
        name=found.group,
        whole=False,
        parts=(),
        affected=tuple(sorted(one.port for one in found.fell)),
        of=found.live,
        since_s=max(one.age for one in found.fell),
        power=found.power,
    )
