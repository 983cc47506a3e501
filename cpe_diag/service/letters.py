"""What is told about a case outside, as letters for the outbox."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from cpe_diag.domain.letter import LetterKind, NewLetter
from cpe_diag.domain.verdict import Destination
from cpe_diag.report.codec import encode
from cpe_diag.report.plain import harmless
from cpe_diag.report.words import DESTINATION_WORDS
from cpe_diag.service.answer import Answer, customer_note, external_id, note, run_note
from cpe_diag.service.on_call import TellLater, tellings
from cpe_diag.service.outgoing import Route
from cpe_diag.service.posted_note import PostedNote
from cpe_diag.service.tmf621 import STATUS_OF

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from cpe_diag.report.record import Run
    from cpe_diag.service.on_call import Notification
    from cpe_diag.service.tickets_config import AnswerConfig, TicketsConfig
    from cpe_diag.service.tmf621 import Status
    from cpe_diag.store.run_rows import CaseRow, RunRow


def case_link(tickets: TicketsConfig, case_id: str) -> str | None:
    """Give the address of a case's page; None where none is configured."""
    return tickets.case_link and tickets.case_link.replace("{case}", case_id)


def verdict_letters(
    tickets: TicketsConfig, case: CaseRow, result: Run, stands: RunRow | None = None
) -> tuple[NewLetter, ...]:
    """Tell the desk of a case what its run has found, and where the ticket goes.

    Args:
        tickets: the configuration.
        case: of the run.
        result: the run.
        stands: an earlier run of the case whose verdict stands, where this one could not decide.

    Returns:
        One letter; none where nobody at a desk asked.
    """
    config = _answered(tickets, case)
    if config is None:
        return ()
    reference = external_id(result.run_id, "verdict")
    words = (
        customer_note(result, reference=reference)
        if config.public
        else _stands_words(stands)
        + run_note(result, case_link=case_link(tickets, case.id), reference=reference)
    )
    return (
        _note(
            config,
            case,
            reference=reference,
            subject=f"Diagnosis: {result.verdict.title}",
            words=words,
            destination=_goes_to(result, stands),
        ),
    )


def words_letters(  # noqa: PLR0913 - the parts of one note
    tickets: TicketsConfig,
    case: CaseRow,
    *,
    about: str,
    occasion: str,
    subject: str,
    words: str,
    destination: Destination | None,
    customer_words: str = "",
) -> tuple[NewLetter, ...]:
    """Tell the desk of a case something in words.

    Args:
        tickets: the configuration.
        case: which one.
        about: what the note is about: a run, a case; with `occasion` it is told once.
        occasion: what happened.
        subject: of the note.
        words: lines of plain text.
        destination: where the ticket goes; None: it stays where it is.
        customer_words: what stands there where the customer sees the notes; empty: they are told
            nothing, and the ticket goes without a note.

    Returns:
        One letter; none where nobody at a desk asked, or nothing is to be told.
    """
    config = _answered(tickets, case)
    if config is None or (config.public and not customer_words):
        return ()
    reference = external_id(about, occasion)
    link = None if config.public else case_link(tickets, case.id)
    told = note(customer_words if config.public else words, case_link=link, reference=reference)
    return (
        _note(
            config,
            case,
            reference=reference,
            subject=subject,
            words=told,
            destination=destination,
        ),
    )


def posted_letters(  # noqa: PLR0913 - the parts of one note
    tickets: TicketsConfig,
    case: CaseRow,
    *,
    occasion: str,
    reason: str,
    words: str,
    status: Status | None = None,
) -> tuple[NewLetter, ...]:
    """Tell whoever has posted the trouble tickets of a case something about them.

    Args:
        tickets: the configuration.
        case: which one.
        occasion: what happened; it is told once.
        reason: a line.
        words: lines of plain text.
        status: what the tickets become, where nobody has closed them; None: they stay as they are.

    Returns:
        One letter; none where the case is that of a desk, or of no ticket.
    """
    if case.desk is not None or case.ticket is None:
        return ()
    reference = external_id(case.id, occasion)
    text = note(words, case_link=case_link(tickets, case.id), reference=reference)
    said = PostedNote(reference=reference, reason=reason, text=text, status=status)
    return (_posted(case, said),)


