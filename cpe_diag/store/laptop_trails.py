"""The audit chains of laptops in the office: appended once, never over what is here.

A chain is believed by the key that it came with first. It comes home whole each time, from its
first entry on, so that a gap or another past shows; persons that were erased on the laptop since
stay as they came before.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any, Final, TypeVar

from sqlalchemy import delete, insert, select

from cpe_diag.domain.failures import PackError, StoreError
from cpe_diag.store.audit_key import PublicAuditKey
from cpe_diag.store.audit_links import FIRST_PREVIOUS, Flaw, Head, Link, Personal, flaws_of
from cpe_diag.store.audit_trail import entry_of
from cpe_diag.store.carried import Arrival
from cpe_diag.store.case_tables import AUDIT_HEAD, AUDIT_LINKS, AUDIT_PERSONAL, moment_text
from cpe_diag.store.laptop_tables import LAPTOP_HEADS, LAPTOP_LINKS, LAPTOP_PERSONAL
from cpe_diag.store.one_at_a_time import one_at_a_time

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Table

    from cpe_diag.store.audit_trail import Entry
    from cpe_diag.store.case_store import CaseStore

V = TypeVar("V")
MOST_FLAWS: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class CarriedTrail:
    """A laptop's whole chain: rows as JSON. `personal` lacks those that were erased there."""

    head: str
    links: tuple[str, ...]
    personal: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrivedTrail:
    """What became of a chain: how many entries were new, and what somebody should look at."""

    arrival: Arrival
    length: int
    hash: str
    added: int
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptTrail:
    """A laptop's chain as it stands here."""

    laptop: str
    length: int
    hash: str
    flaws: tuple[Flaw, ...]


def carried_trail(store: CaseStore) -> CarriedTrail | None:
    """Give a laptop's own chain; None: it has none yet.

    Raises:
        StoreError: the store cannot be read.
    """
    with store.reading() as connection:
        head = connection.execute(select(AUDIT_HEAD)).mappings().first()
        if head is None:
            return None
        links = connection.execute(select(AUDIT_LINKS).order_by(AUDIT_LINKS.c.seq))
        personal = connection.execute(select(AUDIT_PERSONAL).order_by(AUDIT_PERSONAL.c.seq))
        return CarriedTrail(
            head=json.dumps({field.name: head[field.name] for field in fields(Head)}),
            links=tuple(json.dumps(dict(row)) for row in links.mappings()),
            personal=tuple(json.dumps(dict(row)) for row in personal.mappings()),
        )


def bring_trail_in(
    store: CaseStore,
    laptop: str,
    trail: CarriedTrail,
    *,
    at: datetime,
    erased: Callable[[Connection, str, str], bool],
) -> ArrivedTrail:
    """Append what is new of a laptop's chain, or nothing.

    Args:
        store: of the office.
        laptop: by what it signs.
        trail: its chain.
        at: now.
        erased: whether somebody (second) must not come with an entry of a moment (third).

    Returns:
        What became of it; CONFLICT where it does not hold by itself, or has another past.

    Raises:
        PackError: its rows are not those of this version of the program.
        StoreError: the store cannot be written; nothing was.
    """
    head = _of(Head, trail.head)
    links = [_of(Link, row) for row in trail.links]
    personal = {one.seq: one for one in (_of(Personal, row) for row in trail.personal)}
    words = _unsound(links, personal, head)
    with store.writing() as connection:
        one_at_a_time(connection, "laptop trail", laptop)
        known = _head(connection, laptop)
        words = words or _another_past(connection, laptop, known, head, links)
        if words:
            at_home = known.length if known else 0
            hash_ = known.hash if known else FIRST_PREVIOUS
            return ArrivedTrail(
                arrival=Arrival.CONFLICT, length=at_home, hash=hash_, added=0, words=words
            )
        new = links[known.length if known else 0 :]
        _append(connection, LAPTOP_LINKS, laptop, new)
        here = _numbers(connection, laptop)
        _append(
            connection,
            LAPTOP_PERSONAL,
            laptop,
            [
                personal[link.seq]
                for link in links
                if link.seq in personal
                and link.seq not in here
                and not _gone(connection, personal[link.seq], link, erased)
            ],
        )
        if new:
            connection.execute(delete(LAPTOP_HEADS).where(LAPTOP_HEADS.c.laptop == laptop))
            row = asdict(head) | {"laptop": laptop, "came_at": moment_text(at)}
            connection.execute(insert(LAPTOP_HEADS).values(row))
        end = head if new or known is None else known
    arrival = Arrival.NEW if new else Arrival.SAME
    return ArrivedTrail(
        arrival=arrival, length=end.length, hash=end.hash, added=len(new), words=""
    )


def kept_trails(store: CaseStore) -> tuple[KeptTrail, ...]:
    """Check all chains of laptops that are here.

    Persons may be missing: what the laptop or the office has erased never comes, or goes.

    Raises:
        StoreError: the store cannot be read.
    """
    with store.reading() as connection:
        laptops = connection.execute(select(LAPTOP_HEADS.c.laptop).order_by(LAPTOP_HEADS.c.laptop))
        return tuple(_kept(connection, laptop) for laptop in laptops.scalars().all())


