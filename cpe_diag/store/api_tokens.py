"""Tokens with which other systems come in over HTTP; the store holds their digests only."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import insert, select, update

from cpe_diag.domain.failures import StoreError
from cpe_diag.domain.roles import Role
from cpe_diag.domain.secret import Secret
from cpe_diag.store.case_tables import moment_of, moment_text
from cpe_diag.store.incoming_tables import API_TOKENS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpe_diag.store.case_store import CaseStore

PREFIX: Final = "cpediag"
ID_BYTES: Final = 5
SECRET_BYTES: Final = 32
"""256 bits of chance: nobody guesses them, so that a plain digest keeps them."""

_FORM: Final = re.compile(rf"{PREFIX}_([0-9a-f]{{10}})_[A-Za-z0-9_-]{{43}}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiToken:
    """One token without its secret. `expires_at` None: never; `revoked_at` None: it stands."""

    id: str
    name: str
    role: Role
    made_by: str
    made_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None

    def counts(self, now: datetime) -> bool:
        """Say whether whoever shows it may come in."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


class StoredTokens:
    """All tokens of this store."""

    def __init__(self, store: CaseStore) -> None:
        """Keep them in `store`."""
        self._store = store

    def add(
        self, name: str, role: Role, *, by: str, at: datetime, expires_at: datetime | None
    ) -> tuple[ApiToken, Secret]:
        """Make a token.

        Args:
            name: of the system that gets it; it stands in the audit trail.
            role: what it may do.
            by: who makes it.
            at: now.
            expires_at: when it ends, or None.

        Returns:
            The token, and what is shown once and kept nowhere.

        Raises:
            StoreError: there is one of this name, or the store cannot be written.
        """
        token_id = secrets.token_hex(ID_BYTES)
        shown = f"{PREFIX}_{token_id}_{secrets.token_urlsafe(SECRET_BYTES)}"
        row = {
            "id": token_id,
            "name": name,
            "role": role.value,
            "hash": _digest(shown),
            "made_by": by,
            "made_at": moment_text(at),
            "expires_at": expires_at and moment_text(expires_at),
            "revoked_at": None,
        }
        of_name = select(API_TOKENS.c.id).where(API_TOKENS.c.name == name)
        with self._store.writing() as connection:
            if connection.execute(of_name).first() is not None:
                raise StoreError(f"there is a token {name!r} already, or was one")
            connection.execute(insert(API_TOKENS).values(row))
        return _token(row), Secret(shown)

    def every(self) -> tuple[ApiToken, ...]:
        """Give all tokens by name, the revoked ones too.

        Raises:
            StoreError: the store cannot be read.
        """
        wanted = select(API_TOKENS).order_by(API_TOKENS.c.name)
        with self._store.reading() as connection:
            return tuple(_token(row) for row in connection.execute(wanted).mappings())

    def named(self, name: str) -> ApiToken | None:
        """Give the token of a name, one that was revoked too; None: there was never one.

        Raises:
            StoreError: the store cannot be read.
        """
        wanted = select(API_TOKENS).where(API_TOKENS.c.name == name)
        with self._store.reading() as connection:
            row = connection.execute(wanted).mappings().first()
            return None if row is None else _token(row)

    def revoke(self, name: str, at: datetime) -> ApiToken:
        """Let a token count no more; the second time nothing is changed.

        Raises:
            StoreError: there is none of this name, or the store cannot be written.
        """
        of_name = API_TOKENS.c.name == name
        with self._store.writing() as connection:
            standing = update(API_TOKENS).where(of_name, API_TOKENS.c.revoked_at.is_(None))
            connection.execute(standing.values(revoked_at=moment_text(at)))
            row = connection.execute(select(API_TOKENS).where(of_name)).mappings().first()
        if row is None:
            raise StoreError(f"there is no token {name!r}")
        return _token(row)

    def shown(self, text: str, now: datetime) -> ApiToken | None:
        """Say whose token was shown, in a time that does not tell how much of it is right.

        Args:
            text: what came.
            now: in UTC.

        Returns:
            The token, or None where it is none, or counts no more.

        Raises:
            StoreError: the store cannot be read.
        """
        form = _FORM.fullmatch(text)
        if form is None:
            return None
        wanted = select(API_TOKENS).where(API_TOKENS.c.id == form.group(1))
        with self._store.reading() as connection:
            row = connection.execute(wanted).mappings().first()
        if row is None or not hmac.compare_digest(row["hash"], _digest(text)):
            return None
        token = _token(row)
        return token if token.counts(now) else None


def _digest(shown: str) -> str:
    return hashlib.sha256(shown.encode("utf-8", "replace")).hexdigest()


def _token(row: Mapping[Any, Any]) -> ApiToken:
    said = {str(name): value for name, value in row.items() if name != "hash"}
    for name in ("expires_at", "revoked_at"):
        said[name] = said[name] and moment_of(said[name])
    said["made_at"] = moment_of(said["made_at"])
    said["role"] = Role(said["role"])
    return ApiToken(**said)
