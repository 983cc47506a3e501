"""What a sweep of access nodes brings: every port's state, and the groups that fell together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cpe_diag.domain.failures import Failure
from cpe_diag.domain.verdict import Destination, OutageGroup


class PortMark(StrEnum):
    """How one port stands."""

    UP = "up"
    AFFECTED = "affected"
    """Down, and part of an outage."""
    DOWN = "down"
    """Down by itself: one home, or an old fault."""
    SHUT = "shut"
    """Switched off by the operator."""
    NOT_TOLD = "not_told"
    """The inventory knows it; the node tells no state of it, or its name leads nowhere."""
    IDLE = "idle"
    """The inventory says that nobody is served there."""
    UNKNOWN = "unknown"
    """The node has it, and the inventory does not; nobody's home, as far as is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SweptPort:
    """One port of a node. `groups` are what it shares, smallest first; `subscriber` or null.

    `up` is what the node says, null where it tells nothing. `changed_ago_s` is how long ago that
    changed, null where the node does not tell.
    """

    port: str
    subscriber: str | None
    groups: tuple[str, ...]
    mark: PortMark
    up: bool | None
    changed_ago_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SweptOutage:
    """One group that is down: the one parent case, and everybody whom it stands for.

    `cause` and `title` are those of a single subscriber's verdict in this outage.
    """

    group: OutageGroup
    cause: str
    title: str
    destination: Destination
    next_action: str
    tell_customer: str
    ports: tuple[str, ...]
    subscribers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SweptNode:
    """One node of a sweep. `failure` says why it could not be read; then the rest is empty.

    `uplinks` are the ports that the inventory names so; `requests` is what the node was asked,
    `rows` how many objects it told; `took_s` in seconds.
    """

    node: str
    failure: Failure | None
    ports: tuple[SweptPort, ...]
    uplinks: tuple[SweptPort, ...]
    outages: tuple[SweptOutage, ...]
    requests: int
    rows: int
    took_s: float

    def count(self, *marks: PortMark) -> int:
        """Count the ports that have one of these marks."""
        return sum(port.mark in marks for port in self.ports)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """All nodes that were swept together, in the order in which they were named."""

    started_at: datetime
    took_s: float
    nodes: tuple[SweptNode, ...]

    @property
    def outages(self) -> tuple[tuple[SweptNode, SweptOutage], ...]:
        """Every outage with its node, the largest first."""
        found = [(node, outage) for node in self.nodes for outage in node.outages]
        return tuple(sorted(found, key=lambda one: (-len(one[1].ports), one[0].node)))

    @property
    def unread(self) -> tuple[SweptNode, ...]:
        """Nodes that could not be read."""
        return tuple(node for node in self.nodes if node.failure is not None)
