"""The groups of ports, what each consists of, and how much of each piece fell; pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cpe_diag.judge.bursts import Event

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Group:
    """A group by its members; `steps` is how far it is from the smallest."""

    name: str
    steps: int
    members: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class Branch:
    """What a group consists of: a smaller group, a port of its own, or `lone` homes.

    Lone homes are those that are each alone in a smaller group, or in none; `names` are then
    those that fell.
    """

    names: tuple[str, ...]
    is_port: bool
    lone: bool
    members: tuple[Event, ...]
    affected: tuple[str, ...]
    stayed: int

    @property
    def live(self) -> int:
        """Members that could fall."""
        return len(self.affected) + self.stayed

    @property
    def is_group(self) -> bool:
        """More than one home, so that its state is no chance."""
        return self.live > 1

    def is_down(self, share: float) -> bool:
        """Enough of it fell."""
        return len(self.affected) >= share * self.live


def groups_of(members: Iterable[Event]) -> tuple[Group, ...]:
    """Give all groups that ports are in, by their names."""
    held: defaultdict[str, list[Event]] = defaultdict(list)
    steps: dict[str, int] = {}
    for member in members:
        for at, name in enumerate(member.path):
            held[name].append(member)
            steps[name] = max(at, steps.get(name, 0))
    return tuple(Group(name, steps[name], tuple(held[name])) for name in sorted(held))


def branches_of(group: str, members: Iterable[Event], fell: set[str]) -> list[Branch]:
    """Sort the members of a group into the next smaller groups.

    A home that is alone in its smaller group is no sign of that group; several such homes are one
    of what they share, so that they make one branch.

    Args:
        group: its name.
        members: all of them.
        fell: names of those that fell.

    Returns:
        The branches by their names, the lone homes last; members that are down for other reasons
        are counted nowhere.
    """
    sorted_out: defaultdict[tuple[str, bool], list[Event]] = defaultdict(list)
    for member in members:
        at = member.path.index(group)
        name = member.path[at - 1] if at else f"port {member.port}"
        sorted_out[name, at == 0].append(member)
    branches = [
        _branch((name,), held, fell, is_port=is_port)
        for (name, is_port), held in sorted(sorted_out.items(), key=lambda one: one[0])
    ]
    lone = [one for one in branches if one.live == 1]
    several = [one for one in branches if one.live > 1]
    if not lone:
        return several
    return [
        *several,
        Branch(
            names=tuple(name for one in lone if one.affected for name in one.names),
            is_port=all(one.is_port for one in lone),
            lone=True,
            members=tuple(member for one in lone for member in one.members),
            affected=tuple(port for one in lone for port in one.affected),
            stayed=sum(one.stayed for one in lone),
        ),
    ]


def _branch(
    names: tuple[str, ...], members: list[Event], fell: set[str], *, is_port: bool
) -> Branch:
    return Branch(
        names=names,
        is_port=is_port,
        lone=False,
        members=tuple(members),
        affected=tuple(one.port for one in members if one.port in fell),
        stayed=sum(one.up for one in members if one.port not in fell),
    )


def part_stands(branches: Iterable[Branch], fell: set[str], share: float) -> bool:
    """Say whether a part of a group is not down, however deep within it.

    Args:
        branches: of the group.
        fell: names of those that fell.
        share: at least so much of a branch must have fallen.
    """
    return any(
        one.is_group
        and (
            not one.is_down(share)
            or (
                not one.lone
                and not one.is_port
                and part_stands(branches_of(one.names[0], one.members, fell), fell, share)
            )
        )
        for one in branches
    )
