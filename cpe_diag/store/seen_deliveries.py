"""Deliveries of ticket desks that have been seen: the door `SeenDeliveries` in the case store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select, text, update

from cpe_diag.domain.deliveries import Sighting
from cpe_diag.store.case_tables import moment_text
from cpe_diag.store.incoming_tables import SEEN_DELIVERIES as SEEN

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from cpe_diag.store.case_store import CaseStore


class StoredDeliveries:
    """All deliveries that this store remembers."""

    def __init__(self, store: CaseStore) -> None:
        """Keep them in `store`."""
        self._store = store

    def sighted(
        self, desk: str, delivery: str, digest: str, *, now: datetime, until: datetime
    ) -> Sighting:
        """Say whether it was seen before, and remember it; see `ports.SeenDeliveries`."""
        with self._store.writing() as connection:
            _one_at_a_time(connection)
            steady = self._store.steady
            by_day = SEEN.c.until <= moment_text(now)
            over = steady.has_ended(SEEN.c.ends_at, SEEN.c.ends_by, by_day)
            connection.execute(delete(SEEN).where(over))
            lasts = {
                "until": moment_text(until),
                "ends_at": steady.moment(until - now),
                "ends_by": steady.name,
            }
            same_body = select(SEEN.c.delivery).where(SEEN.c.desk == desk, SEEN.c.digest == digest)
            of_body = connection.execute(same_body).scalar()
            if of_body is not None and of_body != delivery:
                return Sighting.OTHER
            same_id = select(SEEN.c.digest).where(SEEN.c.desk == desk, SEEN.c.delivery == delivery)
            known = connection.execute(same_id.limit(1)).first() is not None
            kept = {"desk": desk, "digest": digest}
            if of_body is None:
                row = insert(SEEN).values(**kept, delivery=delivery, **lasts)
                connection.execute(row)
            else:
                longer = update(SEEN).where(SEEN.c.desk == desk, SEEN.c.digest == digest)
                connection.execute(longer.values(**lasts))
            return Sighting.SAME if known else Sighting.NEW


def _one_at_a_time(connection: Connection) -> None:
    """Let two of the same delivery follow each other; SQLite's writers do so by themselves."""
    if connection.dialect.name == "postgresql":
        # PostgreSQL manual, 13.3.1: this mode conflicts with itself and not with readers.
        connection.execute(text("LOCK TABLE seen_deliveries IN SHARE ROW EXCLUSIVE MODE"))
