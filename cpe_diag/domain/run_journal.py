"""Runs as the store knows them: their states, and the entries of their journals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class RunState(StrEnum):
    """Where a run is."""

    QUEUED = "queued"
    RUNNING = "running"
    WAITING = "waiting"
    """It was put off and goes on later."""
    FINISHED = "finished"
    FAILED = "failed"
    """A bug or a missing part of ours has ended it."""
    CANCELLED = "cancelled"
    TIMED_OUT = "timed_out"


GOES_ON = frozenset({RunState.QUEUED, RunState.RUNNING, RunState.WAITING})
"""States of runs that have no end yet."""


class RunEntryKind(StrEnum):
    """What an entry of a run's journal notes."""

    STARTED = "started"
    """The run has begun, or was taken up again; the document names the playbook's digest."""
    STEP_BEGAN = "step_began"
    ANSWERED = "answered"
    """A question has its answer: `choice`, `source` (None: the default, said by nobody)."""
    MEASURED = "measured"
    """What a wave of probes has brought: `probes`, `evidence`."""
    ACT_INTENDED = "act_intended"
    """A change is about to be planned and done: from here on it may have happened."""
    ACT_ENDED = "act_ended"
    """How it ended: `ended`, `note`."""
    STEP_ENDED = "step_ended"
    """The step's record."""
    JUDGED = "judged"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEntry:
    """One entry. `document` is plain JSON data, `step` empty where it is about the whole run."""

    kind: RunEntryKind
    at: datetime
    step: str = ""
    document: Mapping[str, object] = field(default_factory=dict)
