"""The tables of the case store as this version knows them; migrations/ makes them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import (
    Column,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)

HEAD: Final = "0021"
"""The newest migration, which is the schema of these tables (a test holds them together)."""

METADATA: Final = MetaData()

MOMENT: Final = String(32)
"""UTC as `2026-03-01T12:00:00.000000+00:00`: sorts as text, in every database."""

CONSENTS: Final = Table(
    "consents",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("subscriber", Text, nullable=False, index=True),
    Column("action", Text, nullable=False),
    Column("digest", String(64), nullable=False, index=True),
    Column("given_by", Text, nullable=False),
    Column("identity_check", String(32), nullable=False),
    Column("channel", String(32), nullable=False),
    Column("recorded_by", Text, nullable=False),
    Column("ticket", Text),
    Column("given_at", MOMENT, nullable=False),
    Column("expires_at", MOMENT, nullable=False),
    Column("withdrawn_at", MOMENT),
    Column("used_by", String(32)),
    Column("ends_at", MOMENT),
    Column("ends_by", String(64)),
)

CONSENT_CODES: Final = Table(
    "consent_codes",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("channel", String(32), nullable=False),
    Column("subscriber", Text, nullable=False, index=True),
    Column("action", Text, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("ticket", Text),
    Column("salt", String(32), nullable=False),
    Column("hash", String(64), nullable=False),
    Column("asked_at", MOMENT, nullable=False),
    Column("expires_at", MOMENT, nullable=False),
    Column("tries_left", Integer, nullable=False),
    Column("used_at", MOMENT),
    Column("ends_at", MOMENT),
    Column("ends_by", String(64)),
)

APPROVALS: Final = Table(
    "approvals",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("digest", String(64), nullable=False, index=True),
    Column("staff", Text, nullable=False),
    Column("at", MOMENT, nullable=False),
    Column("ends_at", MOMENT),
    Column("ends_by", String(64)),
)


def chain_columns() -> tuple[Column[Any], ...]:
    """Give the columns of a link of an audit chain: this store's own, or one that came here."""
    return (
        Column("seq", Integer, primary_key=True, autoincrement=False),
        Column("previous", String(64), nullable=False),
        Column("kind", String(32), nullable=False),
        Column("at", MOMENT, nullable=False),
        Column("action", Text),
        Column("digest", Text),
        Column("personal", String(64), nullable=False),
        Column("hash", String(64), nullable=False),
        Column("signature", String(128), nullable=False),
    )


AUDIT_LINKS: Final = Table(
    "audit_links",
    METADATA,
    *chain_columns(),
)

AUDIT_PERSONAL: Final = Table(
    "audit_personal",
    METADATA,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("salt", String(32), nullable=False),
    Column("staff", Text, nullable=False),
    Column("subscriber", Text, index=True),
    Column("ticket", Text),
    Column("words", Text, nullable=False),
)

AUDIT_HEAD: Final = Table(
    "audit_head",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("length", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("public_key", String(64), nullable=False),
    Column("signature", String(128), nullable=False),
)

KNOWN_ISSUES: Final = Table(
    "known_issues",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("title", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("firmware", Text, nullable=False),
    Column("symptoms", Text, nullable=False),
    Column("action", String(64), nullable=False),
    Column("parameter", Text, nullable=False),
    Column("words", Text, nullable=False),
    Column("playbook", String(64), nullable=False),
    Column("source", Text, nullable=False),
    Column("added_by", Text, nullable=False),
    Column("added_at", MOMENT, nullable=False),
    Column("retired_at", MOMENT),
    Column("retired_because", Text, nullable=False),
)

REMEDY_OUTCOMES: Final = Table(
    "remedy_outcomes",
    METADATA,
    Column("issue", String(64), ForeignKey("known_issues.id"), primary_key=True),
    Column("action", String(64), primary_key=True),
    Column("end", String(16), nullable=False),
    Column("at", MOMENT, nullable=False),
)


def moment_text(at: datetime) -> str:
    """Write a moment as the tables hold it.

    Raises:
        ValueError: it has no time zone, which is a bug.
    """
    if at.tzinfo is None:
        msg = "a moment has a time zone"
        raise ValueError(msg)
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def moment_of(text: str) -> datetime:
    """Read a moment that the tables hold."""
    return datetime.fromisoformat(text)
