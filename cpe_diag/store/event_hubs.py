"""Who has asked to be told of events, and where; callbacks of TM Forum's hubs."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import delete, func, insert, select

from cpe_diag.domain.failures import StoreError
from cpe_diag.store.case_tables import moment_of, moment_text
from cpe_diag.store.incoming_tables import EVENT_HUBS as HUBS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpe_diag.store.case_store import CaseStore

ID_BYTES: Final = 8
MOST: Final = 100
"""Registrations of one interface; an operator has a handful of systems."""


class HubsFullError(StoreError):
    """As many are registered as may be; whoever asks has to remove one first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventHub:
    """One registration. `query` is kept as it was given, empty where none was."""

    id: str
    api: str
    callback: str
    query: str
    made_by: str
    made_at: datetime


class StoredHubs:
    """All registrations of this store."""

    def __init__(self, store: CaseStore) -> None:
        """Keep them in `store`."""
        self._store = store

    def add(self, api: str, callback: str, query: str, *, by: str, at: datetime) -> EventHub:
        """Keep a registration; the same one again is the one that is there.

        Raises:
            HubsFullError: there are too many.
            StoreError: the store cannot be written.
        """
        row = {
            "id": secrets.token_hex(ID_BYTES),
            "api": api,
            "callback": callback,
            "query": query,
            "made_by": by,
            "made_at": moment_text(at),
        }
        same = select(HUBS).where(
            HUBS.c.api == api, HUBS.c.callback == callback, HUBS.c.query == query
        )
        count = select(func.count()).select_from(HUBS).where(HUBS.c.api == api)
        with self._store.writing() as connection:
            known = connection.execute(same).mappings().first()
            if known is not None:
                return _hub(known)
            if (connection.execute(count).scalar() or 0) >= MOST:
                raise HubsFullError(f"there are {MOST} registrations already; remove one first")
            connection.execute(insert(HUBS).values(row))
        return _hub(row)

    def of(self, api: str) -> tuple[EventHub, ...]:
        """Give the registrations of one interface.

        Raises:
            StoreError: the store cannot be read.
        """
        wanted = select(HUBS).where(HUBS.c.api == api).order_by(HUBS.c.made_at, HUBS.c.id)
        with self._store.reading() as connection:
            return tuple(_hub(row) for row in connection.execute(wanted).mappings())

    def callback(self, hub_id: str) -> str | None:
        """Give where a registration wants its events; None: it was removed.

        Raises:
            StoreError: the store cannot be read.
        """
        with self._store.reading() as connection:
            wanted = select(HUBS.c.callback).where(HUBS.c.id == hub_id)
            found = connection.execute(wanted).scalar()
            return None if found is None else str(found)

    def remove(self, api: str, hub_id: str) -> bool:
        """Forget a registration; False: there is none.

        Raises:
            StoreError: the store cannot be written.
        """
        gone = delete(HUBS).where(HUBS.c.api == api, HUBS.c.id == hub_id)
        with self._store.writing() as connection:
            return connection.execute(gone).rowcount == 1


def _hub(row: Mapping[Any, Any]) -> EventHub:
    said = {str(name): value for name, value in row.items()}
    said["made_at"] = moment_of(said["made_at"])
    return EventHub(**said)
