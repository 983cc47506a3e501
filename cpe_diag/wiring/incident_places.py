"""What a verdict says that others must have met too, and where: which incident it belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.incident import IncidentKind
from cpe_diag.domain.path_facts import DnsCheck
from cpe_diag.domain.verdict import GroupKind, OutageGroup
from cpe_diag.judge.keys import DNS_DIRECT, DNS_OPERATOR

if TYPE_CHECKING:
    from datetime import datetime

    from cpe_diag.domain.verdict import Verdict
    from cpe_diag.judge.question import CaseFile

POWER: Final = "area_power_cut"
"""Of branches and cards of one node it is one area; a whole node without power is the node's."""

OF_AREA: Final = frozenset(
    {
        *("core_loss", "core_delay", "uplink_congested", "route_beyond_edge"),
        *("core_congested", "uplink_flapping"),
        *("pppoe_no_server", "dhcp_no_offer", "dhcp_pool_exhausted"),
    }
)
"""Causes beyond the line of one home that all homes of its access node share."""

OF_RESOLVER: Final = frozenset({"dns_resolver", "dns_resolver_slow", "dns_resolver_lies"})

_KINDS: Final = {
    GroupKind.BRANCH: IncidentKind.BRANCH,
    GroupKind.CARD: IncidentKind.CARD,
    GroupKind.NODE: IncidentKind.NODE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What fails for more than one home. `group` is what alarms name it by."""

    kind: IncidentKind
    place: str
    group: OutageGroup


def shared_by(case: CaseFile, verdict: Verdict, at: datetime) -> Shared | None:
    """Give what a verdict says that others share.

    Args:
        case: what was seen.
        verdict: what was concluded.
        at: when, in UTC.

    Returns:
        The part of the network; None where the cause is one home's own, or nobody knows where
        the others would be.
    """
    node = case.subscriber.node
    if verdict.cause in OF_RESOLVER:
        server = _resolver(case)
        return None if server is None else _wider(IncidentKind.RESOLVER, server, server, at)
    if node is None:
        return None
    whole = verdict.group is not None and verdict.group.kind is GroupKind.NODE
    if verdict.cause in OF_AREA or (verdict.cause == POWER and not whole):
        place = f"{node.id}/{verdict.cause}"
        return _wider(IncidentKind.AREA, place, f"area of {node.id}", at)
    if verdict.group is None:
        return None
    place = verdict.group.parent_key.rpartition("/")[0]
    return Shared(kind=_KINDS[verdict.group.kind], place=place, group=verdict.group)


def _wider(kind: IncidentKind, place: str, name: str, at: datetime) -> Shared:
    """Give what is wider than a part of a node; nobody has counted who is behind it."""
    group = OutageGroup(
        kind=GroupKind.NODE,
        name=name,
        affected=None,
        of=None,
        since_s=None,
        parent_key=f"{place}/{at:%Y%m%dT%H0000Z}",
    )
    return Shared(kind=kind, place=place, group=group)


def _resolver(case: CaseFile) -> str | None:
    """Give the name server that was asked: from our side, else from the router."""
    for key in (DNS_OPERATOR, DNS_DIRECT):
        asked = case.evidence.value(DnsCheck, key.kind, key.subject)
        if asked is not None:
            return asked.server
    return None
