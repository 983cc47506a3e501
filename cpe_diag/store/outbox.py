"""The outbox: letters are kept in the transaction of what they tell, and sent afterwards."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import String, and_, bindparam, exists, insert, or_, select, union_all, update
from sqlalchemy.exc import IntegrityError

from cpe_diag.domain.letter import TRIES, Letter, LetterKind, LetterState
from cpe_diag.store.case_tables import moment_of, moment_text
from cpe_diag.store.outbox_tables import OUTBOX

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime, timedelta

    from sqlalchemy import ColumnElement, Connection, Select, Update

    from cpe_diag.domain.letter import NewLetter
    from cpe_diag.store.case_store import CaseStore

MANY: Final = 50


def put(connection: Connection, letters: Iterable[NewLetter], at: datetime) -> None:
    """Keep letters in the transaction of what they tell.

    Args:
        connection: of the transaction.
        letters: those whose key was put before are not put again, whatever became of them.
        at: now.
    """
    new: dict[str, NewLetter] = {}
    for letter in letters:
        new.setdefault(letter.key, letter)
    if not new:
        return
    known = connection.execute(select(OUTBOX.c.key).where(OUTBOX.c.key.in_(list(new))))
    for key in known.scalars():
        del new[key]
    for letter in new.values():
        row = insert(OUTBOX).values(
            key=letter.key,
            kind=letter.kind.value,
            target=letter.target,
            lane=letter.lane,
            case_id=letter.case_id,
            subscriber=letter.subscriber,
            document=json.dumps(letter.document),
            state=LetterState.WAITING.value,
            made_at=moment_text(at),
            not_before=moment_text(letter.not_before or at),
            tries=0,
            tries_left=TRIES[letter.kind],
            words="",
        )
        try:
            with connection.begin_nested():
                connection.execute(row)
        except IntegrityError:  # PostgreSQL: somebody else has put it since we looked
            continue


class StoredOutbox:
    """All letters of this store."""

    def __init__(self, store: CaseStore) -> None:
        """Keep them in `store`."""
        self._store = store
        self._steady = store.steady
        self._asks: dict[tuple[tuple[LetterKind, ...], int], Select[Any]] = {}
        """What is asked every second, built once."""

    def due(
        self,
        at: datetime,
        kinds: Iterable[LetterKind] = tuple(LetterKind),
        *,
        each: int = MANY,
    ) -> tuple[Letter, ...]:
        """Give the letters that are due, of all kinds in one question; `take` them before use.

        Args:
            at: now, by the time of day: what was put off may be due by a desk's clock or a
                person's hours. A clock that is wrong makes it late; twice or never it makes none.
            kinds: which letters.
            each: how many of each kind at most.

        Returns:
            The letters, what is due first first. An older letter of the same lane goes first, and
            one whose sender has it still is left alone.

        Raises:
            StoreError: the store cannot be read.
        """
        asked = (tuple(kinds), each)
        if not asked[0]:
            return ()
        if asked not in self._asks:
            self._asks[asked] = self._due(*asked)
        with self._store.reading() as connection:  # who finds nothing holds up no writer
            rows = connection.execute(self._asks[asked], {"now": moment_text(at)}).mappings().all()
        return tuple(map(_letter, rows))

    def take(self, letter: Letter, *, sender: str, lease: timedelta) -> Letter | None:
        """Take up a letter that is due.

        Args:
            letter: as it was given by `due`.
            sender: who takes it.
            lease: for how long it is the sender's, whatever the time of day is said to be.

        Returns:
            The letter as it is now; None: somebody else was quicker.

        Raises:
            StoreError: the store cannot be written.
        """
        taken = (
            _ours(letter)
            .where(self._is_free())
            .values(
                sender=sender,
                lease_until=self._steady.moment(lease),
                tries=OUTBOX.c.tries + 1,
                tries_left=OUTBOX.c.tries_left - 1,
            )
            .returning(*OUTBOX.c)
        )
        with self._store.writing() as connection:
            row = connection.execute(taken).mappings().first()
        return None if row is None else _letter(row)

    def claim(
        self,
        *,
        sender: str,
        at: datetime,
        lease: timedelta,
        kinds: Iterable[LetterKind] = tuple(LetterKind),
    ) -> Letter | None:
        """Take up the letter that is due first; None: there is none. See `due` and `take`.

        Raises:
            StoreError: the store cannot be used.
        """
        for letter in self.due(at, kinds):
            taken = self.take(letter, sender=sender, lease=lease)
            if taken is not None:
                return taken
        return None

    def _due(self, kinds: tuple[LetterKind, ...], each: int) -> Select[Any]:
        parts = [select(self._due_of(kind).limit(each).subquery()) for kind in kinds]
        return (
            select(OUTBOX)
            .where(OUTBOX.c.number.in_(union_all(*parts)))
            .order_by(OUTBOX.c.not_before, OUTBOX.c.number)
        )

    def _due_of(self, kind: LetterKind) -> Select[int]:
        now = bindparam("now", type_=String)
        older = OUTBOX.alias()
        return (
            select(OUTBOX.c.number)
            .where(OUTBOX.c.state == LetterState.WAITING.value, OUTBOX.c.kind == kind.value)
            # What was never put off is due, also where a clock was ahead when it was made.
            .where(or_(OUTBOX.c.not_before <= now, OUTBOX.c.not_before == OUTBOX.c.made_at))
            .where(self._is_free())
            .where(
                ~exists().where(
                    and_(
                        older.c.lane == OUTBOX.c.lane,
                        older.c.state == LetterState.WAITING.value,
                        older.c.number < OUTBOX.c.number,
                    )
                )
            )
            .order_by(OUTBOX.c.not_before, OUTBOX.c.number)
        )

    def _is_free(self) -> ColumnElement[bool]:
        return or_(OUTBOX.c.lease_until.is_(None), self._steady.is_over(OUTBOX.c.lease_until))

    def is_ours(self, letter: Letter) -> bool:
        """Say whether the letter is still the sender's that claimed it.

        Raises:
            StoreError: the store cannot be read.
        """
        wanted = select(OUTBOX.c.number).where(
            OUTBOX.c.number == letter.number,
            OUTBOX.c.tries == letter.tries,
            OUTBOX.c.state == LetterState.WAITING.value,
            ~self._steady.is_over(OUTBOX.c.lease_until),
        )
        with self._store.reading() as connection:
            return connection.execute(wanted).first() is not None

    def sent(self, letter: Letter, *, at: datetime) -> None:
        """Note that a letter was sent; what it said is forgotten here.

        Raises:
            StoreError: the store cannot be written.
        """
        self._end(letter, LetterState.SENT, at, document="{}", words="")

    def bury(self, letter: Letter, *, at: datetime, words: str) -> None:
        """Give a letter up; `words` say why.

        Raises:
            StoreError: the store cannot be written.
        """
        self._end(letter, LetterState.DEAD, at, words=words)

    def put_off(self, letter: Letter, *, until: datetime, words: str) -> None:
        """Let a letter be tried again later; `words` say why.

        Raises:
            StoreError: the store cannot be written.
        """
        with self._store.writing() as connection:
            connection.execute(
                _ours(letter).values(
                    not_before=moment_text(until), sender=None, lease_until=None, words=words
                )
            )

    def letters(
        self, *, state: LetterState | None = None, limit: int = MANY
    ) -> tuple[Letter, ...]:
        """Give letters, the newest first.

        Raises:
            StoreError: the store cannot be read.
        """
        wanted = select(OUTBOX).order_by(OUTBOX.c.number.desc()).limit(limit)
        if state is not None:
            wanted = wanted.where(OUTBOX.c.state == state.value)
        with self._store.reading() as connection:
            return tuple(map(_letter, connection.execute(wanted).mappings().all()))

    def revive(self, number: int | None, *, at: datetime) -> int:
        """Have dead letters tried again.

        Args:
            number: of the letter; None: all of them.
            at: now.

        Returns:
            How many there were.

        Raises:
            StoreError: the store cannot be written.
        """
        which = [OUTBOX.c.state == LetterState.DEAD.value]
        if number is not None:
            which.append(OUTBOX.c.number == number)
        with self._store.writing() as connection:
            numbers = connection.execute(
                select(OUTBOX.c.number, OUTBOX.c.kind).where(*which)
            ).all()
            for each, kind in numbers:
                connection.execute(
                    update(OUTBOX)
                    .where(OUTBOX.c.number == each, *which)
                    .values(
                        state=LetterState.WAITING.value,
                        not_before=moment_text(at),
                        tries_left=TRIES[LetterKind(kind)],
                        ended_at=None,
                    )
                )
            return len(numbers)

    def _end(self, letter: Letter, state: LetterState, at: datetime, **said: str) -> None:
        with self._store.writing() as connection:
            connection.execute(
                _ours(letter).values(
                    state=state.value,
                    ended_at=moment_text(at),
                    sender=None,
                    lease_until=None,
                    **said,
                )
            )


def _ours(letter: Letter) -> Update:
    """Write only where nobody else has taken the letter up since."""
    return update(OUTBOX).where(
        OUTBOX.c.number == letter.number,
        OUTBOX.c.tries == letter.tries,
        OUTBOX.c.state == LetterState.WAITING.value,
    )


def _letter(row: Mapping[Any, Any]) -> Letter:
    said = {str(name): value for name, value in row.items()}
    for name in ("made_at", "not_before"):
        said[name] = moment_of(said[name])
    for name in ("lease_until", "ended_at"):
        said[name] = None if said[name] is None else moment_of(said[name])
    said["kind"] = LetterKind(said["kind"])
    said["state"] = LetterState(said["state"])
    said["document"] = json.loads(said["document"])
    return Letter(**said)
