"""Whom a cause takes down together with the subscriber, for the verdict."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.observations import Observed
from cpe_diag.domain.verdict import GroupKind, OutageGroup
from cpe_diag.judge.causes import CAUSES
from cpe_diag.judge.keys import NODE_REACHED, SIBLINGS
from cpe_diag.judge.outages import node_group
from cpe_diag.judge.parent_case import parent_key
from cpe_diag.judge.rules_groups import company, node_id

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from cpe_diag.judge.cause import Cause
    from cpe_diag.judge.outages import Outage
    from cpe_diag.judge.rule import Facts

POWER_CUT: Final = "area_power_cut"
OF_THE_NODE: Final = "node_outage"
BY_KIND: Final[Mapping[GroupKind, str]] = {
    GroupKind.BRANCH: "splitter_outage",
    GroupKind.CARD: "card_outage",
    GroupKind.NODE: OF_THE_NODE,
}
OF_GROUPS: Final = frozenset({POWER_CUT, *BY_KIND.values()})
"""Causes that are never about one home."""


def verdict_group(cause: str, facts: Facts) -> OutageGroup | None:
    """Give the group that goes with a verdict.

    Args:
        cause: what the verdict names.
        facts: of the case.

    Returns:
        Whom the subscriber is out with, and the key of their common case; None: alone, or nobody
        can tell.
    """
    if cause not in OF_GROUPS:
        return None
    group = _counted(facts)
    if group is None and cause == OF_THE_NODE and facts.reachable(NODE_REACHED) is False:
        return _dark_node(facts)
    return group


def cause_of(outage: Outage) -> Cause:
    """Give the cause that a subscriber of an outage is told.

    Args:
        outage: ports that fell together.

    Returns:
        The cause of its kind; that of a power cut where they lost their power.
    """
    wanted = POWER_CUT if outage.power else BY_KIND[outage.kind]
    return next(cause for cause in CAUSES if cause.id == wanted)


def group_of(
    outage: Outage, node: str, at: datetime | None, limits: Mapping[str, float]
) -> OutageGroup:
    """Give an outage as a group with the key of its parent case.

    Args:
        outage: ports that fell together.
        node: the node's id.
        at: when the ports were looked at; None: their ages do not count from then.
        limits: thresholds by id.

    Returns:
        The group.
    """
    age_s = None if at is None else outage.since_s
    began = None if age_s is None or at is None else at - timedelta(seconds=age_s)
    return OutageGroup(
        kind=outage.kind,
        name=outage.title,
        affected=len(outage.affected),
        of=outage.of,
        since_s=age_s,
        parent_key=parent_key(node, outage.name, began, limits),
    )


def _counted(facts: Facts) -> OutageGroup | None:
    seen = company(facts)
    observation = facts.case.evidence.get(SIBLINGS.kind, SIBLINGS.subject)
    if seen is None or seen.outage is None or not isinstance(observation, Observed):
        return None
    at = observation.at if seen.dated else None
    return group_of(seen.outage, node_id(facts), at, facts.limits)


def _dark_node(facts: Facts) -> OutageGroup:
    """Give the group of a node that does not answer at all: nobody can count its ports."""
    node = node_id(facts)
    name = node_group(node)
    return OutageGroup(
        kind=GroupKind.NODE,
        name=name,
        affected=None,
        of=None,
        since_s=None,
        parent_key=parent_key(node, name, None, facts.limits),
    )