def posted_verdict(
    tickets: TicketsConfig, case: CaseRow, result: Run, stands: RunRow | None = None
) -> tuple[NewLetter, ...]:
    """Tell whoever has posted the trouble tickets of a case what a further run has found.

    The first one's verdict is written into its ticket without a letter.

    Args:
        tickets: the configuration.
        case: of the run.
        result: the run.
        stands: as for `verdict_letters`.

    Returns:
        As for `posted_letters`.
    """
    if case.desk is not None or case.ticket is None:
        return ()
    reference = external_id(result.run_id, "verdict")
    text = _stands_words(stands) + run_note(
        result, case_link=case_link(tickets, case.id), reference=reference
    )
    said = PostedNote(
        reference=reference,
        reason=result.verdict.title,
        text=text,
        status=STATUS_OF[_goes_to(result, stands)],
    )
    return (_posted(case, said),)


def _goes_to(result: Run, stands: RunRow | None) -> Destination:
    return Destination(stands.destination) if stands and stands.destination else result.destination


def _stands_words(stands: RunRow | None) -> str:
    """Say first what stands: who reads that nothing was found may stop there."""
    if stands is None or not stands.destination:
        return ""
    return f"This run could not decide; {still_stands(stands, Destination(stands.destination))}\n"


def still_stands(found: RunRow, destination: Destination) -> str:
    """Say what an earlier run has found, and where the ticket stays.

    Args:
        found: the earlier run.
        destination: its own.

    Returns:
        The end of a sentence, without the run that came to nothing.
    """
    cause = f" ({found.cause})" if found.cause else ""
    return (
        f"what was found before still stands: {harmless(found.words)}{cause},"
        f" and the ticket stays with {DESTINATION_WORDS[destination]}."
    )


def _posted(case: CaseRow, said: PostedNote) -> NewLetter:
    return NewLetter(
        key=f"posted {said.reference}",
        kind=LetterKind.POSTED,
        target=case.id,
        lane=f"posted {case.id}",
        document=cast("Mapping[str, object]", encode(said)),
        case_id=case.id,
    )


def call_letters(
    tickets: TicketsConfig,
    notification: Notification,
    now: datetime,
    *,
    time: str = "",
    case_id: str | None = None,
) -> tuple[NewLetter, ...]:
    """Tell the people on call, in their hours.

    Args:
        tickets: the configuration.
        notification: what happened.
        now: in UTC.
        time: what makes it another time of the same; empty: it is told once for ever.
        case_id: the case in the store that it is about, None where nobody keeps one.

    Returns:
        A letter for each who is to be told; the outbox knows who was.
    """
    people = tuple(one.on_call for one in tickets.on_call.values())
    document = cast("Mapping[str, object]", encode(notification))
    letters: list[NewLetter] = []
    for one in tellings(notification, people, now, lambda _person, _key: False):
        key = f"call {one.person} {notification.key} {time}".rstrip()
        later = one.at if isinstance(one, TellLater) else None
        letters.append(
            NewLetter(
                key=key,
                kind=LetterKind.NOTIFICATION,
                target=one.person,
                lane=key,
                document=document,
                case_id=case_id,
                not_before=later,
            )
        )
    return tuple(letters)


def event_letter(
    hub: str, event: Mapping[str, object], case_id: str | None, *, subscriber: str | None = None
) -> NewLetter:
    """Tell a hub's listener an event; `eventId` names it, and it is told once."""
    return NewLetter(
        key=f"event {hub} {event['eventId']}",
        kind=LetterKind.EVENT,
        target=hub,
        lane=f"event {hub} {event.get('correlationId', case_id)}",
        document=event,
        case_id=case_id,
        subscriber=subscriber,
    )


def _answered(tickets: TicketsConfig, case: CaseRow) -> AnswerConfig | None:
    """Say how a case is answered; None: it is not."""
    desk = tickets.desks.get(case.desk or "")
    return desk.answer if desk is not None and case.desk_ticket else None


def _note(  # noqa: PLR0913 - the parts of one note
    config: AnswerConfig,
    case: CaseRow,
    *,
    reference: str,
    subject: str,
    words: str,
    destination: Destination | None,
) -> NewLetter:
    route = Route() if destination is None else config.routes.get(destination, Route())
    answer = Answer(
        ticket_id=case.desk_ticket or "",
        external_id=reference,
        subject=subject,
        note=words,
        public=config.public,
        route=route,
    )
    return NewLetter(
        key=f"note {case.desk} {case.desk_ticket} {reference}",
        kind=LetterKind.NOTE,
        target=case.desk or "",
        lane=f"note {case.desk} {case.desk_ticket}",
        document=cast("Mapping[str, object]", encode(answer)),
        case_id=case.id,
    )
