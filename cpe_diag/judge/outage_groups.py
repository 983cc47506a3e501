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


@dataclass(slots=True)
class Child:
    """What a group consists of: a smaller group, or a port of its own."""

    name: str
    is_port: bool
    affected: list[str]
    stayed: int = 0

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


def children_of(group: str, members: Iterable[Event], fell: set[str]) -> list[Child]:
    """Sort the members of a group into the next smaller groups.

    Args:
        group: its name.
        members: all of them.
        fell: names of those that fell.

    Returns:
        The children by their names; members that are down for other reasons are counted nowhere.
    """
    found: dict[str, Child] = {}
    for member in members:
        at = member.path.index(group)
        name = member.path[at - 1] if at else f"port {member.port}"
        child = found.setdefault(name, Child(name, at == 0, []))
        if member.port in fell:
            child.affected.append(member.port)
        elif member.up:
            child.stayed += 1
    return [found[name] for name in sorted(found)]
