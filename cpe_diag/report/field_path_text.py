"""One line for every fact of a laptop on site about what is beyond its wire."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.path_facts import ALLOW_PING, DnsOutcome
from cpe_diag.report.phrases import listed

if TYPE_CHECKING:
    from cpe_diag.domain.field_path_facts import (
        FieldNames,
        FieldPage,
        FieldTrace,
        NobodysAnswer,
        Trace,
    )
    from cpe_diag.domain.field_size_facts import FieldSize
    from cpe_diag.domain.missing import Maybe
    from cpe_diag.domain.path_facts import DnsCheck


def field_trace(fact: FieldTrace) -> str:
    """Say how far the target is by each kind, and by way of whom."""
    kinds = (("UDP", fact.udp), ("TCP", fact.tcp), ("ICMP", fact.icmp))
    return f"to {fact.target}: {'; '.join(f'{name} {_way(way)}' for name, way in kinds)}"


def _way(way: Maybe[Trace]) -> str:
    if isinstance(way, Missing):
        allow = f" (allow it: {ALLOW_PING})" if way.why is FailureKind.MISSING_PRIVILEGE else ""
        return f"not tried, {way.why.replace('_', ' ')}{allow}"
    hops = " ".join(hop.address or "*" for hop in way.hops) or "nobody"
    if way.reached:
        return f"arrives by {hops}"
    if way.refused_by is not None:
        return f"refused by {way.refused_by} ({hops})"
    return f"ends behind {hops}"


def field_size(fact: FieldSize) -> str:
    """Say which packets come to the target and back, and who says that he takes no larger ones."""
    parts = [f"to {fact.target}: {_sizes(fact)}"]
    if fact.told_bytes is not None:
        parts.append(f"{fact.told_by} says that it takes {fact.told_bytes}")
    return ", ".join(parts)


def _sizes(fact: FieldSize) -> str:
    if fact.largest_bytes is None:
        return f"no packet of {fact.lost_bytes} bytes or more comes back"
    if fact.lost_bytes is None:
        return f"packets of {fact.largest_bytes} bytes come back, more was not tried"
    return f"packets of {fact.largest_bytes} bytes come back, those of {fact.lost_bytes} do not"


def field_names(fact: FieldNames) -> str:
    """Say who answers what."""
    nonsense = f"{_told(fact.operator_nonsense)} and {_told(fact.outside_nonsense)}"
    parts = [
        f"operator: {_told(fact.operator)}",
        f"another: {_told(fact.outside)}",
        f"a name that does not exist: {nonsense}",
    ]
    if not isinstance(fact.nobodys, Missing):
        parts.append(nobodys(fact.nobodys))
    return "; ".join(parts)


def _told(answer: Maybe[DnsCheck]) -> str:
    if isinstance(answer, Missing):
        return "not asked"
    if answer.outcome is DnsOutcome.ANSWERED:
        return listed(list(answer.addresses))
    return answer.outcome.value.replace("_", " ")


def nobodys(answer: NobodysAnswer) -> str:
    """Say whether somebody answers in nobody's name, and who."""
    if not answer.answered:
        return f"{answer.server} does not answer, as it should"
    hop = "" if answer.hop is None else f" at hop {answer.hop}"
    says = f", and calls itself {answer.says}" if answer.says else ""
    return f"somebody{hop} answers in the name of {answer.server}{says}"


def field_page(fact: FieldPage) -> str:
    """Say what came in the place of the page."""
    parts = [f"{fact.url} at {fact.server}: {fact.status or fact.outcome.replace('_', ' ')}"]
    if fact.location:
        parts.append(f"sends us to {fact.location}")
    if fact.expected_status not in {None, fact.status}:
        parts.append(f"should be {fact.expected_status}")
    if fact.text_there is not None:
        parts.append("its text is there" if fact.text_there else "its text is not there")
    return ", ".join(parts)
