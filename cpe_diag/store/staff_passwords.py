"""Passwords of staff who sign in to the pages; the store holds their Argon2id hashes only."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, insert, select

from cpe_diag.domain.failures import StoreError
from cpe_diag.store.case_tables import moment_text
from cpe_diag.store.page_tables import PAGE_SESSIONS, STAFF_PASSWORDS

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from cpe_diag.domain.secret import Secret
    from cpe_diag.store.case_store import CaseStore

SHORTEST: Final = 15
"""Characters of a password that is the only factor: NIST SP 800-63B-4, section 3.1.1.2."""
LONGEST: Final = 200
"""More only keeps the hash function busy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """What somebody had; `sessions` counts browsers."""

    had_password: bool
    sessions: int


class StoredPasswords:
    """The passwords of this store."""

    def __init__(self, store: CaseStore) -> None:
        """Keep them in `store`, hashed as argon2-cffi proposes (RFC 9106, low memory)."""
        self._store = store
        self._hasher = PasswordHasher()

    def put(self, name: str, password: Secret, *, by: str, at: datetime) -> None:
        """Give a member of staff a password; whoever is signed in by that name is out.

        Args:
            name: as the configuration names the member.
            password: the new one.
            by: who gives it.
            at: now.

        Raises:
            StoreError: it is too short or too long, or the store cannot be written.
        """
        if not SHORTEST <= len(password.reveal()) <= LONGEST:
            raise StoreError(f"a password has {SHORTEST} to {LONGEST} characters")
        row = {
            "name": name,
            "hash": self._hasher.hash(password.reveal()),
            "set_by": by,
            "set_at": moment_text(at),
        }
        with self._store.writing() as connection:
            _drop(connection, name)
            connection.execute(insert(STAFF_PASSWORDS).values(row))

    def remove(self, name: str) -> Removed:
        """Take a password away, and end every session of that name, however it was begun.

        Raises:
            StoreError: the store cannot be written.
        """
        with self._store.writing() as connection:
            return _drop(connection, name)

    def fits(self, name: str, password: str) -> bool:
        """Say whether a password is the one of that name; an unknown name takes as long.

        Raises:
            StoreError: the store cannot be read.
        """
        wanted = select(STAFF_PASSWORDS.c.hash).where(STAFF_PASSWORDS.c.name == name)
        with self._store.reading() as connection:
            held = connection.execute(wanted).scalar()
        if len(password) > LONGEST:
            return False
        try:
            self._hasher.verify(str(held or _nobodys()), password)
        except (VerificationError, InvalidHashError):
            return False
        return held is not None


@cache
def _nobodys() -> str:
    """Give the hash that an unknown name is held against."""
    return PasswordHasher().hash("nobody has this one")


def _drop(connection: Connection, name: str) -> Removed:
    ended = connection.execute(delete(PAGE_SESSIONS).where(PAGE_SESSIONS.c.name == name))
    gone = connection.execute(delete(STAFF_PASSWORDS).where(STAFF_PASSWORDS.c.name == name))
    return Removed(had_password=gone.rowcount == 1, sessions=ended.rowcount)
