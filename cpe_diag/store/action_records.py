"""Journals of changes in the case store: what was about to be done is on the disk before the act.

Each entry is written in one transaction with a look whether the hold of the device still stands,
and the run where there is one: whoever has lost either writes nothing more, and hears it before
anything is sent. No secret is in a plan.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError

from cpe_diag.domain.action import ActionRecord, EntryKind, JournalEntry
from cpe_diag.domain.failures import ActionError, HoldLostError, RunError, StoreError, WishError
from cpe_diag.domain.router_plan import RouterRecord
from cpe_diag.report.codec import encode
from cpe_diag.report.decoding import UndecodableError, decode
from cpe_diag.store.case_tables import moment_text
from cpe_diag.store.holds import Holds
from cpe_diag.store.processes import this_process
from cpe_diag.store.run_journal import check_attempt
from cpe_diag.store.run_tables import ACTION_ENTRIES, ACTION_RECORDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime
    from typing import Any

    from sqlalchemy import Connection, Select

    from cpe_diag.store.case_store import CaseStore
    from cpe_diag.store.holds import Hold
    from cpe_diag.store.old_journals import OldJournals

R = TypeVar("R", ActionRecord, RouterRecord)

ID_LENGTH: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPart:
    """The step of a run that a change belongs to; `attempt` is that of the worker that does it."""

    run: str
    attempt: int
    step: str

    @property
    def action_id(self) -> str:
        """The id of the one change that the step may begin, however often it is taken up."""
        return hashlib.sha256(f"{self.run}\n{self.step}".encode()).hexdigest()[:ID_LENGTH]


class StoredActions(Generic[R]):
    """All changes of one kind."""

    def __init__(
        self,
        store: CaseStore,
        kind: str,
        record_type: type[R],
        old: OldJournals[R],
    ) -> None:
        """Keep them in `store`.

        Args:
            store: the case store.
            kind: tells them from others there.
            record_type: what a record is.
            old: files that an earlier version has written; they are taken over on the first use.
        """
        self._store = store
        self._kind = kind
        self._record_type: type[R] = record_type
        self._old: OldJournals[R] = old
        self._holds = Holds(store)
        self._taken_over = False

    def begin(self, record: R, hold: Hold, part: RunPart | None = None) -> StoredActionJournal:
        """Begin the journal of an action.

        Args:
            record: with its plan, and without entries.
            hold: of the device.
            part: of a run, None: it belongs to none.

        Returns:
            The journal; the plan is on the disk.

        Raises:
            HoldLostError: the hold or the run is another's.
            ActionError: it cannot be written, or there is an action of this id.
        """
        journal = StoredActionJournal(self._store, self._holds, record.id, hold, part)
        try:
            with self._store.writing() as connection:
                journal.check(connection)
                _insert(connection, self._kind, record, part)
        except _KnownError:
            raise ActionError(f"there is an action {record.id!r} already") from None
        except StoreError as error:
            raise _unwritable(error) from error
        return journal

    def resume(
        self, action_id: str, hold: Hold, part: RunPart | None = None
    ) -> StoredActionJournal:
        """Go on with the journal of an action, which `record` gives."""
        return StoredActionJournal(self._store, self._holds, action_id, hold, part)

    def record(self, action_id: str) -> R:
        """Read one action.

        Raises:
            WishError: there is none of this id.
            ActionError: it holds what we do not write.
            StoreError: the store cannot be read.
        """
        found = self.find(action_id)
        if found is None:
            raise WishError(f"there is no action {action_id!r} in {self._store.name}")
        return found

    def find(self, action_id: str) -> R | None:
        """Read one action; None: it was not begun.

        Raises:
            ActionError, StoreError: as for `record`.
        """
        return next(iter(self._read(self._wanted().where(ACTION_RECORDS.c.id == action_id))), None)

    def unfinished(self) -> tuple[R, ...]:
        """Give the actions without an end, the oldest first.

        Raises:
            ActionError, StoreError: as for `record`.
        """
        return self._read(self._wanted().where(ACTION_RECORDS.c.ended_at.is_(None)))

    def every(
        self, *, since: datetime | None = None, subscriber: str | None = None
    ) -> tuple[R, ...]:
        """Give actions, the oldest first: those begun after a moment, those of a subscriber.

        Raises:
            ActionError, StoreError: as for `record`.
        """
        wanted = self._wanted()
        if since is not None:
            wanted = wanted.where(ACTION_RECORDS.c.begun_at > moment_text(since))
        if subscriber is not None:
            wanted = wanted.where(ACTION_RECORDS.c.subscriber == subscriber)
        return self._read(wanted)

    def of_runs(self, runs: Sequence[str]) -> frozenset[str]:
        """Give the ids of the actions that belong to some runs.

        Raises:
            StoreError: the store cannot be read.
        """
        if not runs:
            return frozenset()
        wanted = select(ACTION_RECORDS.c.id).where(
            ACTION_RECORDS.c.kind == self._kind, ACTION_RECORDS.c.run.in_(runs)
        )
        with self._store.reading() as connection:
            return frozenset(connection.execute(wanted).scalars().all())

    @contextmanager
    def held_places(self, places: Iterable[str], what: str) -> Iterator[Hold]:
        """Let only this block change what lies at some places; see `Holds.held`.

        Raises:
            ActionError: another process is changing it, or the store cannot be used.
        """
        self._take_over()
        with self._holds.held(places, what, holder=this_process()) as hold:
            yield hold

    def _wanted(self) -> Select[Any]:
        return (
            select(ACTION_RECORDS.c.id, ACTION_RECORDS.c.document)
            .where(ACTION_RECORDS.c.kind == self._kind)
            .order_by(ACTION_RECORDS.c.begun_at, ACTION_RECORDS.c.id)
        )

    def _read(self, wanted: Select[Any]) -> tuple[R, ...]:
        self._take_over()
        found: list[R] = []
        with self._store.reading() as connection:
            for row in connection.execute(wanted).mappings().all():
                entries = connection.execute(
                    select(ACTION_ENTRIES.c.document)
                    .where(ACTION_ENTRIES.c.action == row["id"])
                    .order_by(ACTION_ENTRIES.c.seq)
                )
                found.append(self._decoded(row["id"], row["document"], entries.scalars().all()))
        return tuple(found)

    def _decoded(self, action_id: str, document: str, entries: Iterable[str]) -> R:
        try:
            record = decode(self._record_type, json.loads(document))
            read = tuple(decode(JournalEntry, json.loads(one)) for one in entries)
        except UndecodableError as error:
            raise ActionError(f"action {action_id} cannot be read: {error}") from error
        whole: R = replace(record, entries=read)
        return whole

    def _take_over(self) -> None:
        """Take over what an earlier version has kept in files, once.

        Raises:
            ActionError: a file cannot be read, or cannot be renamed.
            StoreError: the store cannot be written.
        """
        if self._taken_over:
            return
        for path, record in self._old.left():
            if record is not None:
                try:
                    with self._store.writing() as connection:
                        _insert(connection, self._kind, record, None)
                        for number, entry in enumerate(record.entries):
                            _append(connection, record.id, number, entry)
                except _KnownError:
                    pass  # another process has just taken it over
            self._old.is_taken(path)
        self._taken_over = True


class StoredActionJournal:
    """The ActionJournal of one action, for whoever holds its device."""

    def __init__(
        self, store: CaseStore, holds: Holds, action_id: str, hold: Hold, part: RunPart | None
    ) -> None:
        """Write under `hold`, and for the run of `part`."""
        self._store = store
        self._holds = holds
        self._action_id = action_id
        self._hold = hold
        self._part = part

    def write(self, entry: JournalEntry) -> None:
        """Append an entry; see `ActionJournal`."""
        try:
            with self._store.writing() as connection:
                self.check(connection)
                last = connection.execute(
                    select(func.max(ACTION_ENTRIES.c.seq)).where(
                        ACTION_ENTRIES.c.action == self._action_id
                    )
                ).scalar()
                number = 0 if last is None else int(last) + 1
                _append(connection, self._action_id, number, entry)
        except StoreError as error:
            raise _unwritable(error) from error

    def check(self, connection: Connection) -> None:
        """Hold device and run until the transaction ends.

        Raises:
            HoldLostError: one of them is another's.
        """
        self._holds.check(connection, self._hold)
        if self._part is not None:
            try:
                check_attempt(connection, self._part.run, self._part.attempt)
            except RunError as error:
                raise HoldLostError(f"{error}; nothing more is sent") from None


class _KnownError(Exception):
    """There is an action of this id; nothing of ours is kept."""


def _insert(
    connection: Connection, kind: str, record: ActionRecord | RouterRecord, part: RunPart | None
) -> None:
    row = insert(ACTION_RECORDS).values(
        id=record.id,
        kind=kind,
        begun_at=moment_text(record.begun_at),
        subscriber=record.plan.subscriber,
        run=None if part is None else part.run,
        step=None if part is None else part.step,
        document=json.dumps(encode(replace(record, entries=()))),
    )
    try:
        connection.execute(row)
    except IntegrityError:
        raise _KnownError from None


def _append(connection: Connection, action_id: str, number: int, entry: JournalEntry) -> None:
    connection.execute(
        insert(ACTION_ENTRIES).values(
            action=action_id, seq=number, document=json.dumps(encode(entry))
        )
    )
    if entry.kind is EntryKind.END:
        connection.execute(
            update(ACTION_RECORDS)
            .where(ACTION_RECORDS.c.id == action_id)
            .values(ended_at=moment_text(entry.at))
        )


def _unwritable(error: StoreError) -> ActionError:
    return ActionError(f"the journal cannot be written: {error}")
