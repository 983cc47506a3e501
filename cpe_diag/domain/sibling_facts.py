"""Facts about the ports beside the subscriber's: who else went down, when, and what they share."""

from __future__ import annotations

from dataclasses import dataclass

from cpe_diag.domain.missing import Maybe
from cpe_diag.domain.ont_facts import OntDownCause


@dataclass(frozen=True, slots=True, kw_only=True)
class SiblingState:
    """One port of the node: `groups` are what it shares, smallest first: `pon 0/3/1`, `card 0/3`.

    A port is what one subscriber hangs on: an interface, an ONT or a cable modem. `changed_ago_s`
    is how long ago its state last changed, in seconds, by the node's own clock. `down_cause` is
    why it went down last, where the node tells; `dying_gasp` for a DSL modem's loss of power too.
    """

    port: str
    admin_up: bool
    up: bool
    changed_ago_s: Maybe[float]
    down_cause: Maybe[OntDownCause]
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Siblings:
    """Fact `siblings`: the subscriber's port and others of the same node, at one moment.

    `own` is the operator's name of the subscriber's port, which is among `ports` where the node
    told its state. `in_service` is how many ports the inventory knows of the node in service;
    fewer may have been asked. `dated` False: the node tells moments but not its clock, so that
    ages count from the latest change among the ports, and only their differences mean something.
    """

    own: str
    ports: tuple[SiblingState, ...]
    in_service: int
    dated: bool
