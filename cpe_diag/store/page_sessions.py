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
    """One browser that is signed in; `name` is the member of staff, moments are UTC."""

    name: str
    began_at: datetime
    seen_at: datetime

    def counts(self, now: datetime) -> bool:
        """Say whether it is still signed in."""
        return now - self.began_at < LASTS and now - self.seen_at < IDLE


class StoredSessions:
    """All sessions of this store."""

    def __init__(self, store: CaseStore) -> None:
        """Keep them in `store`."""
        self._store = store

    def begin(self, name: str, at: datetime) -> Secret:
        """Sign somebody in; sessions that are over are dropped.

        Returns:
            What the browser shows from now on; it is kept nowhere.

        Raises:
            StoreError: the store cannot be written.
        """
        shown, moment = secrets.token_urlsafe(SECRET_BYTES), moment_text(at)
        over = or_(
            PAGE_SESSIONS.c.seen_at < moment_text(at - IDLE),
            PAGE_SESSIONS.c.began_at < moment_text(at - LASTS),
        )
        row = {"digest": _digest(shown), "name": name, "began_at": moment, "seen_at": moment}
        with self._store.writing() as connection:
            connection.execute(delete(PAGE_SESSIONS).where(over))
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
            row = connection.execute(select(PAGE_SESSIONS).where(own)).mappings().first()
        if row is None:
            return None
        session = PageSession(
            name=row["name"],
            began_at=moment_of(row["began_at"]),
            seen_at=moment_of(row["seen_at"]),
        )
        if not session.counts(now):
            return None
        if by_hand and now - session.seen_at >= SEEN_EVERY:
            with self._store.writing() as connection:
                connection.execute(
                    update(PAGE_SESSIONS).where(own).values(seen_at=moment_text(now))
                )
        return session

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
