"""Sign-ins that were begun at a provider: each is gone on with once, and soon."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, insert, select

from cpe_diag.store.case_tables import moment_text
from cpe_diag.store.page_tables import PAGE_ATTEMPTS

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement

    from cpe_diag.store.case_store import CaseStore

LASTS: Final = timedelta(minutes=10)
"""For a password, a second factor, and a telephone that has to be found first."""


class StoredAttempts:
    """All attempts of this store."""

    def __init__(self, store: CaseStore) -> None:
        """Keep them in `store`."""
        self._store = store

    def begin(self, shown: str, place: str, at: datetime) -> None:
        """Keep one; those that are over are dropped.

        Args:
            shown: what it is known by; only its digest is kept.
            place: where whoever signs in wanted to go.
            at: in UTC.

        Raises:
            StoreError: the store cannot be written.
        """
        row = {
            "digest": _digest(shown),
            "place": place,
            "began_at": moment_text(at),
            "ends_at": self._store.steady.moment(LASTS),
            "ends_by": self._store.steady.name,
        }
        with self._store.writing() as connection:
            connection.execute(delete(PAGE_ATTEMPTS).where(self._over(at)))
            connection.execute(insert(PAGE_ATTEMPTS).values(row))

    def take(self, shown: str, now: datetime) -> str | None:
        """Use one up.

        Returns:
            Where its person wanted to go; None where there is none, it is over, or was used.

        Raises:
            StoreError: the store cannot be used.
        """
        own = PAGE_ATTEMPTS.c.digest == _digest(shown)
        with self._store.writing() as connection:
            wanted = select(PAGE_ATTEMPTS.c.place).where(own, ~self._over(now))
            place = connection.execute(wanted).scalar()
            taken = connection.execute(delete(PAGE_ATTEMPTS).where(own)).rowcount
        return str(place) if place is not None and taken == 1 else None

    def _over(self, at: datetime) -> ColumnElement[bool]:
        began = PAGE_ATTEMPTS.c.began_at
        return self._store.steady.has_ended(
            PAGE_ATTEMPTS.c.ends_at, PAGE_ATTEMPTS.c.ends_by, began <= moment_text(at - LASTS)
        )


def _digest(shown: str) -> str:
    return hashlib.sha256(shown.encode("utf-8", "replace")).hexdigest()
