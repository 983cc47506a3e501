"""The 15 minutes of second line: a warning at 10, and at 15 the case goes to its destination."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, TypeAlias

from cpe_diag.domain.verdict import Destination, FaultDomain
from cpe_diag.report.fact_text import own_changes
from cpe_diag.report.plain import harmless
from cpe_diag.report.words import DESTINATION_WORDS, sureness
from cpe_diag.service.do_not_repeat import do_not_repeat, last_change, lines
from cpe_diag.service.ticket_rules import Priority
from cpe_diag.service.tmf653 import VALID

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cpe_diag.report.record import Run

WARNED_BEFORE: Final = timedelta(minutes=5)
"""How long before the end the warning comes: at 10 of 15 minutes."""

WHOLE: Final = timedelta(minutes=15)

INVENTORY_AWAY: Final = "the inventory could not be asked"
NOT_ORDERED: Final = "no run could be ordered"
GOES_ON_TRYING: Final = (
    "It is tried further; once a run can be ordered, its verdict follows. Until then look the"
    " customer's port and router up by hand."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCase:
    """What the clock needs to know of a case.

    `due_at` is when it must go; `warned_at` and `gone_at` None: not yet. `held_for` is the
    destination that the best verdict so far names, None where there is no verdict.
    """

    id: str
    opened_at: datetime
    due_at: datetime
    priority: Priority
    held_for: Destination | None
    warned_at: datetime | None = None
    gone_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Warn:
    """The case has `left` minutes; whoever works on it is told, once."""

    case: str
    left: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """The case goes now, as it is, to `destination`; it is `late` by so much."""

    case: str
    destination: Destination
    priority: Priority
    late: timedelta


Deed: TypeAlias = Warn | HandOver


def due(case: OpenCase, now: datetime) -> Deed | None:
    """Say what the clock demands.

    A clock that was behind, a service that was down: who comes late finds the same answer, and
    no warning for a case that must go anyway.

    Args:
        case: as it stands.
        now: in UTC.

    Returns:
        What to do now, once; None where nothing is due.
    """
    if case.gone_at is not None:
        return None
    if now >= case.due_at:
        return HandOver(
            case=case.id,
            destination=_destination(case.held_for),
            priority=case.priority,
            late=now - case.due_at,
        )
    if case.warned_at is None and now >= _warning_at(case):
        return Warn(case=case.id, left=case.due_at - now)
    return None


def next_due(case: OpenCase) -> datetime | None:
    """Say when to ask again; None where the case has gone."""
    if case.gone_at is not None:
        return None
    return _warning_at(case) if case.warned_at is None else case.due_at


def in_order(cases: Sequence[OpenCase]) -> tuple[OpenCase, ...]:
    """Put cases in the order in which they are worked on: priority, then the time left."""
    rank = {word: at for at, word in enumerate(Priority)}
    return tuple(sorted(cases, key=lambda one: (rank[one.priority], one.due_at, one.id)))


def warning_words(case: OpenCase, now: datetime) -> str:
    """Say the warning.

    Args:
        case: which one.
        now: in UTC.

    Returns:
        One line.
    """
    left = max(case.due_at - now, timedelta())
    goes_to = DESTINATION_WORDS[_destination(case.held_for)]
    return (
        f"Case {case.id}: {int(left.total_seconds() // 60)} min left of"
        f" {int((case.due_at - case.opened_at).total_seconds() // 60)}; at"
        f" {case.due_at:%H:%M} UTC it goes to {goes_to} ({_priority_words(case.priority)})"
    )


def tried_words(why: str, since: datetime) -> str:
    """Say why a ticket has no run, without what an error says: people outside may read it.

    Args:
        why: what is kept of the last try; it begins with INVENTORY_AWAY where that was it.
        since: when the ticket came in, in UTC.

    Returns:
        A part of a sentence.
    """
    told = INVENTORY_AWAY if why.startswith(INVENTORY_AWAY) else NOT_ORDERED
    return f"{told} since {since:%Y-%m-%d %H:%M} UTC"


def hand_over_words(case: OpenCase, runs: Sequence[Run], now: datetime) -> str:
    """Say what the next desk needs: why it comes, what was found, what was tried, what holds.

    Args:
        case: which one.
        runs: those of the case, oldest first.
        now: in UTC.

    Returns:
        Lines of plain text; complete also where nothing was measured.
    """
    told = [
        (
            f"Handed over at {now:%Y-%m-%d %H:%M} UTC: the time of second line was up at"
            f" {case.due_at:%H:%M} UTC"
        ),
        f"To: {DESTINATION_WORDS[_destination(case.held_for)]}",
        f"Priority: {_priority_words(case.priority)}",
    ]
    if not runs:
        return _text([*told, "Nothing was measured: no run has ended."])
    verdict = best(runs).verdict
    told += [
        f"Best verdict so far: {verdict.title} ({verdict.cause}), {sureness(verdict)}",
        f"Next action: {verdict.next_action}",
    ]
    if verdict.settle_by is not None:
        told.append(f"What would settle it: {verdict.settle_by.question}")
    told.append("Tried:")
    told += [line for run in runs for line in _tried(run)]
    return _text([*told, *lines(do_not_repeat([run.case.evidence for run in runs], now))])


def best(runs: Sequence[Run]) -> Run:
    """Choose the run whose verdict stands.

    Args:
        runs: those of a case, oldest first, at least one.

    Returns:
        The last one; where it could not decide, the last before it that could, unless that is
        two hours older, or something was changed after it.
    """
    last = runs[-1]
    for number in range(len(runs) - 1, -1, -1):
        run, later = runs[number], [one.case.evidence for one in runs[number + 1 :]]
        if last.started_at - run.started_at >= VALID or last_change(later) is not None:
            break
        if run.verdict.domain is not FaultDomain.UNDETERMINED:
            return run
    return last


def _tried(run: Run) -> list[str]:
    changes = [
        f"- {one.action}: {one.ended.replace('_', ' ')} ({one.words})"
        for one in own_changes(run.case.evidence)
    ]
    steps = ", ".join(
        f"{step.id} ({step.state})" if step.state != "done" else step.id
        for step in run.steps
        if step.kind != "act"
    )
    return [
        f"- {run.started_at:%H:%M} UTC playbook {run.playbook}: {steps or 'no step'}",
        *changes,
    ]


def _text(told: list[str]) -> str:
    return "".join(f"{harmless(line)}\n" for line in told)


def _warning_at(case: OpenCase) -> datetime:
    return max(case.opened_at, case.due_at - WARNED_BEFORE)


def _destination(held_for: Destination | None) -> Destination:
    """Give where a case goes whose time is up: nobody but people of second line may close it."""
    if held_for is None or held_for is Destination.FIXED:
        return Destination.SECOND_LINE
    return held_for


def _priority_words(priority: Priority) -> str:
    return {
        Priority.TOTAL_LOSS: "total loss",
        Priority.PARTIAL: "partial fault",
        Priority.REQUEST: "request",
    }[priority]
