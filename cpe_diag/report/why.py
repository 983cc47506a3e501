"""What stands behind a finding: its sources, how old they are, and why a fact is not known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import Blame
from cpe_diag.domain.observations import Observed, Unobserved
from cpe_diag.report.duration import age
from cpe_diag.report.fact_text import failure_text
from cpe_diag.report.plain import harmless

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from cpe_diag.domain.evidence import Evidence, FactKey
    from cpe_diag.domain.findings import Finding


def sources(finding: Finding, evidence: Evidence) -> tuple[str, ...]:
    """Name the sources that a finding was read from, each once.

    Args:
        finding: the rule's answer.
        evidence: what it was read from.

    Returns:
        Sources in the order of the finding's facts.
    """
    held = [evidence.get(key.kind, key.subject) for key in finding.rests_on]
    named = [harmless(one.source) for one in held if isinstance(one, Observed)]
    return tuple(dict.fromkeys(named))


def oldest_age(finding: Finding, evidence: Evidence, now: datetime) -> str:
    """Say how old the oldest fact behind a finding is.

    Args:
        finding: the rule's answer.
        evidence: what it was read from.
        now: in UTC.

    Returns:
        For example `12 s ago`; empty where it rests on nothing that was asked.
    """
    keys = finding.rests_on or finding.missing
    held = [evidence.get(key.kind, key.subject) for key in keys]
    moments = [one.at for one in held if one is not None]
    return age((now - min(moments)).total_seconds()) if moments else ""


def reasons(finding: Finding, evidence: Evidence) -> tuple[str, ...]:
    """Say for every missing fact of a finding why it is not known, and what to do about it.

    Args:
        finding: an answer of "cannot tell".
        evidence: what was seen and not seen.

    Returns:
        One line for each different reason.
    """
    lines = [reason(key, evidence) for key in finding.missing]
    return tuple(dict.fromkeys(lines))


def reason(key: FactKey, evidence: Evidence) -> str:
    """Say why one fact is not known, on whose side that lies, and what to do about it.

    Args:
        key: the fact.
        evidence: what was seen and not seen.

    Returns:
        One line.
    """
    observation = evidence.get(key.kind, key.subject)
    if observation is None:
        return f"{key}: not asked yet"
    if not isinstance(observation, Unobserved):
        return f"{key}: known, but without the field that is needed"
    failure = observation.failure
    how = f"({failure_text(failure.kind)}, {_BLAME_WORDS[failure.blame]})"
    step = f"; next: {failure.next_step}" if failure.next_step else ""
    return harmless(f"{key}: {failure.detail} {how}{step}")


_BLAME_WORDS: Final[Mapping[Blame, str]] = {
    Blame.AGENT: "on our own side",
    Blame.PATH: "on the way",
    Blame.DEVICE: "at the device",
    Blame.ACCESS: "we were refused",
}
