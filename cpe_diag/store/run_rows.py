"""What the tables say of a run and of its case, as values."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias

from cpe_diag.domain.letter import NewLetter
from cpe_diag.domain.run_journal import RunState
from cpe_diag.store.case_tables import moment_of

CASE_LASTS: Final = timedelta(minutes=15)
"""How long second line has for a case."""
NORMAL: Final = 3
"""The priority of a case of which nobody knows how much is lost; 1 is the most urgent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRun:
    """A run to do. `wish` is what somebody asked for, as JSON data.

    `order_key` None: the same order given twice is two runs. `desk` and `desk_ticket` say where
    the case is answered: the desk's name, and what it calls the ticket; None: nowhere. `case` is
    the one that it goes on with; None: that of its ticket, or a new one.
    """

    id: str
    playbook: str
    subscriber: str
    ticket: str | None
    wish: Mapping[str, object]
    order_key: str | None = None
    region: str | None = None
    node: str | None = None
    router: str | None = None
    priority: int = NORMAL
    not_before: datetime | None = None
    lasts: timedelta = CASE_LASTS
    batch: str | None = None
    desk: str | None = None
    desk_ticket: str | None = None
    case: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRow:
    """One run. `subscriber` None: it was erased. `attempt` counts who has taken it up.

    `lease_until` is a moment of `Steady`, which no clock of a machine tells.
    """

    id: str
    case_id: str
    order_key: str | None
    playbook: str
    subscriber: str | None
    ticket: str | None
    wish: Mapping[str, object]
    region: str | None
    node: str | None
    router: str | None
    priority: int
    state: RunState
    submitted_at: datetime
    not_before: datetime | None
    due_at: datetime
    worker: str | None
    lease_until: str | None
    attempt: int
    cancel_asked_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    domain: str | None
    cause: str | None
    confidence: float | None
    destination: str | None
    words: str
    batch: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    """One case. `subscriber` None: it was erased.

    `desk` and `desk_ticket` say where it is answered, None: nowhere. `warned_at` None: nobody was
    warned that its time runs out.
    """

    id: str
    subscriber: str | None
    ticket: str | None
    opened_at: datetime
    state: str
    priority: int
    due_at: datetime
    destination: str | None
    parent: str | None
    words: str
    desk: str | None
    desk_ticket: str | None
    warned_at: datetime | None


Tells: TypeAlias = Callable[[RunRow | None], tuple[NewLetter, ...]]
"""What is told of the end of a run, where the verdict of an earlier one stands or (None) none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOutcome:
    """How a run ended, and where its case goes; `files` are those of its bundle.

    `tells` gives what has to be told for it, kept in the same transaction, where the verdict of an
    earlier run of the case stands, or (None) where none does. `refutes` says of its cause whether
    this run has measured that it does not hold. Both are asked in the transaction, and use no
    store.
    """

    state: RunState
    destination: str
    words: str
    domain: str | None = None
    cause: str | None = None
    confidence: float | None = None
    files: Mapping[str, bytes] = field(default_factory=dict)
    tells: Tells = field(default=lambda _stands: ())
    refutes: Callable[[str], bool] = field(default=lambda _cause: False)


def run_row(row: Mapping[Any, Any]) -> RunRow:
    """Read a row of RUNS."""
    moments = ("not_before", "cancel_asked_at", "started_at", "ended_at")
    said = {str(name): value for name, value in row.items()}
    for name in moments:
        said[name] = _moment(said[name])
    for name in ("submitted_at", "due_at"):
        said[name] = moment_of(said[name])
    said["state"] = RunState(said["state"])
    said["wish"] = json.loads(said["wish"])
    return RunRow(**said)


def case_row(row: Mapping[Any, Any]) -> CaseRow:
    """Read a row of CASES."""
    said = {str(name): value for name, value in row.items()}
    said["opened_at"] = moment_of(said["opened_at"])
    said["due_at"] = moment_of(said["due_at"])
    said["warned_at"] = _moment(said["warned_at"])
    return CaseRow(**said)


def _moment(text: str | None) -> datetime | None:
    return None if text is None else moment_of(text)
