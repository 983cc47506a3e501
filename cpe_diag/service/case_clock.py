"""The clock of the cases: warns at 10 minutes, hands over at 15, whoever looks at it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, assert_never

from cpe_diag.domain.failures import RunError
from cpe_diag.domain.run_journal import GOES_ON, RunEntryKind
from cpe_diag.report.plain import harmless
from cpe_diag.report.record import Run
from cpe_diag.service.fifteen_minutes import (
    GOES_ON_TRYING,
    WARNED_BEFORE,
    Deed,
    HandOver,
    OpenCase,
    Warn,
    best,
    due,
    hand_over_words,
    tried_words,
    warning_words,
)
from cpe_diag.service.letters import call_letters, case_link, posted_letters, words_letters
from cpe_diag.service.occasion import Occasion
from cpe_diag.service.on_call import text_of
from cpe_diag.service.ticket_rules import priority_of
from cpe_diag.service.tickets_config import TicketsConfig
from cpe_diag.store.due_cases import DueCases
from cpe_diag.store.incoming_tickets import IncomingTicket
from cpe_diag.store.runs import StoredRuns

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from cpe_diag.domain.letter import NewLetter
    from cpe_diag.domain.run_journal import RunEntry
    from cpe_diag.service.on_call import Notification
    from cpe_diag.store.run_rows import CaseRow, RunRow

HELD: Final = "handed over: its time was up"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseClock:
    """What looks at the time of cases; any number of workers may, each thing is done once.

    `result_of` gives what an ended run has left, None: nothing that can be read. `waiting` gives
    the ticket that waits in a case, for which no run could be ordered; None: there is none.
    """

    cases: DueCases
    runs: StoredRuns
    tickets: TicketsConfig
    result_of: Callable[[str], Run | None]
    waiting: Callable[[str], IncomingTicket | None]

    def tick(self, now: datetime) -> tuple[Deed, ...]:
        """Do what is due.

        Args:
            now: in UTC.

        Returns:
            What was done, the most urgent case first.

        Raises:
            StoreError: the store cannot be used; what was done is done, the rest is due still.
        """
        done: list[Deed] = []
        for row in self.cases.soon(now, WARNED_BEFORE):
            rows = tuple(reversed(self.runs.runs(case_id=row.id)))
            results = [one for one in map(self._left, rows) if one is not None]
            case = OpenCase(
                id=row.id,
                opened_at=row.opened_at,
                due_at=row.due_at,
                priority=priority_of(row.priority),
                held_for=best(results).destination if results else None,
                warned_at=row.warned_at,
            )
            deed = due(case, now)
            if deed is not None and self._done(deed, case, row, rows, results, now):
                done.append(deed)
        return tuple(done)

    def _done(  # noqa: PLR0913, PLR0917 - what is known of one case
        self,
        deed: Deed,
        case: OpenCase,
        row: CaseRow,
        rows: Sequence[RunRow],
        results: Sequence[Run],
        now: datetime,
    ) -> bool:
        waits = None if rows else self.waiting(row.id)
        tried = "" if waits is None else tried_words(waits.words, waits.received_at)
        match deed:
            case Warn():
                words = warning_words(case, now) + (tried and f"\n{tried}")
                return self.cases.warn(row, self._warning(row, words, now), at=now)
            case HandOver(destination=destination):
                words = hand_over_words(case, results, now) + "".join(
                    f"{harmless(line)}\n" for line in self._unfinished(rows)
                )
                if waits is not None:
                    words += f"- {tried}\n{GOES_ON_TRYING}\n"
                letters = self._hand_over(row, deed, words, now)
                if waits is not None:
                    letters += self._posted(row, deed, words)
                held = HELD + (tried and f"; {tried}")
                return self.cases.hand_over(row, destination.value, held, letters, at=now)
            case _:
                assert_never(deed)

    def _left(self, row: RunRow) -> Run | None:
        return None if row.state in GOES_ON else self.result_of(row.id)

    def _unfinished(self, rows: Sequence[RunRow]) -> Iterator[str]:
        """Say how far the runs are that have not ended."""
        for row in rows:
            if row.state in GOES_ON:
                try:
                    entries = self.runs.entries(row.id)
                except RunError as error:
                    yield f"- playbook {row.playbook}: {error}"
                else:
                    yield from _so_far(row, entries)

    def _warning(self, row: CaseRow, words: str, now: datetime) -> tuple[NewLetter, ...]:
        call = text_of(
            row.id,
            Occasion.WARNING,
            priority_of(row.priority),
            words,
            case_link(self.tickets, row.id),
        )
        return self._calls(row, call, now)

    def _hand_over(
        self, row: CaseRow, deed: HandOver, words: str, now: datetime
    ) -> tuple[NewLetter, ...]:
        told = f"Case {row.id} was handed over to {deed.destination.replace('_', ' ')}"
        call = text_of(
            row.id, Occasion.HANDED_OVER, deed.priority, told, case_link(self.tickets, row.id)
        )
        return (
            *words_letters(
                self.tickets,
                row,
                about=row.id,
                occasion=f"handed_over-{row.due_at:%Y%m%dT%H%M%S}",
                subject="Handed over",
                words=words,
                destination=deed.destination,
            ),
            *self._calls(row, call, now),
        )

    def _posted(self, row: CaseRow, deed: HandOver, words: str) -> tuple[NewLetter, ...]:
        """Tell who posted a ticket; with a run its end tells them."""
        return posted_letters(
            self.tickets,
            row,
            occasion=f"handed_over-{row.due_at:%Y%m%dT%H%M%S}",
            reason=f"Handed over to {deed.destination.replace('_', ' ')}",
            words=words,
        )

    def _calls(self, row: CaseRow, call: Notification, now: datetime) -> tuple[NewLetter, ...]:
        time = row.due_at.isoformat()
        return call_letters(self.tickets, call, now, time=time, case_id=row.id)


def _so_far(row: RunRow, entries: Sequence[RunEntry]) -> Iterator[str]:
    if row.started_at is None:
        yield f"- playbook {row.playbook}: ordered at {row.submitted_at:%H:%M} UTC, not begun"
        return
    steps = [one.step for one in entries if one.kind is RunEntryKind.STEP_ENDED]
    yield (
        f"- {row.started_at:%H:%M} UTC playbook {row.playbook}: not ended; so far"
        f" {', '.join(steps) or 'no step'}"
    )
    ended = {one.step for one in entries if one.kind is RunEntryKind.ACT_ENDED}
    for one in entries:
        if one.kind is RunEntryKind.ACT_INTENDED and one.step not in ended:
            yield f"- change {one.step}: begun at {one.at:%H:%M} UTC, how it ended is not known"
    judged = [one for one in entries if one.kind is RunEntryKind.JUDGED]
    if judged:
        said = judged[-1].document
        yield f"- so far it looks like {said.get('cause')} ({said.get('domain')})"
