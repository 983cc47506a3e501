"""The audit trail in the case store: append-only, linked and signed."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Final, TypeVar

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from cpe_diag.domain.audit import AuditEvent, AuditKind
from cpe_diag.domain.failures import StoreError
from cpe_diag.store.audit_links import FIRST_PREVIOUS, Flaw, Head, Link, Personal, flaws_of
from cpe_diag.store.case_tables import (
    AUDIT_HEAD,
    AUDIT_LINKS,
    AUDIT_PERSONAL,
    moment_of,
    moment_text,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

    from cpe_diag.store.audit_key import AuditKey
    from cpe_diag.store.audit_key_source import KeySource
    from cpe_diag.store.audit_links import Signed
    from cpe_diag.store.case_store import CaseStore

T = TypeVar("T")

HEAD_ROW: Final = 1
SALT_BYTES: Final = 16
NOT_THERE: Final = "(not there)"
TRIES: Final = 5
"""How often an entry is tried where the database lets two writers come to the same number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One event with its number and the hash of its link."""

    seq: int
    hash: str
    event: AuditEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What a check of the whole chain found. `public_key` is that which must have signed."""

    length: int
    hash: str
    public_key: str
    flaws: tuple[Flaw, ...]


class StoredAudit:
    """AuditTrail in the case store."""

    def __init__(self, store: CaseStore, keys: KeySource) -> None:
        """Append to the chain in `store`."""
        self._store = store
        self._keys = keys
        self._key: AuditKey | None = None

    def note(self, *events: AuditEvent) -> None:
        """Append events, all of them or none; they are on the disk when this returns."""
        self._appended(lambda _: (None, events))

    def together(self, work: Callable[[Connection], tuple[T, AuditEvent | None]]) -> T:
        """Write something and the event that tells of it: both, or neither.

        Args:
            work: writes, and gives what is to be returned and the event, None where there is
                nothing to tell; it is called again where another process came first.

        Raises:
            StoreError: the store cannot be written, or the key is missing or not the chain's.
        """

        def one(connection: Connection) -> tuple[T, tuple[AuditEvent, ...]]:
            result, event = work(connection)
            return result, () if event is None else (event,)

        return self._appended(one)

    def _appended(self, work: Callable[[Connection], tuple[T, tuple[AuditEvent, ...]]]) -> T:
        for _ in range(TRIES):
            with suppress(_TakenError):
                with self._store.writing() as connection:
                    result, events = work(connection)
                    numbers = [self._append(connection, event) for event in events]
                if 1 in numbers:
                    self._keys.begin_chain()
                return result
        raise StoreError("the audit trail is too busy; try again")

    def _append(self, connection: Connection, event: AuditEvent) -> int:
        row = connection.execute(
            select(AUDIT_HEAD).where(AUDIT_HEAD.c.id == HEAD_ROW).with_for_update()
        ).first()
        head = None if row is None else _taken(Head, row._mapping)  # noqa: SLF001 - its public name
        key = self._signing_key(head)
        seq = 1 if head is None else head.length + 1
        personal = Personal(
            seq=seq,
            salt=os.urandom(SALT_BYTES).hex(),
            staff=event.staff,
            subscriber=event.subscriber,
            ticket=event.ticket,
            words=event.words,
        )
        link = Link(
            seq=seq,
            previous=FIRST_PREVIOUS if head is None else head.hash,
            kind=event.kind.value,
            at=moment_text(event.at),
            action=event.action,
            digest=event.digest,
            personal=personal.digest,
        )
        link = replace(link, hash=link.computed, signature=key.sign(link.message))
        new = Head(length=seq, hash=link.hash, public_key=key.public)
        new = replace(new, signature=key.sign(new.message))
        try:
            connection.execute(insert(AUDIT_LINKS).values(asdict(link)))
            connection.execute(insert(AUDIT_PERSONAL).values(asdict(personal)))
            write = insert(AUDIT_HEAD).values(id=HEAD_ROW) if head is None else update(AUDIT_HEAD)
            connection.execute(write.values(asdict(new)))
        except IntegrityError:
            raise _TakenError from None
        return seq

    def entries(
        self, *, subscriber: str | None = None, newest: int | None = None
    ) -> tuple[Entry, ...]:
        """Give events in their order.

        Args:
            subscriber: only those about one.
            newest: only so many, the last ones.

        Raises:
            StoreError: the store cannot be read.
        """
        wanted = (
            select(AUDIT_LINKS, *_PERSONAL)
            .outerjoin(AUDIT_PERSONAL, AUDIT_PERSONAL.c.seq == AUDIT_LINKS.c.seq)
            .order_by(AUDIT_LINKS.c.seq.desc())
            .limit(newest)
        )
        if subscriber is not None:
            wanted = wanted.where(AUDIT_PERSONAL.c.subscriber == subscriber)
        with self._store.reading() as connection:
            rows = connection.execute(wanted).mappings().all()
        return tuple(entry_of(row) for row in reversed(rows))

    def verify(self, key: Signed | None = None) -> Verified:
        """Check the whole chain.

        Args:
            key: which must have signed; None: ours.

        Raises:
            StoreError: the store or the key cannot be read, or there is no key to check with.
        """
        begun = self._keys.chain_begun()  # before the chain is read: it may begin meanwhile
        with self._store.reading() as connection:
            links = [
                _taken(Link, row)
                for row in connection.execute(select(AUDIT_LINKS).order_by(AUDIT_LINKS.c.seq))
                .mappings()
                .all()
            ]
            personal = {
                row["seq"]: _taken(Personal, row)
                for row in connection.execute(select(AUDIT_PERSONAL)).mappings().all()
            }
            found = connection.execute(select(AUDIT_HEAD)).mappings().first()
        head = None if found is None else _taken(Head, found)
        checking = key or self._keys.existing()
        if checking is None:
            if links or head:
                raise StoreError("the audit key is missing: give the public one to check with")
            return Verified(length=0, hash=FIRST_PREVIOUS, public_key="", flaws=())
        flaws = flaws_of(links, personal, head, checking)
        if begun and not links and head is None:
            flaws = (Flaw(seq=1, words="there is a key and no chain: all of it was cut"),)
        return Verified(
            length=len(links) if head is None else head.length,
            hash=FIRST_PREVIOUS if head is None else head.hash,
            public_key=checking.public,
            flaws=flaws,
        )

    def holds_at(self, length: int, hash_: str) -> bool:
        """Say whether the chain still has, at `length`, the head that was written down then."""
        with self._store.reading() as connection:
            found = connection.execute(
                select(AUDIT_LINKS.c.hash).where(AUDIT_LINKS.c.seq == length)
            ).scalar()
        return found == hash_

    def _signing_key(self, head: Head | None) -> AuditKey:
        if head is None and self._keys.chain_begun():
            raise StoreError(
                "there is an audit key and no chain: its entries were cut, or this is another "
                "store; put the old one back, or move the key away to begin a new chain"
            )
        if self._key is None:
            self._key = self._keys.made() if head is None else self._keys.existing()
        if self._key is None:
            raise StoreError("the audit key is missing, and the chain has begun: put it back")
        if head is not None and head.public_key != self._key.public:
            raise StoreError(
                "the audit chain is signed by another key than ours; see `cpe-diag audit verify`"
            )
        return self._key


class _TakenError(Exception):
    """Another process has taken the number."""


_PERSONAL: Final = [column for column in AUDIT_PERSONAL.c if column.name != "seq"]


def _taken(kind: type[Any], row: Any) -> Any:  # noqa: ANN401 - a row of a table by its names
    return kind(**{field.name: row[field.name] for field in fields(kind)})


def entry_of(row: Any) -> Entry:  # noqa: ANN401 - as above
    """Read an entry from a link and its person, who may not be there any more."""
    try:
        event = AuditEvent(
            kind=AuditKind(row["kind"]),
            at=moment_of(row["at"]),
            staff=row["staff"] or NOT_THERE,
            words=row["words"] or NOT_THERE,
            subscriber=row["subscriber"],
            ticket=row["ticket"],
            action=row["action"],
            digest=row["digest"],
        )
    except (TypeError, ValueError):
        raise StoreError(
            f"entry {row['seq']} of the audit trail was changed; see `cpe-diag audit verify`"
        ) from None
    return Entry(seq=row["seq"], hash=row["hash"], event=event)
