"""The documents that leave the program, as types: their schemas and their data come from here.

Times are UTC in ISO 8601 with `Z`; durations are seconds from the start of the run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cpe_diag.domain.evidence import Evidence, FactKey
from cpe_diag.domain.failures import Blame, FailureKind
from cpe_diag.domain.incident import PlatformIncident
from cpe_diag.domain.known_issue import KnownIssues
from cpe_diag.domain.missing import Maybe, Missing
from cpe_diag.domain.subscriber import Subscriber, Technology
from cpe_diag.domain.trace import Exchange
from cpe_diag.domain.verdict import Destination, Verdict
from cpe_diag.report.channel_advice import ChannelAdvice

VERDICT_VERSION: Final = 1
"""Counts up when a reader of the verdict document would have to change."""

BUNDLE_VERSION: Final = 3
"""Counts up when a reader of bundles would have to change."""

OLDEST_BUNDLE_VERSION: Final = 2
"""From this one on bundles are read: what came later is `not_asked` in them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of the playbook as it went: `state` is `done`, `skipped` or `cut`."""

    id: str
    kind: str
    state: str
    started_s: float
    ended_s: float
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunHeader:
    """Which run it was. `end` is `finished`, `stopped` (by a stop step) or `out_of_time`."""

    id: str
    playbook: str
    ticket: str | None
    started_at: datetime
    took_s: float
    end: str


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """Whom the run was about; no addresses, no credentials.

    `node` is the access node's id or null; `symptom` is the complaint; `device_mac` and
    `platform_host` are the device and the site in question, or null.
    """

    subscriber: str
    node: str | None
    port: Maybe[str]
    technology: Maybe[Technology]
    symptom: str
    device_mac: str | None
    platform_host: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FactEntry:
    """A fact that was observed: its value as its kind says, in words, its source and its time.

    `age_s` is how old it was when the run ended.
    """

    key: FactKey
    text: str
    value: object
    source: str
    at: datetime
    age_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownEntry:
    """A fact that is not known: how asking for it failed, on whose side, and what to do.

    `operation` is the phase that failed; `where` the device or address that was asked.
    """

    key: FactKey
    kind: FailureKind
    blame: Blame
    where: str
    detail: str
    next_step: str | None
    operation: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceParts:
    """Everything that was asked: what is known, and what is not and why."""

    facts: tuple[FactEntry, ...]
    unknowns: tuple[UnknownEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """How long the run took, in seconds.

    `critical_path_s` is the longest chain of answers that really waited for each other, or null
    where nobody computed it.
    """

    took_s: float
    critical_path_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationCount:
    """Questions of one kind that went over the wire: how many, how many failed, seconds in all."""

    requests: int
    failed: int
    waited_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceSummary:
    """What went over the wire, in all and by operation (`snmp.get`, `ssh.exec`, ...)."""

    requests: int
    failed: int
    snmp_requests: int
    by_operation: Mapping[str, OperationCount]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunDocument:
    """The verdict of one run with everything that it rests on; what `--json` prints.

    `destination` is where the case went; it differs from the verdict's own where the playbook
    routes it elsewhere. `known_issues` are those that concern the equipment; `incident` is
    that of the platform, if one fails; `channel_advice` is what a scan of the air says of each
    radio's channel.
    """

    schema_version: int
    program_version: str
    run: RunHeader
    about: About
    verdict: Verdict
    destination: Destination
    evidence: EvidenceParts
    known_issues: KnownIssues
    incident: Maybe[PlatformIncident] = Missing(why=FailureKind.NOT_APPLICABLE)  # noqa: RUF009 - immutable
    channel_advice: tuple[ChannelAdvice, ...]
    steps: tuple[Step, ...]
    timing: Timing
    trace: TraceSummary


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseDocument:
    """`case.json` of a bundle: everything that the judgement depends on.

    Credential references are left out of the subscriber; they are empty text.
    """

    evidence: Evidence
    subscriber: Subscriber
    symptom: str
    device_mac: str | None
    platform_host: str | None
    thresholds: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class RawFile:
    """One file below `raw/` of a bundle: which exchange it answers, who said it, to what."""

    file: str
    exchange: int
    device: str
    question: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """`manifest.json` of a bundle: what it holds, and the SHA-256 of every other file."""

    bundle_version: int
    program_version: str
    rules_version: str
    run_id: str
    playbook: str
    subscriber: str
    started_at: datetime
    files: Mapping[str, str]
    raw: tuple[RawFile, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleDocument:
    """A bundle's files, each under its name; `trace` is `trace.jsonl`, one exchange a line."""

    manifest: Manifest
    case: CaseDocument
    verdict: RunDocument
    trace: tuple[Exchange, ...]