def ends_of_trails(store: CaseStore) -> dict[str, tuple[int, str]]:
    """Give where each laptop's chain ends here: its length and its last hash.

    Raises:
        StoreError: the store cannot be read.
    """
    wanted = select(LAPTOP_HEADS.c.laptop, LAPTOP_HEADS.c.length, LAPTOP_HEADS.c.hash)
    with store.reading() as connection:
        return {row.laptop: (row.length, row.hash) for row in connection.execute(wanted)}


def entries_of(
    store: CaseStore, laptop: str, *, subscriber: str | None = None, newest: int | None = None
) -> tuple[Entry, ...]:
    """Give what a laptop's chain tells, as `StoredAudit.entries` does of our own.

    Raises:
        StoreError: the store cannot be read.
    """
    links, persons = LAPTOP_LINKS, LAPTOP_PERSONAL
    columns = [one for one in persons.c if one.name not in {"laptop", "seq"}]
    both = (persons.c.laptop == links.c.laptop) & (persons.c.seq == links.c.seq)
    wanted = (
        select(links, *columns)
        .outerjoin(persons, both)
        .where(links.c.laptop == laptop)
        .order_by(links.c.seq.desc())
        .limit(newest)
    )
    if subscriber is not None:
        wanted = wanted.where(persons.c.subscriber == subscriber)
    with store.reading() as connection:
        rows = connection.execute(wanted).mappings().all()
    return tuple(entry_of(row) for row in reversed(rows))


def _kept(connection: Connection, laptop: str) -> KeptTrail:
    head = _head(connection, laptop)
    if head is None:
        raise StoreError(f"the head of the chain of laptop {laptop} has just gone")
    links = _rows(connection, LAPTOP_LINKS, laptop, Link)
    personal = {row.seq: row for row in _rows(connection, LAPTOP_PERSONAL, laptop, Personal)}
    missing = {link.seq for link in links} - set(personal)
    flaws = flaws_of(links, personal, head, PublicAuditKey(head.public_key), erased=missing)
    return KeptTrail(laptop=laptop, length=head.length, hash=head.hash, flaws=flaws)


def _unsound(links: Sequence[Link], personal: dict[int, Personal], head: Head) -> str:
    """Say what is wrong with a chain by itself; empty where nothing."""
    try:
        key = PublicAuditKey(head.public_key)
    except StoreError as error:
        return str(error)
    flaws = flaws_of(links, personal, head, key)
    told = [flaw.words for flaw in flaws[:MOST_FLAWS]]
    more = [f"and {len(flaws) - MOST_FLAWS} more"] if len(flaws) > MOST_FLAWS else []
    return "; ".join((*told, *more))


def _another_past(
    connection: Connection,
    laptop: str,
    known: Head | None,
    head: Head,
    links: Sequence[Link],
) -> str:
    """Say how a sound chain differs from what is here; empty where it goes on from it."""
    if known is None:
        return ""
    if known.public_key != head.public_key:
        return "it is signed by another key than before: a chain that was begun anew"
    wanted = select(LAPTOP_LINKS.c.seq, LAPTOP_LINKS.c.hash)
    rows = connection.execute(wanted.where(LAPTOP_LINKS.c.laptop == laptop)).all()
    here = {row.seq: row.hash for row in rows}
    for link in links:
        if link.seq in here and here[link.seq] != link.hash:
            return f"from entry {link.seq} on it tells another past than the one that is here"
    return ""


def _gone(
    connection: Connection,
    personal: Personal,
    link: Link,
    erased: Callable[[Connection, str, str], bool],
) -> bool:
    whose = personal.subscriber
    return whose is not None and erased(connection, whose, link.at)


def _head(connection: Connection, laptop: str) -> Head | None:
    found = _rows(connection, LAPTOP_HEADS, laptop, Head)
    return found[0] if found else None


def _numbers(connection: Connection, laptop: str) -> set[int]:
    wanted = select(LAPTOP_PERSONAL.c.seq).where(LAPTOP_PERSONAL.c.laptop == laptop)
    return set(connection.execute(wanted).scalars().all())


def _rows(connection: Connection, table: Table, laptop: str, kind: type[V]) -> list[V]:
    found = connection.execute(select(table).where(table.c.laptop == laptop)).mappings().all()
    rows = [kind(**{one.name: row[one.name] for one in fields(kind)}) for row in found]  # type: ignore[arg-type]  # dataclasses
    return sorted(rows, key=lambda row: getattr(row, "seq", 0))


def _append(connection: Connection, table: Table, laptop: str, rows: Iterable[Any]) -> None:
    for row in rows:
        connection.execute(insert(table).values(asdict(row) | {"laptop": laptop}))


def _of(kind: type[V], text: str) -> V:
    """Read a row.

    Raises:
        PackError: it is none of this kind.
    """
    row = json.loads(text)
    if not isinstance(row, dict) or set(row) != {one.name for one in fields(kind)}:  # type: ignore[arg-type]  # dataclasses
        raise PackError("the audit chain of the laptop was written by another version of cpe-diag")
    return kind(**row)
