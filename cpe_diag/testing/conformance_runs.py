"""What every journal of a run must do."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from cpe_diag.domain.failures import RunError
from cpe_diag.domain.run_journal import RunEntry, RunEntryKind
from cpe_diag.testing.conformance import hold

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cpe_diag.ports import RunJournal


async def check_run_journal(
    journal: RunJournal,
    held: Callable[[], Sequence[RunEntry]],
    *,
    ask_cancel: Callable[[], object],
    take_away: Callable[[], object],
) -> None:
    """What is noted is held, in its order, and nothing that comes from a worker of before.

    Args:
        journal: of a run that nobody wants cancelled, without entries.
        held: reads the journal anew.
        ask_cancel: wants the run cancelled.
        take_away: lets another worker take the run up.
    """
    hold(not await journal.stop_asked(), "a run that nobody wants cancelled")
    at = datetime(2026, 3, 1, 12, 0, 0, 250000, tzinfo=UTC)
    first = (
        RunEntry(kind=RunEntryKind.STARTED, at=at, document={"playbook": "\u00e4\u0000\ud83d"}),
        RunEntry(kind=RunEntryKind.STEP_BEGAN, at=at, step="ask"),
    )
    await journal.note(first, first=0)
    hold(tuple(held()) == first, f"what was noted, not {held()}")
    second = RunEntry(
        kind=RunEntryKind.MEASURED, at=at, step="measure", document={"n": [1, 2.5, None, {}]}
    )
    await journal.note((second,), first=2, needed=True)
    hold(tuple(held()) == (*first, second), "entries in their order")
    await journal.note((first[1], second), first=1)
    hold(tuple(held()) == (*first, second), "nothing twice that was given again")
    ask_cancel()
    hold(await journal.stop_asked(), "that somebody wants it cancelled")
    await journal.note((second, second), first=2)
    take_away()
    try:
        await journal.note((second,), first=4)
    except RunError:
        pass
    else:
        raise AssertionError("a RunError for a worker that has lost the run")
    hold(tuple(held()) == (*first, second, second), "nothing of a worker that has lost the run")
