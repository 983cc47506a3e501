"""All groups of a node that are down, as one subscriber's run has seen its ports."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from cpe_diag.domain.observations import Observed
from cpe_diag.domain.port_facts import NodeSystem
from cpe_diag.domain.sibling_facts import Siblings
from cpe_diag.domain.verdict import OutageGroup
from cpe_diag.judge.cause import Cause
from cpe_diag.judge.keys import NODE_SYSTEM, SIBLINGS
from cpe_diag.judge.outages import Outage, find_outages
from cpe_diag.judge.thresholds import limits
from cpe_diag.judge.verdict_group import cause_of, group_of

if TYPE_CHECKING:
    from cpe_diag.judge.question import CaseFile


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeOutage:
    """One of them: its ports, the group with the key of its parent case, and what its own hear."""

    outage: Outage
    group: OutageGroup
    cause: Cause


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeSeen:
    """The ports of a node at one moment, and which of them fell together."""

    node: str
    at: datetime
    siblings: Siblings
    outages: tuple[NodeOutage, ...]


def node_seen(case: CaseFile) -> NodeSeen | None:
    """Give what a run has seen of its node; the verdict was judged from the same.

    Args:
        case: of the run.

    Returns:
        The ports and the groups; None where the ports beside the subscriber's were not seen.

    Raises:
        DefinitionError: a threshold of the operator's does not exist.
    """
    seen = case.evidence.get(SIBLINGS.kind, SIBLINGS.subject)
    node = case.subscriber.node
    if node is None or not isinstance(seen, Observed) or not isinstance(seen.value, Siblings):
        return None
    siblings, bounds = seen.value, limits(case.thresholds)
    system = case.evidence.value(NodeSystem, NODE_SYSTEM.kind, NODE_SYSTEM.subject)
    up_s = system.uptime_s if system is not None and siblings.dated else None
    at = seen.at if siblings.dated else None
    return NodeSeen(
        node=node.id,
        at=seen.at,
        siblings=siblings,
        outages=tuple(
            NodeOutage(outage=one, group=group_of(one, node.id, at, bounds), cause=cause_of(one))
            for one in find_outages(siblings.ports, node.id, bounds, up_s)
        ),
    )
