"""Tickets that have come in: kept before the sender is answered, until they are answered."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from sqlalchemy import func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from cpe_diag.domain.letter import NewLetter
from cpe_diag.domain.run_journal import GOES_ON
from cpe_diag.store.case_tables import moment_of, moment_text
from cpe_diag.store.cases import WaitingCase, case_of_waiting, end_waiting
from cpe_diag.store.incoming_tables import INCOMING_TICKETS as TICKETS
from cpe_diag.store.outbox import put as put_letters
from cpe_diag.store.run_tables import RUNS

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from cpe_diag.domain.audit import AuditEvent
    from cpe_diag.store.audit_trail import StoredAudit
    from cpe_diag.store.case_store import CaseStore

_OURS: Final = ("id", "href", "creationDate", "statusChangeReason")
"""What a trouble ticket keeps when it is sent again; the last says that hubs know it."""
ID_BYTES: Final = 8
AT_ONCE: Final = 100


class TicketState(StrEnum):
    """What has become of a ticket."""

    WAITING = "waiting"
    """It has come in and nothing is decided; the words, where there are any, say why not."""
    STARTED = "started"
    """It has a run."""
    LEFT = "left"
    """It starts nothing: a rule leaves it, or none fits; the words say which."""
    REFUSED = "refused"
    """It cannot start what its rule says; the words say why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingTicket:
    """One ticket. `ticket` is what the rules read, as JSON data.

    `form` and `document` are the trouble ticket as whoever posted it reads it back (`v4`, `v5`);
    None for a ticket of a desk. `subscriber` None: nobody is named, or they were erased.
    `answered_at` None: how its run ended does not stand in the document yet. `case_id` is the case
    that it got because it waited, None: it did not wait for long.
    """

    id: str
    desk: str
    desk_ticket: str
    subscriber: str | None
    ticket: Mapping[str, object]
    form: str | None
    document: Mapping[str, object] | None
    state: TicketState
    run: str | None
    words: str
    received_at: datetime
    changed_at: datetime
    answered_at: datetime | None
    case_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTicket:
    """A ticket as it has come in; see IncomingTicket. `id` is ours, from `ticket_id`."""

    id: str
    desk: str
    desk_ticket: str
    subscriber: str | None
    ticket: Mapping[str, object]
    form: str | None = None
    document: Mapping[str, object] | None = None


def ticket_id() -> str:
    """Give an id that no other ticket has."""
    return secrets.token_hex(ID_BYTES)


Change: TypeAlias = Callable[[Mapping[str, object]], Mapping[str, object]]
Tells: TypeAlias = Callable[[Mapping[str, object], Mapping[str, object]], Iterable[NewLetter]]


def _nobody(_before: Mapping[str, object], _after: Mapping[str, object]) -> tuple[NewLetter, ...]:
    return ()


