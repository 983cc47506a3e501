"""Who is signed in to the pages; the store holds the digests of what their browsers show."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, insert, or_, select, update

from cpe_diag.domain.secret import Secret
from cpe_diag.store.case_tables import moment_of, moment_text
from cpe_diag.store.page_tables import PAGE_SESSIONS

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

    from cpe_diag.store.case_store import CaseStore

SECRET_BYTES: Final = 32
LASTS: Final = timedelta(hours=12)
"""A shift; NIST SP 800-63B-4, section 2.1.3, has 30 days as the most."""
IDLE: Final = timedelta(hours=1)
"""So long after the last request a browser that was left alone is out."""
SEEN_EVERY: Final = timedelta(minutes=1)
"""How exactly the last request is known: not every one of them writes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSession:
    """One browser that is signed in; `name` is the member of staff, moments are UTC.

    `provider` is the issuer that has proven the name, None: a password has. `member_of` is the
    group there that gives a role, None: the configuration does by the name.
    """

    name: str
    began_at: datetime
    seen_at: datetime
    provider: str | None
    member_of: str | None


class StoredSessions:
    """All sessions of this store."""

    def __init__(self, store: CaseStore) -> None:
        """Keep them in `store`."""
        self._store = store

    def begin(
        self,
        name: str,
        at: datetime,
        *,
        provider: str | None = None,
        member_of: str | None = None,
    ) -> Secret:
        """Sign somebody in; sessions that are over are dropped.

        Args:
            name: of the member of staff.
            at: in UTC.
            provider: as in PageSession.
            member_of: as in PageSession.

        Returns:
            What the browser shows from now on; it is kept nowhere.

        Raises:
            StoreError: the store cannot be written.
        """
        shown, moment = secrets.token_urlsafe(SECRET_BYTES), moment_text(at)
        row = {
            "digest": _digest(shown),
            "name": name,
            "began_at": moment,
            "seen_at": moment,
            "ends_at": self._store.steady.moment(LASTS),
            "idle_at": self._store.steady.moment(IDLE),
            "ends_by": self._store.steady.name,
            "provider": provider,
            "member_of": member_of,
        }
        with self._store.writing() as connection:
            connection.execute(delete(PAGE_SESSIONS).where(self._over(at)))
            connection.execute(insert(PAGE_SESSIONS).values(row))
        return Secret(shown)

    def shown(self, text: str, now: datetime, *, by_hand: bool = True) -> PageSession | None:
        """Say whose browser this is.

        Args:
            text: what it shows.
            now: in UTC.
            by_hand: a person has asked; False: the page by itself, which keeps nobody signed in.

        Returns:
            The session, or None where it is none, or over.

        Raises:
            StoreError: the store cannot be used.
        """
        own = PAGE_SESSIONS.c.digest == _digest(text)
        with self._store.reading() as connection:
            wanted = select(PAGE_SESSIONS).where(own, ~self._over(now))
            row = connection.execute(wanted).mappings().first()
        if row is None:
            return None
        session = PageSession(
            name=row["name"],
            began_at=moment_of(row["began_at"]),
            seen_at=moment_of(row["seen_at"]),
            provider=row["provider"],
            member_of=row["member_of"],
        )
        if by_hand and abs(now - session.seen_at) >= SEEN_EVERY:
            steady = self._store.steady
            seen = {"seen_at": moment_text(now), "idle_at": steady.moment(IDLE)}
            with self._store.writing() as connection:
                connection.execute(update(PAGE_SESSIONS).where(own).values(seen))
        return session

    def _over(self, at: datetime) -> ColumnElement[bool]:
        """Say by the store's clock whether sessions are over; `at` is the time of day."""
        has_ended, ends_by = self._store.steady.has_ended, PAGE_SESSIONS.c.ends_by
        began, seen = PAGE_SESSIONS.c.began_at, PAGE_SESSIONS.c.seen_at
        return or_(
            has_ended(PAGE_SESSIONS.c.ends_at, ends_by, began <= moment_text(at - LASTS)),
            has_ended(PAGE_SESSIONS.c.idle_at, ends_by, seen <= moment_text(at - IDLE)),
        )

    def end(self, text: str) -> None:
        """Sign a browser out.

        Raises:
            StoreError: the store cannot be written.
        """
        with self._store.writing() as connection:
            connection.execute(
                delete(PAGE_SESSIONS).where(PAGE_SESSIONS.c.digest == _digest(text))
            )


def _digest(shown: str) -> str:
    return hashlib.sha256(shown.encode("utf-8", "replace")).hexdigest()
