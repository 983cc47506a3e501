"""Platform incidents in the case store; subscribers stand in it as digests, to be counted only."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from cpe_diag.domain.incident import KEPT_FOR, OVER_AFTER, PlatformIncident
from cpe_diag.store.case_tables import (
    PLATFORM_INCIDENTS,
    PLATFORM_SIGHTINGS,
    moment_of,
    moment_text,
)

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection, Insert, RowMapping

    from cpe_diag.store.case_store import CaseStore


class _MeanwhileError(Exception):
    """Another process has written the same meanwhile; nothing of ours is kept."""


class StoredIncidents:
    """All platform incidents of this store."""

    def __init__(self, store: CaseStore, key: bytes) -> None:
        """Keep them in `store`; `key` makes the digests that count subscribers."""
        self._store = store
        self._key = key

    def every(self) -> tuple[PlatformIncident, ...]:
        """Give all incidents, the newest first.

        Raises:
            StoreError: the store cannot be read.
        """
        with self._store.reading() as connection:
            rows = connection.execute(
                select(PLATFORM_INCIDENTS).order_by(PLATFORM_INCIDENTS.c.since.desc())
            ).mappings()
            return tuple(_of_row(connection, row) for row in rows.all())

    def forget(self, before: datetime) -> int:
        """Forget incidents that nobody has met since a moment.

        Args:
            before: the moment, in UTC.

        Returns:
            How many.

        Raises:
            StoreError: the store cannot be written.
        """
        with self._store.writing() as connection:
            return _forget(connection, before)

    def seen(self, host: str, *, cause: str, subscriber: str, at: datetime) -> PlatformIncident:
        """Keep that a subscriber has met a failing platform.

        Args:
            host: the platform's name.
            cause: what was found; that of the first case names the incident.
            subscriber: whose case it is; counted once in each incident.
            at: when, in UTC.

        Returns:
            The incident that it belongs to, with this subscriber; a new one where nobody has met
            it for an hour.

        Raises:
            StoreError: the store cannot be written.
        """
        host = host.lower()
        try:
            return self._seen(host, cause, subscriber, at)
        except _MeanwhileError:
            return self._seen(host, cause, subscriber, at)

    def _seen(self, host: str, cause: str, subscriber: str, at: datetime) -> PlatformIncident:
        with self._store.writing() as connection:
            _forget(connection, at - KEPT_FOR)
            row = _latest(connection, host)
            number = 1 if row is None else int(row["number"])
            if row is None or at - moment_of(row["last_at"]) > OVER_AFTER:
                number += row is not None
                moment = moment_text(at)
                _insert(
                    connection,
                    insert(PLATFORM_INCIDENTS).values(
                        host=host, number=number, cause=cause, since=moment, last_at=moment
                    ),
                )
            elif at > moment_of(row["last_at"]):
                connection.execute(
                    update(PLATFORM_INCIDENTS)
                    .where(
                        PLATFORM_INCIDENTS.c.host == host, PLATFORM_INCIDENTS.c.number == number
                    )
                    .values(last_at=moment_text(at))
                )
            _count(connection, host, number, self._digest(host, number, subscriber))
            return _incident(connection, host)

    def _digest(self, host: str, number: int, subscriber: str) -> str:
        """Give what counts a subscriber once in one incident, and is another in the next."""
        return hmac.digest(self._key, f"{host}\n{number}\n{subscriber}".encode(), "sha256").hex()


def _insert(connection: Connection, row: Insert) -> None:
    """Insert a row; on PostgreSQL another process may have done it since we looked.

    Raises:
        _MeanwhileError: it has.
    """
    try:
        connection.execute(row)
    except IntegrityError:
        raise _MeanwhileError from None


def _latest(connection: Connection, host: str) -> RowMapping | None:
    wanted = (
        select(PLATFORM_INCIDENTS)
        .where(PLATFORM_INCIDENTS.c.host == host)
        .order_by(PLATFORM_INCIDENTS.c.number.desc())
        .limit(1)
    )
    return connection.execute(wanted).mappings().first()


def _forget(connection: Connection, before: datetime) -> int:
    old = connection.execute(
        select(PLATFORM_INCIDENTS.c.host, PLATFORM_INCIDENTS.c.number).where(
            PLATFORM_INCIDENTS.c.last_at < moment_text(before)
        )
    ).all()
    for table in (PLATFORM_SIGHTINGS, PLATFORM_INCIDENTS):
        for host, number in old:
            connection.execute(delete(table).where(table.c.host == host, table.c.number == number))
    return len(old)


def _count(connection: Connection, host: str, number: int, digest: str) -> None:
    """Count a subscriber once."""
    sighting = {"host": host, "number": number, "subscriber": digest}
    known = select(PLATFORM_SIGHTINGS.c.subscriber).filter_by(**sighting)
    if connection.execute(known).first() is None:
        _insert(connection, insert(PLATFORM_SIGHTINGS).values(**sighting))


def _incident(connection: Connection, host: str) -> PlatformIncident:
    row = _latest(connection, host)
    if row is None:
        msg = f"the incident of {host} has just been written"
        raise AssertionError(msg)
    return _of_row(connection, row)


def _of_row(connection: Connection, row: RowMapping) -> PlatformIncident:
    counted = (
        select(func.count())
        .select_from(PLATFORM_SIGHTINGS)
        .filter_by(host=row["host"], number=row["number"])
    )
    return PlatformIncident(
        host=row["host"],
        cause=row["cause"],
        since=moment_of(row["since"]),
        last_at=moment_of(row["last_at"]),
        subscribers=connection.execute(counted).scalar_one(),
    )
