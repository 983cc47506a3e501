"""What desks and people on call are told when a run has ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from cpe_diag.domain.letter import NewLetter
    from cpe_diag.domain.verdict import Destination
    from cpe_diag.report.record import Run
    from cpe_diag.store.run_rows import CaseRow, RunRow, Tells
    from cpe_diag.wiring.config import Config


def ready(tells: Tells) -> Tells:
    """Have what is told where nothing stands made now, before the transaction that asks for it.

    What it needs is loaded and read then, and where an earlier verdict stands is made there.
    """
    alone = tells(None)
    return lambda stands: alone if stands is None else tells(stands)


def told_of_end(
    config: Config, case: CaseRow, run: RunRow, result: Run, stands: RunRow | None = None
) -> tuple[NewLetter, ...]:
    """Tell the desk that asked what was found; nobody, where a person at a terminal asked.

    Where the run could not decide, `stands` is the earlier one that says where the ticket goes.
    A ticket that was posted says by itself how its run has ended, and not how a later one has.
    """
    again = run.wish.get("follows") is True
    if case.desk is None and not again:
        return ()
    from cpe_diag.service.letters import posted_verdict, verdict_letters
    from cpe_diag.wiring.tickets import tickets_of

    tickets = tickets_of(config)
    if case.desk is None:
        return posted_verdict(tickets, case, result, stands)
    return verdict_letters(tickets, case, result, stands)


def told_of_failure(
    config: Config, case: CaseRow, run: RunRow, now: datetime, stands: RunRow | None = None
) -> tuple[NewLetter, ...]:
    """Tell the desk that asked, and people on call, that a run of a ticket has failed.

    Who sits at a terminal sees it, and a batch tells of its runs in its own report. Why it has
    failed stands in the case: it may name what is nobody else's business. Where an earlier run
    has found something that `stands`, the ticket stays where that says.
    """
    is_waited_for = run.ticket is not None and run.region is not None and run.batch is None
    if case.desk is None and not is_waited_for:
        return ()
    from cpe_diag.service.letters import call_letters, case_link, words_letters
    from cpe_diag.service.occasion import Occasion
    from cpe_diag.service.on_call import text_of
    from cpe_diag.service.ticket_rules import priority_of
    from cpe_diag.wiring.tickets import tickets_of

    tickets = tickets_of(config)
    destination, goes_on = _goes_on(stands)
    words = f"The diagnosis of case {case.id} could not be done; {goes_on}"
    call = text_of(
        case.id,
        Occasion.RUN_FAILED,
        priority_of(case.priority),
        words,
        case_link(tickets, case.id),
    )
    return (
        *words_letters(
            tickets,
            case,
            about=run.id,
            occasion="failed",
            subject="No diagnosis",
            words=words,
            destination=destination,
        ),
        *call_letters(tickets, call, now, time=run.id, case_id=case.id),
    )


def told_of_cancel(
    config: Config, case: CaseRow, run_id: str, stands: RunRow | None = None
) -> tuple[NewLetter, ...]:
    """Tell the desk that asked that a run was cancelled before it began; `stands` as above."""
    if case.desk is None:
        return ()
    from cpe_diag.service.letters import words_letters
    from cpe_diag.wiring.tickets import tickets_of

    destination, goes_on = _goes_on(stands)
    return words_letters(
        tickets_of(config),
        case,
        about=run_id,
        occasion="cancelled",
        subject="No diagnosis",
        words=f"The diagnosis of case {case.id} was cancelled; {goes_on}",
        destination=destination,
    )


def _goes_on(stands: RunRow | None) -> tuple[Destination, str]:
    """Say who goes on with a case whose last run came to nothing."""
    from cpe_diag.domain.verdict import Destination
    from cpe_diag.service.letters import still_stands

    if stands is None or not stands.destination:
        return Destination.SECOND_LINE, "second line goes on with it."
    destination = Destination(stands.destination)
    return destination, still_stands(stands, destination)
