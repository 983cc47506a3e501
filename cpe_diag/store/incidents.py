"""Incidents in the case store; subscribers stand in it as digests, to be counted only."""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from cpe_diag.domain.incident import KEPT_FOR, KNOWN_FOR, Incident, IncidentKind
from cpe_diag.domain.letter import NewLetter
from cpe_diag.store.case_tables import moment_of, moment_text
from cpe_diag.store.cases import CLOSED, HANDED_OVER, ID_BYTES
from cpe_diag.store.incident_tables import INCIDENT_CASES, INCIDENT_SIGHTINGS, INCIDENTS
from cpe_diag.store.outbox import put
from cpe_diag.store.run_rows import CaseRow, case_row
from cpe_diag.store.run_tables import CASES

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection, Insert

    from cpe_diag.store.case_store import CaseStore

Letters: TypeAlias = Callable[[Incident, tuple[CaseRow, ...]], Iterable[NewLetter]]
"""What has to be told of an incident, with the cases that are attached to it."""

URGENT: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What a run has met. `case_id` None: nobody keeps a case for it.

    `destination` is where the parent case goes.
    """

    kind: IncidentKind
    place: str
    cause: str
    title: str
    subscriber: str
    destination: str
    case_id: str | None = None
    told: Mapping[str, object] = field(default_factory=dict)


class _MeanwhileError(Exception):
    """Another process has written the same meanwhile; nothing of ours is kept."""


def _tells_nobody(_incident: Incident, _cases: tuple[CaseRow, ...]) -> tuple[NewLetter, ...]:
    return ()


class StoredIncidents:
    """All incidents of this store."""

    def __init__(self, store: CaseStore, key: bytes) -> None:
        """Keep them in `store`; `key` makes the digests that count subscribers."""
        self._store = store
        self._key = key

    def every(self) -> tuple[Incident, ...]:
        """Give all incidents, the newest first.

        Raises:
            StoreError: the store cannot be read.
        """
        with self._store.reading() as connection:
            rows = connection.execute(select(INCIDENTS).order_by(INCIDENTS.c.since.desc()))
            return tuple(_of_row(connection, row) for row in rows.mappings().all())

    def latest(self, kind: IncidentKind, place: str) -> Incident | None:
        """Give the newest incident of a place; None: there is none.

        Raises:
            StoreError: the store cannot be read.
        """
        with self._store.reading() as connection:
            return _latest(connection, kind, _plain(kind, place))

    def of_node(self, node: str, now: datetime) -> Incident | None:
        """Give the incident that has a whole node down, as far as anybody knows; None: none.

        Args:
            node: its id.
            now: a run must have met it lately; later it is measured again.

        Raises:
            StoreError: the store cannot be read.
        """
        wanted = (
            select(INCIDENTS)
            .where(INCIDENTS.c.kind == IncidentKind.NODE.value)
            .where(INCIDENTS.c.place.startswith(f"{node}/", autoescape=True))
            .where(INCIDENTS.c.cleared_at.is_(None), INCIDENTS.c.case_id.is_not(None))
            .where(INCIDENTS.c.last_at >= moment_text(now - KNOWN_FOR))
            .order_by(INCIDENTS.c.last_at.desc())
            .limit(1)
        )
        with self._store.reading() as connection:
            row = connection.execute(wanted).mappings().first()
            return None if row is None else _of_row(connection, row)

    def cases(self, incident: Incident) -> tuple[CaseRow, ...]:
        """Give the cases that belong to an incident, the oldest first.

        Raises:
            StoreError: the store cannot be read.
        """
        with self._store.reading() as connection:
            return _cases(connection, incident)

    def forget(self, before: datetime) -> int:
        """Forget incidents that nobody has met since a moment; gives how many.

        Raises:
            StoreError: the store cannot be written.
        """
        with self._store.writing() as connection:
            return _forget(connection, before)

    def seen(
        self, sighting: Sighting, *, at: datetime, letters: Letters = _tells_nobody
    ) -> Incident:
        """Keep that a subscriber has met it; whoever confirms it opens the parent case.

        Args:
            sighting: what was met; a subscriber counts once in each incident.
            at: when, in UTC.
            letters: what has to be told when it is confirmed, once.

        Returns:
            The incident that it belongs to, with this subscriber; a new one where nobody has met
            it for an hour, or where it was cleared.

        Raises:
            StoreError: the store cannot be written.
        """
        try:
            return self._seen(sighting, at, letters)
        except _MeanwhileError:
            return self._seen(sighting, at, letters)

    def attach(self, incident: Incident, case_id: str) -> None:
        """Have a case belong to a confirmed incident.

        Raises:
            StoreError: the store cannot be written.
        """
        with self._store.writing() as connection:
            _join(connection, incident, case_id)
            _under(connection, incident)

    def clear(
        self, kind: IncidentKind, place: str, *, at: datetime, letters: Letters = _tells_nobody
    ) -> Incident | None:
        """Keep that an incident is over, close its parent case, and tell all who waited.

        Args:
            kind: of the incident.
            place: where.
            at: now.
            letters: what has to be told.

        Returns:
            The incident; None where there is none that goes on.

        Raises:
            StoreError: the store cannot be written.
        """
        with self._store.writing() as connection:
            seen = _latest(connection, kind, _plain(kind, place))
            if seen is None or seen.cleared_at is not None:
                return None
            still = _row(seen)
            cleared = update(INCIDENTS).filter_by(**still).where(INCIDENTS.c.cleared_at.is_(None))
            if connection.execute(cleared.values(cleared_at=moment_text(at))).rowcount != 1:
                return None
            if seen.case_id is not None:
                connection.execute(
                    update(CASES).where(CASES.c.id == seen.case_id).values(state=CLOSED)
                )
            over = _one(connection, seen)
            put(connection, letters(over, _cases(connection, over)), at)
            return over

    def _seen(self, sighting: Sighting, at: datetime, letters: Letters) -> Incident:
        kind, place = sighting.kind, _plain(sighting.kind, sighting.place)
        with self._store.writing() as connection:
            _forget(connection, at - KEPT_FOR)
            found = _latest(connection, kind, place)
            if found is None or not found.is_open(at):
                number = 1 if found is None else found.number + 1
                _open(connection, sighting, place, number, at)
            elif at > found.last_at:
                moment = moment_text(at)
                connection.execute(
                    update(INCIDENTS).filter_by(**_row(found)).values(last_at=moment)
                )
            incident = _held(connection, kind, place)
            _count(connection, incident, self._digest(incident, sighting.subscriber))
            if sighting.case_id is not None:
                _join(connection, incident, sighting.case_id)
            return _confirmed(connection, incident, sighting, at, letters)

    def _digest(self, incident: Incident, subscriber: str) -> str:
        """Give what counts a subscriber once in one incident, and is another in the next."""
        kind = "" if incident.kind is IncidentKind.PLATFORM else f"{incident.kind} "
        words = f"{kind}{incident.place}\n{incident.number}\n{subscriber}"
        return hmac.digest(self._key, words.encode(), "sha256").hex()


def _confirmed(
    connection: Connection,
    incident: Incident,
    sighting: Sighting,
    at: datetime,
    letters: Letters,
) -> Incident:
    """Open the parent case of an incident that is confirmed, and put its cases under it."""
    now = _one(connection, incident)
    if not now.confirmed or (now.case_id is None and sighting.case_id is None):
        return now
    if now.case_id is None:
        parent = secrets.token_hex(ID_BYTES)
        connection.execute(update(INCIDENTS).filter_by(**_row(now)).values(case_id=parent))
        connection.execute(
            insert(CASES).values(
                id=parent,
                opened_at=moment_text(at),
                state=HANDED_OVER,
                priority=URGENT,
                due_at=moment_text(at),
                destination=sighting.destination,
                words=f"{now.title}: {now.place}",
            )
        )
        now = _one(connection, now)
        put(connection, letters(now, _cases(connection, now)), at)
    _under(connection, now)
    return now


def _open(
    connection: Connection, sighting: Sighting, place: str, number: int, at: datetime
) -> None:
    moment = moment_text(at)
    _insert(
        connection,
        insert(INCIDENTS).values(
            kind=sighting.kind.value,
            place=place,
            number=number,
            cause=sighting.cause,
            title=sighting.title,
            since=moment,
            last_at=moment,
            told=json.dumps(sighting.told),
        ),
    )


def _insert(connection: Connection, row: Insert) -> None:
    """Insert a row; on PostgreSQL another process may have done it since we looked.

    Raises:
        _MeanwhileError: it has.
    """
    try:
        connection.execute(row)
    except IntegrityError:
        raise _MeanwhileError from None


def _plain(kind: IncidentKind, place: str) -> str:
    """Give a place as it is compared; names of hosts have no case (RFC 4343)."""
    return place.lower() if kind is IncidentKind.PLATFORM else place


def _row(incident: Incident) -> dict[str, object]:
    return {"kind": incident.kind.value, "place": incident.place, "number": incident.number}


def _latest(connection: Connection, kind: IncidentKind, place: str) -> Incident | None:
    wanted = (
        select(INCIDENTS)
        .where(INCIDENTS.c.kind == kind.value, INCIDENTS.c.place == place)
        .order_by(INCIDENTS.c.number.desc())
        .limit(1)
    )
    row = connection.execute(wanted).mappings().first()
    return None if row is None else _of_row(connection, row)


def _held(connection: Connection, kind: IncidentKind, place: str) -> Incident:
    """Give an incident that is there, and keep others from counting until the transaction ends."""
    found = _latest(connection, kind, place)
    if found is None:
        msg = f"the incident of {place} has just been written"
        raise AssertionError(msg)
    connection.execute(select(INCIDENTS.c.number).filter_by(**_row(found)).with_for_update())
    return found


def _one(connection: Connection, incident: Incident) -> Incident:
    row = connection.execute(select(INCIDENTS).filter_by(**_row(incident))).mappings().one()
    return _of_row(connection, row)


def _forget(connection: Connection, before: datetime) -> int:
    old = connection.execute(
        select(INCIDENTS.c.kind, INCIDENTS.c.place, INCIDENTS.c.number).where(
            INCIDENTS.c.last_at < moment_text(before)
        )
    ).all()
    for table in (INCIDENT_SIGHTINGS, INCIDENT_CASES, INCIDENTS):
        for kind, place, number in old:
            connection.execute(
                delete(table).where(
                    table.c.kind == kind, table.c.place == place, table.c.number == number
                )
            )
    return len(old)


def _count(connection: Connection, incident: Incident, digest: str) -> None:
    """Count a subscriber once."""
    sighting = {**_row(incident), "subscriber": digest}
    known = select(INCIDENT_SIGHTINGS.c.subscriber).filter_by(**sighting)
    if connection.execute(known).first() is None:
        _insert(connection, insert(INCIDENT_SIGHTINGS).values(**sighting))


def _join(connection: Connection, incident: Incident, case_id: str) -> None:
    joined = {**_row(incident), "case_id": case_id}
    known = select(INCIDENT_CASES.c.case_id).filter_by(**joined)
    if connection.execute(known).first() is None:
        _insert(connection, insert(INCIDENT_CASES).values(**joined))


def _under(connection: Connection, incident: Incident) -> None:
    """Put the cases of an incident under its parent case."""
    belong = select(INCIDENT_CASES.c.case_id).filter_by(**_row(incident))
    connection.execute(
        update(CASES)
        .where(CASES.c.id.in_(belong), CASES.c.parent.is_(None))
        .values(parent=incident.case_id)
    )


def _cases(connection: Connection, incident: Incident) -> tuple[CaseRow, ...]:
    belong = select(INCIDENT_CASES.c.case_id).filter_by(**_row(incident))
    wanted = select(CASES).where(CASES.c.id.in_(belong)).order_by(CASES.c.opened_at, CASES.c.id)
    return tuple(map(case_row, connection.execute(wanted).mappings().all()))


def _of_row(connection: Connection, row: Mapping[Any, Any]) -> Incident:
    key = {name: row[name] for name in ("kind", "place", "number")}
    counted = select(func.count()).select_from(INCIDENT_SIGHTINGS).filter_by(**key)
    return Incident(
        kind=IncidentKind(row["kind"]),
        place=row["place"],
        number=row["number"],
        cause=row["cause"],
        title=row["title"],
        since=moment_of(row["since"]),
        last_at=moment_of(row["last_at"]),
        subscribers=connection.execute(counted).scalar_one(),
        case_id=row["case_id"],
        cleared_at=row["cleared_at"] and moment_of(row["cleared_at"]),
        told=json.loads(row["told"]),
    )
