"""Whom a cause takes down together with the subscriber, for the verdict."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.observations import Observed
from cpe_diag.domain.verdict import GroupKind, OutageGroup
from cpe_diag.judge.keys import NODE_REACHED, SIBLINGS
from cpe_diag.judge.outages import node_group
from cpe_diag.judge.parent_case import parent_key
from cpe_diag.judge.rules_groups import company, node_id

if TYPE_CHECKING:
    from cpe_diag.judge.rule import Facts

OF_GROUPS: Final = frozenset({"splitter_outage", "card_outage", "area_power_cut", "node_outage"})
"""Causes that are never about one home."""
OF_THE_NODE: Final = "node_outage"


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


def _counted(facts: Facts) -> OutageGroup | None:
    seen = company(facts)
    observation = facts.case.evidence.get(SIBLINGS.kind, SIBLINGS.subject)
    if seen is None or seen.outage is None or not isinstance(observation, Observed):
        return None
    outage = seen.outage
    age_s = outage.since_s
    began = None if age_s is None else observation.at - timedelta(seconds=age_s)
    return OutageGroup(
        kind=outage.kind,
        name=outage.title,
        affected=len(outage.affected),
        of=outage.of,
        since_s=age_s,
        parent_key=parent_key(node_id(facts), outage.name, began, facts.limits),
    )


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
