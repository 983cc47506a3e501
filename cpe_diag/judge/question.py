"""What the judge is asked: the evidence, whom it is about, and the operator's own thresholds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cpe_diag.domain.evidence import Evidence
from cpe_diag.domain.subscriber import Subscriber


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """Everything that a judgement depends on, and nothing else: the same file, the same verdict.

    `symptom` is the playbook's complaint id; `thresholds` are the operator's overrides by id;
    `device_mac` is the device in question or None; `platform_host` the site in question or None.
    """

    evidence: Evidence
    subscriber: Subscriber
    symptom: str
    device_mac: str | None = None
    platform_host: str | None = None
    thresholds: Mapping[str, float] = field(default_factory=dict)
