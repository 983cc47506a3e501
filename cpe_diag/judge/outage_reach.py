"""Which ports an outage takes, so that the next ticket of one of them is known to belong to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpe_diag.domain.incident import Reach
from cpe_diag.domain.sibling_facts import Siblings
from cpe_diag.domain.verdict import GroupKind
from cpe_diag.judge.keys import SIBLINGS
from cpe_diag.judge.outages import node_group
from cpe_diag.judge.rule import Facts
from cpe_diag.judge.rules_groups import company, node_id
from cpe_diag.judge.thresholds import limits

if TYPE_CHECKING:
    from datetime import datetime

    from cpe_diag.domain.verdict import Verdict
    from cpe_diag.judge.question import CaseFile


def reach_of(case: CaseFile, verdict: Verdict, at: datetime) -> Reach | None:
    """Give the ports that the outage of a verdict takes.

    Args:
        case: what was seen.
        verdict: what was concluded of it.
        at: when, in UTC.

    Returns:
        What fell, and the ports that were looked at; all of a node that does not answer at all;
        None where the verdict names no group.

    Raises:
        DefinitionError: a threshold of the operator's does not exist.
    """
    if verdict.group is None:
        return None
    facts = Facts(case=case, limits=limits(case.thresholds))
    node = node_id(facts)
    seen, siblings = company(facts), facts.fact(Siblings, SIBLINGS)
    if seen is not None and siblings is not None and seen.outage is not None:
        outage = seen.outage
        return Reach(
            node=node,
            group=outage.name,
            whole=outage.whole,
            parts=outage.parts,
            down=tuple(sorted({*outage.affected, seen.own.port})),
            up=tuple(sorted(one.port for one in siblings.ports if one.up)),
            at=at,
        )
    if verdict.group.kind is not GroupKind.NODE:
        return None
    return Reach(node=node, group=node_group(node), whole=True, parts=(), down=(), up=(), at=at)


def own_port_up(case: CaseFile) -> bool:
    """Tell whether the subscriber's own port was seen to be up among those beside it."""
    siblings = case.evidence.value(Siblings, SIBLINGS.kind, SIBLINGS.subject)
    return siblings is not None and any(
        one.up for one in siblings.ports if one.port == siblings.own
    )
