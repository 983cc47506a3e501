"""The names that a playbook may use and that other rooms define."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """Ids of all probes and of all findings that the rules can give."""

    probes: frozenset[str]
    findings: frozenset[str]
