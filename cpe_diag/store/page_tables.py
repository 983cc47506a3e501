"""The tables of who signs in to the pages; `case_tables` tells the version of all."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, String, Table, Text

from cpe_diag.store.case_tables import METADATA, MOMENT

STAFF_PASSWORDS: Final = Table(
    "staff_passwords",
    METADATA,
    Column("name", String(200), primary_key=True),
    Column("hash", Text, nullable=False),
    Column("set_by", Text, nullable=False),
    Column("set_at", MOMENT, nullable=False),
)

PAGE_SESSIONS: Final = Table(
    "page_sessions",
    METADATA,
    Column("digest", String(64), primary_key=True),
    Column("name", String(200), nullable=False, index=True),
    Column("began_at", MOMENT, nullable=False),
    Column("seen_at", MOMENT, nullable=False, index=True),
    Column("ends_at", MOMENT),
    Column("idle_at", MOMENT),
    Column("ends_by", String(64)),
    Column("provider", Text),
    Column("member_of", Text),
)

PAGE_ATTEMPTS: Final = Table(
    "page_attempts",
    METADATA,
    Column("digest", String(64), primary_key=True),
    Column("place", String(200), nullable=False),
    Column("began_at", MOMENT, nullable=False),
    Column("ends_at", MOMENT),
    Column("ends_by", String(64)),
)
