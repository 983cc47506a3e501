"""What is known of a model's faults: whom it concerns, what helps, how often it helped."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """What helps: `action` is an action's id, `parameter` its value (a version, a holding time).

    `words` tell the agent what to do and what to expect; `playbook` is the playbook to run, empty
    where there is none.
    """

    action: str
    parameter: str
    words: str
    playbook: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownIssue:
    """One known fault of a model.

    `model` is a pattern in which `*` stands for anything and case does not count; `firmware` is a
    range (`>=24.10,<24.10.2`), empty for every version; `symptoms` are complaints or causes, empty
    for every one. `source` says who found it out: a vendor's page, a ticket, a bulletin.
    `retired_at` None: the remedy is in use; else `retired_because` says with figures why not.
    """

    id: str
    title: str
    model: str
    firmware: str
    symptoms: tuple[str, ...]
    remedy: Remedy
    source: str
    added_by: str
    added_at: datetime
    retired_at: datetime | None
    retired_because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RemedyRecord:
    """How changes ended that were made for an issue; `unknown` speaks neither for nor against.

    Only the last few count: what a remedy did years ago says little of today's firmware.
    """

    proven: int
    failed: int
    rolled_back: int
    unknown: int

    @property
    def told(self) -> int:
        """How many of them ended in a way that tells something."""
        return self.proven + self.failed + self.rolled_back


NOTHING_LEARNED = RemedyRecord(proven=0, failed=0, rolled_back=0, unknown=0)
"""Nobody has used it yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeChange:
    """A change that has ended, as far as it tells whether it was the remedy of an issue.

    `wished` says in words what was wanted, `symptom` what was wrong before.
    """

    action: str
    model: str
    firmware: str
    wished: str
    symptom: str


class Fit(StrEnum):
    """Whether a known issue concerns this equipment."""

    YES = "yes"
    """Model and firmware are those that it names."""
    PERHAPS = "perhaps"
    """The model is; the firmware is not known, or cannot be compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownMatch:
    """A known issue that concerns the case: how surely, and why in words."""

    issue: KnownIssue
    fit: Fit
    because: str
    record: RemedyRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownIssues:
    """What was found among the known issues; `unread` says why they could not be looked at."""

    found: tuple[KnownMatch, ...] = ()
    unread: str = ""
