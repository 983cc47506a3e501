"""Facts about the ports beside the subscriber's: who else went down, when, and what they share."""

from __future__ import annotations

from dataclasses import dataclass

from cpe_diag.domain.missing import Maybe


@dataclass(frozen=True, slots=True, kw_only=True)
class SiblingState:
    """One port of the node: `groups` are what it shares with others, for example `card 0/3`.

    `changed_at_s` is when its state last changed, on the node's own clock: only differences mean
    something. `down_cause` is the node's own word for why it is down.
    """

    port: str
    admin_up: bool
    up: bool
    changed_at_s: Maybe[float]
    down_cause: Maybe[str]
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Siblings:
    """Fact `siblings`: the subscriber's port and others of the same node, at one moment.

    `own` is the operator's name of the subscriber's port, which is among `ports`.
    `in_service` is how many ports the inventory knows of the node; fewer may have been asked.
    """

    own: str
    ports: tuple[SiblingState, ...]
    in_service: int