class StoredTickets:
    """All tickets of this store."""

    def __init__(self, store: CaseStore) -> None:
        """Keep them in `store`."""
        self._store = store

    def take(self, new: NewTicket, *, at: datetime) -> tuple[IncomingTicket, bool]:
        """Keep a ticket.

        Returns:
            The ticket, and whether it is new: one that the desk sent before is the one of then.
            Where that started nothing and it says something else now, it waits again.

        Raises:
            StoreError: the store cannot be written.
        """
        row = {
            "id": new.id,
            "desk": new.desk,
            "desk_ticket": new.desk_ticket,
            "subscriber": new.subscriber,
            "ticket": json.dumps(new.ticket),
            "form": new.form,
            "document": None if new.document is None else json.dumps(new.document),
            "state": TicketState.WAITING.value,
            "run": None,
            "words": "",
            "received_at": moment_text(at),
            "changed_at": moment_text(at),
            "answered_at": None,
            "case_id": None,
        }
        same = select(TICKETS).where(
            TICKETS.c.desk == new.desk, TICKETS.c.desk_ticket == new.desk_ticket
        )
        try:
            with self._store.writing() as connection:
                known = connection.execute(same).mappings().first()
                if known is not None:
                    return _again(connection, _ticket(known), new, at), False
                _insert(connection, row)
                return _ticket(row), True
        except _MeanwhileError:
            with self._store.reading() as connection:
                return _ticket(connection.execute(same).mappings().one()), False

    def one(self, ticket: str) -> IncomingTicket | None:
        """Give one ticket by our id, or None.

        Raises:
            StoreError: the store cannot be read.
        """
        with self._store.reading() as connection:
            return _one(connection, ticket)

    def with_documents(self, *, limit: int) -> tuple[IncomingTicket, ...]:
        """Give the trouble tickets that were posted, the newest first.

        Raises:
            StoreError: the store cannot be read.
        """
        wanted = (
            select(TICKETS)
            .where(TICKETS.c.document.is_not(None))
            .order_by(TICKETS.c.received_at.desc(), TICKETS.c.id)
            .limit(limit)
        )
        with self._store.reading() as connection:
            return tuple(map(_ticket, connection.execute(wanted).mappings().all()))

    def waiting(self, *, tried_before: datetime | None = None) -> tuple[IncomingTicket, ...]:
        """Give tickets that wait for what the rules say, those that were looked at longest ago.

        Args:
            tried_before: of those that could not be decided (`stays`), only those that were
                tried before then; None: all.

        Raises:
            StoreError: the store cannot be read.
        """
        wanted = (
            select(TICKETS)
            .where(TICKETS.c.state == TicketState.WAITING.value)
            .order_by(TICKETS.c.changed_at, TICKETS.c.id)
            .limit(AT_ONCE)
        )
        if tried_before is not None:
            due = TICKETS.c.changed_at < moment_text(tried_before)
            wanted = wanted.where(or_(TICKETS.c.words == "", due))
        with self._store.reading() as connection:
            return tuple(map(_ticket, connection.execute(wanted).mappings().all()))

    def decided(  # noqa: PLR0913 - the parts of one decision
        self,
        ticket: str,
        state: TicketState,
        *,
        run: str | None,
        words: str,
        at: datetime,
        change: Change | None = None,
        tells: Tells = _nobody,
        letters: Iterable[NewLetter] = (),
        noted: tuple[StoredAudit, AuditEvent] | None = None,
    ) -> IncomingTicket | None:
        """Keep what has become of a ticket that waits, and what is told of it, or nothing of it.

        Args:
            ticket: our id.
            state: what has become of it.
            run: which it has.
            words: why.
            at: now.
            change: makes the new document of the old one, where there is one.
            tells: gives the letters about it, of what it was and what it is.
            letters: about it, where no document says it.
            noted: the trail and its line about it.

        Returns:
            The ticket as it is then; None where somebody else has decided.

        Raises:
            StoreError: the store or the trail cannot be written.
        """

        def work(connection: Connection) -> IncomingTicket | None:
            held = _locked(connection, ticket)
            if held is None or held.state is not TicketState.WAITING:
                return None
            put: dict[str, object] = {
                "state": state.value,
                "run": run,
                "words": words,
                "changed_at": moment_text(at),
            }
            if change is not None and held.document is not None:
                after = change(held.document)
                put_letters(connection, tells(held.document, after), at)
                put["document"] = json.dumps(after)
            put_letters(connection, letters, at)
            connection.execute(update(TICKETS).where(TICKETS.c.id == ticket).values(put))
            if held.case_id is not None and run is None:
                end_waiting(connection, held.case_id, words, closed=state is TicketState.LEFT)
            return _one(connection, ticket)

        if noted is None:
            with self._store.writing() as connection:
                return work(connection)
        trail, line = noted

        def told(connection: Connection) -> tuple[IncomingTicket | None, AuditEvent | None]:
            kept = work(connection)
            return kept, None if kept is None else line

        return trail.together(told)

    def caseless(self, received_before: datetime) -> tuple[IncomingTicket, ...]:
        """Give tickets that wait since before a moment and have no case, the oldest first.

        Raises:
            StoreError: the store cannot be read.
        """
        wanted = (
            select(TICKETS)
            .where(TICKETS.c.state == TicketState.WAITING.value, TICKETS.c.case_id.is_(None))
            .where(TICKETS.c.received_at < moment_text(received_before))
            .order_by(TICKETS.c.received_at, TICKETS.c.id)
            .limit(AT_ONCE)
        )
        with self._store.reading() as connection:
            return tuple(map(_ticket, connection.execute(wanted).mappings().all()))

    def open_case(self, ticket: str, case: WaitingCase, *, at: datetime) -> str | None:
        """Give a ticket that waits its case, whose time runs from when the ticket came in.

        Returns:
            The case: a new one, or that of the same ticket which is not closed; None where
            somebody else has decided, or has given it one.

        Raises:
            StoreError: the store cannot be written.
        """
        with self._store.writing() as connection:
            held = _locked(connection, ticket)
            if held is None or held.state is not TicketState.WAITING or held.case_id is not None:
                return None
            case_id = case_of_waiting(connection, case, at)
            of_id = update(TICKETS).where(TICKETS.c.id == ticket)
            connection.execute(of_id.values(case_id=case_id))
            return case_id

    def waiting_in(self, case_id: str) -> IncomingTicket | None:
        """Give the ticket that waits in a case, or None.

        Raises:
            StoreError: the store cannot be read.
        """
        wanted = select(TICKETS).where(
            TICKETS.c.case_id == case_id, TICKETS.c.state == TicketState.WAITING.value
        )
        with self._store.reading() as connection:
            row = connection.execute(wanted).mappings().first()
            return None if row is None else _ticket(row)

    def stays(self, ticket: str, words: str, *, at: datetime) -> None:
        """Keep why a ticket still waits; it comes again behind those that wait with it.

        Raises:
            StoreError: the store cannot be written.
        """
        waits = update(TICKETS).where(
            TICKETS.c.id == ticket, TICKETS.c.state == TicketState.WAITING.value
        )
        with self._store.writing() as connection:
            connection.execute(waits.values(words=words, changed_at=moment_text(at)))

    def to_answer(self) -> tuple[IncomingTicket, ...]:
        """Give the trouble tickets whose run has ended and which do not say so yet.

        Raises:
            StoreError: the store cannot be read.
        """
        wanted = (
            select(TICKETS)
            .join(RUNS, RUNS.c.id == TICKETS.c.run)
            .where(TICKETS.c.state == TicketState.STARTED.value)
            .where(TICKETS.c.answered_at.is_(None), TICKETS.c.document.is_not(None))
            .where(RUNS.c.state.not_in([one.value for one in GOES_ON]))
            .order_by(TICKETS.c.received_at)
            .limit(AT_ONCE)
        )
        with self._store.reading() as connection:
            return tuple(map(_ticket, connection.execute(wanted).mappings().all()))

    def of_case(self, case_id: str) -> tuple[IncomingTicket, ...]:
        """Give the trouble tickets that were posted and whose run, or wait, belongs to a case.

        Raises:
            StoreError: the store cannot be read.
        """
        wanted = (
            select(TICKETS)
            .outerjoin(RUNS, RUNS.c.id == TICKETS.c.run)
            .where(or_(RUNS.c.case_id == case_id, TICKETS.c.case_id == case_id))
            .where(TICKETS.c.document.is_not(None))
            .order_by(TICKETS.c.received_at, TICKETS.c.id)
        )
        with self._store.reading() as connection:
            return tuple(map(_ticket, connection.execute(wanted).mappings().all()))

    def rewrite(
        self,
        ticket: str,
        change: Change,
        *,
        at: datetime,
        answers: bool = False,
        tells: Tells = _nobody,
    ) -> IncomingTicket | None:
        """Write a trouble ticket anew, from what it is at that moment.

        Args:
            ticket: our id.
            change: makes the new document of the old one; nothing is written where it raises.
            at: now.
            answers: it now says how its run has ended; a second answer is not written.
            tells: gives the letters about it, of what it was and what it is; they are kept with
                it or not at all.

        Returns:
            The ticket as it is then; None where there is none, or its document was erased.

        Raises:
            StoreError: the store cannot be written.
        """
        with self._store.writing() as connection:
            held = _locked(connection, ticket)
            if held is None or held.document is None:
                return None
            if answers and held.answered_at is not None:
                return held
            after = change(held.document)
            put_letters(connection, tells(held.document, after), at)
            put: dict[str, object] = {
                "document": json.dumps(after),
                "changed_at": moment_text(at),
            }
            if answers:
                put["answered_at"] = moment_text(at)
            connection.execute(update(TICKETS).where(TICKETS.c.id == ticket).values(put))
            return _one(connection, ticket)

    def counts(self) -> Mapping[TicketState, int]:
        """Count the tickets by what has become of them.

        Raises:
            StoreError: the store cannot be read.
        """
        wanted = select(TICKETS.c.state, func.count()).group_by(TICKETS.c.state)
        with self._store.reading() as connection:
            return {TicketState(state): count for state, count in connection.execute(wanted)}


