"""What stands behind a finding: its sources, how old they are, and why a fact is not known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey
from cpe_diag.domain.failures import Blame
from cpe_diag.domain.field_facts import PluggedInto
from cpe_diag.domain.observations import Observed, Unobserved
from cpe_diag.report.duration import age
from cpe_diag.report.fact_text import failure_text
from cpe_diag.report.plain import harmless

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from cpe_diag.domain.evidence import Evidence
    from cpe_diag.domain.findings import Finding

ANSWER: Final = "answer"
"""What somebody said."""
LAPTOP: Final = frozenset(one.value for one in PluggedInto)


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
    return _since(finding.rests_on or finding.missing, evidence, now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Facts that are not known for one and the same reason.

    `words` say the reason; `keys` are the facts, in the order in which they are missed; `since`
    says how old the failure is, or is empty where nobody asked.
    """

    words: str
    keys: tuple[FactKey, ...]
    since: str


def gaps(findings: Iterable[Finding], evidence: Evidence, now: datetime) -> tuple[Gap, ...]:
    """Gather what is not known by its reason: one dead router is one reason, not thirty.

    Args:
        findings: answers of "cannot tell", most telling first.
        evidence: what was seen and not seen.
        now: in UTC.

    Returns:
        One gap for each reason, in the order of the findings. Of a laptop on site what nobody has
        asked is left out: it is all that is asked from afar, and at the laptop's other places.
    """
    found: dict[str, list[FactKey]] = {}
    on_site = any(_at_a_laptop(key) for key, _ in evidence) and all(
        _at_a_laptop(key) or key.kind == ANSWER for key, _ in evidence
    )
    for key in dict.fromkeys(key for finding in findings for key in finding.missing):
        if isinstance(evidence.get(key.kind, key.subject), Observed):
            continue  # it is known; what the finding lacks is its counterpart
        if on_site and evidence.get(key.kind, key.subject) is None:
            continue
        found.setdefault(_why(key, evidence), []).append(key)
    return tuple(
        Gap(words=words, keys=tuple(keys), since=_since(keys, evidence, now))
        for words, keys in found.items()
    )


def named(keys: Sequence[FactKey], most: int = 4) -> str:
    """Name facts in one line.

    Args:
        keys: which.
        most: how many are named; the rest is counted.

    Returns:
        For example `router_wan[router], router_lan[router] and 3 more`.
    """
    words = ", ".join(harmless(str(key)) for key in keys[:most])
    more = len(keys) - most
    return f"{words} and {more} more" if more > 0 else words


def reason(key: FactKey, evidence: Evidence) -> str:
    """Say why one fact is not known, on whose side that lies, and what to do about it.

    Args:
        key: the fact.
        evidence: what was seen and not seen.

    Returns:
        One line.
    """
    return f"{harmless(str(key))}: {_why(key, evidence)}"


def _at_a_laptop(key: FactKey) -> bool:
    return key.subject.partition(">")[0] in LAPTOP


def _why(key: FactKey, evidence: Evidence) -> str:
    observation = evidence.get(key.kind, key.subject)
    if observation is None:
        return "nobody has asked"
    if not isinstance(observation, Unobserved):
        return "known, but without the field that is needed"
    failure = observation.failure
    how = f"({failure_text(failure.kind)}, {_BLAME_WORDS[failure.blame]})"
    step = f"; next: {failure.next_step}" if failure.next_step else ""
    return harmless(f"{failure.detail} {how}{step}")


def _since(keys: Sequence[FactKey], evidence: Evidence, now: datetime) -> str:
    held = [evidence.get(key.kind, key.subject) for key in keys]
    moments = [one.at for one in held if one is not None]
    return age((now - min(moments)).total_seconds()) if moments else ""


_BLAME_WORDS: Final[Mapping[Blame, str]] = {
    Blame.AGENT: "on our own side",
    Blame.PATH: "on the way",
    Blame.DEVICE: "at the device",
    Blame.ACCESS: "we were refused",
}