class _MeanwhileError(Exception):
    """Another process has just taken the same ticket."""


def _again(
    connection: Connection, known: IncomingTicket, new: NewTicket, at: datetime
) -> IncomingTicket:
    """Let a ticket wait that started nothing and says something else now.

    What was erased does not come back.
    """
    idle = known.state in {TicketState.REFUSED, TicketState.LEFT}
    if not idle or not known.ticket or known.ticket == new.ticket:
        return known
    put: dict[str, object] = {
        "subscriber": new.subscriber,
        "ticket": json.dumps(new.ticket),
        "state": TicketState.WAITING.value,
        "words": "",
        "received_at": moment_text(at),
        "changed_at": moment_text(at),
        "case_id": None,
    }
    if known.document is not None and new.document is not None:
        ours = {key: known.document[key] for key in _OURS if key in known.document}
        put["document"] = json.dumps({**new.document, **ours})
    idle_still = update(TICKETS).where(
        TICKETS.c.id == known.id, TICKETS.c.state == known.state.value
    )
    connection.execute(idle_still.values(put))
    return _one(connection, known.id) or known


def _insert(connection: Connection, row: Mapping[str, object]) -> None:
    """Insert a ticket.

    Raises:
        _MeanwhileError: there is one of this name of its desk.
    """
    try:
        connection.execute(insert(TICKETS).values(row))
    except IntegrityError:
        raise _MeanwhileError from None


def _one(connection: Connection, ticket: str) -> IncomingTicket | None:
    row = connection.execute(select(TICKETS).where(TICKETS.c.id == ticket)).mappings().first()
    return None if row is None else _ticket(row)


def _locked(connection: Connection, ticket: str) -> IncomingTicket | None:
    """Give a ticket that nobody else changes until the transaction ends."""
    of_id = select(TICKETS).where(TICKETS.c.id == ticket).with_for_update()
    row = connection.execute(of_id).mappings().first()
    return None if row is None else _ticket(row)


def _ticket(row: Mapping[Any, Any]) -> IncomingTicket:
    said = {str(name): value for name, value in row.items()}
    said["ticket"] = _object(said["ticket"])
    said["document"] = said["document"] and json.loads(said["document"])
    for name in ("received_at", "changed_at"):
        said[name] = moment_of(said[name])
    said["answered_at"] = said["answered_at"] and moment_of(said["answered_at"])
    said["state"] = TicketState(said["state"])
    return IncomingTicket(**said)


def _object(text: str) -> dict[str, object]:
    """Read an object; an empty one where a version before has written that it was erased."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
